"""What contradicts an entry on the same subject, and what only sounds like it."""

from pathlib import Path

import pytest

from config.resources import EXAMPLES
from core.lessons.contradiction import Contradictions
from core.types import Entry
from ingest.prepare import prepare
from ingest.sources.load import load

HOURS = "토요일은 오전 10시부터 오후 3시까지 운영합니다. 일요일은 쉽니다."
AGAIN = "탈퇴 후 30일이 지나면 재가입할 수 있습니다."


BESIDE_ENTRIES = Path(__file__).parents[2] / "fixtures" / "gate" / "beside_entries.txt"


@pytest.fixture(scope="module")
def contradictions(analyzer):
    return Contradictions(analyzer)


def beside(text, title=""):
    return Entry("e1", title, text)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("토요일에는 운영하지 않아요.", HOURS),
        ("일요일에도 열어요.", HOURS),
        ("토요일은 오후 5시까지 해요.", HOURS),
        ("주차는 유료이고 무료 시간이 없어요.", "2시간까지 주차가 무료입니다."),
        ("견학은 매주 수요일 오후 2시에 해요.", "견학은 매주 목요일 오후 2시에 할 수 있습니다."),
        ("It closes on 15 March at noon.", "Applications close on 15 March at 18:00."),
        ("검진은 2년에 한 번 받으시면 됩니다.", "검진은 매년 받으셔야 합니다."),
        ("Points expire 90 days after the purchase.", "Points never expire."),
        ("장비는 7일 안에 반납해야 합니다.", "장비는 언제든 반납할 수 있습니다."),
        ("열람실은 휴학생도 이용할 수 있습니다.", "열람실은 재학생만 이용할 수 있습니다."),
        ("The pool is open to anyone.", "The pool is for members only."),
        ("헬멧은 착용하지 않아도 됩니다.", "헬멧은 반드시 착용해야 합니다."),
        ("Pay the deposit after the inspection.", "Pay the deposit before the inspection."),
        ("접수는 매월 마지막 주에 받습니다.", "접수는 매월 첫째 주에 받습니다."),
        ("Only one parent has to sign the form.", "Both parents have to sign the form."),
        ("수강료는 절반만 환불됩니다.", "수강료는 전액 환불됩니다."),
        ("매월 둘째 주 일요일에 쉬어요.", "매월 셋째 주 일요일은 정기 휴관입니다."),
        ("The market is on the second Saturday.", "The market is on the first Saturday."),
        ("Every extra adult pays $12.", "Extra adults pay $9."),
        ("It's free to cancel late.", "Cancelling late costs $25."),
    ],
)
def test_what_says_otherwise_is_found(contradictions, answer, text):
    assert contradictions.says_otherwise(answer, beside(text))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("토요일은 열고 일요일은 안 열어요.", HOURS),
        ("토요일은 10시~15시예요.", HOURS),
        ("화요일부터 일요일까지 열어요.", "박물관은 매주 월요일에 쉽니다."),
        ("견학은 평일 오후 2시에 신청하시면 수요일에 답을 드려요.", "견학은 매주 목요일에 합니다."),
        ("한 달 뒤에 다시 가입하실 수 있어요.", AGAIN),
        ("30일 동안은 재가입이 안 되고, 그 뒤에는 됩니다.", AGAIN),
        ("검진은 2년마다 받으세요.", "검진은 2년에 한 번입니다."),
        ("열람실은 재학생이면 누구나 이용할 수 있습니다.", "열람실은 재학생만 이용할 수 있습니다."),
        ("수업 후에 소독하고, 다음 수업 전에 환기합니다.", "소독은 수업이 끝난 뒤에 합니다."),
        ("등급은 매월 자동 저장됩니다.", "등급은 매일 자동 적용됩니다."),
        ("No, only guide dogs may come in.", "Dogs are not allowed, except guide dogs."),
    ],
)
def test_what_says_the_same_in_other_words_passes(contradictions, answer, text):
    assert not contradictions.says_otherwise(answer, beside(text))


def test_no_text_contradicts_itself(contradictions):
    for text in (HOURS, AGAIN):
        assert not contradictions.says_otherwise(text, beside(text))


def test_what_an_entry_speaks_of_may_be_in_its_title_alone(contradictions):
    lost = beside("잃어버리면 관리사무소에서 5,000원에 다시 드립니다.", "RFID 카드 재발급")
    assert contradictions.says_otherwise("카드를 재발급하면 만 원을 내셔야 해요.", lost)
    assert not contradictions.says_otherwise("카드를 재발급하면 5천 원을 내셔야 해요.", lost)
    days = beside("오후 6시부터 내놓으세요.", "재활용품은 화요일과 금요일에 내놓습니다")
    assert contradictions.says_otherwise("재활용품은 목요일에 내놓습니다.", days)


def test_beside_whole_entries_some_are_found_and_few_are_held_by_mistake(contradictions):
    """Most of what is missed says it in other words, which has to be understood."""
    told = {"-": [], "+": []}
    for faq in ("gym", "campground", "openbank", "payroll"):
        prepared = prepare(load(EXAMPLES / "faqs" / f"{faq}.csv"), {}).entries
        entries = {f"{faq} | {one.title}": one for one in prepared}
        entry = None
        for line in BESIDE_ENTRIES.read_text(encoding="utf-8").splitlines():
            if not line.startswith(("- ", "+ ")):
                entry = entries.get(line)
            elif entry is not None:
                told[line[0]].append(contradictions.says_otherwise(line[2:], entry))
    assert sum(told["-"]) >= 0.4 * len(told["-"]) > 0
    assert sum(told["+"]) <= 0.1 * len(told["+"])
