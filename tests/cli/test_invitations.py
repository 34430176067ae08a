from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import text

from cxsurvey.core.context import OPERATOR
from cxsurvey.invitations import service, signed
from cxsurvey.people import segments
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.asked import asked_by_code
from tests.cli.installed import installation, opened, run, run_json


@pytest.fixture(autouse=True)
def installed(furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installation(furnished_url, tmp_path, monkeypatch, "invitations"):
        yield


def test_the_link_opens_the_invitation_with_its_person_and_segments() -> None:
    made = run_json(
        "invite", "--survey", "relationship", "--email", "ida@example.com", "--name", "Ida",
        "--segment", "agent=Mira", "--locale", "de",
    )  # fmt: skip

    origin, _, token = made["url"].rpartition("/r/")
    assert origin == "http://127.0.0.1:8000"
    with opened() as database, database.read() as ctx:
        ctx.actor = OPERATOR
        found = service.by_token(ctx, token)
        assert (found.person_name, found.locale, found.source) == ("Ida", "de", "cli")
        assert segments.texts_for(ctx, found.segments.values()) == {found.segments["agent"]: "Mira"}


def test_a_link_for_a_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("invite", "--survey", "relationship")
    assumed = run(*asked)
    assert assumed.stderr == "Made for a server at http://127.0.0.1:8000; --base-url names another one.\n"

    there = run(*asked, "--base-url", "http://localhost:8123/")
    assert (there.exit_code, there.stdout.partition("/r/")[0]) == (0, "http://localhost:8123")
    assert there.stderr == ""

    monkeypatch.setenv("CXSURVEY_BASE_URL", "https://cx.example.com")
    named = run(*asked)
    assert (named.stdout.partition("/r/")[0], named.stderr) == ("https://cx.example.com", "")
    assert run(*asked, "--base-url", "http://localhost:8123").stdout.startswith("http://localhost:8123/r/")


@pytest.mark.parametrize(
    "base_url", ["localhost:8123", "http://cx.example.com", "http://localhost/x", "ftp://localhost"]
)
def test_what_is_no_address_of_a_server_makes_no_link(base_url: str) -> None:
    result = run("invite", "--survey", "relationship", "--base-url", base_url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "CXSURVEY_BASE_URL: " in result.stderr
    with opened() as database, database.read() as ctx:
        assert ctx.connection.execute(text("SELECT count(*) FROM invitations")).scalar() == 0


def test_without_json_only_the_link_is_printed() -> None:
    result = run("invite", "--survey", "relationship", "--email", "ida@example.com")

    assert result.exit_code == 0
    assert result.stdout.startswith("http://127.0.0.1:8000/r/")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--email", "nobody"), "--email must be an e-mail address"),
        (("--segment", "agent"), "--segment must be KEY=TEXT"),
        (("--segment", "planet=Mars"), "--segment planet is not a field"),
        (("--expires-in-days", "0"), "--expires-in-days must be 1 or more"),
    ],
)
def test_a_wrong_option_is_named(options: tuple[str, ...], words: str) -> None:
    result = run("invite", "--survey", "relationship", *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_an_unknown_survey_is_answered_with_those_there_are() -> None:
    result = run("invite", "--survey", "nothing")

    assert result.exit_code == 2
    assert "Relationship (" in result.stderr


def test_a_shared_link_carries_what_it_was_made_with() -> None:
    made = run("link", "--survey", "relationship", "--segment", "touchpoint=checkout", "--attribute", "till=3")

    assert made.exit_code == 0, made.stderr
    address, _, query = made.stdout.strip().partition("?")
    assert address.startswith("http://127.0.0.1:8000/s/")
    with opened() as database, database.read() as ctx:
        asked = asked_by_code(ctx, address[-10:])
        assert asked is not None
        carried = signed.carried_by(ctx, asked, parse_qsl(query), ctx.now)
    assert (carried.segments, carried.attributes) == (Segments(touchpoint="checkout"), {"till": "3"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--segment must say something, or the plain shared link will do\n"),
        (("--segment", "touchpoint"), "--segment must be KEY=TEXT such as touchpoint=checkout\n"),
        (("--segment", "shelf=3"), "--segment shelf is not a field of this request\n"),
        (("--attribute", "lang=de"), "--attribute lang must be a word of a-z, 0-9 and _ that has no other use\n"),
    ],
)
def test_a_shared_link_that_cannot_be_made_names_the_option(options: tuple[str, ...], said: str) -> None:
    refused = run("link", "--survey", "relationship", *options)

    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", said)
