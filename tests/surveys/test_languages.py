"""Language tags: one spelling, names for people, direction."""

import pytest

from cxsurvey.core.languages import canonical
from cxsurvey.surveys import languages
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.standard import READY


@pytest.mark.parametrize(
    ("tag", "spelled"),
    [
        ("en", "en"),
        ("DE", "de"),
        ("pt-br", "pt-BR"),
        ("ZH-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("gsw", "gsw"),
    ],
)
def test_a_tag_has_one_spelling(tag: str, spelled: str) -> None:
    assert canonical(tag) == spelled


@pytest.mark.parametrize(
    "tag", ["", "e", "english", "en_US", "en-", "../x", "en\0", "de-x-private", "e" * 10_000, "١٢"]
)
def test_what_is_no_tag_is_refused(tag: str) -> None:
    assert canonical(tag) is None


def test_languages_are_named_for_managers_and_for_their_speakers() -> None:
    assert [languages.name_of(tag) for tag in READY] == ["English", "German", "Turkish", "Arabic"]
    assert [languages.own_name_of(tag) for tag in READY] == ["English", "Deutsch", "Türkçe", "العربية"]
    assert languages.name_of("qaa") == languages.own_name_of("qaa") == "qaa"


def test_arabic_runs_from_right_to_left() -> None:
    assert [languages.direction_of(tag) for tag in READY] == ["ltr", "ltr", "ltr", "rtl"]
    assert languages.direction_of("qaa") == "ltr"


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at", "de"),
        ("fr", "en"),
        (None, "en"),
        ("", "en"),
        ("../x", "en"),
        ("en\0", "en"),
    ],
)
def test_a_wanted_language_falls_back_to_its_base_and_then_to_the_default(
    wanted: str | None, shown: str, standard_definition: Definition
) -> None:
    assert standard_definition.language_for(wanted) == shown
    assert standard_definition.texts_in(wanted) is standard_definition.texts[shown]
