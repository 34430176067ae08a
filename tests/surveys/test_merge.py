"""Merge tags: replaced once, safe by value, and never a template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.surveys import merge

KIM = {"first_name": "Kim", "workspace": "Northwind"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thank you, {first_name}!", "Thank you, Kim!"),
        ("{first_name}, how was {workspace}?", "Kim, how was Northwind?"),
        ("No tag at all", "No tag at all"),
        ("{first_name}{first_name}", "KimKim"),
    ],
)
def test_a_tag_is_replaced_by_its_value(text: str, shown: str) -> None:
    assert merge.replace(text, KIM) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thank you, {first_name}!", "Thank you!"),
        ("Hello {first_name} and welcome", "Hello and welcome"),
        ("{first_name}, how was it?", "how was it?"),
        ("شكرًا، {first_name}!", "شكرًا!"),
    ],
)
def test_a_tag_without_a_value_leaves_no_trace(text: str, shown: str) -> None:
    assert merge.replace(text, {"first_name": None, "workspace": "Northwind"}) == shown


@pytest.mark.parametrize("text", ["{{ env }}", "{{7*7}}", "{% import os %}", "{first_name.__class__}", "{0}", "%s"])
def test_what_looks_like_a_template_stays_as_it_is(text: str) -> None:
    assert merge.replace(text, KIM) == text


@pytest.mark.parametrize("text", ["{{ env }}", "{{7*7}}", "{% import os %}", "{last_name}", "{", "a } b", "{}"])
def test_braces_that_are_no_tag_are_found(text: str) -> None:
    assert merge.unknown_tags(text)


def test_known_tags_are_not_reported() -> None:
    assert merge.unknown_tags("{first_name} at {workspace}") == []


@pytest.mark.parametrize("value", ["Kim", "Anne-Marie", "O’Neill", "İpek", "محمد", "J. R.", "x" * 40])
def test_a_name_is_a_safe_value(value: str) -> None:
    assert merge.safe_value(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "x" * 41,
        "Kim\nSubject: hello",
        "Kim\u2028there",
        "https://evil.example",
        "//evil.example",
        "www.evil",
        "evil.example/win",
        "kim@evil.example",
        "<b>Kim</b>",
        "{workspace}",
        "\u202etxt",
        "",
        "   ",
        None,
    ],
)
def test_a_value_that_is_no_name_is_dropped(value: str | None) -> None:
    assert merge.safe_value(value) is None


def test_a_workspace_may_be_called_like_an_address_and_is_cut_when_long() -> None:
    assert merge.workspace_value("shop.example") == "shop.example"
    assert merge.workspace_value("N" * 80) == "N" * 39 + "…"
    assert merge.workspace_value("two\nlines") == "two lines"


@given(st.text(), st.text())
def test_a_value_is_never_looked_at_again(text: str, name: str) -> None:
    shown = merge.replace(text, {"first_name": name + "{workspace}", "workspace": "SECRET"})

    assert shown.count("SECRET") == text.count("{workspace}")


@given(st.text(alphabet="{}ab_firstnameworkp ,", max_size=60))
def test_replacing_never_fails_and_text_without_unknown_tags_keeps_no_braces(text: str) -> None:
    shown = merge.replace(text, KIM)

    if not merge.unknown_tags(text):
        assert "{" not in shown
        assert "}" not in shown
