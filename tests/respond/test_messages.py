"""Every sentence of the pages stands in every catalogue, and the catalogues hold no other."""

import pytest
from babel.messages.pofile import read_po

from cxsurvey.core.i18n import FOLDER, languages
from tests.respond.messages import all_messages


@pytest.mark.parametrize("language", languages("respond"))
def test_catalogues_hold_exactly_what_the_pages_say(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "respond.po").open("rb") as source:
        known = {message.id for message in read_po(source) if message.id}
    said = all_messages()
    assert len(said) > 40, "the search for messages finds nothing"
    assert said - known == set()
    assert known - said == set()
