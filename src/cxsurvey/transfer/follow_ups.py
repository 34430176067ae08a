"""The follow-ups of a survey as a table for spreadsheets: a row for each answer that may be chosen, by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.insights import follow_ups
from cxsurvey.insights.filters import Filter
from cxsurvey.insights.follow_ups import FollowUpReport, FollowUpsReport, Part, Share
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import refuse_anonymous, survey_line
from cxsurvey.transfer.export import Cell, days_of, filename, first_cell

HEADING: Final = (
    "survey",
    "since",
    "until",
    "zone",
    "looked_at",
    "total",
    "follow_up",
    "question",
    "kind",
    "group",
    "asked",
    "n",
    "answer",
    "label",
    "chosen",
    "share",
    "share_lower",
    "share_upper",
    "unit",
    "method",
    "withheld",
    "filter",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be downloaded."""

    survey: SurveyLine
    period: Period
    only: Filter

    @property
    def filename(self) -> str:
        """A plain name for the file."""
        return filename("follow_ups", self.survey, self.period)


def order(ctx: Context, survey_id: UUID, period: Period, only: Filter) -> Order:
    """Settles what a download will hold and records in the audit log that it was asked for.

    Raises what `follow_ups.follow_ups` raises.
    """
    require(ctx, Grant.EXPORT)
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    audit.record(
        ctx,
        "follow_ups.exported",
        encode("srv", survey_id),
        name=survey.name,
        **days_of(period),
        filter=sorted(only.query),
    )
    return Order(survey, period, only)


def rows(ctx: Context, made: Order) -> list[list[Cell]]:
    """The heading, then of every follow-up all customers together and each group; a text has one row for each."""
    require(ctx, Grant.EXPORT)
    found = follow_ups.follow_ups(ctx, made.survey.survey_id, made.period, made.only)
    return [list(HEADING), *(row for each in found.follow_ups for row in _rows(found, each))]


def _rows(found: FollowUpsReport, asked: FollowUpReport) -> Iterator[list[Cell]]:
    for part in (asked.total, *asked.groups):
        for share in part.shares or (None,):
            yield _row(found, asked, part, share)


def _row(found: FollowUpsReport, asked: FollowUpReport, part: Part, share: Share | None) -> list[Cell]:
    figure = share.figure if share is not None else None
    return [
        found.survey.name,
        first_cell(found.period.first_day),
        found.period.last_day.isoformat(),
        found.period.zone,
        found.looked_at,
        found.total,
        asked.id,
        asked.question,
        asked.kind.value,
        found.survey.formula.group_name(part.band) if part.band is not None else "all",
        part.asked,
        part.n,
        share.answer if share is not None else None,
        share.label if share is not None else None,
        share.n if share is not None else None,
        *((figure.estimate, figure.lower, figure.upper) if figure is not None else (None, None, None)),
        figure.unit.value if figure is not None else None,
        figure.method.value if figure is not None else None,
        part.withheld,
        urlencode(found.only.query),
    ]
