"""Models that ship, each loaded once in a process: nobody changes what is loaded."""

from functools import cache

from config.resources import ENCODER
from core.assistant.guardrails.guardrail import GuardrailModel
from core.assistant.guardrails.wording import WordingModel
from core.embeddings.kiwi import KiwiEncoder

CLASSES = (GuardrailModel, KiwiEncoder, WordingModel)


def once(load):
    """Return a `load` of one of these classes that remembers the models of the project."""
    kept = cache(load)
    return lambda path, *parts: (kept if path.parent == ENCODER.parent else load)(path, *parts)
