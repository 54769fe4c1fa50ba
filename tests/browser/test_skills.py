"""Each skill as people see it: the stories of skills.mjs, on the page and on the local Slack.

`make pictures` keeps the pictures of them in the documentation.
"""

import pytest
from contracts.api_skill import caller, sent  # noqa: F401 - fixtures
from contracts.skills import (  # noqa: F401 - fixtures
    Scripted,
    adviser,
    analyst,
    arranged,
    arranger,
    diary,
    with_skills,
)
from fakes.browser import NEEDED, told
from fakes.slack_bot import answering
from fakes.web_bot import running_bot

from devtools.slack import Limits, Slack, labels
from devtools.slack.page import SlackPage

pytestmark = NEEDED


@pytest.fixture
def plain():
    """What answers if no skill is meant."""
    return lambda history, _skills: Scripted(history)


async def on_the_page(tmp_path, profile, story, assistant):
    async with running_bot(tmp_path, profile, make_assistant=assistant) as bot:
        await told("skills.mjs", story, bot.address)


async def test_products_are_recommended_by_buttons_and_by_a_correction(tmp_path, profile, adviser):  # noqa: F811
    await on_the_page(tmp_path, profile, "recommender", adviser)


async def test_an_answer_from_data_has_a_table_a_chart_and_its_sql(tmp_path, profile, analyst):  # noqa: F811
    await on_the_page(tmp_path, profile, "data", analyst)


async def test_a_call_of_an_api_is_chosen_from_a_menu_and_confirmed(
    tmp_path,
    profile,
    caller,  # noqa: F811
    sent,  # noqa: F811
):
    vouchers, _ = sent
    await on_the_page(tmp_path, profile, "api", caller)
    assert vouchers == [{"shop": "해운대", "won": 3000}]


async def test_a_stranger_with_the_link_presses_nothing_that_is_not_theirs(
    tmp_path,
    profile,
    caller,  # noqa: F811
    sent,  # noqa: F811
):
    vouchers, _ = sent
    await on_the_page(tmp_path, profile, "stranger", caller)
    assert vouchers == []


async def test_free_times_of_a_meeting_are_buttons_and_are_put_to_all(tmp_path, arranger, diary):  # noqa: F811
    slack = Slack(limits=Limits(on=False))
    page = slack.serve(routes=SlackPage(slack).routes())
    bot = answering(slack, tmp_path, assistant=lambda stores: arranger(history=stores.history))
    async with page, bot:
        minsu, jiyeong = slack.add_person("민수"), slack.add_person("지영")
        channel = slack.add_channel("문의", minsu, jiyeong)
        asked = await minsu.mention(
            channel, f"다음 주 화요일 오후에 <@{jiyeong.id}>이랑 한 시간 디자인 회의 잡아줘"
        )
        await slack.until(lambda: [m for m in slack.replies(asked) if labels(m)])
        await told("skills.mjs", "meeting", slack.world.base_url)
        assert len(await arranged(diary, jiyeong.id)) == 1
