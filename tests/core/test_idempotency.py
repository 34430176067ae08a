"""Answers kept under keys: found in one look-up per caller and route, and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.idempotency import KEEP, KeptAnswer, Scope, find_many, forget_old, remember_many
from cxsurvey.core.ids import SystemIds

Write = Callable[[Callable[[Context], Any]], Any]


def answer(number: int) -> KeptAnswer:
    return KeptAnswer(bytes([number]) * 32, 201, b'{"id":%d}' % number)


def test_many_are_kept_and_found_by_caller_route_and_key(write: Write) -> None:
    one, other = SystemIds().new(), SystemIds().new()
    kept = {
        Scope(caller, route, key): answer(number)
        for number, (caller, route, key) in enumerate(
            (caller, route, key) for caller in (one, other) for route in ("POST /a", "POST /b") for key in "xyz"
        )
    }
    write(lambda ctx: remember_many(ctx, kept))
    assert write(lambda ctx: find_many(ctx, kept)) == kept
    some = {Scope(one, "POST /a", "x"), Scope(one, "POST /a", "unknown"), Scope(other, "POST /c", "x")}
    assert write(lambda ctx: find_many(ctx, some)) == {Scope(one, "POST /a", "x"): kept[Scope(one, "POST /a", "x")]}
    assert write(lambda ctx: find_many(ctx, ())) == {}


def test_a_kept_answer_expires_and_makes_place_for_a_new_one(write: Write, clock: FixedClock) -> None:
    scope = Scope(SystemIds().new(), "POST /a", "x")
    write(lambda ctx: remember_many(ctx, {scope: answer(1)}))
    clock.instant += KEEP
    assert write(lambda ctx: find_many(ctx, [scope])) == {}
    write(lambda ctx: remember_many(ctx, {scope: answer(2)}))
    assert write(lambda ctx: find_many(ctx, [scope])) == {scope: answer(2)}


def test_housekeeping_forgets_the_old_ones_in_pieces(write: Write, clock: FixedClock) -> None:
    caller = SystemIds().new()
    scopes = [Scope(caller, "POST /a", str(number)) for number in range(5)]
    write(lambda ctx: remember_many(ctx, {scope: answer(1) for scope in scopes}))
    clock.instant += timedelta(days=1)
    write(lambda ctx: remember_many(ctx, {Scope(caller, "POST /a", "young"): answer(2)}))
    clock.instant += KEEP - timedelta(days=1)
    forgotten = [write(lambda ctx: forget_old(ctx.connection, ctx.now, 3)) for _ in range(3)]
    assert forgotten == [3, 2, 0]
    assert len(write(lambda ctx: find_many(ctx, [Scope(caller, "POST /a", "young")]))) == 1
