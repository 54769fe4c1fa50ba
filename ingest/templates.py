"""The placeholders of canned replies (`{{customer.firstname}}`, `#{고객명}`) in an answer."""

from __future__ import annotations

import re
from typing import Final

from ingest.sources.markup import CODE

_MARK: Final = r"(?:\{\{[^{}\n]{1,100}\}\}|[#$]\{[^{}\n]{1,100}\})"
_PLACEHOLDER: Final = re.compile(_MARK)
# "Hi {{name}}," before an answer; "Thanks," and "{{agent}}" below it.
_SALUTATION: Final = re.compile(
    rf"\A\s*(?:(?:hi|hello|hey|dear|good \w+|안녕하세요|안녕하십니까)[\s,.!]*)?{_MARK}"
    r"\s*(?:고객님|회원님|님|씨|様)?[\s,.!~:]*",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"(?:\n\s*(?:thanks?|thank you|best|cheers|sincerely|(?:\w+ )?regards|감사합니다)[\s,.!~]*)?"
    rf"\n[\s—–-]*{_MARK}[\s,.]*(?:드림|올림)?[\s.]*\Z",
    re.IGNORECASE,
)
_CLOSING_CHARS: Final = 200  # of a closing: what looks for its end would look from each line


def without_salutation(text: str) -> str:
    """Return an answer without the words to and from a person, whose name is a placeholder."""
    said = _SALUTATION.sub("", text).rstrip()
    end = max(len(said) - _CLOSING_CHARS, 0)
    return (said[:end] + _CLOSING.sub("", said[end:])).strip() or text


def placeholder_in(text: str) -> str:
    """Return the first placeholder of a text outside of its code, or ""."""
    match = _PLACEHOLDER.search(CODE.sub("", text))
    return match[0] if match else ""
