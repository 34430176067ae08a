from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest
from argon2 import PasswordHasher
from httpx2 import Cookies
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.accounts import passwords, service
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.respond.preview import preview_html
from cxsurvey.surveys.service import SurveyView
from tests.application import ORIGIN, House, Houses
from tests.direct import DirectClient
from tests.factories import act_in, make_open_survey, make_user, make_workspace

PASSWORD = "four words nobody guesses"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = QUICK.hash(PASSWORD)
NOBODYS_HASH = QUICK.hash("what nobody types")
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
Write = Callable[[Callable[[Context], Any]], Any]


def page(answer: Any) -> LexborHTMLParser:
    """The answer as a document, to be read only."""
    return _document(answer.text)


@lru_cache(maxsize=1)
def _document(text: str) -> LexborHTMLParser:
    # most tests ask one page several things
    return LexborHTMLParser(text)


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
    monkeypatch.setattr(passwords, "NOBODYS_HASH", NOBODYS_HASH)


@pytest.fixture
def browser(database: Database) -> Iterator[TestClient]:
    """A browser on the dashboard that follows no redirect by itself and says where its requests come from."""
    with browser_on(database) as opened:
        yield opened


def browser_on(database: Database) -> TestClient:
    """A browser on the dashboard of a database, to be entered and left."""
    app = dashboard.build(database, draw_survey=preview_html)
    return DirectClient(app, base_url=ORIGIN, follow_redirects=False, headers=SAME_SITE)


ADA = "ada@example.com"


@dataclass(frozen=True)
class Northwind:
    """What was built in Ada's workspace: what her browser keeps once she has signed in, and an open survey."""

    cookies: Cookies = field(default_factory=Cookies)
    survey: SurveyView | None = None


def with_ada(database: Database) -> Northwind:
    """Builds the workspace “northwind” and Ada, an owner who has a password."""

    def make(ctx: Context) -> None:
        workspace = make_workspace(ctx)
        make_user(ctx, workspace.id, "owner", ADA).password_hash = PASSWORD_HASH

    database.write(make, share=Share.JOBS)
    return Northwind()


def with_ada_signed_in(database: Database) -> Northwind:
    """Builds Ada's workspace and lets her sign in."""
    with_ada(database)
    with browser_on(database) as browser:
        sign_in(browser, ADA)
        return Northwind(browser.cookies)


def with_a_survey(database: Database) -> Northwind:
    """Builds Ada's workspace with an open survey, and lets her sign in."""

    def make(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        return make_open_survey(ctx)

    northwind = with_ada_signed_in(database)
    return replace(northwind, survey=database.write(make, share=Share.JOBS))


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House[Northwind] | None:
    """The one that has what the test asks for, and no more."""
    for fixture, builder in (("survey", with_a_survey), ("signed_in", with_ada_signed_in), ("ada", with_ada)):
        if fixture in request.fixturenames:
            houses: Houses = request.getfixturevalue("houses")
            return houses(builder)
    return None


@pytest.fixture
def ada(house: House[Northwind]) -> str:
    """The address of an owner of the workspace “northwind” who has a password."""
    return ADA


@pytest.fixture
def signed_in(browser: TestClient, house: House[Northwind]) -> TestClient:
    """Ada's browser."""
    browser.cookies = house.found.cookies
    return browser


@pytest.fixture
def survey(signed_in: TestClient, house: House[Northwind]) -> SurveyView:
    """An open survey in Ada's workspace."""
    assert house.found.survey is not None
    return house.found.survey


def in_northwind(ctx: Context) -> None:
    """Makes the context act in Ada's workspace."""
    act_in(ctx, service.workspace_by_slug(ctx, "northwind").id)


def sign_in(browser: TestClient, email: str, password: str = PASSWORD, **fields: str) -> Any:
    """Sends the sign-in form."""
    return browser.post("/sign-in", data={"email": email, "password": password, **fields})
