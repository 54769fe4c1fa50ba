"""The console over real sockets: who may enter, what is read, what owners change."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode

import aiohttp
import numpy as np
import pytest
from fakes.assistants import answered
from fakes.faq_desk import desk_of, switchboard_of, trials_of
from fakes.learning import book_of
from fakes.web_bot import running_bot
from fakes.web_person import Person

import bots.web.console
from bots.web.console import views
from bots.web.console.access import COOKIE, CSRF, ConsoleRole, keys_of
from config.profiles import load_profile
from core.lessons.gate import Examined
from core.reporting import person_records
from core.reporting.catalogue import Catalogue
from core.reporting.operations import Operations
from core.reporting.person_records import PersonRecords
from core.retrieval.evidence import FACTS
from core.skills.meetings.meeting import Meeting, Slot
from core.types import Entry, Escalated, Feedback, Lesson, LessonState, Memory, SessionId
from ingest.sources.rows import RemarkKind

STATIC = Path(bots.web.console.__file__).parent / "static"
MODELS_OFF = {"name": "models", "value": "off"}
OWNER, READER = "owner-owner-owner1", "reader-reader-read1"
SECOND_OWNER = "second-second-sec1"
LATER = datetime(9999, 1, 1, tzinfo=UTC)
FEE = "반품은 언제까지 되나요?"
ENTRY = Entry("f1", "정산은 언제 되나요?", "다음 영업일에 됩니다.")


HELD, REFUSED = "다른 말이에요.", "지시예요."


async def examine(lesson):
    """The gate by script."""
    if lesson.answer == REFUSED:
        return Examined(("지시예요",), refused=True)
    return Examined(("도움말과 달라요",) if lesson.answer.startswith(HELD) else ())


async def of_no_category(_turn):
    return ""


def operations_of(stores, assistant, **of_book):
    """The console's operations on a test's stores, with an assistant by script."""
    return Operations(
        reports=stores.reports,
        archive=stores.archive,
        inbox=stores.inbox,
        lessons=stores.lessons,
        cases=stores.cases,
        assistant=assistant,
        embed=lambda texts: np.eye(len(texts), dtype=np.float32),
        trials=trials_of(stores, assistant),
        switchboard=switchboard_of(stores, assistant),
        catalogue=Catalogue(stores.reports, desk_of(ENTRY, Entry("f2", FEE, "2주 안에 됩니다."))),
        book=book_of(stores, load_profile("ko"), examine=examine, **of_book),
        category_of=of_no_category,
        personal=PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary),
    )


@pytest.fixture
async def bot(tmp_path, profile):
    """The bot on the web with a console that owners and readers may enter."""
    tokens = {"console_token": OWNER, "console_reader_token": READER}
    async with running_bot(tmp_path, profile, make_operations=operations_of, **tokens) as running:
        yield running


class Operator:
    """Somebody at the console."""

    def __init__(self, address):
        self.address, self.csrf = f"{address}/console/api", ""
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def call(self, method, path, body=None, **headers):
        headers = headers or ({CSRF: self.csrf} if self.csrf else {})
        async with self.http.request(
            method, f"{self.address}{path}", json=body, headers=headers
        ) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def enter(self, token, name="mina"):
        status, _ = await self.call("POST", "/login", {"token": token, "name": name})
        self.csrf = (await self.call("GET", "/me"))[1].get("csrf", "")
        return status


@pytest.fixture
async def operator(bot):
    """Somebody who has not signed in yet."""
    operator = Operator(bot.address)
    yield operator
    await operator.http.close()


async def asked(bot, *texts):
    person = Person(bot.address)
    for text in texts:
        message = await person.ask(text)
        await person.until(lambda message=message: message.ending)
    await person.close()


async def test_without_a_token_nobody_enters(bot, operator):
    for path in ("/today", "/turns", "/entries", "/gaps", "/lessons", "/switches", "/people/x"):
        assert (await operator.call("GET", path))[0] == 401
    assert await operator.enter("wrong-wrong-wrong1") == 401
    assert "who" not in (await operator.call("GET", "/me"))[1]


async def test_without_tokens_in_the_settings_there_is_no_console(tmp_path, profile):
    async with running_bot(tmp_path, profile, make_operations=operations_of) as bot:
        person = Person(bot.address)
        async with person.http.get(f"{bot.address}/console") as response:
            assert response.status == 404
        await person.close()


async def test_many_wrong_tokens_are_slowed_down(bot, operator):
    statuses = [await operator.enter(f"wrong-wrong-wrong{n}") for n in range(15)]
    assert statuses[-1] == 429
    assert await operator.enter(OWNER) == 204  # the right one is never locked out


async def test_a_forged_cookie_opens_nothing(bot, operator):
    await operator.enter(READER)
    cookie = next(one for one in operator.http.cookie_jar if one.key == COOKIE).value
    value, _, signature = cookie.partition(".")
    forged = value.replace(b"reader".hex(), b"owner".hex())
    status, _ = await operator.call("GET", "/today", Cookie=f"{COOKIE}={forged}.{signature}")
    assert status in (200, 401)  # the jar's own cookie may come along
    jarless = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    headers = {"Cookie": f"{COOKIE}={forged}.{signature}"}
    async with jarless.get(f"{bot.address}/console/api/today", headers=headers) as response:
        assert response.status == 401
    await jarless.close()


async def test_each_gap_is_embedded_once(bot, operator, monkeypatch):
    """What the views keep in memory is read when the server starts, not when one is opened."""
    embedded, operations = [], bot.service.operations

    def embed(texts):
        embedded.extend(texts)
        return np.eye(9, dtype=np.float32)[len(embedded) - len(texts) : len(embedded)]

    monkeypatch.setattr(operations, "_embed", embed)
    for text in ("없는 것", "다른 것"):
        bot.assistant.script(text, Escalated("없어요", ()))
    await asked(bot, "없는 것")
    await operations.warm_up()
    await asked(bot, "다른 것")
    await operator.enter(READER)
    status, told = await operator.call("GET", "/gaps")
    assert status == 200
    assert {group["name"] for group in told["groups"]} == {"없는 것", "다른 것"}
    assert embedded == ["없는 것", "다른 것"]
    monkeypatch.setattr(views, "_GROUPS", 1)
    pages = [(await operator.call("GET", f"/gaps?from={at}"))[1] for at in range(3)]
    assert [one["count"] for one in pages] == [2, 2, 2]
    assert [len(one["groups"]) for one in pages] == [1, 1, 0]
    assert pages[0]["groups"] + pages[1]["groups"] == told["groups"]


async def test_today_counts_and_leads_to_the_questions(bot, operator):
    bot.assistant.script("없는 것", Escalated("없어요", ("가까운 것",)))
    await asked(bot, "질문", "없는 것")
    await operator.enter(READER)
    _, told = await operator.call("GET", "/today?over=hours")
    assert (told["total"]["asked"], told["total"]["not_found"]) == (2, 1)
    assert list(told["by_platform"]) == ["web"]
    for query, texts in (
        ("", ["없는 것", "질문"]),
        ("?state=escalated", ["없는 것"]),
        ("?text=질", ["질문"]),
        ("?platform=slack", []),
        ("?rated=helpful", []),
        ("?limit=1", ["없는 것"]),
    ):
        _, found = await operator.call("GET", f"/turns{query}")
        assert [turn["text"] for turn in found["turns"]] == texts
    (unanswered,) = found["turns"]
    _, told = await operator.call("GET", f"/sessions/{unanswered['session']}")
    assert [turn["state"] for turn in told["turns"]] == ["escalated"]


async def test_a_figure_leads_to_the_questions_of_its_window(bot, operator):
    await asked(bot, "먼저", "나중")
    for text, reason in (("먼저", "handed_over"), ("나중", "")):
        (turn,) = [
            one
            for one in await bot.stores.reports.latest(9, before=LATER)
            if one.question.text == text
        ]
        opinion = Feedback(turn.question.id, "mina", helpful=False, reason=reason)
        await bot.stores.archive.give_feedback(opinion)
    await operator.enter(READER)
    _, told = await operator.call("GET", "/today?over=days")
    since, zone = told["since"], told["zone"]
    assert (since, zone) == (told["periods"][0]["start"], "Asia/Seoul")
    (later, earlier) = (await operator.call("GET", "/turns"))[1]["turns"]
    for query, texts in (
        ({"since": since}, ["나중", "먼저"]),
        ({"since": later["ended_at"]}, ["나중"]),
        ({"since": since, "rated": "unhelpful"}, ["나중", "먼저"]),
        ({"since": since, "rated": "handed_over"}, ["먼저"]),
        ({"since": later["ended_at"], "rated": "handed_over"}, []),
    ):
        _, found = await operator.call("GET", f"/turns?{urlencode(query)}")
        assert [turn["text"] for turn in found["turns"]] == texts
        assert found["before"] is None
    assert earlier["text"] == "먼저"
    for moment in ("yesterday", "2026-11-30T12:00", "0001-01-01T00:00:00%2B14:00"):
        assert (await operator.call("GET", f"/turns?since={moment}"))[0] == 400
    assert (await operator.call("GET", "/sessions/%00"))[0] == 404


async def test_entries_come_in_pages(bot, operator, monkeypatch):
    monkeypatch.setattr(views, "_ENTRIES", 1)
    await operator.enter(READER)
    pages = [(await operator.call("GET", f"/entries?from={at}"))[1] for at in range(3)]
    assert [one["count"] for one in pages] == [2, 2, 2]
    titles = [[entry["title"] for entry in one["entries"]] for one in pages]
    assert sorted(titles) == [[], [FEE], [ENTRY.title]]


async def test_a_large_group_of_gaps_is_asked_again(bot, operator):
    """Its questions are too much for a body of the usual size, which strangers may not exceed."""
    bot.assistant.script("쿠폰은?", answered("만 원부터예요."))
    questions = [{"question_id": f"slack:T1:C1:{n}", "text": "쿠폰은?"} for n in range(1_200)]
    assert (await operator.call("POST", "/gaps/ask", {"questions": questions}))[0] == 401
    await operator.enter(OWNER)
    status, told = await operator.call("POST", "/gaps/ask", {"questions": questions})
    assert (status, told["asked"], told["answered"]) == (200, 1_200, 1_200)


async def test_answers_passages_entries_and_lessons_are_shown_as_the_page_shows_them(bot, operator):
    """Markdown becomes safe HTML, a citation leads to a source that there is, a list has words."""
    table = "| 방법 | 며칠 |\n|---|---|\n| 수거 | 3 |"
    markdown = f"**2주** 안에 [1] [7]\n\n{table}\n\n<img src=x onerror=alert(1)>"
    bot.assistant.script("반품은?", answered(markdown))
    await asked(bot, "반품은?")
    await bot.stores.lessons.teach(
        Lesson("l1", SessionId("slack:T:C:1"), "포장은?", "**2,000원**", "U1", "joon")
    )
    await operator.enter(READER)
    (listed,) = (await operator.call("GET", "/turns"))[1]["turns"]
    assert "**" not in listed["answer"]
    (turn,) = (await operator.call("GET", f"/sessions/{listed['session']}"))[1]["turns"]
    html = "".join(turn["html"])
    assert "<strong>2주</strong>" in html
    assert "<td>수거</td>" in html
    assert "<img" not in html
    assert html.count('class="cite"') == len(turn["sources"]) == 1
    (lesson,) = (await operator.call("GET", "/lessons"))[1]["lessons"]
    assert "".join(lesson["html"]) == "<p><strong>2,000원</strong></p>"
    _, entry = await operator.call("GET", "/entries/f1")
    assert "".join(entry["html"]) == f"<p>{ENTRY.text}</p>"


async def test_a_reader_changes_nothing_and_an_owner_needs_the_page(bot, operator):
    await operator.enter(READER)
    assert (await operator.call("PUT", "/switches", MODELS_OFF))[0] == 403
    assert (await operator.call("GET", "/people/web:x"))[0] == 403
    await operator.enter(OWNER)
    forged = {CSRF: "0" * 64}
    assert (await operator.call("PUT", "/switches", MODELS_OFF, **forged))[0] == 403


async def test_a_gap_is_taught_asked_again_and_closed_and_all_is_logged(bot, operator):
    bot.assistant.script("쿠폰은?", Escalated("없어요", ()))
    await asked(bot, "쿠폰은?")
    await operator.enter(OWNER)
    _, told = await operator.call("GET", "/gaps")
    (group,) = told["groups"]
    assert (group["name"], group["count"]) == ("쿠폰은?", 1)
    questions = [
        {"question_id": one["question_id"], "text": one["text"]} for one in group["questions"]
    ]
    _, result = await operator.call("POST", "/gaps/ask", {"questions": questions})
    assert (result["asked"], result["answered"]) == (1, 0)
    bot.assistant.script("쿠폰은?", answered("만 원부터 쓸 수 있어요."))
    body = {"questions": questions, "answer": "만 원부터 쓸 수 있어요."}
    _, result = await operator.call("POST", "/gaps/teach", body)
    assert result == {"asked": 1, "answered": 1, "findings": [], "refused": False}
    assert (await operator.call("GET", "/gaps"))[1] == {"groups": [], "count": 0}
    _, told = await operator.call("GET", "/lessons")
    (lesson,) = told["lessons"]
    assert (lesson["question"], lesson["author"]) == ("쿠폰은?", "mina")
    await operator.call("PATCH", f"/lessons/{lesson['id']}", {"answer": "이만 원부터예요."})
    assert (await operator.call("DELETE", f"/lessons/{lesson['id']}"))[0] == 204
    _, told = await operator.call("GET", "/switches")
    assert [one["action"] for one in told["audit"]] == [
        "lesson.undo",
        "lesson.corrected",
        "lesson.learned",
    ]
    assert {one["who"] for one in told["audit"]} == {"mina"}


async def test_an_answer_that_was_taught_to_a_group_is_corrected_and_forgotten_as_one(
    bot, operator
):
    """No copy of it keeps the old answer; the same words from somebody else are left alone."""
    other = Lesson("l9", SessionId("slack:T:C:1"), "포장은?", "2,000원이에요.", "U1", "joon")
    await bot.stores.lessons.teach(other)
    await operator.enter(OWNER)
    questions = [
        {"question_id": f"q{n}", "text": text} for n, text in enumerate(("비용?", "포장?"))
    ]
    await operator.call("POST", "/gaps/teach", {"questions": questions, "answer": other.answer})

    async def known():
        _, told = await operator.call("GET", "/lessons")
        return {one["question"]: (one["id"], one["answer"]) for one in told["lessons"]}

    taught = await known()
    assert {answer for _, answer in taught.values()} == {other.answer}
    await operator.call("PATCH", f"/lessons/{taught['비용?'][0]}", {"answer": "3,000원이에요."})
    answers = {question: answer for question, (_, answer) in (await known()).items()}
    assert answers == {
        "비용?": "3,000원이에요.",
        "포장?": "3,000원이에요.",
        other.question: other.answer,
    }
    assert (await operator.call("DELETE", f"/lessons/{taught['포장?'][0]}"))[0] == 204
    assert [*await known()] == [other.question]


async def test_what_the_gate_finds_is_shown_and_served_on_the_operator_s_word(bot, operator):
    await asked(bot, "쿠폰은?")
    await operator.enter(OWNER)
    body = {"questions": [{"question_id": "q", "text": "쿠폰은?"}], "answer": HELD}
    _, result = await operator.call("POST", "/gaps/teach", body)
    assert (result["findings"], result["refused"]) == (["도움말과 달라요"], False)
    (lesson,) = (await operator.call("GET", "/lessons"))[1]["lessons"]
    assert (lesson["state"], lesson["findings"]) == ("held", ["도움말과 달라요"])
    path = f"/lessons/{lesson['id']}"
    assert (await operator.call("POST", f"{path}/approve"))[0] == 204
    assert (await operator.call("GET", "/lessons"))[1]["lessons"][0]["state"] == "served"
    change = {"answer": f"{HELD}!"}
    assert (await operator.call("PATCH", path, change))[1]["findings"] == ["도움말과 달라요"]
    _, result = await operator.call("PATCH", path, change | {"approved": True})
    assert result["findings"] == []
    assert (await operator.call("POST", "/lessons/none/approve"))[0] == 404
    _, result = await operator.call("POST", "/gaps/teach", body | {"answer": REFUSED})
    assert result["refused"]


async def test_a_second_owner_has_a_key_of_their_own(tmp_path, profile):
    """A name that is typed proves nothing: the key says who it is."""

    def make(stores, assistant):
        return operations_of(stores, assistant, wants_second=True)

    keys = f"김담당:{OWNER}, 박팀장:{SECOND_OWNER}"
    bots = running_bot(tmp_path, profile, make_operations=make, console_token=keys)
    async with bots as bot:
        kim, park = Operator(bot.address), Operator(bot.address)
        await kim.enter(OWNER, "박팀장")
        await park.enter(SECOND_OWNER, "")
        assert [(await one.call("GET", "/me"))[1]["who"] for one in (kim, park)] == [
            "김담당",
            "박팀장",
        ]
        body = {"questions": [{"question_id": "q", "text": "쿠폰은?"}], "answer": HELD}
        await kim.call("POST", "/gaps/teach", body | {"approved": True})
        (lesson,) = (await kim.call("GET", "/lessons"))[1]["lessons"]
        assert lesson["state"] == "held"
        path = f"/lessons/{lesson['id']}/approve"
        assert [(await one.call("POST", path))[0] for one in (kim, park)] == [409, 204]
        await kim.http.close()
        await park.http.close()


async def test_with_one_key_for_all_nobody_is_a_second_owner(tmp_path, profile):
    def make(stores, assistant):
        return operations_of(stores, assistant, wants_second=True)

    bots = running_bot(tmp_path, profile, make_operations=make, console_token=OWNER)
    async with bots as bot:
        operator = Operator(bot.address)
        await operator.enter(OWNER, "김담당")
        body = {"questions": [{"question_id": "q", "text": "쿠폰은?"}], "answer": HELD}
        await operator.call("POST", "/gaps/teach", body)
        (lesson,) = (await operator.call("GET", "/lessons"))[1]["lessons"]
        await operator.enter(OWNER, "박팀장")
        assert (await operator.call("POST", f"/lessons/{lesson['id']}/approve"))[0] == 409
        await operator.http.close()


@pytest.mark.parametrize("keys", [f"{OWNER},{READER}", f"김:{OWNER},김:{READER}", f"|:{OWNER}"])
def test_keys_without_a_name_of_their_own_are_no_keys(keys):
    with pytest.raises(ValueError, match="name:token"):
        keys_of(ConsoleRole.OWNER, keys)


async def test_what_is_switched_counts_at_once_and_is_logged(bot, operator):
    await operator.enter(OWNER)
    assert (await operator.call("PUT", "/switches", MODELS_OFF))[0] == 204
    assert not bot.assistant.uses_models
    _, told = await operator.call("GET", "/switches")
    assert told["switches"][0] == {"name": "models", "value": "off", "default": "on"}
    await operator.call("PUT", "/switches", {"name": "models", "value": None})
    assert bot.assistant.uses_models
    for body, status in (({"name": "models", "value": "maybe"}, 400), ({"name": "none"}, 404)):
        assert (await operator.call("PUT", "/switches", body))[0] == status
    _, told = await operator.call("GET", "/switches")
    assert [(one["action"], one["detail"]) for one in told["audit"]] == [
        ("switch.models", "off -> on"),
        ("switch.models", "on -> off"),
    ]


async def test_a_persons_data_are_exported_and_deleted(bot, operator, monkeypatch):
    """However many they are; what the bot was told to remember and the diary are among them."""
    monkeypatch.setattr(person_records, "_PAGE", 2)
    await asked(bot, "질문 1", "질문 2", "질문 3")
    await operator.enter(OWNER)
    _, found = await operator.call("GET", "/turns")
    person = found["turns"][0]["person"]
    await bot.stores.memories.add(Memory("m1", person, "견과류를 못 먹음"))
    start = datetime(2026, 12, 1, 6, tzinfo=UTC)
    slot = Slot(start, start + timedelta(hours=1))
    await bot.stores.diary.book(Meeting("b1", "디자인 회의", person, (), slot))
    async with operator.http.get(f"{operator.address}/people/{person}") as response:
        told = [json.loads(line) async for line in response.content]
    turns = [one["turn"]["question"]["text"] for one in told if one["kind"] == "turn"]
    assert turns == ["질문 3", "질문 2", "질문 1"]
    kept = {one["kind"]: one[one["kind"]] for one in told}
    assert kept["memory"]["text"] == "견과류를 못 먹음"
    assert kept["meeting"]["title"] == "디자인 회의"
    _, gone = await operator.call("DELETE", f"/people/{person}")
    assert (gone["turns"], gone["memories"], gone["meetings"]) == (3, 1, 1)
    assert (await operator.call("GET", "/turns"))[1]["turns"] == []
    log = (await operator.call("GET", "/switches"))[1]["audit"]
    assert [one["action"] for one in log] == ["person.delete", "person.export"]
    assert person not in str(log)


async def test_the_faq_is_listed_with_what_was_used(bot, operator):
    await asked(bot, "질문")
    await operator.enter(READER)
    _, told = await operator.call("GET", "/entries")
    assert [(one["title"], one["used"]) for one in told["entries"]] == [(ENTRY.title, 1), (FEE, 0)]
    for query, titles in (
        ("?order=never", [FEE]),
        ("?text=2주", [FEE]),
        ("?text=영업일", [ENTRY.title]),
        ("?order=due&text=정산", [ENTRY.title]),
    ):
        _, told = await operator.call("GET", f"/entries{query}")
        assert [one["title"] for one in told["entries"]] == titles
    assert (await operator.call("GET", "/entries?order=none"))[0] == 400
    assert (await operator.call("PUT", "/entries/f1/review", {"months": 3}))[0] == 403
    _, told = await operator.call("GET", "/entries/f1")
    assert told["text"] == ENTRY.text
    assert (await operator.call("GET", "/entries/none"))[0] == 404


async def test_what_could_be_better_is_told_in_either_language_by_kind(operator):
    await operator.enter(READER)
    _, told = await operator.call("GET", "/check?lang=en")
    assert (told["entries"], told["concerned"], told["count"]) == (2, 1, 2)
    assert [(one["kind"], one["count"]) for one in told["kinds"]] == [
        ("near-duplicate", 1),
        ("stale", 1),
    ]
    alike, stale = told["problems"]
    assert alike["text"] == f"almost the same title as “{FEE}”"
    assert (alike["faq_id"], alike["other"]) == ("f1", "f2")
    assert stale["text"] == "speaks of 2023 and of no later year"
    _, told = await operator.call("GET", "/check?lang=ko&kind=stale")
    assert [one["text"] for one in told["problems"]] == ["2023년까지만 적혀 있어요"]
    assert (await operator.call("GET", "/check?from=2"))[1]["problems"] == []


async def tried(operator, path, body):
    """The lines of a trial."""
    url, headers = f"{operator.address}{path}", {CSRF: operator.csrf}
    async with operator.http.post(url, json=body, headers=headers) as response:
        return response.status, [json.loads(line) async for line in response.content]


async def test_lessons_that_wait_for_a_word_come_first_and_liked_questions_apart(bot, operator):
    await operator.enter(OWNER)
    lessons, at = bot.service.operations.lessons, datetime(2026, 11, 2, tzinfo=UTC)
    states = {"옛": LessonState.SERVED, "새": LessonState.SERVED, "둔": LessonState.HELD}
    for days, (name, state) in enumerate(states.items()):
        lesson = Lesson(name, SessionId("slack:T:C:1"), f"{name} 질문", "답", state=state)
        await bot.service.operations.lessons.teach(
            replace(lesson, learned_at=at + timedelta(days=days % 2))
        )
    liked = Lesson("좋", SessionId(""), "좋은 질문", "항목", state=LessonState.LIKED)
    await lessons.teach(liked)

    _, told = await operator.call("GET", "/lessons")
    assert [one["id"] for one in told["lessons"]] == ["둔", "새", "옛"]
    assert (told["count"], told["counts"]) == (3, {"held": 1, "served": 2, "liked": 1})
    _, told = await operator.call("GET", "/lessons?state=liked")
    assert [one["id"] for one in told["lessons"]] == ["좋"]
    _, told = await operator.call("GET", "/lessons?text=옛질문&from=0")
    assert [one["id"] for one in told["lessons"]] == ["옛"]
    assert (await operator.call("GET", "/lessons?state=nonsense"))[0] == 400


async def test_owners_let_a_lesson_expire(bot, operator):
    await operator.enter(OWNER)
    await bot.service.operations.lessons.teach(Lesson("a", SessionId("slack:T:C:1"), "질문", "답"))
    assert (await operator.call("POST", "/lessons/a/expire"))[0] == 204
    assert (await operator.call("GET", "/lessons"))[1]["lessons"][0]["state"] == "expired"
    assert (await bot.service.operations.reports.audit(1))[0].action == "lesson.expire"
    assert (await operator.call("POST", "/lessons/none/expire"))[0] == 404


async def test_what_a_lesson_changes_is_seen_before_it_is_taught(bot, operator):
    bot.assistant.script("쿠폰은?", Escalated("없어요", ()))
    await asked(bot, "쿠폰은?", "질문")
    await operator.enter(OWNER)
    body = {"answer": "있어요", "questions": [{"question_id": "1", "text": "쿠폰은?"}]}
    status, lines = await tried(operator, "/lessons/try", body)
    assert (status, lines[0]) == (200, {"done": 0, "of": 2})
    result = lines[-1]["result"]
    assert (result["questions"], result["passed"]) == (2, True)
    (changed,) = result["changed"]
    assert (changed["question"], changed["change"]) == ("쿠폰은?", "other")
    assert (await operator.call("GET", "/lessons"))[1]["lessons"] == []


async def test_what_an_ingest_makes_worse_is_seen_before_it_counts(bot, operator):
    await asked(bot, "없앤 것", "질문")
    await operator.enter(READER)
    assert (await tried(operator, "/source/try", {}))[0] == 403
    await operator.enter(OWNER)
    _, lines = await tried(operator, "/source/try", {})
    result = lines[-1]["result"]
    assert (result["worse_share"], result["passed"]) == (0.5, False)
    assert [one["question"] for one in result["changed"]] == ["없앤 것"]
    assert (await operator.call("GET", "/source"))[1]["source"] == "/srv/faq.csv"
    assert (await operator.call("POST", "/source/ingest", {}))[1] == {"told": "1 added"}
    _, told = await operator.call("GET", "/switches")
    assert [(one["who"], one["action"]) for one in told["audit"]] == [("mina", "faq.ingest")]


async def test_what_a_setting_makes_worse_is_seen_before_it_counts(bot, operator):
    await asked(bot, "없앤 것")
    await operator.enter(READER)
    careful = {"name": "answer_confidence", "value": "0.8"}
    assert (await tried(operator, "/switches/try", careful))[0] == 403
    await operator.enter(OWNER)
    _, lines = await tried(operator, "/switches/try", careful)
    assert [one["question"] for one in lines[-1]["result"]["changed"]] == ["없앤 것"]
    _, lines = await tried(operator, "/switches/try", careful | {"value": "0.4"})
    assert lines[-1]["result"]["changed"] == []
    assert (await tried(operator, "/switches/try", careful | {"value": "9"}))[0] == 400
    assert (await tried(operator, "/switches/try", careful | {"name": "models"}))[0] == 404
    _, told = await operator.call("GET", "/switches")
    assert told["audit"] == []


async def test_a_faq_is_uploaded_looked_at_tried_and_ingested(bot, operator):
    """A reader may not; what cannot be read is told; the ingest is in the log."""

    async def upload(name, content=b"x" * 100_000):
        url, headers = f"{operator.address}/source/upload?name={name}", {CSRF: operator.csrf}
        async with operator.http.post(url, data=content, headers=headers) as response:
            return response.status, await response.json()

    await asked(bot, "없앤 것")
    await operator.enter(READER)
    assert (await upload("faq.csv"))[0] == 403
    await operator.enter(OWNER)
    status, told = await upload("faq.exe")
    assert (status, told["detail"]) == (422, "source_unusable")
    assert told["reason"] == "faq.exe: not of a kind that is read"
    _, told = await upload("faq.csv")
    assert (told["read"], told["entries"]) == (2, 1)
    assert told["columns"][0]["read"] == [["title", "질문"], ["answer", "답변"]]
    assert [(one["kind"], one["lines"]) for one in told["notes"]] == [
        ("skipped", ["faq.csv:3: no answer"])
    ]
    assert told["first"][0]["text"] == "100000일 뒤입니다."
    _, lines = await tried(operator, "/source/try", {"uploaded": True})
    assert lines[-1]["result"]["questions"] == 1
    assert (await operator.call("POST", "/source/ingest", {"uploaded": True}))[1] == {
        "told": "2 added"
    }
    _, told = await operator.call("GET", "/switches")
    assert [(one["action"], one["detail"]) for one in told["audit"]] == [
        ("faq.upload", "faq.csv: 2 added")
    ]


async def test_an_entry_is_reviewed_and_found_by_other_questions(bot, operator):
    """Each change is logged; a question of another entry is not taken."""
    await operator.enter(OWNER)
    assert (await operator.call("PUT", "/entries/f1/review", {"months": 3}))[0] == 200
    _, told = await operator.call("GET", "/entries?order=due")
    assert [one["title"] for one in told["entries"]] == [FEE]
    questions = [" 돈은 언제 들어와요? ", "", "돈은 언제 들어와요?"]
    _, told = await operator.call("PUT", "/entries/f1/questions", {"questions": questions})
    assert told == {"refused": None}
    _, entry = await operator.call("GET", "/entries/f1")
    assert (entry["questions"], entry["review"]["who"]) == (["돈은 언제 들어와요?"], "mina")
    _, told = await operator.call(
        "PUT", "/entries/f2/questions", {"questions": ["돈은언제 들어와요"]}
    )
    assert told["refused"]["reason"] == "taken"
    assert told["refused"]["title"] == ENTRY.title
    _, told = await operator.call("PUT", "/entries/f2/questions", {"questions": ["가" * 201]})
    assert told["refused"]["reason"] == "too_long"
    _, told = await operator.call("GET", "/switches")
    assert [one["action"] for one in told["audit"]] == ["entry.questions", "entry.review"]


async def test_what_a_person_can_do_wrong_has_words_in_the_console_s_language(bot, operator):
    """Each refusal is a name of words in either language, and not a sentence for programmers."""
    refusals = [await operator.call("GET", "/today")]
    await operator.enter(READER)
    refusals.append(await operator.call("PUT", "/switches", MODELS_OFF))
    await operator.enter(OWNER)
    refusals.append(await operator.call("PUT", "/switches", MODELS_OFF, **{CSRF: "0" * 64}))
    question = {"question_id": "q1", "text": "질문"}
    for method, path, body in [
        ("PUT", "/switches", {"name": "models", "value": "perhaps"}),
        ("POST", "/switches/try", {"name": "answer_confidence", "value": "7"}),
        ("GET", "/people/%09", None),
        ("GET", "/sessions/none", None),
        ("GET", "/turns/none/replay", None),
        ("GET", "/entries/none", None),
        ("POST", "/lessons/none/approve", {}),
        ("POST", "/gaps/teach", {"answer": "", "questions": [question]}),
        ("POST", "/login", {"token": OWNER, "name": "<mina>"}),
    ]:
        refusals.append(await operator.call(method, path, body))
    assert all(status >= 400 for status, _ in refusals)
    for language in ("ko", "en"):
        words = (await operator.call("GET", f"/me?lang={language}"))[1]["texts"]
        assert [told for _, told in refusals if f"problem_{told['detail']}" not in words] == []


async def test_the_console_speaks_korean_and_english(operator):
    words = [(await operator.call("GET", f"/me?lang={one}"))[1]["texts"] for one in ("ko", "en")]
    assert words[0].keys() == words[1].keys()
    assert (words[0]["today"], words[1]["today"]) == ("오늘", "Today")
    assert {f"fact_{name}" for name in FACTS} <= words[0].keys()
    notes = [*get_args(RemarkKind), "skipped", "duplicates", "other answers"]
    assert {f"note_{kind.replace(' ', '_')}" for kind in notes} <= words[0].keys()
    scripts = "\n".join(path.read_text() for path in STATIC.glob("*.js"))
    used = set(re.findall(r"\bt\.(\w+)", scripts))
    assert used <= words[0].keys()
