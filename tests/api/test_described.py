"""The fields of a document are described by the docstrings below them."""

from __future__ import annotations

from pydantic import Field

from cxsurvey.api.schemas.base import Document


class Parcel(Document):
    """What is sent."""

    weight: int
    """Grams, with
    the box."""
    colour: str = Field(description="As it is printed.")
    """What nobody is told."""
    note: str
    number: int
    """Which one it is."""


class Returned(Parcel):
    """What comes back."""

    weight: int
    reason: str
    """Why it came."""


def said_of(document: type[Document]) -> dict[str, str | None]:
    return {name: field.get("description") for name, field in document.model_json_schema()["properties"].items()}


def test_a_field_is_described_by_the_words_below_it() -> None:
    assert said_of(Parcel) == {
        "weight": "Grams, with\nthe box.",
        "colour": "As it is printed.",
        "note": None,
        "number": "Which one it is.",
    }


def test_a_field_declared_anew_is_described_anew() -> None:
    assert said_of(Returned) == {
        "weight": None,
        "colour": "As it is printed.",
        "note": None,
        "number": "Which one it is.",
        "reason": "Why it came.",
    }
