from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.accounts import passwords, service
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.respond.preview import preview_html
from cxsurvey.surveys.service import SurveyView
from tests.application import ORIGIN
from tests.factories import act_in, make_open_survey, make_user, make_workspace

PASSWORD = "four words nobody guesses"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = QUICK.hash(PASSWORD)
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
Write = Callable[[Callable[[Context], Any]], Any]


def page(answer: Any) -> LexborHTMLParser:
    """The answer as a document."""
    return LexborHTMLParser(answer.text)


def text_of(answer: Any, selector: str) -> str:
    """The text of the first element that fits; "" when there is none."""
    found = page(answer).css_first(selector)
    return found.text().strip() if found is not None else ""


def attribute(answer: Any, selector: str, name: str) -> str | None:
    """An attribute of the first element that fits; None when either is missing or the attribute is bare."""
    found = page(answer).css_first(selector)
    return found.attributes.get(name) if found is not None else None


def has(answer: Any, selector: str) -> bool:
    """Whether an element fits."""
    return page(answer).css_first(selector) is not None


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing as cheap as it can be; what it costs in earnest is tested beside the passwords."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture
def browser(database: Database) -> Iterator[TestClient]:
    """A browser on the dashboard that follows no redirect by itself and says where its requests come from."""
    app = dashboard.build(database, draw_survey=preview_html)
    with TestClient(app, base_url=ORIGIN, follow_redirects=False, headers=SAME_SITE) as opened:
        yield opened


@pytest.fixture
def ada(write: Write) -> str:
    """The address of an owner of the workspace “northwind” who has a password."""

    def make(ctx: Context) -> None:
        workspace = make_workspace(ctx)
        make_user(ctx, workspace.id, "owner", "ada@example.com").password_hash = PASSWORD_HASH

    write(make)
    return "ada@example.com"


@pytest.fixture
def signed_in(browser: TestClient, ada: str) -> TestClient:
    """Ada's browser."""
    sign_in(browser, ada)
    return browser


@pytest.fixture
def survey(signed_in: TestClient, write: Write) -> SurveyView:
    """An open survey in Ada's workspace."""

    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        return make_open_survey(ctx)

    made: SurveyView = write(work)
    return made


def in_northwind(ctx: Context) -> None:
    """Makes the context act in Ada's workspace."""
    act_in(ctx, service.workspace_by_slug(ctx, "northwind").id)


def sign_in(browser: TestClient, email: str, password: str = PASSWORD, **fields: str) -> Any:
    """Sends the sign-in form."""
    return browser.post("/sign-in", data={"email": email, "password": password, **fields})
