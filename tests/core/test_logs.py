"""Log lines: one form, nobody's address, no secret, nothing a customer wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog

from cxsurvey.core import logs
from cxsurvey.core.clock import FixedClock
from cxsurvey.settings import Settings
from tests.log_lines import log_plainly

TOKEN = "7Kp2mQx9ZtB4vR8sNw3yHc6LdF1"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where a freshly configured log goes; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield io.StringIO()
    root.handlers, root.level = before[0], before[1]
    log_plainly()
    logs._access.stream = None


def configured(stream: io.StringIO, clock: FixedClock, **changes: Any) -> None:
    logs.configure(Settings(log_format="json", **changes), clock, stream)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_when_and_where(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock)

    structlog.get_logger("cxsurvey.lane").warning("lane.begin_failed", units=3)

    assert lines(stream) == [
        {
            "event": "lane.begin_failed",
            "units": 3,
            "level": "warning",
            "logger": "cxsurvey.lane",
            "timestamp": "2026-11-21T12:00:00.000Z",
        }
    ]


@pytest.mark.parametrize(
    ("fields", "logged"),
    [
        ({"to": "write to kim@example.com now"}, {"to": "write to [address] now"}),
        ({"path": f"/r/{TOKEN}"}, {"path": f"/r/{TOKEN[:4]}…"}),
        ({"comment": "the courier was rude"}, {"comment": "[left out]"}),
        (
            {"job": {"args": {"a": 1}, "list": ["x@example.com"]}},
            {"job": {"args": "[left out]", "list": ["[address]"]}},
        ),
        ({"id": "rsp_0649ph8e3abcdefghijklmnopqr"[:30]}, {"id": "rsp_0649ph8e3abcdefghijklmnopqr"[:30]}),
        ({"count": 3, "share": 0.5, "none": None}, {"count": 3, "share": 0.5, "none": None}),
    ],
)
def test_what_identifies_a_person_or_opens_a_door_is_taken_out(
    stream: io.StringIO, clock: FixedClock, fields: dict[str, Any], logged: dict[str, Any]
) -> None:
    configured(stream, clock)

    structlog.get_logger("x").info("event", **fields)

    assert logged.items() <= lines(stream)[0].items()


def test_a_database_error_is_logged_without_the_values_of_its_statement(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock)
    error = ValueError(
        "(x.UniqueViolation) duplicate key\nDETAIL:  Key (comment)=(the courier was rude) already exists.\n"
        "[SQL: INSERT INTO responses VALUES (?)]\n[parameters: ('the courier was rude',)]\n(Background on this)"
    )

    structlog.get_logger("x").error("failed", exc_info=error)

    line = lines(stream)[0]
    assert "courier" not in json.dumps(line)
    assert "INSERT INTO responses" in line["exception"]


SQL = "[SQL: COPY responses FROM STDIN]\n(Background on this error at: https://sqlalche.me/e/20/9h9h)"


@pytest.mark.parametrize(
    "said",
    [
        'value too long for type character varying(8)\nCONTEXT:  COPY t, line 1, column code: "the courier was rude"',
        'value too long for type character varying(8)\nCONTEXT:  COPY t, line 1, column code: "the\ncourier\n\nwas"',
        'extra data after last expected column\nCONTEXT:  COPY t, line 2: "7\tthe courier was rude\t9"',
        "new row violates a check\nDETAIL:  Failing row contains (7, the\ncourier was rude).\nCONTEXT:  COPY t, line 1",
        'invalid input syntax for type smallint: "the\ncourier"\nCONTEXT:  COPY t, line 1, column n: "the\ncourier"',
    ],
)
@pytest.mark.parametrize("end", ["", f"\n{SQL}"])
def test_what_a_database_was_reading_is_not_logged(said: str, end: str) -> None:
    redacted = logs.redact(f"DataError: (psycopg.errors.SomeError) {said}{end}")

    assert "courier" not in redacted
    assert redacted.startswith("DataError: (psycopg.errors.SomeError) ")
    assert redacted.endswith(end or logs.LEFT_OUT)


def test_what_a_database_was_reading_hides_no_traceback(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock)

    said = 'too long\nCONTEXT:  COPY t, line 1, column code: "the\ncourier was rude"'

    def read() -> None:
        raise ValueError(said)

    def fail() -> None:
        try:
            read()
        except ValueError as error:
            raise RuntimeError(f"{said}\n{SQL}") from error

    try:
        fail()
    except RuntimeError as error:
        structlog.get_logger("x").error("failed", exc_info=error)

    told = lines(stream)[0]["exception"]
    assert "courier" not in told
    assert told.count("in fail") == 2
    assert "COPY responses FROM STDIN" in told


def test_values_that_postgres_repeats_are_not_logged(postgres_url: str) -> None:
    """Its own words, rather than what we remember of them."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE t (code varchar(8))")
        with (
            pytest.raises(psycopg.DataError) as caught,
            connection.cursor() as cursor,
            cursor.copy("COPY t FROM STDIN") as copy,
        ):
            copy.write_row(("the\ncourier was rude",))

    assert "courier" in str(caught.value)
    assert "courier" not in logs.redact(str(caught.value))


def test_lines_of_libraries_take_the_same_way(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock)

    logging.getLogger("uvicorn.error").warning("Hello %s", "kim@example.com")
    logging.getLogger("uvicorn.access").info("GET /r/%s", TOKEN)

    assert [line["event"] for line in lines(stream)] == ["Hello [address]"]


def test_the_access_log_cuts_tokens(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock)

    logs.access(method="GET", path=f"/r/{TOKEN}", status=200, seconds=0.0123, audience="respond")

    line = lines(stream)[0]
    assert (line["path"], line["status"], line["milliseconds"]) == ("/r/7Kp2…", 200, 12.3)
    assert "peer" not in line


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x07", "\x7f", "\x9b", "\u0085", "\u2028", "\u2029", "\u202e"])
def test_a_request_cannot_forge_a_line_or_steer_the_terminal(
    stream: io.StringIO, clock: FixedClock, log_format: str, sign: str
) -> None:
    logs.configure(Settings(log_format=log_format), clock, stream)  # type: ignore[arg-type]

    logs.access(method=f"GE{sign}T", path=f"/w/x{sign}[31mforged", status=404, seconds=0.1, audience="dashboard")

    assert len(stream.getvalue().splitlines()) == 1
    assert sign not in stream.getvalue().removesuffix("\n")
    assert "forged" in stream.getvalue()


def test_a_higher_level_silences_the_access_log(stream: io.StringIO, clock: FixedClock) -> None:
    configured(stream, clock, log_level="warning")

    logs.access(method="GET", path="/", status=200, seconds=0.1, audience="respond")
    structlog.get_logger("x").info("quiet")

    assert stream.getvalue() == ""
