"""Those who are named are asked alone, and the first time that all accept is booked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.skills.meetings.meeting import Attendee, Meeting, Slot
from core.types import Mention

MINSU, JIYEONG = Mention("U2", "김 민수", "@U2"), Mention("U3", "지영", "@U3")
BOTH = (MINSU, JIYEONG)
TWO = datetime(2026, 11, 27, 5, tzinfo=UTC)  # in the afternoon, in Seoul
HOUR = timedelta(hours=1)
WEEKS = Slot(TWO - timedelta(days=2), TWO + timedelta(days=20))


@pytest.fixture
def talk(converse):
    return converse()


@pytest.fixture
def alone(converse, history):
    """What one person reads alone, and says there."""

    class Alone:
        def __init__(self, person):
            self.person = person
            self.talk = converse(session=f"slack:T1:D{person}:")

        async def read(self):
            return await history.recent(self.talk.session, 20)

        async def press(self, text):
            turn = [one for one in await self.read() if text in one.followups][-1]
            return await self.talk.press(text, of=turn.question.id, by=self.person)

        async def say(self, text):
            return await self.talk.say(text, by=self.person)

    return Alone


async def booked(diary, person="U1"):
    return await diary.meetings([person], WEEKS)


async def ask_both(talk, when="내일 오후 2시에"):
    await talk.say(f"{when} @U2, @U3이랑 디자인 회의 잡아줘", mentions=BOTH)
    return await talk.press("회의 잡기")


async def test_nothing_is_booked_before_all_who_are_named_have_accepted(
    talk, alone, diary, history
):
    told = await ask_both(talk)
    assert "김 민수, 지영 님에게 물어봤어요" in told.text
    (invited,) = await alone("U2").read()
    assert "수진 님이 회의를 하자고" in invited.answer
    assert "디자인 회의" in invited.answer
    first = await alone("U2").press("좋아요")
    assert "아직 답하지 않은 분: 지영" in first.text
    assert await booked(diary) == []
    last = await alone("U3").press("좋아요")
    assert last.files
    (meeting,) = await booked(diary)
    assert (meeting.slot.start, meeting.people[0]) == (TWO, Attendee("김 민수", "U2"))
    for turn in ((await alone("U2").read())[-1], (await history.recent(talk.session, 1))[0]):
        assert turn.dialogue.files[0].name == "meeting.ics"
        assert "모두 좋다고" in turn.answer


async def test_of_several_times_the_first_that_suits_all_is_booked(talk, alone, diary):
    told = await talk.say("내일 오후에 @U2, @U3이랑 회의 잡아줘", mentions=BOTH)
    assert told.followups[-1] == "모두에게 물어보기"
    early, later = told.followups[0], told.followups[1]
    await talk.press("모두에게 물어보기")
    await alone("U2").press(early)
    assert "11월" in (await alone("U2").press(later)).text
    await alone("U3").press(later)
    (meeting,) = await booked(diary)
    assert await alone("U3").press(early) != meeting
    assert len(await booked(diary)) == 1
    assert [one.id for one in await booked(diary, "U2")] == [meeting.id]


async def test_who_cannot_come_ends_it_and_the_organizer_goes_on_with_another_time(
    talk, alone, diary, history
):
    await ask_both(talk)
    await alone("U3").press("안 돼요")
    (told,) = await history.recent(talk.session, 1)
    assert "지영 님은 그때가 안 된대요" in told.answer
    late = await alone("U2").press("좋아요")
    assert "잡히지 않았어요" in late.text
    assert await booked(diary) == []
    again = await talk.say("그럼 4시로")
    assert "오후 4시" in again.text
    await talk.press("회의 잡기")
    for person in ("U2", "U3"):
        await alone(person).press("좋아요")
    assert [one.slot.start.hour for one in await booked(diary)] == [7]


async def test_nobody_accepts_for_another_and_a_word_does_as_well_as_a_button(
    talk, alone, diary, history, profile
):
    await ask_both(talk)
    (invited,) = await alone("U2").read()
    assert invited.dialogue.admits("U2")
    assert not invited.dialogue.admits("U3")
    stolen = await alone("U2").talk.say("좋아요", by="U3")
    assert stolen.text == profile.not_your_button
    assert "답을 전했어요" in (await alone("U2").say("네")).text
    await alone("U3").say("네 좋아요")
    assert len(await booked(diary)) == 1


async def test_who_asked_takes_it_back_and_everybody_hears_of_it(talk, alone, diary, profile):
    await ask_both(talk)
    await talk.say("취소할게요")
    assert "그만두었어요" in (await alone("U2").read())[-1].answer
    assert (await alone("U2").press("좋아요")).text == profile.settled_button
    assert await booked(diary) == []


async def test_two_invitations_in_one_conversation_are_answered_each_by_its_own_buttons(
    talk, converse, alone, diary
):
    await ask_both(talk)
    other = converse(session="slack:T1:C9:9")
    await ask_both(other, "내일 오후 4시에")
    for person in ("U2", "U3"):
        for turn in await alone(person).read():
            await alone(person).talk.press("좋아요", of=turn.question.id, by=person)
    assert [one.slot.start.hour for one in await booked(diary, "U2")] == [5, 7]


async def test_answers_at_once_book_once_and_an_answer_heard_again_changes_nothing(
    talk, alone, diary
):
    await ask_both(talk)
    told = await asyncio.gather(*(alone(one).press("좋아요") for one in ("U2", "U3", "U2", "U3")))
    assert all(one.text for one in told)
    assert len(await booked(diary)) == 1


async def test_a_time_that_was_taken_meanwhile_is_not_booked_over(talk, alone, diary, history):
    await ask_both(talk)
    other = Meeting("x", "면담", "U9", (Attendee("지영", "U3"),), Slot(TWO, TWO + HOUR))
    await diary.book(other)
    for person in ("U2", "U3"):
        await alone(person).press("좋아요")
    assert await booked(diary) == []
    assert "그사이에" in (await history.recent(talk.session, 1))[0].answer


async def test_a_meeting_is_moved_when_all_accept_and_a_cancellation_is_told_to_all(
    talk, alone, diary
):
    await ask_both(talk)
    for person in ("U2", "U3"):
        await alone(person).press("좋아요")
    await talk.say("회의 4시로 옮겨줘")
    await talk.press("옮기기")
    assert [one.slot.start for one in await booked(diary)] == [TWO]
    for person in ("U2", "U3"):
        await alone(person).press("좋아요")
    assert [one.slot.start for one in await booked(diary)] == [TWO + 2 * HOUR]
    await talk.say("회의 취소해줘")
    await talk.press("회의 취소하기")
    (told,) = [one for one in await alone("U2").read() if "회의를 취소했어요" in one.answer]
    assert "CANCEL" in told.dialogue.files[0].text


async def test_who_cannot_be_written_to_is_named_and_the_others_are_asked(talk, alone, town, diary):
    town.let_nobody.add("U3")
    told = await ask_both(talk)
    assert "물어볼 수 없는 분이 있어요: 지영" in told.text
    await alone("U2").press("좋아요")
    assert len(await booked(diary)) == 1


async def test_no_time_is_proposed_on_a_holiday_and_one_that_is_said_is_noted(converse):
    new_year = datetime(2026, 12, 31, 10, tzinfo=UTC).astimezone()
    talk = converse(now=new_year)
    told = await talk.say("내일 3시에 민수랑 회의 잡아줘")
    assert "공휴일" in told.text
    free = await converse(session="slack:T1:C2:2", now=new_year).say("내일 민수랑 회의 잡아줘")
    assert "주말과 공휴일에는" in free.text


async def test_another_time_is_put_to_who_asked_and_is_booked_when_all_accept(
    talk, alone, diary, history
):
    """Whoever has named the time, a person or their assistant, is not asked again."""
    await ask_both(talk)
    told = await alone("U3").say("2시는 안 되고 4시는 돼요")
    assert "수진 님에게 11월 27일(금) 오후 4시" in told.text
    (asked,) = await history.recent(talk.session, 1)
    assert "대신 11월 27일(금) 오후 4시에 하자고" in asked.answer
    assert "디자인 회의" in asked.answer
    await talk.press("회의 잡기", of=asked.question.id)
    assert await booked(diary) == []
    assert "물어봤어요" in (await alone("U3").read())[-1].answer
    await alone("U2").press("좋아요")
    assert [one.slot.start.hour for one in await booked(diary)] == [7]


async def test_two_assistants_negotiate_in_words_until_both_accept(converse, alone, diary, history):
    talk = converse()
    await talk.say("내일 오후 2시에 @U2랑 디자인 회의 잡아줘", mentions=(MINSU,))
    await talk.say("네")
    await alone("U2").say("그때는 어려워요. 다음 주 월요일 오전 11시는 어떠세요?")
    await talk.say("아니 10시로")
    await talk.say("네")
    await alone("U2").say("10시는 안 되지만 오전 11시 반은 괜찮아요")
    last = await talk.say("네")
    assert "모두 좋다고 해서" in last.text
    (meeting,) = await booked(diary)
    assert (meeting.slot.start.day, meeting.slot.start.hour, meeting.slot.start.minute) == (
        30,
        2,
        30,
    )
    assert "모두 좋다고 해서" in (await alone("U2").read())[-1].answer


async def test_in_english_too(converse, alone, diary):
    talk = converse("en")
    await talk.say("Book a design review with @U2 tomorrow at 2pm", mentions=(MINSU,))
    await talk.press("Book it")
    told = await alone("U2").say("I can't at 2, but 4 works")
    assert "오후 4시" in told.text  # as the bot speaks there
    await talk.say("yes")
    assert [one.slot.start.hour for one in await booked(diary)] == [7]


async def test_a_time_that_does_not_suit_is_no_acceptance(talk, alone, diary):
    await ask_both(talk)
    await alone("U2").press("좋아요")
    assert "안 된다고 전할게요" in (await alone("U3").say("오후 2시는 안 돼요")).text
    assert await booked(diary) == []
