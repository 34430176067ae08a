from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from starlette.testclient import TestClient

from cxsurvey import wiring
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import decode, encode
from cxsurvey.core.jobs.runner import JobRun, Runner
from cxsurvey.core.models import AuditEntry
from cxsurvey.responses.models import Response as Answer
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.service import SurveyView
from cxsurvey.transfer import keeping
from cxsurvey.transfer.source import examine
from tests.dashboard.conftest import Write, attribute, has, in_northwind, page, sign_in, text_of
from tests.factories import make_open_survey, make_user

HERE = "/w/northwind/imports"
RATINGS = b"respondent_id,Rating,Why\na,9,Quick.\nb,3,=cmd\na,9,And kind.\nc,12,\nd,6,\n"


def bring(browser: TestClient, content: bytes, kind: str = "responses", name: str = "old.csv") -> Any:
    return browser.post(HERE, data={"kind": kind}, files={"file": (name, content, "text/csv")})


def drain(database: Database) -> None:
    Runner(database, wiring.JOB_HANDLERS, "test").drain()


def reading(made: SurveyView, **changes: str) -> dict[str, str]:
    """The form as it is sent: respondent, score and comment in the first three columns."""
    sent = {"survey": encode("srv", made.id), "zone": "Europe/London", "source": "till", "do": "try"}
    return {**sent, "column-0": "respondent", "column-1": "score", "column-2": "comment", **changes}


def counters(answer: Any) -> dict[str, str]:
    """What became of the rows, as the page tells it."""
    return {
        line.css_first("dt").text(): line.css_first("dd").text()  # type: ignore[union-attr]
        for line in page(answer).css(".tally div")
    }


def test_without_imports_the_page_says_what_they_are_for(signed_in: TestClient) -> None:
    shown = signed_in.get(HERE)

    assert "Nothing imported yet" in shown.text
    assert "at most 50 MB" in shown.text


def test_a_file_is_brought_tried_imported_and_its_refused_rows_taken_out(
    signed_in: TestClient, survey: SurveyView, database: Database, write: Write
) -> None:
    brought = bring(signed_in, RATINGS, name="C:\\fakepath\\old.csv")
    here = brought.headers["location"]
    draft = signed_in.get(here)
    assert text_of(draft, "h1") == "old.csv"
    chosen = {node.parent.attributes["name"]: node.attributes["value"] for node in page(draft).css("option[selected]")}  # type: ignore[union-attr]
    assert (chosen["column-0"], chosen["column-1"], chosen["column-2"]) == ("respondent", "score", "comment")
    assert "guessed because of its name" in draft.text

    assert signed_in.post(here, data=reading(survey)).headers["location"] == here
    assert has(signed_in.get(here), "progress")
    assert has(signed_in.get(here), "noscript meta[http-equiv=refresh]")
    drain(database)
    tried = signed_in.get(here)
    assert counters(tried)["would be stored"] == "3"
    assert text_of(tried, "#tried-title") == "What an import would do now"
    assert "must be a whole number from 0 to 10" in tried.text

    signed_in.post(f"{here}/start")
    drain(database)
    done = signed_in.get(here)
    assert counters(done) == {
        "stored": "3",
        "further rows of a respondent; comments added to the response": "1",
        "refused": "1",
    }
    ways = [link.attributes["href"] or "" for link in page(done).css("#progress .form-actions a")]
    assert [way.partition("?")[2] for way in ways if "/results" in way] == ["period=all"], "old answers are shown too"
    links = [link.attributes["href"] or "" for link in page(done).css("main a[href]")]
    assert [link for link in links if signed_in.get(link).status_code != 200] == []
    refused = signed_in.post(f"{here}/refused")
    assert refused.headers["content-disposition"].startswith('attachment; filename="refused_imp_')
    assert refused.text.splitlines()[1] == "5,Rating,not_a_score,must be a whole number from 0 to 10,c,12,"

    def actions(ctx: Context) -> list[str]:
        return list(ctx.connection.execute(select(AuditEntry.action).order_by(AuditEntry.id)).scalars())

    assert [action for action in write(actions) if action.startswith("import.")] == [
        "import.started",
        "import.done",
        "import.refused_downloaded",
    ]
    assert "old.csv" in signed_in.get(HERE).text


def test_every_value_of_the_score_column_is_shown_with_what_it_becomes(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    here = bring(signed_in, b"id,Answer,Why\n1,Very good,a\n2,Very good,b\n3,2,c\n4,n/a,d\n").headers["location"]
    form = reading(survey, **{"column-0": "external_id", "scored": "Answer", "do": "show"})

    plain = signed_in.post(here, data=form)
    said = signed_in.post(here, data={**form, "becomes-0": "10", "becomes-2": "left_out", "reversed": "yes"})

    def becomes(answer: Any) -> dict[str, str]:
        rows = [row for row in page(answer).css("tr") if row.css_first("select[name^=becomes]")]
        return {row.css_first("th").text().strip(): row.css("td")[-1].text().strip() for row in rows}  # type: ignore[union-attr]

    assert becomes(plain) == {"2": "2", "Very good": "refused", "n/a": "refused"}
    assert becomes(said) == {"2": "8", "Very good": "10", "n/a": "left out"}
    signed_in.post(here, data={**form, "becomes-0": "10", "becomes-2": "left_out", "reversed": "yes", "do": "try"})
    drain(database)
    assert counters(signed_in.get(here))["would be stored"] == "3"


def chosen(answer: Any) -> dict[str, str]:
    """The form as it stands: selected options and what is typed."""
    found = {name: attribute(answer, f"#field-{name}", "value") or "" for name in ("zone", "source")}
    for node in page(answer).css("select option[selected]"):
        assert node.parent is not None
        found[node.parent.attributes["name"] or ""] = node.attributes["value"] or ""
    return found


def test_listing_the_values_keeps_what_was_chosen(signed_in: TestClient, survey: SurveyView) -> None:
    here = bring(signed_in, RATINGS).headers["location"]
    sent = reading(survey, **{"column-0": "person.external_id", "zone": "Asia/Tokyo", "do": "show"})

    shown = signed_in.post(here, data=sent)
    back = signed_in.get(here)

    assert shown.status_code == 200
    for answer in (shown, back):
        found = chosen(answer)
        assert {name: found[name] for name in sent if name in found} == {
            name: value for name, value in sent.items() if name != "do"
        }
    assert has(back, "select[name=becomes-0]")
    assert not has(back, "#tried"), "nothing was tried yet"


def test_what_is_kept_without_a_survey_cannot_be_started(signed_in: TestClient, survey: SurveyView) -> None:
    here = bring(signed_in, RATINGS).headers["location"]
    signed_in.post(here, data=reading(survey, survey="", do="show"))

    refused = signed_in.post(f"{here}/start")

    assert refused.status_code == 422
    assert "Say which survey" in refused.text


def test_a_dry_run_shows_its_score_before_the_button_and_below_how_scores_are_read(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    rows = b"Id,Rating\n" + b"".join(f"a{number},{score}\n".encode() for number, score in enumerate([10] * 9 + [2] * 3))
    here = bring(signed_in, rows).headers["location"]
    form = {"column-0": "external_id", "column-1": "score", "column-2": "", "scored": "Rating"}

    signed_in.post(here, data=reading(survey, **form))
    drain(database)
    plain = signed_in.get(here)
    signed_in.post(here, data=reading(survey, **form, reversed="yes"))
    drain(database)
    turned = signed_in.get(here)

    assert "NPS would be 50 (" in text_of(plain, "#tried")
    assert "9 promoters, 3 detractors" in text_of(plain, "#tried")
    assert "NPS would be \N{MINUS SIGN}75 (" in text_of(turned, "#tried")
    body = plain.text
    read = [body.rindex(part) for part in ('name="reversed"', 'name="becomes-0"', "NPS would be 50 (", "Import now")]
    assert read == sorted(read), "who reads on meets the scale and the score before the button"


def test_what_comes_first_in_dates_is_preset_where_the_cells_say_it_and_asked_where_not(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    columns = {"column-0": "score", "column-1": "answered_at", "column-2": ""}
    clear = bring(signed_in, b"Rating,Submitted at\n9,12.03.2026\n3,13.03.2026\n").headers["location"]
    found = chosen(signed_in.get(clear))
    assert (found["column-1"], found["date_order"]) == ("answered_at", "day-first")
    signed_in.post(clear, data=reading(survey, **columns, date_order="day-first"))
    drain(database)
    tried = signed_in.get(clear)
    assert counters(tried)["would be stored"] == "2"
    assert "The responses would be of 12 Mar 2026 to 13 Mar 2026." in text_of(tried, "#tried")

    unclear = bring(signed_in, b"Rating,Submitted at\n9,12.03.2026\n3,11.03.2026\n").headers["location"]
    assert chosen(signed_in.get(unclear))["date_order"] == ""
    refused = signed_in.post(unclear, data=reading(survey, **columns, date_order=""))
    assert refused.status_code == 422
    assert "nothing in its dates says whether they begin with the day" in text_of(refused, "#error-date_order")
    assert "Before you import" not in refused.text, "it is said where it is to be put right"
    signed_in.post(unclear, data=reading(survey, **columns, date_order="month-first"))
    drain(database)
    back = signed_in.get(unclear)
    assert chosen(back)["date_order"] == "month-first"
    assert "3 Nov 2026 to 3 Dec 2026" not in back.text, "December is not yet, so one row is refused"
    assert "The responses would be of 3 Nov 2026." in text_of(back, "#tried")


def dated(answer: Any) -> dict[str, str]:
    """What the form sends along of the column and order of dates that it shows."""
    return {name: attribute(answer, f"input[name={name}]", "value") or "" for name in ("dated", "dated_order")}


def test_an_order_of_dates_that_was_preset_for_one_column_is_not_said_of_another(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    rows = b"Rating,Submitted at,Closed\n9,13.02.2026,03/04/2026\n8,14.02.2026,03/05/2026\n7,15.02.2026,03/25/2026\n"
    here = bring(signed_in, rows).headers["location"]
    shown = signed_in.get(here)
    assert (chosen(shown)["column-1"], chosen(shown)["date_order"]) == ("answered_at", "day-first")
    other = {"column-0": "score", "column-1": "", "column-2": "answered_at", "date_order": "day-first", **dated(shown)}

    listed = signed_in.post(here, data=reading(survey, **other, do="show"))
    assert chosen(listed)["date_order"] == "month-first", "it is that of the column that is chosen now"
    assert dated(listed) == {"dated": "Closed", "dated_order": "month-first"}
    signed_in.post(here, data=reading(survey, **other))
    drain(database)
    tried = signed_in.get(here)
    assert counters(tried)["would be stored"] == "3"
    assert "4 Mar 2026 to 25 Mar 2026" in text_of(tried, "#tried")

    said = {**other, **dated(tried)}
    signed_in.post(here, data=reading(survey, **said))
    drain(database)
    wrong = signed_in.get(here)
    assert chosen(wrong)["date_order"] == "day-first", "what was said of this column holds"
    assert "“Closed”: 1 of 3 dates can only begin with the month" in text_of(wrong, "#tried .notice.problem")


def test_a_preset_order_is_asked_anew_where_the_column_chosen_instead_is_in_doubt(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    here = bring(signed_in, b"Rating,Submitted at,Closed\n9,13.02.2026,03/04/2026\n").headers["location"]
    columns = {"column-0": "score", "column-1": "", "column-2": "answered_at", "date_order": "day-first"}

    refused = signed_in.post(here, data=reading(survey, **columns, **dated(signed_in.get(here))))
    assert refused.status_code == 422
    assert "“Closed”: nothing in its dates says" in text_of(refused, "#error-date_order")
    assert chosen(refused)["date_order"] == ""
    signed_in.post(here, data=reading(survey, **columns, **dated(refused)))
    drain(database)
    assert "The responses would be of 3 Apr 2026." in text_of(signed_in.get(here), "#tried")


def test_what_would_show_in_wrong_numbers_alone_is_said_before_and_beside_the_button(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    here = bring(signed_in, b"Points,Sent\n90,12.03.2026\n80,13.03.2026\n9,14.03.2026\n").headers["location"]
    columns = {"column-0": "score", "column-1": "", "column-2": ""}
    before = text_of(signed_in.post(here, data=reading(survey, **columns, do="show")), ".notice.problem")
    assert "“Points” holds 80 and 90, which the scale of the survey, 0 to 10, does not have" in before
    assert "it looks like another scale. 2 of 3 scores would be refused." in before
    assert "all of them would count as given today. “Sent” looks like dates." in before

    signed_in.post(here, data=reading(survey, **columns))
    drain(database)
    tried = signed_in.get(here)
    assert "it looks like another scale" in text_of(tried, "#tried .notice.problem")
    assert text_of(tried, "form[action$='/start']") == "Import only the row that fits"

    undated = bring(signed_in, b"Points\n9\n").headers["location"]
    signed_in.post(undated, data=reading(survey, **columns))
    drain(database)
    assert text_of(signed_in.get(undated), "form[action$='/start']") == "Import now, all as of today"

    fits = bring(signed_in, b"Points,At\n9,13.03.2026\n").headers["location"]
    assert not has(signed_in.get(fits), ".notice.problem")
    signed_in.post(fits, data=reading(survey, **{**columns, "column-1": "answered_at"}))
    drain(database)
    assert text_of(signed_in.get(fits), "form[action$='/start']") == "Import now"


def test_a_first_row_that_is_a_response_is_said_at_once(signed_in: TestClient, survey: SurveyView) -> None:
    here = bring(signed_in, b"5,2026-10-01,Good\n4,2026-10-02,Fine\n").headers["location"]

    assert "The first row looks like a response, not like names of columns" in signed_in.get(here).text


def test_a_draft_kept_in_doubt_cannot_be_started(signed_in: TestClient, survey: SurveyView) -> None:
    here = bring(signed_in, b"Rating,At\n9,12.03.2026\n").headers["location"]
    columns = {"column-0": "score", "column-1": "answered_at", "column-2": ""}
    signed_in.post(here, data=reading(survey, **columns, do="show"))

    refused = signed_in.post(f"{here}/start")

    assert refused.status_code == 422
    assert "day-first or month-first" in refused.text


def test_the_same_file_again_is_known_and_its_settings_proposed_until_it_is_taken_back(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    first = bring(signed_in, RATINGS).headers["location"]
    assert "This file was imported" not in signed_in.get(first).text
    signed_in.post(first, data=reading(survey, zone="Asia/Tokyo"))
    drain(database)
    signed_in.post(f"{first}/start")
    drain(database)

    again = bring(signed_in, RATINGS, name="renamed.csv").headers["location"]
    shown = signed_in.get(again)
    assert "This file was imported" in text_of(shown, "p.notice")
    assert "4 of its 5 rows are there, from “till”" in text_of(shown, "p.notice")
    assert attribute(shown, "p.notice a", "href") == first
    found = chosen(shown)
    assert (found["survey"], found["zone"], found["source"]) == (encode("srv", survey.id), "Asia/Tokyo", "till")
    assert (found["column-0"], found["column-1"], found["column-2"]) == ("respondent", "score", "comment")
    signed_in.post(again, data={**found, "do": "try"})
    drain(database)
    assert counters(signed_in.get(again))["would be stored"] == "0"

    signed_in.post(f"{first}/undo", data={"reason": "Wrong."})
    drain(database)
    assert "This file was imported" not in signed_in.get(bring(signed_in, RATINGS).headers["location"]).text


def test_where_no_row_would_be_stored_there_is_no_button_that_imports(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    def tried(content: bytes) -> Any:
        here = bring(signed_in, content).headers["location"]
        signed_in.post(here, data=reading(survey, **{"column-0": "score", "column-1": "", "column-2": ""}))
        drain(database)
        return signed_in.get(here)

    def has_button(answer: Any) -> bool:
        return has(answer, "form[action$='/start']")

    refused, some = tried(b"Rating,Why\n12,a\n13,b\n"), tried(b"Rating,Why\n12,a\n9,b\n")

    assert (has_button(refused), has_button(some)) == (False, True)
    assert "There is nothing to import: no row would be stored." in text_of(refused, "#tried")
    assert "and import" not in text_of(refused, "p.notice")
    none = tried(b"Rating,Why\n")
    assert not has_button(none)
    assert "0 rows, 2 columns" in " ".join(text_of(none, ".sub").split())


def test_while_an_import_runs_the_pages_of_its_survey_say_that_numbers_are_not_complete(
    signed_in: TestClient, survey: SurveyView, database: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_other(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        return make_open_survey(ctx, "Another one")

    other = write(make_other)
    here = bring(signed_in, RATINGS).headers["location"]
    own = f"/w/northwind/surveys/{encode('srv', survey.id)}"
    pages = ("/w/northwind/", f"{own}/results", f"{own}/segments", f"/w/northwind/responses?survey={own[-30:]}")
    foreign = f"/w/northwind/surveys/{encode('srv', other.id)}/results"
    told: dict[str, list[str]] = {}

    def look(run: JobRun, seconds: float) -> None:
        name = "import" if "run" in run.claim.name else "undo"
        told.setdefault(name, [text_of(signed_in.get(path), "p.notice[role=status]") for path in (*pages, foreign)])

    signed_in.post(here, data=reading(survey))
    drain(database)
    monkeypatch.setattr(JobRun, "pause", look)
    signed_in.post(f"{here}/start")
    drain(database)

    assert told["import"] == [*["An import is running; numbers are not complete yet."] * 4, ""]
    assert [text_of(signed_in.get(path), "p.notice[role=status]") for path in pages] == [""] * 4


def test_drafts_are_not_among_the_surveys_and_that_is_said(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    here = bring(signed_in, RATINGS).headers["location"]
    assert "not listed" not in signed_in.get(here).text

    def draft(ctx: Context) -> None:
        in_northwind(ctx)
        surveys.create(ctx, CreateSurvey(name="Of next year"))

    write(draft)
    shown = signed_in.get(here)

    assert "1 draft is not listed: open it first." in shown.text.replace(
        '<a href="/w/northwind/surveys">open it first</a>', "open it first"
    )
    assert "Of next year" not in text_of(shown, "#field-survey")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"survey": ""}, "Say which survey"),
        ({"zone": "Mars/Base"}, "Must be a time zone"),
        ({"column-1": "", "column-2": ""}, "at least the score or the comment"),
        ({"column-2": "score"}, "second column for the same thing"),
        ({"source": "link"}, "which are our own pages"),
    ],
)
def test_a_reading_that_is_not_right_is_shown_again_with_what_was_chosen(
    signed_in: TestClient, survey: SurveyView, changes: dict[str, str], words: str
) -> None:
    here = bring(signed_in, RATINGS).headers["location"]

    again = signed_in.post(here, data=reading(survey, **changes))

    assert again.status_code == 422
    assert words in again.text
    assert attribute(again, "#field-source", "value") == changes.get("source", "till")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (
            b"%PDF-1.4 of nothing but text\n",
            "This is a PDF document, not a table. Bring a CSV file or an XLSX workbook.",
        ),
        (b"\x89PNG\r\n", "This is a picture, not a table."),
        (b"\x07\x93S\0\0g^J\n", "This is a binary file, not a table."),
        (b"\xd0\xcf\x11\xe0old", "Excel 97"),
        (b"PK\x03\x04broken", "not a readable XLSX workbook"),
        (b'a,b\n"9', "not valid CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_leaves_nothing_behind(
    signed_in: TestClient, database: Database, content: bytes, words: str
) -> None:
    refused = bring(signed_in, content)

    assert refused.status_code == 422
    assert words in refused.text
    assert list((database.settings.data_dir / "imports").iterdir()) == []


def test_without_room_the_form_says_what_to_do_and_no_file_is_taken(
    signed_in: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_DRAFTS", 1)
    bring(signed_in, RATINGS)

    refused = bring(signed_in, RATINGS, "people")

    assert refused.status_code == 409
    assert "There are 1 drafts of imports already. Start or discard one first." in refused.text
    assert has(refused, "input[value=people][checked]")
    assert len(list((database.settings.data_dir / "imports").iterdir())) == 1


def test_without_a_file_the_form_is_shown_again(signed_in: TestClient) -> None:
    refused = signed_in.post(HERE, data={"kind": "people"}, files={"other": ("x", b"", "text/csv")})

    assert refused.status_code == 422
    assert "Choose a file." in refused.text
    assert attribute(refused, "input[value=people]", "checked") is None
    assert has(refused, "input[value=people][checked]")


def test_a_file_that_is_announced_too_large_is_not_taken(signed_in: TestClient) -> None:
    size = str(51 * 1024 * 1024)

    refused = signed_in.post(
        HERE, content=b"x", headers={"Content-Length": size, "Content-Type": "multipart/form-data"}
    )

    assert refused.status_code == 413


def test_a_sheet_of_a_workbook_is_chosen(signed_in: TestClient, survey: SurveyView) -> None:
    book, content = Workbook(), BytesIO()
    book.active.append(["Note"])
    book.active.append(["nothing here"])
    answers = book.create_sheet("Answers")
    answers.append(["Who", "Rating"])
    answers.append(["a", 9.0])
    book.save(content)
    here = bring(signed_in, content.getvalue(), name="old.xlsx").headers["location"]
    assert "XLSX workbook, sheet “Sheet”" in signed_in.get(here).text

    signed_in.post(here, data=reading(survey, sheet="Answers"))

    shown = signed_in.get(here)
    assert "XLSX workbook, sheet “Answers”" in shown.text
    assert "1 row, 2 columns" in shown.text


def test_the_sheet_of_another_tab_is_not_read_as_the_one_that_was_tried(
    signed_in: TestClient, survey: SurveyView, database: Database, write: Write
) -> None:
    book, content = Workbook(), BytesIO()
    for sheet, score in ((book.active, 9), (book.create_sheet("Other"), 2)):
        sheet.append(["Who", "Rating", "Why"])
        sheet.append(["a", score, ""])
    book.save(content)
    here = bring(signed_in, content.getvalue(), name="old.xlsx").headers["location"]
    signed_in.post(here, data=reading(survey))

    # the other tab sent its form before the dry run began, and is refused after its sheet was examined
    examine(database.settings, decode("imp", here.rpartition("/")[2]) or UUID(int=0), sheet="Other")
    drain(database)
    signed_in.post(f"{here}/start")
    drain(database)

    assert counters(signed_in.get(here)) == {"stored": "1"}

    def scores(ctx: Context) -> list[int | None]:
        return list(ctx.connection.execute(select(Answer.score)).scalars())

    assert write(scores) == [9]


def test_people_are_brought_in(signed_in: TestClient, database: Database) -> None:
    here = bring(signed_in, b"Email,Name,Plan\nida@example.com,Ida,Basic\n", "people").headers["location"]
    assert not has(signed_in.get(here), "#field-survey")

    form = {"column-0": "email", "column-1": "name", "column-2": "attributes", "do": "try"}
    signed_in.post(here, data=form)
    drain(database)
    assert counters(signed_in.get(here)) == {"would be added": "1"}
    signed_in.post(f"{here}/start")
    drain(database)

    assert counters(signed_in.get(here)) == {"added": "1"}


def test_a_waiting_import_is_cancelled_and_a_draft_discarded(
    signed_in: TestClient, survey: SurveyView, database: Database
) -> None:
    here = bring(signed_in, RATINGS).headers["location"]
    signed_in.post(here, data=reading(survey))
    drain(database)
    signed_in.post(f"{here}/start")

    assert signed_in.post(f"{here}/cancel").status_code == 303
    drain(database)
    assert "Cancelled" in signed_in.get(here).text
    assert counters(signed_in.get(here)) == {"stored": "0"}
    assert signed_in.post(f"{here}/discard").status_code == 409

    other = bring(signed_in, RATINGS).headers["location"]
    assert signed_in.post(f"{other}/discard").headers["location"] == f"{HERE}?discarded"
    assert signed_in.get(other).status_code == 404
    assert len(list((database.settings.data_dir / "imports").iterdir())) == 1


def test_who_may_only_read_has_no_imports(browser: TestClient, ada: str, write: Write) -> None:
    from tests.dashboard.conftest import PASSWORD_HASH

    def make(ctx: Context) -> None:
        in_northwind(ctx)
        make_user(ctx, ctx.workspace, "viewer", "vera@example.com").password_hash = PASSWORD_HASH

    write(make)
    sign_in(browser, "vera@example.com")

    assert browser.get(HERE).status_code == 403
    assert bring(browser, RATINGS).status_code == 403
    assert not re.search("Imports", text_of(browser.get("/w/northwind/"), "nav"))
