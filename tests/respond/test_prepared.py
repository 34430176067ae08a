"""Prepared pages: cut at their markers, filled with values, forgotten in order."""

from functools import partial

from cxsurvey.respond.prepared import Prepared, Shelf, marker


def test_values_take_the_place_of_their_markers() -> None:
    page = Prepared.of(f"<a>{marker('one')}é{marker('two')}{marker('one')}</a>")
    assert page.filled({"one": b"1", "two": "ü".encode()}).decode() == "<a>1éü1</a>"
    assert page.filled({}).decode() == "<a>é</a>"


def test_a_value_is_never_looked_at_again() -> None:
    page = Prepared.of(f"{marker('one')}{marker('two')}")
    assert page.filled({"one": marker("two").encode(), "two": b"2"}).decode() == f"{marker('two')}2"


def test_a_shelf_draws_once_and_keeps_so_many() -> None:
    shelf = Shelf(kept=2)
    drawn: list[str] = []

    def draw(key: str) -> str:
        drawn.append(key)
        return key

    for key in ("a", "a", "b", "c", "a"):
        shelf.page(key, partial(draw, key))
    assert drawn == ["a", "b", "c", "a"]
    assert len(shelf) == 2
