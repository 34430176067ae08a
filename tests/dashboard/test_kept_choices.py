"""What was chosen on one page of the numbers stays chosen on the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import has, in_northwind, page, text_of
from tests.dashboard.test_scores import results
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
CHOSEN = "period=18m&touchpoint=Delivery"


@pytest.fixture
def answered(survey: SurveyView, write: Write) -> SurveyView:
    """Twelve responses about a delivery of a year ago, and as many about a shop of yesterday."""

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        for days, touchpoint, agent in ((380, "Delivery", "Ada"), (1, "Shop", "Mert")):
            segments = Segments(touchpoint=touchpoint, agent=agent)
            one = answer(ctx, survey.id, 9, NOON - timedelta(days=days), segments=segments)
            store(ctx, [one] * 12)

    write(work)
    return survey


def tab(shown: Any, name: str) -> str:
    """Where a tab of the survey leads."""
    return link(shown, "nav[aria-label='This survey'] a", name)


def entry(shown: Any, name: str) -> str:
    """Where an entry of the navigation leads."""
    return link(shown, "nav[aria-label=Main] a", name)


def link(shown: Any, selector: str, name: str) -> str:
    (found,) = [node for node in page(shown).css(selector) if node.text().strip() == name]
    return found.attributes["href"] or ""


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_days_and_filters_go_from_results_to_segments_and_back(signed_in: TestClient, answered: SurveyView) -> None:
    shown = signed_in.get(f"{results(answered)}?{CHOSEN}")

    segments = signed_in.get(tab(shown, "Segments"))
    assert text_of(segments, ".filters .chip.on") == "Take off Touchpoint: Delivery×"
    assert text_of(segments, "nav[aria-label=Period] [aria-current]") == "18 months"
    # touchpoint is held to one value already, and splitting by it would give one row
    assert [node.text().split()[0] for node in page(segments).css(".segments tbody th")] == ["Ada"]

    back = tab(segments, "Results")
    assert query(back) == {"period": "18m", "touchpoint": "Delivery"}
    assert "n = 12" in " ".join(text_of(signed_in.get(back), ".hero").split())


def test_a_page_about_nothing_special_leads_on_plainly(signed_in: TestClient, answered: SurveyView) -> None:
    shown = signed_in.get(results(answered))

    assert query(tab(shown, "Segments")) == {"period": "90d"}
    assert entry(shown, "Comments") == "/w/northwind/comments"
    assert tab(shown, "Share") == f"{results(answered).removesuffix('results')}share"


@pytest.mark.parametrize("start", ["/", "/comments", "/responses", "/planning", "results", "segments"])
def test_the_navigation_keeps_the_days(signed_in: TestClient, answered: SurveyView, start: str) -> None:
    base = "/w/northwind" if start.startswith("/") else results(answered).removesuffix("results")
    shown = signed_in.get(f"{base}{start}?{CHOSEN}")

    for name in ("Overview", "Comments", "Responses", "Planning"):
        assert query(entry(shown, name)) == {"period": "18m"}, name
        assert signed_in.get(entry(shown, name)).status_code == 200


def test_planning_counts_the_days_that_the_results_showed(signed_in: TestClient, answered: SurveyView) -> None:
    shown = signed_in.get(f"{results(answered)}?period=18m")
    plan = signed_in.get(link(shown, "a.go", "How many responses to see a change"))

    assert "With your 24 responses in the last 18 months" in text_of(plan, ".plan-now")
    assert query(link(plan, ".plan-now a", "Results")) == {"period": "18m"}
    typed = {node.attributes["name"]: node.attributes["value"] for node in page(plan).css(".plan-form input")}
    assert typed["period"] == "18m"


def test_a_plan_for_days_of_ones_own_names_them_and_all_time_has_no_pace(
    signed_in: TestClient, answered: SurveyView
) -> None:
    like = encode("srv", answered.id)
    own = signed_in.get(f"/w/northwind/planning?like={like}&period=custom&since=2026-11-01&until=2026-11-21")
    every = signed_in.get(f"/w/northwind/planning?like={like}&period=all")

    assert "12 responses from 1 Nov 2026 to 21 Nov 2026" in text_of(own, ".plan-now")
    assert "24 responses so far" in text_of(every, ".plan-now")
    assert "At this pace" in text_of(own, ".plan-now")
    assert "At this pace" not in text_of(every, ".plan-now")
    assert len(page(every).css("thead th")) == 3


def test_days_that_are_not_right_are_told_by_planning_too(signed_in: TestClient, answered: SurveyView) -> None:
    shown = signed_in.get("/w/northwind/planning?period=custom&since=tomorrow")

    assert shown.status_code == 422
    assert has(shown, "#period-error")
