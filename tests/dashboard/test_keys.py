from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts import doors
from cxsurvey.accounts.models import ApiKey
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Unauthenticated
from cxsurvey.web import seen
from tests.dashboard.conftest import PASSWORD_HASH, Write, attribute, has, page, sign_in, text_of
from tests.factories import act_in, make_user

KEYS = "/w/northwind/keys"
SHOP = {"name": "Web shop", "kind": "live", "expires_days": "", "scope": ["responses:write"]}


def make(browser: TestClient, **fields: object) -> str:
    """Makes a key by the form and returns its token."""
    answer = browser.post(KEYS, data={**SHOP, **fields})
    assert answer.status_code == 200, answer.text
    return text_of(answer, "#token")


def test_a_key_is_shown_once_with_a_line_to_paste(signed_in: TestClient, write: Write) -> None:
    answer = signed_in.post(KEYS, data={"name": "Web shop", "kind": "live", "scope": ["responses:write"]})
    token = text_of(answer, "#token")

    assert re.fullmatch("cxs_live_[0-9A-Za-z]{27}", token)
    assert f"Authorization: Bearer {token}" in text_of(answer, "pre")
    assert text_of(answer, "pre").startswith("curl http://localhost:8000/api/v1/")
    assert token not in signed_in.get(KEYS).text
    assert token[:13] in signed_in.get(KEYS).text
    assert write(lambda ctx: doors.enter_by_key(ctx, token)).scopes == {"responses:write"}


def test_a_test_key_with_an_end(signed_in: TestClient, write: Write, clock: FixedClock) -> None:
    token = make(signed_in, kind="test", expires_days="30")

    view = write(lambda ctx: doors.enter_by_key(ctx, token))
    assert (view.test, view.expires_at) == (True, clock.now() + timedelta(days=30))
    assert "21 Dec 2026" in text_of(signed_in.get(KEYS), ".things")


def test_the_list_says_when_a_key_was_last_used(signed_in: TestClient, database: Database, clock: FixedClock) -> None:
    make(signed_in)
    assert "never" in text_of(signed_in.get(KEYS), ".things")
    with database.read() as ctx:
        key_id = ctx.session.query(ApiKey).one().id

    seen.buffer(database).key(key_id, clock.now() - timedelta(minutes=4))
    seen.buffer(database).flush(database)

    assert "4 minutes ago" in text_of(signed_in.get(KEYS), ".things")


def test_revoking_asks_first_and_then_counts_at_once(signed_in: TestClient, database: Database) -> None:
    token = make(signed_in)
    ask = attribute(signed_in.get(KEYS), ".things a", "href") or ""

    assert "Web shop" in text_of(signed_in.get(ask), "h1")
    with database.read() as ctx:
        doors.enter_by_key(ctx, token)
    answer = signed_in.post(ask)

    assert answer.headers["location"] == f"{KEYS}?revoked"
    listing = signed_in.get(f"{KEYS}?revoked")
    assert "revoked" in text_of(listing, ".things .tag")
    assert not has(listing, ".things a")
    with database.read() as ctx, pytest.raises(Unauthenticated):
        doors.enter_by_key(ctx, token)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Shop", "expires_days": "0"}, "expires_days"),
        ({"name": "Shop", "expires_days": "soon"}, "expires_days"),
    ],
)
def test_a_form_with_a_mistake_comes_back_as_it_was(signed_in: TestClient, fields: dict[str, str], wrong: str) -> None:
    answer = signed_in.post(KEYS, data={"kind": "test", "scope": ["scores:read"], **fields})

    assert answer.status_code == 422
    assert text_of(answer, f"#error-{wrong}")
    document = page(answer)
    assert has(answer, "#field-kind-test[checked]")
    chosen = [node.attributes["value"] for node in document.css("input[name=scope]") if "checked" in node.attributes]
    assert chosen == ["scores:read"]


def test_a_key_without_a_single_scope_is_refused(signed_in: TestClient) -> None:
    answer = signed_in.post(KEYS, data={"name": "Shop", "kind": "live"})

    assert answer.status_code == 422
    assert text_of(answer, "#error-scopes")
    assert not has(answer, "input[name=scope][checked]")


def test_what_concerns_the_company_is_not_chosen_beforehand(signed_in: TestClient) -> None:
    boxes = page(signed_in.get(KEYS)).css("input[name=scope]")
    chosen = {box.attributes["value"] for box in boxes if "checked" in box.attributes}

    assert {"responses:write", "scores:read"} <= chosen
    assert not {"workspace:manage", "team:read", "audit:read"} & chosen


def test_a_scope_no_key_may_have_is_refused(signed_in: TestClient, database: Database) -> None:
    answer = signed_in.post(KEYS, data={"name": "Shop", "scope": ["keys:manage"]})

    assert answer.status_code == 422
    with database.read() as ctx:
        assert ctx.session.query(ApiKey).count() == 0


@pytest.mark.parametrize("key", ["nonsense", "key_" + "0" * 26, "rsp_" + "0" * 26, "key_%00"])
def test_an_unknown_key_is_not_there(signed_in: TestClient, key: str) -> None:
    assert signed_in.get(f"{KEYS}/{key}/revoke").status_code == 404
    assert signed_in.post(f"{KEYS}/{key}/revoke").status_code == 404


def test_a_manager_neither_sees_nor_makes_keys(browser: TestClient, ada: str, write: Write) -> None:
    def add_max(ctx: Context) -> None:
        from cxsurvey.accounts import service

        workspace = service.workspace_by_slug(ctx, "northwind")
        act_in(ctx, workspace.id)
        make_user(ctx, workspace.id, "manager", "max@example.com").password_hash = PASSWORD_HASH

    write(add_max)
    sign_in(browser, "max@example.com")

    assert browser.get(KEYS).status_code == 403
    assert browser.post(KEYS, data=SHOP).status_code == 403
    assert KEYS not in browser.get("/account").text


def test_names_are_shown_as_text(signed_in: TestClient) -> None:
    make(signed_in, name="<script>alert(1)</script>")

    assert "<script>alert" not in signed_in.get(KEYS).text
    assert "<script>alert(1)</script>" in text_of(signed_in.get(KEYS), ".things")
