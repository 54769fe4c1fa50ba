"""The end of an answer whose server passes on the tokens that end its model's turn."""

from __future__ import annotations

import re
from typing import Final

# ChatML (Qwen, many others), Llama 3, Gemma, Phi and GLM, DeepSeek, and OpenAI's open models. A
# server with the wrong template sends them as text, and the model goes on as the person.
_ENDS: Final = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|end_of_text|endoftext|end|user|system|return|start)\|>"
    r"|<(?:end|start)_of_turn>|<｜end▁of▁sentence｜>"
)
# What stands before an answer: the head of the model's own turn.
_HEADS: Final = re.compile(
    r"\s*(?:<\|begin_of_text\|>|<\|start_header_id\|>assistant<\|end_header_id\|>"
    r"|(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>|<\|im_start\|>assistant"
    r"|<\|assistant\|>|<start_of_turn>model)\s*"
)
_HEAD_CHARS: Final = 64
_END_CHARS: Final = 24


class TurnFilter:
    """Passes on one turn: `feed` returns what is certain, `close` the rest; see `ended`."""

    def __init__(self) -> None:
        self._held = ""
        self._begun = False
        self.ended = False

    def feed(self, text: str) -> str:
        """Take a piece; return what of it may be read."""
        if self.ended:
            return ""
        self._held += text
        if not self._begun:
            while head := _HEADS.match(self._held):
                self._held = self._held[head.end() :]
            if self._held.lstrip().startswith("<") and len(self._held) < _HEAD_CHARS:
                return ""
            self._begun = bool(self._held.strip())
        cut = self._held.rfind("<", -_END_CHARS)
        if cut < 0 or ">" in self._held[cut:]:
            cut = len(self._held)
        said, self._held = self._held[:cut], self._held[cut:]
        return self._until_end(said)

    def close(self) -> str:
        """Return what was held, now that nothing follows."""
        held, self._held = self._held, ""
        return "" if self.ended else self._until_end(held)

    def _until_end(self, said: str) -> str:
        if end := _ENDS.search(said):
            self.ended, self._held = True, ""
            return said[: end.start()].rstrip()
        return said
