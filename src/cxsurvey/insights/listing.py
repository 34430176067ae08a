"""Single answers of a survey by day and state, found without walking all answers.

`score_days` says which days hold answers in the wanted states; only those are looked at, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import queries
from cxsurvey.insights.comments import EPOCH, MICROSECOND
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.periods import Period
from cxsurvey.insights.queries import indexed, listed
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import refuse_anonymous
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import service as responses
from cxsurvey.responses.queries import score_days
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView
from cxsurvey.scoring.scales import Band, Definition
from cxsurvey.surveys.asked import definitions_of
from cxsurvey.surveys.follow_ups import Given

_COUNTERS: Final[Mapping[ResponseState, tuple[str, ...]]] = {
    ResponseState.COUNTED: (*(f"n{score}" for score in range(11)), "unknown", "unscored"),
    **{state: (state.value,) for state in ResponseState if state is not ResponseState.COUNTED},
}
_CURSOR: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9a-f]{1,14})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Day:
    """A report day with the number of answers in the wanted states."""

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """Some answers, newest first, of `total` in all; `next` is the cursor of those after them."""

    items: tuple[ResponseView, ...]
    total: int
    next: str | None


def days_with(
    ctx: Context, survey: SurveyLine, period: Period, states: Sequence[ResponseState], only: Filter = EVERYTHING
) -> list[Day]:
    """The days of a period that hold answers in one of these states, oldest first.

    The daily counters tell them; with a filter the index of scores and segments does, and that of those who may be
    contacted. Raises `Invalid` for segments of an anonymous survey.
    """
    require(ctx, Grant.RESPONSES_READ)
    return counted_days(ctx, survey, period, states, only)


def counted_days(
    ctx: Context, survey: SurveyLine, period: Period, states: Sequence[ResponseState], only: Filter
) -> list[Day]:
    """What `days_with` gives, for use cases that have their own permission."""
    refuse_anonymous(survey, only)
    if only.contact is None:
        return _days(ctx, survey, period, states, only)
    stretch, agreed = (period.since, period.until), choice(survey, replace(only, contact=True))
    contacts = listed.contacts_by_day(ctx.connection, survey.line_id, stretch, states, agreed)
    if only.contact:
        return [Day(day, contacts[day]) for day in sorted(contacts)]
    every = _days(ctx, survey, period, states, replace(only, contact=None))
    others = (Day(each.day, each.count - contacts.get(each.day, 0)) for each in every)
    return [each for each in others if each.count > 0]


def _days(ctx: Context, survey: SurveyLine, period: Period, states: Sequence[ResponseState], only: Filter) -> list[Day]:
    """The days by segments and group, whether or not there is consent to be contacted."""
    if only.narrows:
        return _days_from_index(ctx, survey, period, states, only)
    columns = [column for state in states for column in _COUNTERS[state]]
    rows = score_days(ctx.connection, [survey.line_id], period.since, period.until)
    days = [Day(row.report_day, sum(getattr(row, column) for column in columns)) for row in rows]
    return [day for day in days if day.count > 0]


def _days_from_index(
    ctx: Context, survey: SurveyLine, period: Period, states: Sequence[ResponseState], only: Filter
) -> list[Day]:
    wanted, found = choice(survey, only).scores, dict[date, int]()
    for row in indexed.by_day(ctx.connection, survey.line_id, (period.since, period.until), only.numbers):
        if row.state in states and (wanted is None or row.score in wanted):
            found[row.report_day] = found.get(row.report_day, 0) + row.n
    return [Day(day, found[day]) for day in sorted(found)]


def choice(survey: SurveyLine, only: Filter) -> listed.Choice:
    """What a filter asks of each answer of a survey: the scores of its group, its segments, consent to be contacted."""
    scores = scores_of(survey.formula, only.band) if only.band is not None else None
    return listed.Choice(only.numbers, scores, only.contact)


def scores_of(formula: Definition, band: Band) -> frozenset[int]:
    """The scores that a formula counts to a group."""
    groups = {Band.PROMOTER: formula.promoters, Band.PASSIVE: formula.passives, Band.DETRACTOR: formula.detractors}
    return groups[band]


def page(
    ctx: Context,
    survey: SurveyLine,
    period: Period,
    states: Sequence[ResponseState],
    only: Filter = EVERYTHING,
    *,
    after: str | None = None,
    limit: int,
) -> ResponsePage:
    """Answers of a survey in a period and in one of these states, older than the cursor `after`.

    Of a filter the segments, the group and the consent to be contacted count here; words are searched for among
    comments. Raises `Invalid` for a cursor that `ResponsePage.next` never gave, and as `days_with` does.
    """
    cursor = _read_cursor(after) if after else None
    days, chosen = days_with(ctx, survey, period, states, only), choice(survey, only)
    rows: Sequence[Any] = ()
    if only.contact:
        stretch = (period.since, period.until)
        rows = listed.newest_contacts(ctx.connection, survey.line_id, stretch, states, cursor, limit + 1, chosen)
    elif wanted := enough(days, cursor[0] if cursor else None, limit + 1):
        rows = listed.newest_ids(ctx.connection, survey.line_id, wanted, states, cursor, limit + 1, chosen)
    views = responses.some(ctx, [row.id for row in rows[:limit]])
    following = _cursor(rows[limit - 1]) if len(rows) > limit else None
    return ResponsePage(tuple(views), sum(day.count for day in days), following)


def number(
    ctx: Context, survey: SurveyLine, period: Period, states: Sequence[ResponseState], only: Filter = EVERYTHING
) -> int:
    """How many answers `page` lists in all. Raises `Invalid` as it does."""
    return sum(day.count for day in days_with(ctx, survey, period, states, only))


def enough(days: Sequence[Day], first: date | None, wanted: int) -> list[date]:
    """The newest days, from `first` back, that together hold `wanted` answers beyond those of `first` itself."""
    chosen, held = [], 0
    for day in reversed(days):
        if first is not None and day.day > first:
            continue
        chosen.append(day.day)
        held += day.count if day.day != first else 0  # how many of `first` were shown before is not known here
        if held >= wanted:
            break
    return chosen


def _cursor(row: Any) -> str:
    return f"{row.report_day}.{(row.answered_at - EPOCH) // MICROSECOND:x}-{row.id.hex}"


def _read_cursor(text: str) -> tuple[date, datetime, UUID]:
    match = _CURSOR.fullmatch(text)
    try:
        if match is not None:
            at = EPOCH + int(match[2], 16) * MICROSECOND
            return date.fromisoformat(match[1]), at, UUID(hex=match[3])
    except (ValueError, OverflowError):
        pass
    raise Invalid(problems=[FieldProblem("after", "not_a_cursor", "must be a cursor from a former page")])


def ids_of(
    ctx: Context,
    survey: SurveyLine,
    days: Sequence[Day],
    states: Sequence[ResponseState],
    only: Filter = EVERYTHING,
) -> list[UUID]:
    """The ids of all answers on these days in one of these states, oldest day first."""
    require(ctx, Grant.RESPONSES_READ)
    chosen = choice(survey, only)
    return listed.ids_of_days(ctx.connection, survey.line_id, [day.day for day in days], states, chosen)


def has_contacts(ctx: Context, surveys: Collection[SurveyLine]) -> bool:
    """Whether anybody who answered these surveys, on these scales, may be contacted; for who may read people."""
    require(ctx, Grant.PEOPLE_READ)
    lines = [survey.line_id for survey in surveys if not survey.anonymous]
    return bool(lines) and listed.has_contacts(ctx.connection, lines)


def segment_names(ctx: Context) -> dict[str, str]:
    """What each segment key is called in this workspace."""
    declared = queries.segment_names(ctx.connection, ctx.workspace)
    return {key: declared.get(key, key.replace("_", " ").capitalize()) for key in SEGMENT_KEYS}


@dataclass(frozen=True, slots=True)
class AskedFollowUp:
    """A follow-up of a trend line in its newest wording; `labels` name every option that any version offered."""

    id: str
    question: str
    labels: Mapping[str, str]

    def cell(self, given: Given | None) -> str | int | None:
        """An answer for a cell: a number as it is, choices by their labels, several of them joined by semicolons."""
        if isinstance(given, list):
            return "; ".join(self.labels.get(each, each) for each in given)
        return self.labels.get(given, given) if isinstance(given, str) else given


def follow_ups_of(ctx: Context, survey: SurveyLine) -> tuple[AskedFollowUp, ...]:
    """Every follow-up that any version on the trend line asked, in the default language."""
    versions = queries.versions_of_line(ctx.connection, survey.line_id)
    questions: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    known = definitions_of(ctx, versions)
    for version_id in versions:
        language = known[version_id].default_language
        for follow_up in known[version_id].follow_ups:
            questions.setdefault(follow_up.id, follow_up.label(language))
            named = labels.setdefault(follow_up.id, {})
            for option in follow_up.options:
                named.setdefault(option.id, option.labels.get(language) or option.id)
    return tuple(AskedFollowUp(key, question, labels[key]) for key, question in questions.items())
