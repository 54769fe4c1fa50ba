"""The page and the console in Chromium: the stories of page.mjs and console.mjs.

`make pictures` runs them with FAQBOT_PICTURES=docs/pictures: the documentation's pictures.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.assistants import ScriptedAssistant, answered
from fakes.browser import NEEDED, told
from fakes.cases import learnt
from fakes.faq_desk import desk_of, trials_of
from fakes.learning import book_of
from fakes.web_bot import free_port, running_bot

from bench.synthetic_traffic import fill, synthetic
from bots.bootstrap.assistant import open_service
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.processes.switches import model_switches, people_switches
from bots.bootstrap.stores import open_stores
from bots.cli.faq.init import Wishes, init
from bots.web.platform import open_web
from config.profiles import load_profile, profile_of
from config.settings import Settings
from core.messaging.user_limits import UserLimits
from core.reporting.catalogue import Catalogue
from core.reporting.operations import Operations
from core.reporting.person_records import PersonRecords
from core.reporting.switches import Switchboard
from core.stores.sqlite.database import SqliteFile
from core.types import Answered, Declined, Delta, Entry, Label, Lesson, Passage

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "fixtures" / "own" / "library.csv"
SETTINGS = Settings(_env_file=None)
OWNER, READER = "owner-owner-owner1", "reader-reader-read1"


pytestmark = NEEDED

PASSAGE = Passage(
    "f1",
    "판매 대금은 언제 입금되나요?",
    "판매 대금은 구매확정일의 다음 영업일에 등록된 정산 계좌로 입금됩니다.\n\n"
    "- 구매자가 직접 구매확정을 하면 그날이 구매확정일입니다.\n"
    "- 누르지 않으면 배송 완료 후 8일째 되는 날 자동으로 확정됩니다.",
    0.91,
    url="https://help.naver.com/settlement",
)
ANSWER = Answered(
    "판매 대금은 **구매확정 다음 영업일**에 정산 계좌로 입금됩니다. [1]\n\n"
    "- 구매자가 직접 확정하면 그날이 구매확정일이에요.\n"
    "- 누르지 않으면 배송 완료 8일 뒤에 자동으로 확정돼요.",
    (PASSAGE,),
    ("정산 계좌는 어떻게 바꾸나요?", "빠른정산은 무엇인가요?"),
)


ENTRIES = (
    Entry(
        "f1", PASSAGE.title, PASSAGE.text, questions=("돈은 언제 들어와요?", "정산일이 궁금해요")
    ),
    Entry("f2", "정산 대금은 언제 입금되나요?", "구매확정 다음 영업일입니다."),
    Entry("f3", "배송 안내 3", "발송 뒤 이틀이 걸립니다."),
)


class Shop(ScriptedAssistant):
    """An assistant with the answers of the stories."""

    def __init__(self, history):
        super().__init__(history)
        self.script("정산은 언제 되나요?", ANSWER)
        refusal = "저는 이 가게의 FAQ를 위한 챗봇입니다. 가게에 대한 질문을 부탁드립니다."
        asks = ("정산은 언제 되나요?",)
        self.script("맛집 추천해줘", Declined(refusal, asks, Label.OFF_TOPIC))
        slow = Delta("여기까지 쓴 답변입니다. [1] ", (PASSAGE,)), asyncio.Event(), answered("끝")
        self.script("느린 질문", *slow)

    async def research(self, text, session, history):
        return SimpleNamespace(hits=())

    async def draft(self, question, passages, *, charged_to):
        return PASSAGE.text

    async def nearest(self, hits):
        return []


async def of_no_category(_turn):
    return ""


def operations_of(stores, assistant):
    """The console's operations with an embedding that puts questions on one subject together."""

    def embed(texts):
        subjects = sorted({text[:2] for text in texts})
        return np.eye(len(subjects), dtype=np.float32)[[subjects.index(text[:2]) for text in texts]]

    return Operations(
        reports=stores.reports,
        archive=stores.archive,
        inbox=stores.inbox,
        lessons=stores.lessons,
        cases=stores.cases,
        assistant=assistant,
        embed=embed,
        trials=trials_of(stores, assistant),
        switchboard=Switchboard(
            stores.reports,
            [
                *model_switches(SETTINGS, assistant, None),
                *people_switches(SETTINGS, UserLimits(per_minute=10, per_day=200), lambda _: None),
            ],
        ),
        catalogue=Catalogue(stores.reports, desk_of(*ENTRIES)),
        book=book_of(stores, load_profile("ko")),
        category_of=of_no_category,
        personal=PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary),
    )


told_here = partial(told, OWNER=OWNER, READER=READER)


@pytest.mark.parametrize(
    "story",
    [
        "newcomer",
        "dark",
        "twoWindows",
        "midAnswer",
        "keyboard",
        "composing",
        "away",
        "phone",
        "menuByKeyboard",
        "serverAwayAtTheStart",
        "otherLanguage",
    ],
)
async def test_the_page(tmp_path, profile, story):
    async with running_bot(tmp_path, profile, make_assistant=Shop) as bot:
        await told_here("page.mjs", story, bot.address)


@pytest.fixture
async def library(tmp_path, monkeypatch):
    """The whole bot on an English FAQ that was just brought: its address."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", web_port=0)
    assert (
        init(settings, Wishes(subject="City Library", source=str(LIBRARY)), ask=False, force=False)
        == 0
    )
    run_ingest(settings, LIBRARY, questions=None, use_packs=True, progress=lambda *_: None)
    profile = profile_of(settings)
    async with (
        open_stores(settings) as stores,
        open_service(settings, stores, profile, report=lambda _: None) as service,
        open_web(settings, service, profile) as web,
    ):
        answering = asyncio.create_task(service.run())
        yield web.address
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def test_the_page_on_an_english_faq_of_one_s_own(library):
    """Every word of it is English, and whoever asks in Korean is told that in Korean."""
    await told_here("page.mjs", "english", library)


async def test_the_answer_of_a_case_arrives_on_the_page(sample_data):
    """Asked on the page, answered by an owner elsewhere, and shown in both windows at once."""
    settings = Settings(_env_file=None, data_dir=sample_data, web_port=0, slack_owners="U0123ABCD")
    profile = profile_of(settings)
    told = "매주 수요일 오후 2시에 할 수 있어요."

    async def alone():
        return True

    async with (
        open_stores(settings) as stores,
        open_service(settings, stores, profile, report=lambda _: None) as service,
        open_web(settings, service, profile) as web,
    ):

        async def teach():
            while not (waiting := await stores.cases.open(1)):  # noqa: ASYNC110 - a store tells nobody
                await asyncio.sleep(0.1)
            asked = waiting[0].waiters[0].question
            lesson = Lesson(
                "l1",
                asked.session,
                asked.text,
                told,
                "slack:U0123ABCD",
                "김담당",
                datetime.now(UTC),
            )
            await learnt(service.desk, replace(lesson, question_id=asked.id))
            service.desk.changed.set()

        work = [service.run(), service.keep_cases(alone), teach(), web.run()]
        running = list(map(asyncio.create_task, work))
        try:
            await told_here("page.mjs", "caseAnswered", web.address, TOLD=told)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


async def test_over_the_limit_the_question_stays_in_its_field(tmp_path, profile):
    async with running_bot(tmp_path, profile, make_assistant=Shop, per_minute=1) as bot:
        await told_here("page.mjs", "overTheLimit", bot.address)


async def test_the_page_behind_a_token(tmp_path, profile):
    async with running_bot(tmp_path, profile, make_assistant=Shop, web_token=OWNER) as bot:
        await told_here("page.mjs", "behindAToken", bot.address)


async def test_the_messenger_on_a_shops_own_site(tmp_path, profile):
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    async with running_bot(tmp_path, profile, make_assistant=Shop, web_embed_origins=site) as bot:
        await told_here("page.mjs", "messenger", bot.address, SHOP_PORT=str(port))


@pytest.mark.parametrize(
    "story", ["owner", "phone", "keyboard", "reader", "trouble", "serverAwayAtTheStart"]
)
async def test_the_console(tmp_path, profile, story):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        await fill(file, synthetic(3_000, until=datetime.now(UTC)))
    async with running_bot(
        tmp_path,
        profile,
        make_assistant=Shop,
        make_operations=operations_of,
        console_token=OWNER,
        console_reader_token=READER,
    ) as bot:
        await told_here("console.mjs", story, bot.address)
