"""The segment table as a file for spreadsheets: unrounded, every row with all that is needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.insights import segments
from cxsurvey.insights.filters import NOT_SET, Filter
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.segments import SegmentReport, SegmentRow
from cxsurvey.insights.service import refuse_anonymous, survey_line
from cxsurvey.scoring.results import Difference
from cxsurvey.transfer.export import Cell, days_of, filename, first_cell
from cxsurvey.transfer.scored import SCORED, cells_of

_DISTANCE: Final = ("", "_lower", "_upper", "_p_value", "_changed", "_comparable", "_other_n")
HEADING: Final = (
    "row",
    "survey",
    "segment",
    "value",
    "since",
    "until",
    "zone",
    *SCORED,
    *(f"rest{part}" for part in _DISTANCE),
    "rest_adjusted_p_value",
    "stands_out",
    "tests",
    "q",
    *(f"change{part}" for part in _DISTANCE),
    "change_adjusted_p_value",
    "moved",
    "change_tests",
    "shrunken",
    "shrunken_lower",
    "shrunken_upper",
    "rank",
    "rank_tied",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be downloaded."""

    survey: SurveyLine
    key: str
    period: Period
    only: Filter

    @property
    def filename(self) -> str:
        """A plain name for the file."""
        return filename(f"scores_by_{self.key}", self.survey, self.period)


def order(ctx: Context, survey_id: UUID, key: str, period: Period, only: Filter) -> Order:
    """Settles what a download will hold and records in the audit log that it was asked for.

    Raises what `segments.by_segment` raises.
    """
    require(ctx, Grant.EXPORT)
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    made = Order(survey, segments.checked_key(key), period, only)
    audit.record(
        ctx,
        "segments.exported",
        encode("srv", survey_id),
        by=made.key,
        **days_of(period),
        filter=sorted(only.query),
    )
    return made


def rows(ctx: Context, made: Order) -> list[list[Cell]]:
    """The heading, all answers together, and every row of the table in its order."""
    require(ctx, Grant.EXPORT)
    found = segments.by_segment(ctx, made.survey.survey_id, made.key, made.period, made.only)
    total = SegmentRow(None, None, 0, found.total)
    return [list(HEADING), _row(found, "total", total), *(_row(found, _kind(row), row) for row in found.rows)]


def _kind(row: SegmentRow) -> str:
    if row.others:
        return "others"
    return "segment" if row.text is not None else "not set"


def _row(found: SegmentReport, kind: str, row: SegmentRow) -> list[Cell]:
    period, shrunken, rank = found.period, row.shrunken, row.rank
    return [
        kind,
        found.survey.name,
        found.key,
        NOT_SET if kind == "not set" else row.text,
        first_cell(period.first_day),
        period.last_day.isoformat(),
        period.zone,
        *cells_of(row.result),
        *_distance(row.rest),
        row.adjusted_p_value,
        row.stands_out if row.rest is not None else None,
        found.tests,
        found.q,
        *_distance(row.change),
        row.change_adjusted_p_value,
        row.moved if row.change is not None and row.change.comparable else None,
        found.change_tests,
        *((shrunken.estimate, shrunken.lower, shrunken.upper) if shrunken is not None else (None, None, None)),
        rank.place if rank is not None else None,
        rank.tied if rank is not None else None,
    ]


def _distance(found: Difference | None) -> list[Cell]:
    if found is None:
        return [None] * len(_DISTANCE)
    return [
        found.estimate,
        found.lower,
        found.upper,
        found.p_value,
        found.changed,
        found.comparable,
        found.before.n,
    ]
