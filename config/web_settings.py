"""What concerns the HTTP API and the web page."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class WebSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    web: Literal["auto", "on", "off"] = Field(
        default="auto", description="auto: on where no chat platform has its tokens."
    )
    web_host: str = Field(
        default="127.0.0.1", description="Where it listens; elsewhere than here with a token only."
    )
    web_port: int = Field(default=8080, ge=0, le=65535, description="0 is any that is free.")
    web_token: SecretStr = Field(
        default=SecretStr(""), description="Whoever has it may ask; at least 16 characters."
    )
    web_origins: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.\-:\[\]]+[\s,]*)*$",
        description="Of pages elsewhere that may call the API: https://shop.example.",
    )
    web_open: bool = Field(
        default=True, description="Open the page in a browser, on a desktop and from a terminal."
    )

    @property
    def web_origin_set(self) -> frozenset[str]:
        """`web_origins`, apart."""
        return frozenset(self.web_origins.replace(",", " ").lower().split())
