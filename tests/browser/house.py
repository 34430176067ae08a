"""A running dashboard for tests with a browser: one workspace, its owner Ada, and what a test puts into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState

from cxsurvey import app, wiring
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds, encode
from cxsurvey.core.signing import Keys
from cxsurvey.surveys.service import SurveyView
from tests.application import copied, settings_for
from tests.browser.serving import HOST, bound_socket, served
from tests.dashboard.conftest import PASSWORD, PASSWORD_HASH
from tests.factories import make_user, make_workspace

ADA = "ada@example.com"


@dataclass(frozen=True)
class House:
    """A running dashboard with one survey."""

    origin: str
    survey: str

    def sign_in(self, page: Page) -> None:
        page.goto(f"{self.origin}/sign-in")
        page.fill("[name=email]", ADA)
        page.fill("[name=password]", PASSWORD)
        page.click("button")
        page.wait_for_url("**/w/northwind/")

    def ticket(self, browser: Browser) -> StorageState:
        """What a browser keeps of signing in, without a script: the `storage_state` of those who need no other way."""
        with browser.new_context(java_script_enabled=False) as context:
            self.sign_in(context.new_page())
            return context.storage_state()

    def url(self, part: str = "") -> str:
        return f"{self.origin}/w/northwind/{part.replace('SURVEY', f'surveys/{self.survey}')}"


@contextmanager
def running(migrated_url: str, folder: Path, furnish: Callable[[Context], SurveyView]) -> Iterator[House]:
    """Serves a workspace with the survey that `furnish` makes and fills."""
    listening = bound_socket()
    origin = f"http://{HOST}:{listening.getsockname()[1]}"
    settings = settings_for(copied(migrated_url, "house", folder), folder).model_copy(update={"base_url": origin})
    keys = Keys((b"a root secret that is only used in tests",))
    database = Database.open(settings, SystemClock(), SystemIds(), keys, wiring.reactions())

    def found(ctx: Context) -> str:
        workspace = make_workspace(ctx)
        make_user(ctx, workspace.id, "owner", ADA).password_hash = PASSWORD_HASH
        return encode("srv", furnish(ctx).id)

    survey = database.write(found, share=Share.JOBS)
    with served(app.build(database), listening):
        yield House(origin, survey)
    database.close()
