"""The Net Promoter Score and the difference of two of them, from exact counts.

Net Promoter, NPS and Net Promoter Score are registered trademarks of their owners.
"""

from math import hypot
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.intervals import Method, adjusted_moments
from cxsurvey.scoring.results import Difference, Movement, Result
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.score import score
from cxsurvey.scoring.significance import detectable, leaves_out_zero, two_sided

WIDEST_CHANGE: Final = 200.0
"""From all detractors to all promoters, in points."""


class _Known(NamedTuple):
    estimate: float
    lower: float
    upper: float


def nps(
    counts: ScoreCounts | GroupCounts,
    confidence: float = 0.95,
    method: Method | str = Method.SCORE,
    definition: Definition = NPS,
) -> Result:
    """100 (P - D) / n in points from -100 to 100, with its interval.

    P, D and n are the counts of promoters, detractors and all responses (Reichheld 2003).
    Passives stay in the denominator. The default interval is Tango's score interval (1998),
    see ``intervals.score_interval``; the others are for comparison with other tools.

    No response: the estimate and both limits are None. One response: the estimate is -100, 0
    or 100 and the interval says how little that means. All equal: the score interval keeps
    its width.

    Raises ``InvalidConfidenceError``, ``UnknownMethodError``, and for score counts
    ``ScaleMismatchError`` or ``InvalidDefinitionError`` when the definition does not fit.

    >>> result = nps(ScoreCounts.from_scores([10, 10, 9, 9, 9, 8, 7, 4, 2, 1]))
    >>> result.estimate, dict(result.groups)
    (20.0, {'promoters': 5, 'passives': 2, 'detractors': 3})
    """
    return score(counts, definition, confidence, method)


def difference(
    now: ScoreCounts | GroupCounts,
    before: ScoreCounts | GroupCounts,
    confidence: float = 0.95,
    definition: Definition = NPS,
) -> Difference:
    """The NPS of ``now`` minus that of ``before``, in points from -200 to 200.

    Interval: square-and-add of the score limits (MOVER, Newcombe). With scores t1, t2 and
    their limits (l1, u1), (l2, u2) the difference d = t1 - t2 reaches

        from d - sqrt((t1 - l1)^2 + (u2 - t2)^2) to d + sqrt((u1 - t1)^2 + (t2 - l2)^2)

    p-value: two-sided, from the adjusted Wald test (3/4, 1 1/2 and 3/4 of a response added
    to each side). Minimum detectable change: (z of the confidence + z of 80 % power) times
    the standard error of that test, at most 200.

    The two sides must be independent: periods that do not overlap, or a segment against the
    rest, never a segment against a total that contains it, nor the same people twice.

    No response on a side: all is None and nothing has changed.

    Raises what ``nps`` raises.

    >>> change = difference(GroupCounts(40, 35, 25), GroupCounts(30, 35, 35))
    >>> change.estimate, change.direction.value, change.changed
    (20.0, 'up', False)
    >>> f"{change.lower:.1f} {change.upper:.1f} {change.p_value:.3f}"
    '-2.3 41.6 0.080'
    """
    results = (
        score(now, definition, confidence, beside=False),
        score(before, definition, confidence, beside=False),
    )
    left, right = map(_known, results)
    if left is None or right is None:
        return Difference(None, None, None, None, None, False, None, confidence, *results)
    estimate, lower, upper = _square_and_add(left, right)
    mean, standard_error = _adjusted_difference(_groups(now, definition), _groups(before, definition))
    return Difference(
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_value=two_sided(mean, standard_error),
        direction=direction_of(estimate),
        changed=leaves_out_zero(lower, upper),
        minimum_detectable=detectable(standard_error, confidence, WIDEST_CHANGE),
        confidence=confidence,
        now=results[0],
        before=results[1],
    )


def _groups(counts: ScoreCounts | GroupCounts, definition: Definition) -> GroupCounts:
    return counts.groups(definition) if isinstance(counts, ScoreCounts) else counts


def _known(result: Result) -> _Known | None:
    if result.estimate is None or result.lower is None or result.upper is None:
        return None
    return _Known(result.estimate, result.lower, result.upper)


def _square_and_add(left: _Known, right: _Known) -> _Known:
    estimate = left.estimate - right.estimate
    below = hypot(left.estimate - left.lower, right.upper - right.estimate)
    above = hypot(left.upper - left.estimate, right.estimate - right.lower)
    return _Known(estimate, estimate - below, estimate + above)


def _adjusted_difference(left: GroupCounts, right: GroupCounts) -> tuple[float, float]:
    """Mean and standard error of the adjusted Wald test, in points."""
    first, second = adjusted_moments(left), adjusted_moments(right)
    return 100.0 * (first.mean - second.mean), 100.0 * hypot(first.standard_error, second.standard_error)


def direction_of(estimate: float) -> Movement:
    """The sign of a difference, as a word.

    >>> direction_of(-0.1).value
    'down'
    """
    if estimate == 0.0:
        return Movement.LEVEL
    return Movement.UP if estimate > 0.0 else Movement.DOWN
