"""Requests made up from the description itself: whatever is sent, the answer is one that the description names.

`CXSURVEY_SCHEMA_EXAMPLES=125` makes up that many for each operation and way, more than ten thousand in all; that takes
longer than a test may, so say `--timeout 3600` as well.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.db.engines import open_engines
from cxsurvey.core.signing import Keys
from tests.api.conftest import LIVE, Scene, bearer, with_scene
from tests.application import ORIGIN, Ground, copied, database_on, settings_for
from tests.databases import drop_postgres_database
from tests.direct import DirectClient

log = logging.getLogger(__name__)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("CXSURVEY_SCHEMA_EXAMPLES", "8"))
"""Requests for each operation on each database, as many again for those that break the description on purpose."""
GUARDED = {400, 405}
"""What the guard in front of all routes answers; no operation names it as its own."""


@dataclass(frozen=True)
class Side:
    """The API on one database, the ids of what is there, and how often each status was answered."""

    rest: TestClient
    known: dict[str, str]
    seen: dict[int, int] = field(default_factory=dict)


@pytest.fixture
def sides(templates: Callable[[str], str], tmp_path: Path, clock: FixedClock, keys: Keys) -> Iterator[list[Side]]:
    """Both databases at once: to make a request up takes several times as long as to answer it."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(_side(templates(dialect), tmp_path / dialect, clock, keys))
            for dialect in ("sqlite", "postgres")
        ]


@contextmanager
def _side(migrated_url: str, folder: Path, clock: FixedClock, keys: Keys) -> Iterator[Side]:
    folder.mkdir()
    settings = settings_for(copied(migrated_url, "schema", folder), folder)
    engines = open_engines(settings)
    ground = Ground(engines)
    with ground.begun() as connection:
        database = database_on(connection, clock, keys, settings)
        scene = with_scene(database)
        with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as rest:
            yield Side(rest, _known(rest, scene))
    ground.close()
    if not engines.is_sqlite:
        drop_postgres_database("schema")


def _known(rest: TestClient, scene: Scene) -> dict[str, str]:
    return {
        "survey_id": scene.survey,
        "response_id": rest.post("/responses", json=scene.answer()).json()["id"],
        "invitation_id": rest.post("/invitations", json={"survey": scene.survey}).json()["id"],
        "person_id": rest.post("/people", json={"email": "kim@example.com"}).json()["id"],
    }


def test_no_made_up_request_breaks_the_contract_on_either_database(sides: list[Side]) -> None:
    document = sides[0].rest.get("/openapi.json", headers={"Authorization": ""}).json()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in GenerationMode:
            _fuzz(sides, operation, mode)
        for side in sides:
            log.info("%s: %s requests so far: %s", operation.label, sum(side.seen.values()), sorted(side.seen.items()))
    for side in sides:
        assert sum(side.seen.values()) >= 24 * EXAMPLES
        assert {200, 201, 404, 422} <= side.seen.keys()


Operation = APIOperation[Any, Any, Any, Any]


def _fuzz(sides: list[Side], operation: Operation, mode: GenerationMode) -> None:
    named = {name: value for name, value in sides[0].known.items() if f"{{{name}}}" in operation.path}

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=named or None))
    def one(case: Case[Any]) -> None:
        for side in sides:
            _send(side, case, mode, named)

    one()


def _send(side: Side, case: Case[Any], mode: GenerationMode, named: dict[str, str]) -> None:
    """Sends a request that was made up with the ids `named`, with those of this side in their place."""
    body: Any = case.body
    if mode is GenerationMode.POSITIVE and isinstance(body, dict) and "survey" in body:
        body["survey"] = side.known["survey_id"]
    sent = case.as_transport_kwargs(base_url="http://localhost:8000")
    sent.pop("cookies", None)
    for name, value in named.items():
        sent["url"] = sent["url"].replace(value, side.known[name])
    if isinstance(sent.get("data"), bytes | str):
        sent["content"] = sent.pop("data")
    # the client takes a header of text for ASCII, and the wire for bytes
    headers = {name: str(value).encode() for name, value in (sent.get("headers") or {}).items()}
    reply = side.rest.request(**{**sent, "headers": {**headers, **bearer(LIVE)}})
    side.seen[reply.status_code] = side.seen.get(reply.status_code, 0) + 1
    if reply.status_code not in GUARDED:
        reply.request.read()  # a multipart body is streamed, and the checks tell of what was sent
        case.validate_response(reply, checks=CHECKS)
