"""The files that ship with faqbot, and their readers."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

from core.errors import ConfigError
from core.llm.prompts import Prompt
from core.profile import Profile

LOANWORDS = Path(__file__).parent / "loanwords.toml"


_FOLDER = Path(__file__).parent / "prompts"
_VERSION_DIGITS = 8
ROOT = Path(__file__).resolve().parents[1]
ENCODER = ROOT / "config" / "models" / "encoder.npz"
GUARDRAIL = ROOT / "config" / "models" / "guardrail.npz"
SMALL_TALK = ROOT / "config" / "models" / "small_talk.npz"
ORDERS = ROOT / "config" / "models" / "orders.npz"
SAMPLE_FAQ = ROOT / "data" / "sample_faq.jsonl"
QUESTION_PACKS = ROOT / "data" / "questions"
EXAMPLES = ROOT / "data" / "examples"
EVERYDAY = ROOT / "config" / "everyday.txt"
INQUIRIES = ROOT / "config" / "inquiries.txt"


def load_loanwords() -> dict[str, str]:
    """Return English words with their Hangul, for `core.text.korean.Analyzer`.

    Raises:
        ConfigError: the file is missing, or is not a table of words.
    """
    try:
        words = tomllib.loads(LOANWORDS.read_text(encoding="utf-8"))["words"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(f"cannot read the loan words in {LOANWORDS}: {error}") from error
    return {str(latin): str(hangul) for latin, hangul in words.items()}


def load_everyday() -> tuple[str, ...]:
    """Return messages of any subject, which no FAQ answers, for `core.retrieval.everyday`.

    Raises:
        ConfigError: the file is missing.
    """
    return _lines_of(EVERYDAY)


def load_inquiries() -> tuple[str, ...]:
    """Return what people ask organisations of many trades, which is for no skill.

    Raises:
        ConfigError: the file is missing.
    """
    return _lines_of(INQUIRIES)


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


def _lines_of(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the messages in {path}: {error}") from error
