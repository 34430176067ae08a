"""The choice of days on a page: links for the named periods, a small form for one's own dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import periods
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.scoring.trend import Grain
from cxsurvey.web.display import day
from cxsurvey.web.door import Visit
from cxsurvey.web.forms import errors_by_field


@dataclass(frozen=True, slots=True)
class Choice:
    """One link among several; `is_current` marks what the page shows, `value` what the link asks for."""

    label: str
    href: str
    is_current: bool
    value: str = ""


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """What the period part of a page shows. `kept` are other parameters that a choice of days leaves alone.

    After a bad value the page shows the default period, and `errors` says what was not right; `since` and
    `until` are then as they were typed.
    """

    period: Period
    choices: tuple[Choice, ...]
    since: str
    until: str
    kept: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status of the page."""
        return 422 if self.errors else 200

    @property
    def days(self) -> str:
        """The days looked at: `24 Aug to 21 Nov 2026`."""
        if self.period.key is PeriodKey.ALL:
            return f"All responses to {day(self.period.last_day)}"
        first, last = self.period.since, self.period.last_day
        if first == last:
            return day(first)
        same_year = first.year == last.year
        return f"{f'{first.day} {first:%b}' if same_year else day(first)} to {day(last)}"

    def sentence(self, *, compared: bool) -> str:
        """The days looked at, and with what they are compared, where somebody answered then."""
        if self.period.before is None or not compared:
            return self.days
        return f"{self.days}, compared with {self.period.before_words}"

    @property
    def all_time(self) -> str:
        """The link to all answers, with everything else as it is."""
        return next(choice.href for choice in self.choices if choice.value == PeriodKey.ALL.value)

    @property
    def query(self) -> str:
        """The parameters of this choice, for links to pages about the same days."""
        return urlencode({**self.kept, **self.period.query})

    @property
    def unusual(self) -> str:
        """The parameters of the days alone; "" for those that a page shows without any."""
        return "" if self.period.key is periods.DEFAULT else urlencode(self.period.query)


def period_bar(request: Request, visit: Visit, *kept: str) -> PeriodBar:
    """The days that the address of the page asks for; parameters named in `kept` stay in the links."""
    parameters = request.query_params
    zone = visit.workspace.report_zone
    errors: Mapping[str, str] = {}
    try:
        period = periods.parse(parameters, visit.ctx.now, zone)
        since, until = period.since.isoformat(), period.last_day.isoformat()
    except Invalid as refusal:
        errors = errors_by_field(refusal)
        period = periods.parse({}, visit.ctx.now, zone)
        since, until = parameters.get("since", ""), parameters.get("until", "")
    if period.key is PeriodKey.ALL:
        since = ""
    others = {name: parameters[name] for name in kept if name in parameters}
    return PeriodBar(period, _choices(period, others), since, until, others, errors)


def chosen_step(step: str) -> Grain | None:
    """The step of a trend that `step` names; None when none is named. Raises `Invalid` for any other word."""
    if not step:
        return None
    try:
        return Grain(step)
    except ValueError:
        problem = FieldProblem("step", "not_a_step", f"must be one of {', '.join(Grain)}")
        raise Invalid(problems=[problem]) from None


def _choices(period: Period, others: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(label, f"?{urlencode({**others, 'period': key.value})}", key is period.key, key.value)
        for key, label in periods.LABELS.items()
        if key is not PeriodKey.CUSTOM
    )
