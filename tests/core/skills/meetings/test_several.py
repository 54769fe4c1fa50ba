"""Several things in one message: two meetings, or names that stand by themselves."""

import pytest

from core.skills.meetings.names import bare_names
from core.types import Mention


@pytest.mark.parametrize(
    ("language", "said", "button", "first", "second"),
    [
        (
            "ko",
            "내일 2시에 민수랑 회의 잡고 4시에 지영이랑 면담도 잡아줘",
            "회의 잡기",
            ("오후 2시 ~ 오후 3시", "민수"),
            ("11월 27일(금) 오후 4시", "지영"),
        ),
        (
            "ko",
            "민수랑 내일 3시, 지영이랑 모레 같은 시간에 각각 회의 잡아줘",
            "회의 잡기",
            ("27일(금) 오후 3시", "민수"),
            ("28일(토) 오후 3시", "지영"),
        ),
        (
            "en",
            "schedule two calls: Ann at 10 and Bob at 11 tomorrow",
            "Book it",
            ("Nov 27, 10 AM", "Ann"),
            ("Nov 27, 11 AM", "Bob"),
        ),
    ],
)
async def test_two_meetings_in_one_message_are_booked_one_after_the_other(
    converse, language, said, button, first, second
):
    talk = converse(language)
    told = await talk.say(said)
    assert all(one in told.text for one in first)
    assert second[1] not in told.text
    told = await talk.press(button)
    assert all(one in told.text for one in (*first, *second))
    assert len(told.files) == 1
    told = await talk.press(button)
    assert all(one in told.text for one in second)
    assert first[1] not in told.text


async def test_the_second_meeting_is_asked_about_if_the_first_is_left_or_changed(converse):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡고 4시에 지영이랑 면담도 잡아줘")
    told = await talk.say("아니 3시")
    assert "오후 3시 ~ 오후 4시" in told.text
    told = await talk.press("그만두기")
    assert told.text.startswith("아무것도 바꾸지 않았어요.")
    assert "지영" in told.text
    told = await talk.say("그만")
    assert told.text == "아무것도 바꾸지 않았어요."


async def test_while_others_are_asked_the_second_meeting_waits_for_its_words(converse, town):
    talk = converse()
    mentions = (Mention("U2", "민수", "@U2"),)
    await talk.say("내일 2시에 @U2랑 회의 잡고 4시에 지영이랑 면담 잡아줘", mentions=mentions)
    told = await talk.press("회의 잡기")
    assert "4시에 지영이랑 면담 잡아줘" in told.text.splitlines()[-1]
    assert [one.asker for one in town.waiting] == ["U2"]


async def test_a_meeting_is_cancelled_and_another_booked_in_one_message(converse):
    talk = converse()
    await talk.say("내일 10시에 민수랑 회의 잡아줘")
    await talk.press("회의 잡기")
    await talk.say("내일 10시 회의 취소하고 11시에 유진이랑 회의 잡아줘")
    told = await talk.press("회의 취소하기")
    assert told.text.startswith("회의를 취소했어요.")
    assert "오전 11시 ~ 오후 12시" in told.text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("민수 지영         회의", ["민수", "지영"]),
        ("하은 도윤 킥오프", ["하은", "도윤"]),
        ("박서준 최다은 미팅", ["박서준", "최다은"]),
        ("김대리 회의", ["김대리"]),
        ("예산 회의", []),
        ("서울 회의", []),
        ("급한 주간 보고 회의 잡아줘", []),
        ("find a time for Priya, Omar and me", ["Priya, Omar and me"]),
        ("is Hana free        ?", ["Hana"]),
        ("Tom        meeting", ["Tom"]),
        ("Design review         ", []),
        ("Book a Sprint Planning         ", []),
    ],
)
def test_names_that_stand_by_themselves(analyzer, text, names):
    is_word = {"book", "킥오프"}.__contains__
    assert [one["names"] for one in bare_names(text, analyzer.tokens, is_word)] == names


async def test_people_in_a_row_before_a_particle_are_all_named(converse):
    told = await converse().say("내일 1시에 은지 상우 태호랑 점심 잡아줘")
    people = told.text.splitlines()[-1]
    assert all(name in people for name in ("은지", "상우", "태호"))


async def test_what_there_is_on_a_day_is_listed_after_a_booking_too(converse):
    talk = converse()
    await talk.say("내일 3시에 민수랑 회의 잡아줘")
    await talk.press("회의 잡기")
    for asked in ("나 내일 뭐 있어?", "what do I have tomorrow?", "그럼 내일은?"):
        told = await talk.say(asked)
        assert "27일(금) 오후 3시 ~ 오후 4시 · 회의 (민수)" in told.text
    assert "없어요" in (await talk.say("그럼 월요일은?")).text


async def test_words_that_book_are_nobodys_name(converse):
    talk = converse()
    await talk.say("내일 3시 회의")
    told = await talk.say("회의 잡기")
    assert "누구와 함께하는" in told.text
