from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from cxsurvey.dashboard import words
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import LeftOut, ScoreReport, SurveyLine, Trend
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.scales import NPS
from cxsurvey.scoring.trend import Grain, Window, trend

PERIOD = Period(PeriodKey.DAYS_90, date(2026, 8, 24), date(2026, 11, 22), "Europe/Istanbul")
NOWHERE = UUID(int=0)
LINE = SurveyLine(NOWHERE, "Relationship", "code", "open", False, NOWHERE, 1, NPS)
Groups = tuple[int, int, int]


def report(now: Groups, before: Groups | None) -> ScoreReport:
    counts = GroupCounts(*now)
    then = GroupCounts(*before) if before else None
    return ScoreReport(
        survey=LINE,
        period=PERIOD,
        result=nps(counts),
        before=nps(then) if then else None,
        change=difference(counts, then) if then else None,
        left_out=LeftOut(),
        comments=0,
    )


@pytest.mark.parametrize(
    ("now", "before", "tone", "short"),
    [
        ((501, 317, 71), (400, 300, 120), "up", "14 more than before: a real change"),
        ((120, 300, 400), (400, 300, 120), "down", "68 less than before: a real change"),
        ((40, 35, 25), (30, 35, 35), "still", "20 more than before: could be chance"),
        ((30, 35, 35), (40, 35, 25), "still", "20 less than before: could be chance"),
        ((40, 35, 25), (40, 35, 25), "still", "The same as before"),
        ((9, 0, 0), (0, 0, 90), "still", "Too few answers to tell if it moved"),
        ((90, 0, 0), (0, 0, 9), "still", "Too few answers to tell if it moved"),
        ((90, 0, 0), (0, 0, 0), "still", "Nothing before to compare with"),
    ],
)
def test_a_change_is_named_by_what_its_interval_allows(now: Groups, before: Groups, tone: str, short: str) -> None:
    said = words.change(report(now, before))

    assert said is not None
    assert (said.tone, said.short) == (tone, short)


def test_a_tiny_change_of_very_many_answers_is_not_called_nothing() -> None:
    said = words.change(report((504_000, 0, 500_000), (500_000, 0, 500_000)))

    assert said is not None
    assert said.short == "0.4 more than before: a real change"


def test_a_change_that_could_be_chance_says_what_would_show() -> None:
    said = words.change(report((40, 35, 25), (30, 35, 35)))

    assert said is not None
    assert said.long == (
        "20 more than the 90 days before, interval −2 to +42: could be chance."
        " With this many answers, a change of about 31 points would probably show."
    )


def test_nothing_is_said_without_answers_or_without_a_period_before() -> None:
    assert words.change(report((0, 0, 0), (5, 5, 5))) is None
    assert words.change(report((5, 5, 5), None)) is None


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "No answers"),
        (1, "Too few to judge"),
        (4, "Too few to judge"),
        (5, "Few answers"),
        (9, "Few answers"),
        (10, "Low base"),
        (29, "Low base"),
        (30, ""),
    ],
)
def test_a_low_base_is_named(n: int, said: str) -> None:
    assert words.BASE_WORDS[nps(GroupCounts(n, 0, 0)).base.level] == said


def test_groups_of_nobody_are_not_named_and_one_is_singular() -> None:
    assert words.groups(nps(GroupCounts(1, 0, 2))) == "1 promoter, 2 detractors"


def months(**scores: list[int]) -> Trend:
    days = {date(2026, int(month[1:]), 3): ScoreCounts.from_scores(given) for month, given in scores.items()}
    return Trend(Grain.MONTH, trend(days, Grain.MONTH, Window(date(2026, 1, 1), date(2026, 4, 20))))


def test_the_course_compares_the_first_and_last_month_that_can_be_judged() -> None:
    found = months(m1=[3] * 40, m2=[10] * 2, m4=[10] * 40)

    assert words.course(found, NPS) == "It rose from −100 in Jan 2026 to 100 in Apr 2026: a real change."
    assert words.gaps(found) == "Nobody answered in 1 of 4 months; these stay gaps. The last month is not complete."


def test_the_course_does_not_call_chance_a_change() -> None:
    found = months(m1=[3] * 10 + [10] * 10, m3=[3] * 9 + [10] * 11)

    assert words.course(found, NPS) == "It went from 0 in Jan 2026 to 10 in Mar 2026; the difference could be chance."


def test_the_course_of_a_handful_is_not_told() -> None:
    assert words.course(months(m1=[3], m2=[10] * 9), NPS) == "Too few answers in single months to say where it goes."


def test_only_what_was_left_out_is_named_most_frequent_first() -> None:
    found = words.reasons(LeftOut(flagged=2, test=7))

    assert [(reason.state, reason.count) for reason in found] == [("test", 7), ("flagged", 2)]
