"""The definitions of NPS, CSAT and CES that are offered, and how others are made.

Where vendors read a scale differently, each reading has a name of its own here and a key that
goes with every score, so that nobody mixes two of them by accident. ``docs/metrics.md`` gives
the reasons and what others do.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from cxsurvey.scoring.errors import InvalidDefinitionError
from cxsurvey.scoring.scales import NPS, Definition, Direction, Headline, Metric, Scale, Unknown

ENPS: Final = Definition(
    id="enps-0-10",
    version=1,
    metric=Metric.NPS,
    scale=NPS.scale,
    promoters=NPS.promoters,
    passives=NPS.passives,
    detractors=NPS.detractors,
)
"""The arithmetic of NPS for "as a place to work". Ask it only where answers are anonymous."""


def _translated(maximum: int, passives: Iterable[int], name: str = "") -> Definition:
    middle = frozenset(passives)
    return Definition(
        id=f"nps-1-{maximum}{name}",
        version=1,
        metric=Metric.NPS,
        scale=Scale(1, maximum),
        promoters=frozenset(range(max(middle) + 1, maximum + 1)),
        passives=middle,
        detractors=frozenset(range(1, min(middle))),
        translated=True,
    )


NPS_3: Final = _translated(3, {2})
"""Three points, 1 / 2 / 3. Translated: not comparable with a score from 0 to 10."""
NPS_5: Final = _translated(5, {4})
"""Five points, detractors 1-3, passives 4, promoters 5. Translated."""
NPS_5_WIDE: Final = _translated(5, {3}, "-wide")
"""Five points, detractors 1-2, passives 3, promoters 4-5. Translated; the same answers 5, 5, 4, 3, 1
give +40 here and 0 by ``NPS_5``."""
NPS_7: Final = _translated(7, {5, 6})
"""Seven points, detractors 1-4, passives 5-6, promoters 7. Translated."""


def box_definition(
    metric: Metric,
    scale: Scale,
    top: Iterable[int] | None = None,
    bottom: Iterable[int] | None = None,
    *,
    headline: Headline = Headline.TOP_BOX,
    unknown: Unknown = Unknown.LEFT_OUT,
) -> Definition:
    """A definition headed by a share or a mean, for a scale of one's own.

    ``top`` and ``bottom`` are the scores that count as good and as bad; left out, they are the
    default boxes of ``default_top`` and their mirror image. All others are neutral. The key
    names metric, scale, direction and every deviation, so two different rules never share one.

    Raises ``InvalidDefinitionError`` for NPS, whose bands are fixed, for an empty top box, and
    where the boxes do not fit the scale.

    >>> box_definition(Metric.CSAT, Scale(1, 5)).key
    'csat-1-5/1'
    >>> box_definition(Metric.CSAT, Scale(1, 7), top={5, 6, 7}).key
    'csat-1-7-top-5-6-7/1'
    """
    if metric is Metric.NPS:
        raise InvalidDefinitionError("The bands of NPS are fixed: 0 to 6, 7 and 8, 9 and 10.")
    return _boxes(metric, scale, top, bottom, headline, unknown)


def _boxes(
    metric: Metric,
    scale: Scale,
    top: Iterable[int] | None = None,
    bottom: Iterable[int] | None = None,
    headline: Headline = Headline.TOP_BOX,
    unknown: Unknown = Unknown.LEFT_OUT,
    name: str = "",
) -> Definition:
    """``name`` sets apart what is asked otherwise: faces, thumbs, stars; only the catalogue gives one."""
    usual_top, usual_bottom = default_top(metric, scale), default_bottom(metric, scale)
    best = frozenset(top) if top is not None else usual_top
    worst = frozenset(bottom) if bottom is not None else usual_bottom - best
    if not best:
        raise InvalidDefinitionError("A top box holds at least one score.")
    parts = [metric.value, f"{scale.minimum}-{scale.maximum}", name]
    parts += ["reversed"] if scale.direction is Direction.LOWER_IS_BETTER else []
    parts += [f"top-{_listed(best)}"] if best != usual_top else []
    parts += [f"bottom-{_listed(worst)}"] if worst != usual_bottom - best else []
    parts += [headline.value] if headline is not Headline.TOP_BOX else []
    parts += ["unknown-in-base"] if unknown is Unknown.IN_BASE else []
    return Definition(
        id="-".join(part for part in parts if part),
        version=1,
        metric=metric,
        scale=scale,
        promoters=best,
        passives=frozenset(scale.values) - best - worst,
        detractors=worst,
        top_box=best,
        bottom_box=worst,
        headline=headline,
        unknown=unknown,
    )


def default_top(metric: Metric, scale: Scale) -> frozenset[int]:
    """The scores that count as good on a scale when nobody says otherwise.

    CSAT: the best score of up to three points (also thumbs and three smileys), else the best
    two. CES: the best three of seven, else the best two, or the best one of up to three. On a scale where
    lower is better these are the lowest.

    >>> sorted(default_top(Metric.CSAT, Scale(1, 5))), sorted(default_top(Metric.CES, Scale(1, 7)))
    ([4, 5], [5, 6, 7])
    """
    return frozenset(_best_first(scale)[: _box_size(metric, scale)])


def default_bottom(metric: Metric, scale: Scale) -> frozenset[int]:
    """The mirror image of ``default_top``: as many scores at the other end.

    >>> sorted(default_bottom(Metric.CES, Scale(1, 7)))
    [1, 2, 3]
    """
    return frozenset(_best_first(scale)[-_box_size(metric, scale) :])


def _box_size(metric: Metric, scale: Scale) -> int:
    points = len(scale.values)
    if points <= 3:
        return 1
    return 3 if metric is Metric.CES and points == 7 else 2


def _best_first(scale: Scale) -> list[int]:
    return sorted(scale.values, reverse=scale.direction is Direction.HIGHER_IS_BETTER)


def _listed(scores: frozenset[int]) -> str:
    return "-".join(str(score) for score in sorted(scores)) or "none"


CSAT_5: Final = box_definition(Metric.CSAT, Scale(1, 5))
"""1 to 5, satisfied 4-5. The usual form."""
CSAT_3: Final = box_definition(Metric.CSAT, Scale(1, 3))
"""1 to 3, satisfied 3."""
CSAT_7: Final = box_definition(Metric.CSAT, Scale(1, 7))
"""1 to 7, satisfied 6-7. Some count 5-7: make that one with ``box_definition``."""
CSAT_10: Final = box_definition(Metric.CSAT, Scale(1, 10))
"""1 to 10, satisfied 9-10. Some count 8-10: make that one with ``box_definition``."""
SMILEYS_5: Final = _boxes(Metric.CSAT, Scale(1, 5), name="smileys")
"""Five faces, the two happy ones count as satisfied."""
SMILEYS_3: Final = _boxes(Metric.CSAT, Scale(1, 3), name="smileys")
"""Three faces, the happy one counts as satisfied."""
THUMBS: Final = _boxes(Metric.CSAT, Scale(0, 1), name="thumbs")
"""Thumb down 0, thumb up 1; the share of thumbs up."""
STARS_5: Final = _boxes(Metric.CSAT, Scale(1, 5), headline=Headline.MEAN, name="stars")
"""One to five stars, headed by the mean, with the share of 4-5 beside it."""
CES_7: Final = box_definition(Metric.CES, Scale(1, 7))
"""CES 2.0: "made it easy", 1 strongly disagree to 7 strongly agree; easy 5-7, difficult 1-3."""
CES_5: Final = box_definition(Metric.CES, Scale(1, 5))
"""Agreement or ease from 1 to 5; easy 4-5, difficult 1-2. Never merged with seven points."""
CES_1_0: Final = box_definition(Metric.CES, Scale(1, 5, Direction.LOWER_IS_BETTER), headline=Headline.MEAN)
"""CES 1.0: effort from 1 very low to 5 very high, the mean, lower is better."""

CATALOGUE: Final[Mapping[str, Definition]] = {
    definition.key: definition
    for definition in (
        NPS,
        ENPS,
        NPS_3,
        NPS_5,
        NPS_5_WIDE,
        NPS_7,
        CSAT_5,
        CSAT_3,
        CSAT_7,
        CSAT_10,
        SMILEYS_5,
        SMILEYS_3,
        THUMBS,
        STARS_5,
        CES_7,
        CES_5,
        CES_1_0,
    )
}
"""Every definition of this module by its key."""
