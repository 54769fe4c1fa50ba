"""An answer in the direct messages of its asker, where its place takes it no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bots.discord.api.rate_limits import Budgets
from bots.discord.api.rest import Rest
from bots.discord.ids import is_public, place_of, user_of
from bots.discord.render.components import Called, Page
from bots.discord.render.payload import new_message
from core.types import Question


async def send_directly(rest: Rest, budgets: Budgets, user: str, pages: Sequence[Page]) -> None:
    """Send pages to a person, without the buttons, which would ask in the place that is gone.

    Raises:
        PlatformError: Discord does not take them, for example since the person allows none.
    """
    opened = await rest.call("POST", "/users/@me/channels", {"recipient_id": user})
    for page in pages:
        await _post(rest, budgets, int(opened["id"]), replace(page, buttons=()))


async def tell_in_channel(rest: Rest, budgets: Budgets, question: Question, text: str) -> None:
    """Call the asker in the channel of a question, also of one in a thread that is gone.

    `text` has the place {name}. A person who asked in private is not called.

    Raises:
        PlatformError: Discord does not take it.
    """
    if not is_public(question.session):
        return
    asker = Called(users=(int(user_of(question.asker)),))
    page = Page(text.format(name=asker.mentions[0]), called=asker)
    await _post(rest, budgets, int(place_of(question.session).channel), page)


async def _post(rest: Rest, budgets: Budgets, channel: int, page: Page) -> None:
    posts = budgets.posts(channel)
    async with posts.slot():
        path = f"/channels/{channel}/messages"
        await rest.call("POST", path, new_message(page), window=posts.window)
