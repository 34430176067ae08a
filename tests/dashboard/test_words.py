from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from cxsurvey.dashboard import doubts, moves, words
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import LeftOut, ScoreReport, SurveyLine, Trend
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.scales import NPS
from cxsurvey.scoring.trend import Grain, Window, trend

PERIOD = Period(PeriodKey.DAYS_90, date(2026, 8, 24), date(2026, 11, 22), "Europe/Istanbul")
NOWHERE = UUID(int=0)
LINE = SurveyLine(NOWHERE, "Relationship", "code", "open", False, NOWHERE, 1, 1, NPS)
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
    ("now", "before", "way", "short"),
    [
        ((501, 317, 71), (400, 300, 120), "up", "14 points more than before: a real change"),
        ((120, 300, 400), (400, 300, 120), "down", "68 points less than before: a real change"),
        ((40, 35, 25), (30, 35, 35), "still", "20 points more than before: could be chance"),
        ((30, 35, 35), (40, 35, 25), "still", "20 points less than before: could be chance"),
        ((40, 35, 25), (40, 35, 25), "still", "The same as before"),
        ((9, 0, 0), (0, 0, 90), "still", "Too few responses to tell if it moved"),
        ((90, 0, 0), (0, 0, 9), "still", "Too few responses to tell if it moved"),
        ((90, 0, 0), (0, 0, 0), "still", "Nothing before to compare with"),
    ],
)
def test_a_change_is_named_by_what_its_interval_allows(now: Groups, before: Groups, way: str, short: str) -> None:
    said = moves.change(report(now, before))

    assert said is not None
    assert (said.way, said.short) == (way, short)
    assert said.tone == {"up": "better", "down": "worse", "still": "still"}[way]


def test_a_tiny_change_of_very_many_answers_is_not_called_nothing() -> None:
    said = moves.change(report((504_000, 0, 500_000), (500_000, 0, 500_000)))

    assert said is not None
    assert said.short == "0.4 points more than before: a real change"


def test_a_change_that_could_be_chance_says_what_would_show() -> None:
    said = moves.change(report((40, 35, 25), (30, 35, 35)))

    assert said is not None
    assert said.long == (
        "20 points more than the 90 days before, interval −2 to +42: could be chance."
        " With 100 responses now and 100 before, a change of about 31 points would probably show."
    )


def test_no_change_is_named_that_the_score_cannot_make() -> None:
    unequal = moves.change(report((5, 0, 5), (60, 0, 40)))
    few = moves.change(report((5, 0, 5), (5, 0, 5)))

    assert unequal is not None
    assert few is not None
    assert unequal.long.endswith(
        " With 10 responses now and 100 before, a change of about 78 points would probably show."
    )
    assert few.long.endswith(
        " With 10 responses now and 10 before, even the largest change that is possible might not show."
    )


def test_nothing_is_said_without_answers_or_without_a_period_before() -> None:
    assert moves.change(report((0, 0, 0), (5, 5, 5))) is None
    assert moves.change(report((5, 5, 5), None)) is None


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "No responses"),
        (1, "Too few to judge"),
        (4, "Too few to judge"),
        (5, "Few responses"),
        (9, "Few responses"),
        (10, "Low base"),
        (29, "Low base"),
        (30, ""),
    ],
)
def test_a_low_base_is_named(n: int, said: str) -> None:
    assert doubts.BASE_WORDS[nps(GroupCounts(n, 0, 0)).base.level] == said


def test_groups_of_nobody_are_not_named_and_one_is_singular() -> None:
    assert words.groups(nps(GroupCounts(1, 0, 2))) == "1 promoter, 2 detractors"


def months(**scores: list[int]) -> Trend:
    days = {date(2026, int(month[1:]), 3): ScoreCounts.from_scores(given) for month, given in scores.items()}
    return Trend(Grain.MONTH, trend(days, Grain.MONTH, Window(date(2026, 1, 1), date(2026, 4, 20))))


def test_the_course_compares_the_first_and_last_whole_month_that_can_be_judged() -> None:
    found = months(m1=[3] * 40, m2=[10] * 2, m3=[10] * 40, m4=[3] * 40)

    assert words.course(found, NPS) == "It rose from −100 in Jan 2026 to 100 in Mar 2026: a real change."
    assert words.gaps(months(m1=[3] * 40, m3=[3])) == (
        "Nobody answered in 2 of 4 months; these stay gaps. The last month is not complete."
    )


def test_the_course_does_not_begin_with_a_part_of_a_month() -> None:
    days = {date(2026, month, 25): ScoreCounts.from_scores([score] * 40) for month, score in ((1, 3), (2, 7), (3, 10))}
    found = Trend(Grain.MONTH, trend(days, Grain.MONTH, Window(date(2026, 1, 20), date(2026, 4, 1))))

    assert words.course(found, NPS) == "It rose from 0 in Feb 2026 to 100 in Mar 2026: a real change."
    assert words.gaps(found) == "The first month is not complete."


def test_a_fall_between_the_ends_is_told() -> None:
    found = months(m1=[9] * 60 + [3] * 40, m2=[9] * 30 + [3] * 70, m3=[9] * 60 + [3] * 40)

    step = words.largest_step(found, NPS)

    assert step is not None
    assert step.sentence == (
        "The largest fall from one month to the next was from 20 in Jan 2026 to −40 in Feb 2026, beyond chance."
    )
    assert (step.verb, step.stretch.start, step.stretch.end) == ("fell", date(2026, 2, 1), date(2026, 3, 1))


def test_the_largest_of_many_steps_is_held_to_a_stricter_limit() -> None:
    level, up = [9] * 50 + [3] * 50, [9] * 64 + [3] * 36
    once = {date(2026, month, 3): ScoreCounts.from_scores(up if month == 2 else level) for month in (1, 2)}
    often = {date(2026, month, 3): ScoreCounts.from_scores(up if month == 2 else level) for month in range(1, 13)}
    window = Window(date(2026, 1, 1), date(2027, 1, 1))

    assert words.largest_step(Trend(Grain.MONTH, trend(once, Grain.MONTH, window)), NPS) is not None
    assert words.largest_step(Trend(Grain.MONTH, trend(often, Grain.MONTH, window)), NPS) is None


def test_a_step_over_a_gap_or_into_a_part_of_a_month_is_not_told() -> None:
    assert words.largest_step(months(m1=[3] * 90, m3=[10] * 90, m4=[3] * 90), NPS) is None


def test_the_course_does_not_call_chance_a_change() -> None:
    found = months(m1=[3] * 10 + [10] * 10, m3=[3] * 9 + [10] * 11)

    assert words.course(found, NPS).replace("\u00a0", " ") == (
        "It went from 0 in Jan 2026 (n = 20, low base) to 10 in Mar 2026 (n = 20, low base);"
        " the difference could be chance."
    )


def test_the_course_of_a_handful_is_not_told() -> None:
    assert words.course(months(m1=[3], m2=[10] * 9), NPS) == "Too few responses in whole months to say where it goes."


def test_only_what_was_left_out_is_named_most_frequent_first() -> None:
    found = words.reasons(LeftOut(flagged=2, test=7))

    assert [(reason.state, reason.count) for reason in found] == [("test", 7), ("flagged", 2)]
