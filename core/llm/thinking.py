"""The removal of a model's thinking from its text."""

from __future__ import annotations

import re

# The tags that models write if a server leaves them in: DeepSeek, Qwen, Magistral, …
_NAMES = "think|thinking|thought|thoughts|reasoning|reflection"
# OpenAI's open models think in a channel: https://cookbook.openai.com/articles/openai-harmony
_CHANNELS = ("analysis", "commentary")
_OPEN = re.compile(
    rf"<({_NAMES})>|\[(think)\]|<\|channel\|>(?:{'|'.join(_CHANNELS)})<\|message\|>",
    re.IGNORECASE,
)
_CLOSE = re.compile(rf"</(?:{_NAMES})>|\[/think\]", re.IGNORECASE)
_TAGS = (
    *(f"{start}{name}>" for start in ("<", "</") for name in _NAMES.split("|")),
    "[think]",
    "[/think]",
    *(f"<|channel|>{name}<|message|>" for name in _CHANNELS),
)
_LONGEST_TAG = max(map(len, _TAGS))


class ThinkingFilter:
    """Removes thinking from a text: `feed` returns what is certain, `close` the rest."""

    def __init__(self, *, begun: bool = False) -> None:
        """Take `begun` to mean that the text starts within thinking, without an opening tag."""
        self._held = ""
        self._end: re.Pattern[str] | None = None  # the pattern that ends the thinking under way
        self._unopened = begun
        self.ended_unopened = False
        self.thought = False

    def feed(self, text: str) -> str:
        """Take a piece; return what of it may be read."""
        self._held += text
        said = ""
        self._look_for_unopened()
        if self._unopened:
            return ""
        while True:
            if self._end:
                if not (end := self._end.search(self._held)):
                    self._held = self._held[-_LONGEST_TAG:]
                    return said
                self._held, self._end = self._held[end.end() :].lstrip(), None
            begin = _OPEN.search(self._held)
            if not begin:
                break
            said += self._held[: begin.start()]
            self._end = _end_of(begin)
            self.thought = True
            self._held = self._held[begin.end() :]
        cut = self._uncertain_from()
        said, self._held = said + self._held[:cut], self._held[cut:]
        return said

    def close(self) -> str:
        """Return what was held; of thinking without an end, nothing."""
        held, self._held = self._held, ""
        return "" if self._end else held

    def _uncertain_from(self) -> int:
        """Return where a tag may have begun whose end has not come yet."""
        for place in range(max(0, len(self._held) - _LONGEST_TAG), len(self._held)):
            if self._held[place] in "<[":
                begun = self._held[place:].lower()
                if any(tag.startswith(begun) for tag in _TAGS):
                    return place
        return len(self._held)

    def _look_for_unopened(self) -> None:
        """Drop the text before a tag that ends thinking and was never opened."""
        begin, end = _OPEN.search(self._held), _CLOSE.search(self._held)
        if self._end or not (begin or end):
            return
        if end and not (begin and begin.start() < end.start()):
            self.ended_unopened = self.thought = True
            self._held = self._held[end.end() :].lstrip()
        self._unopened = False


def _end_of(begin: re.Match[str]) -> re.Pattern[str]:
    """Return what ends the thinking that this has opened."""
    if begin[1]:
        return re.compile(rf"</{begin[1]}>", re.IGNORECASE)
    return re.compile(r"\[/think\]" if begin[2] else r"<\|end\|>", re.IGNORECASE)
