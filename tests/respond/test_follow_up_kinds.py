"""Page two with every kind of question: answered, changed, required, refused; the score is stored before it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from cxsurvey import respond
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, FollowUpScale, Option
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import standard
from tests.application import ORIGIN
from tests.direct import DirectClient
from tests.factories import act_in, make_workspace
from tests.respond.conftest import LANGUAGES, Customer, everywhere, text_of

OPTIONS = tuple(Option(id=name, labels=everywhere(name.title())) for name in ("price", "staff", "time"))


def _follow_ups() -> tuple[FollowUp, ...]:
    scale = FollowUpScale(maximum=7, low_labels=everywhere("Slow"), high_labels=everywhere("Quick"))
    kinds: dict[FollowUpKind, dict[str, Any]] = {
        FollowUpKind.TEXT: {},
        FollowUpKind.MULTIPLE: {"options": OPTIONS},
        FollowUpKind.SINGLE: {"options": OPTIONS, "required": True},
        FollowUpKind.SCALE: {"scale": scale, "required": True},
    }
    return tuple(
        FollowUp(id=kind.value, kind=kind, bands=frozenset(Band), labels=everywhere(f"A {kind.value}?"), **more)
        for kind, more in kinds.items()
    )


@pytest.fixture
def asked(database: Database, clock: FixedClock, write: Callable[..., Any]) -> Iterator[Customer]:
    definition = standard(Metric.NPS, "Northwind Home", LANGUAGES).model_copy(update={"follow_ups": _follow_ups()})

    def unit(ctx: Context) -> SurveyView:
        make_workspace(ctx)
        made = surveys.create(ctx, CreateSurvey(name="Asked", languages=LANGUAGES, definition=definition))
        return surveys.publish(ctx, made.id).survey

    survey = write(unit)
    with DirectClient(respond.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        yield Customer(client, database, clock, survey, write)


ALL = {"f-text": "More.", "f-multiple.price": "yes", "f-multiple.time": "yes", "f-single": "staff", "f-scale": "6"}


def test_every_kind_is_stored_as_what_it_is(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")

    sent = asked.send(f"{there}/more", ALL)

    assert (sent.status_code, sent.headers["location"]) == (303, f"{there}/thanks")
    (row,) = asked.responses()
    assert row["score"] == 4
    assert row["follow_ups"] == {"text": "More.", "multiple": ["price", "time"], "single": "staff", "scale": 6}


def test_what_is_required_is_asked_first_and_said_in_words(asked: Customer) -> None:
    page = asked.page(asked.answer(asked.shared, score="4"))

    asked_in_order = [node.attributes["id"] for node in page.css("fieldset.field, div.field textarea")]
    assert asked_in_order == ["f-single", "f-scale", "f-text", "f-multiple"]
    assert "Please answer what is marked as required." in text_of(page)
    assert text_of(page, "#f-single legend") == "A single? (en) (required)"
    assert "(required)" not in text_of(page, "label[for=f-text]")
    assert "1: Slow (en). 7: Quick (en)." in text_of(page, "#f-scale legend")


def test_leaving_page_two_keeps_the_score(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")

    left = asked.page(f"{there}/thanks")

    assert "Your answer: 4" in text_of(left, ".given")
    assert asked.counted() == {"n4": 1}


def test_a_missing_answer_is_named_and_everything_given_stays(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")

    again = asked.send(f"{there}/more", {"f-text": "Typed.", "f-multiple.time": "yes"})

    assert again.status_code == 422
    page = asked_page(again)
    assert [link.attributes["href"] for link in page.css("#problems a")] == ["#f-single", "#f-scale"]
    assert "Typed." in again.text
    assert page.css_first("input[name='f-multiple.time'][checked]") is not None
    assert asked.responses()[0]["follow_ups"] == {}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"f-single": "nobody"}, "#f-single"), ({"f-scale": "8"}, "#f-scale"), ({"f-scale": "six"}, "#f-scale")],
)
def test_what_is_not_offered_is_refused_at_its_question(asked: Customer, fields: dict[str, str], field: str) -> None:
    there = asked.answer(asked.shared, score="4")

    again = asked.send(f"{there}/more", {**ALL, **fields})

    assert again.status_code == 422
    assert [link.attributes["href"] for link in asked_page(again).css("#problems a")] == [field]
    assert "Please choose one of the answers." in again.text


def test_what_was_answered_opens_ticked_and_can_be_taken_back(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")
    asked.send(f"{there}/more", ALL)

    page = asked.page(f"{there}/more")
    ticked = {(tag.attributes["name"], tag.attributes["value"]) for tag in page.css("form input[checked]")}
    assert ticked == {
        ("f-single", "staff"), ("f-scale", "6"), ("f-multiple.price", "yes"), ("f-multiple.time", "yes")
    }  # fmt: skip

    asked.send(f"{there}/more", {"f-single": "price", "f-scale": "6", "f-text": ""})
    assert asked.responses()[0]["follow_ups"] == {"single": "price", "scale": 6}


@pytest.mark.parametrize("kind", [FollowUpKind.SINGLE, FollowUpKind.SCALE])
def test_one_choice_can_be_taken_back_where_it_is_not_required(asked: Customer, kind: FollowUpKind) -> None:
    there = asked.answer(asked.shared, score="4")
    asked.send(f"{there}/more", ALL)
    field = f"f-{kind.value}"
    assert asked.page(f"{there}/more").css_first(f"input[name={field}][value='']") is None

    _publish_optional(asked)
    there = asked.answer(asked.shared, score="4")
    asked.send(f"{there}/more", ALL)
    page = asked.page(f"{there}/more")
    nothing = page.css_first(f"input[type=radio][name={field}][value='']")
    assert nothing is not None
    assert "checked" not in nothing.attributes
    assert "No answer" in text_of(page, f"#{field}")

    asked.send(f"{there}/more", {**ALL, field: ""})

    kept = asked.responses()[-1]["follow_ups"]
    assert kind.value not in kept
    assert kept["text"] == "More."


def _publish_optional(asked: Customer) -> None:
    workspace_id = asked.survey_workspace

    def unit(ctx: Context) -> None:
        act_in(ctx, workspace_id)
        survey = surveys.get(ctx, asked.survey.id)
        optional = tuple(each.model_copy(update={"required": False}) for each in survey.draft.follow_ups)
        definition = survey.draft.model_copy(update={"follow_ups": optional})
        edit = EditSurvey(revision=survey.revision, name=survey.name, definition=definition)
        surveys.publish(ctx, surveys.edit(ctx, survey.id, edit).id)

    asked.write(unit)


def asked_page(reply: Any) -> Any:
    """A reply as a page."""
    return LexborHTMLParser(reply.text)
