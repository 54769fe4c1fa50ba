"""Pairs as token ids, in the form in which the model is later asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.llm.local.corpus import Pair

# For tokenizers that bring no template of their own, such as GPT-2's. What a role says stands
# below its name; the end-of-text token closes it.
_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}"
    "{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
_VOCABULARY = 4_000


@dataclass(frozen=True, slots=True)
class TokenSample:
    """One pair as tokens; the model is asked to predict `ids[answer_from:]`."""

    ids: tuple[int, ...]
    answer_from: int


def load_tokenizer(model: str) -> Any:  # noqa: ANN401 - transformers' classes have no types here
    """Load the tokenizer of a model by its folder or name, made ready for conversations.

    Raises:
        ConfigError: there is none.
    """
    from transformers import AutoTokenizer  # noqa: PLC0415 - the extra may be missing

    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"the tokenizer of {model} cannot be loaded: {reason}") from error
    return _ready(tokenizer)


def train_tokenizer(pairs: Iterable[Pair]) -> Any:  # noqa: ANN401
    """Train a byte-level BPE tokenizer on the pairs; the same pairs give the same tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (text for p in pairs for text in (p.context, p.question, p.answer) if text)
    tokenizer.train_from_iterator(texts, trainer)
    return _ready(PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>"))  # noqa: S106 - a token of text


def samples_of(pairs: Iterable[Pair], tokenizer: Any, *, longest: int) -> list[TokenSample]:  # noqa: ANN401
    """Return each pair as tokens, at most `longest` long.

    Of a context that is too long the part around the answer is kept, or its beginning where the
    answer does not stand in it. An answer that is too long is cut. A pair whose question alone
    leaves no room is left out.
    """
    samples = (_sample(pair, tokenizer, longest) for pair in pairs)
    return [sample for sample in samples if sample]


def messages_of(pair: Pair) -> list[dict[str, str]]:
    """Return the prompt of a pair: the context, if any, above the question."""
    asked = f"{pair.context}\n\n{pair.question}" if pair.context else pair.question
    return [{"role": "user", "content": asked}]


def prompt_ids(messages: Sequence[dict[str, str]], tokenizer: Any) -> list[int]:  # noqa: ANN401
    """Return the tokens after which the model's reply begins."""
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def save_tokenizer(tokenizer: Any, folder: Path) -> None:  # noqa: ANN401
    """Write the tokenizer beside its model."""
    tokenizer.save_pretrained(folder)


def _sample(pair: Pair, tokenizer: Any, longest: int) -> TokenSample | None:  # noqa: ANN401
    said = tokenizer(pair.answer, add_special_tokens=False)["input_ids"]
    answer = [*said[: max(longest // 2, 1)], tokenizer.eos_token_id]
    prompt = prompt_ids(messages_of(pair), tokenizer)
    if (over := len(prompt) + len(answer) - longest) > 0:
        shorter = _shortened(pair, tokenizer, over)
        prompt = prompt_ids(messages_of(shorter), tokenizer)
        if len(prompt) + len(answer) > longest:
            return None
    return TokenSample((*prompt, *answer), len(prompt))


def _shortened(pair: Pair, tokenizer: Any, over: int) -> Pair:  # noqa: ANN401
    """Return the pair with `over` tokens less of context, and a few for what merges anew."""
    ids = tokenizer(pair.context, add_special_tokens=False)["input_ids"]
    kept = max(0, len(ids) - over - 8)
    before = pair.context[: max(0, pair.context.find(pair.answer))]
    place = len(tokenizer(before, add_special_tokens=False)["input_ids"])
    start = min(max(0, place - kept // 2), len(ids) - kept)
    context = tokenizer.decode(ids[start : start + kept]).strip("\ufffd")
    return Pair(pair.question, pair.answer, context, pair.group)


def _ready(tokenizer: Any) -> Any:  # noqa: ANN401
    if tokenizer.eos_token is None:
        raise ConfigError("the model's tokenizer has no end-of-text token, so no answer could end")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not tokenizer.chat_template:
        tokenizer.chat_template = _TEMPLATE
    return tokenizer
