"""The description of the API: valid, complete, true, and shown by a page that keeps the content policy."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.api.contract import REQUESTS
from cxsurvey.api.v1 import description
from cxsurvey.core.db.database import Database
from cxsurvey.surveys.looks import OFFERED
from tests.application import ORIGIN
from tests.direct import DirectClient

# the description comes from no database
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")

DOWNLOADS = {"/api/v1/imports/{import_id}/refused"}
"""Files; each time they are asked for is one of its own, so no key makes two of them one."""


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == known


def test_every_operation_says_what_can_happen(document: dict[str, Any]) -> None:
    found = list(operations(document))
    assert len(found) >= 30
    for path, method, operation in found:
        where = f"{method} {path}"
        assert operation["security"] == [{"apiKey": []}], where
        assert operation["summary"], where
        assert operation["description"], where
        assert {"401", "503"} <= set(operation["responses"]), where
        if "{" in path:
            assert "404" in operation["responses"], where
        given = "text/csv" if path in DOWNLOADS else "application/json"
        for status, answer in operation["responses"].items():
            if status == "304":
                assert "content" not in answer, where
                continue
            (media_type,) = answer["content"]
            assert media_type == (given if status < "400" else "application/problem+json"), where
        assert "429" in operation["responses"], where
        if method != "get" and path not in DOWNLOADS:
            named = [parameter["name"] for parameter in operation["parameters"]]
            assert "Idempotency-Key" in named, where
            assert {"409", "415", "413", "422"} <= set(operation["responses"]), where
    assert document["openapi"].startswith("3.1")


def test_the_examples_are_taken(document: dict[str, Any]) -> None:
    tried = 0
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        name = content["schema"]["$ref"].rpartition("/")[2]
        REQUESTS[name].model_validate_json(json.dumps(content["example"]))
        tried += 1
    assert tried >= 10


@pytest.mark.parametrize("name", ["EditWorkspace", "AttributeNames", "ChangePerson"])
def test_what_may_be_left_out_and_then_stays_is_told_no_default(document: dict[str, Any], name: str) -> None:
    described = document["components"]["schemas"][name]
    assert "required" not in described
    assert not [field for field, about in described["properties"].items() if "default" in about]


def test_a_survey_is_described_with_what_it_may_ask(document: dict[str, Any]) -> None:
    taken = document["components"]["schemas"]["CreateSurvey"]["properties"]
    offered = next(option["enum"] for option in taken["formula"]["anyOf"] if "enum" in option)
    assert offered == list(OFFERED)


def test_every_route_is_described_but_the_description(database: Database, document: dict[str, Any]) -> None:
    guarded = api.build(database)
    app: FastAPI = guarded.app.behind.behind  # type: ignore[attr-defined]
    hidden = {route.path for route in iter_route_contexts(app.routes)} - set(document["paths"])
    assert hidden == {"/api/v1/openapi.json", "/api/v1/docs"}
    # a nested one is worked out by the first request
    assert all(isinstance(route, APIRoute) for route in app.routes)


def test_the_page_needs_nothing_from_elsewhere(rest: TestClient) -> None:
    page = rest.get("/docs", headers={"Authorization": ""})
    assert '<link rel="icon" href="/static/' in page.text  # else browsers ask for one that is not there
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert 'data-description="/api/v1/openapi.json"' in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/"), address


def test_what_may_be_repeated_after_a_503_hangs_on_its_code(document: dict[str, Any]) -> None:
    said = " ".join(document["info"]["description"].split())

    assert "503 `unavailable`, stored nothing" in said
    assert "After 503 `unconfirmed` it may be stored" in said


def test_the_document_is_made_once_and_away_from_the_loop_that_takes_answers(
    rest: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def document_of(_: FastAPI) -> dict[str, object]:
        made.append(threading.get_ident())
        return {"openapi": "3.1.0"}

    monkeypatch.setattr(description, "_written", [])
    monkeypatch.setattr(description, "document_of", document_of)
    with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1") as other:
        told = [client.get("/openapi.json", headers={"Authorization": ""}).json() for client in (rest, other, rest)]

    assert told == [{"openapi": "3.1.0"}] * 3
    assert len(made) == 1
    assert made[0] != threading.get_ident()


def test_many_who_ask_for_the_document_at_once_wait_for_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    first_is_at_it, all_have_asked = threading.Event(), threading.Event()

    def document_of(_: FastAPI) -> dict[str, object]:
        made.append(1)
        first_is_at_it.set()
        assert all_have_asked.wait(30)
        return {"openapi": "3.1.0"}

    monkeypatch.setattr(description, "_written", [])
    monkeypatch.setattr(description, "document_of", document_of)
    guard = api.build(database)

    async def ask() -> Response:
        return await description.openapi_document(Request({"type": "http", "app": guard}))

    async def all_at_once() -> list[Response]:
        asking = [asyncio.create_task(ask()) for _ in range(8)]
        await asyncio.to_thread(first_is_at_it.wait, 30)
        all_have_asked.set()
        return await asyncio.gather(*asking)

    told = asyncio.run(all_at_once())

    assert [json.loads(bytes(each.body)) for each in told] == [{"openapi": "3.1.0"}] * 8
    assert len(made) == 1
