"""The choice of a scale on the pages of a survey's answers; nothing to choose where it was only asked on one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid, NotFound
from cxsurvey.dashboard import metrics
from cxsurvey.dashboard.period_bar import Choice, PeriodBar
from cxsurvey.insights import listing, scales
from cxsurvey.insights.filters import Filter
from cxsurvey.insights.panels import panel
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.scales import AskedScale
from cxsurvey.responses.states import ResponseState
from cxsurvey.web.display import day, number
from cxsurvey.web.door import Visit


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """What the page is about: `line` is the survey on the chosen scale, `value` the number of an earlier one, or "".

    `choices` are today's scale and then the earlier ones, from the newest to the oldest; none where there is only one.
    `lines` are the survey on each of them.
    """

    line: SurveyLine
    value: str
    choices: tuple[Choice, ...] = ()
    lines: tuple[SurveyLine, ...] = ()

    @property
    def newest_earlier(self) -> Choice | None:
        """The scale before today's."""
        return self.choices[1] if self.choices else None


def scale_bar(visit: Visit, bar: PeriodBar, survey: SurveyLine, scale: str) -> ScaleBar:
    """The scale that the address asks for. Raises `NotFound` for one that the survey was never asked on."""
    try:
        line = scales.on_scale(visit.ctx, survey, scale)
    except Invalid:
        raise NotFound from None
    # one version has one scale, and costs no read
    asked = scales.scales_of(visit.ctx, survey, bar.period.zone) if survey.version_number > 1 else ()
    kept = {name: value for name, value in {**bar.kept, **bar.period.query}.items() if name != "scale"}
    if len(asked) < 2:
        return ScaleBar(line, scale)
    named = _named(asked, survey.line_id)
    choices = tuple(
        Choice(label, f"?{urlencode({**kept, 'scale': value} if value else kept)}", value == scale, value)
        for value, label, _ in named
    )
    return ScaleBar(line, scale, choices, tuple(each for _, _, each in named))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What fits as well but stands under another scale: how much, under which, and where."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """How many there are; at least so many where not all of them could be looked at."""

    n: int
    is_exact: bool = True


Count = Callable[[Context, SurveyLine], AtLeast]
"""How much of what a page shows there is on another scale."""


def elsewhere(visit: Visit, scales: ScaleBar | None, count: Count, what: str = "response") -> tuple[Elsewhere, ...]:
    """The other scales of the survey that hold what the page asks for; none where that cannot be told just now."""
    if scales is None or not scales.choices:
        return ()
    others = [pair for pair in zip(scales.choices, scales.lines, strict=True) if not pair[0].is_current]
    counted = panel(visit.ctx, "other scales", lambda ctx: [count(ctx, line) for _, line in others]).value or []
    return tuple(
        Elsewhere(_told(found, what, choice), choice.href)
        for (choice, _), found in zip(others, counted, strict=False)
        if found.n
    )


def counted_by(bar: PeriodBar, states: Sequence[ResponseState], only: Filter) -> Count:
    """How many responses of the same days, states and filters there are on another scale."""
    return lambda ctx, line: AtLeast(listing.number(ctx, line, bar.period, states, only))


def _told(found: AtLeast, what: str, choice: Choice) -> str:
    least = "" if found.is_exact else "At least "
    many = "" if found.n == 1 else "s"
    where = "an earlier scale" if choice.value else "the scale of now"
    return f"{least}{number(found.n)} such {what}{many} stand{'s' if found.n == 1 else ''} under {where}"


def _named(asked: Sequence[AskedScale], current: int) -> list[tuple[str, str, SurveyLine]]:
    """Number, words and line of each scale, today's without a number and first, then from the newest to the oldest."""
    until = {before.number: after.since for before, after in pairwise(asked)}
    found = sorted(asked, key=lambda each: (each.line.line_id != current, -each.number))
    return [
        ("", f"This scale, since {day(each.since)}", each.line)
        if each.line.line_id == current
        else (str(each.number), _earlier(each, until.get(each.number)), each.line)
        for each in found
    ]


def _earlier(asked: AskedScale, until: date | None) -> str:
    days = f"{day(asked.since)} to {day(until)}" if until is not None else f"since {day(asked.since)}"
    return f"Earlier: {metrics.label(asked.line.formula)}, {days}"
