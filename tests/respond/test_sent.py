"""Bodies of forms: bounded, strict, and nothing that was typed is lost."""

import pytest

from cxsurvey.respond.sent import DUPLICATE, FORBIDDEN_CHARACTERS, UNREADABLE, parse


def test_fields_are_decoded_as_browsers_encode_them() -> None:
    sent = parse(b"score=9&comment=Gr%C3%BC%C3%9Fe+aus%0D%0AK%C3%B6ln+%26+%D9%85%D8%B1%D8%AD%D8%A8%D8%A7")
    assert sent.fields == {"score": "9", "comment": "Grüße aus\nKöln & مرحبا"}
    assert sent.problems == {}
    assert parse(b"").fields == {}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"a%00b", "ab"),
        (b"a%1Bb", "ab"),
        (b"a%ED%A0%80b", "ab"),
        (b"a%ffb", "ab"),
        (b"a\x00b", "ab"),
    ],
)
def test_what_is_no_text_is_a_problem_and_the_rest_is_kept(raw: bytes, kept: str) -> None:
    sent = parse(b"score=9&comment=" + raw)
    assert sent.problems == {"comment": FORBIDDEN_CHARACTERS}
    assert sent.fields == {"score": "9", "comment": kept}


def test_a_field_sent_twice_keeps_the_first_and_is_a_problem() -> None:
    sent = parse(b"score=9&score=1")
    assert (sent.fields, sent.problems) == ({"score": "9"}, {"score": DUPLICATE})


@pytest.mark.parametrize("body", [b"a=1&" * 16_000, b"&" * 65_536, b"%00=1", b"\xff=1"])
def test_a_heap_of_fields_or_a_name_that_is_no_text_is_unreadable(body: bytes) -> None:
    assert parse(body).problems == {"": UNREADABLE}


def test_semicolons_do_not_part_fields() -> None:
    assert len(parse(b"a;" * 30_000).fields) == 1
