"""A conversation: piped, in a terminal, interrupted, and on the first start."""

import sqlite3

import pytest

from bots.cli.terminal import Screen, clean
from core.types import Answered, Declined, Delta, Escalated, Failed, Label, Passage, Status

QUESTION = "미성년자도 가입할 수 있나요?"
PROMPT = "질문> "
CTRL_C, CTRL_D, BACKSPACE = "\x03", "\x04", "\x7f"

# A conversation with an assistant that never ends its answer by itself.
SLOW = """
import asyncio
from bots.cli.answers.chat import _Conversation
from bots.cli.terminal import Screen  # noqa: PLC0415
from config.profiles import load_profile  # noqa: PLC0415
from core.types import Answered, Delta

class Slow:
    async def answer(self, question):
        if question.text == "짧게":
            yield Answered("짧은 답", (), ())
            return
        yield Delta("첫 문장입니다.")
        await asyncio.sleep(60)

with asyncio.Runner() as runner:
    profile = load_profile("smartstore")
    _Conversation(runner, Slow(), Screen(profile), profile, "s").go_on(interactive=True)
"""


@pytest.fixture
def asked(ingested):
    """The texts of a session's questions, in order; the history is removed afterwards."""
    path = ingested.data / "history.sqlite3"

    def texts(session):
        db = sqlite3.connect(path)
        try:
            rows = db.execute("SELECT text FROM turns WHERE session = ? ORDER BY seq", (session,))
            return [row[0] for row in rows]
        finally:
            db.close()

    yield texts
    for file in ingested.data.glob("history.sqlite3*"):
        file.unlink()


async def stream(*events):
    for event in events:
        yield event


def test_piped_questions_are_answered_line_by_line(ingested, profile, asked):
    """A number asks what was offered under it; empty lines are nothing; `종료` ends it."""
    lines = [QUESTION, "", "1", "99", "종료", "정산은 언제 되나요?"]
    done = ingested("chat", "--session", "piped", stdin="\n".join(lines))
    assert (done.returncode, done.stderr) == (0, "")
    first, chosen = asked("piped")
    assert first == QUESTION
    assert f"\n{profile.ask_next}\n  1. {chosen}\n" in done.stdout
    assert f"\n{chosen}\n" in done.stdout
    assert done.stdout.endswith(f"{profile.how_to_chat}\n")  # there is no number 99
    assert profile.greeting not in done.stdout
    assert "\x1b" not in done.stdout


def test_the_first_start_brings_the_sample_faq(empty, profile):
    """It says so where it does not mix with the answers; the next start finds it there."""
    done = empty("chat", stdin="정산은 언제 되나요?\n")
    assert done.returncode == 0
    assert done.stderr == f"{profile.sample_faq}\n"
    assert "faqbot ingest" in done.stderr
    assert f"\n{profile.sources}: " in done.stdout
    again = empty("chat", stdin="")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_the_first_start_speaks_as_the_next_ones_do(empty):
    """The words are those that fit the FAQ which it has just ingested."""
    first, next_one = (empty("chat", stdin="안녕하세요\n") for _ in range(2))
    assert first.stdout == next_one.stdout


def test_a_conversation_in_a_terminal(ingested, profile, asked):
    """Greeting and examples, an edited question, the answer, a chosen follow-up, the goodbye."""
    with ingested.terminal("chat", "--session", "tty") as person:
        opening = person.wait_for(PROMPT)
        assert profile.greeting in opening
        assert f"1. {profile.examples[0]}" in opening
        assert profile.how_to_chat in opening
        person.type(f"미성년자값{BACKSPACE}도 가입할 수 있나요?\r")
        person.wait_for(profile.ask_next)
        person.wait_for("1. ")
        person.wait_for(f"\n{PROMPT}")
        person.type("1\r")
        person.wait_for(profile.ask_next)
        person.wait_for(f"\n{PROMPT}")
        person.type(CTRL_D)
        person.wait_for(profile.goodbye)
        assert person.process.wait(timeout=30) == 0
    first, chosen = asked("tty")
    assert first == QUESTION
    assert chosen != "1"


def test_ctrl_c_stops_the_answer_and_then_leaves_the_prompt(ingested, profile):
    """What was shown stays, and the conversation goes on."""
    with ingested.terminal(script=SLOW) as person:
        person.wait_for(PROMPT)
        person.type("길게\r")
        person.wait_for("첫 문장입니다.")
        person.type(CTRL_C)
        person.wait_for(profile.stopped)
        person.wait_for(PROMPT)
        person.type("짧게\r")
        person.wait_for("짧은 답")
        person.wait_for(PROMPT)
        person.press_until(CTRL_C, profile.goodbye)
        assert person.process.wait(timeout=30) == 0


@pytest.mark.parametrize("word", ["exit", "EXIT", "quit", "종료"])
def test_a_word_leaves(ingested, profile, word):
    with ingested.terminal(script=SLOW) as person:
        person.wait_for(PROMPT)
        person.type(f" {word} \r")
        person.wait_for(profile.goodbye)
        assert person.process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    ("ending", "printed"),
    [
        (Answered("답", (), ()), "답\n"),
        (
            Answered("답", (Passage("f", "제\xa0목", "", 1.0),), ("가?", "나?")),
            "답\n\n{p.sources}: 제 목\n\n{p.ask_next}\n  1. 가?\n  2. 나?\n",
        ),
        (
            Declined("안 돼요", ("가?",), Label.OFF_TOPIC),
            "안 돼요\n\n{p.lead_back}\n  1. 가?\n",
        ),
        (Escalated("없어요", ("가",)), "없어요\n\n{p.nearest}\n  1. 가\n"),
    ],
)
async def test_every_ending_in_a_pipe(capsys, profile, ending, printed):
    screen = Screen(profile)
    assert screen.after(await screen.show(stream(Status("…"), ending))) == tuple(
        line.partition(". ")[2] for line in printed.splitlines() if line.startswith("  ")
    )
    assert capsys.readouterr().out == printed.format(p=profile)


async def test_pieces_of_an_answer_are_written_as_they_come(capsys, profile):
    """The whole answer is not repeated at the end, unless it is another one."""
    screen = Screen(profile)
    seen = []

    async def events():
        yield Delta("가 ")
        seen.append(capsys.readouterr().out)
        yield Delta("나")
        seen.append(capsys.readouterr().out)
        yield Answered("가 나", (), ())

    await screen.show(events())
    assert [*seen, capsys.readouterr().out] == ["가 ", "나", "\n"]
    await screen.show(stream(Delta("가"), Escalated("없어요", ())))
    assert capsys.readouterr().out == "가\n\n없어요\n"


async def test_a_failure_goes_to_stderr(capsys, profile):
    screen = Screen(profile)
    assert screen.after(await screen.show(stream(Failed("고장")))) == ()
    assert capsys.readouterr() == ("", "고장\n")


def test_no_control_character_of_a_faq_reaches_the_terminal():
    """ESC begins a command, a bare CR overwrites the line; tabs and line breaks are text."""
    assert clean("가\x1b[2J\r\x07\x9b31m\t나\n") == "가[2J31m\t나\n"


def test_markdown_is_rendered_and_the_moving_part_erased(ingested):
    """On a terminal the end shows every line once, however tall the answer is."""
    script = """
import asyncio
from bots.cli.terminal import Screen  # noqa: PLC0415
from config.profiles import load_profile  # noqa: PLC0415
from core.types import Answered, Delta, Status
lines = [f"- **줄{n:03}**" for n in range(60)]
async def events():
    yield Status("찾는 중")
    await asyncio.sleep(0.3)
    for line in lines:
        yield Delta(line + chr(10))
        await asyncio.sleep(0.01)
    yield Answered("".join(line + chr(10) for line in lines), (), ())
asyncio.run(Screen(load_profile("smartstore")).show(events()))
print("ENDE")
"""
    with ingested.terminal(script=script) as person:
        shown = person.wait_for("ENDE")
    assert "찾는 중" in shown
    assert "**" not in shown
    last = shown[shown.rindex("줄000") :]  # the tail never shows it again once it is 30 lines on
    assert [f"줄{n:03}" in last for n in range(60)] == [True] * 60
    assert "\x1b[2K" in shown  # the moving part was erased before
