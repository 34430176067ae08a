from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.insights import follow_ups
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import attribute, has, in_northwind, page, text_of
from tests.factories import Place, publish_anew
from tests.insights.answers import answer, store
from tests.insights.test_follow_ups import ALL_KINDS

Write = Callable[[Callable[[Context], Any]], Any]


def results(survey: SurveyView, tail: str = "") -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/results{tail}"


def given(write: Write, survey: SurveyView, score: int, n: int, **said: Any) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        one = answer(ctx, survey.id, score, NOON - timedelta(days=2))
        store(ctx, [replace(one, follow_ups=said)] * n)

    write(work)


@pytest.fixture
def asked(survey: SurveyView, write: Write) -> SurveyView:
    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        place = Place(ctx.workspace, "northwind", survey)
        return publish_anew(ctx, place, survey.draft.model_copy(update={"follow_ups": ALL_KINDS})).survey

    made: SurveyView = write(work)
    given(write, made, 9, 12, reason="staff", good=["price", "staff"])
    given(write, made, 2, 8, reason="price", more="Slow")
    given(write, made, 7, 3, reason="time", ease=4)
    return made


def seen_wide(row: Any) -> list[str]:
    """The cells of a row without the words that stand for the headings on a narrow page."""
    for word in row.css(".phone"):
        word.decompose()
    return [" ".join(cell.text().split()) for cell in row.css("th, td")]


def test_on_a_narrow_page_each_number_says_what_it_is(signed_in: TestClient, asked: SurveyView) -> None:
    first = page(signed_in.get(results(asked))).css(".follow-up-result")[0]

    told = " ".join(first.css("tbody tr")[1].text().split())

    assert "n = 12" in told
    assert "Promoters, n = 12: 100 %" in told
    assert "Detractors, n = 8: 0 %" in told


def test_each_follow_up_is_a_table_by_answer_and_group(signed_in: TestClient, asked: SurveyView) -> None:
    shown = signed_in.get(results(asked))

    first = page(shown).css(".follow-up-result")[0]
    assert "23 of 23 responses of the groups that are asked this have one" in " ".join(first.text().split())
    heads = [" ".join(cell.text().split()) for cell in first.css("thead th")]
    assert heads[-3:] == ["Promoters n = 12", "Passives n = 3", "Detractors n = 8"]
    rows = [seen_wide(row) for row in first.css("tbody tr")]
    assert rows[1] == ["The staff", "", "52 %", "33 to 71 %", "12", "100 %", "0 of 3", "0 %"]
    assert rows[0][0] == "The <price>"


def test_questions_and_choices_are_shown_as_customers_read_them(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        kinds = tuple(
            each.model_copy(
                update={
                    "labels": {"en": "{first_name}, what about {workspace}?"},
                    "options": tuple(
                        option.model_copy(update={"labels": {"en": f"{option.id} of {{workspace}}"}})
                        for option in each.options
                    ),
                }
            )
            for each in ALL_KINDS
        )
        texts = {"en": survey.draft.texts["en"].model_copy(update={"question": "{first_name}, how was {workspace}?"})}
        changed = survey.draft.model_copy(update={"follow_ups": kinds, "texts": texts})
        return publish_anew(ctx, Place(ctx.workspace, "northwind", survey), changed).survey

    made = write(work)
    given(write, made, 2, 8, reason="price", more="I wrote {first_name}")

    shown = page(signed_in.get(results(made)))
    assert "“how was Northwind Home?”" in [line.text() for line in shown.css("p.sub")]
    first = shown.css(".follow-up-result")[0]
    assert "what about Northwind Home?" in first.text()
    assert "price of Northwind Home" in first.text()
    assert "{" not in first.text()
    link = attribute(signed_in.get("/w/northwind/responses"), "a[href*='/rsp_']", "href")
    one = page(signed_in.get(str(link)))
    assert "how was Northwind Home?" in one.text()
    assert [cell.text() for cell in one.css(".follow-ups dt")][:1] == ["what about Northwind Home?"]
    assert "price of Northwind Home" in one.css(".follow-ups")[0].text()
    assert "I wrote {first_name}" in one.css(".follow-ups")[0].text(), "a customer's words stay as they are"


def test_few_answers_are_counted_and_not_made_a_share(signed_in: TestClient, asked: SurveyView) -> None:
    ease = page(signed_in.get(results(asked))).css(".follow-up-result")[2]

    assert "faint" in (ease.attributes["class"] or "")
    row = seen_wide(ease.css("tbody tr")[3])
    assert row[:5] == ["4", "", "–", "44 to 100 %", "3"]


def test_the_newest_texts_stand_below_their_question_and_lead_to_their_responses(
    signed_in: TestClient, survey: SurveyView, asked: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        one = answer(ctx, asked.id, 9, NOON, segments=Segments(touchpoint="Delivery"))
        mert = PersonInput(email="mert@example.com", name="Mert Example")
        store(ctx, [replace(one, follow_ups={"more": "Quick <b>&</b> kind"}, person=mert)])

    write(work)
    shown = signed_in.get(results(survey, "?period=18m"))
    text = page(shown).css(".follow-up-result")[3]

    assert "9 of 24" in text.text()
    assert text.css_first(".tag") is None
    assert "faint" not in (text.attributes["class"] or "")
    assert [node.text() for node in text.css(".said-text")] == ["Quick <b>&</b> kind", *["Slow"] * 5]
    assert " ".join(text.css(".said .meta")[0].text().split()).startswith("Delivery · Mert Example ·")
    assert "The newest 6 stand here. All of them are in the file of the responses." in text.text()
    link = text.css(".said-text a")[0].attributes["href"] or ""
    assert "Quick <b>&</b> kind" in text_of(signed_in.get(link), ".follow-ups")
    assert attribute(signed_in.get(link), ".crumb a", "href") == results(survey, "?period=18m#follow-ups")


def test_texts_that_are_all_there_promise_no_others(signed_in: TestClient, asked: SurveyView, write: Write) -> None:
    given(write, asked, 7, 1, more="Fine")

    text = page(signed_in.get(results(asked))).css(".follow-up-result")[3]
    few = page(signed_in.get(results(asked, "?period=custom&since=2026-11-21"))).css_first(".follow-up-results")

    assert "The newest 6 stand here." in text.text()
    assert few is None
    write(lambda ctx: store_one_today(ctx, asked))
    only = page(signed_in.get(results(asked, "?period=custom&since=2026-11-21"))).css(".follow-up-result")[3]
    assert [node.text() for node in only.css(".said-text")] == ["Today"]
    assert "stand here" not in only.text()


def store_one_today(ctx: Context, survey: SurveyView) -> None:
    in_northwind(ctx)
    store(ctx, [replace(answer(ctx, survey.id, 9, NOON), follow_ups={"more": "Today"})])


def test_a_survey_without_follow_ups_shows_no_card(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    given(write, survey, 9, 3)

    assert not has(signed_in.get(results(survey)), ".follow-up-results")


def test_what_was_not_read_is_said(signed_in: TestClient, asked: SurveyView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_ups, "MOST_READ", 10)

    said = text_of(signed_in.get(results(asked)), ".follow-up-results .caption")
    assert "Of the newest 10 of 23 responses, back to 19 Nov 2026." in said


def test_follow_ups_that_cannot_be_read_take_no_other_part_with_them(
    signed_in: TestClient, asked: SurveyView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(follow_ups, "follow_ups", fail)
    shown = signed_in.get(results(asked))

    assert "The follow-ups cannot be shown just now." in text_of(shown, ".failed")
    assert has(shown, ".score")


def test_the_file_holds_every_answer_unrounded_and_is_recorded(
    signed_in: TestClient, asked: SurveyView, database: Database
) -> None:
    form = page(signed_in.get(results(asked))).css_first(".follow-up-results form")
    assert form is not None
    sent = signed_in.post(form.attributes["action"] or "", data={"period": "90d"})

    rows = list(csv.DictReader(StringIO(sent.text)))
    assert sent.headers["content-disposition"].startswith('attachment; filename="follow_ups_')
    (row,) = [row for row in rows if (row["follow_up"], row["group"], row["answer"]) == ("reason", "all", "staff")]
    assert float(row["share"]) == pytest.approx(1200 / 23)
    assert (row["n"], row["chosen"], row["asked"], row["total"]) == ("23", "12", "23", "23")
    assert {row["group"] for row in rows if row["follow_up"] == "ease"} == {"all", "passive", "detractor"}
    assert "downloaded the follow-ups of the survey" in signed_in.get("/w/northwind/audit").text
