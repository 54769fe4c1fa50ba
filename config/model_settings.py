"""What concerns models: keys, addresses, names, prices, caps. Without a key none of it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from core.spend import Price

# US dollars for a million tokens: prompt, cached prompt, completion.
# https://platform.openai.com/docs/pricing; FAQBOT_PRICES takes the place of it, as JSON.
_PRICES = {
    "gpt-4o-mini": (0.15, 0.075, 0.60),
    "gpt-4o": (2.50, 1.25, 10.00),
    "gpt-4.1-mini": (0.40, 0.10, 1.60),
    "gpt-4.1-nano": (0.10, 0.025, 0.40),
    "text-embedding-3-small": (0.02, 0.02, 0.0),
    "text-embedding-3-large": (0.13, 0.13, 0.0),
}
# The best for Korean of those that fastembed offers under a free licence; see docs/models.md.
_LOCAL_MODEL = "intfloat/multilingual-e5-large"


class ModelSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    openai_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="OPENAI_API_KEY", description="Turns models on."
    )
    openai_base_url: str = Field(
        default="", validation_alias="OPENAI_BASE_URL", description="Any compatible server."
    )
    chat_model: str = Field(default="gpt-4o-mini", description="Writes answers.")
    guardrail_model: str = Field(
        default="", description="Reads questions; the chat model if empty."
    )
    embedder: Literal["builtin", "openai", "local"] = Field(
        default="builtin", description="What makes vectors; changing it needs an ingest."
    )
    embedding_model: str = "text-embedding-3-small"
    embedding_path: Path | None = Field(
        default=None, description="A folder that holds the local embedder's model."
    )
    embedding_dimensions: int = Field(
        default=0, ge=0, le=8_192, description="Length of a vector; 0 is the model's own."
    )
    embedding_base_url: str = Field(default="", description="If not OPENAI_BASE_URL.")
    embedding_api_key: SecretStr = Field(
        default=SecretStr(""), description="If not OPENAI_API_KEY."
    )
    daily_cap_usd: float = Field(default=5.0, ge=0, description="For all; 0 is no cap.")
    daily_user_cap_usd: float = Field(default=0.5, ge=0, description="For a person; 0 is no cap.")
    models_off: bool = Field(default=False, description="Answer without models.")
    prices: dict[str, tuple[float, float, float]] = Field(default=_PRICES)

    @property
    def has_models(self) -> bool:
        """Whether answers are written by models."""
        return bool(self.openai_api_key.get_secret_value())

    @property
    def remote_fingerprint(self) -> str:
        """What tells vectors of the remote embedder from all others: its model and their length."""
        length = f"@{self.embedding_dimensions}" if self.embedding_dimensions else ""
        return f"openai/{self.embedding_model}{length}"

    @property
    def local_model(self) -> str:
        """The local embedder's model."""
        given = "embedding_model" in self.model_fields_set
        return self.embedding_model if given else _LOCAL_MODEL

    def price_table(self) -> dict[str, Price]:
        """Prices by model name."""
        return {name: Price(*price) for name, price in self.prices.items()}
