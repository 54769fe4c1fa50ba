"""The platforms that faqbot knows, in the order in which they are opened and listed."""

from __future__ import annotations

from typing import Final

from bots.discord import DISCORD
from bots.shared.platform import Platform
from bots.slack import SLACK
from bots.web import WEB

PLATFORMS: Final[tuple[Platform, ...]] = (WEB, SLACK, DISCORD)
