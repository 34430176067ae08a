"""What may be asked: a scale and how it is counted."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from cxsurvey.api.schemas.base import Document
from cxsurvey.scoring import scales
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.scales import Band, Direction, Headline, Metric
from cxsurvey.surveys.looks import Look, look_of

_UNITS = {Headline.NET: Unit.POINTS, Headline.TOP_BOX: Unit.PERCENT, Headline.MEAN: Unit.SCALE_POINTS}


class FormulaGroup(Document):
    """One group of customers, best first, with the scores that put a customer in it."""

    band: Band
    """The name of the group in follow-ups and texts of a survey, the same for all metrics."""
    name: str
    scores: list[int]


class Formula(Document):
    """A question that a survey may ask, with its scale and how its score is counted."""

    formula: str = Field(examples=["csat-1-5/1"])
    """The key, which goes with every score. A survey that changes it starts a new trend line."""
    metric: Metric
    look: Look
    """What a customer chooses from."""
    minimum: int
    maximum: int
    direction: Direction
    """Which end of the scale is the good one."""
    headline: Headline
    """What is told first: the net share, the share of the top box, or the mean."""
    unit: Unit
    """`points` from -100 to 100, `percent` from 0 to 100, `scale-points` on the scale."""
    top_box: list[int]
    """The scores that count as good."""
    bottom_box: list[int]
    groups: list[FormulaGroup]

    @classmethod
    def of(cls, formula: scales.Definition) -> Self:
        """The document for a formula."""
        scores = (formula.promoters, formula.passives, formula.detractors)
        bands = (Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR)
        return cls(
            formula=formula.key,
            metric=formula.metric,
            look=look_of(formula.key),
            minimum=formula.scale.minimum,
            maximum=formula.scale.maximum,
            direction=formula.scale.direction,
            headline=formula.headline,
            unit=_UNITS[formula.headline],
            top_box=sorted(formula.top),
            bottom_box=sorted(formula.bottom),
            groups=[
                FormulaGroup(band=band, name=name, scores=sorted(held))
                for band, name, held in zip(bands, formula.group_names, scores, strict=True)
            ],
        )


class FormulaList(Document):
    """Every formula that a survey may be made with."""

    data: list[Formula]
