from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts.models import Membership, User, Workspace
from cxsurvey.core.context import Context
from cxsurvey.dashboard.surveys.sharing import qr_code
from tests.dashboard.conftest import PASSWORD_HASH, SAME_SITE, Write, page, sign_in, text_of
from tests.dashboard.survey_pages import NEW, edit, errors, follow, new_survey, press, published
from tests.factories import make_user, make_workspace

LIST = "/w/northwind/surveys"


def test_an_empty_list_offers_one_thing_to_do(signed_in: TestClient) -> None:
    answer = signed_in.get(LIST)

    actions = [link.attributes["href"] for link in page(answer).css("main a")]
    assert answer.status_code == 200
    assert actions == ["surveys/new"]


def test_a_survey_goes_from_nothing_to_closed_and_back(signed_in: TestClient) -> None:
    form = signed_in.get(NEW)
    editor = follow(signed_in, press(signed_in, form, name="Relationship", languages=["en", "de"]))
    assert text_of(editor, "h1") == "Relationship"

    publish = follow(signed_in, press(signed_in, editor, "publish"))
    assert "Ready to open" in publish.text
    shared = follow(signed_in, press(signed_in, publish))
    assert "Customers are asked this version" in text_of(shared, ".notice.done")
    assert "http://localhost:8000/s/" in text_of(shared, "[data-copy-text]")

    base = str(shared.url.path).removesuffix("/share")
    publish = follow(signed_in, edit(signed_in, base, "en", "publish", question="Would you come again?"))
    rows = [" ".join(row.text().split()) for row in page(publish).css("tbody tr")]
    assert len(rows) == 1
    assert rows[0].endswith("Would you come again?")
    assert "same trend line" in publish.text
    follow(signed_in, press(signed_in, publish))
    assert "Version 2" in signed_in.get(LIST).text

    asked = signed_in.get(f"{base}/close")
    assert "Who has answered can still change the own answer" in asked.text
    closed = follow(signed_in, press(signed_in, asked))
    assert "takes no more responses" in text_of(closed, ".notice.done")
    assert text_of(signed_in.get(LIST), ".tag") == "Closed"
    opened = follow(signed_in, press(signed_in, signed_in.get(f"{base}/reopen")))
    assert "Open again" in text_of(opened, ".notice.done")


def test_publishing_the_same_again_says_so(signed_in: TestClient) -> None:
    base = published(signed_in)
    assert "nothing to publish" in signed_in.get(f"{base}/publish").text

    revision = page(signed_in.get(f"{base}/edit/en")).css_first("input[name=revision]")
    assert revision is not None
    shared = follow(signed_in, signed_in.post(f"{base}/publish", data={"revision": revision.attributes["value"] or ""}))

    assert "Nothing has changed" in text_of(shared, ".notice.done")
    assert "Version 1" in shared.text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "languages": ["en"]}, "name"),
        ({"name": "   ", "languages": ["en"]}, "name"),
        ({"name": "x" * 81, "languages": ["en"]}, "name"),
        ({"name": "two\nlines", "languages": ["en"]}, "name"),
        ({"name": "No language"}, "languages"),
    ],
)
def test_a_new_survey_that_is_not_right_is_shown_again(
    signed_in: TestClient, sent: dict[str, str | list[str]], field: str
) -> None:
    answer = signed_in.post(NEW, data=sent)

    assert answer.status_code == 422
    assert set(errors(answer)) == {field}
    assert text_of(answer, "title").startswith("Error: ")
    assert "No surveys" not in signed_in.get(LIST).text
    assert page(signed_in.get(LIST)).css(".survey-card") == []


@pytest.mark.parametrize("language", ["../x", "en\0", "x" * 100_000, "{{7*7}}", "en' OR 1=1--"])
def test_no_language_parameter_does_harm(signed_in: TestClient, language: str) -> None:
    base = published(signed_in)

    made = signed_in.post(NEW, data={"name": "x", "languages": [language]})
    shown = signed_in.get(f"{base}/preview", params={"language": language[:2000], "page": language[:2000]})

    assert made.status_code in {413, 422}
    assert shown.status_code == 200
    assert page(shown).css_first("iframe").attributes["src"].endswith("/preview/question?language=en")  # type: ignore[union-attr]


def test_what_keeps_a_draft_from_being_published_links_to_its_fields(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    edit(signed_in, base, "settings", "add-language:de")
    edit(signed_in, base, "de", question="", low_label="{surname}")

    answer = signed_in.get(f"{base}/publish")

    links = {link.attributes["href"]: link.text() for link in page(answer).css(".notice.problem a")}
    assert links == {
        f"{base}/edit/de#field-question": "German: Question",
        f"{base}/edit/de#field-low_label": "German: Label of the lowest score",
    }
    for link in links:
        target, _, field = (link or "").partition("#")
        assert page(signed_in.get(target)).css_first(f'[id="{field}"]') is not None
    refused = signed_in.post(f"{base}/publish", data={"revision": "3"})
    assert refused.status_code == 422
    assert "German: Question" in refused.text


def test_a_follow_up_without_its_text_is_told_as_that(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    edit(signed_in, base, "follow-ups", "add-follow-up:single")

    gaps = [" ".join(gap.text().split()) for gap in page(signed_in.get(f"{base}/publish")).css(".notice.problem li")]

    assert "English: Follow-up 1 has no text" in gaps
    assert not any("required" in gap for gap in gaps)


def test_a_follow_up_without_its_text_names_each_language_once(signed_in: TestClient) -> None:
    base = new_survey(signed_in, "Relationship", "en", "de", "tr", "ar")
    edit(signed_in, base, "follow-ups", "add-follow-up:text")

    gaps = [" ".join(gap.text().split()) for gap in page(signed_in.get(f"{base}/publish")).css(".notice.problem li")]

    assert gaps == [f"{name}: Follow-up 1 has no text" for name in ("English", "German", "Turkish", "Arabic")]


def test_a_change_in_between_stops_the_publication_and_is_shown(signed_in: TestClient) -> None:
    base = published(signed_in)
    edit(signed_in, base, "en", question="Mine?")
    shown = signed_in.get(f"{base}/publish")
    edit(signed_in, base, "en", question="Theirs?")

    answer = press(signed_in, shown)

    assert answer.status_code == 409
    assert "Theirs?" in answer.text
    assert "Somebody changed this survey" in text_of(answer, "[role=alert]")
    assert "Version 1" in signed_in.get(LIST).text


def test_a_closed_survey_cannot_be_published_or_closed_again(signed_in: TestClient) -> None:
    base = published(signed_in)
    signed_in.post(f"{base}/close")

    assert signed_in.post(f"{base}/close").status_code == 409
    assert signed_in.get(f"{base}/close").status_code == 409
    assert signed_in.post(f"{base}/publish", data={"revision": "3"}).status_code == 409
    assert "Open it again" in signed_in.get(f"{base}/publish").text


def test_the_code_for_print_is_the_shared_link(signed_in: TestClient) -> None:
    base = published(signed_in)
    link = text_of(signed_in.get(f"{base}/share"), "[data-copy-text]")

    answer = signed_in.get(f"{base}/qr.svg")

    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.text == qr_code(link, inline=False)
    assert answer.text != qr_code(link + "x", inline=False)


def test_what_another_system_pastes_names_this_survey(signed_in: TestClient) -> None:
    base = published(signed_in)

    shown = [node.text() for node in page(signed_in.get(f"{base}/share")).css("pre code")]
    commands = [text for text in shown if text.startswith("curl")]

    assert [command.partition("/api/")[2].split()[0] for command in commands] == ["v1/responses", "v1/invitations"]
    assert all(f'"survey": "{base.rpartition("/")[2]}"' in command for command in commands)


def test_a_viewer_sees_surveys_and_may_change_nothing(browser: TestClient, signed_in: TestClient, write: Write) -> None:
    base = published(signed_in)
    write(_viewer)
    browser.cookies.clear()
    sign_in(browser, "vera@example.com")

    assert "Relationship" in browser.get(LIST).text
    assert "/edit" not in browser.get(LIST).text
    for path in ("share", "preview", "qr.svg"):
        assert browser.get(f"{base}/{path}").status_code == 200
    for path in ("edit", "edit/en", "edit/settings", "publish", "close"):
        assert browser.get(f"{base}/{path}").status_code == 403
    assert browser.get(NEW).status_code == 403
    for path in ("edit/en", "publish", "close", "reopen"):
        assert browser.post(f"{base}/{path}", data={"revision": "2"}).status_code == 403
    assert browser.post(NEW, data={"name": "x", "languages": ["en"]}).status_code == 403


def _viewer(ctx: Context) -> None:
    workspace = ctx.session.query(Workspace).one()
    make_user(ctx, workspace.id, "viewer", "vera@example.com").password_hash = PASSWORD_HASH


PATHS = (
    "edit",
    "edit/en",
    "edit/settings",
    "edit/follow-ups",
    "preview",
    "publish",
    "share",
    "qr.svg",
    "close",
    "reopen",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_survey_of_another_workspace_is_not_there(signed_in: TestClient, write: Write, path: str) -> None:
    base = published(signed_in)

    def foreign(ctx: Context) -> None:
        ada = ctx.session.query(User).one()
        other = make_workspace(ctx, "southwind", "Southwind")
        ctx.session.add(Membership(workspace_id=other.id, user_id=ada.id, role="owner", created_at=ctx.now))

    write(foreign)
    through_other = base.replace("/northwind/", "/southwind/")

    assert signed_in.get(f"{through_other}/{path}").status_code == 404
    assert signed_in.get(f"/w/nowhere/surveys/{base.rpartition('/')[2]}/{path}").status_code == 404
    for text in ("srv_", "srv_x", "rsp_" + base[-26:], base.rpartition("/")[2].upper(), "..%2f..%2fetc", "%00", "'--"):
        assert signed_in.get(f"/w/northwind/surveys/{text}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/new", "/srv_x/edit"])
def test_whoever_is_not_signed_in_is_led_to_the_door(browser: TestClient, ada: str, path: str) -> None:
    answer = browser.get(LIST + path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_a_post_from_another_site_changes_nothing(signed_in: TestClient) -> None:
    base = published(signed_in)

    for path in ("edit/en", "publish", "close"):
        answer = signed_in.post(f"{base}/{path}", data={"revision": "2"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert text_of(signed_in.get(LIST), ".tag") == "Open"


STEPS = (
    "question",
    *(f"{page}-{band}" for page in ("follow-ups", "thanks") for band in ("detractor", "passive", "promoter")),
)


@pytest.mark.parametrize("step", STEPS)
def test_the_preview_draws_the_draft_in_a_frame_that_can_send_nothing(client: TestClient, ada: str, step: str) -> None:
    client.headers.update(SAME_SITE)
    sign_in(client, ada)
    base = published(client, "en", "de")
    edit(client, base, "de", question="Noch nicht veröffentlicht?", thanks__passive__title="Entwurf eines Danks")

    frame = page(client.get(f"{base}/preview", params={"page": step, "language": "de"})).css_first("iframe")
    assert frame is not None
    answer = client.get(f"{base}/preview/{step}", params={"language": "de"})

    assert frame.attributes["sandbox"] in {None, ""}
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy
    assert ("Noch nicht veröffentlicht?" in answer.text) is (step == "question")
    assert ("Entwurf eines Danks" in answer.text) is (step == "thanks-passive")
    assert client.get(f"{base}/preview/nothing").status_code == 404


def test_a_draft_is_deleted_after_a_question(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    asked = signed_in.get(f"{base}/delete")
    assert "Nobody was ever asked" in asked.text

    gone = follow(signed_in, press(signed_in, asked))

    assert text_of(gone, ".notice.done") == "The draft is deleted."
    assert base not in gone.text
    assert signed_in.get(f"{base}/edit").status_code == 404


def test_a_draft_that_somebody_changed_is_not_deleted_unseen(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    asked = signed_in.get(f"{base}/delete")
    edit(signed_in, base, "en", question="Would you come again?")

    refused = press(signed_in, asked)

    assert refused.status_code == 409
    assert "Nothing was deleted" in text_of(refused, ".notice.problem")
    assert press(signed_in, refused).headers["location"] == f"{LIST}?done=deleted"


def test_a_published_survey_offers_no_deleting(signed_in: TestClient) -> None:
    base = published(signed_in)

    assert f"{base}/delete" not in signed_in.get(LIST).text + signed_in.get(f"{base}/share").text
    assert signed_in.get(f"{base}/delete").status_code == 409
    assert signed_in.post(f"{base}/delete", data={"revision": "1"}).status_code == 409
