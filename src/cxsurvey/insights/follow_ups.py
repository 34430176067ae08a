"""What customers answered to the follow-ups of a survey: how many chose what, of how many, by group.

Follow-ups are kept with each answer and no index tells them, so the newest answers of a period are read, a page at a
time, and no more than `MOST_READ`: the report says how far back that went.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.insights import listing, queries
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.misfits import band_of
from cxsurvey.insights.periods import Period
from cxsurvey.insights.queries import listed
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import smallest_group, survey_line
from cxsurvey.responses.states import ResponseState
from cxsurvey.scoring.intervals import wilson
from cxsurvey.scoring.lowbase import Base, base
from cxsurvey.scoring.results import Figure, Unit
from cxsurvey.scoring.scales import Band
from cxsurvey.scoring.shares import ShareMethod
from cxsurvey.scoring.withholding import withholding
from cxsurvey.surveys.asked import definitions_of
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Given

MOST_READ: Final = 20_000
"""Answers that one report looks at, the newest of its period."""
PAGE: Final = 2_000
"""Answers read at once."""
NEWEST_TEXTS: Final = 6
"""Responses with a text that one report names for each follow-up, the newest."""
WITHOUT_SCORE: Final = "none"
"""The group of answers without a score, where groups are told apart."""
_COUNTED: Final = (ResponseState.COUNTED,)


@dataclass(frozen=True, slots=True)
class Share:
    """One answer that may be chosen: its id, or its number on a scale, and how many chose it.

    `figure` is its share of those who answered, in percent with a Wilson interval; None where nobody answered. Where
    several may be chosen, shares may add up to more than 100.
    """

    answer: str
    label: str
    n: int
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class Part:
    """A follow-up as one group of customers answered it; `band` None for all of them together.

    `asked` are the answers of those groups that their version asks it, and `n` of them have one. In an anonymous survey
    both are None where they would tell of single people, and then there are no shares. Texts have none either.
    """

    band: Band | None
    asked: int | None
    n: int | None
    shares: tuple[Share, ...]

    @property
    def withheld(self) -> bool:
        """Whether nothing may be told of it."""
        return self.n is None

    @property
    def base(self) -> Base:
        """What its shares may be used for, by the number of answers."""
        return base(self.n or 0)


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """One follow-up in its newest wording: all customers together, then each group that was asked it.

    `newest` are the newest responses with a text, at most `NEWEST_TEXTS`; none for other kinds, and none of a group, or
    a total, that is withheld. `texts` reads them.
    """

    id: str
    question: str
    kind: FollowUpKind
    total: Part
    groups: tuple[Part, ...]
    newest: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUpsReport:
    """The follow-ups of a survey in a period, those of the newest version first.

    `looked_at` of `total` counted answers were read, the newest; `back_to` is the day of the oldest, None without one.
    """

    survey: SurveyLine
    period: Period
    only: Filter
    follow_ups: tuple[FollowUpReport, ...]
    looked_at: int
    total: int
    back_to: date | None
    minimum: int | None
    """Where groups below this number of answers are withheld: in an anonymous survey."""

    @property
    def is_whole(self) -> bool:
        """Whether every answer was read."""
        return self.looked_at >= self.total


def follow_ups(ctx: Context, survey_id: UUID, period: Period, only: Filter = EVERYTHING) -> FollowUpsReport:
    """How the follow-ups of a survey were answered by the counted answers of a period.

    Of a filter the segments and the group count. Raises `NotFound` as `service.score` does, and `Invalid` for segments
    of an anonymous survey.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    # what an anonymous survey withholds is settled by all groups together, also where one of them is asked for
    wanted = replace(only, search="", follow_up=None, band=None if survey.anonymous else only.band)
    versions = queries.versions_of_line(ctx.connection, survey.line_id)
    definitions = definitions_of(ctx, versions)
    known = {each.id: each for each in _known([definitions[version_id] for version_id in versions])}
    days = listing.counted_days(ctx, survey, period, _COUNTED, wanted) if known else []
    tally = _Tally(survey, definitions, known)
    for row in _newest(ctx, survey, days, wanted):
        tally.add(row)
    minimum = smallest_group(ctx) if survey.anonymous else None
    return FollowUpsReport(
        survey=survey,
        period=period,
        only=only,
        follow_ups=tuple(_report(each, tally, minimum, only.band) for each in known.values()),
        looked_at=tally.looked_at,
        total=sum(day.count for day in days),
        back_to=tally.back_to,
        minimum=minimum,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A follow-up as all versions of a trend line together know it; `labels` are those of all that can be chosen."""

    id: str
    question: str
    kind: FollowUpKind
    bands: frozenset[Band]
    labels: Mapping[str, str]

    def chosen(self, given: Given) -> list[str]:
        """What was chosen; a text, and what no version offered, is no choice."""
        parts = given if isinstance(given, list) else [str(given)]
        return [part for part in parts if part in self.labels]


def _known(definitions: Sequence[Definition]) -> Iterator[_Known]:
    """Every follow-up that any version asked; `definitions` are newest first, and the newest wording is taken."""
    wordings: dict[str, list[tuple[FollowUp, str]]] = {}
    for definition in definitions:
        for each in definition.follow_ups:
            wordings.setdefault(each.id, []).append((each, definition.default_language))
    for key, asked in wordings.items():
        newest, language = asked[0]
        labels: dict[str, str] = {}
        for each, spoken in asked:
            for answer, label in _answers(each, spoken):
                labels.setdefault(answer, label)
        bands = frozenset(band for each, _ in asked for band in each.bands)
        yield _Known(key, newest.label(language), newest.kind, bands, labels)


def _answers(asked: FollowUp, language: str) -> Iterator[tuple[str, str]]:
    if asked.scale is not None:
        yield from ((str(value), str(value)) for value in asked.scale.values)
    for option in asked.options:
        yield option.id, option.labels.get(language) or option.id


def _newest(ctx: Context, survey: SurveyLine, days: Sequence[listing.Day], only: Filter) -> Iterator[Any]:
    """The newest answers on these days, up to `MOST_READ`."""
    chosen, after, read = listing.choice(survey, only), None, 0
    while read < MOST_READ:
        size = min(PAGE, MOST_READ - read)
        named = listing.enough(days, after[0] if after else None, size)
        if not named:
            return
        rows = listed.newest_follow_ups(ctx.connection, survey.line_id, named, after, size, chosen)
        yield from rows
        read += len(rows)
        if len(rows) < size:
            return
        after = rows[-1].report_day, rows[-1].answered_at, rows[-1].id


@dataclass(slots=True)
class _Counts:
    """One follow-up in one group; `newest` are the places of the newest answers of a text, newest first."""

    asked: int = 0
    answered: int = 0
    chosen: dict[str, int] = field(default_factory=dict)
    newest: list[listed.Place] = field(default_factory=list)

    def add(self, choices: Sequence[str]) -> None:
        self.answered += 1
        for choice in choices:
            self.chosen[choice] = self.chosen.get(choice, 0) + 1


@dataclass(slots=True)
class _Tally:
    """Counts by follow-up and group."""

    survey: SurveyLine
    definitions: Mapping[UUID, Definition]
    known: Mapping[str, _Known]
    counts: dict[tuple[str, str], _Counts] = field(default_factory=dict)
    looked_at: int = 0
    back_to: date | None = None
    _asked: dict[tuple[UUID, Band], tuple[str, ...]] = field(default_factory=dict)

    def add(self, row: Any) -> None:
        self.looked_at += 1
        self.back_to = row.report_day
        band = band_of(self.survey.formula, row.score, row.id)
        given: Mapping[str, Given] = row.follow_ups
        shown = self._shown(row.version_id, band) if band is not None else ()
        for key in dict.fromkeys((*shown, *given)):
            follow_up = self.known.get(key)
            if follow_up is None:
                continue
            counts = self.of(key, band)
            counts.asked += 1
            if key in given and (follow_up.kind is FollowUpKind.TEXT or follow_up.chosen(given[key])):
                counts.add(follow_up.chosen(given[key]))
                if follow_up.kind is FollowUpKind.TEXT and len(counts.newest) < NEWEST_TEXTS:
                    counts.newest.append((row.report_day, row.answered_at, row.id))

    def of(self, key: str, band: Band | None) -> _Counts:
        return self.counts.setdefault((key, band.value if band is not None else WITHOUT_SCORE), _Counts())

    def _shown(self, version_id: UUID, band: Band) -> tuple[str, ...]:
        """The follow-ups that a version asks a group; looked up once, not for every answer."""
        found = self._asked.get((version_id, band))
        if found is None:
            asked = self.definitions[version_id].follow_ups_for(band)
            found = self._asked[version_id, band] = tuple(each.id for each in asked)
        return found


def _report(known: _Known, tally: _Tally, minimum: int | None, band: Band | None) -> FollowUpReport:
    found = {name: counts for (key, name), counts in tally.counts.items() if key == known.id}
    shown, total_shown = set(found), True
    if minimum is not None:
        settled = withholding({name: counts.answered for name, counts in found.items()}, minimum)
        shown, total_shown = set(settled.shown), settled.total_shown
    groups = tuple(
        _part(known, each, found.get(each.value, _Counts()), told=each.value in shown or each.value not in found)
        for each in (Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR)
        if each in known.bands and band in {None, each}
    )
    if band is not None:
        only = next(iter(groups), _part(known, band, _Counts(), told=True))
        newest = _newest_of([found.get(band.value, _Counts())], only)
        return FollowUpReport(known.id, known.question, known.kind, replace(only, band=None), (), newest)
    together = _Counts(sum(each.asked for each in found.values()), sum(each.answered for each in found.values()))
    for each in found.values():
        for answer, n in each.chosen.items():
            together.chosen[answer] = together.chosen.get(answer, 0) + n
    total = _part(known, None, together, told=total_shown)
    return FollowUpReport(
        known.id, known.question, known.kind, total, groups, _newest_of([found[name] for name in shown], total)
    )


def _newest_of(counted: Iterable[_Counts], told: Part) -> tuple[UUID, ...]:
    """The newest responses with a text among groups that are told; none where the part that they make is not."""
    if told.withheld:
        return ()
    places = sorted((place for counts in counted for place in counts.newest), reverse=True)
    return tuple(response_id for _, _, response_id in places[:NEWEST_TEXTS])


def _part(known: _Known, band: Band | None, counts: _Counts, *, told: bool) -> Part:
    if not told:
        return Part(band, None, None, ())
    answers = () if known.kind is FollowUpKind.TEXT else known.labels.items()
    shares = tuple(
        Share(answer, label, counts.chosen.get(answer, 0), _share(counts.chosen.get(answer, 0), counts.answered))
        for answer, label in answers
    )
    return Part(band, counts.asked, counts.answered, shares)


def _share(part: int, n: int) -> Figure | None:
    if not n:
        return None
    limits = wilson(part, n)
    return Figure(100.0 * part / n, 100.0 * limits.lower, 100.0 * limits.upper, Unit.PERCENT, ShareMethod.WILSON)
