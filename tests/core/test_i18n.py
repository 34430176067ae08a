"""Catalogues: read from text, right in every plural form, English where nothing is translated."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from cxsurvey.core import i18n
from cxsurvey.core.i18n import FOLDER, Words, languages, words

DAY = (
    "You can change your answer for another %(number)d day.",
    "You can change your answer for another %(number)d days.",
)
FILES = sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))


def test_the_pages_of_customers_speak_four_languages() -> None:
    assert languages("respond") == ("en", "ar", "de", "tr")


def test_an_unknown_message_domain_or_language_is_english() -> None:
    assert words("respond", "fr") == words("respond", "en")
    assert words("respond", "fr").language == "en"
    nothing = words("no-such-domain", "de")
    assert (nothing.language, nothing.say("Hello %(name)s", name="you")) == ("en", "Hello you")
    assert nothing.count("%(number)d day", "%(number)d days", 2) == "2 days"


def test_a_region_speaks_the_language_it_belongs_to() -> None:
    assert words("respond", "de-AT").say("Send") == "Senden"
    assert words("respond", "zh-Hant-TW").say("Send") == "Send"


def test_a_message_without_values_keeps_its_per_cent_signs() -> None:
    assert words("respond", "en").say("100 %") == "100 %"


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "another 1 day."),
        ("en", 2, "another 2 days."),
        ("de", 1, "noch einen Tag"),
        ("de", 2, "noch 2 Tage"),
        ("tr", 1, "1 gün daha"),
        ("tr", 5, "5 gün daha"),
        ("ar", 1, "خلال يوم واحد"),
        ("ar", 2, "خلال يومين"),
        ("ar", 3, "خلال 3 أيام"),
        ("ar", 11, "خلال 11 يومًا"),
        ("ar", 60, "خلال 60 يومًا"),
        ("ar", 100, "خلال 100 يوم."),
        ("ar", 103, "خلال 103 أيام"),
    ],
)
def test_each_language_has_its_own_plurals(language: str, number: int, expected: str) -> None:
    assert expected in words("respond", language).count(*DAY, number)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.stem}-{file.parent.parent.name}")
def test_catalogues_are_complete_and_keep_every_placeholder(file: Path) -> None:
    with file.open("rb") as source:
        catalogue = read_po(source)
    for message in catalogue:
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[1]
        wanted = {part.partition(")")[0] for part in one.split("%(")[1:]}
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(forms), f"{message.id} is not translated"
        assert not message.fuzzy
        assert len(forms) == 1 or len(forms) == catalogue.num_plurals
        for form in forms:
            used = {part.partition(")")[0] for part in form.split("%(")[1:]}
            # a form for one, two or none may say the number in words
            assert used == wanted or (len(forms) > 1 and used == wanted - {"number"}), form


def test_catalogues_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = words("respond", "tr")
    monkeypatch.setattr(i18n, "FOLDER", FOLDER / "nowhere")
    assert words("respond", "tr") is first
    assert isinstance(first, Words)
