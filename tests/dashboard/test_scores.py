from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.dashboard import doubts, metrics
from cxsurvey.insights import comments, service
from cxsurvey.responses import service as responses
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.service import VoidResponse
from cxsurvey.scoring.catalogue import CES_1_0, CSAT_5, NPS_5, STARS_5, THUMBS
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.score import score
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import attribute, has, in_northwind, page, text_of
from tests.dashboard.survey_pages import new_survey
from tests.factories import form_page, make_open_survey
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
HOME = "/w/northwind/"
HOSTILE = '<script>alert(1)</script> "so" & \u202eso'


def stored(write: Write, survey: SurveyView, scores: list[int], comment: str | None = None, days: int = 1) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        at = NOON - timedelta(days=days)
        store(ctx, [answer(ctx, survey.id, score, at, comment) for score in scores])

    write(work)


def results(survey: SurveyView, query: str = "") -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/results{query}"


def test_the_first_visit_has_one_thing_to_do(signed_in: TestClient) -> None:
    answer = signed_in.get(HOME)

    assert answer.status_code == 200
    assert [node.text() for node in page(answer).css("main a.button")] == ["Create a survey"]
    assert not has(answer, ".chips")


@pytest.mark.parametrize("part", ["", "responses", "comments", "surveys/{}/results", "surveys/{}/segments"])
def test_where_only_other_days_have_responses_one_click_shows_them(
    signed_in: TestClient, survey: SurveyView, write: Write, part: str
) -> None:
    stored(write, survey, [9], "Arrived early.", days=200)
    here = HOME + part.format(encode("srv", survey.id))

    (way,) = [link for link in page(signed_in.get(here)).css("main a") if link.text() == "Show all time"]
    shown = signed_in.get(urljoin(here, way.attributes["href"]))

    assert "Show all time" not in shown.text
    assert any(told in shown.text for told in ("Arrived early.", "No response names its touchpoint"))


def test_an_unanswered_survey_wants_to_be_shared(signed_in: TestClient, survey: SurveyView) -> None:
    answer = signed_in.get(HOME)

    assert (attribute(answer, "main a.button", "href") or "").endswith("/share")
    assert "Nobody has answered yet" in answer.text


def test_the_overview_answers_what_how_sure_moved_and_who(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 501 + [8] * 317 + [3] * 71)
    stored(write, survey, [9] * 200 + [3] * 200, days=100)
    stored(write, survey, [2], "late, and nobody called")

    answer = signed_in.get(HOME)

    assert text_of(answer, ".score-value") == "48"
    assert "44 to 52" in text_of(answer, ".score-doubt")
    assert "n = 890" in text_of(answer, ".score-doubt")
    assert text_of(answer, ".change") == "48 points more than before: a real change"
    assert text_of(answer, ".noticed b") == "Relationship rose"
    assert " ".join(text_of(answer, ".noticed p").split()) == (
        "Relationship rose from 0 to 48, beyond chance (change +38 to +59, n = 890, before 400)."
    )
    assert "late, and nobody called" in text_of(answer, ".said")
    assert "Europe/Istanbul" in answer.text


def test_why_a_score_moved_stands_with_its_segments(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 50)
    stored(write, survey, [3] * 50, days=100)

    way = attribute(signed_in.get(f"{HOME}?period=90d"), ".noticed a", "href") or ""

    assert way == f"/w/northwind/surveys/{encode('srv', survey.id)}/segments?period=90d"
    assert signed_in.get(way).status_code == 200


def test_the_largest_step_and_its_row_lead_to_the_segments_of_its_days(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    for days, scores in ((50, [9] * 90), (80, [3] * 90), (110, [9] * 90)):
        stored(write, survey, scores, days=days)

    shown = signed_in.get(results(survey, "?period=12m&step=month"))

    way = attribute(shown, "#trend .caption a", "href") or ""
    assert "period=custom" in way
    assert way in [link.attributes["href"] for link in page(shown).css("#trend tbody th a")]
    assert way in json.loads(text_of(shown, "#trend-data"))["links"]
    since = way.partition("since=")[2][:10]
    split = signed_in.get(way)
    assert attribute(split, "[name=since]", "value") == since
    assert "Take off" not in text_of(split, ".filters"), "only the days are chosen"


def test_a_comparison_with_days_that_nobody_answered_in_is_not_announced(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 12)
    split = results(survey).replace("/results", "/segments")
    for address in (HOME, results(survey), split):
        assert "compared with" not in signed_in.get(address).text, address

    stored(write, survey, [9] * 12, days=100)
    for address in (HOME, results(survey)):
        assert "compared with the 90 days before" in signed_in.get(address).text, address


def test_falls_come_first_then_rises_then_one_quiet_line_about_machines(signed_in: TestClient, write: Write) -> None:
    moves = {"A little up": (60, 80), "Far up": (20, 100), "A little down": (80, 60), "Far down": (100, 20)}

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        for name, promoters in moves.items():
            survey = make_open_survey(ctx, name)
            for percent, days in zip(promoters, (100, 1), strict=True):
                at = NOON - timedelta(days=days)
                scores = [9] * 2 * percent + [3] * 2 * (100 - percent)
                store(ctx, [answer(ctx, survey.id, score, at) for score in scores])
            machines = 1 if name == "Far up" else 4
            pages = [form_page(ctx, trapped=True) for _ in range(machines)]
            store(ctx, [Submission(survey.id, "link", score=0, page=issued) for issued in pages])

    write(work)

    shown = signed_in.get(HOME)

    said = [node.text() for node in page(shown).css(".noticed b")]
    assert said[:4] == [
        "Far down fell",
        "A little down fell",
        "Far up rose",
        "A little up rose",
    ]
    assert said[4:] == ["13 responses were flagged"]
    assert " ".join(text_of(shown, ".noticed li.aside p").split()) == (
        "13 responses were flagged as sent by a machine, in 4 surveys. They are not in the score."
    )
    ways = page(shown).css(".noticed li.aside .ways a")
    assert ways[-1].text() == "Flagged responses of Far up: 1"
    listed = [signed_in.get(way.attributes["href"] or "") for way in ways]
    assert [len(page(each).css(".answers tbody tr")) for each in listed] == [4, 4, 4, 1]


def test_every_page_of_a_survey_offers_the_same_ways(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 12)
    base = results(survey).removesuffix("/results")
    ways = {}
    names = ("results", "segments", "edit", "branding", "preview", "share")
    for name in names:
        shown = page(signed_in.get(f"{base}/{name}", follow_redirects=True))
        found = shown.css("nav[aria-label='This survey'] .chip")
        ways[name] = (
            [node.text() for node in found],
            [node.text() for node in found if "aria-current" in node.attributes],
        )

    assert ways == {name: ([each.capitalize() for each in names], [name.capitalize()]) for name in names}


def test_results_are_offered_once_a_survey_is_published(signed_in: TestClient) -> None:
    draft = new_survey(signed_in)

    found = page(signed_in.get(f"{draft}/share")).css("nav[aria-label='This survey'] .chip")

    assert [node.text() for node in found] == ["Edit", "Branding", "Preview", "Share", "Publish"]


def test_the_overview_says_what_its_marks_are(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 12)

    stored(write, survey, [9] * 12, days=100)

    shown = signed_in.get(HOME)

    assert "95 % interval" in text_of(shown, ".score-doubt")
    assert "Dashed mark: the 90 days before" in text_of(shown, ".legend")
    assert "Dashed" not in text_of(signed_in.get(f"{HOME}?period=all"), ".legend")


def test_one_answer_makes_the_score(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9])

    assert "1 response makes the score." in signed_in.get(results(survey)).text


def test_the_column_of_remarks_has_a_name(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 12)

    assert [node.text() for node in page(signed_in.get(results(survey))).css("#trend th[scope=col]")][-1] == "Note"


def test_one_flagged_answer_is_told_in_the_singular(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def trapped(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [Submission(survey.id, "link", score=0, page=form_page(ctx, trapped=True))])

    write(trapped)

    assert " ".join(text_of(signed_in.get(HOME), ".noticed li.aside p").split()) == (
        "1 response was flagged as sent by a machine. It is not in the score."
    )


@pytest.mark.parametrize(
    ("n", "value", "tag", "faint"),
    [
        (1, "", "Too few to judge", True),
        (7, "100", "Few responses", True),
        (12, "100", "Low base", False),
        (30, "100", "", False),
    ],
)
def test_a_low_base_is_marked(
    signed_in: TestClient, survey: SurveyView, write: Write, n: int, value: str, tag: str, faint: bool
) -> None:
    stored(write, survey, [9] + [10] * (n - 1))

    answer = signed_in.get(HOME)

    assert text_of(answer, ".score-card .score-value") == value
    assert text_of(answer, ".score-card .tag") == tag
    assert has(answer, ".score-card .score.faint") is faint
    assert f"n = {n}" in text_of(answer, ".score-card .score-doubt")


@pytest.mark.parametrize(
    ("formula", "n"), [(NPS, 40), (NPS_5, 7), (CSAT_5, 12), (THUMBS, 40), (STARS_5, 12), (STARS_5, 40), (CES_1_0, 7)]
)
def test_every_scale_is_shown_with_method_n_interval_and_flags(
    signed_in: TestClient,
    survey: SurveyView,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    formula: Definition,
    n: int,
) -> None:
    monkeypatch.setattr(service, "FORMULAS", {NPS.key: formula})
    stored(write, survey, [formula.scale.maximum] * n)

    overview, shown = signed_in.get(HOME), signed_in.get(results(survey))
    result = score(ScoreCounts.from_scores([formula.scale.maximum] * n, formula.scale), formula)

    assert not has(overview, ".failed")
    assert not has(shown, ".failed")
    tags = [[node.text() for node in page(each).css(".score-doubt .tag")] for each in (overview, shown)]
    few = [doubts.BASE_WORDS[result.base.level]] if result.base.level < BaseLevel.NORMAL else []
    assert tags[0] == tags[1] == few + [note.short for note in doubts.notes(result)]
    for note in doubts.notes(result):
        assert note.long in shown.text
    for each in (overview, shown):
        assert text_of(each, ".score-value") == doubts.value(result.estimate, result.unit)
        assert doubts.interval(result) in text_of(each, ".score-doubt")
        assert f"n = {n}" in text_of(each, ".score-doubt")
        assert doubts.confidence(result) in each.text
    assert metrics.title(formula) in text_of(shown, "#score-title")


def test_the_table_of_the_trend_tells_a_low_base(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    for days, n in ((10, 12), (17, 30), (24, 5)):
        stored(write, survey, [3] + [9] * (n - 1), days=days)

    shown = page(signed_in.get(results(survey, "?since=2026-10-26&until=2026-11-15")))

    assert [[cell.text() for cell in row.css("td")][2:] for row in shown.css("#trend tbody tr")] == [
        ["12", "low base"],
        ["30", ""],
        ["5", "too few to compare"],
    ]


def test_the_score_before_has_its_interval_and_n_too(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 40 + [3] * 10)
    stored(write, survey, [9] * 8 + [3] * 4, days=100)

    told = doubts.told(score(ScoreCounts.from_scores([9] * 8 + [3] * 4), NPS))
    assert told.endswith("n\u00a0=\u00a012, low base")
    assert f"the 90 days before: {told}." in signed_in.get(results(survey)).text


def test_what_was_left_out_is_counted_and_leads_to_those_answers(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 12)

    def trapped(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [Submission(survey.id, "link", score=0, page=form_page(ctx, trapped=True)) for _ in range(3)])

    write(trapped)

    answer = signed_in.get(results(survey))

    assert text_of(answer, ".left-out tbody .number") == "3"
    listed = signed_in.get(attribute(answer, ".left-out a", "href") or "")
    assert len(page(listed).css(".answers tbody tr")) == 3


def test_results_show_every_chart_with_its_table(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    stored(write, survey, [9] * 501 + [8] * 317 + [3] * 71)

    answer = signed_in.get(results(survey, "?step=month"))

    assert [" ".join(node.text().split()) for node in page(answer).css(".shares li")] == [
        "8 % detractors",
        "36 % passives",
        "56 % promoters",
    ]
    assert "score interval, 95\u202f%" in text_of(answer, "#score-title")
    captions = [node.text() for node in page(answer).css("details table caption")]
    assert captions == ["Responses per score as a table", "Score per month"]
    assert len(page(answer).css("details table")[0].css("tbody tr")) == 11
    assert all(node.attributes.get("aria-label") for node in page(answer).css("[role=img]"))


@pytest.mark.parametrize(("n", "label", "share"), [(3, "1 of 3", "1 of 3"), (5, "20\u202f%", "20.0\u202f%")])
def test_where_the_headline_withholds_the_score_the_panel_gives_counts(
    signed_in: TestClient, survey: SurveyView, write: Write, n: int, label: str, share: str
) -> None:
    stored(write, survey, [3] + [9] * (n - 1))

    shown = signed_in.get(results(survey))

    assert text_of(shown, ".shares b") == label
    assert page(shown).css("details table")[0].css("tbody tr")[3].css("td")[-1].text() == share
    assert ("\u202f%" in text_of(shown, "section[aria-labelledby=bars-title]")) is (n == 5)


def test_equal_groups_read_alike_and_what_they_make_is_said(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 166 + [8] * 17 + [3] * 17)

    shown = signed_in.get(results(survey))

    assert [" ".join(node.text().split()) for node in page(shown).css(".shares li")] == [
        "9 % detractors",
        "9 % passives",
        "83 % promoters",
    ]
    assert text_of(shown, ".shares + .meta") == "Each share is rounded by itself; together they make 101\u202f%."


@pytest.mark.parametrize("path", [HOME, "/w/northwind/comments", "results", "/w/northwind/responses"])
def test_pages_are_well_formed_for_every_reader(
    signed_in: TestClient, survey: SurveyView, write: Write, path: str
) -> None:
    stored(write, survey, list(range(11)) * 4, HOSTILE)

    answer = signed_in.get(results(survey) if path == "results" else path)
    found = page(answer)

    assert answer.status_code == 200
    assert len(found.css("h1")) == 1
    assert all(table.css_first("caption") is not None for table in found.css("table"))
    assert all(cell.attributes.get("scope") for cell in found.css("th"))
    labelled = {node.attributes.get("for") for node in found.css("label")}
    for control in found.css("main input:not([type=hidden])"):
        assert control.attributes.get("id") in labelled or control.css_matches("label input"), control.html
    ids = [node.attributes["id"] for node in found.css("[id]")]
    assert len(ids) == len(set(ids))
    assert "<script>alert" not in answer.text
    assert not found.css("[style], [onclick], style")
    assert all(
        script.attributes.get("src") or script.attributes.get("type") == "application/json"
        for script in found.css("script")
    )


def test_a_bad_period_is_named_and_the_page_still_shows(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 12)

    answer = signed_in.get(f"{HOME}?period=custom&since=2026-02-30")

    assert answer.status_code == 422
    assert "First day: Must be a date that exists." in text_of(answer, "#period-error")
    assert attribute(answer, "input[name=since]", "value") == "2026-02-30"
    assert text_of(answer, ".score-value") == "100"


def test_a_period_of_ones_own_is_kept_in_every_link(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    for days in (2, 30):
        stored(write, survey, [9] * 12, days=days)

    answer = signed_in.get(f"{HOME}?since=2026-11-01&until=2026-11-20")

    assert "1 Nov to 20 Nov 2026, compared with the 20 days before" in text_of(answer, ".sub")
    assert (attribute(answer, ".score-card a", "href") or "").endswith(
        "/results?period=custom&since=2026-11-01&until=2026-11-20"
    )


def test_a_quiet_period_is_told_from_a_survey_nobody_answered(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    stored(write, survey, [9] * 12, days=200)

    assert "No responses in these days." in signed_in.get(HOME).text
    assert "No responses in these days" in signed_in.get(results(survey)).text
    assert "Nobody has answered yet" not in signed_in.get(HOME).text


def test_answers_that_were_left_out_are_not_looked_for_on_other_days(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        (response_id,) = store(ctx, [answer(ctx, survey.id, 3, NOON)])
        responses.void(ctx, response_id, VoidResponse(reason="A trial"))

    write(work)

    usual, all_time = (signed_in.get(results(survey, query)) for query in ("", "?period=all"))

    assert text_of(usual, ".empty-title") == text_of(all_time, ".empty-title") == "No responses in the score"
    assert "on other days" not in usual.text
    assert "Show all time" not in all_time.text
    assert "Void" in text_of(usual, ".left-out")


def test_a_panel_that_fails_leaves_the_page_alive(
    signed_in: TestClient, survey: SurveyView, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(write, survey, [9] * 12, "fine")

    def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(comments, "newest", fail)
        without_comments = signed_in.get(HOME)
    with monkeypatch.context() as broken:
        broken.setattr(service, "overview", fail)
        broken.setattr(service, "survey_report", fail)
        without_scores = signed_in.get(HOME)
        without_results = signed_in.get(results(survey))

    assert without_comments.status_code == without_scores.status_code == without_results.status_code == 200
    assert text_of(without_comments, ".score-value") == "100"
    assert text_of(without_comments, ".failed b") == "The comments cannot be shown just now."
    assert without_comments.headers["x-request-id"] in text_of(without_comments, ".failed")
    assert "fine" in text_of(without_scores, ".said")
    assert text_of(without_results, ".failed b") == "The score cannot be shown just now."


@pytest.mark.parametrize("query", ["?step=day", "?after=x"])
def test_other_bad_parameters_are_refused(signed_in: TestClient, survey: SurveyView, query: str) -> None:
    assert signed_in.get(results(survey, query)).status_code == 422


def test_older_comments_are_one_link_away(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    for index in range(25):
        stored(write, survey, [9], f"comment {index}", days=index + 1)

    first = signed_in.get(results(survey))
    older = signed_in.get(results(survey, attribute(first, "#comments .go", "href") or ""))

    said = [node.text() for answer in (first, older) for node in page(answer).css(".said-text")]
    assert said == [f"comment {index}" for index in range(25)]


def test_a_page_asks_the_database_equally_often_for_ten_and_ten_thousand(
    signed_in: TestClient, survey: SurveyView, write: Write, connection: Connection
) -> None:
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    def spent() -> list[int]:
        counted = []
        for path in (HOME, results(survey), "/w/northwind/comments", "/w/northwind/responses"):
            del statements[:]
            event.listen(connection, "before_cursor_execute", note)
            assert signed_in.get(path).status_code == 200
            event.remove(connection, "before_cursor_execute", note)
            counted.append(len([sql for sql in statements if "SAVEPOINT" not in sql]))
        return counted

    stored(write, survey, list(range(10)), "so")
    few = spent()
    for days in range(1, 21):
        stored(write, survey, [9] * 500, "so", days=days)
    many = spent()

    assert many == few
    assert max(few) <= 16, "one of them asks whether an import is changing the numbers now"
