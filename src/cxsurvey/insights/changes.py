"""Responses in the order of their last change, for systems that keep a copy; narrowed as pages and files are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import folding, queries
from cxsurvey.insights.comments import MOST_LETTERS, MOST_LOOKED_AT
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.listing import scores_of
from cxsurvey.insights.periods import Period
from cxsurvey.insights.scales import numbered
from cxsurvey.insights.service import refusal_of_segments
from cxsurvey.responses import service as responses
from cxsurvey.responses.errors import SurveyUnknown
from cxsurvey.responses.queries import by
from cxsurvey.responses.queries.changed import ChangedPlace, Narrowed, Stretch, changed_page, changed_place
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView
from cxsurvey.surveys.definition import FORMULAS

CHUNK: Final = 500
"""Responses read at once where texts are compared, and looked at first where any are left out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which responses; all of it must hold. Without a scale in `only` all scales, with `period` None every day."""

    survey_id: UUID | None = None
    period: Period | None = None
    states: tuple[ResponseState, ...] = tuple(ResponseState)
    only: Filter = EVERYTHING


EVERY: Final = Wanted()
CONTACTS: Final = Wanted(only=Filter(contact=True))
"""Of all responses those whose customers may be contacted: a list of its own, of which nothing is left out."""


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """Some responses, oldest change first; `next` is where to go on, None at the end."""

    items: tuple[ResponseView, ...]
    next: ChangedPlace | None


def changed(
    ctx: Context,
    wanted: Wanted = EVERY,
    *,
    since: datetime | None = None,
    after: ChangedPlace | None = None,
    limit: int = 50,
) -> ChangedPage:
    """The first `limit` wanted responses that changed at or after `since`, and after the place of a former page.

    On Postgres what changed in the last five seconds comes with a later call: a commit may lie behind its time. Where
    anything is left out a page looks at no more than `MOST_LOOKED_AT` responses and, with a search, about
    `MOST_LETTERS` letters; it may then hold fewer than `limit`, or none, with `next` saying where to go on. Anonymous
    surveys are left out where segments are asked for.

    Raises `SurveyUnknown` for a survey of another workspace: an empty list would look like one without responses; and
    `Invalid` for segments of an anonymous survey, and for a scale that the survey was never asked on.
    """
    require(ctx, Grant.RESPONSES_READ)
    narrowed, test = _narrowed(ctx, wanted), _Test(wanted.only)
    found: list[dict[str, Any]] = []
    stretch = Stretch(ctx.workspace, ctx.now, since, after, contacts=wanted.only.contact is True)
    for part in _parts(ctx, wanted, stretch):
        for row in _rows(ctx, part, narrowed, CHUNK if test.reads else limit + 1, texts_only=test.reads):
            if test.letters >= MOST_LETTERS:
                return _page(ctx, found, after)
            if test(row):
                if len(found) == limit:
                    return _page(ctx, found, after)
                found.append(row)
            after = _place(row)
        after = part.last
    return _page(ctx, found, after)


def _parts(ctx: Context, wanted: Wanted, stretch: Stretch) -> Iterator[Stretch]:
    """What a page looks at of a stretch, part after part: each as long as all before it, for most pages are soon full.

    The end of a part is looked for only when it is asked for: that visits each of its responses.
    """
    if wanted in {EVERY, CONTACTS}:
        yield stretch
        return
    looked_at = 0
    while looked_at < MOST_LOOKED_AT:
        length = min(looked_at or CHUNK, MOST_LOOKED_AT - looked_at)
        part = replace(stretch, last=changed_place(ctx.connection, stretch, length - 1))
        yield part
        if part.last is None:
            return
        looked_at += length
        stretch = replace(stretch, after=part.last)


def _rows(ctx: Context, part: Stretch, narrowed: Narrowed, size: int, *, texts_only: bool) -> Iterator[dict[str, Any]]:
    """The responses of a part that the database does not leave out, `size` read at once."""
    while True:
        rows = changed_page(ctx.connection, part, narrowed, size, texts_only=texts_only)
        yield from rows
        if len(rows) < size:
            return
        part = replace(part, after=_place(rows[-1]))


def _place(row: Mapping[str, Any]) -> ChangedPlace:
    return row["changed_at"], row["id"]


def _page(ctx: Context, rows: Sequence[Mapping[str, Any]], following: ChangedPlace | None) -> ChangedPage:
    if rows and "state" not in rows[0]:  # only what was said has been read
        whole = by(ctx.connection, "id", [row["id"] for row in rows])
        rows = [whole[row["id"]] for row in rows]
    return ChangedPage(tuple(responses.shown(ctx, rows)), following)


class _Test:
    """Whether a response is wanted, as far as the database is not asked: see `folding`. `letters` were compared."""

    def __init__(self, only: Filter) -> None:
        self.letters = 0
        self._follow_up = only.follow_up
        self._words = folding.words(only.search)

    @property
    def reads(self) -> bool:
        """Whether any response can fail it."""
        return bool(self._words) or self._follow_up is not None

    def __call__(self, row: Mapping[str, Any]) -> bool:
        if self._follow_up is not None and bool(row["follow_ups"]) is not self._follow_up:
            return False
        comment = row["comment"] or ""
        if self._words:
            self.letters += len(comment)
        return folding.holds(comment, self._words)


def _narrowed(ctx: Context, wanted: Wanted) -> Narrowed:
    only, period = wanted.only, wanted.period
    return Narrowed(
        survey_id=_survey(ctx, wanted),
        line_id=_line(ctx, wanted),
        days=(period.since, period.until) if period is not None else None,
        states=wanted.states if wanted.states != EVERY.states else (),
        segments=only.numbers,
        with_comment=bool(folding.words(only.search)),
        without_contact=only.contact is False,
        scores=None if only.band is None else {key: scores_of(each, only.band) for key, each in FORMULAS.items()},
    )


def _survey(ctx: Context, wanted: Wanted) -> UUID | None:
    if wanted.survey_id is None:
        return None
    row = queries.survey(ctx.connection, ctx.workspace, wanted.survey_id)
    if row is None:
        raise SurveyUnknown(field="survey")
    if row.anonymous and wanted.only.segments:
        raise refusal_of_segments(wanted.only)
    return wanted.survey_id


def _line(ctx: Context, wanted: Wanted) -> int | None:
    scale = wanted.only.scale
    if not scale:
        return None
    if wanted.survey_id is None:
        raise Invalid(problems=[FieldProblem("survey", "missing", "is required with scale")])
    return int(numbered(ctx, wanted.survey_id, scale).id)
