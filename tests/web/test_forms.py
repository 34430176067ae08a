from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest

from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.web.forms import MAX_FIELDS, errors_by_field, parse


def test_fields_are_text_by_name() -> None:
    fields = parse(urlencode({"name": "Zoë & Ädam", "note": "one\r\ntwo", "blank": "  "}).encode())

    assert dict(fields) == {"name": "Zoë & Ädam", "note": "one\ntwo", "blank": "  "}
    assert fields.filled("name", "blank", "missing") == {"name": "Zoë & Ädam"}


def test_a_field_sent_twice_is_refused_unless_a_list_is_asked_for() -> None:
    fields = parse(b"scope=a&scope=b&role=viewer&role=owner")

    assert fields.all("scope") == ("a", "b")
    assert fields.all("missing") == ()
    with pytest.raises(Invalid) as refused:
        fields["role"]
    assert refused.value.problems[0].rule == "duplicate"


@pytest.mark.parametrize(
    "body",
    [
        b"name=%00",
        b"name=a%00b",
        b"%00=a",
        b"name=%ED%A0%80",
        b"name=%FF",
        b"name=\xff",
        b"name=%1B",
    ],
)
def test_what_cannot_be_text_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        parse(body)


def test_more_fields_than_any_form_has_are_refused_quickly() -> None:
    parse(b"&".join(b"f%d=" % number for number in range(MAX_FIELDS)))
    began = time.perf_counter()

    for body in (b"&".join(b"f%d=" % number for number in range(MAX_FIELDS + 1)), b"a&" * 32_000):
        with pytest.raises(Invalid):
            parse(body)
    assert len(parse(b"a;" * 32_000)) == 1
    assert time.perf_counter() - began < 0.5


def test_errors_are_sentences_by_field() -> None:
    refusal = Invalid(
        problems=[
            FieldProblem("name", "missing", "is required"),
            FieldProblem("name", "too_long", "must have at most 80 characters"),
            FieldProblem("workspace", "too_short", "must have at least 1 characters"),
            FieldProblem("password", "too_short", "must have at least 12 characters"),
            FieldProblem("zone", "not_a_zone", "must be a time zone such as Europe/Berlin"),
        ]
    )

    assert errors_by_field(refusal) == {
        "name": "Please fill this in.",
        "workspace": "Please fill this in.",
        "password": "Must have at least 12 characters.",
        "zone": "Must be a time zone such as Europe/Berlin.",
    }
    assert errors_by_field(Invalid("Not like this.")) == {"": "Not like this."}
