from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from cxsurvey.dashboard import charts, doubts, metrics, moves, trend_chart, words
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import LeftOut, ScoreReport, SurveyLine, Trend
from cxsurvey.scoring.catalogue import CES_1_0, CES_5, CES_7, CSAT_5, STARS_5, THUMBS
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.methods import AnyMethod
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.score import score
from cxsurvey.scoring.trend import Grain, Window, trend

NOWHERE = UUID(int=0)
PERIOD = Period(PeriodKey.DAYS_90, date(2026, 8, 24), date(2026, 11, 22), "Europe/Istanbul")


def report(formula: Definition, now: list[int], before: list[int]) -> ScoreReport:
    counts, then = (ScoreCounts.from_scores(scores, formula.scale) for scores in (now, before))
    return ScoreReport(
        survey=SurveyLine(NOWHERE, "After support", "code", "open", False, NOWHERE, 1, 1, formula),
        period=PERIOD,
        result=score(counts, formula),
        before=score(then, formula),
        change=compare(counts, then, formula),
        left_out=LeftOut(),
        comments=0,
    )


def test_a_fall_of_effort_is_good_and_says_so() -> None:
    said = moves.change(report(CES_1_0, [1] * 60 + [2] * 40, [2] * 60 + [3] * 40))

    assert said is not None
    assert (said.way, said.tone) == ("down", "better")
    assert said.short == "1.00 less than before: a real change for the better"


def test_a_rise_of_effort_is_bad_and_says_so() -> None:
    said = moves.change(report(CES_1_0, [2] * 60 + [3] * 40, [1] * 60 + [2] * 40))

    assert said is not None
    assert (said.way, said.tone) == ("up", "worse")
    assert said.long.endswith(": a real change for the worse")


def test_a_step_of_a_mean_keeps_its_decimals() -> None:
    said = moves.change(report(STARS_5, [5] * 60 + [4] * 140, [5] * 40 + [4] * 160))

    assert said is not None
    assert said.long == "0.10 points of the scale more than the 90 days before, interval +0.02 to +0.18: a real change"


def test_a_step_of_a_share_is_in_percentage_points() -> None:
    said = moves.change(report(CSAT_5, [5] * 56 + [1] * 14, [5] * 48 + [1] * 32))

    assert said is not None
    assert said.short == "20 points more than before: a real change"
    assert said.long == "20 percentage points more than the 90 days before, interval +5 to +33: a real change"


@pytest.mark.parametrize(
    ("formula", "good", "bad", "short", "long"),
    [
        (NPS, 9, 7, "1 point more", "1 point more"),
        (CSAT_5, 5, 1, "1 point more", "1 percentage point more"),
        (STARS_5, 5, 4, "0.01 more", "0.01 points of the scale more"),
    ],
)
def test_one_point_is_not_called_points(formula: Definition, good: int, bad: int, short: str, long: str) -> None:
    said = moves.change(report(formula, [good] * 51 + [bad] * 49, [good] * 50 + [bad] * 50))

    assert said is not None
    assert said.short.startswith(f"{short} than before: could be chance")
    assert said.long.startswith(f"{long} than the 90 days before")


def test_a_step_of_a_mean_that_could_be_chance_says_what_would_show_in_its_unit() -> None:
    said = moves.change(report(STARS_5, [5] * 6 + [3] * 6, [5] * 5 + [3] * 7))

    assert said is not None
    assert said.tone == "still"
    assert said.long.startswith("0.17 points of the scale more than the 90 days before, interval ")
    assert said.long.endswith(" points of the scale would probably show.")


@pytest.mark.parametrize(
    ("now", "before", "size", "ends"),
    [
        ([5] * 842 + [1] * 158, [5] * 676 + [1] * 324, "16.6", "from 68\u202f% to 84\u202f%"),
        ([5] * 840 + [1] * 160, [5] * 680 + [1] * 320, "16", "from 68\u202f% to 84\u202f%"),
    ],
)
def test_the_ends_of_a_change_read_as_on_the_cards_and_its_size_is_exact(
    now: list[int], before: list[int], size: str, ends: str
) -> None:
    found = report(CSAT_5, now, before)
    said = moves.change(found)

    assert said is not None
    assert found.change is not None
    assert said.short.startswith(f"{size} points more than before")
    assert moves.from_to(found.change) == ends


@pytest.mark.parametrize(
    ("formula", "now", "before", "told"),
    [
        (CSAT_5, [5] * 66 + [1] * 34, [5] * 71 + [1] * 29, "from 71\u202f% to 66\u202f%"),
        (STARS_5, [5] * 10 + [4] * 10, [4] * 20, "from 4.00 to 4.50"),
        (NPS, [9] * 503 + [3] * 500, [9] * 500 + [3] * 500, "from 0.0 to 0.3"),
    ],
)
def test_both_ends_of_a_change_carry_their_unit(
    formula: Definition, now: list[int], before: list[int], told: str
) -> None:
    moved = report(formula, now, before).change
    assert moved is not None
    assert moves.from_to(moved) == told


def test_the_course_of_effort_says_which_way_is_better() -> None:
    days = {
        date(2026, month, 3): ScoreCounts.from_scores([given] * 40, CES_1_0.scale) for month, given in ((1, 4), (2, 2))
    }
    found = trend(days, Grain.MONTH, Window(date(2026, 1, 1), date(2026, 3, 1)), lambda counts: score(counts, CES_1_0))

    assert words.course(Trend(Grain.MONTH, found), CES_1_0) == (
        "It improved, it fell from 4.00 in Jan 2026 to 2.00 in Feb 2026: a real change for the better."
    )


@pytest.mark.parametrize(
    ("formula", "label"),
    [
        (NPS, "NPS"),
        (CSAT_5, "CSAT, share of 4 and 5"),
        (THUMBS, "CSAT, share of 1"),
        (STARS_5, "CSAT, mean of 1 to 5"),
        (CES_7, "CES, share of 5 to 7"),
        (CES_5, "CES, share of 4 and 5"),
        (CES_1_0, "CES, mean of 1 to 5, lower is better"),
    ],
)
def test_a_card_says_how_its_score_is_read(formula: Definition, label: str) -> None:
    assert metrics.label(formula) == label


def test_the_good_end_of_a_ruler_is_always_the_last() -> None:
    easy, hard = (charts.ruler(report(CES_1_0, scores, [])) for scores in ([1] * 30 + [2] * 10, [5] * 30 + [4] * 10))

    assert easy is not None
    assert hard is not None
    assert easy.ends == ("5", "1")
    assert hard.at < 50 < easy.at
    assert easy.lower < easy.at < easy.upper
    assert easy.text.startswith("1.25 on a scale from 5 to 1, interval 1.1")


def test_a_distribution_is_drawn_from_the_worst_score_to_the_best() -> None:
    found = charts.bars(score(ScoreCounts((4, 3, 2, 1, 0), CES_1_0.scale), CES_1_0), CES_1_0)

    assert [(bar.score, bar.count, bar.group) for bar in found] == [
        (5, 0, "difficult"),
        (4, 1, "difficult"),
        (3, 2, "neutral"),
        (2, 3, "easy"),
        (1, 4, "easy"),
    ]


def test_the_drawn_trend_knows_its_scale_and_sign() -> None:
    none = Trend(Grain.WEEK, ())
    drawn = [trend_chart.trend_data(none, [], formula, score_method(formula), []) for formula in (STARS_5, CES_7)]

    assert [(each["ends"], each["sign"]) for each in drawn] == [([1.0, 5.0], ""), ([0.0, 100.0], "\u202f%")]


def score_method(formula: Definition) -> AnyMethod:
    return score(ScoreCounts.none(formula.scale), formula).method


def test_a_real_change_never_reads_as_if_it_touched_zero() -> None:
    found = report(CES_7, [7] * 231 + [1] * 57, [7] * 202 + [1] * 77)
    said = moves.change(found)

    assert found.change is not None
    assert said is not None
    assert found.change.changed is (said.tone == "better")
    if found.change.changed and found.change.lower is not None and found.change.lower < 0.5:
        assert "interval +0." in said.long


@pytest.mark.parametrize("counts", [(16, 20, 53, 200, 282), (3, 0, 0, 0, 5), (1, 1, 3, 0, 0), (0, 0, 0, 0, 7)])
def test_the_labels_of_groups_are_the_shares_that_stand_beside_the_headline(counts: tuple[int, ...]) -> None:
    result = score(ScoreCounts(counts, CSAT_5.scale), CSAT_5)
    shares = charts.shares(result)

    assert result.bottom_box is not None
    assert doubts.value(result.estimate, result.unit) == shares[-1].label
    assert doubts.value(result.bottom_box.estimate, result.bottom_box.unit) == shares[0].label
