"""What a browser does with the forms of the survey pages: fills fields, presses a button, follows the redirect."""

from __future__ import annotations

from typing import Any

from selectolax.lexbor import LexborNode
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import preset
from tests.dashboard.conftest import in_northwind, page

NEW = "/w/northwind/surveys/new"


def fields_of(form: LexborNode) -> dict[str, str | list[str]]:
    """What the form would send as it stands: ticked boxes only, no buttons."""
    values: dict[str, str | list[str]] = {}
    for node in form.css("input, textarea, select"):
        name = node.attributes.get("name")
        kind = node.attributes.get("type")
        if not name or (kind in {"checkbox", "radio"} and "checked" not in node.attributes):
            continue
        if node.tag == "textarea":
            values[name] = node.text()
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            values[name] = (chosen.attributes.get("value") or "") if chosen else ""
        else:
            values[name] = node.attributes.get("value") or ""
    return values


def press(browser: TestClient, answer: Any, then: str = "", without: tuple[str, ...] = (), **changes: Any) -> Any:
    """Sends the form of a page with some fields changed; `then` must be the value of one of its buttons.

    In the names of fields a double underscore stands for a dot.
    """
    form = page(answer).css_first("main form[method=post]")
    assert form is not None
    if then:
        buttons = {button.attributes.get("value") for button in form.css("button[name=then]")}
        assert then in buttons, f"{then} is none of {sorted(filter(None, buttons))}"
    values = fields_of(form) | {name.replace("__", "."): value for name, value in changes.items()}
    values = {name: value for name, value in values.items() if name not in without}
    if then:
        values["then"] = then
    return browser.post(form.attributes["action"] or "", data=values)


def follow(browser: TestClient, answer: Any) -> Any:
    """The page that a redirect leads to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[-2000:])
    found = browser.get(answer.headers["location"])
    assert found.status_code == 200
    return found


def new_survey(browser: TestClient, name: str = "Relationship", *languages: str) -> str:
    """Makes a survey through the form and gives the address of its pages."""
    answer = browser.post(NEW, data={"name": name, "languages": list(languages or ("en",))})
    assert answer.status_code == 303, answer.text
    base: str = answer.headers["location"].partition("/edit/")[0]
    return base


def published(browser: TestClient, *languages: str) -> str:
    """A survey that was made and published through the forms."""
    base = new_survey(browser, "Relationship", *languages)
    assert press(browser, browser.get(f"{base}/publish")).status_code == 303
    return base


def edit(browser: TestClient, base: str, part: str, then: str = "save", **changes: Any) -> Any:
    """Opens a part of the editor, changes fields, presses a button."""
    return press(browser, browser.get(f"{base}/edit/{part}"), then, **changes)


def value(answer: Any, name: str) -> str | None:
    """What a field of the page holds."""
    for node in page(answer).css("input, textarea"):
        if node.attributes.get("name") == name:
            return node.text() if node.tag == "textarea" else node.attributes.get("value")
    return None


def errors(answer: Any) -> dict[str, str]:
    """The sentence at each field that is marked, by the field's id, each linked from the summary at the top."""
    document = page(answer)
    found: dict[str, str] = {}
    linked = {link.attributes.get("href") for link in document.css(".notice.problem a")}
    for node in document.css("p.error"):
        name = (node.attributes.get("id") or "").removeprefix("error-")
        assert f"#field-{name}" in linked
        assert document.css_first(f'[id="field-{name}"]') is not None
        found[name] = node.text()
    return found


def ask_on(ctx: Context, survey: SurveyView, formula: str) -> SurveyView:
    """Publishes the survey on another scale, which starts a trend line."""
    in_northwind(ctx)
    definition = preset(formula, "Northwind Home", ("en",))
    edited = surveys.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name="A", definition=definition))
    return surveys.publish(ctx, edited.id).survey
