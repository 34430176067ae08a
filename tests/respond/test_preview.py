"""The preview of a draft: the real pages, with nothing in them that could be sent."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from cxsurvey.respond import preview_html
from cxsurvey.respond.preview import STEPS
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.definition import Definition, Texts
from tests.respond.conftest import definition, text_of

WORKSPACE = AskedWorkspace("Northwind Home", None, "#274C84", "Europe/Istanbul")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_step_is_drawn_in_its_language(step: str, language: str) -> None:
    page = LexborHTMLParser(preview_html(definition(), language, WORKSPACE, step))
    root = page.css_first("html")
    assert root is not None
    assert root.attributes["lang"] == language
    stamp = page.css_first("input[name=stamp]")
    assert stamp is None or not stamp.attributes["value"]
    assert page.css(".languages a") == [], "inside a frame there is nowhere to go"


@pytest.mark.parametrize("step", STEPS)
def test_a_draft_with_gaps_is_drawn(step: str) -> None:
    empty = Definition(default_language="en", texts={"en": Texts()})
    assert "Northwind Home" in preview_html(empty, "en", WORKSPACE, step)


def test_the_steps_are_those_of_each_band() -> None:
    asked = LexborHTMLParser(preview_html(definition(), "en", WORKSPACE, "follow-ups-detractor"))
    assert "What was it about? (en)" in text_of(asked)
    thanked = LexborHTMLParser(preview_html(definition(), "en", WORKSPACE, "thanks-promoter"))
    assert "Review us" in text_of(thanked)


def test_an_unknown_step_or_language() -> None:
    with pytest.raises(KeyError):
        preview_html(definition(), "en", WORKSPACE, "thanks-nobody")
    assert 'lang="en"' in preview_html(definition(), "fr", WORKSPACE, "question")
