"""One function from counts to a score, whatever the metric.

It reads the counts by a definition: the headline with its interval, and beside it every other
figure that the same counts give.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts, checked_count
from cxsurvey.scoring.errors import InvalidCountError
from cxsurvey.scoring.intervals import checked_confidence, interval
from cxsurvey.scoring.lowbase import BaseLevel, base
from cxsurvey.scoring.means import mean, mean_interval, share_leads, usual_method
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
    *,
    beside: bool = True,
) -> Result:
    """The score of ``counts`` as ``definition`` reads them, in the unit of its headline.

    Net: 100 (P - D) / n in points. Top box: 100 k / n in percent, k the responses in the top
    box. Mean: the sum of the scores over n, in scale points. ``method`` is one of the headline's
    own (see ``methods``); left out, it is the score interval (Tango), Wilson, or for a mean what
    ``means.usual_method`` gives. The figures beside the headline use these.

    ``unknown`` counts responses that said "I do not know". They have no score; where the
    definition's rule is ``in-base`` they belong to the base of every share.

    ``beside`` False leaves the other figures out, for the many points of a trend.

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
    usual = _usual_methods(single)
    chosen = usual[definition.headline] if method is None else method_for(definition.headline, method)
    groups = counts.groups(definition) if isinstance(counts, ScoreCounts) else counts
    base_n = groups.n + (unknown if definition.unknown is Unknown.IN_BASE else 0)
    read = _Read(groups, single, base_n, confidence, {**usual, definition.headline: chosen})
    figures = {each: read.figure(each) for each in Headline if beside or each is definition.headline}
    bottom = read.share(groups.detractors, ShareMethod.WILSON) if beside else None
    return _headed(read, figures, definition, bottom=bottom, unknown=unknown)


def _usual_methods(single: ScoreCounts | None) -> dict[Headline, AnyMethod]:
    usual: dict[Headline, AnyMethod] = {headline: method_for(headline) for headline in Headline}
    return usual if single is None else {**usual, Headline.MEAN: usual_method(single)}


@dataclass(frozen=True, slots=True)
class _Read:
    """Counts as a definition reads them, and the method of each figure."""

    groups: GroupCounts
    single: ScoreCounts | None
    base_n: int
    confidence: float
    methods: Mapping[Headline, AnyMethod]

    def figure(self, headline: Headline) -> Figure | None:
        if headline is Headline.NET:
            return self._net()
        if headline is Headline.TOP_BOX:
            return self.share(self.groups.promoters, self.methods[headline])
        return self._mean()

    def share(self, successes: int, method: AnyMethod) -> Figure | None:
        # Those who do not know are no score: without any response a share of them says nothing.
        if self.groups.n == 0:
            return None
        limits = share_interval(successes, self.base_n, self.confidence, method.value)
        lower, upper = (100.0 * limit for limit in limits)
        return Figure(100 * successes / self.base_n, lower, upper, Unit.PERCENT, method)

    def _net(self) -> Figure | None:
        groups, method = self.groups, self.methods[Headline.NET]
        if groups.n == 0:
            return None
        lower, upper = (100.0 * limit for limit in interval(groups, self.confidence, method.value))
        # One division of whole numbers, so that the estimate is the nearest float there is.
        estimate = 100 * (groups.promoters - groups.detractors) / groups.n
        return Figure(estimate, lower, upper, Unit.POINTS, method)

    def _mean(self) -> Figure | None:
        if self.single is None or self.single.n == 0:
            return None
        method = self.methods[Headline.MEAN]
        limits = mean_interval(self.single, self.confidence, method.value)
        lower, upper = limits if limits is not None else (None, None)
        return Figure(mean(self.single), lower, upper, Unit.SCALE_POINTS, method)


def _headed(
    read: _Read,
    figures: Mapping[Headline, Figure | None],
    definition: Definition,
    *,
    bottom: Figure | None,
    unknown: int,
) -> Result:
    """The figures under the headline that the definition asks for."""
    groups, head = read.groups, figures[definition.headline]
    numbers = (groups.promoters, groups.passives, groups.detractors)
    method = read.methods[definition.headline]
    return Result(
        metric=definition.metric,
        unit=_UNITS[definition.headline],
        estimate=head.estimate if head is not None else None,
        lower=head.lower if head is not None else None,
        upper=head.upper if head is not None else None,
        confidence=read.confidence,
        method=method,
        n=groups.n,
        groups=tuple(Group(name, n) for name, n in zip(definition.group_names, numbers, strict=True)),
        scores=read.single.counts if read.single is not None else None,
        definition=definition.key,
        top_box=figures.get(Headline.TOP_BOX),
        bottom_box=bottom,
        net=figures.get(Headline.NET),
        mean=figures.get(Headline.MEAN),
        unknown=unknown,
        base_n=read.base_n,
        flags=_flags(groups, read.single, definition, method),
    )


def _flags(
    groups: GroupCounts, counts: ScoreCounts | None, definition: Definition, method: AnyMethod
) -> tuple[Flag, ...]:
    level = base(groups.n).level
    parts = counts.counts if counts is not None else (groups.promoters, groups.passives, groups.detractors)
    found = [
        (_BASE_FLAGS.get(level), level in _BASE_FLAGS),
        (Flag.ALL_EQUAL, groups.n > 1 and max(parts) == groups.n),
        (Flag.TRANSLATED, definition.translated),
        (Flag.LEAD_WITH_SHARE, definition.headline is Headline.MEAN and groups.n > 0 and share_leads(groups.n)),
        (Flag.NOT_RECOMMENDED, not method.recommended),
    ]
    return tuple(flag for flag, holds in found if holds and flag is not None)
