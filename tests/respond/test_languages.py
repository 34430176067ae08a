"""Which language a page is shown in."""

import pytest

from cxsurvey.respond.languages import accepted, choose, nearest

ALL = ("en", "de", "tr", "ar", "zh-Hant", "nb", "pt-BR", "he")


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("pt-PT", "pt-BR"),
        ("pt", "pt-BR"),
        ("zh-TW", "zh-Hant"),
        ("no", "nb"),
        ("iw", "he"),
        ("fr", None),
        ("", None),
        ("de_DE", None),
        ("'; DROP", None),
        ("x" * 5000, None),
    ],
)
def test_a_tag_means_the_nearest_language(wish: str, found: str | None) -> None:
    assert nearest(wish, ALL) == found


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("de-AT,de;q=0.9,en;q=0.5", ["de-AT", "de", "en"]),
        ("en;q=0.1, tr", ["tr", "en"]),
        ("fr;q=0, de;q=0.001", ["de"]),
        ("*, en;q=2, tr;q=x, ;;;,,,", []),
        ("de" + ",en" * 10_000, ["de", *["en"] * 165]),
    ],
)
def test_the_header_is_read_by_weight(header: str, tags: list[str]) -> None:
    assert accepted(header)[: len(tags)] == tags
    assert len(accepted(header)) < 200


def test_the_link_wins_over_the_invitation_and_that_over_the_browser() -> None:
    assert choose(ALL, "en", ["tr", "de"], "ar") == "tr"
    assert choose(ALL, "en", [None, "de"], "ar") == "de"
    assert choose(ALL, "en", ["fr", None], "fr, ar;q=0.5") == "ar"
    assert choose(ALL, "en", ["fr"], "fr") == "en"
