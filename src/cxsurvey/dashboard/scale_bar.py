"""The choice of a scale on the pages of a survey's answers; nothing to choose where it was only asked on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from cxsurvey.core.errors import Invalid, NotFound
from cxsurvey.dashboard import metrics
from cxsurvey.dashboard.period_bar import Choice, PeriodBar
from cxsurvey.insights import scales
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.scales import AskedScale
from cxsurvey.web.display import day
from cxsurvey.web.door import Visit


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """What the page is about: `line` is the survey on the chosen scale, `value` the number of an earlier one, or "".

    `choices` are today's scale and then the earlier ones, from the newest to the oldest; none where there is only one.
    """

    line: SurveyLine
    value: str
    choices: tuple[Choice, ...]

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
    choices = tuple(
        Choice(label, f"?{urlencode({**kept, 'scale': value} if value else kept)}", value == scale, value)
        for value, label in _named(asked, survey.line_id)
    )
    return ScaleBar(line, scale, choices if len(asked) > 1 else ())


def _named(asked: Sequence[AskedScale], current: int) -> list[tuple[str, str]]:
    """Number and words of each scale, today's without a number and first, then from the newest to the oldest."""
    found = sorted(asked, key=lambda each: (each.line.line_id != current, -each.number))
    return [
        ("", f"This scale, since {day(each.since)}")
        if each.line.line_id == current
        else (str(each.number), f"Earlier: {metrics.label(each.line.formula)}, since {day(each.since)}")
        for each in found
    ]
