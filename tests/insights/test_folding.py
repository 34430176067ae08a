from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.insights import folding


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("The parcel came LATE", "late"),
        ("Zu spät geliefert", "spat"),
        ("Große Straße", "GROSSE strasse"),
        ("İADE çok yavaş", "iade"),
        ("ığdır'a geç geldi", "IGDIR"),
        ("IŞIK", "ışık"),
        ("أُمّ أحمد", "ام احمد"),
        ("خدمة", "خدمه"),
        ("ـخـدمة", "خدمة"),
        ("e\u0301te\u0301", "été"),
        ("100 % sure_of it", "100 %"),
        ("parcel, late again", "again parcel"),
        ("was late again", '"late again"'),
    ],
)
def test_words_are_found_without_case_accents_and_marks(text: str, search: str) -> None:
    assert folding.holds(text, folding.words(search))


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("The parcel came late", "late early"),
        ("100 sure", "100%"),
        ("abc", "a_c"),
        ("late and again", '"late again"'),
    ],
)
def test_signs_stand_for_themselves_and_every_word_must_be_there(text: str, search: str) -> None:
    assert not folding.holds(text, folding.words(search))


@given(st.text(max_size=80), st.text(max_size=12))
def test_the_pieces_are_the_text_and_marked_ones_hold_a_word(text: str, search: str) -> None:
    pieces = folding.pieces(text, search)

    assert "".join(piece for piece, _ in pieces) == text
    words = folding.words(search)
    assert all(any(word in folding.folded(piece) for word in words) for piece, is_found in pieces if is_found)


def test_nothing_is_marked_without_a_search() -> None:
    assert folding.pieces("late", "  ") == (("late", False),)
