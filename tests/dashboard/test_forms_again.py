"""A form that cannot be stored just now is shown again with what was typed, and says when to try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts import setup
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Busy, Refusal, TooMany, Unavailable
from cxsurvey.core.ids import encode
from tests.application import NOON
from tests.dashboard.conftest import Write, has, in_northwind
from tests.dashboard.survey_pages import new_survey, value
from tests.factories import make_open_survey
from tests.insights.answers import answer, store

TYPED = "Typed with “care”"
REFUSALS = [(Unavailable(), 503, "2"), (Busy(), 409, "1"), (TooMany(retry_after=7), 429, "7")]
Send = Callable[[TestClient], Any]


@pytest.fixture
def refuse(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[Refusal], None]:
    """From then on every write is refused."""

    def refuse_with(refusal: Refusal) -> None:
        def write(*_: object, **__: object) -> NoReturn:
            raise refusal

        async def awrite(*_: object, **__: object) -> NoReturn:
            raise refusal

        monkeypatch.setattr(database, "write", write)
        monkeypatch.setattr(database, "awrite", awrite)

    return refuse_with


def sent_answer(write: Write) -> str:
    def work(ctx: Context) -> str:
        in_northwind(ctx)
        (made,) = store(ctx, [answer(ctx, make_open_survey(ctx).id, 3, NOON)])
        return f"/w/northwind/responses/{encode('rsp', made)}"

    address: str = write(work)
    return address


@pytest.mark.parametrize(("refusal", "status", "wait"), REFUSALS, ids=["unavailable", "busy", "too many"])
@pytest.mark.parametrize("form", ["survey", "editor", "key", "account", "answer"])
def test_what_was_typed_is_there_again(
    signed_in: TestClient,
    write: Write,
    refuse: Callable[[Refusal], None],
    form: str,
    refusal: Refusal,
    status: int,
    wait: str,
) -> None:
    base, judged = new_survey(signed_in), sent_answer(write)
    part = signed_in.get(f"{base}/edit/en")
    path, name = {
        "survey": ("/w/northwind/surveys/new", "name"),
        "editor": (f"{base}/edit/en", "question"),
        "key": ("/w/northwind/keys", "name"),
        "account": ("/account/name", "name"),
        "answer": (f"{judged}/void", "reason"),
    }[form]
    more = (
        {"revision": value(part, "revision") or ""} if form == "editor" else {"languages": "en", "scope": "scores:read"}
    )
    refuse(refusal)

    answer = signed_in.post(path, data={name: TYPED, **more})

    assert (answer.status_code, answer.headers.get("retry-after")) == (status, wait)
    assert value(answer, name) == TYPED
    assert has(answer, ".notice.problem")


def test_what_was_typed_at_the_door_is_there_again(
    browser: TestClient, write: Write, refuse: Callable[[Refusal], None]
) -> None:
    link: str = write(setup.fresh_link)
    refuse(Unavailable())
    fields = {"name": TYPED, "email": "ada@example.com", "password": "four words nobody guesses", "workspace": "Home"}

    set_up = browser.post(link, data={**fields, "zone": "UTC"})
    sign_in = browser.post("/sign-in", data=fields)

    for shown in (set_up, sign_in):
        assert (shown.status_code, shown.headers.get("retry-after")) == (503, "2")
        assert value(shown, "email") == "ada@example.com"
        assert "four words" not in shown.text
    assert value(set_up, "name") == TYPED
    assert set_up.headers["referrer-policy"] == "strict-origin"


def test_a_part_that_the_editor_does_not_have_is_missing_also_when_busy(
    signed_in: TestClient, refuse: Callable[[Refusal], None]
) -> None:
    base = new_survey(signed_in)
    refuse(Unavailable())

    assert signed_in.post(f"{base}/edit/xx", data={"question": TYPED}).status_code == 404
