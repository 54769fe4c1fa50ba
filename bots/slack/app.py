"""The Bolt app: what listens, in which order."""

from __future__ import annotations

import logging
import re
from typing import Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import actions, extras, messages
from bots.slack.actions import Buttons
from bots.slack.budgets import Budgets
from bots.slack.context import Context
from bots.slack.errands import Errands
from bots.slack.installations import Installations
from bots.slack.installations import register as register_installations
from bots.slack.messages import Hearing
from bots.slack.workspaces import Workspaces

_ANYTHING: Final = re.compile(r".*")


def make_app(  # noqa: PLR0913 - its collaborators, all by name
    *,
    context: Context,
    client: AsyncWebClient,
    workspaces: Workspaces,
    hearing: Hearing,
    buttons: Buttons,
    budgets: Budgets,
    errands: Errands,
    installations: Installations | None,
) -> AsyncApp:
    """An app that listens to everything; `client` has no token of its own."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await workspaces.authorize(team_id)

    # Bolt builds debug lines, and warns of what is as it should be, unless the level is above that.
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        name="faqbot",
        client=client,
        authorize=authorize,  # type: ignore[arg-type] # None says: not installed there
        signing_secret=context.settings.slack_signing_secret.get_secret_value(),
        logger=logger,
    )
    messages.register(app, hearing, workspaces)
    actions.register(app, buttons, workspaces, errands)
    extras.register(app, context, budgets)
    register_installations(app, installations)
    _acknowledge_the_rest(app)
    return app


def _acknowledge_the_rest(app: AsyncApp) -> None:
    """What nobody listens to is not sent again and again."""

    @app.event(_ANYTHING)
    async def event() -> None:
        """Nothing is left to be done."""

    @app.action(_ANYTHING)
    async def action(ack: AsyncAck) -> None:
        await ack()
