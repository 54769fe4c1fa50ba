"""Messages to people who have not just asked, in channels and direct messages."""

from __future__ import annotations

from typing import Any, Final

from bots.slack.api.errors import code_of, translated
from bots.slack.api.people import Names, mention_of
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspaces
from bots.slack.ids import Place, place_of, question_id
from bots.slack.render.mrkdwn import clipped, escaped, mrkdwn
from bots.slack.replies.messages import NOT_UNFURLED
from core.errors import PlatformError, PlatformRefusedError
from core.profile import ids_on
from core.skills.messenger import OwnerRequest
from core.text.markdown.measure import fitting
from core.text.safety.sanitize import Cleaner
from core.types import Question

Json = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks/section-block
_SECTION_CHARS: Final = 3_000
_OUTSIDE: Final = ("channel_not_found", "not_in_channel")

_IS_A_BOT: Final = "cannot_dm_bot"


class PlatformOutreach:
    """Implements `core.skills.messenger.Outreach` over all workspaces."""

    def __init__(self, workspaces: Workspaces, budgets: Budgets, cleaner: Cleaner) -> None:
        self._workspaces = workspaces
        self._budgets = budgets
        self._cleaner = cleaner
        self._names = Names()

    async def announce(self, channel: str, text: str) -> None:
        """Post Markdown.

        Raises:
            PlatformError: it is not posted, for example since the bot is not in that channel.
        """
        shown = mrkdwn(text, self._cleaner)
        parts = fitting(shown, _SECTION_CHARS, cut=clipped)
        await self._post(channel, parts[0], [_section(part) for part in parts])

    async def request(self, channel: str, request: OwnerRequest) -> None:
        """Post a request to owners, with its buttons.

        Raises:
            PlatformError: it is not posted, for example since the bot is not in that channel.
        """
        message = request_message(request, self._cleaner)
        await self._post(channel, message["text"], message["blocks"])

    async def _post(self, channel: str, text: str, blocks: list[Json]) -> None:
        """Post into the workspace that has the channel."""
        refused: PlatformError = PlatformRefusedError(
            f"{channel} is in no workspace of the bot's; invite it there, or correct the id"
        )
        for workspace in self._workspaces:
            try:
                async with self._budgets.posts(channel).slot():
                    with translated("chat.postMessage"):
                        await workspace.client.chat_postMessage(
                            channel=channel, text=text, blocks=blocks, **NOT_UNFURLED
                        )
            except PlatformRefusedError as error:
                if code_of(error) not in _OUTSIDE:
                    raise
            else:
                return
        raise refused

    async def direct(self, person: str, near: Question) -> Question:
        """Return the direct messages with a person, in the workspace of a question.

        Two bots have none: another bot is asked where the question is.

        Https://docs.slack.dev/reference/methods/conversations.open needs the scope `im:write`.

        Raises:
            PlatformError: Slack does not open them.
        """
        here = place_of(near.session)
        workspace = self._workspaces.get(here.team)
        try:
            with translated("conversations.open"):
                opened = await workspace.client.conversations_open(users=person)
            place = Place(workspace.team, opened["channel"]["id"], "")
        except PlatformRefusedError as error:
            if code_of(error) != _IS_A_BOT or here.channel.startswith("D"):
                raise
            place = here
        name = question_id(place.team, place.channel, near.id.rpartition(":")[2].partition(">")[0])
        return Question(name, place.session, "", person)

    async def name_of(self, person: str, near: Question) -> str:
        """Return a person's display name, else the real one; "" if Slack does not return it."""
        workspace = self._workspaces.get(place_of(near.session).team)
        return await self._names.name_of(workspace, person)


def request_message(request: OwnerRequest, cleaner: Cleaner) -> Json:
    """Return the text and the blocks of a request to owners."""
    mentions = " ".join(map(mention_of, ids_on("slack", request.contacts)))
    # The mentions are added last, because cleaning and escaping remove them from a text.
    text = escaped(cleaner.clean(request.text)).format(owners=mentions)
    buttons = [
        {
            "type": "button",
            "action_id": act,
            "text": {"type": "plain_text", "text": label},
            "value": request.about,
        }
        for act, label in request.acts
    ]
    return {"text": text, "blocks": [_section(text), {"type": "actions", "elements": buttons}]}


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
