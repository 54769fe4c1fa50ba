"""The delivery of events and interactions: acknowledged within 3 s, or retried as by Slack.

https://docs.slack.dev/apis/events-api#retries
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
import orjson

Json = dict[str, Any]
RETRY_AFTER_S = (0.0, 60.0, 300.0)


@dataclass(slots=True, eq=False)
class Delivery:
    """One envelope: `kind` is events_api, interactive or slash_commands.

    `attempts` are the monotonic times of sending, `sent_to` says on which socket ("" for none,
    "http" for a POST). `acks` has every acknowledgement, also late and needless ones, with its
    time and payload; `gave_up` says that none came in time.
    """

    kind: str
    payload: Json
    envelope_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: list[float] = field(default_factory=list)
    sent_to: list[str] = field(default_factory=list)
    acks: list[tuple[float, Json]] = field(default_factory=list)
    gave_up: bool = False
    _timer: asyncio.TimerHandle | None = None
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acked_at(self) -> float | None:
        """The time of the first acknowledgement, in monotonic seconds."""
        return self.acks[0][0] if self.acks else None

    @property
    def answer(self) -> Json:
        """The payload of the first acknowledgement."""
        return self.acks[0][1] if self.acks else {}

    @property
    def event(self) -> Json:
        """The event inside, {} for anything else."""
        return self.payload.get("event", {})

    async def settled(self) -> Delivery:
        """Wait until it is acknowledged or given up."""
        await self._settled.wait()
        return self


class Carrier(Protocol):
    """A carrier takes a delivery to the app, and returns where it went, "" for nowhere."""

    def __call__(self, delivery: Delivery, *, attempt: int, reason: str) -> str: ...


@dataclass(slots=True)
class Courier:
    """Sends deliveries, times their acknowledgement and retries events."""

    ack_within_s: float = 3.0
    retry_after_s: tuple[float, ...] = RETRY_AFTER_S
    deliveries: list[Delivery] = field(default_factory=list)
    carrier: Carrier | None = None
    on_change: Callable[[], None] = lambda: None
    _all: dict[str, Delivery] = field(default_factory=dict)
    _waiting: dict[str, Delivery] = field(default_factory=dict)

    def deliver(self, kind: str, payload: Json) -> Delivery:
        """Send it now; the app's answer comes later."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        self._all[delivery.envelope_id] = self._waiting[delivery.envelope_id] = delivery
        self._attempt(delivery)
        return delivery

    def again(self, delivery: Delivery) -> None:
        """Send it once more, acknowledged or not, as Slack does when an answer got lost."""
        self._waiting[delivery.envelope_id] = delivery
        delivery.gave_up = False
        self._attempt(delivery, reason="timeout")

    def retry_now(self) -> None:
        """Send everything that waits for its retry."""
        for delivery in list(self._waiting.values()):
            self._attempt(delivery, reason="timeout")

    def acknowledge(self, envelope_id: str, answer: Json) -> None:
        """Note the app's answer; one to an unknown envelope is passed over."""
        delivery = self._all.get(envelope_id)
        if delivery is None:
            return
        if self._waiting.pop(envelope_id, None) and delivery._timer:
            delivery._timer.cancel()
        delivery.acks.append((time.monotonic(), answer))
        delivery._settled.set()
        self.on_change()

    def failed(self, delivery: Delivery, reason: str) -> None:
        """Plan the next attempt of one that did not arrive."""
        if delivery._timer:
            delivery._timer.cancel()
        if delivery.envelope_id not in self._waiting:
            return
        done = len(delivery.attempts) - 1
        if delivery.kind != "events_api" or done >= len(self.retry_after_s):
            self._waiting.pop(delivery.envelope_id)
            delivery.gave_up = not delivery.acks
            delivery._settled.set()
            self.on_change()
            return
        delivery._timer = asyncio.get_running_loop().call_later(
            self.retry_after_s[done], self._attempt, delivery, reason
        )

    def close(self) -> None:
        """Forget all timers."""
        for delivery in self.deliveries:
            if delivery._timer:
                delivery._timer.cancel()
        self._waiting.clear()

    def _attempt(self, delivery: Delivery, reason: str = "") -> None:
        if delivery._timer:
            delivery._timer.cancel()
        delivery.attempts.append(time.monotonic())
        delivery._timer = asyncio.get_running_loop().call_later(
            self.ack_within_s, self.failed, delivery, "timeout"
        )
        sent_to = self.carrier(delivery, attempt=len(delivery.attempts) - 1, reason=reason)
        delivery.sent_to.append(sent_to)
        if not sent_to:
            self.failed(delivery, "connection_failed")
        self.on_change()


def sign(secret: str, body: bytes, timestamp: int) -> str:
    """Slack's signature of a request: https://docs.slack.dev/authentication/verifying-requests."""
    base = b"v0:%d:%s" % (timestamp, body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpCarrier:
    """Delivers as signed POSTs to one URL, the alternative to Socket Mode."""

    def __init__(self, url: str, secret: str, courier: Courier) -> None:
        self.url = url
        self._secret = secret
        self._courier = courier
        self._session = aiohttp.ClientSession(trust_env=False)
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, delivery: Delivery, *, attempt: int, reason: str) -> str:
        task = asyncio.create_task(self._send(delivery, attempt, reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return "http"

    async def verify(self) -> None:
        """The handshake that a request URL has to pass.

        Raises:
            ValueError: The app did not answer with the challenge.
        """
        challenge = uuid.uuid4().hex
        body = orjson.dumps({"type": "url_verification", "token": "local", "challenge": challenge})
        status, answer, _ = await self._post(body, "application/json", {})
        if status != 200 or challenge not in answer:
            raise ValueError(f"url_verification failed: HTTP {status}: {answer[:200]}")

    async def close(self) -> None:
        """Drop what is on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _send(self, delivery: Delivery, attempt: int, reason: str) -> None:
        extra = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        kind, body = _encoded(delivery)
        try:
            status, answer, headers = await self._post(body, kind, extra if attempt else {})
        except TimeoutError:
            return self._courier.failed(delivery, "http_timeout")
        except aiohttp.ClientError:
            return self._courier.failed(delivery, "connection_failed")
        if status == 200:
            self._courier.acknowledge(delivery.envelope_id, _answer(answer))
        elif headers.get("X-Slack-No-Retry") == "1":
            self._courier.acknowledge(delivery.envelope_id, {"http_status": status})
        else:
            self._courier.failed(delivery, "http_error")
        return None

    async def _post(self, body: bytes, kind: str, extra: dict[str, str]) -> tuple[int, str, Any]:
        now = int(time.time())
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(self._secret, body, now),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        timeout = aiohttp.ClientTimeout(total=self._courier.ack_within_s)
        async with self._session.post(
            self.url, data=body, headers=headers | extra, timeout=timeout
        ) as response:
            return response.status, await response.text(), response.headers


def _encoded(delivery: Delivery) -> tuple[str, bytes]:
    if delivery.kind == "events_api":
        return "application/json", orjson.dumps(delivery.payload)
    form = delivery.payload
    if delivery.kind == "interactive":
        form = {"payload": orjson.dumps(delivery.payload).decode()}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def _answer(body: str) -> Json:
    if not body:
        return {}
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"text": body}
    return answer if isinstance(answer, dict) else {"text": body}
