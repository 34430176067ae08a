from __future__ import annotations

import time
import tracemalloc
import unicodedata
from collections.abc import Callable

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


def seconds(work: Callable[[], object]) -> float:
    """What this thread takes for it once, at best."""
    took = []
    for _ in range(7):
        began = time.thread_time()
        for _ in range(50):
            work()
        took.append(time.thread_time() - began)
    return min(took)


@pytest.mark.parametrize(
    "text",
    [
        "Das Paket kam viel zu spät, die Straße war gesperrt und niemand hörte zu. " * 5,
        "وصل الطرد متأخرا جدا ولم يتصل بي أحد من الشركة " * 7,
        "وَصَلَ الطَّرْدُ مُتَأَخِّرًا جِدًّا " * 10,
        "Sipariş çok geç geldi, İADE için ığdır'a gittim. " * 7,
        "包裹来得太晚了没有人给我打电话。" * 20,
        "택배가 너무 늦게 도착했습니다 " * 20,
        "\u0300\u0316" * 2000,
    ],
    ids=["German", "Arabic", "Arabic with vowels", "Turkish", "Chinese", "Korean", "marks only"],
)
def test_a_search_costs_little_more_than_one_that_only_folds_case(text: str) -> None:
    wanted = folding.words("nowhere")
    assert not folding.holds(text, wanted)

    plain = seconds(lambda: wanted[0] in text.casefold())

    assert seconds(lambda: folding.holds(text, wanted)) < 20 * plain


def test_where_no_word_is_wanted_no_text_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "folded", lambda _: pytest.fail("folded for nothing"))

    assert folding.holds("Zu spät", ())


def test_letters_far_out_are_compared_as_they_are_and_not_remembered() -> None:
    far = "".join(map(chr, (*range(0x2F000, 0x2FB00), *range(0xE0000, 0xE0200))))
    folding.folded(far)

    tracemalloc.start()
    found = folding.folded(far)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert found == unicodedata.normalize("NFKD", far)
    assert kept < 100_000
    assert folding.holds("\U0002f800\U00020000", folding.words("丽\U00020000"))
