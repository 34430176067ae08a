"""What keeps a draft from being published, each gap by its own path."""

from typing import Any

import pytest

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Option
from cxsurvey.surveys.standard import READY, standard

BOTH = {"en": "Which one?", "de": "Welches?"}


def _definition(**texts: Any) -> Definition:
    stored = standard(Metric.NPS, "Northwind", ("en", "de")).stored()
    stored["texts"]["de"].update(texts)
    return Definition.from_stored(stored)


def _found(definition: Definition) -> set[tuple[str, str]]:
    return {(problem.field, problem.rule) for problem in problems(definition)}


@pytest.mark.parametrize("language", READY)
def test_the_standard_texts_can_be_published_at_once(language: str) -> None:
    assert problems(standard(Metric.NPS, "Northwind", (language,))) == []


def test_a_language_without_texts_names_every_gap() -> None:
    found = _found(standard(Metric.NPS, "Northwind", ("en", "fr")))

    assert found == {
        (f"definition.texts.fr.{field}", "missing")
        for field in (
            "question",
            "low_label",
            "high_label",
            *(f"comment_labels.{band.value}" for band in Band),
            *(f"thanks.{band.value}.title" for band in Band),
        )
    }


@pytest.mark.parametrize("field", ["question", "low_label", "high_label"])
def test_an_empty_text_is_missing(field: str) -> None:
    assert _found(_definition(**{field: ""})) == {(f"definition.texts.de.{field}", "missing")}


@pytest.mark.parametrize("text", ["Hallo {last_name}", "{{ env }}", "{{7*7}}", "{% import os %}", "offen {"])
def test_an_unknown_tag_is_found(text: str) -> None:
    assert _found(_definition(question=text)) == {("definition.texts.de.question", "unknown_tag")}


def test_known_tags_are_welcome() -> None:
    assert problems(_definition(question="{first_name}, wie war {workspace}?")) == []


@pytest.mark.parametrize(
    ("thanks", "field"),
    [
        ({"title": "Danke", "link_url": "https://a.example"}, "link_label"),
        ({"title": "Danke", "link_label": "Bewerten"}, "link_url"),
        ({"title": ""}, "title"),
    ],
)
def test_a_thank_you_has_a_title_and_a_whole_link_or_none(thanks: dict[str, str], field: str) -> None:
    stored = _definition().stored()
    stored["texts"]["de"]["thanks"]["promoter"] = thanks

    assert _found(Definition.from_stored(stored)) == {(f"definition.texts.de.thanks.promoter.{field}", "missing")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"bands": frozenset()}, {("definition.follow_ups.0.bands", "missing")}),
        ({"labels": {"en": "Which one?"}}, {("definition.follow_ups.0.labels.de", "missing")}),
        ({"labels": {**BOTH, "de": "{x}"}}, {("definition.follow_ups.0.labels.de", "unknown_tag")}),
        ({"options": (Option(id="a", labels=BOTH),)}, {("definition.follow_ups.0.options", "too_few_items")}),
        (
            {"options": (Option(id="a", labels=BOTH), Option(id="b", labels={"de": "B"}))},
            {("definition.follow_ups.0.options.1.labels.en", "missing")},
        ),
        (
            {"options": (Option(id="a", labels=BOTH), Option(id="b", labels={"en": "WHICH ONE?", "de": "B"}))},
            {("definition.follow_ups.0.options.1.labels.en", "duplicate")},
        ),
    ],
)
def test_a_follow_up_is_whole_in_every_language(changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    options = (Option(id="a", labels=BOTH), Option(id="b", labels={"en": "Other", "de": "Andere"}))
    follow_up = FollowUp(
        id="q", kind=FollowUpKind.SINGLE, bands=frozenset(Band), labels=BOTH, options=options
    ).model_copy(update=changes)

    assert _found(_definition().model_copy(update={"follow_ups": (follow_up,)})) == expected
