from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.dashboard import charts, trend_chart
from cxsurvey.insights.reports import Mark, Trend
from cxsurvey.scoring.catalogue import CSAT_5
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.scales import NPS, Band, Unknown
from cxsurvey.scoring.score import score
from cxsurvey.scoring.trend import Grain, Window, trend
from cxsurvey.web.display import percent
from tests.dashboard.test_words import report

MONDAY = date(2026, 3, 2)


def weeks(*given_scores: list[int]) -> Trend:
    days = {
        MONDAY + timedelta(weeks=index): ScoreCounts.from_scores(scores)
        for index, scores in enumerate(given_scores)
        if scores
    }
    window = Window(MONDAY, MONDAY + timedelta(weeks=len(given_scores)))
    return Trend(Grain.WEEK, trend(days, Grain.WEEK, window))


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3).filter(lambda counts: sum(counts) >= 5))
def test_the_label_of_a_group_is_its_share_rounded_by_itself(counts: list[int]) -> None:
    result = nps(GroupCounts(*counts))
    labels = [share.label for share in charts.shares(result)]
    made = sum(int(label.split("\u202f")[0]) for label in labels)

    assert labels == [percent(100 * count / sum(counts)) for count in reversed(counts)]
    assert charts.shares_note(result) == (
        f"Each share is rounded by itself; together they make {made}\u202f%." if made != 100 else ""
    )


@pytest.mark.parametrize(("counts", "first"), [((0, 0, 0), "0\u202f%"), ((1, 1, 2), "2 of 4")])
def test_groups_of_too_few_to_judge_have_counts_and_no_shares(counts: tuple[int, int, int], first: str) -> None:
    result = nps(GroupCounts(*counts))

    assert charts.shares(result)[0].label == first
    assert charts.shares_note(result) == ""


def test_equal_counts_have_equal_shares_and_what_they_make_is_said() -> None:
    result = nps(GroupCounts(166, 17, 17))

    assert [share.label for share in charts.shares(result)] == ["9\u202f%", "9\u202f%", "83\u202f%"]
    assert charts.shares_note(result) == "Each share is rounded by itself; together they make 101\u202f%."


def test_shares_of_a_base_that_holds_who_does_not_know_say_so() -> None:
    formula = replace(CSAT_5, unknown=Unknown.IN_BASE)
    result = score(ScoreCounts((2, 0, 0, 0, 8), formula.scale), formula, unknown=10)

    assert [share.label for share in charts.shares(result)] == ["10\u202f%", "0\u202f%", "40\u202f%"]
    assert charts.shares_note(result) == "Of 20 responses; 10 of them do not know."


def test_the_ruler_shows_the_whole_scale() -> None:
    found = charts.ruler(report((501, 317, 71), (400, 300, 120)))

    assert found is not None
    assert (found.zero, found.ends) == (50.0, ("−100", "+100"))
    assert found.lower < found.at < found.upper
    assert found.at == pytest.approx(74.18, abs=0.01)
    assert found.before == pytest.approx(67.07, abs=0.01)
    assert found.text == "48 on a scale from −100 to +100, interval 44 to 52; before 34"


def test_there_is_no_ruler_without_answers() -> None:
    assert charts.ruler(report((0, 0, 0), None)) is None


def test_bars_stand_on_one_line_and_know_their_group() -> None:
    found = charts.bars(nps(ScoreCounts((1, 0, 0, 0, 0, 0, 0, 1000, 0, 0, 500))), NPS)

    assert {bar.top + bar.height for bar in found} == {charts.BARS_HEIGHT}
    assert [bar.band for bar in found] == [Band.DETRACTOR] * 7 + [Band.PASSIVE] * 2 + [Band.PROMOTER] * 2
    assert found[7].height == charts.BARS_HEIGHT
    assert found[0].height > 0, "one answer is seen beside a thousand"
    assert found[1].height == 0


def test_the_stacked_bar_fills_its_line() -> None:
    found = charts.shares(nps(GroupCounts(501, 317, 71)))

    assert [(share.name, share.label) for share in found] == [
        ("detractors", "8\u202f%"),
        ("passives", "36\u202f%"),
        ("promoters", "56\u202f%"),
    ]
    assert found[-1].left + found[-1].width == pytest.approx(100, abs=0.02)


def test_the_small_trend_breaks_where_nobody_answered() -> None:
    found = charts.spark(weeks([9] * 10, [3] * 10, [], [7] * 10))

    assert found is not None
    assert [len(run.line.split()) for run in found.runs] == [2, 2]
    assert found.last[0] == 100.0


def test_few_answers_draw_no_small_trend() -> None:
    assert charts.spark(weeks([9] * 14, [3] * 15)) is None
    assert charts.spark(weeks([9] * 14, [3] * 16)) is not None


def test_a_long_trend_names_the_year_at_every_month() -> None:
    def labels(years: int) -> list[str]:
        window = Window(date(2020, 1, 1), date(2020 + years, 2, 1))
        days = {date(2020, 1, 5): ScoreCounts.from_scores([9])}
        stretches = trend(days, Grain.MONTH, window)
        found: list[str] = trend_chart.trend_data(
            Trend(Grain.MONTH, stretches), [], NPS, Method.SCORE, [""] * len(stretches)
        )["labels"]
        return found

    assert labels(1)[:2] == ["Jan 2020", "Feb"]
    assert labels(2)[:2] == ["Jan 2020", "Feb 2020"]


def test_what_is_not_complete_is_marked_with_its_days() -> None:
    days = {date(2026, 1, 25): ScoreCounts.from_scores([9]), date(2026, 2, 2): ScoreCounts.from_scores([9])}
    cut = Trend(Grain.MONTH, trend(days, Grain.MONTH, Window(date(2026, 1, 20), date(2026, 3, 1))))

    found = trend_chart.trend_data(cut, [], NPS, Method.SCORE, [""] * len(cut.periods))

    assert found["complete"] == [False, True]
    assert found["tips"][0].endswith("not complete: 20 Jan 2026 to 31 Jan 2026")
    assert "not complete" not in found["tips"][1]


def test_the_drawn_trend_has_a_gap_where_nobody_answered() -> None:
    mark = Mark(MONDAY + timedelta(days=15), "Version 2")

    found = trend_chart.trend_data(weeks([9, 9], [], [3]), [mark], NPS, Method.SCORE, ["?1", "", "?3"])

    assert found["estimate"] == [100.0, None, -100.0]
    assert found["lower"][1] is found["upper"][1] is None
    assert found["labels"] == ["2 Mar", "9 Mar", "16 Mar"]
    assert found["marks"] == [{"at": 2, "text": "Version 2"}]
    assert found["tips"][1] == "The week of 9 Mar 2026\nNobody answered"
