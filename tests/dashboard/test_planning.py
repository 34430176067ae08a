from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.dashboard import planning_views
from cxsurvey.insights import planning
from cxsurvey.scoring.scales import NPS
from cxsurvey.surveys.service import SurveyView
from tests.dashboard.conftest import attribute, has, page, text_of
from tests.dashboard.survey_pages import ask_on, errors, value
from tests.dashboard.test_scores import results, stored

Write = Callable[[Callable[[Context], Any]], Any]
PLANNING = "/w/northwind/planning"


def said(answer: Any, selector: str) -> str:
    return " ".join(text_of(answer, selector).split())


def test_a_survey_is_planned_from_its_own_answers(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 120 + [8] * 84 + [3] * 36)

    shown = signed_in.get(PLANNING)

    assert shown.status_code == 200
    assert text_of(shown, "#plan-title") == "To see a change of 10 points"
    assert text_of(shown, ".score-value") == "830"
    assert said(shown, ".score-doubt") == "responses in each period4 150 invitations each, when 20 % answer"
    assert said(shown, ".plan-now") == (
        "With your 240 responses in the last 90 days, against as many others, you would see a change of 19 points:"
        " not enough for 10 points."
        " At this pace each period would have to last 312 days."
        " The score itself is 35, score interval (95 %) 25 to 44, n = 240. Results"
    )
    assert "120 promoters, 84 passives, 36 detractors" in text_of(shown, ".rests")
    rows = [[cell.text() for cell in row.css("th, td")] for row in page(shown).css("tbody tr")]
    assert [row[0] for row in rows] == ["5 points", "10 points", "15 points", "20 points"]
    assert rows[1] == ["10 points", "830", "4\u202f150", "312"]
    assert said(shown, "tr.asked th") == "10 points"


def test_enough_answers_are_called_enough(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 120 + [8] * 84 + [3] * 36)

    shown = signed_in.get(f"{PLANNING}?change=18.6")

    assert "you would see a change of 18.6 points: enough for 18.6 points." in said(shown, ".plan-now")
    assert "At this pace" not in said(shown, ".plan-now")
    assert not has(shown, "tr.asked")


def test_a_survey_nobody_answered_says_so_and_plans_with_a_mix(signed_in: TestClient, survey: SurveyView) -> None:
    shown = signed_in.get(PLANNING)

    assert said(shown, ".plan-now b") == (
        "Nobody answered Relationship in the last 90 days, so no change could be seen yet."
    )
    assert "fewer than 10 responses" in text_of(shown, ".rests")
    assert len(page(shown).css("thead th")) == 3


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([9], "With your 1 response in the last 90 days, not even the largest change that is possible would show."),
        ([9] * 3, "you would see a fall of 172 points: not enough for"),
    ],
)
def test_very_few_answers_are_told_plainly(
    signed_in: TestClient, survey: SurveyView, write: Write, scores: list[int], sentence: str
) -> None:
    stored(write, survey, scores)

    shown = signed_in.get(f"{PLANNING}?change=1")

    assert sentence in said(shown, ".plan-now")
    assert "longer than ten years" in said(shown, ".plan-now")
    assert "over ten years" in said(shown, "tbody")


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([5] * 3 + [1] * 2, "With your 5 responses in the last 90 days, not even the largest change that is possible"),
        ([5] * 36 + [1] * 4, "you would see a fall of 22 percentage points: not enough for 5 percentage points."),
        ([5] * 4 + [1] * 36, "you would see a rise of 22 percentage points: not enough for 5 percentage points."),
        ([5] * 20 + [1] * 20, "you would see a change of 32 percentage points: not enough for 5 percentage points."),
    ],
    ids=["none", "fall", "rise", "both"],
)
def test_only_a_change_that_a_share_can_make_is_named(
    signed_in: TestClient, survey: SurveyView, write: Write, scores: list[int], sentence: str
) -> None:
    """From 60 % a share can fall by 60 and rise by 40; five responses would show no less than 89."""
    write(partial(ask_on, survey=survey, formula="csat-1-5/1"))
    stored(write, survey, scores)

    assert sentence in said(signed_in.get(f"{PLANNING}?change=5"), ".plan-now")


def test_the_score_of_a_handful_is_no_more_told_here_than_elsewhere(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [10])
    told = said(signed_in.get(PLANNING), ".plan-now")
    assert "Too few to judge the score: it could lie anywhere from " in told
    assert "The score itself" not in told

    stored(write, survey, [10] * 4)
    assert "The score itself is 100, " in said(signed_in.get(PLANNING), ".plan-now")


def test_without_a_survey_the_form_offers_mixes(signed_in: TestClient) -> None:
    shown = signed_in.get(PLANNING)

    assert shown.status_code == 200
    assert [node.attributes["label"] for node in page(shown).css("optgroup")] == ["Assumed mixes"]
    assert attribute(shown, "#field-like option[selected]", "value") == "middling"
    assert not has(shown, ".plan-now")


def test_a_named_mix_stays_chosen_and_is_spelled_out(signed_in: TestClient, survey: SurveyView) -> None:
    shown = signed_in.get(f"{PLANNING}?like=excellent&change=1&rate=12.5&confidence=99&power=95")

    assert attribute(shown, "#field-like option[selected]", "value") == "excellent"
    assert attribute(shown, "#field-confidence option[selected]", "value") == "99"
    assert attribute(shown, "#field-power option[selected]", "value") == "95"
    assert text_of(shown, "#plan-title") == "To see a change of 1 point"
    assert "80 % promoters, 15 % passives, 5 % detractors" in said(shown, ".rests")
    assert "1 of 100 comparisons" in text_of(shown, ".rests")
    assert "19 of 20 cases" in text_of(shown, ".plan-promise")
    assert "12.5 %" in said(shown, ".score-doubt")


def test_what_was_typed_stays_and_each_field_says_its_rule(signed_in: TestClient, survey: SurveyView) -> None:
    shown = signed_in.get(PLANNING, params={"change": '<b>"ten"', "rate": "0", "like": "good", "power": "70"})

    assert shown.status_code == 422
    assert errors(shown) == {
        "change": "Must be a number such as 10 or 12.5.",
        "power": "Must be one of 80, 90, 95.",
        "rate": "Must lie between 0.1 and 100.",
    }
    assert value(shown, "change") == '<b>"ten"'
    assert value(shown, "rate") == "0"
    assert attribute(shown, "#field-like option[selected]", "value") == "good"
    assert text_of(shown, "title").startswith("Error: ")
    assert not has(shown, ".score-value")


@pytest.mark.parametrize("change", ["-3", "0", "200.5", "x"])
def test_the_change_has_one_label_and_one_limit_whatever_was_typed(
    signed_in: TestClient, survey: SurveyView, write: Write, change: str
) -> None:
    stored(write, survey, [9] * 10 + [3] * 10)

    shown = signed_in.get(PLANNING, params={"change": change})

    assert shown.status_code == 422
    assert text_of(shown, "label[for=field-change]") == "Change in points"
    assert text_of(shown, ".notice.problem a") == "Change in points"
    limit = "Must lie between 0.01 and 200 points for these responses."
    assert errors(shown)["change"] == ("Must be a number such as 10 or 12.5." if change == "x" else limit)


def test_an_empty_field_asks_to_be_filled_in(signed_in: TestClient) -> None:
    assert errors(signed_in.get(f"{PLANNING}?change=")) == {"change": "Please fill this in."}


def test_a_survey_that_is_not_there_is_no_plan(signed_in: TestClient, survey: SurveyView) -> None:
    assert signed_in.get(f"{PLANNING}?like=srv_nonsense").status_code == 404


def test_the_results_lead_to_the_plan_of_their_survey(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 12)
    link = f"a[href='{PLANNING}?like={encode('srv', survey.id)}&period=90d']"

    assert has(signed_in.get(results(survey)), link)
    led = signed_in.get(attribute(signed_in.get(results(survey)), link, "href") or "")
    assert attribute(led, "#field-like option[selected]", "value") == encode("srv", survey.id)
    assert attribute(led, ".plan-now a", "href") == f"{results(survey)}?period=90d"


def test_a_plan_that_fails_leaves_the_form(
    signed_in: TestClient, survey: SurveyView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(planning, "plan", broken)
    shown = signed_in.get(PLANNING)

    assert shown.status_code == 200
    assert "The plan cannot be shown just now." in text_of(shown, ".failed")
    assert has(shown, "#field-change")


def test_every_named_mix_has_its_words_and_its_power_a_count() -> None:
    assert set(planning_views.MIX_WORDS) == set(planning.MIXES.values())
    assert planning_views.POWER_WORDS.keys() == planning.POWERS.keys()


@pytest.mark.parametrize(
    ("change", "shown"), [(1.0, "1 point"), (10.0, "10 points"), (3.5, "3.5 points"), (0.29, "0.29 points")]
)
def test_a_change_has_the_decimals_that_were_typed(change: float, shown: str) -> None:
    assert planning_views.points(change, NPS) == shown


@pytest.mark.parametrize(("share", "shown"), [(0.2, "20"), (0.125, "12.5"), (0.001, "0.1"), (1.0, "100")])
def test_a_rate_has_the_decimals_that_were_typed(share: float, shown: str) -> None:
    assert planning_views.rate(share) == f"{shown}\u202f%"
