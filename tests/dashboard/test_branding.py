"""Branding of a workspace and of a survey, as an admin sets it and a customer sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey import app as application
from cxsurvey.accounts.models import Image
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.surveys import housekeeping, queries, service
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web import accent
from tests.application import ORIGIN
from tests.dashboard.conftest import (
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
from tests.factories import make_user
from tests.pictures import jpeg, png

HERE = "/w/northwind/branding"
GOOD = {"name": "Northwind", "accent": "#274C84", "privacy_url": "https://example.com/p", "footer": "Northwind Ltd"}


@pytest.fixture
def browser(database: Database) -> Any:
    """A browser in front of the whole application: customers' pages and pictures too."""
    with DirectClient(
        application.build(database), base_url=ORIGIN, follow_redirects=False, headers=SAME_SITE
    ) as opened:
        yield opened


def send(browser: TestClient, address: str = HERE, file: bytes | None = None, **fields: str) -> Any:
    files = {"logo": ("logo.png", file if file is not None else b"", "application/octet-stream")}
    return browser.post(address, data={**GOOD, **fields}, files=files)


def of_survey(survey: SurveyView) -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/branding"


def revise(browser: TestClient, survey: SurveyView, file: bytes | None = None, **fields: str) -> Any:
    address = of_survey(survey)
    seen = attribute(browser.get(address), "input[name=revision]", "value") or ""
    return send(browser, address, file, revision=seen, **fields)


def publish(write: Write, survey: SurveyView) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        service.publish(ctx, survey.id)

    write(work)


def test_customers_see_what_was_set(signed_in: TestClient, survey: SurveyView) -> None:
    assert send(signed_in, file=png()).headers["location"] == f"{HERE}?done=saved"

    asked = signed_in.get(f"/s/{survey.code}")
    assert attribute(asked, ".brand-logo", "alt") == "Northwind"
    assert (attribute(asked, ".brand-logo", "width"), attribute(asked, ".brand-logo", "height")) == ("120", "40")
    assert "Northwind Ltd" in text_of(asked, "footer")
    assert attribute(asked, "footer a", "href") == "https://example.com/p"
    assert len(asked.content) < 50_000
    assert "Saved" in text_of(signed_in.get(f"{HERE}?done=saved"), ".notice")


def test_a_logo_is_served_for_ever_and_can_do_nothing(signed_in: TestClient, survey: SurveyView) -> None:
    send(signed_in, file=jpeg())
    address = attribute(signed_in.get(f"/s/{survey.code}"), ".brand-logo", "src") or ""

    with DirectClient(signed_in.app, base_url=ORIGIN) as stranger:
        found = stranger.get(address)
    assert (found.status_code, found.content, found.headers["content-type"]) == (200, jpeg(), "image/jpeg")
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "set-cookie" not in found.headers
    for other in (address[:-5] + "x.jpg", "/pictures/..%2Fx", "/pictures/" + "0" * 32 + "-1x1.png"):
        assert signed_in.get(other).status_code == 404
    policy = signed_in.get(f"/s/{survey.code}").headers["content-security-policy"]
    assert "img-src 'self' data:" in policy


def test_a_colour_that_cannot_be_read_is_kept_and_the_nearest_one_is_one_tap_away(signed_in: TestClient) -> None:
    send(signed_in, accent="#ffcc00")
    shown = signed_in.get(HERE)

    assert attribute(shown, "#field-accent", "value") == "#FFCC00"
    assert "1.5" in text_of(shown, ".contrasts")
    take = attribute(shown, "button[value^='take:']", "value") or ""
    assert send(signed_in, accent="#ffcc00", then=take).status_code == 303
    taken = signed_in.get(HERE)
    assert attribute(taken, "#field-accent", "value") == take.removeprefix("take:")
    assert not has(taken, "button[value^='take:']")


@pytest.mark.parametrize(
    ("fields", "file", "wrong"),
    [
        ({"accent": "red"}, None, "accent"),
        ({"accent": "#12345"}, None, "accent"),
        ({"privacy_url": "javascript:alert(1)"}, None, "privacy_url"),
        ({"footer": "x" * 301}, None, "footer"),
        ({"name": "x" * 81}, None, "name"),
        ({}, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo"),
        ({}, b"\xff\xd8\xff" + bytes(300_000), "logo"),
    ],
)
def test_what_is_not_right_comes_back_with_all_that_was_typed(
    signed_in: TestClient, fields: dict[str, str], file: bytes | None, wrong: str
) -> None:
    answer = send(signed_in, file=file, **{"footer": "Typed", **fields})

    assert answer.status_code == 422
    assert text_of(answer, f"#error-{wrong}")
    assert attribute(answer, "#field-name", "value") == fields.get("name", "Northwind")
    assert attribute(answer, "#field-footer", "value") == fields.get("footer", "Typed")
    assert attribute(signed_in.get(HERE), "#field-footer", "value") == ""


def test_a_survey_has_its_own_and_keeps_it_with_its_version(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    send(signed_in, file=png())
    assert (
        revise(signed_in, survey, jpeg(), name="Northwind Care", accent="", privacy_url="", footer="").status_code
        == 303
    )
    code = f"/s/{survey.code}"
    assert attribute(signed_in.get(code), ".brand-logo", "alt") == "Northwind", "a draft is shown to customers"
    frame = attribute(signed_in.get(of_survey(survey)), ".sights iframe", "src") or ""
    assert attribute(signed_in.get(frame), ".brand-logo", "alt") == "Northwind Care"
    assert "Northwind Care" in signed_in.get(of_survey(survey).replace("branding", "publish")).text

    publish(write, survey)
    asked = signed_in.get(code)
    logo = attribute(asked, ".brand-logo", "src") or ""
    assert (attribute(asked, ".brand-logo", "alt"), logo[-4:]) == ("Northwind Care", ".jpg")
    assert "Northwind Ltd" in text_of(asked, "footer"), "what is empty is as the workspace has it"
    revise(signed_in, survey, name="", remove_logo="yes")
    assert attribute(signed_in.get(code), ".brand-logo", "src") == logo


def test_the_colour_of_a_survey_is_for_its_customers_and_never_for_the_dashboard(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    own, shared = accent.url("#8A1C4A"), accent.url(GOOD["accent"])
    send(signed_in)
    assert revise(signed_in, survey, accent="#8A1C4A").status_code == 303
    publish(write, survey)

    def sheets(address: str) -> set[str | None]:
        found = {node.attributes.get("href") for node in page(signed_in.get(address)).css("link[rel=stylesheet]")}
        return found & {own, shared}

    base = of_survey(survey).removesuffix("/branding")
    for part in ("results", "segments", "edit", "branding", "preview", "share", "scale"):
        address = f"{base}/{part}"
        there = signed_in.get(address).headers.get("location", address)
        assert sheets(there) == {shared}, part
    assert sheets(f"/s/{survey.code}") == {own}
    assert sheets(attribute(signed_in.get(of_survey(survey)), ".sights iframe", "src") or "") == {own}


def test_a_picture_goes_when_nothing_shows_it(
    signed_in: TestClient, survey: SurveyView, write: Write, database: Database, clock: FixedClock
) -> None:
    send(signed_in, file=png(80, 20))
    revise(signed_in, survey, jpeg())
    publish(write, survey)
    revise(signed_in, survey, remove_logo="yes")
    send(signed_in, remove_logo="yes")
    clock.instant += timedelta(days=2)

    def forget(ctx: Context) -> list[bool]:
        before = ctx.now - housekeeping.AGE
        found = queries.pictures_of_no_workspace(ctx.connection, before)
        return sorted(queries.delete_unused_picture(ctx.connection, each, before) for each in found)

    assert write(forget) == [False, True]
    with database.read() as ctx:
        assert [image.media_type for image in ctx.session.query(Image)] == ["image/jpeg"]


def test_a_picture_of_another_workspace_is_not_shown_by_naming_it(write: Write, survey: SurveyView) -> None:
    from cxsurvey.core.errors import Invalid
    from cxsurvey.surveys.commands import EditSurvey
    from cxsurvey.surveys.definition import Theme

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        draft = survey.draft.model_copy(update={"theme": Theme(logo="0" * 32 + "-1x1.png")})
        service.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name="x", definition=draft))

    with pytest.raises(Invalid) as refused:
        write(work)
    assert [problem.field for problem in refused.value.problems] == ["definition.theme.logo"]


def test_the_preview_is_light_dark_and_right_to_left(signed_in: TestClient) -> None:
    frames = [node.attributes["src"] or "" for node in page(signed_in.get(HERE)).css(".sights iframe[sandbox]")]
    seen = [signed_in.get(frame) for frame in frames]

    assert [attribute(answer, "html", "data-scheme") for answer in seen] == ["light", "dark", "light"]
    assert [attribute(answer, "html", "dir") for answer in seen] == ["ltr", "ltr", "rtl"]
    assert all("form-action 'none'" in answer.headers["content-security-policy"] for answer in seen)


def test_only_admins_set_it(browser: TestClient, ada: str, write: Write) -> None:
    def add_max(ctx: Context) -> None:
        in_northwind(ctx)
        make_user(ctx, ctx.workspace, "manager", "max@example.com").password_hash = PASSWORD_HASH

    write(add_max)
    sign_in(browser, "max@example.com")

    assert browser.get(HERE).status_code == 403
    assert send(browser).status_code == 403
    assert browser.get(f"{HERE}/preview").status_code == 403
