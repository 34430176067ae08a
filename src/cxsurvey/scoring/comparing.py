"""Did it change: one question for every metric, answered from two sets of counts."""

from typing import cast

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.means import MeanDifference, mean_difference
from cxsurvey.scoring.nps import difference, direction_of
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition, Headline
from cxsurvey.scoring.score import score
from cxsurvey.scoring.shares import ShareDifference, share_difference


def compare(
    now: ScoreCounts | GroupCounts,
    before: ScoreCounts | GroupCounts,
    definition: Definition,
    confidence: float = 0.95,
    unknown: tuple[int, int] = (0, 0),
) -> Difference:
    """The score of ``now`` less that of ``before``, in the unit of the definition's headline.

    Net scores: square-and-add of the score limits with the adjusted Wald p-value (``nps.difference``).
    Shares: Newcombe with chi-square or Fisher (``shares.share_difference``), in percentage points.
    Means: Welch (``means.mean_difference``), in scale points.

    The two sides must be independent: periods that do not overlap, or a segment against the rest
    (``paired.rest_of``), never the same people twice (``paired``). ``unknown`` counts those who do not
    know on either side, for shares that have them in their base. ``changed`` means that the
    interval leaves 0 out, whichever end of the scale is the good one; ``direction`` is that of
    the number. The two results carry their headlines only.

    No response on a side: all is None and nothing has changed.

    Raises what ``score`` raises.

    >>> from cxsurvey.scoring.catalogue import CSAT_5
    >>> happy, less = GroupCounts(56, 4, 10), GroupCounts(48, 12, 20)
    >>> change = compare(happy, less, CSAT_5)
    >>> f"{change.estimate:.0f} {change.lower:.1f} {change.upper:.1f}", change.changed
    ('20 5.2 33.4', True)
    """
    if definition.headline is Headline.NET:
        return difference(now, before, confidence, definition)
    left = score(now, definition, confidence, unknown=unknown[0], beside=False)
    right = score(before, definition, confidence, unknown=unknown[1], beside=False)
    if left.n == 0 or right.n == 0:
        return Difference(None, None, None, None, None, False, None, confidence, left, right)
    if definition.headline is Headline.TOP_BOX:
        share = share_difference((left.groups[0].n, left.base_n), (right.groups[0].n, right.base_n), confidence)
        return _told(left, right, 100.0, share)
    # groups alone have no mean, and `score` has refused them
    return _told(left, right, 1.0, mean_difference(cast("ScoreCounts", now), cast("ScoreCounts", before), confidence))


def _told(now: Result, before: Result, factor: float, found: ShareDifference | MeanDifference) -> Difference:
    return Difference(
        estimate=factor * found.estimate,
        lower=factor * found.lower,
        upper=factor * found.upper,
        p_value=found.p_value,
        direction=direction_of(found.estimate),
        changed=found.changed,
        minimum_detectable=factor * found.minimum_detectable,
        confidence=now.confidence,
        now=now,
        before=before,
    )
