"""How much a key may ask for: the generic cell rate algorithm in the memory of this process.

Counting in the database would cost the busiest address a second statement, and make a refused request as dear as a
stored one. So each process counts for itself, and a restart gives every turn back. A refusal comes before anything
is read or stored, so none ever takes back what was acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxsurvey.api.credential import bearer_in
from cxsurvey.core.clock import Clock
from cxsurvey.core.errors import TooMany
from cxsurvey.core.signing import digest
from cxsurvey.settings import Settings
from cxsurvey.web.errors import Face, fault_of

WINDOW = 60.0
"""Seconds that the turns of a key are given for."""
TEST = b"cxs_test_"
SWEPT_ABOVE = 1024
STATE = "turns"


class Left(NamedTuple):
    """What is left to a key: `turns` at once, and all of them again after `seconds`."""

    turns: int
    seconds: int


class Turns:
    """The turns of one kind of key: `quota` a minute, all of them at once if it likes.

    Of a key only the instant is kept at which it has all its turns again; one that has them is forgotten.
    """

    def __init__(self, clock: Clock, quota: int) -> None:
        self._quota = quota
        self.policy = b'"key";q=%d;w=%d' % (quota, WINDOW)
        self._interval = WINDOW / quota
        self._clock = clock
        self._whole_at: dict[bytes, float] = {}
        self._sweep_above = SWEPT_ABOVE

    def take(self, key: bytes, number: int = 1) -> None:
        """Uses `number` turns, or none at all: then it raises `TooMany` with the seconds to wait."""
        now = self._clock.monotonic()
        whole_at = self._after(key, number, now)
        if (ahead := whole_at - now - WINDOW) > self._interval / 2:  # what binary fractions leave over is no turn
            raise self.refusal(ceil(ahead))
        self._whole_at[key] = whole_at
        if len(self._whole_at) > self._sweep_above:
            self._sweep(now)

    def refusal(self, seconds: int) -> TooMany:
        """What a key is told that has no turn left: how many it has, and when to come back."""
        unit = "second" if seconds == 1 else "seconds"
        text = f"This key may send {self._quota:,} requests a minute. Send this one again in {seconds} {unit}."
        return TooMany(text, retry_after=seconds)

    def give_back(self, key: bytes) -> None:
        """Takes one turn back that was given for nothing."""
        if key in self._whole_at:
            self._whole_at[key] -= self._interval

    def wait(self, key: bytes, number: int) -> int:
        """The seconds after which `number` turns are there at once; 0 when they are there now."""
        now = self._clock.monotonic()
        ahead = self._after(key, number, now) - now - WINDOW
        return max(0, ceil(ahead - self._interval / 4))  # what binary fractions leave over is no second

    def _after(self, key: bytes, number: int, now: float) -> float:
        """The instant at which the key has all its turns again, once it has used `number` more."""
        return max(now, self._whole_at.get(key, now)) + number * self._interval

    def left(self, key: bytes) -> Left:
        """What the key may still ask for."""
        now = self._clock.monotonic()
        used = max(0.0, self._whole_at.get(key, now) - now)
        return Left(max(0, floor((WINDOW - used) / self._interval + 0.5)), ceil(used))

    def _sweep(self, now: float) -> None:
        self._whole_at = {key: instant for key, instant in self._whole_at.items() if instant > now}
        self._sweep_above = max(SWEPT_ABOVE, 2 * len(self._whole_at))

    def __len__(self) -> int:
        return len(self._whole_at)


class Throttle:
    """An application that each key may only use so much. Requests without a key go through: they are refused behind."""

    def __init__(self, app: ASGIApp, clock: Clock, settings: Settings, face: Face, most: Callable[[str], int]) -> None:
        """`most` tells how many turns a request to a path may need: one refused unread is told to wait for these."""
        self.behind = app
        self._most = most
        self._face = face
        self._live = Turns(clock, settings.api_rate) if settings.api_rate else None
        self._test = Turns(clock, settings.api_test_rate) if settings.api_test_rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = bearer_in(scope) if scope["type"] == "http" else None
        turns = self._test if token is not None and token.startswith(TEST) else self._live
        if token is None or turns is None:
            await self.behind(scope, receive, send)
            return
        key = digest(token.decode("latin-1"))
        telling = _telling(turns, key, send)
        try:
            turns.take(key)
        except TooMany:
            refusal = turns.refusal(turns.wait(key, self._most(scope["path"])))
            await self._face(Request(scope), fault_of(refusal))(scope, receive, telling)
            return
        scope["state"][STATE] = (turns, key)
        await self.behind(scope, receive, telling)


def take_more(request: Request, number: int) -> None:
    """Uses further turns for a request that asks for more than one thing.

    Raises `TooMany` with the time after which all of it can be asked for; then its first turn is given back as well.
    """
    found: tuple[Turns, bytes] | None = request.scope["state"].get(STATE)
    if found is not None and number > 0:
        turns, key = found
        turns.give_back(key)
        turns.take(key, 1 + number)


def _telling(turns: Turns, key: bytes, send: Send) -> Send:
    """A `send` that tells what is left in the headers of the answer."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            left = turns.left(key)
            told = [
                (b"ratelimit-policy", turns.policy),
                (b"ratelimit", b'"key";r=%d;t=%d' % (left.turns, left.seconds)),
            ]
            message = {**message, "headers": [*message.get("headers", ()), *told]}
        await send(message)

    return tell
