"""How often each interval holds the truth: every possible outcome weighed exactly, nothing simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import compress
from math import exp, fsum, inf, lgamma, log
from typing import NamedTuple

from bench.harness.telling import Report
from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.intervals import Limits, Method, interval

SIZES = (5, 10, 20, 50, 100)
STEPS = 20
CONFIDENCE = 0.95
DEFAULT = Method.SCORE
WORST_AT_FIVE, WORST_FROM_TEN = 92.0, 93.9
# A method that needs longer than this for all outcomes of a size is left out from there on.
PATIENCE = 30.0
# A limit may miss a true value that it equals by the rounding of a float, never by more.
HAIR = 1e-12


class Truth(NamedTuple):
    """What all customers would say, in twentieths: promoters, passives, detractors."""

    promoters: int
    passives: int
    detractors: int

    @property
    def net(self) -> float:
        """The net share that an interval should hold."""
        return (self.promoters - self.detractors) / STEPS

    def __str__(self) -> str:
        return " / ".join(str(100 * part // STEPS) for part in self)


class Coverage(NamedTuple):
    """How often an interval holds the truth, over some truths."""

    mean: float
    worst: float
    where: Truth


def main() -> None:
    """Prints one line for each method, and fails when the default covers too rarely."""
    inner = [truth for truth in truths() if all(truth)]
    edges = [truth for truth in truths() if list(truth).count(0) == 1]
    report = Report(
        f"Coverage of the {CONFIDENCE:.0%} intervals over {len(inner)} truths and {len(edges)} on the edges"
    )
    limits = {n: all_limits(report, n) for n in SIZES}
    report.note("mean / worst of 100, every share at least one twentieth")
    inside = tell(report, inner, limits)
    report.note("mean / worst of 100, one share zero")
    outside = tell(report, edges, limits)
    for n in SIZES:
        target = WORST_AT_FIVE if n < 10 else WORST_FROM_TEN
        report.at_least(f"worst of {DEFAULT.value} at n = {n}", inside[DEFAULT, n].worst, target)
    for n in SIZES:
        edge = outside[DEFAULT, n]
        report.note(f"on the edges at n = {n}: {DEFAULT.value} falls to {edge.worst:.1f} at {edge.where}")
    report.end()


def truths() -> Iterator[Truth]:
    """Every division of the customers into three groups by twentieths."""
    for promoters in range(STEPS + 1):
        for passives in range(STEPS + 1 - promoters):
            yield Truth(promoters, passives, STEPS - promoters - passives)


def outcomes(n: int) -> list[GroupCounts]:
    """Every way in which n answers can fall."""
    return [
        GroupCounts(promoters, passives, n - promoters - passives)
        for promoters in range(n + 1)
        for passives in range(n + 1 - promoters)
    ]


def all_limits(report: Report, n: int) -> dict[Method, list[Limits]]:
    """The interval of every outcome by every method that is quick enough for this many."""
    some, found = outcomes(n), {}
    for method in Method:
        began = time.perf_counter()
        interval(some[len(some) // 2], CONFIDENCE, method)
        expected = (time.perf_counter() - began) * len(some)
        if expected > PATIENCE:
            report.note(f"{method.value} is left out at n = {n}: it would take {expected:.0f} s")
        else:
            found[method] = [interval(groups, CONFIDENCE, method) for groups in some]
    return found


def tell(
    report: Report, some: Sequence[Truth], limits: dict[int, dict[Method, list[Limits]]]
) -> dict[tuple[Method, int], Coverage]:
    """Prints the table of these truths and returns it."""
    found = {}
    for n in SIZES:
        found.update({(method, n): coverage for method, coverage in coverages(n, some, limits[n]).items()})
    report.note(f"{'':<14}" + "".join(f"{f'n = {n}':>14}" for n in SIZES))
    for method in Method:
        cells = [found.get((method, n)) for n in SIZES]
        shown = [f"{cell.mean:.1f} / {cell.worst:.1f}" if cell else "-" for cell in cells]
        report.note(f"{method.value:<14}" + "".join(f"{cell:>14}" for cell in shown))
    return found


def coverages(n: int, some: Sequence[Truth], limits: dict[Method, list[Limits]]) -> dict[Method, Coverage]:
    """Mean and worst coverage of each method at n answers, of 100."""
    counted = outcomes(n)
    ways = [logarithm_of_ways(groups) for groups in counted]
    shares: dict[Method, list[tuple[float, Truth]]] = {method: [] for method in limits}
    held: dict[tuple[Method, float], list[bool]] = {}
    for truth in some:
        chances = probabilities(truth, counted, ways)
        for method, intervals in limits.items():
            holds = held.setdefault((method, truth.net), [])
            if not holds:
                holds += [lower - HAIR <= truth.net <= upper + HAIR for lower, upper in intervals]
            shares[method].append((100.0 * fsum(compress(chances, holds)), truth))
    return {
        method: Coverage(fsum(share for share, _ in those) / len(those), *min(those))
        for method, those in shares.items()
    }


def probabilities(truth: Truth, counted: Sequence[GroupCounts], ways: Sequence[float]) -> list[float]:
    """The chance of each outcome when this is the truth; the multinomial, by logarithms."""
    up, middle, down = (log(part / STEPS) if part else -inf for part in truth)
    return [
        exp(way + _times(groups.promoters, up) + _times(groups.passives, middle) + _times(groups.detractors, down))
        for groups, way in zip(counted, ways, strict=True)
    ]


def _times(count: int, logarithm: float) -> float:
    # Nobody in a group that does not exist is certain, and 0 times infinity is not a number.
    return count * logarithm if count else 0.0


def logarithm_of_ways(groups: GroupCounts) -> float:
    """The logarithm of the number of orders in which these answers can come in."""
    return (
        lgamma(groups.n + 1)
        - lgamma(groups.promoters + 1)
        - lgamma(groups.passives + 1)
        - lgamma(groups.detractors + 1)
    )


if __name__ == "__main__":
    main()
