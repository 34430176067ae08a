"""One function from counts to a score, whatever the metric.

It reads the counts by a definition: the headline with its interval, and beside it every other
figure that the same counts give.
"""

from dataclasses import replace
from typing import NamedTuple

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts, checked_count
from cxsurvey.scoring.errors import InvalidCountError
from cxsurvey.scoring.intervals import Method, checked_confidence, interval
from cxsurvey.scoring.lowbase import BaseLevel, base
from cxsurvey.scoring.means import MEAN_NEEDS, MeanMethod, mean, mean_interval, usual_method
from cxsurvey.scoring.methods import AnyMethod, method_for
from cxsurvey.scoring.results import Figure, Flag, Group, Result, Unit
from cxsurvey.scoring.scales import Definition, Headline, Unknown
from cxsurvey.scoring.shares import ShareMethod, share_interval

_UNITS = {Headline.NET: Unit.POINTS, Headline.TOP_BOX: Unit.PERCENT, Headline.MEAN: Unit.SCALE_POINTS}
_BASE_FLAGS = {
    BaseLevel.NONE: Flag.NO_RESPONSES,
    BaseLevel.COUNTS_ONLY: Flag.TOO_FEW,
    BaseLevel.GREY: Flag.VERY_LOW_BASE,
    BaseLevel.LOW_BASE: Flag.LOW_BASE,
}


def score(
    counts: ScoreCounts | GroupCounts,
    definition: Definition,
    confidence: float = 0.95,
    method: AnyMethod | str | None = None,
    unknown: int = 0,
) -> Result:
    """The score of ``counts`` as ``definition`` reads them, in the unit of its headline.

    Net: 100 (P - D) / n in points. Top box: 100 k / n in percent, k the responses in the top
    box. Mean: the sum of the scores over n, in scale points. ``method`` is one of the headline's
    own (see ``methods``); left out, it is the score interval (Tango), Wilson, or for a mean what
    ``means.usual_method`` gives. The figures beside the headline use these.

    ``unknown`` counts responses that said "I do not know". They have no score; where the
    definition's rule is ``in-base`` they belong to the base of every share.

    Counts of groups alone serve a definition with three bands; they give no mean.

    No response: the headline is None, and so are the figures beside it. One response: the
    interval says how little that is; a mean of one has none.

    Raises ``InvalidConfidenceError``, ``UnknownMethodError``, ``InvalidCountError`` for
    ``unknown`` or where a mean is asked of groups, and ``ScaleMismatchError`` when counts and
    definition are of different scales.

    >>> from cxsurvey.scoring.catalogue import CSAT_5
    >>> result = score(ScoreCounts.from_scores([5, 5, 4, 3, 1], CSAT_5.scale), CSAT_5)
    >>> result.estimate, result.unit.value, dict(result.groups), result.mean.estimate
    (60.0, 'percent', {'satisfied': 3, 'neutral': 1, 'dissatisfied': 1}, 3.6)
    """
    checked_confidence(confidence)
    checked_count(unknown, "responses that do not know")
    single = counts if isinstance(counts, ScoreCounts) else None
    if single is None and definition.headline is Headline.MEAN:
        raise InvalidCountError(f"{definition.key} is a mean, which needs the count of every score.")
    usual_mean = usual_method(single) if single is not None else MeanMethod.T
    chosen = method_for(definition.headline, method)
    if method is None and definition.headline is Headline.MEAN:
        chosen = usual_mean
    groups = counts.groups(definition) if isinstance(counts, ScoreCounts) else counts
    base_n = groups.n + (unknown if definition.unknown is Unknown.IN_BASE else 0)
    figures = _Figures(
        net=_net(groups, confidence, _own(chosen, Method.SCORE)),
        top=_share(groups.promoters, base_n, groups.n, confidence, _own(chosen, ShareMethod.WILSON)),
        bottom=_share(groups.detractors, base_n, groups.n, confidence, ShareMethod.WILSON),
        mean=_mean(single, confidence, _own(chosen, usual_mean)),
    )
    return replace(
        _headed(figures, groups, definition, confidence, chosen),
        scores=single.counts if single is not None else None,
        unknown=unknown,
        base_n=base_n,
        flags=_flags(groups, single, definition, chosen),
    )


class _Figures(NamedTuple):
    net: Figure | None
    top: Figure | None
    bottom: Figure | None
    mean: Figure | None


def _headed(
    figures: _Figures, groups: GroupCounts, definition: Definition, confidence: float, chosen: AnyMethod
) -> Result:
    """The figures under the headline that the definition asks for."""
    heads = {Headline.NET: figures.net, Headline.TOP_BOX: figures.top, Headline.MEAN: figures.mean}
    head = heads[definition.headline]
    numbers = (groups.promoters, groups.passives, groups.detractors)
    return Result(
        metric=definition.metric,
        unit=_UNITS[definition.headline],
        estimate=head.estimate if head is not None else None,
        lower=head.lower if head is not None else None,
        upper=head.upper if head is not None else None,
        confidence=confidence,
        method=chosen,
        n=groups.n,
        groups=tuple(Group(name, n) for name, n in zip(definition.group_names, numbers, strict=True)),
        scores=None,
        definition=definition.key,
        top_box=figures.top,
        bottom_box=figures.bottom,
        net=figures.net,
        mean=figures.mean,
    )


def _own(chosen: AnyMethod, default: AnyMethod) -> AnyMethod:
    """The chosen method for the figure it was chosen for, the default for all others."""
    return chosen if type(chosen) is type(default) else default


def _net(groups: GroupCounts, confidence: float, method: AnyMethod) -> Figure | None:
    if groups.n == 0:
        return None
    lower, upper = (100.0 * limit for limit in interval(groups, confidence, method.value))
    # One division of whole numbers, so that the estimate is the nearest float there is.
    estimate = 100 * (groups.promoters - groups.detractors) / groups.n
    return Figure(estimate, lower, upper, Unit.POINTS, method)


def _share(successes: int, base_n: int, n: int, confidence: float, method: AnyMethod) -> Figure | None:
    # Those who do not know are no score: without any response a share of them says nothing.
    if n == 0:
        return None
    lower, upper = (100.0 * limit for limit in share_interval(successes, base_n, confidence, method.value))
    return Figure(100 * successes / base_n, lower, upper, Unit.PERCENT, method)


def _mean(counts: ScoreCounts | None, confidence: float, method: AnyMethod) -> Figure | None:
    if counts is None or counts.n == 0:
        return None
    limits = mean_interval(counts, confidence, method.value)
    lower, upper = limits if limits is not None else (None, None)
    return Figure(mean(counts), lower, upper, Unit.SCALE_POINTS, method)


def _flags(
    groups: GroupCounts, counts: ScoreCounts | None, definition: Definition, method: AnyMethod
) -> tuple[Flag, ...]:
    level = base(groups.n).level
    parts = counts.counts if counts is not None else (groups.promoters, groups.passives, groups.detractors)
    found = [
        (_BASE_FLAGS.get(level), level in _BASE_FLAGS),
        (Flag.ALL_EQUAL, groups.n > 1 and max(parts) == groups.n),
        (Flag.TRANSLATED, definition.translated),
        (Flag.LEAD_WITH_SHARE, definition.headline is Headline.MEAN and 0 < groups.n < MEAN_NEEDS),
        (Flag.NOT_RECOMMENDED, not method.recommended),
    ]
    return tuple(flag for flag, holds in found if holds and flag is not None)
