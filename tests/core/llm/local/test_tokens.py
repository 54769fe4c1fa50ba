"""Pairs become tokens in the form in which the model is later asked."""

import pytest

from core.llm.local.corpus import Pair


@pytest.fixture
def tokenizer(base):
    from core.llm.local.tokens import load_tokenizer  # noqa: PLC0415 - transformers may be missing

    return load_tokenizer(str(base))


def samples(pairs, tokenizer, longest=128):
    from core.llm.local.tokens import samples_of  # noqa: PLC0415

    return samples_of(pairs, tokenizer, longest=longest)


def test_the_answer_follows_the_prompt_and_ends(tokenizer):
    (sample,) = samples([Pair("가 창구", "3번입니다.", context="가 접수는 3번.")], tokenizer)
    prompt = tokenizer.decode(sample.ids[: sample.answer_from])
    assert prompt == "<|user|>\n가 접수는 3번.\n\n가 창구<|endoftext|>\n<|assistant|>\n"
    assert tokenizer.decode(sample.ids[sample.answer_from :]) == "3번입니다.<|endoftext|>"


@pytest.mark.parametrize("place", [0, 3_000, 6_000])
def test_a_long_context_is_cut_where_the_answer_is_not(tokenizer, place):
    """Wherever the answer stands, it stays."""
    filler = "창구 접수 시간 안내 " * 500
    context = f"{filler[:place]}정답은 41이다.{filler[place:]}"
    (sample,) = samples([Pair("정답?", "41", context)], tokenizer)
    assert len(sample.ids) <= 128
    assert "41" in tokenizer.decode(sample.ids[: sample.answer_from])


def test_what_leaves_no_room_for_an_answer_is_left_out(tokenizer):
    long = Pair("창구 " * 300, "3번")
    assert [s.answer_from for s in samples([long, Pair("창구", "3번")], tokenizer)] == [
        samples([Pair("창구", "3번")], tokenizer)[0].answer_from
    ]
