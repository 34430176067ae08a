"""Bodies and cookies made to keep a parser busy, at each door of the whole application."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from math import inf

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from tests.application import ORIGIN, House, Houses
from tests.factories import make_key, make_place

FORM = "application/x-www-form-urlencoded"
SECONDS = 0.1
"""Of the processor, for one request; what is quadratic in its input takes many times that.

JSON, which is read before it can be found wrong, may take twice that for each megabyte.
"""
MEGABYTE = 1024 * 1024
TOKEN = "cxs_live_for-floods"

part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
MULTIPART = {
    "many headers in a part": b"--x\r\n" + b"A: b\r\n" * 150_000 + b"\r\n1\r\n--x--",
    "one endless header": b"--x\r\nA: " + b"b" * MEGABYTE + b"\r\n\r\n1\r\n--x--",
    "a long preamble": b"\r\n" * (MEGABYTE // 2) + part + b"--x--",
    "a long end": part + b"--x--" + b"\r\n" * (MEGABYTE // 2),
    "many boundaries": b"--x\r\n" * 200_000,
    "many parts": part * 15_000 + b"--x--",
    "half boundaries": b"\r\n--" * 250_000,
    "a name that leads outside": b'--x\r\nContent-Disposition: form-data; name="f"; filename="/../../tmp/x"\r\n\r\n1'
    b"\r\n--x--",
}
FORMS = {
    "semicolons": b"a;" * (MEGABYTE // 2),
    "ampersands": b"&" * MEGABYTE,
    "fields": b"a&" * (MEGABYTE // 2),
    "one long field": b"a=" + b"b" * MEGABYTE,
    "percent signs": b"a=" + b"%" * MEGABYTE,
    "escapes": b"a=" + b"%25" * (MEGABYTE // 3),
}


JSON = {
    "deep lists": b"[" * MEGABYTE,
    "deep objects": b'{"a":' * (MEGABYTE // 5),
    "deep, and closed": b"[" * (MEGABYTE // 2) + b"]" * (MEGABYTE // 2),
    "deep in a field": b'{"attributes":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
    "colons in a text": b'{"comment":"' + b":" * MEGABYTE + b'"}',
    "colons": b'{"a"' + b":" * MEGABYTE,
    "names": b'{"a":1' + b"".join(b',"%d":1' % number for number in range(150_000)) + b"}",
    "names of attributes": b'{"attributes":{"a":1' + b"".join(b',"%d":1' % number for number in range(150_000)) + b"}}",
    "one name again and again": b'{"a":1' + b',"a":1' * 300_000 + b"}",
    "items": b'{"responses":[1' + b",1" * 900_000 + b"]}",
    "empty items": b'{"responses":[{}' + b",{}" * 600_000 + b"]}",
    "digits": b'{"score":' + b"9" * MEGABYTE + b"}",
    "an exponent": b'{"score":1e' + b"9" * MEGABYTE + b"}",
    "escapes": b'{"comment":"' + b"\\ud83d\\ude00" * (MEGABYTE // 12) + b'"}',
    "halves of pairs": b'{"comment":"' + b"\\ud83d" * (MEGABYTE // 6) + b'"}',
    "nothing": b" " * MEGABYTE,
}


def with_doors(database: Database) -> list[str]:
    """Builds a place with a key; an address of each audience that takes a body."""

    def make(ctx: Context) -> str:
        place = make_place(ctx)
        make_key(ctx, place.workspace_id, TOKEN)
        return place.survey.code

    return [f"/s/{database.write(make, share=Share.JOBS)}", "/sign-in", "/api/v1/responses"]


@pytest.fixture
def house(houses: Houses) -> House[list[str]]:
    return houses(with_doors)


@pytest.fixture
def doors(house: House[list[str]]) -> list[str]:
    return house.found


def seconds_of(work: Callable[[], object], enough: float) -> float:
    """The least of three tries, or the first below `enough`, so that a pause of the machine is not taken for ours."""
    least = inf
    for _ in range(3):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
        if least < enough:
            break
    return least


def refused(client: TestClient, address: str, body: bytes, media_type: str) -> int:
    headers = {"Content-Type": media_type, "Origin": ORIGIN, "Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k"}
    reply = client.post(address, content=body, headers=headers)
    assert reply.status_code in {413, 415, 422}, (address, reply.status_code)
    return reply.status_code


@pytest.mark.parametrize("cut", [MEGABYTE, 65_000], ids=["over the limit", "below it"])
@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_a_form_made_to_be_slow_is_refused_at_once(client: TestClient, doors: list[str], body: bytes, cut: int) -> None:
    for address in doors:
        assert seconds_of(lambda: refused(client, address, body[:cut], FORM), SECONDS) < SECONDS  # noqa: B023


@pytest.mark.parametrize(
    ("address", "size"),
    [("/api/v1/responses", 65_000), ("/api/v1/surveys", 65_000), ("/api/v1/responses/batch", 2 * MEGABYTE)],
)
@pytest.mark.parametrize("body", JSON.values(), ids=JSON)
def test_json_made_to_be_slow_is_refused_at_once(
    client: TestClient, doors: list[str], body: bytes, address: str, size: int
) -> None:
    """The longest that is read at all, so that it is its content and not its length that is refused."""
    assert doors
    statuses: set[int] = set()
    longest = SECONDS * max(1, 2 * size / MEGABYTE)
    ask = partial(refused, client, address, body[:size], "application/json")
    assert seconds_of(lambda: statuses.add(ask()), longest) < longest
    assert statuses == {422}


@pytest.mark.parametrize("cut", [2 * MEGABYTE, 60_000], ids=["over the limit", "below it"])
@pytest.mark.parametrize("body", MULTIPART.values(), ids=MULTIPART)
def test_nobody_takes_a_form_in_parts(client: TestClient, doors: list[str], body: bytes, cut: int) -> None:
    """So no part is ever held in memory, written to a file, or kept under a name that the sender chose."""
    for address in doors:
        media_type = "multipart/form-data; boundary=x"
        assert seconds_of(lambda: refused(client, address, body[:cut], media_type), SECONDS) < SECONDS  # noqa: B023


@pytest.mark.parametrize(
    "cookie",
    [
        b"cxsurvey=",
        b"cxsurvey=" + b"a" * 8000,
        b"cxsurvey=a\x00b",
        b"cxsurvey=\xff\xfe",
        b"cxsurvey=%00%0d%0a",
        b"cxsurvey=../../etc/passwd",
        b'cxsurvey="a; cxsurvey=b',
        b"cxsurvey=eyJhbGciOiJub25lIn0.eyJpZCI6MX0.",
        b"=; ;;;=" * 1000,
        b"__Host-cxsurvey=a; cxsurvey=b",
    ],
)
def test_a_cookie_that_is_none_leads_to_the_sign_in_page(client: TestClient, doors: list[str], cookie: bytes) -> None:
    for address in ("/", "/w/northwind/keys"):
        reply = client.get(address, headers={b"Cookie": cookie})
        assert reply.status_code == 303, reply.text
        assert reply.headers["location"].startswith("/sign-in")
    assert client.get("/sign-in", headers={b"Cookie": cookie}).status_code == 200
    assert client.get(doors[0], headers={b"Cookie": cookie}).status_code == 200
