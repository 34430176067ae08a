"""Which answers a number or a list is about, beside its days: one reading for pages, downloads and REST.

Each segment key is a parameter of its own (`touchpoint=Delivery`), so are `band`, `state`, `q`, `follow_up`, `contact`,
`scale`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights.queries import indexed
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses.states import ResponseState
from cxsurvey.scoring.scales import Band

NOT_SET: Final = "(none)"
"""What stands in place of a value for answers that have none."""
LONGEST_VALUE: Final = 200
NEWEST_ASKED: Final = 5_000
"""Answers of a survey that are asked for the values to choose from."""
LONGEST_SEARCH: Final = 100
YES_OR_NO: Final = ("yes", "no")
NAMES: Final = (*SEGMENT_KEYS, "band", "q", "follow_up", "contact", "scale")
"""Every parameter that `parse` reads."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One wanted segment: its key, its text (`NOT_SET` for answers without one) and its number."""

    key: str
    text: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which answers are wanted; all of it must hold.

    `band` is a group of scores, `search` words of the comment, `follow_up` whether a follow-up was answered,
    `contact` whether the customer may be contacted, `scale` the number of an earlier scale of the survey, or "" for the
    one it is asked on now.
    """

    segments: tuple[Segment, ...] = ()
    band: Band | None = None
    search: str = ""
    follow_up: bool | None = None
    contact: bool | None = None
    scale: str = ""

    @property
    def numbers(self) -> dict[str, int | None]:
        """The number that each wanted segment key must have."""
        return {segment.key: segment.number for segment in self.segments}

    @property
    def query(self) -> dict[str, str]:
        """The parameters that `parse` reads this filter from."""
        found = {segment.key: segment.text for segment in self.segments}
        if self.band is not None:
            found["band"] = self.band.value
        if self.search:
            found["q"] = self.search
        if self.follow_up is not None:
            found["follow_up"] = YES_OR_NO[not self.follow_up]
        if self.contact is not None:
            found["contact"] = YES_OR_NO[not self.contact]
        if self.scale:
            found["scale"] = self.scale
        return found

    @property
    def narrows(self) -> bool:
        """Whether it leaves out any answer on its scale."""
        return replace(self, scale="") != EVERYTHING


EVERYTHING: Final = Filter()


def parse(ctx: Context, values: Mapping[str, str]) -> Filter:
    """The filter that the parameters in `NAMES` ask for; an empty one is as good as none.

    Raises `Invalid` naming each parameter and its rule: `unknown_value` for a segment that no answer of the workspace
    has, `not_a_band`, `not_offered`, `too_long`. Who may be contacted is only told to those who may read people.
    """
    problems: list[FieldProblem] = []
    wanted = {key: text for key in SEGMENT_KEYS if (text := values.get(key, "").strip())}
    segments = _segments(ctx, wanted, problems)
    band, search = (values.get(name, "").strip() for name in ("band", "q"))
    if band and band not in set(Band):
        problems.append(FieldProblem("band", "not_a_band", f"must be one of {', '.join(Band)}"))
    follow_up, contact = (_yes_or_no(values, name, problems) for name in ("follow_up", "contact"))
    if contact is not None:
        require(ctx, Grant.PEOPLE_READ)
    if len(search) > LONGEST_SEARCH:
        problems.append(FieldProblem("q", "too_long", f"must have at most {LONGEST_SEARCH} characters"))
    if problems:
        raise Invalid(problems=problems)
    return Filter(segments, Band(band) if band else None, search, follow_up, contact, values.get("scale", ""))


def _yes_or_no(values: Mapping[str, str], name: str, problems: list[FieldProblem]) -> bool | None:
    text = values.get(name, "").strip()
    if text and text not in YES_OR_NO:
        problems.append(FieldProblem(name, "not_offered", f"must be one of {', '.join(YES_OR_NO)}"))
    return text == "yes" if text else None


def _segments(ctx: Context, wanted: Mapping[str, str], problems: list[FieldProblem]) -> tuple[Segment, ...]:
    named = [(key, text) for key, text in wanted.items() if text != NOT_SET and _may_be_one(text)]
    rows = indexed.numbers_of(ctx.connection, ctx.workspace, named) if named else []
    numbers: dict[str, int | None] = {row.key: row.number for row in rows}
    numbers |= {key: None for key, text in wanted.items() if text == NOT_SET}
    message = "must be a value that answers of this workspace have"
    problems += [FieldProblem(key, "unknown_value", message) for key in wanted if key not in numbers]
    return tuple(Segment(key, text, numbers[key]) for key, text in wanted.items() if key in numbers)


def _may_be_one(text: str) -> bool:
    """Whether a text could be a value at all; Postgres cannot even be asked for one with a NUL."""
    return len(text) <= LONGEST_VALUE and "\0" not in text


def states(text: str) -> tuple[ResponseState, ...]:
    """The states that `state` names; all of them for nothing. Raises `Invalid`."""
    if not text:
        return tuple(ResponseState)
    if text not in set(ResponseState):
        raise Invalid(problems=[FieldProblem("state", "not_a_state", f"must be one of {', '.join(ResponseState)}")])
    return (ResponseState(text),)


def offered(ctx: Context, limit: int = 50) -> dict[str, tuple[str, ...]]:
    """The values to choose from for each segment key of the workspace; at most `limit` of each, by text."""
    found: dict[str, list[str]] = {}
    for row in indexed.values_of(ctx.connection, ctx.workspace, SEGMENT_KEYS, limit):
        found.setdefault(row.key, []).append(row.text)
    return {key: tuple(found[key]) for key in SEGMENT_KEYS if key in found}


def offered_of(
    ctx: Context, survey: SurveyLine, states: tuple[ResponseState, ...] = (ResponseState.COUNTED,)
) -> dict[str, tuple[str, ...]]:
    """The values that answers of a survey in these states have, for each segment key that has any, by text.

    Only the newest `NEWEST_ASKED` answers are asked, so that a page never waits for all of them.
    """
    found: dict[str, list[str]] = {}
    for key, text in indexed.segments_met(ctx.connection, survey.line_id, states, NEWEST_ASKED):
        found.setdefault(key, []).append(text)
    return {key: tuple(sorted(found[key], key=str.casefold)) for key in SEGMENT_KEYS if key in found}
