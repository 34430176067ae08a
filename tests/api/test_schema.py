"""Requests made up from the description itself: whatever is sent, the answer is one that the description names.

`CXSURVEY_SCHEMA_EXAMPLES=125` makes up that many for each operation and way, more than ten thousand in all; that takes
longer than a test may, so say `--timeout 3600` as well.
"""

from __future__ import annotations

import logging
import os
from typing import Any

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

from tests.api.conftest import LIVE, Scene, bearer

log = logging.getLogger(__name__)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("CXSURVEY_SCHEMA_EXAMPLES", "8"))
"""Requests for each operation, as many again for those that break the description on purpose."""
GUARDED = {400, 405}
"""What the guard in front of all routes answers; no operation names it as its own."""


def test_no_made_up_request_breaks_the_contract(rest: TestClient, scene: Scene, document: dict[str, Any]) -> None:
    known = {
        "survey_id": scene.survey,
        "response_id": rest.post("/responses", json=scene.answer()).json()["id"],
        "invitation_id": rest.post("/invitations", json={"survey": scene.survey}).json()["id"],
    }
    known["person_id"] = rest.post("/people", json={"email": "kim@example.com"}).json()["id"]
    described = schemathesis.openapi.from_dict(document)
    seen: dict[int, int] = {}
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in GenerationMode:
            _fuzz(rest, operation, mode, known, seen)
        log.info("%s: %s requests so far: %s", operation.label, sum(seen.values()), dict(sorted(seen.items())))
    assert sum(seen.values()) >= 24 * EXAMPLES
    assert {200, 201, 404, 422} <= seen.keys()


Operation = APIOperation[Any, Any, Any, Any]


def _fuzz(
    rest: TestClient,
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    known: dict[str, str],
    seen: dict[int, int],
) -> None:
    named = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=named or None))
    def one(case: Case[Any]) -> None:
        body: Any = case.body
        if mode is GenerationMode.POSITIVE and isinstance(body, dict) and "survey" in body:
            body["survey"] = known["survey_id"]
        sent = case.as_transport_kwargs(base_url="http://localhost:8000")
        sent.pop("cookies", None)
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        # the client takes a header of text for ASCII, and the wire for bytes
        headers = {name: str(value).encode() for name, value in (sent.get("headers") or {}).items()}
        reply = rest.request(**{**sent, "headers": {**headers, **bearer(LIVE)}})
        seen[reply.status_code] = seen.get(reply.status_code, 0) + 1
        if reply.status_code not in GUARDED:
            reply.request.read()  # a multipart body is streamed, and the checks tell of what was sent
            case.validate_response(reply, checks=CHECKS)

    one()
