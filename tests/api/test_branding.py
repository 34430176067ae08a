"""Branding over REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from cxsurvey.accounts.models import ApiKey
from cxsurvey.core.context import Context
from cxsurvey.core.models import IdempotencyKey
from tests.api.conftest import TEST
from tests.application import ORIGIN
from tests.pictures import png

Write = Callable[[Callable[[Context], Any]], Any]
PNG = {"Content-Type": "image/png"}


@pytest.fixture
def admin(rest: TestClient, write: Write) -> TestClient:
    """A system whose key may change the workspace."""
    write(lambda ctx: ctx.connection.execute(update(ApiKey).values(scopes="surveys:read workspace:manage")))
    return rest


def test_branding_is_read_changed_and_its_logo_set_and_removed(admin: TestClient) -> None:
    wanted = {"name": "Northwind", "accent": "#ffcc00", "privacy_url": "https://example.com/p", "footer": "Ltd"}

    changed = admin.put("/branding", json=wanted)
    assert changed.status_code == 200, changed.text
    logo = admin.put("/branding/logo", content=png(), headers=PNG).json()["logo"]
    assert logo["url"].startswith(f"{ORIGIN}/pictures/")
    assert (logo["width"], logo["height"]) == (120, 40)
    assert admin.get("/branding").json() == {
        **wanted,
        "accent": "#FFCC00",
        "shown_name": "Northwind",
        "logo": logo,
        "revision": changed.json()["revision"] + 1,
    }
    assert admin.delete("/branding/logo").json()["logo"] is None
    assert admin.delete("/branding/logo").status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"<svg/>", "image/svg+xml", 415),
        (b"{}", "application/json", 415),
        (b"<svg/>", "image/png", 422),
        (b"", "image/png", 422),
        (bytes(210_000), "image/png", 413),
    ],
)
def test_what_is_no_picture_is_refused(admin: TestClient, content: bytes, media_type: str, status: int) -> None:
    reply = admin.put("/branding/logo", content=content, headers={"Content-Type": media_type})

    assert reply.status_code == status
    if status == 422:
        assert [error["pointer"] for error in reply.json()["errors"]] == ["/logo"]


def test_a_key_in_test_mode_changes_nothing_that_customers_see(admin: TestClient) -> None:
    trial = {"Authorization": f"Bearer {TEST}"}

    assert admin.get("/branding", headers=trial).status_code == 200
    for reply in (
        admin.put("/branding", json={}, headers=trial),
        admin.put("/branding/logo", content=png(), headers={**trial, **PNG}),
        admin.delete("/branding/logo", headers=trial),
    ):
        assert (reply.status_code, reply.json()["code"]) == (403, "live_key_needed")


def test_a_key_without_the_scope_changes_nothing(rest: TestClient, write: Write) -> None:
    write(lambda ctx: ctx.connection.execute(update(ApiKey).values(scopes="surveys:read")))

    assert rest.get("/branding").status_code == 200
    assert rest.put("/branding", json={}).status_code == 403
    assert rest.put("/branding/logo", content=png(), headers=PNG).status_code == 403
    assert rest.delete("/branding/logo").status_code == 403


def test_what_is_read_can_be_sent_back(admin: TestClient) -> None:
    admin.put("/branding", json={"name": "Northwind", "footer": "Ltd"})
    admin.put("/branding/logo", content=png(), headers=PNG)
    read = admin.get("/branding")

    again = admin.put("/branding", json=read.json(), headers={"If-Match": read.headers["etag"]})

    assert again.status_code == 200, again.text
    assert again.json() == read.json()
    assert again.headers["etag"] == read.headers["etag"]


def test_no_change_of_somebody_else_is_lost(admin: TestClient) -> None:
    read = admin.get("/branding")
    mine = {"If-Match": read.headers["etag"]}
    admin.put("/branding", json={"name": "Theirs"})

    refused = [
        admin.put("/branding", json={"name": "Mine"}, headers=mine),
        admin.put("/branding/logo", content=png(), headers={**PNG, **mine}),
        admin.delete("/branding/logo", headers=mine),
    ]

    assert {(reply.status_code, reply.json()["code"]) for reply in refused} == {(412, "precondition_failed")}
    assert (admin.get("/branding").json()["name"], admin.get("/branding").json()["logo"]) == ("Theirs", None)


def test_a_change_of_the_settings_is_one_of_the_branding_too(admin: TestClient) -> None:
    read = admin.get("/branding")
    assert admin.patch("/workspace", json={"privacy_url": "https://example.com/new"}).status_code == 200

    late = admin.put("/branding", json={}, headers={"If-Match": read.headers["etag"]})

    assert late.status_code == 412
    assert admin.get("/branding", headers={"If-None-Match": read.headers["etag"]}).status_code == 200
    fresh = admin.get("/branding").headers["etag"]
    assert admin.get("/branding", headers={"If-None-Match": fresh}).status_code == 304


def test_an_answer_kept_by_an_earlier_release_is_repeated_without_an_etag(admin: TestClient, write: Write) -> None:
    named = {"Idempotency-Key": "before-the-upgrade"}
    first = admin.put("/branding", json={"name": "Northwind"}, headers=named)
    same = admin.put("/branding", json={"name": "Northwind"}, headers=named)
    assert same.headers["etag"] == first.headers["etag"]
    former = json.dumps({name: value for name, value in first.json().items() if name != "revision"}).encode()
    write(lambda ctx: ctx.connection.execute(update(IdempotencyKey).values(body=former)))

    repeated = admin.put("/branding", json={"name": "Northwind"}, headers=named)

    assert (repeated.status_code, repeated.headers["idempotency-replayed"]) == (200, "true")
    assert repeated.content == former
    assert "etag" not in repeated.headers
