"""A model's text as it is read: citations, markers, offers, seams."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelReplyError
from core.llm.chat import Scribe, Seam
from core.types import Offer, Passage

PASSAGES = [Passage(str(n), f"제목 {n}", "…", 0.9) for n in range(1, 4)]
RAW = (
    "가입할 수 있어요 [2]. 서류는 [가입 신청] 메뉴에서 냅니다.[3][9] 끝 [2, 3] [7]\n\n[[NEXT]]\n"
    "- 서류도 안내해 드릴까요? || 서류는 무엇인가요?\n정산은요? 없는 줄\n"
    "3. 정산도 안내해 드릴까요?||정산은 언제 되나요?"
)
SHOWN = "가입할 수 있어요 [1]. 서류는 [가입 신청] 메뉴에서 냅니다.[2] 끝 [1][2]"


def read(raw, cuts):
    scribe = Scribe(PASSAGES)
    edges = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    shown = [scribe.feed(raw[a:b]) for a, b in pairwise(edges)]
    return "".join(shown) + scribe.close(), scribe


@given(st.lists(st.integers(0, 400), max_size=30))
def test_citations_are_numbered_anew_and_invented_ones_removed(cuts):
    """`[n]` is the n-th source used; the rest of a reply is offers, however it was cut."""
    shown, scribe = read(RAW, cuts)
    assert shown == SHOWN
    assert [passage.title for passage in scribe.used] == ["제목 2", "제목 3"]
    assert scribe.offers == (
        Offer("서류도 안내해 드릴까요?", "서류는 무엇인가요?"),
        Offer("정산도 안내해 드릴까요?", "정산은 언제 되나요?"),
    )


@given(st.lists(st.integers(0, 40), max_size=9), st.sampled_from(["", "\n", " "]))
def test_not_in_the_passages_shows_nothing_and_uses_nothing(cuts, around):
    """The marker is an outcome, not a sentence."""
    shown, scribe = read(f"{around}[[NONE]]{around}", cuts)
    assert (shown, scribe.none, scribe.used) == ("", True, ())


def test_an_answer_without_citations_stands_on_the_nearest_passage():
    """Something has to be shown as its source."""
    assert read("네, 됩니다.", [])[1].used == (PASSAGES[0],)


SAID = "정산은 구매확정 다음 영업일에 됩니다. 계좌는 본인 명의여야 "


@pytest.mark.parametrize(
    ("continuation", "new"),
    [
        ("합니다. 자세한 것은 도움말을 보세요.", "합니다. 자세한 것은 도움말을 보세요."),
        ("본인 명의여야 합니다.", "합니다."),
        (SAID + "합니다.", "합니다."),
        ("합", "합"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 200])
def test_a_continuation_is_joined_without_saying_anything_twice(continuation, new, size):
    """It may go on, repeat its last words, or start over with the same ones."""
    seam = Seam(SAID)
    pieces = [continuation[at : at + size] for at in range(0, len(continuation), size)]
    assert "".join(map(seam.feed, pieces)) + seam.close() == new


def test_starting_over_with_other_words_is_an_error():
    """What was shown cannot be taken back."""
    seam = Seam(SAID)
    with pytest.raises(ModelReplyError):
        seam.feed(SAID[:30] + "전혀 다른 이야기입니다.")
