"""The settings of models: keys, addresses, names, prices, caps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from core.llm.budget import Price, Prices

# US dollars for a million tokens: prompt, cached prompt, completion.
# https://platform.openai.com/docs/pricing; FAQBOT_PRICES takes the place of it, as JSON.
_PRICES = {
    "gpt-4o-mini": (0.15, 0.075, 0.60),
    "gpt-4o": (2.50, 1.25, 10.00),
    "gpt-4.1-mini": (0.40, 0.10, 1.60),
    "gpt-4.1-nano": (0.10, 0.025, 0.40),
    "ft:gpt-4o-mini": (0.30, 0.15, 1.20),
    "ft:gpt-4.1-mini": (0.80, 0.20, 3.20),
    "ft:gpt-4.1-nano": (0.20, 0.05, 0.80),
    "text-embedding-3-small": (0.02, 0.02, 0.0),
    "text-embedding-3-large": (0.13, 0.13, 0.0),
    # https://aws.amazon.com/bedrock/pricing/, us-east-1, on demand; asked there in 2025.
    "amazon.nova-micro": (0.035, 0.00875, 0.14),
    "amazon.nova-lite": (0.06, 0.015, 0.24),
    "amazon.nova-pro": (0.80, 0.20, 3.20),
    "anthropic.claude-3-haiku": (0.25, 0.03, 1.25),
    "anthropic.claude-3-5-haiku": (0.80, 0.08, 4.00),
    "anthropic.claude-3-5-sonnet": (3.00, 0.30, 15.00),
    "anthropic.claude-3-7-sonnet": (3.00, 0.30, 15.00),
    "anthropic.claude-haiku-4-5": (1.00, 0.10, 5.00),
    "anthropic.claude-sonnet-4": (3.00, 0.30, 15.00),
    "anthropic.claude-sonnet-4-5": (3.00, 0.30, 15.00),
    "amazon.titan-embed-text": (0.02, 0.02, 0.0),
    "cohere.embed-multilingual": (0.10, 0.10, 0.0),
    "cohere.embed-english": (0.10, 0.10, 0.0),
}
# US dollars for a million tokens that a model is trained on; FAQBOT_TUNING_PRICES likewise.
_TUNING_PRICES = {"gpt-4o-mini": 3.0, "gpt-4.1-mini": 5.0, "gpt-4.1-nano": 1.5, "gpt-4o": 25.0}
# The best for Korean of those that fastembed offers under a free licence; see docs/models.md.
_LOCAL_MODEL = "intfloat/multilingual-e5-large"
_BEDROCK_MODEL = "amazon.titan-embed-text-v2:0"


class Provider(StrEnum):
    """The providers of models."""

    OPENAI = "openai"  # or a compatible server
    BEDROCK = "bedrock"
    BEDROCK_FLOW = "bedrock-flow"


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model as the settings name it: `bedrock:amazon.nova-lite-v1:0`, or a name alone."""

    provider: Provider
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name; without a provider, whose names may have colons too, it is OpenAI's."""
        before, _, after = text.strip().partition(":")
        if before in list(Provider) and after:
            return cls(Provider(before), after)
        return cls(Provider.OPENAI, text.strip())


class ModelSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    openai_api_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="OPENAI_API_KEY",
        description="The key of the model server; it turns models on.",
    )
    openai_base_url: str = Field(
        default="",
        validation_alias="OPENAI_BASE_URL",
        description="The address of a compatible server instead of OpenAI's.",
    )
    chat_model: str = Field(
        default="gpt-4o-mini",
        validation_alias=AliasChoices("FAQBOT_MODEL", "FAQBOT_CHAT_MODEL"),
        description="The model that writes answers; `bedrock:ID` and `bedrock-flow:ID/ALIAS` "
        "are AWS's.",
    )
    guardrail_model: str = Field(
        default="", description="The model that labels questions; the chat model if empty."
    )
    fallback_model: str = Field(
        default="",
        description="The model that takes over when the chat model is down; named in the same way.",
    )
    fallback_base_url: str = Field(
        default="", description="The address of that model, if it is not OPENAI_BASE_URL."
    )
    fallback_api_key: SecretStr = Field(
        default=SecretStr(""), description="The key of that model, if it is not OPENAI_API_KEY."
    )
    model_patience_s: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="Seconds to wait for a model's first words; then the FAQ's own text is shown.",
    )
    model_silence_s: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="Seconds for which a model that has begun an answer may be silent.",
    )
    model_requests: int = Field(
        default=0,
        ge=0,
        description="The number of requests to one model server at once; 0 is no limit.",
    )
    aws_region: str = Field(
        default="", validation_alias=AliasChoices("AWS_REGION", "AWS_DEFAULT_REGION")
    )
    aws_profile: str = Field(default="", validation_alias=AliasChoices("AWS_PROFILE"))
    aws_access_key_id: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("AWS_ACCESS_KEY_ID")
    )
    aws_secret_access_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("AWS_SECRET_ACCESS_KEY")
    )
    aws_session_token: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("AWS_SESSION_TOKEN")
    )
    bedrock_url: str = Field(default="", description="An address instead of AWS's own.")
    bedrock_guardrail: str = Field(
        default="", description="A guardrail of AWS, as IDENTIFIER:VERSION."
    )
    embedder: Literal["builtin", "e5", "openai", "bedrock", "local"] = Field(
        default="builtin",
        description="The embedder, which makes the vectors; a change needs an ingest.",
    )
    embedding_model: str = "text-embedding-3-small"
    embedding_path: Path | None = Field(
        default=None, description="The folder with the local embedder's model."
    )
    embedding_dimensions: int = Field(
        default=0, ge=0, le=8_192, description="The length of a vector; 0 is the model's own."
    )
    embedding_batch: int = Field(
        default=64, ge=1, le=2_048, description="The number of texts in one request of an ingest."
    )
    embedding_base_url: str = Field(
        default="", description="The address of the embedding model, if it is not OPENAI_BASE_URL."
    )
    embedding_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key of the embedding model, if it is not OPENAI_API_KEY.",
    )
    daily_cap_usd: float = Field(
        default=5.0,
        ge=0,
        description="The cap for everybody together, in US dollars a day; 0 is no cap.",
    )
    daily_user_cap_usd: float = Field(
        default=0.5, ge=0, description="The cap for one person, in US dollars a day; 0 is no cap."
    )
    models_off: bool = Field(
        default=False, description="The kill switch: true answers without models."
    )
    model_server_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key that clients of `faqbot serve-model` have to send.",
    )
    prices: dict[str, tuple[float, float, float]] = Field(default=_PRICES)
    tuning_model: str = Field(
        default="gpt-4o-mini-2024-07-18", description="The model that `faqbot tune start` tunes."
    )
    tuning_prices: dict[str, float] = Field(default=_TUNING_PRICES)
    default_price: tuple[float, float, float] | None = Field(
        default=None, description="The price of models that FAQBOT_PRICES does not name."
    )

    @property
    def has_models(self) -> bool:
        """Return whether answers are written by models."""
        return self.chat.provider is not Provider.OPENAI or bool(
            self.openai_api_key.get_secret_value().strip()
        )

    @property
    def chat(self) -> ModelName:
        """The model that writes answers."""
        return ModelName.parse(self.chat_model)

    @property
    def guardrail(self) -> ModelName:
        """The model that reads questions."""
        return ModelName.parse(self.guardrail_model or self.chat_model)

    @property
    def fallback(self) -> ModelName | None:
        """The model that takes over."""
        return ModelName.parse(self.fallback_model) if self.fallback_model else None

    @property
    def remote_embedder(self) -> bool:
        """Return whether vectors are fetched."""
        return self.embedder in ("openai", "bedrock")

    @property
    def remote_model(self) -> str:
        """The remote embedder's model."""
        if self.embedder == "bedrock" and "embedding_model" not in self.model_fields_set:
            return _BEDROCK_MODEL
        return self.embedding_model

    def tuning_price(self, model: str) -> float | None:
        """Return the US dollars for a million tokens of training; None if they are not known."""
        known = [
            name for name in self.tuning_prices if model == name or model.startswith(f"{name}-20")
        ]
        return self.tuning_prices[max(known, key=len)] if known else None

    @property
    def local_model(self) -> str:
        """The local embedder's model."""
        given = "embedding_model" in self.model_fields_set
        return self.embedding_model if given else _LOCAL_MODEL

    def price_table(self) -> Prices:
        """Return the price of each model."""
        default = Price(*self.default_price) if self.default_price else None
        return Prices({name: Price(*price) for name, price in self.prices.items()}, default)
