"""Text that nobody can read is told from text with an accident in it."""

import random

import pytest

from core.text.safety.legibility import LegibilityWatch

KOREAN = "네, 만 14세 이상이면 법정대리인의 동의를 받아 가입할 수 있습니다. [1]"


def garbled(text):
    watch = LegibilityWatch()
    for char in text:
        watch.feed(char)
    return watch.garbled


@pytest.mark.parametrize("seed", range(20))
def test_bytes_by_chance_are_garbled_within_a_line(seed):
    chance = random.Random(seed)  # noqa: S311 - no secret
    text = bytes(chance.randrange(256) for _ in range(80)).decode("utf-8", "replace")
    assert garbled(text)


def test_another_encoding_is_garbled():
    assert garbled(KOREAN.encode("euc-kr").decode("utf-8", "replace"))


@pytest.mark.parametrize(
    "text",
    [
        KOREAN,
        "",
        "- **a**\n\t1) b\r\n",
        "👩\u200d👩\u200d👧 ❤\ufe0f ①②③ 🇰🇷 日本語 العربية",
        f"{KOREAN} \ufffd\ufffd",
        f"{KOREAN * 20} \ufffd\ufffd\ufffd",
    ],
)
def test_what_people_write_is_not_garbled(text):
    assert not garbled(text)


@pytest.mark.parametrize("words", ["그리고 그리고 ", "the same words again and again, ", "0"])
def test_a_model_in_a_loop_is_garbled(words):
    assert garbled(words * 700)


def test_a_long_list_whose_lines_are_alike_is_not_garbled():
    lines = (f"| {number}월 | 정산일은 {number}월 {2 * number}일 | 완료 |" for number in range(200))
    assert not garbled("\n".join(lines))
