"""Every scale as a customer meets it: chosen from, described in words, opened with a point chosen, and not known."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cxsurvey import respond
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import preset
from tests.application import ORIGIN
from tests.direct import DirectClient
from tests.factories import make_workspace
from tests.respond.conftest import LANGUAGES, Customer, chosen, text_of

Asked = Callable[..., Customer]
OURS = "Was ist der wichtigste Grund für Ihre Bewertung?"
FACES = "csat-1-5-smileys/1"
THUMBS = "csat-0-1-thumbs/1"
STARS = "csat-1-5-stars-mean/1"


@pytest.fixture
def asked(database: Database, clock: FixedClock, write: Callable[..., Any]) -> Iterator[Asked]:
    """A customer in front of the ready survey of a formula."""
    client = DirectClient(respond.build(database), base_url=ORIGIN, follow_redirects=False)

    def make(formula: str, **changes: Any) -> Customer:
        definition = preset(formula, "Northwind Home", LANGUAGES).model_copy(update=changes)

        def unit(ctx: Context) -> SurveyView:
            make_workspace(ctx)
            made = surveys.create(ctx, CreateSurvey(name="Asked", languages=LANGUAGES, definition=definition))
            return surveys.publish(ctx, made.id).survey

        return Customer(client, database, clock, write(unit), write)

    with client:
        yield make


@pytest.mark.parametrize("formula", OFFERED)
def test_every_point_can_be_chosen_and_no_other(asked: Asked, formula: str) -> None:
    customer, scale = asked(formula), OFFERED[formula].scale
    form = customer.page(customer.shared)

    offered = [tag.attributes["value"] for tag in form.css("fieldset input[type=radio][name=score]")]

    assert offered == [str(score) for score in scale.values]
    for score in scale.values:
        customer.answer(customer.shared, score=str(score))
    assert [row["score"] for row in customer.responses()] == list(scale.values)
    beyond = customer.send(customer.shared, customer.filled(customer.shared, score=str(scale.maximum + 1)))
    assert beyond.status_code == 422


@pytest.mark.parametrize("formula", OFFERED)
def test_a_score_link_opens_with_any_point_of_its_scale_chosen(asked: Asked, formula: str) -> None:
    customer, scale = asked(formula), OFFERED[formula].scale
    link = customer.invited()

    for score in scale.values:
        assert chosen(customer.page(f"{link}?s={score}")) == str(score)
    assert chosen(customer.page(f"{link}?s={scale.maximum + 1}")) is None


@pytest.mark.parametrize("formula", [FACES, THUMBS, STARS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_a_name_for_whoever_does_not_see_it(asked: Asked, formula: str, language: str) -> None:
    customer = asked(formula)
    form = customer.page(f"{customer.shared}?lang={language}")
    names = customer.survey.draft.texts[language].point_labels

    spoken = [label.text(strip=True) for label in form.css("label.score")]

    assert spoken == list(names.values())
    assert all(svg.attributes["aria-hidden"] == "true" for svg in form.css("svg"))
    assert len(form.css("label.score svg")) == len(names)


@pytest.mark.parametrize(
    ("formula", "score", "language", "sentence"),
    [
        (FACES, "5", "en", "Your answer: Very happy."),
        (FACES, "1", "de", "Ihre Antwort: Sehr unzufrieden."),
        (THUMBS, "1", "tr", "Yanıtınız: Evet."),
        (STARS, "2", "ar", "إجابتك: نجمتان."),
        ("ces-1-7/1", "6", "en", "Your answer: 6 on the scale from 1 to 7."),
        ("ces-1-5-reversed-mean/1", "1", "en", "Your answer: 1 on the scale from 1 to 5."),
    ],
)
def test_the_last_page_says_what_was_chosen(
    asked: Asked, formula: str, score: str, language: str, sentence: str
) -> None:
    customer = asked(formula)
    there = customer.answer(f"{customer.shared}?lang={language}", score=score)

    assert sentence in text_of(customer.page(f"{there}?lang={language}"), ".given")


def test_the_question_for_a_reason_until_a_score_is_chosen_is_a_text_of_the_survey(asked: Asked) -> None:
    ready = preset("nps-0-10/1", "Northwind Home", LANGUAGES)
    english = ready.texts["en"]
    labels = english.comment_labels.model_copy(update={"before": "{first_name}, what should {workspace} know?"})
    texts = {**ready.texts, "en": english.model_copy(update={"comment_labels": labels})}
    customer = asked("nps-0-10/1", texts=texts)

    shared = customer.page(f"{customer.shared}?lang=en")
    assert text_of(shared, "label[for=comment] .before") == "what should Northwind Home know?"
    personal = customer.page(f"{customer.invited()}?lang=en")
    assert text_of(personal, "label[for=comment] .before") == "Kim, what should Northwind Home know?"
    assert text_of(customer.page(f"{customer.shared}?lang=de"), "label[for=comment] .before") == OURS


def test_numbers_with_names_are_told_with_both(asked: Asked) -> None:
    ready = preset("ces-1-7/1", "Northwind Home", LANGUAGES)
    texts = ready.texts["en"].model_copy(update={"point_labels": {"6": "Agree"}})
    customer = asked("ces-1-7/1", texts={**ready.texts, "en": texts})

    assert text_of(customer.page(customer.shared), "label:has(#score-6)") == "6Agree"
    there = customer.answer(customer.shared, score="6")
    assert "Your answer: 6 (Agree) on the scale from 1 to 7." in text_of(customer.page(there), ".given")


@pytest.mark.parametrize("formula", ["nps-0-10/1", THUMBS])
def test_not_knowing_is_a_choice_apart_where_it_is_offered(asked: Asked, formula: str) -> None:
    customer = asked(formula, offers_unknown=True)
    form = customer.page(customer.shared)
    apart = form.css_first("fieldset > label.unknown input[name=score]")
    assert apart is not None
    assert apart.attributes["value"] == "unknown"

    there = customer.answer(customer.shared, score="unknown", comment="I never bought anything.")

    (row,) = customer.responses()
    assert (row["score"], row["unknown"], row["comment"]) == (None, True, "I never bought anything.")
    assert customer.counted() == {"unknown": 1, "comments": 1}
    assert "Your answer: I do not know." in text_of(customer.page(there), ".given")
    assert chosen(customer.page(f"{there}/change")) == "unknown"
    assert text_of(form, 'label[for=comment] [data-band="unknown"]') == "Would you like to tell us why?"


def test_not_knowing_is_refused_where_it_is_not_offered_and_the_comment_stays(asked: Asked) -> None:
    customer = asked(FACES)
    fields = customer.filled(customer.shared, score="unknown", comment="Hm.")

    refused = customer.send(customer.shared, fields)

    assert refused.status_code == 422
    assert "Please choose one of the answers." in refused.text
    assert "Hm." in refused.text
    assert customer.responses() == []


def test_a_problem_does_not_lose_the_choice_of_not_knowing(asked: Asked) -> None:
    customer = asked(FACES, offers_unknown=True)
    again = customer.send(customer.shared, customer.filled(customer.shared, score="unknown", comment="x" * 4001))

    assert again.status_code == 422
    assert 'value="unknown" id="score-unknown" checked' in again.text


def test_a_change_from_not_knowing_to_a_score_is_counted_as_one(asked: Asked) -> None:
    customer = asked(FACES, offers_unknown=True)
    there = customer.answer(customer.shared, score="unknown")

    customer.answer(f"{there}/change", score="4")

    (row,) = customer.responses()
    assert (row["score"], row["unknown"]) == (4, False)
    assert customer.counted() == {"n4": 1}


@pytest.mark.parametrize("formula", ["nps-0-10/1", FACES])
def test_the_page_stays_small(asked: Asked, formula: str) -> None:
    customer = asked(formula, offers_unknown=True)
    assert len(customer.client.get(f"{customer.shared}?lang=ar").content) < 20_000
