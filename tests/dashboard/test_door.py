from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.accounts import setup, signin, users
from cxsurvey.accounts.models import Membership, SignIn, User, Workspace
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.models import AuditEntry
from tests.application import ORIGIN
from tests.dashboard.conftest import PASSWORD, SAME_SITE, Write, attribute, has, page, sign_in, text_of
from tests.direct import DirectClient
from tests.factories import make_user, make_workspace

SET_UP = {
    "name": "Ada Owner",
    "email": "Ada@Example.com",
    "password": PASSWORD,
    "workspace": "Northwind Home & Garden",
    "zone": "Europe/Berlin",
    "privacy_url": "https://example.com/privacy",
}


def test_set_up_makes_an_owner_and_signs_in(browser: TestClient, write: Write, database: Database) -> None:
    link = write(setup.fresh_link)

    answer = browser.post(link, data=SET_UP)

    assert (answer.status_code, answer.headers["location"]) == (303, "/w/northwind-home-garden/")
    with database.read() as ctx:
        workspace = ctx.session.query(Workspace).one()
        user = ctx.session.query(User).one()
        assert (workspace.report_zone, workspace.privacy_url) == ("Europe/Berlin", "https://example.com/privacy")
        assert (user.email, user.email_key, user.name) == ("Ada@Example.com", "ada@example.com", "Ada Owner")
        assert PASSWORD not in user.password_hash
        assert ctx.session.query(Membership).one().role == "owner"
    assert browser.get("/account").status_code == 200


def test_set_up_link_works_once_and_opening_it_uses_nothing_up(browser: TestClient, write: Write) -> None:
    link = write(setup.fresh_link)

    assert [browser.get(link).status_code for _ in range(3)] == [200, 200, 200]
    assert browser.post(link, data=SET_UP).status_code == 303
    browser.cookies.clear()

    assert browser.get(link).status_code == 410
    assert browser.post(link, data={**SET_UP, "email": "eve@example.com"}).status_code == 410


def test_only_the_newest_set_up_link_works(browser: TestClient, write: Write) -> None:
    older, newer = write(setup.fresh_link), write(setup.fresh_link)

    assert (browser.get(older).status_code, browser.get(newer).status_code) == (410, 200)
    assert browser.post(older, data=SET_UP).status_code == 410


def test_no_set_up_link_is_made_once_there_is_a_user(ada: str, write: Write) -> None:
    assert write(setup.fresh_link) is None


def test_sign_in_page_tells_where_the_set_up_link_is_until_there_is_a_user(browser: TestClient, write: Write) -> None:
    assert "prints a link" in text_of(browser.get("/sign-in"), ".notice")

    browser.post(write(setup.fresh_link), data=SET_UP)

    assert not has(browser.get("/sign-in"), ".notice")


def test_set_up_says_what_is_wrong_and_keeps_what_was_typed(browser: TestClient, write: Write) -> None:
    link = write(setup.fresh_link)
    wrong = {**SET_UP, "email": "nobody", "password": "short", "zone": "Mars/Olympus", "privacy_url": "javascript:x"}

    answer = browser.post(link, data=wrong)

    assert answer.status_code == 422
    assert answer.headers["referrer-policy"] == "strict-origin"
    for name in ("email", "password", "zone", "privacy_url"):
        assert text_of(answer, f"#error-{name}"), name
    assert attribute(answer, "#field-workspace", "value") == SET_UP["workspace"]
    assert attribute(answer, "#field-password", "value") is None
    assert browser.post(link, data=SET_UP).status_code == 303


@pytest.mark.parametrize("password", ["password1234", "PASSWORD1234", "aaaaaaaaaaaaa", "x" * 257, "elevenchars"])
def test_set_up_refuses_passwords_that_are_tried_first(browser: TestClient, write: Write, password: str) -> None:
    answer = browser.post(write(setup.fresh_link), data={**SET_UP, "password": password})

    assert answer.status_code == 422
    assert text_of(answer, "#error-password")


def test_sign_in_leads_to_the_workspace(browser: TestClient, ada: str) -> None:
    answer = sign_in(browser, "  ADA@example.com ")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/").headers["location"] == "/w/northwind/"


def test_cookie_is_bound_to_http_on_loopback_and_hidden_from_scripts(browser: TestClient, ada: str) -> None:
    cookie = sign_in(browser, ada).headers["set-cookie"]

    assert re.match(r"cxsurvey=[0-9A-Za-z]{27}; ", cookie)
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Domain" not in cookie


def test_cookie_is_a_host_cookie_on_https(database: Database, ada: str) -> None:
    database.settings = database.settings.model_copy(update={"base_url": "https://cx.example.com"})
    app = dashboard.build(database)
    with DirectClient(app, base_url="https://cx.example.com", headers=SAME_SITE, follow_redirects=False) as browser:
        answer = sign_in(browser, ada)

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-cxsurvey=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_every_sign_in_has_a_new_token_and_the_row_keeps_only_its_hash(
    browser: TestClient, ada: str, database: Database
) -> None:
    tokens = {sign_in(browser, ada).cookies["cxsurvey"] for _ in range(2)}

    assert len(tokens) == 2
    with database.read() as ctx:
        stored = [row.token_hash for row in ctx.session.query(SignIn)]
    assert all(token.encode() not in stored for token in tokens)


def test_wrong_password_and_unknown_account_answer_alike(browser: TestClient, ada: str) -> None:
    wrong = sign_in(browser, ada, "not the password")
    unknown = sign_in(browser, "ida@example.com", "not the password")

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(ada, "") == unknown.text.replace("ida@example.com", "")
    assert "set-cookie" not in wrong.headers


def test_unknown_account_costs_a_password_check_too(
    browser: TestClient, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cxsurvey.accounts import passwords

    checked: list[str] = []

    def matches(_: str, stored: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr(passwords, "matches", matches)

    sign_in(browser, ada, "wrong")
    sign_in(browser, "ida@example.com", "wrong")

    assert len(checked) == 2
    assert checked[1] == passwords.NOBODYS_HASH


def test_disabled_user_neither_signs_in_nor_stays(
    signed_in: TestClient, ada: str, write: Write, clock: FixedClock
) -> None:
    def disable(ctx: Context) -> None:
        ctx.session.query(User).one().disabled_at = clock.now()

    write(disable)

    assert signed_in.get("/account").status_code == 303
    assert sign_in(signed_in, ada).status_code == 422


def test_too_many_tries_are_refused_but_not_from_elsewhere(
    database: Database, ada: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cxsurvey.accounts import passwords

    monkeypatch.setattr(passwords, "matches", lambda password, _: password == PASSWORD)
    app = dashboard.build(database)
    with (
        DirectClient(app, base_url=ORIGIN, headers=SAME_SITE, client=("192.0.2.1", 1), follow_redirects=False) as thief,
        DirectClient(app, base_url=ORIGIN, headers=SAME_SITE, client=("192.0.2.2", 1), follow_redirects=False) as owner,
    ):
        tries = [sign_in(thief, ada, f"wrong password {number}") for number in range(11)]

        assert [answer.status_code for answer in tries] == [422] * 10 + [429]
        assert 1 <= int(tries[-1].headers["retry-after"]) <= 90
        assert sign_in(thief, ada).status_code == 429
        assert sign_in(owner, ada).status_code == 303
        clock.instant += timedelta(seconds=int(tries[-1].headers["retry-after"]))
        assert sign_in(thief, ada, "wrong again").status_code == 422


def test_signing_in_gives_the_tries_back(browser: TestClient, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cxsurvey.accounts import passwords

    monkeypatch.setattr(passwords, "matches", lambda password, _: password == PASSWORD)
    for _ in range(3):
        assert [sign_in(browser, ada, "wrong").status_code for _ in range(9)] == [422] * 9
        assert sign_in(browser, ada).status_code == 303


def test_forwarded_address_of_a_stranger_does_not_count(
    browser: TestClient, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cxsurvey.accounts import passwords

    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    statuses = []
    for number in range(11):
        browser.headers["X-Forwarded-For"] = f"198.51.100.{number}"
        statuses.append(sign_in(browser, ada, "wrong").status_code)

    assert statuses == [422] * 10 + [429]


def test_sign_out_ends_the_session_on_the_server(signed_in: TestClient) -> None:
    token = signed_in.cookies["cxsurvey"]

    answer = signed_in.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'cxsurvey=""' in answer.headers["set-cookie"]
    signed_in.cookies.set("cxsurvey", token, domain="localhost.local", path="/")
    assert signed_in.get("/account").status_code == 303


def test_session_ends_when_idle_and_when_its_time_is_over(
    signed_in: TestClient, clock: FixedClock, database: Database, ada: str
) -> None:
    from cxsurvey.web import seen

    clock.instant += timedelta(hours=71)
    assert signed_in.get("/account").status_code == 200
    seen.buffer(database).flush(database)
    clock.instant += timedelta(hours=71)
    assert signed_in.get("/account").status_code == 200
    seen.buffer(database).flush(database)
    clock.instant += timedelta(hours=73)
    assert signed_in.get("/account").status_code == 303

    sign_in(signed_in, ada)
    for _ in range(10):
        clock.instant += timedelta(hours=71)
        signed_in.get("/account")
        seen.buffer(database).flush(database)
    assert signed_in.get("/account").status_code == 200
    clock.instant += timedelta(hours=12)
    assert signed_in.get("/account").status_code == 303


def test_changing_the_password_ends_every_other_session_at_once(
    signed_in: TestClient, ada: str, database: Database
) -> None:
    app = dashboard.build(database)
    with DirectClient(app, base_url=ORIGIN, headers=SAME_SITE, follow_redirects=False) as other:
        sign_in(other, ada)
        assert other.get("/account").status_code == 200

        changed = signed_in.post("/account/password", data={"present": PASSWORD, "password": "another four words"})

        assert changed.headers["location"] == "/account?done=password"
        assert other.get("/account").status_code == 303
        assert signed_in.get("/account").status_code == 200
        assert sign_in(other, ada).status_code == 422
        assert sign_in(other, ada, "another four words").status_code == 303


def test_password_is_not_changed_without_the_present_one(signed_in: TestClient, ada: str) -> None:
    answer = signed_in.post("/account/password", data={"present": "a guess", "password": "another four words"})

    assert answer.status_code == 422
    assert "present password" in text_of(answer, "#error-present")
    assert sign_in(signed_in, ada).status_code == 303


def test_sign_out_elsewhere_keeps_this_browser(signed_in: TestClient, ada: str, database: Database) -> None:
    app = dashboard.build(database)
    with DirectClient(app, base_url=ORIGIN, headers=SAME_SITE, follow_redirects=False) as other:
        sign_in(other, ada)
        assert len(page(signed_in.get("/account")).css("tbody tr")) == 2

        assert signed_in.post("/account/sign-out-elsewhere").status_code == 303

        assert other.get("/account").status_code == 303
        assert len(page(signed_in.get("/account")).css("tbody tr")) == 1


def test_account_shows_a_new_name_everywhere(signed_in: TestClient) -> None:
    assert signed_in.post("/account/name", data={"name": "Ada <b>"}).status_code == 303

    answer = signed_in.get("/account?done=name")
    assert "Your name is changed." in text_of(answer, ".notice")
    assert "Signed in as Ada <b>" in text_of(answer, ".side-foot")
    assert signed_in.post("/account/name", data={"name": " "}).status_code == 422


def test_reset_link_works_once_and_ends_all_sessions(signed_in: TestClient, ada: str, write: Write) -> None:
    link = write(lambda ctx: users.reset_link(ctx, ada))

    assert [signed_in.get(link).status_code for _ in range(2)] == [200, 200]
    assert signed_in.post(link, data={"password": "short"}).status_code == 422
    assert signed_in.post(link, data={"password": "another four words"}).headers["location"] == "/sign-in?reset"
    assert signed_in.get("/account").status_code == 303
    assert signed_in.post(link, data={"password": "a third set of words"}).status_code == 410
    assert sign_in(signed_in, ada, "another four words").status_code == 303


def test_a_new_password_ends_the_sign_in_links_made_before_it(
    browser: TestClient, signed_in: TestClient, ada: str, write: Write
) -> None:
    before_reset = write(lambda ctx: signin.link(ctx, ada))
    reset = write(lambda ctx: users.reset_link(ctx, ada))
    browser.post(reset, data={"password": "another four words"})
    assert browser.post(before_reset).status_code == 410

    sign_in(browser, ada, "another four words")
    before_change = write(lambda ctx: signin.link(ctx, ada))
    browser.post("/account/password", data={"present": "another four words", "password": "a third set of words"})
    assert browser.post(before_change).status_code == 410


def test_reset_link_ends_after_an_hour_and_when_a_newer_one_is_made(
    browser: TestClient, ada: str, write: Write, clock: FixedClock
) -> None:
    older = write(lambda ctx: users.reset_link(ctx, ada))
    newer = write(lambda ctx: users.reset_link(ctx, ada))

    assert (browser.get(older).status_code, browser.get(newer).status_code) == (410, 200)
    clock.instant += timedelta(hours=1)
    assert browser.get(newer).status_code == 410
    assert browser.post(newer, data={"password": "another four words"}).status_code == 410


def test_a_set_up_token_resets_nothing(browser: TestClient, write: Write) -> None:
    link: str = write(setup.fresh_link)

    assert browser.get(link.replace("/setup/", "/reset/")).status_code == 410


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
        "/%0d%0aLocation:x\r\nX: y",
        "",
        "w/northwind",
        "/" + "x" * 600,
    ],
)
def test_sign_in_never_leads_to_another_site(browser: TestClient, ada: str, target: str) -> None:
    form = browser.get("/sign-in", params={"next": target})
    assert attribute(form, "input[name=next]", "value") == "/"

    assert sign_in(browser, ada, next=target).headers["location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(browser: TestClient, ada: str) -> None:
    answer = browser.get("/w/northwind/keys", params={"a": "b c"})
    assert answer.headers["location"] == "/sign-in?next=%2Fw%2Fnorthwind%2Fkeys%3Fa%3Db%2Bc"

    form = browser.get(answer.headers["location"])
    target = attribute(form, "input[name=next]", "value")

    assert sign_in(browser, ada, next=target or "").headers["location"] == "/w/northwind/keys?a=b+c"


@pytest.mark.parametrize("cookie", ["", "x", "x" * 8000, "0" * 28, '"%00"', "\u00e9" * 20, "a;b=c", "=;=;;,"])
def test_malformed_cookie_counts_as_none(browser: TestClient, ada: str, cookie: str) -> None:
    answer = browser.get("/account", headers=[(b"cookie", b"cxsurvey=" + cookie.encode())])

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount")


def test_two_differing_cookies_count_as_none(signed_in: TestClient) -> None:
    token = signed_in.cookies["cxsurvey"]
    both = f"cxsurvey={token}; cxsurvey={'0' * 27}"

    assert signed_in.get("/account", headers={"cookie": both}).status_code == 303


def test_foreign_workspace_looks_like_a_missing_one(signed_in: TestClient, write: Write) -> None:
    def make(ctx: Context) -> None:
        make_user(ctx, make_workspace(ctx, "foreign", "Foreign").id, "owner", "otto@example.com")

    write(make)

    foreign, missing = signed_in.get("/w/foreign/keys"), signed_in.get("/w/missing/keys")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text
    assert signed_in.post("/w/foreign/keys", data={"name": "x"}).status_code == 404


def test_what_happens_at_the_door_is_in_the_audit_log(signed_in: TestClient, database: Database) -> None:
    signed_in.post("/account/password", data={"present": PASSWORD, "password": "another four words"})

    with database.read() as ctx:
        entries: list[Any] = [(row.action, row.actor_kind) for row in ctx.session.query(AuditEntry)]
    assert entries == [("user.signed_in", "user"), ("user.password_changed", "user")]
