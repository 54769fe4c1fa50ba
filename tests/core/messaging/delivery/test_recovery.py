"""What an earlier attempt has left of an answer is found and deleted, however long that takes."""

import pytest
from fakes.leaping_loop import leap

from core.errors import PlatformRefusedError, PlatformUnclearError, RateLimitedError
from core.messaging.delivery.recovery import attach, delete_late
from core.types import File


class Busy:
    """A platform that does not want to be asked for a while."""

    def __init__(self, refusals):
        self.refusals = refusals
        self.there = ["left behind", "shown"]

    async def find(self):
        self.refusals -= 1
        if self.refusals >= 0:
            raise RateLimitedError("not now", retry_after_s=30.0)
        return list(self.there)

    async def delete(self, reference):
        self.there.remove(reference)


def test_what_was_left_goes_when_the_platform_allows_looking_again():
    reply = Busy(refusals=12)
    leap(delete_late(reply, ["shown"]))
    assert reply.there == ["shown"]


def test_a_second_refusal_for_an_unknown_reason_is_final():
    class Refusing:
        calls = 0

        async def attach(self, file):
            self.calls += 1
            raise PlatformUnclearError("a code of tomorrow")

    reply = Refusing()
    with pytest.raises(PlatformRefusedError, match="a code of tomorrow"):
        leap(attach(reply, File("invite.ics", "text/calendar", "")))
    assert reply.calls == 2
