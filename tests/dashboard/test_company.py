"""The pages about the company: settings, workspaces, members, joining, the audit log, and one's own sign-ins."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.accounts import joining, service, team, users
from cxsurvey.accounts.commands import EditWorkspace, InviteMember
from cxsurvey.accounts.models import MemberInvitation
from cxsurvey.accounts.workspaces import edit
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import decode, encode
from cxsurvey.core.signing import digest
from cxsurvey.web.middleware import without_secrets
from tests.application import NOON, ORIGIN
from tests.dashboard.conftest import (
    PASSWORD,
    PASSWORD_HASH,
    SAME_SITE,
    Write,
    attribute,
    has,
    in_northwind,
    page,
    sign_in,
    text_of,
)
from tests.direct import DirectClient
from tests.factories import make_user, make_workspace
from tests.insights.answers import answer, store

SETTINGS, TEAM, AUDIT = "/w/northwind/settings", "/w/northwind/team", "/w/northwind/audit"
FORM = {"name": "Northwind Home", "report_zone": "Europe/Istanbul", "minimum_group": "5", "revision": "1"}
NEW = {"name": "Ida", "password": "four new words to come"}


@pytest.fixture
def second(database: Database) -> Iterator[TestClient]:
    """Somebody else's browser."""
    with DirectClient(dashboard.build(database), base_url=ORIGIN, follow_redirects=False, headers=SAME_SITE) as opened:
        yield opened


@pytest.fixture
def max_id(ada: str, write: Write) -> str:
    """The path of the page of Max, a viewer with a password."""

    def make(ctx: Context) -> str:
        in_northwind(ctx)
        user = make_user(ctx, ctx.workspace, "viewer", "max@example.com")
        user.password_hash = PASSWORD_HASH
        return encode("usr", user.id)

    made: str = write(make)
    return made


def invite(browser: TestClient, email: str = "ida@example.com", role: str = "manager") -> str:
    """Makes an invitation by the form and returns the path of its link."""
    shown = browser.post(f"{TEAM}/invitations", data={"email": email, "role": role})
    assert shown.status_code == 200, text_of(shown, "main")
    return text_of(shown, "#link").removeprefix(ORIGIN)


class TestSettings:
    def test_what_is_saved_is_shown_everywhere_at_once(self, signed_in: TestClient, survey: Any) -> None:
        changes = {"name": "Garden & Home", "privacy_url": "https://example.com/new", "attribute_1": "Plan"}
        saved = signed_in.post(SETTINGS, data={**FORM, **changes})

        assert saved.headers["location"] == f"{SETTINGS}?saved"
        shown = signed_in.get(f"{SETTINGS}?saved")
        assert text_of(shown, ".brand-name") == "Garden & Home"
        assert attribute(shown, "#field-attribute_1", "value") == "Plan"
        assert attribute(shown, "[name=revision]", "value") == "2"

    def test_customers_see_a_new_name_and_privacy_page_on_their_next_page(
        self, client: TestClient, write: Write, survey: Any
    ) -> None:
        assert "Northwind Home" in client.get(f"/s/{survey.code}").text

        def rename(ctx: Context) -> None:
            in_northwind(ctx)
            edit(ctx, EditWorkspace(name="Garden", privacy_url="https://example.com/new"))

        write(rename)
        shown = client.get(f"/s/{survey.code}").text
        assert "https://example.com/new" in shown
        assert "Garden" in text_of(client.get(f"/s/{survey.code}"), ".brand")

    def test_it_warns_that_stored_days_stay(self, signed_in: TestClient) -> None:
        assert "keep the day they were counted on in Europe/Istanbul" in text_of(signed_in.get(SETTINGS), ".notice")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""), ("report_zone", "Mars/Olympus"), ("privacy_url", "javascript:alert(1)"),
            ("minimum_group", "2"), ("minimum_group", "many"), ("attribute_2", "Touchpoint"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_named_and_all_that_was_typed_stays(
        self, signed_in: TestClient, field: str, value: str
    ) -> None:
        answer = signed_in.post(SETTINGS, data={**FORM, "attribute_1": "Plan", field: value})

        assert answer.status_code == 422
        assert text_of(answer, f"#error-{field}")
        assert attribute(answer, "#field-attribute_1", "value") == "Plan"

    def test_somebody_elses_change_is_not_overwritten_unseen(self, signed_in: TestClient, database: Database) -> None:
        signed_in.post(SETTINGS, data={**FORM, "name": "First"})
        late = signed_in.post(SETTINGS, data={**FORM, "name": "Second"})

        assert late.status_code == 409
        assert "Somebody else changed these settings" in text_of(late, ".problem")
        assert attribute(late, "#field-name", "value") == "Second"
        with database.read() as ctx:
            assert service.workspace_by_slug(ctx, "northwind").name == "First"


class TestWorkspaces:
    def test_a_second_one_is_made_and_gone_to_from_the_navigation(self, signed_in: TestClient) -> None:
        assert not has(signed_in.get("/w/northwind/"), ".switcher")
        made = signed_in.post("/w/northwind/workspaces", data={"name": "Garden", "report_zone": "UTC"})

        assert made.headers["location"] == "/w/garden/"
        assert attribute(signed_in.get("/w/garden/"), ".switcher a", "href") == "/w/northwind/"
        assert attribute(signed_in.get("/w/northwind/"), ".switcher a", "href") == "/w/garden/"

    def test_a_mistake_keeps_what_was_typed(self, signed_in: TestClient) -> None:
        again = signed_in.post("/w/northwind/workspaces", data={"name": "Garden", "report_zone": "x"})

        assert again.status_code == 422
        assert attribute(again, "#field-name", "value") == "Garden"

    def test_a_viewer_sees_the_own_ones_and_makes_none(self, browser: TestClient, max_id: str) -> None:
        sign_in(browser, "max@example.com")

        shown = browser.get("/w/northwind/workspaces")
        assert shown.status_code == 200
        assert not has(shown, "main form")


class TestJoining:
    def test_a_colleague_without_account_joins_and_is_signed_in(
        self, signed_in: TestClient, second: TestClient, database: Database
    ) -> None:
        path = invite(signed_in)
        token = path.rpartition("/")[2]
        with database.read() as ctx:
            assert ctx.session.query(MemberInvitation).one().token_hash == digest(token)
        assert token not in signed_in.get(TEAM).text

        for _ in range(2):  # opening it uses nothing up
            assert has(second.get(path), "#field-name")
        joined = second.post(path, data=NEW)

        assert joined.headers["location"] == "/w/northwind/"
        assert "Signed in as Ida" in text_of(second.get("/w/northwind/"), ".side-foot")
        assert second.get(path).status_code == second.post(path, data=NEW).status_code == 410
        assert "Ida" in text_of(signed_in.get(TEAM), ".members")

    def test_a_mistake_uses_nothing_up_and_keeps_the_name(self, signed_in: TestClient, second: TestClient) -> None:
        path = invite(signed_in)
        again = second.post(path, data={"name": "Ida", "password": "short"})

        assert again.status_code == 422
        assert attribute(again, "#field-name", "value") == "Ida"
        assert second.post(path, data=NEW).status_code == 303

    def test_who_has_an_account_joins_with_its_password_alone(
        self, signed_in: TestClient, second: TestClient, write: Write
    ) -> None:
        def make(ctx: Context) -> None:
            other = make_workspace(ctx, "other")
            make_user(ctx, other.id, "owner", "ida@example.com").password_hash = PASSWORD_HASH

        write(make)
        path = invite(signed_in, role="viewer")

        assert not has(second.get(path), "#field-name")
        wrong = second.post(path, data=NEW)
        assert (wrong.status_code, text_of(wrong, ".problem li")) == (
            422,
            "This e-mail address and password do not belong together.",
        )
        assert second.post(path, data={"password": PASSWORD}).headers["location"] == "/w/northwind/"
        places = [node.attributes["href"] for node in page(second.get("/w/northwind/")).css(".switcher a")]
        assert places == ["/w/other/"]

    def test_who_is_signed_in_joins_with_one_press_and_nobody_else_does(
        self, signed_in: TestClient, second: TestClient, max_id: str, write: Write
    ) -> None:
        def elsewhere(ctx: Context) -> str:
            make_workspace(ctx, "other")
            return joining.invite(ctx, InviteMember(email="max@example.com", role="admin")).path

        path = write(elsewhere)
        assert has(signed_in.get(path), "#field-password")
        assert signed_in.post(path, data={}).status_code == 422

        sign_in(second, "max@example.com")
        assert not has(second.get(path), "#field-password")
        assert second.post(path).headers["location"] == "/w/other/"

    def test_an_invitation_taken_back_opens_nothing(self, signed_in: TestClient, second: TestClient) -> None:
        path = invite(signed_in)
        ask = attribute(signed_in.get(TEAM), ".things a", "href") or ""
        assert "Take the invitation back?" in text_of(signed_in.get(ask), "h1")
        assert signed_in.post(ask).status_code == 303

        assert second.get(path).status_code == 410
        assert not has(signed_in.get(TEAM), ".things a")
        assert signed_in.post(ask).status_code == 404

    def test_the_link_of_an_invitation_stands_in_no_log(self) -> None:
        assert without_secrets("/join/" + "a" * 27) == "/join/aaaaaa…"

    def test_another_site_cannot_press_the_button(self, signed_in: TestClient, second: TestClient) -> None:
        path = invite(signed_in)

        assert second.post(path, data=NEW, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


class TestMembers:
    def test_a_changed_role_counts_from_the_next_click_on(
        self, signed_in: TestClient, second: TestClient, max_id: str
    ) -> None:
        sign_in(second, "max@example.com")
        assert second.get(TEAM).status_code == 403

        signed_in.post(f"{TEAM}/{max_id}/role", data={"role": "admin"})

        assert second.get(TEAM).status_code == 200

    def test_shutting_out_and_removing_count_at_once(
        self, signed_in: TestClient, second: TestClient, max_id: str
    ) -> None:
        sign_in(second, "max@example.com")
        signed_in.post(f"{TEAM}/{max_id}/disable")
        assert second.get("/w/northwind/").status_code == 404
        assert "shut out" in text_of(signed_in.get(TEAM), ".members")

        signed_in.post(f"{TEAM}/{max_id}/enable")
        assert second.get("/w/northwind/").status_code == 200

        assert "Remove Max?" in text_of(signed_in.get(f"{TEAM}/{max_id}/remove"), "h1")
        assert signed_in.post(f"{TEAM}/{max_id}/remove").headers["location"] == f"{TEAM}?done=removed"
        assert second.get("/w/northwind/").status_code == 404
        nowhere = second.get("/", follow_redirects=True)
        assert nowhere.status_code == 403
        assert "belong to no workspace" in text_of(nowhere, "main")
        assert second.post("/sign-out").status_code == 303

    def test_the_last_owner_is_told_why_not(self, signed_in: TestClient, max_id: str) -> None:
        href = attribute(signed_in.get(TEAM), ".members a", "href") or ""

        refused = signed_in.post(f"{href}/role", data={"role": "viewer"})

        assert refused.status_code == 409
        assert "last owner" in text_of(refused, ".problem")

    def test_a_reset_link_is_shown_once_and_sets_the_password(
        self, signed_in: TestClient, second: TestClient, max_id: str
    ) -> None:
        shown = signed_in.post(f"{TEAM}/{max_id}/reset-link")
        path = text_of(shown, ".secret").removeprefix(ORIGIN)

        assert re.fullmatch("/reset/[0-9A-Za-z]{27}", path)
        assert path not in signed_in.get(f"{TEAM}/{max_id}").text
        assert second.post(path, data={"password": "four words from now on"}).status_code == 303
        assert sign_in(second, "max@example.com", "four words from now on").status_code == 303

    def test_the_page_shows_what_each_role_may_do(self, signed_in: TestClient) -> None:
        rows = {
            row.css_first("th").text(): [cell.text() for cell in row.css("td")]  # type: ignore[union-attr]
            for row in page(signed_in.get(TEAM)).css(".rights tbody tr")
        }

        assert rows["Read scores"] == ["yes", "yes", "yes", "yes"]
        assert rows["Make and remove owners"] == ["yes", "no", "no", "no"]

    @pytest.mark.parametrize(
        "data", [{"email": "nobody", "role": "viewer"}, {"email": "a@example.com", "role": "king"}]
    )
    def test_a_mistake_in_an_invitation_comes_back(self, signed_in: TestClient, data: dict[str, str]) -> None:
        again = signed_in.post(f"{TEAM}/invitations", data=data)

        assert again.status_code == 422
        assert attribute(again, "#field-email", "value") == data["email"]


class TestAuditLog:
    def test_it_is_filtered_paged_and_says_who(self, signed_in: TestClient, max_id: str) -> None:
        for number in range(55):
            invite(signed_in, f"ida-{number}@example.com")
        shown = signed_in.get(AUDIT)

        assert len(page(shown).css(".log li")) == 50
        assert text_of(shown, ".log p").startswith("Ada invited ida-54@example.com as manager.")
        older = signed_in.get(AUDIT + (attribute(shown, ".log-foot a", "href") or ""))
        assert [node.text().strip() for node in page(older).css(".log li > p:first-child")][-1] == "Ada signed in."
        accounts = signed_in.get(f"{AUDIT}?kind=accounts")
        assert len(page(accounts).css(".log li")) == 1
        nothing = signed_in.get(f"{AUDIT}?person={max_id}")
        assert "No such entries" in text_of(nothing, ".empty-title")

    def test_a_bad_choice_is_named(self, signed_in: TestClient) -> None:
        answer = signed_in.get(f"{AUDIT}?since=yesterday&kind=x")

        assert answer.status_code == 422
        assert text_of(answer, "#error-since")
        assert text_of(answer, "#error-kind")

    def test_the_download_is_recorded_first_and_safe_to_open(self, signed_in: TestClient) -> None:
        signed_in.post("/account/name", data={"name": "=HYPERLINK(1)"})
        signed_in.post("/w/northwind/keys", data={"name": "Shop", "kind": "live", "scope": "scores:read"})

        answer = signed_in.post(f"{AUDIT}/download", data={"kind": ""})

        assert answer.headers["content-disposition"] == 'attachment; filename="audit-log_northwind.csv"'
        heading, *rows = csv.reader(io.StringIO(answer.text))
        assert heading[1] == "at (Europe/Istanbul)"
        what = [row[heading.index("action")] for row in rows]
        assert what == ["audit.exported", "key.created", "user.renamed", "user.signed_in"]
        assert {row[heading.index("who")] for row in rows} == {"'=HYPERLINK(1)"}
        assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)

    def test_a_manager_does_not_read_it(self, browser: TestClient, max_id: str) -> None:
        sign_in(browser, "max@example.com")

        assert browser.get(AUDIT).status_code == browser.post(f"{AUDIT}/download").status_code == 403
        assert AUDIT not in browser.get("/account").text

    def test_the_reason_why_an_answer_was_taken_out_is_not_in_it(
        self, signed_in: TestClient, survey: Any, write: Write
    ) -> None:
        def give(ctx: Context) -> str:
            in_northwind(ctx)
            return encode("rsp", store(ctx, [answer(ctx, survey.id, 3, NOON, "late")])[0])

        given = write(give)
        signed_in.post(f"/w/northwind/responses/{given}/void", data={"reason": "Mrs Jones asked for it"})

        shown = signed_in.get(AUDIT)
        assert "Ada took a response out of the scores." in text_of(shown, ".log")
        assert attribute(shown, ".log a", "href") == f"/w/northwind/responses/{given}"
        assert "Jones" not in shown.text + signed_in.post(f"{AUDIT}/download").text


class TestSignIns:
    def test_one_browser_is_signed_out_and_the_others_stay(
        self, signed_in: TestClient, second: TestClient, ada: str
    ) -> None:
        sign_in(second, ada)
        end = attribute(signed_in.get("/account"), "tbody form", "action") or ""
        assert end.startswith("/account/sign-ins/sig_")

        assert signed_in.post(end).headers["location"] == "/account?done=one"

        assert second.get("/account").status_code == 303
        assert signed_in.get("/account").status_code == 200
        assert signed_in.post(end).status_code == 404

    def test_signing_out_everywhere_includes_this_browser(
        self, signed_in: TestClient, second: TestClient, ada: str
    ) -> None:
        sign_in(second, ada)

        gone = signed_in.post("/account/sign-out-everywhere")

        assert gone.headers["location"] == "/sign-in"
        assert signed_in.get("/account").status_code == second.get("/account").status_code == 303

    def test_a_browser_that_lay_idle_too_long_is_not_listed(
        self, signed_in: TestClient, second: TestClient, ada: str, clock: FixedClock, database: Database
    ) -> None:
        clock.instant -= timedelta(hours=database.settings.session_idle_hours)
        sign_in(second, ada)
        clock.instant += timedelta(hours=database.settings.session_idle_hours)

        assert len(page(signed_in.get("/account")).css("tbody tr")) == 1


def test_a_wrong_password_writes_as_much_for_an_account_as_for_none(
    browser: TestClient, ada: str, database: Database, connection: Any
) -> None:
    kinds: list[list[str]] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            kinds[-1].append(statement.split()[2])

    event.listen(connection, "before_cursor_execute", note)
    for email in (ada, "nobody@example.com"):
        kinds.append([])
        sign_in(browser, email, "not the password")
    event.remove(connection, "before_cursor_execute", note)

    assert kinds[0] == kinds[1] != []


def test_names_of_those_who_left_stay_in_the_history_of_an_answer(ada: str, max_id: str, write: Write) -> None:
    user_id = decode("usr", max_id)
    assert user_id is not None

    def leave(ctx: Context) -> dict[Any, str]:
        in_northwind(ctx)
        team.remove(ctx, user_id)
        return users.names(ctx, [user_id])

    assert write(leave) == {user_id: "Max"}


LEAVE = "/w/northwind/workspaces/leave"


class TestLeaving:
    def test_a_member_leaves_after_a_question_and_is_out_at_once(
        self, signed_in: TestClient, second: TestClient, max_id: str
    ) -> None:
        sign_in(second, "max@example.com")
        assert has(second.get("/w/northwind/workspaces"), f'a[href="{LEAVE}"]')
        assert "invite you again" in text_of(second.get(LEAVE), "main")

        left = second.post(LEAVE)

        assert (left.status_code, left.headers["location"]) == (303, "/")
        assert second.get("/w/northwind/").status_code == 404
        assert "belong to no workspace" in text_of(second.get("/", follow_redirects=True), "main")
        assert "max@example.com" not in signed_in.get(TEAM).text
        assert "Max left the workspace." in signed_in.get(AUDIT).text

    def test_the_last_owner_cannot_leave(self, signed_in: TestClient, max_id: str) -> None:
        refused = signed_in.post(LEAVE)

        assert refused.status_code == 409
        assert "last owner" in text_of(refused, ".problem")
        assert signed_in.get("/w/northwind/").status_code == 200
