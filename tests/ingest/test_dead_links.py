"""Texts of links whose address was lost: they go, or lead to the entry that they name."""

import pytest

from ingest.dead_links import without_dead_links
from ingest.prepare import prepare
from ingest.sources.rows import Loaded, Row

TITLES = {"환불은 언제 되나요?", "접수했습니다. 결과는 어디서 보나요?"}


def read(text):
    return without_dead_links(text, TITLES.__contains__)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("회원은 무료입니다.\n요금표 바로가기》", "회원은 무료입니다."),
        ("회원은 무료입니다. 요금표 자세히 보기》", "회원은 무료입니다."),
        (
            "회원은 무료입니다. 누가 회원인가요?》\n평일만 엽니다.",
            "회원은 무료입니다.\n평일만 엽니다.",
        ),
        (
            "Members go free.\nSee the price list: click here »",
            "Members go free.\nSee the price list:",
        ),
        ("Members go free. Read more »", "Members go free."),
        ("- 강남점 바로가기》\n- 서초점 바로 가기》", "- 강남점\n- 서초점"),
        ("앱 설치 안내》", "앱 설치 안내"),
    ],
)
def test_a_link_that_nobody_can_press_goes(text, left):
    assert read(text) == (left, [])


@pytest.mark.parametrize(
    "text",
    [
        "『책』과 《잡지》를 빌려 드립니다.",
        "빌려 드리는 것: 《잡지》",
        "3 » 2",
        "설정 > 알림에서 바꿉니다.",
        "요금표 바로가기》",
    ],
)
def test_what_is_no_dead_link_or_is_all_there_is_stays(text):
    assert read(text) == (text, [])


def test_a_sentence_that_ran_into_its_link_is_kept():
    told = "배송할 수 있는 곳은 서울, 부산, 대구, 인천, 광주, 대전, 울산과 그 밖의 모든 시입니다"
    assert read(f"{told} 지역 안내 바로가기》") == (f"{told} 지역 안내", [])


def test_a_link_with_the_title_of_an_entry_leads_there():
    text = "취소하시면 됩니다. 환불은 언제 되나요?》\n접수했습니다. 결과는 어디서 보나요?》"
    assert read(text) == ("취소하시면 됩니다.", [*sorted(TITLES, reverse=True)])


def test_an_entry_that_is_linked_becomes_a_follow_up():
    rows = (
        Row("취소하고 싶어요", "취소하시면 됩니다. 환불은 언제 되나요?》", "", (), (), "1행"),
        Row("환불은 언제 되나요?", "사흘 안에 됩니다.", "", (), (), "2행"),
    )
    entry = prepare(Loaded(rows, ())).entries[0]
    assert (entry.text, entry.related) == ("취소하시면 됩니다.", ("환불은 언제 되나요?",))
