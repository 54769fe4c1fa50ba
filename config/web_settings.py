"""Settings of the web: its address, its tokens, and who may embed it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from config.setting_values import parts_of

_NONE = SecretStr("")


class WebSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    web: Literal["auto", "on", "off"] = Field(
        default="auto", description="on, off, or auto: on if no chat platform has its tokens."
    )
    web_host: str = Field(
        default="127.0.0.1",
        description="The address to listen on; one that other machines can reach requires a token.",
    )
    web_port: int = Field(
        default=8080, ge=0, le=65535, description="The port to listen on; 0 is any free port."
    )
    web_token: SecretStr = Field(
        default=SecretStr(""),
        description="Everybody who has this token may ask; at least 16 characters.",
    )
    web_service_token: SecretStr = Field(
        default=SecretStr(""),
        description="The token of services, which may name the person who asks; at least 16 "
        "characters.",
    )
    web_proxies: str = Field(
        default="",
        description="Addresses or networks of proxies whose X-Forwarded-For is trusted.",
    )
    web_people_per_address: int = Field(
        default=10,
        ge=0,
        description="One address may ask as much as this many people together; 0 is no limit.",
    )
    web_origins: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.\-:\[\]]+[\s,]*)*$",
        description="Origins of other sites that may call the API: https://shop.example.",
    )
    web_embed_origins: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.\-:\[\]]+[\s,]*)*$",
        description="Sites that may show the messenger, such as https://shop.example; their "
        "visitors may ask without the token.",
    )
    console_token: SecretStr = Field(
        default=SecretStr(""),
        description="Opens the console, to look and to change; off without. One for all, or "
        "name:token for each owner, with commas between.",
    )
    console_reader_token: SecretStr = Field(
        default=SecretStr(""), description="The key of readers of the console, who may only look."
    )
    web_open: bool = Field(
        default=True,
        description="True opens the page in a browser, if a terminal on a desktop started the bot.",
    )

    @field_validator("web_proxies")
    @classmethod
    def _are_networks(cls, listed: str) -> str:
        try:
            for one in parts_of(listed):
                ip_network(one, strict=False)
        except ValueError:
            wrong = "holds what is neither an address nor a network, as 10.0.0.2 or 10.0.0.0/8"
            raise PydanticCustomError("proxies", wrong) from None
        return listed

    @property
    def web_proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that `web_proxies` lists."""
        return tuple(ip_network(one, strict=False) for one in parts_of(self.web_proxies))

    @property
    def web_origin_set(self) -> frozenset[str]:
        """The origins that `web_origins` lists."""
        return frozenset(self.web_origins.replace(",", " ").lower().split())

    @property
    def web_embed_origin_set(self) -> frozenset[str]:
        """The origins that `web_embed_origins` lists."""
        return frozenset(self.web_embed_origins.replace(",", " ").lower().split())
