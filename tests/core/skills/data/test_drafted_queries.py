"""Questions that no sample asks: a model writes their query, which is checked and run."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest

from core.skills.assistant import SkilledAssistant
from core.skills.tools import SkillTools
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId
from devtools.openai.faults import Fault

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NUMBERS = count()
ASKED = "주소가 없는 상품 사진은 몇 장이지?"
PRODUCTS = 'SELECT COUNT(*) AS "상품 수" FROM products'
LOWEST = 'SELECT name AS "상품", price AS "가격" FROM products ORDER BY price, name LIMIT 3'


@pytest.fixture
def ask(models, make_assistant, learn_router, profile, openai_server, data_skill):
    """Asks in a conversation; the model calls the skill, and writes these queries in turn."""
    history = MemoryHistory()
    assistant = SkilledAssistant(
        make_assistant(history=history, models=models.offering(SkillTools.of([data_skill]).tools)),
        skills=[data_skill],
        router=learn_router([data_skill]),
        history=history,
        profile=profile,
        now=lambda: NOW,
    )

    async def ask(text, *queries):
        called = f"data {json.dumps({'question': text}, ensure_ascii=False)}"
        openai_server.faults.append(Fault("call", of="guard", text=called))
        for sql in queries:
            told = json.dumps({"sql": sql}, ensure_ascii=False)
            openai_server.faults.append(Fault("say", of="guard", text=told))
        question = Question(f"q{next(NUMBERS)}", SessionId("web:a:1"), text, "u1")
        return [event async for event in assistant.answer(question)][-1]

    return ask


def prompts(server):
    """The system messages of the requests for a query."""
    asked = [sent for _, sent in server.requests if "Dialect: sqlite" in str(sent)]
    return [sent["messages"][0]["content"] for sent in asked]


async def test_its_query_is_run_and_its_rows_are_shown_with_the_sql(ask, openai_server, shop):
    told = await ask(ASKED, PRODUCTS)
    assert "상품 수: 32" in told.text
    assert "AI가 쓴 SQL" in told.text
    assert told.followups == ("SQL 보기",)
    (known,) = prompts(openai_server)
    assert "Today: 2026-11-29" in known
    assert "email (TEXT, personal)" in known
    assert "order_items.product_id = products.id" in known
    assert "'부산'" in known
    assert known.count("Q: ") == 8


async def test_several_rows_are_a_table_with_a_file(ask):
    told = await ask(ASKED, LOWEST)
    assert "| 상품 | 가격 |" in told.text
    assert told.files[0].name == "answer.csv"


async def test_personal_data_is_masked_in_it_too(ask):
    told = await ask(ASKED, "SELECT name, email FROM customers ORDER BY id LIMIT 1")
    assert "@" not in told.text
    assert "\\*\\*" in told.text


@pytest.mark.parametrize(
    "refused",
    [
        "DELETE FROM orders",
        "SELECT COUNT(*) FROM customers WHERE name = '김민수'",
        "SELECT sql FROM sqlite_master",
        "SELECT COUNT(*) FROM missing_table",
        "how many",
    ],
)
async def test_a_query_that_is_refused_is_written_once_more_with_the_reason(
    ask, openai_server, refused
):
    told = await ask(ASKED, refused, PRODUCTS)
    assert "상품 수: 32" in told.text
    first, second = prompts(openai_server)
    assert "was refused" not in first
    assert refused in second.partition("was refused")[2]


@pytest.mark.parametrize("queries", [("",), ("DROP TABLE orders", "DROP TABLE orders")])
async def test_where_it_writes_none_that_may_run_samples_are_offered(ask, queries):
    told = await ask(ASKED, *queries)
    assert told.skill == "data"
    assert "확실하지 않아요" in told.text
    assert told.followups


async def test_what_a_sample_answers_needs_no_query_of_a_model(ask, openai_server):
    told = await ask("작년 총매출은 얼마였어?")
    assert told.text.startswith("2025년 기준, 매출")
    assert not prompts(openai_server)
