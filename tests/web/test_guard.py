"""What stands between the network and a route, tried on a small application of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from cxsurvey.core import logs
from cxsurvey.core.db.database import Database
from cxsurvey.web import errors
from cxsurvey.web.headers import Audience, content_policy
from cxsurvey.web.middleware import BODY_LIMIT, guard
from cxsurvey.web.operations import face
from tests.application import ORIGIN
from tests.direct import DirectClient

# no request here comes as far as the database
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")

COOKIE = {"Cookie": f"cxsurvey={'a' * 27}"}
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{request.method} {len(body)}")


async def fail(request: Request) -> Response:
    raise RuntimeError("a secret of the inside")


async def framed(request: Request) -> Response:
    policy = content_policy("https://shop.example")
    return PlainTextResponse("framed", headers={"Content-Security-Policy": policy})


@contextmanager
def guarded(database: Database, audience: Audience, **settings: Any) -> Iterator[TestClient]:
    if settings:
        database.settings = database.settings.model_copy(update=settings)
    routes = [
        Route("/framed", framed),
        Route("/fail", fail),
        Route("/get", echo),
        *(Route(path, echo, methods=ALL) for path in ("/x", "/w/x", "/r/token", "/sign-in", "/upload", "/livez")),
        *(Route(f"/{door}/token", echo, methods=ALL) for door in ("enter", "setup", "reset")),
    ]
    app = Starlette(routes=routes)
    errors.install(app, face)
    with DirectClient(guard(app, database, audience, face), base_url=database.settings.origin) as browser:
        yield browser


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Origin": ORIGIN}, 200),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "http://localhost:8000.evil.example"}, 403),
        ({"Origin": "https://localhost:8000"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_with_our_cookie_must_come_from_our_pages(
    database: Database, method: str, headers: dict[str, str], status: int
) -> None:
    with guarded(database, Audience.DASHBOARD) as browser:
        assert browser.request(method, "/w/x", headers={**COOKIE, **headers}).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_read_may_come_from_anywhere(database: Database, method: str) -> None:
    with guarded(database, Audience.DASHBOARD) as browser:
        headers = {**COOKIE, "Sec-Fetch-Site": "cross-site"}
        assert browser.request(method, "/w/x", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/enter/token", "/setup/token", "/reset/token"])
def test_signing_in_from_elsewhere_is_refused_even_without_a_cookie(database: Database, path: str) -> None:
    with guarded(database, Audience.DASHBOARD) as browser:
        assert browser.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
        assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert browser.post(path).status_code == 403
        assert browser.post(path, headers={"Origin": ORIGIN}).status_code == 200


@pytest.mark.parametrize("audience", [Audience.RESPOND, Audience.API])
@pytest.mark.parametrize("where", ["null", "https://shop.example"])
def test_customers_and_other_systems_are_never_refused_for_their_origin(
    database: Database, audience: Audience, where: str
) -> None:
    with guarded(database, audience) as browser:
        headers = {**COOKIE, "Origin": where, "Sec-Fetch-Site": "cross-site"}
        assert browser.post("/r/token", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost:8001", "localhost:8000.evil.example", "localhost:8000/x?", "a@localhost:8000", ""],
)
@pytest.mark.parametrize("audience", [Audience.RESPOND, Audience.DASHBOARD, Audience.API])
def test_another_host_is_refused(database: Database, audience: Audience, host: str) -> None:
    with guarded(database, audience) as browser:
        assert browser.get("/x", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("base_url", "host", "status"),
    [
        ("https://cx.example.com", "cx.example.com", 200),
        ("https://cx.example.com", "CX.example.com:443", 200),
        ("https://cx.example.com", "cx.example.com:8443", 400),
        ("https://cx.example.com:8443", "cx.example.com:8443", 200),
        (None, "127.0.0.1:8000", 200),
        (None, "localhost:5000", 200),
        (None, "[::1]:8000", 200),
        (None, "192.0.2.1:8000", 400),
        (None, "localhost.evil.example", 400),
    ],
)
def test_our_host_is_the_base_url_or_loopback_when_there_is_none(
    database: Database, base_url: str | None, host: str, status: int
) -> None:
    with guarded(database, Audience.DASHBOARD, base_url=base_url) as browser:
        assert browser.get("/x", headers={"Host": host}).status_code == status


def test_probes_may_call_by_address(database: Database) -> None:
    with guarded(database, Audience.OPERATIONS) as browser:
        assert browser.get("/livez", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize("method", ["__class__", "DISPATCH", "TRACE", "CONNECT", "get", "PROPFIND"])
@pytest.mark.parametrize("audience", list(Audience))
def test_an_odd_method_is_refused(database: Database, audience: Audience, method: str) -> None:
    with guarded(database, audience) as browser:
        # the client would write the name in capitals
        status, _ = asyncio.run(call(browser.app, {"method": method, "path": "/x"}))
    assert status == 405


def test_a_method_the_route_does_not_take_is_refused(database: Database) -> None:
    with guarded(database, Audience.API) as browser:
        answer = browser.post("/get")
    assert answer.status_code == 405
    assert answer.headers["allow"]


def test_head_is_get_without_the_body(database: Database) -> None:
    with guarded(database, Audience.API) as browser:
        answer = browser.head("/x")
    assert (answer.status_code, answer.text, answer.headers["content-length"]) == (200, "", "5")


@pytest.mark.parametrize("audience", [Audience.RESPOND, Audience.DASHBOARD, Audience.API])
def test_a_gigabyte_is_refused_before_it_is_read(database: Database, audience: Audience) -> None:
    with guarded(database, audience) as browser:
        scope = {"headers": [(b"content-length", b"1000000000")]}
        status, read = asyncio.run(call(browser.app, scope, chunks=1000))
    assert (status, read) == (413, 0)


@pytest.mark.parametrize("audience", [Audience.RESPOND, Audience.DASHBOARD, Audience.API])
def test_a_body_without_end_is_given_up_at_the_limit(database: Database, audience: Audience) -> None:
    with guarded(database, audience) as browser:
        status, read = asyncio.run(call(browser.app, {}, chunks=1000, size=32 * 1024))
    assert status == 413
    assert read == BODY_LIMIT[audience] // (32 * 1024) + 1


def test_a_body_that_lies_about_its_length_is_given_up_too(database: Database) -> None:
    with guarded(database, Audience.RESPOND) as browser:
        scope = {"headers": [(b"content-length", b"10")]}
        status, _ = asyncio.run(call(browser.app, scope, chunks=1000))
    assert status == 413


def test_a_bug_shows_a_number_and_nothing_from_the_inside(database: Database) -> None:
    with guarded(database, Audience.DASHBOARD) as browser, structlog.testing.capture_logs() as lines:
        answer = browser.get("/fail")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    number = answer.headers["x-request-id"]
    assert [(line["event"], line["request_id"]) for line in lines] == [("failed", number)]


def test_each_audience_has_its_headers(database: Database) -> None:
    with guarded(database, Audience.RESPOND) as browser:
        headers = browser.get("/x").headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
        assert "frame-ancestors https://shop.example" in browser.get("/framed").headers["content-security-policy"]
    with guarded(database, Audience.DASHBOARD, base_url="https://cx.example.com") as browser:
        headers = browser.get("/x").headers
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"] == "max-age=31536000"


def test_headers_stand_on_refusals_as_well(database: Database) -> None:
    with guarded(database, Audience.DASHBOARD) as browser:
        for answer in (browser.get("/x", headers={"Host": "evil.example"}), browser.get("/fail")):
            assert "content-security-policy" in answer.headers
            assert answer.headers["x-request-id"]


@pytest.mark.parametrize(("audience", "noted"), [(Audience.RESPOND, False), (Audience.DASHBOARD, True)])
def test_the_addresses_of_customers_are_not_logged(
    database: Database, audience: Audience, noted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(logs, "tells_access", lambda: True)
    monkeypatch.setattr(logs, "access", lambda **line: lines.append(line))
    with guarded(database, audience) as browser:
        browser.get("/x")
    assert [bool(line["peer"]) for line in lines] == [noted]


async def call(app: Callable[..., Any], scope: dict[str, Any], *, chunks: int = 0, size: int = 1024) -> tuple[int, int]:
    """Sends a request as a server would; gives the status and how many pieces of the body were asked for."""
    read = 0
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * size, "more_body": read < chunks}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    whole = {
        "type": "http",
        "method": "POST",
        "path": "/upload",
        "raw_path": b"/upload",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        **scope,
        "headers": [(b"host", b"localhost:8000"), *scope.get("headers", [])],
    }
    await app(whole, receive, send)
    return next(message["status"] for message in sent if message["type"] == "http.response.start"), read
