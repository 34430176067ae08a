from __future__ import annotations

import pytest

from cxsurvey.dashboard import doubts
from cxsurvey.scoring.catalogue import CSAT_5, NPS_5, STARS_5
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.means import MeanMethod
from cxsurvey.scoring.results import Flag, Result
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.score import score


def of(scores: list[int], formula: Definition, method: str | None = None) -> Result:
    return score(ScoreCounts.from_scores(scores, formula.scale), formula, method=method)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_every_flag_is_told_by_its_base_or_by_a_note() -> None:
    by_base = {Flag.NO_RESPONSES, Flag.TOO_FEW, Flag.VERY_LOW_BASE, Flag.LOW_BASE}

    assert set(doubts._NOTES) == set(Flag) - by_base


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (of([9] * 20 + [3] * 20, NPS), "0, score interval (95 %) −30 to 30, n = 40"),
        (of([9] * 12, NPS), "100, score interval (95 %) 52 to 100, n = 12, low base, all the same"),
        (of([5, 1] * 20, NPS_5), "0, score interval (95 %) −30 to 30, n = 40, translated scale"),
        (of([5, 1] * 20, CSAT_5), "50 %, Wilson interval (95 %) 35 to 65 %, n = 40"),
        (of([5, 4] * 20, STARS_5), "4.50, Student t interval (95 %) 4.34 to 4.66, n = 40"),
        (
            of([9] * 20 + [3] * 20, NPS, "wald"),
            "0, Wald (not recommended) interval (95 %) −31 to 31, n = 40, weak interval",
        ),
    ],
)
def test_a_score_in_one_line_has_value_method_interval_n_and_flags(result: Result, said: str) -> None:
    assert plain(doubts.told(result)) == said


def test_below_thirty_a_mean_leads_with_the_share() -> None:
    (note,) = doubts.notes(of([5, 4, 2] * 4, STARS_5))

    assert note.short == "Share says more"
    assert plain(note.long) == (
        "A mean of fewer than 30 responses can mislead; the share says more: satisfied 67 %, Wilson interval 39 to"
        " 86 %."
    )


def test_a_mean_of_one_has_no_interval_by_t() -> None:
    assert doubts.interval(of([4], STARS_5, "t")) == "no interval"


def test_the_evidence_of_a_change_names_the_weaker_side() -> None:
    moved = compare(GroupCounts(400, 0, 100), GroupCounts(2, 0, 10), NPS)

    assert plain(doubts.evidence(moved)).endswith("n = 500, before 12, low base")


def test_a_step_says_what_is_its_own() -> None:
    assert doubts.of_step(of([5, 1] * 20, NPS_5), Method.SCORE) == ()
    assert doubts.of_step(of([5] * 12, NPS_5), Method.SCORE) == ("low base", "all the same")
    assert doubts.of_step(of([5, 4], STARS_5), MeanMethod.T) == (
        "too few to compare",
        "share says more",
        "end-padded interval",
    )
