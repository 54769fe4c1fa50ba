"""Skills as tools of a model: its calls begin a dialogue, and go on with one."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest

from core.skills.assistant import SkilledAssistant
from core.skills.memory.skill import MemorySkill, MemoryWords
from core.skills.tools import SkillTools
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId
from devtools.openai.faults import Fault

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def talk(models, make_assistant, learn_router, profile, openai_server):
    """Talks with skills; `call` is the tool that the model calls, whatever is said."""
    history, numbers = MemoryHistory(), count()

    def with_skills(*skills):
        tools = SkillTools.of(skills).tools
        assistant = SkilledAssistant(
            make_assistant(history=history, models=models.offering(tools)),
            skills=skills,
            router=learn_router(skills),
            history=history,
            profile=profile,
            now=lambda: NOW,
        )

        async def talk(said, call="", /, **arguments):
            if call:
                told = f"{call} {json.dumps(arguments, ensure_ascii=False)}"
                openai_server.faults.append(Fault("call", of="guard", text=told))
            question = Question(f"q{next(numbers)}", SessionId("slack:T1:C1:1"), said, "U1")
            return [event async for event in assistant.answer(question)][-1]

        return talk

    return with_skills


@pytest.fixture
def memory():
    class Kept(list):
        async def of(self, person):
            return [one for one in self if one.person == person]

        async def add(self, one):
            self.append(one)

    kept = Kept()
    return MemorySkill(kept, MemoryWords.load("ko"), messenger=None), kept


async def test_a_message_unlike_any_example_reaches_its_skill_by_a_call(talk, memory):
    skill, kept = memory
    say = talk(skill)
    told = await say(
        "참 나 견과류 못 먹으니까 알아둬", "memory", action="remember", text="견과류를 못 먹음"
    )
    assert told.skill == "memory"
    assert [one.text for one in kept] == ["견과류를 못 먹음"]


async def test_a_call_that_names_no_skill_leaves_the_message_to_the_faq(talk, memory):
    told = await talk(memory[0])("정산은 언제 되나요?", "sendMoney", won=1)
    assert not told.skill
    assert told.sources


def test_a_tool_has_a_name_that_providers_take_and_leads_back_to_its_skill(memory):
    class Operation:
        name = "api:주문.find"
        examples = ("주문 찾아 줘",)
        parameters = {}  # noqa: RUF012

    tools = SkillTools.of([Operation(), memory[0]])
    assert [tool.name for tool in tools.tools] == ["api____find", "memory"]
    assert tools.skills["api____find"] == "api:주문.find"
