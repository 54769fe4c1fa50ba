"""The prompts that ship with faqbot, one Markdown file each, versioned by their content."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from core.errors import ConfigError
from core.profile import Profile
from core.prompting import Prompt

_FOLDER = Path(__file__).parent / "prompts"
_VERSION_DIGITS = 8


def load_prompt(name: str, profile: Profile) -> Prompt:
    """Read `config/prompts/NAME.md` and fill in who the bot is.

    Its version is `NAME@` and the beginning of the SHA-256 of what the model will read.

    Raises:
        ConfigError: the file is missing or names something that is not known here.
    """
    path = _FOLDER / f"{name}.md"
    try:
        template = path.read_text(encoding="utf-8").strip()
        text = template.format(name=profile.name, topic=profile.topic)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise ConfigError(f"cannot use the prompt {path}: {error}") from error
    version = f"{name}@{sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]}"
    return Prompt(version=version, text=text, rules=template)
