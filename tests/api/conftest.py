"""Another system with its key: what tests of the API stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from tests.application import ORIGIN
from tests.factories import Place, make_key, make_place

LIVE, TEST, FOREIGN = "cxs_live_ours", "cxs_test_ours", "cxs_live_theirs"
Write = Callable[[Callable[[Context], Any]], Any]


def bearer(token: str) -> dict[str, str]:
    """The header that a key is sent in."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Scene:
    """Our workspace with an open survey and its keys, and somebody else's."""

    place: Place
    foreign: Place

    @property
    def survey(self) -> str:
        return encode("srv", self.place.survey.id)

    @property
    def foreign_survey(self) -> str:
        return encode("srv", self.foreign.survey.id)

    def answer(self, **changes: Any) -> dict[str, Any]:
        """An answer to our survey."""
        return {"survey": self.survey, "score": 9, **changes}


def set_scene(ctx: Context) -> Scene:
    """Makes the scene in the database of a context."""
    foreign = make_place(ctx, "elsewhere")
    make_key(ctx, foreign.workspace_id, FOREIGN)
    place = make_place(ctx)
    make_key(ctx, place.workspace_id, LIVE)
    make_key(ctx, place.workspace_id, TEST, test=True)
    return Scene(place, foreign)


@pytest.fixture
def scene(write: Write) -> Scene:
    made: Scene = write(set_scene)
    return made


@pytest.fixture
def rest(database: Database, scene: Scene) -> Iterator[TestClient]:
    """The API as a system with our live key uses it."""
    with TestClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as client:
        yield client
