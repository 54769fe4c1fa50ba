"""Meetings arranged in a thread: asked back, proposed, corrected, confirmed, moved, cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from core.skills.meetings.meeting import Attendee, Meeting, Slot
from core.types import Answered

WEEK = Slot(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))


async def starts(diary, person="민수"):
    """When the meetings of a person begin, in Seoul."""
    found = await diary.meetings([person], WEEK)
    return [f"{one.slot.start + timedelta(hours=9):%m-%d %H:%M}" for one in found]


async def test_free_slots_are_proposed_one_is_chosen_confirmed_and_booked_once(converse, diary):
    talk = converse()
    told = await talk.say("내일 오후에 민수, 지영이랑 한 시간 회의 잡아줘")
    assert told.skill == "meetings"
    assert 2 <= len(told.followups) <= 5
    assert all("11월 27일(금) 오후" in one for one in told.followups)
    chosen = told.followups[-1]
    asked = await talk.press(chosen)
    assert chosen in asked.text
    assert "민수, 지영" in asked.text
    assert await starts(diary) == []
    confirm = talk.last
    assert "잡았어요" in (await talk.press("회의 잡기")).text
    assert len(await starts(diary)) == 1
    late = await talk.press("회의 잡기", of=confirm)
    assert "이미 처리된" in late.text
    assert len(await starts(diary, "지영")) == 1


async def test_what_is_missing_or_not_clear_is_asked_back(converse, diary):
    talk = converse()
    assert "누구" in (await talk.say("회의 잡아줘")).text
    assert (await talk.say("민수랑 지영이요")).followups
    which_day = await talk.say("목요일 8시")
    assert which_day.followups == ("11월 26일(목)", "12월 3일(목)")
    which_time = await talk.press("12월 3일(목)")
    assert which_time.followups == ("오전 8시", "오후 8시")
    confirm = await talk.press("오전 8시")
    assert "업무 시간이 아닌" in confirm.text
    await talk.say("네")
    assert await starts(diary) == ["12-03 08:00"]


async def test_a_correction_counts_and_the_button_before_it_does_not(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    before = talk.last
    corrected = await talk.say("아니 3시로")
    assert "오후 3시 ~ 오후 4시" in corrected.text
    assert "이미 처리된" in (await talk.press("회의 잡기", of=before)).text
    assert await starts(diary) == []
    await talk.say("지영이도 불러줘")
    await talk.press("회의 잡기")
    assert await starts(diary) == await starts(diary, "지영") == ["11-27 15:00"]


async def test_a_faq_question_in_between_is_answered_by_the_faq(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    confirm = talk.last
    answer = await talk.say("정산은 언제 되나요?")
    assert isinstance(answer, Answered)
    assert answer.sources
    assert not answer.skill
    await talk.press("회의 잡기", of=confirm)
    assert await starts(diary) == ["11-27 14:00"]


async def test_nothing_is_booked_once_it_was_left(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    assert "바꾸지 않았어요" in (await talk.press("그만두기")).text
    assert await starts(diary) == []


async def test_somebody_else_books_nothing_by_the_words_of_the_button(converse, diary, profile):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    confirm = talk.last
    told = await talk.say("회의 잡기", by="U2")
    assert told.text == profile.not_your_button
    (turn,) = [
        one for one in await talk.history.recent(talk.session, 9) if one.question.id == confirm
    ]
    assert not turn.dialogue.admits("U2")
    assert await starts(diary) == []


async def test_somebody_else_may_begin_a_meeting_of_their_own_in_the_thread(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    told = await talk.say("내일 5시에 지영이랑 회의 잡아줘", by="U2")
    assert (told.skill, told.followups[0]) == ("meetings", "회의 잡기")
    await talk.press("회의 잡기", by="U2")
    assert (await starts(diary), await starts(diary, "U2")) == ([], ["11-27 17:00"])


async def test_who_is_busy_is_told_and_free_slots_are_proposed(converse, diary):
    ten = datetime(2026, 11, 27, 1, tzinfo=UTC)
    await diary.book(
        Meeting("x", "회의", "U9", (Attendee("민수"),), Slot(ten, ten + timedelta(hours=1)))
    )
    told = await converse().say("내일 오전 10시에 민수랑 지영이랑 회의 잡아줘")
    assert "민수" in told.text.splitlines()[0]
    assert "지영" not in told.text
    assert "11월 27일(금) 오전 10시" not in told.followups
    assert "11월 27일(금) 오전 9시 30분" not in told.followups


async def test_a_slot_that_was_taken_in_the_meantime_is_not_booked_over(converse, diary):
    one, other = converse(), converse(session="slack:T1:C2:1")
    await one.say("내일 2시에 민수랑 회의 잡아줘")
    await other.say("내일 2시에 민수랑 회의 잡아줘", by="U2")
    await other.press("회의 잡기", by="U2")
    told = await one.press("회의 잡기")
    assert "그사이에" in told.text
    assert told.followups
    assert await starts(diary) == ["11-27 14:00"]


async def test_a_meeting_is_moved_and_cancelled_in_words(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    await talk.press("회의 잡기")
    assert "오후 4시 ~ 오후 5시" in (await talk.say("아니 4시로")).text
    await talk.press("옮기기")
    assert await starts(diary) == ["11-27 16:00"]
    elsewhere = converse(session="slack:T1:D1:")
    assert "오후 4시 30분" in (await elsewhere.say("내일 4시 회의 30분 뒤로 미뤄줘")).text
    await elsewhere.press("옮기기")
    assert "모레" not in (moved := await elsewhere.say("내일 회의를 11월 30일로 옮겨 줘")).text
    assert "11월 30일(월) 오후 4시 30분" in moved.text
    await elsewhere.press("옮기기")
    assert await starts(diary) == ["11-30 16:30"]
    await elsewhere.say("회의 취소해 줘")
    await elsewhere.press("회의 취소하기")
    assert await starts(diary) == []


async def test_which_of_several_meetings_is_asked_and_only_their_owner_changes_them(
    converse, diary
):
    talk = converse()
    for hour in (2, 5):
        await talk.say(f"내일 {hour}시에 민수랑 회의 잡아줘")
        await talk.press("회의 잡기")
    elsewhere = converse(session="slack:T1:D1:")
    which = await elsewhere.say("회의를 오후 3시로 옮겨 줘")
    assert which.followups == ("11월 27일(금) 오후 2시", "11월 27일(금) 오후 5시")
    assert "오후 3시 ~ 오후 4시" in (await elsewhere.press(which.followups[1])).text
    theirs = converse(session="slack:T1:D2:")
    assert "잡은 사람만" in (await theirs.say("내일 2시 회의 취소해 줘", by="민수")).text
    listed = await theirs.say("내 회의 일정 알려줘", by="민수")
    assert listed.text.count("11월 27일(금)") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("어제 말고 오늘 오전 9시에 민수랑 회의 잡아줘", "이미 지난"),
        ("2월 30일에 민수랑 회의 잡아줘", "2월 30일"),
        ("내일 2시에 민수랑 20시간 회의 잡아줘", "12시간"),
    ],
)
async def test_what_cannot_be_is_said_and_asked_again(converse, text, said):
    talk = converse()
    assert said in (await talk.say(text)).text
    assert "오후 3시" in (await talk.say("내일 오후 3시에 1시간")).text


async def test_it_speaks_english(converse, diary):
    talk = converse("en")
    which = await talk.say("Set up a design meeting with Bob and Alice next Friday at 10")
    assert which.followups == ("Fri, Nov 27", "Fri, Dec 4")
    assert "Bob, Alice" in (await talk.press("Fri, Dec 4")).text
    assert "11 AM ~ 12 PM" in (await talk.say("actually 11")).text
    await talk.say("yes")
    assert await starts(diary, "Alice") == ["12-04 11:00"]
    assert "design meeting" in (await talk.say("What meetings do I have?")).text
    await talk.say("push it back by 30 minutes")
    await talk.press("Move it")
    assert await starts(diary, "Bob") == ["12-04 11:30"]
    await talk.say("cancel it")
    await talk.press("Cancel the meeting")
    assert await starts(diary, "Bob") == []


async def test_what_was_done_is_a_file_that_calendars_read(converse):
    talk = converse()
    await talk.say("내일 2시에 민수랑 디자인 회의 잡아줘")
    booked = event_in(await talk.press("회의 잡기"))
    assert booked["summary"] == "디자인 회의"
    assert booked.start == datetime(2026, 11, 27, 5, tzinfo=UTC)
    assert booked.end - booked.start == timedelta(hours=1)
    await talk.say("3시로 바꿔줘")
    moved = event_in(await talk.press("옮기기"))
    assert moved["uid"] == booked["uid"]
    assert moved["sequence"] > booked["sequence"]
    await talk.say("취소해줘")
    cancelled = event_in(await talk.press("회의 취소하기"))
    assert (cancelled["uid"], cancelled["status"]) == (booked["uid"], "CANCELLED")


def event_in(answer):
    """The event in the file that came with an answer."""
    (file,) = answer.files
    (event,) = Calendar.from_ical(file.text).events
    return event


async def test_a_choice_is_named_by_its_place_too(converse, diary):
    talk = converse()
    told = await talk.say("내일 오후에 민수랑 회의 잡아줘")
    assert told.followups[1] in (await talk.say("두 번째로")).text
    await talk.say("네 좋아요")
    assert len(await starts(diary)) == 1


async def test_asked_whether_to_cancel_cancelling_is_a_yes_and_no_is_a_no(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    await talk.say("응 예약해줘")
    await talk.say("그 회의 취소해줘")
    assert "바꾸지 않았어요" in (await talk.say("아니요, 그만두기")).text
    assert len(await starts(diary)) == 1
    await talk.say("회의 취소해줘")
    assert "취소했어요" in (await talk.say("네 취소해 주세요")).text
    assert await starts(diary) == []


async def test_a_meeting_is_moved_by_days(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    await talk.say("네")
    await talk.say("그 회의 하루 뒤로 미뤄줘")
    await talk.press("옮기기")
    assert await starts(diary) == ["11-28 14:00"]


async def test_of_offered_times_any_will_do_or_others_are_shown(converse, diary):
    talk = converse()
    offered = (await talk.say("내일 민수랑 회의 잡아줘")).followups
    later = (await talk.say("내일 오전은?")).followups
    others = (await talk.say("다른 시간은 없어?")).followups
    assert len(offered) == 5
    assert not set(later) & set(others)
    told = await talk.say("아무 때나 괜찮아")
    assert told.followups[0] == "회의 잡기"
    await talk.press("회의 잡기")
    (start,) = await starts(diary)
    assert start.startswith("11-27")


async def test_a_whole_day_takes_the_working_hours(converse):
    told = await converse().say("다음 주 금요일 하루 종일 민수랑 워크숍 잡아줘")
    assert "12월 4일(금) 오전 9시 ~ 오후 6시" in told.text
    assert "**제목**: 워크숍" in told.text


async def test_times_in_another_zone_are_shown_in_the_own_one_which_is_said(converse, diary):
    talk = converse()
    told = await talk.say("내일 오전 9시 뉴욕 시간으로 민수랑 통화 잡아줘")
    assert "11월 27일(금) 오후 11시 ~ 11월 28일(토) 오전 12시 (KST)" in told.text
    assert "말씀하신 EST 시각을 KST 시각으로" in told.text
    await talk.press("회의 잡기")
    assert await starts(diary) == ["11-27 23:00"]


async def test_a_day_of_another_year_is_shown_with_its_year(converse):
    told = await converse().say("11월 3일 2시에 민수랑 회의 잡아줘")
    assert "2027년 11월 3일(수) 오후 2시" in told.text
    english = converse("en", session="slack:T1:C2:1")
    told = await english.say("meeting with Bob on Jan 5 in the morning")
    assert all(one.startswith("Tue, Jan 5, 2027, ") for one in told.followups)
    assert told.followups[0] in (await english.press(told.followups[0])).text


async def test_an_evening_is_offered_after_work_where_it_is_asked_for(converse):
    told = await converse().say("내일 저녁에 민수랑 밥 약속 잡아줘")
    assert told.followups[0].endswith("오후 5시")
    assert told.followups[-1].endswith("오후 8시")


async def test_a_later_time_than_the_one_shown_is_asked_for_and_nothing_is_booked_by_a_number(
    converse, diary
):
    talk = converse()
    await talk.say("내일 4시에 민수랑 두 시간 회의 잡아줘")
    assert "그 밖에는" in (await talk.say("더 늦은 시간")).text
    await talk.say("첫 번째로")
    assert await starts(diary) == []
    assert (await talk.say("더 이른 시간은?")).followups[0].endswith("오전 9시")


async def test_a_meeting_gets_the_title_that_is_said(converse):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    assert "**제목**: 분기 회고" in (await talk.say("제목은 분기 회고로 해줘")).text
    told = await talk.say("내일 4시에 지영이랑 밥 먹자고 약속 잡아줘", by="U2")
    assert "먹자고" not in told.text


async def test_a_meeting_that_was_listed_is_moved_or_cancelled_in_words(converse, diary):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    await talk.press("회의 잡기")
    other = converse(session="slack:T1:C2:7")
    await other.say("내 회의 일정 알려줘")
    assert "4시" in (await other.say("그거 4시로 옮겨줘")).text
    await other.press("옮기기")
    assert await starts(diary) == ["11-27 16:00"]


async def test_whoever_does_not_know_who_is_to_come_names_nobody(converse):
    talk = converse()
    await talk.say("회의 잡아줘")
    assert "누구와" in (await talk.say("잘 모르겠는데")).text
    assert "비어 있는" in (await talk.say("민수")).text


async def test_people_whom_the_bot_cannot_tell_are_named(converse):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    assert "민수 님에게는 제가 알려 드릴 수 없어요" in (await talk.press("회의 잡기")).text
