from __future__ import annotations

from datetime import timedelta

from cxsurvey.core import limits
from cxsurvey.core.context import Context


def test_a_burst_is_let_through_and_then_one_turn_per_interval(ctx: Context) -> None:
    assert [limits.take(ctx, "a", 60, 3) for _ in range(4)] == [0, 0, 0, 60]

    ctx.now += timedelta(seconds=59)
    assert limits.take(ctx, "a", 60, 3) == 1
    ctx.now += timedelta(seconds=1)
    assert limits.take(ctx, "a", 60, 3) == 0
    assert limits.take(ctx, "a", 60, 3) == 60


def test_turns_come_back_up_to_the_burst_and_no_further(ctx: Context) -> None:
    for _ in range(3):
        limits.take(ctx, "a", 60, 3)
    ctx.now += timedelta(days=9)

    assert [limits.take(ctx, "a", 60, 3) for _ in range(4)] == [0, 0, 0, 60]


def test_a_refused_try_costs_nothing(ctx: Context) -> None:
    limits.take(ctx, "a", 60, 1)
    for _ in range(100):
        assert limits.take(ctx, "a", 60, 1) == 60

    ctx.now += timedelta(seconds=60)
    assert limits.take(ctx, "a", 60, 1) == 0


def test_everybody_has_turns_of_their_own(ctx: Context) -> None:
    assert [limits.take(ctx, key, 60, 1) for key in ("a", "b", "a", "b")] == [0, 0, 60, 60]


def test_forgetting_gives_all_turns_back(ctx: Context) -> None:
    for _ in range(3):
        limits.take(ctx, "a", 60, 3)

    limits.forget(ctx, "a")

    assert limits.take(ctx, "a", 60, 3) == 0
