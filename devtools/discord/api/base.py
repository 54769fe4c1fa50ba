"""The form of a REST route: a plain function of the world and of the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from devtools.discord.world.model import Json
from devtools.discord.world.world import World


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request: the parts of its path, its query, its JSON (an empty one if there is none)."""

    path: dict[str, str]
    query: dict[str, str]
    body: Any


class Route(NamedTuple):
    """A route: `bucket` names its limit, `major` the part of the path with its own window."""

    method: str
    path: str
    answer: Callable[[World, RestRequest], tuple[int, Any]]
    bucket: str
    major: str
    public: bool


ROUTES: list[Route] = []

Handler = Callable[[World, RestRequest], Any]


def route(
    method: str, path: str, *, bucket: str = "", major: str = "", public: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler that returns JSON, None (204) or a status and JSON.

    `public` routes need no bot token: the token of the interaction is in their path.
    """

    def register(handler: Handler) -> Handler:
        def answer(world: World, request: RestRequest) -> tuple[int, Any]:
            reply = handler(world, request)
            if reply is None:
                return 204, None
            return reply if isinstance(reply, tuple) else (200, reply)

        part = major or next((p for p in ("channel_id", "guild_id") if f"{{{p}}}" in path), "")
        ROUTES.append(Route(method, path, answer, bucket or f"{method} {path}", part, public))
        return handler

    return register


def only(body: Json, *names: str) -> Json:
    """The named fields that a body has."""
    return {name: body[name] for name in names if name in body}
