"""A meeting that is talked about is corrected in words: its time, its length and its people."""

import pytest


def shown(reply):
    """The lines of a meeting that is to be confirmed: when it is, and with whom."""
    lines = [line.partition("**: ")[2] for line in reply.text.splitlines() if "**" in line]
    return lines[1].partition(" (KST")[0], lines[2] if len(lines) > 2 else ""


@pytest.mark.parametrize(
    ("said", "when", "who"),
    [
        ("민수 말고 지영이로 해줘", "오후 2시 ~ 오후 3시", "지영"),
        ("민수 대신 지영", "오후 2시 ~ 오후 3시", "지영"),
        ("지영이도 불러줘", "오후 2시 ~ 오후 3시", "민수, 지영"),
        ("민수는 빼고 하윤이 추가해줘", "오후 2시 ~ 오후 3시", "하윤"),
        ("한 시간 말고 30분만", "오후 2시 ~ 오후 2시 30분", "민수"),
        ("4시까지로 늘려줘", "오후 2시 ~ 오후 4시", "민수"),
        ("30분 늘려줘", "오후 2시 ~ 오후 3시 30분", "민수"),
        ("15분 짧게 해줘", "오후 2시 ~ 오후 2시 45분", "민수"),
        ("30분 늦춰줘", "오후 2시 30분 ~ 오후 3시 30분", "민수"),
        ("한 시간 당겨줘", "오후 1시 ~ 오후 2시", "민수"),
        ("8시로 늦추자", "오후 8시 ~ 오후 9시", "민수"),
        ("미안 3시 반이요", "오후 3시 30분 ~ 오후 4시 30분", "민수"),
        ("swap 민수 for Julia", "오후 2시 ~ 오후 3시", "Julia"),
        ("not 민수, Julia", "오후 2시 ~ 오후 3시", "Julia"),
        ("런던 시간 오전 6시 반으로", "오후 3시 30분 ~ 오후 4시 30분", "민수"),
        ("몇 시에 끝나?", "오후 2시 ~ 오후 3시", "민수"),
        ("who is coming?", "오후 2시 ~ 오후 3시", "민수"),
        ("Julia instead of 민수", "오후 2시 ~ 오후 3시", "Julia"),
        ("sorry, I meant 3", "오후 3시 ~ 오후 4시", "민수"),
        ("45 minutes please", "오후 2시 ~ 오후 2시 45분", "민수"),
        ("let's do until 4", "오후 2시 ~ 오후 4시", "민수"),
        ("make it 30 minutes longer", "오후 2시 ~ 오후 3시 30분", "민수"),
    ],
)
async def test_one_thing_is_changed_and_the_rest_stays(converse, said, when, who):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    told = shown(await talk.say(said))
    assert told == (f"11월 27일(금) {when}", who)


@pytest.mark.parametrize(
    ("said", "when", "who"),
    [
        ("월요일 4시에 지영이랑 미팅 잡아줘", "오후 4시 ~ 오후 5시", "지영"),
        ("book a call with Ines on Monday at 4", "오후 4시 ~ 오후 5시", "Ines"),
        ("월요일 4시 회의에 지영이도 불러줘", "오후 4시 ~ 오후 4시 30분", "민수, 지영"),
        ("지영이랑 월요일 4시 회의로 바꿔줘", "오후 4시 ~ 오후 4시 30분", "민수, 지영"),
    ],
)
async def test_a_whole_new_request_begins_anew_and_a_change_does_not(converse, said, when, who):
    talk = converse()
    await talk.say("내일 2시에 민수랑 30분 회의 잡아줘")
    assert shown(await talk.say(said)) == (f"11월 30일(월) {when}", who)


async def test_a_weekday_may_be_that_of_the_week_that_is_talked_about(converse):
    talk = converse()
    await talk.say("12월 11일 3시에 민수랑 회의 잡아줘")
    told = await talk.say("화요일로 바꾸자")
    assert told.followups == ("12월 1일(화)", "12월 8일(화)")
    assert "12월 8일(화) 오후 3시" in (await talk.press("12월 8일(화)")).text


@pytest.mark.parametrize(
    "said",
    [
        "그냥 취소해",
        "아니다 그냥 둬",
        "장난이야 잡지 마",
        "없던 일로 하자",
        "actually never mind",
        "please don't book it",
        "됐고 그냥 취소해줘",
        "cancel it",
        "nvm",
    ],
)
async def test_it_is_called_off_in_other_words(converse, said):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    assert "바꾸지 않았어요" in (await talk.say(said)).text


@pytest.mark.parametrize(
    "said",
    [
        "네 부탁해요",
        "확정",
        "오케이 그렇게 해주세요",
        "looks good",
        "yes please do",
        "confirm",
        "좋아 그걸로",
        "go for it",
    ],
)
async def test_it_is_confirmed_in_other_words(converse, said):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    assert "회의를 잡았어요" in (await talk.say(said)).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("없던 일로 해줘", "이 회의를 취소할까요"),
        ("민수랑 하는 거 못 가게 됐어", "이 회의를 취소할까요"),
        ("scrap that meeting", "이 회의를 취소할까요"),
        ("나 내일 일정 뭐야", "앞으로 잡혀 있는 회의"),
        ("when is my next meeting?", "앞으로 잡혀 있는 회의"),
        ("what's on my calendar tomorrow?", "앞으로 잡혀 있는 회의"),
        ("4시까지로 늘려줘", "오후 2시 ~ 오후 4시"),
    ],
)
async def test_a_booked_meeting_is_cancelled_listed_and_made_longer_in_words(converse, said, told):
    talk = converse()
    await talk.say("내일 2시에 민수랑 회의 잡아줘")
    await talk.press("회의 잡기")
    assert told in (await talk.say(said)).text


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("내일 3시쯤 경민 과장님이랑 얘기하고 싶은데 일정 잡아줘", "경민 과장"),
        ("금요일 3시에 소연님 만나야 해요", "소연"),
        ("하준이한테 내일 3시에 회의 되는지 물어봐 줘", "하준"),
        ("I need to see Paul tomorrow at 3", "Paul"),
        ("meeting w/ Priya tomorrow at 3", "Priya"),
        ("two weeks from today at 3 with Leo, book it", "Leo"),
    ],
)
async def test_people_are_named_in_other_ways(converse, said, who):
    assert shown(await converse().say(f"/meetings {said}"))[1] == who


async def test_asked_who_is_to_come_the_wish_to_book_is_nobodys_name(converse):
    talk = converse()
    await talk.say("내일 2시에 회의 잡아줘")
    await talk.say("book")
    assert shown(await talk.say("민수"))[1] == "민수"


async def test_nobody_else_comes_and_what_repeats_is_booked_once(converse):
    talk = converse()
    await talk.say("매주 월요일 10시에 회의 잡아줘")
    told = await talk.say("나 혼자")
    assert shown(told)[1] == ""
    talk = converse()
    told = await talk.say("매주 월요일 10시에 민수랑 회의 잡아줘")
    assert "되풀이되는 회의는" in told.text
