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
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import encode
from tests.application import ORIGIN, House, Houses
from tests.direct import DirectClient
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


def with_scene(database: Database) -> Scene:
    """Builds the scene."""
    return database.write(set_scene, share=Share.JOBS)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House[Scene] | None:
    """The scene for tests that play in it; an empty database for all others."""
    if "scene" not in request.fixturenames:
        return None
    houses: Houses = request.getfixturevalue("houses")
    return houses(with_scene)


@pytest.fixture
def scene(house: House[Scene]) -> Scene:
    return house.found


@pytest.fixture
def rest(database: Database, scene: Scene) -> Iterator[TestClient]:
    """The API as a system with our live key uses it."""
    with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as client:
        yield client


@pytest.fixture
def document(rest: TestClient) -> dict[str, Any]:
    """The description of the API."""
    described: dict[str, Any] = rest.get("/openapi.json", headers={"Authorization": ""}).json()
    return described
