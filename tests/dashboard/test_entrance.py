from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts import queries, signin
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from tests.dashboard.conftest import Write, has


@pytest.fixture
def link(ada: str, write: Write) -> str:
    made: str = write(lambda ctx: signin.link(ctx, ada))
    return made


def test_opening_the_link_shows_a_button_and_uses_nothing_up(browser: TestClient, link: str) -> None:
    answers = [browser.get(link) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert has(answers[0], f'form[method="post"][action="{link}"] button')
    assert answers[0].headers["referrer-policy"] == "strict-origin"
    assert "set-cookie" not in answers[0].headers


def test_the_button_signs_in_once(browser: TestClient, link: str) -> None:
    answer = browser.post(link)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/account").status_code == 200
    browser.cookies.clear()
    assert browser.post(link).status_code == 410
    assert browser.get("/account").status_code == 303


def test_only_the_newest_link_works_and_only_for_a_day(
    browser: TestClient, ada: str, link: str, write: Write, clock: FixedClock
) -> None:
    newer = write(lambda ctx: signin.link(ctx, ada))
    assert (browser.get(link).status_code, browser.get(newer).status_code) == (410, 200)

    clock.instant += signin.LINK_LIFE
    assert browser.post(newer).status_code == 410


def test_a_disabled_user_does_not_come_in(browser: TestClient, ada: str, link: str, write: Write) -> None:
    def disable(ctx: Context) -> None:
        user = queries.user_by_email(ctx, ada)
        assert user is not None
        user.disabled_at = ctx.now

    write(disable)

    assert browser.post(link).status_code == 410
    assert browser.get("/account").status_code == 303
