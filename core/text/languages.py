"""The language of a text, told by its script and, for Latin letters, by py3langid.

https://github.com/adbar/py3langid
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from core.profile import Profile
from core.text.utterances.mentions import says_something

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NAMES: Final[Mapping[str, str]] = {
    "ko": "한국어", "en": "English", "ja": "日本語", "zh": "中文", "de": "Deutsch",
    "es": "español", "fr": "français", "id": "Bahasa Indonesia", "it": "italiano",
    "nl": "Nederlands", "pt": "português", "vi": "tiếng Việt", "ru": "русский", "th": "ไทย",
    "ar": "العربية", "hi": "हिन्दी",
}  # fmt: skip
"""Languages that are told apart, each by its own name."""

_TRANSLATED: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "ko": "Korean", "en": "English", "ja": "Japanese", "zh": "Chinese", "de": "German",
        "es": "Spanish", "fr": "French", "id": "Indonesian", "it": "Italian", "nl": "Dutch",
        "pt": "Portuguese", "vi": "Vietnamese", "ru": "Russian", "th": "Thai", "ar": "Arabic",
        "hi": "Hindi",
    },
    "ko": {
        "ko": "한국어", "en": "영어", "ja": "일본어", "zh": "중국어", "de": "독일어",
        "es": "스페인어", "fr": "프랑스어", "id": "인도네시아어", "it": "이탈리아어",
        "nl": "네덜란드어", "pt": "포르투갈어", "vi": "베트남어", "ru": "러시아어",
        "th": "태국어", "ar": "아랍어", "hi": "힌디어",
    },
}  # fmt: skip

_LATIN: Final = ("en", "de", "es", "fr", "id", "it", "nl", "pt", "vi")
_SCRIPTS: Final[Mapping[str, str]] = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "CYRILLIC": "ru",
    "THAI": "th", "ARABIC": "ar", "DEVANAGARI": "hi", "LATIN": "",
}  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS: Final = 3  # in Latin letters: `OTP error` is written so in any language
_WORD_LETTERS: Final = 4
_SURE: Final = 0.9
_READ_CHARS: Final = 400
_SHARE: Final = 0.05  # of the entries that a language has to have to be one of the FAQ's


def language_of(text: str) -> str:
    """Return the language of a text, "" where it is not certain.

    A text with Hangul is Korean, and one with kana Japanese, whatever other letters are in it.
    """
    scripts = _scripts(text)
    for script in ("HANGUL", "HIRAGANA", "KATAKANA"):
        if scripts[script]:
            return _SCRIPTS[script]
    if not scripts:
        return ""
    script = scripts.most_common(1)[0][0]
    if script != "LATIN":
        return _SCRIPTS[script]
    if len(_WORD.findall(text)) < _FEWEST_WORDS:
        return ""
    language, probability = _identifier().classify(text[:_READ_CHARS])
    return str(language) if probability >= _SURE else ""


def languages_in(texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the languages of a FAQ's titles and answers, the most frequent first.

    A title alone tells if it is not in Latin letters; a name in them is of any language.
    """
    known = [
        language_of(title) or language_of(f"{title} {text[:_READ_CHARS]}") for title, text in texts
    ]
    counts = Counter(filter(None, known)).most_common()
    total = sum(count for _, count in counts)
    return tuple(one for one, count in counts if count >= max(_SHARE * total, 1))


def foreign(text: str, served: Collection[str]) -> str:
    """Return the language of a text that is none of those `served`, "" if it may be one of them.

    It takes a second when it is called for the first time with a text in Latin letters.
    """
    if not served or not says_something(text):  # an emoji by its name is in no language
        return ""
    scripts = _scripts(text)
    language = language_of(text)
    if language == "zh" and "ja" in served:
        return ""
    if not language and _has_words(text, scripts) and not set(served) & set(_LATIN):
        return "en"  # the language that readers of Latin letters most likely know
    return language if language not in served else ""


def _has_words(text: str, scripts: Mapping[str, int]) -> bool:
    """Return whether Latin letters are words, beside abbreviations, which any language has."""
    words = _WORD.findall(text)
    several = len(words) >= _FEWEST_WORDS
    return bool(scripts["LATIN"]) and (
        several or any(len(word) >= _WORD_LETTERS and not word.isupper() for word in words)
    )


def in_language_of(profile: Profile, text: str) -> Profile:
    """Return the profile with its sentences in the language of a text, if it speaks that.

    Texts are told apart by their letters alone, since this is asked for every edit of an answer:
    one with Hangul is Korean, and words in Latin letters are English.
    """
    return profile.others.get(_spoken_by(text), profile) if profile.others else profile


def to_asker(profile: Profile, text: str) -> Profile:
    """Return the profile with its sentences in the language of an asker whom a person will answer.

    The asker is told in it what becomes of a question even if the FAQ has no entry in it.
    """
    language = _spoken_by(text)
    return profile.others.get(language) or profile.for_cases.get(language, profile)


def _spoken_by(text: str) -> str:
    """Return the language that the bot speaks to the author of a text, "" for its own."""
    scripts = _scripts(text)
    if scripts["HANGUL"]:
        return "ko"
    return "en" if scripts.keys() <= {"LATIN"} and _has_words(text, scripts) else ""


def asking_in(language: str, served: Iterable[str], texts: Mapping[str, str]) -> str:
    """Return what to say in a language of those that are `served`; English where it has no text."""
    spoken = language if language in texts else "en"
    names = ", ".join(_name_for(spoken, one) for one in served)
    return texts[spoken].replace("{languages}", names)


def _name_for(reader: str, language: str) -> str:
    """Return a language's name as a reader of another one knows it, and its own name."""
    own = NAMES.get(language, language)
    if reader in _TRANSLATED:
        known = _TRANSLATED[reader].get(language, own)
        return (
            known if known == own else f"{known}({own})" if reader == "ko" else f"{known} ({own})"
        )
    english = _TRANSLATED["en"].get(language, own)
    return own if english == own else f"{own} ({english})"


def _scripts(text: str) -> Counter[str]:
    """Return the number of letters that a text has of each known script."""
    found: Counter[str] = Counter()
    for letter, times in Counter(text[:_READ_CHARS]).items():
        if letter.isascii():
            found["LATIN"] += times * letter.isalpha()
        elif letter.isalpha():
            script = unicodedata.name(letter, "").partition(" ")[0]
            found[script] += times * (script in _SCRIPTS)
    return +found


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    # It reads its model, which takes a second, and most texts need none of it.
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_DIR / MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_LATIN))
    return identifier
