"""`/faq`, and the shortcut on a message: asked from anywhere, answered where it belongs."""

from fakes.slack import labels, visible

from core.types import InboxState

pytest_plugins = ["slack_bot"]

QUESTION = "정산은 언제 되나요?"


def private(person, channel):
    """What a person alone sees there, as text."""
    return [visible(message) for message in person.ephemerals(channel)]


async def test_a_command_is_answered_for_the_asker_alone(slack, bot, profile):
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    await minsu.command("/faq", QUESTION, channel=channel)
    await slack.until(lambda: len(minsu.ephemerals(channel)) == 2)
    status, answer = private(minsu, channel)
    assert status == profile.searching
    assert QUESTION in answer
    assert "구매확정 다음 영업일" in answer
    assert slack.messages(channel) == []
    assert jiho.ephemerals() == []
