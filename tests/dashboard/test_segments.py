from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.models import Survey
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import has, in_northwind, page, text_of
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]


def stored(
    write: Write, survey: SurveyView, scores: list[int], comment: str | None = None, days: int = 2, **of: str
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        where = Segments.model_validate(of)
        at = NOON - timedelta(days=days)
        store(ctx, [answer(ctx, survey.id, score, at, comment, segments=where) for score in scores])

    write(work)


def address(survey: SurveyView, tail: str) -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/{tail}"


def rows(shown: Any) -> list[list[str]]:
    return [
        [" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page(shown).css(".segments tbody tr")
    ]


@pytest.fixture
def filled(survey: SurveyView, write: Write) -> SurveyView:
    stored(write, survey, [9] * 70 + [3] * 30, touchpoint="Web <shop>", country="DE")
    stored(write, survey, [9] * 20 + [3] * 80, touchpoint="Delivery", country="AT")
    stored(write, survey, [9] * 3, touchpoint="Showroom", country="DE")
    stored(write, survey, [9] * 7)
    return survey


def test_the_table_tells_score_interval_rest_and_what_stands_out(signed_in: TestClient, filled: SurveyView) -> None:
    shown = signed_in.get(address(filled, "segments?by=touchpoint"))

    found = rows(shown)
    assert [row[0] for row in found] == [
        "Web <shop> better than the rest",
        "Delivery worse than the rest",
        "Not set Few responses",
        "Showroom Too few to judge",
    ]
    assert found[0][2:6] == ["40", "21 to 56", "n = 100", "rest +85 (+59 to +107)"]
    assert found[3][2] == "–", "three answers have no score, only an interval"
    assert "Better than the rest: Web <shop>. Worse than the rest: Delivery." in text_of(shown, ".segments .caption")
    assert "correcting for 2 comparisons" in text_of(shown, ".segments .caption")


def test_the_headline_tells_the_difference_from_the_rest_and_the_change(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    for touchpoint in ("Web", "Store", "Support"):
        stored(write, survey, [9] * 60 + [3] * 40, touchpoint=touchpoint)
        stored(write, survey, [9] * 90 + [3] * 10, days=100, touchpoint=touchpoint)

    shown = signed_in.get(address(survey, "segments?by=touchpoint"))

    assert text_of(shown, ".segments .caption") == (
        "None of 3 differs from the rest by more than chance allows."
        " Worse than in the 90 days before: Store, Support and Web."
        " This holds after correcting for 3 comparisons."
    )
    assert [row[6].endswith("a real change") for row in rows(shown)] == [True] * 3
    alone = signed_in.get(address(survey, "segments?by=touchpoint&period=12m"))
    assert "Too few responses to hold one against the 12 months before." in text_of(alone, ".segments .caption")


def test_what_holds_alone_and_not_among_several_says_so_beside_its_interval(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    for touchpoint, now, before in (("Web", 60, 60), ("Store", 60, 60), ("Support", 73, 58)):
        stored(write, survey, [9] * now + [3] * (100 - now), touchpoint=touchpoint)
        stored(write, survey, [9] * before + [3] * (100 - before), days=100, touchpoint=touchpoint)

    support, *others = rows(signed_in.get(address(survey, "segments?by=touchpoint")))

    assert support[0] == "Support"
    assert support[5] == "rest +26 (+3 to +47)could be chance, corrected for 3 comparisons"
    assert support[6] == "change +30 (+4 to +55)could be chance, corrected for 3 comparisons"
    assert all(row[5].endswith(")") for row in others)
    assert all(row[6].endswith(")could be chance") for row in others)


def test_groups_with_fewer_than_ten_answers_are_folded_away_and_stay_readable(
    signed_in: TestClient, filled: SurveyView, write: Write
) -> None:
    stored(write, filled, [9] * 6 + [3] * 3, touchpoint="Kiosk")

    shown = signed_in.get(address(filled, "segments?by=touchpoint"))

    assert text_of(shown, ".few-groups > summary") == "2 groups with fewer than 10 responses"
    assert not has(shown, ".few-groups[open]")
    folded = [row.text() for row in page(shown).css(".few-groups tbody tr")]
    assert [name in row for name, row in zip(("Kiosk", "Showroom"), folded, strict=True)] == [True, True]
    assert "n = 9" in " ".join(folded[0].split())


def test_where_all_groups_are_small_they_are_not_hidden(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 3, touchpoint="Kiosk")

    shown = signed_in.get(address(survey, "segments?by=touchpoint"))

    assert text_of(shown, ".few-groups[open] > summary") == "1 group with fewer than 10 responses"
    assert len(rows(shown)) == 1


def test_filters_are_chips_that_can_be_taken_off_and_follow_every_link(
    signed_in: TestClient, filled: SurveyView
) -> None:
    shown = signed_in.get(address(filled, "segments?by=touchpoint&country=DE&period=12m"))

    assert [row[0].split()[0] for row in rows(shown)] == ["Web", "Showroom"]
    chip = page(shown).css_first(".chip.on")
    assert chip is not None
    assert "Country: DE" in chip.text()
    assert "country" not in (chip.attributes["href"] or "")
    assert "period=12m" in (chip.attributes["href"] or "")
    first = page(shown).css_first(".segments tbody th a")
    assert first is not None
    results = signed_in.get(first.attributes["href"] or "")
    assert text_of(results, ".score-value") == "40"
    assert {node.text().split(":")[0] for node in page(results).css(".chip.on")} == {
        "Take off Touchpoint",
        "Take off Country",
    }


def test_a_filter_that_nobody_has_is_left_out_with_a_notice(signed_in: TestClient, filled: SurveyView) -> None:
    for tail in ("segments?by=touchpoint&country=Atlantis", "results?country=Atlantis"):
        shown = signed_in.get(address(filled, tail))

        assert shown.status_code == 422
        assert "Country: " in text_of(shown, ".filters .notice")
        assert has(shown, ".segments tbody tr") or text_of(shown, ".score-value")


def test_an_unknown_key_is_refused(signed_in: TestClient, filled: SurveyView) -> None:
    assert signed_in.get(address(filled, "segments?by=shoe_size")).status_code == 422


def test_a_survey_without_segments_says_how_to_send_them(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 4)

    assert "No response names its touchpoint" in text_of(signed_in.get(address(survey, "segments")), ".empty-title")


def test_small_groups_of_an_anonymous_survey_are_withheld(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    for team, n in (("North", 40), ("South", 3), ("East", 12)):
        stored(write, survey, [9] * n, team=team)
    # signed links are what brings segments to an anonymous survey; here it only matters that they are there
    write(lambda ctx: ctx.session.execute(update(Survey).where(Survey.id == survey.id).values(anonymous=True)))

    shown = signed_in.get(address(survey, "segments?by=team"))
    filtered = signed_in.get(address(survey, "results?team=South"))
    refused = signed_in.post(address(survey, "segments/download"), data={"by": "touchpoint", "team": "South"})

    found = {row[0]: row[1:] for row in rows(shown)}
    assert set(found) == {"North", "South", "East"}
    assert all("withheld" in found[name][0] for name in ("South", "East"))
    assert "n = 40" in found["North"]
    assert not has(filtered, ".chip.on"), "a filter would tell the group that is withheld"
    assert refused.status_code == 422

    write(lambda ctx: ctx.session.execute(update(Workspace).values(minimum_group=50)))
    assert (
        "withheld" in {row[0]: row[1:] for row in rows(signed_in.get(address(survey, "segments?by=team")))}["North"][0]
    )


def test_the_file_holds_every_row_with_its_tests(signed_in: TestClient, filled: SurveyView) -> None:
    sent = signed_in.post(address(filled, "segments/download"), data={"by": "touchpoint", "country": "DE"})

    table = list(csv.DictReader(StringIO(sent.text)))
    assert "scores_by_touchpoint" in sent.headers["content-disposition"]
    assert [(row["row"], row["value"], row["n"]) for row in table] == [
        ("total", "", "103"),
        ("segment", "Web <shop>", "100"),
        ("segment", "Showroom", "3"),
    ]
    assert table[1]["rest_p_value"] == "", "three answers are no rest to compare with"


def test_found_words_are_marked_and_escaped(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [2], "Came <b>LATE</b> & wet", touchpoint="Delivery")
    stored(write, survey, [9], "On time")

    shown = signed_in.get("/w/northwind/comments?q=late&touchpoint=Delivery&band=detractor")

    assert [node.text() for node in page(shown).css(".said mark")] == ["LATE"]
    assert "Came &lt;b&gt;<mark>LATE</mark>&lt;/b&gt; &amp; wet" in shown.text
    assert len(page(shown).css(".chip.on")) == 3
    assert "No comment fits" in text_of(signed_in.get("/w/northwind/comments?q=early"), ".empty-title")


def test_a_search_that_is_too_long_is_left_out_with_a_notice(signed_in: TestClient, survey: SurveyView) -> None:
    shown = signed_in.get(f"/w/northwind/comments?q={'a' * 101}")

    assert shown.status_code == 422
    assert "100 characters" in text_of(shown, ".filters .notice")


def test_the_list_of_answers_and_its_file_take_the_same_filters(signed_in: TestClient, filled: SurveyView) -> None:
    chosen = {"survey": encode("srv", filled.id), "touchpoint": "Delivery", "band": "promoter"}

    shown = signed_in.get("/w/northwind/responses", params=chosen)
    sent = signed_in.post("/w/northwind/responses/download", data=chosen)

    assert "Download 20 as CSV" in text_of(shown, ".download button")
    assert {node.text().split()[-1] for node in page(shown).css(".answers .pill")} == {"9"}
    kept = {
        node.attributes["name"]: node.attributes["value"] for node in page(shown).css(".download input[type=hidden]")
    }
    assert chosen.items() <= kept.items(), "what is downloaded is what is shown"
    assert len(list(csv.DictReader(StringIO(sent.text)))) == 20
