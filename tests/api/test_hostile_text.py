"""Every text that a body can hold, with what no text may be: refused by a rule of its field, never a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.surveys.definition import Definition
from tests.api.conftest import Scene
from tests.application import ORIGIN

JSON = {"Content-Type": "application/json"}
Path = tuple[str | int, ...]

NO_TEXT = {"NUL": "a\0b", "half a pair": "a\ud800b", "escape": "a\x1bb", "endless": "x" * 12_000}
NO_LINE = {"CR LF": "a\r\nBcc: all@example.com", "LF": "a\nb", "U+2028": "a\u2028b", "NEL": "a\x85b"}
"""What would begin a new line in the head of a mail."""

ANSWER = {
    "score": 9,
    "comment": "Quick.",
    "follow_ups": {"reason": "price"},
    "answered_at": "2026-03-02T09:30:00Z",
    "external_id": "order-1",
    "source": "shop",
    "locale": "de",
    "person": {
        "email": "kim@example.com",
        "external_id": "c-1",
        "name": "Kim",
        "locale": "de",
        "attributes": {"plan": "small"},
    },
    "segments": {"touchpoint": "delivery", "attribute_4": "x"},
    "attributes": {"basket": "large"},
}
INVITATION = {name: ANSWER[name] for name in ("person", "locale", "segments", "attributes")}


def bodies(scene: Scene, rest: TestClient) -> dict[str, dict[str, Any]]:
    """A body for each address that takes one, with every field it knows."""
    draft = rest.post("/surveys", json={"name": "Draft", "languages": ["en", "de"]}).json()["draft"]
    assert set(draft) == set(Definition.model_fields)
    return {
        "/responses": {"survey": scene.survey, **ANSWER},
        "/invitations": {"survey": scene.survey, **INVITATION},
        "/surveys": {"name": "After delivery", "metric": "nps", "languages": ["en", "de"]},
        "/surveys#": {"name": "After delivery", "definition": draft},
        "/responses/{id}/void": {"reason": "A trial"},
    }


def texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, bool]]:
    """Where a body holds text: each value, and (True) each name that is not fixed by us."""
    if isinstance(value, str):
        yield path, False
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name), True
            yield from texts(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))


def replaced(body: dict[str, Any], path: Path, text: str, *, name: bool) -> str:
    """The body as JSON with one text, or one name, changed."""
    copy = deepcopy(body)
    holder: Any = copy
    for step in path[:-1]:
        holder = holder[step]
    if name:
        holder[text] = holder.pop(path[-1])
    else:
        holder[path[-1]] = text
    return json.dumps(copy)


@pytest.mark.parametrize("text", NO_TEXT.values(), ids=NO_TEXT)
def test_no_field_takes_what_is_no_text(rest: TestClient, scene: Scene, text: str) -> None:
    stored = rest.post("/responses", json=scene.answer()).json()["id"]
    tried = 0
    for address, body in bodies(scene, rest).items():
        for path, name in texts(body):
            reply = rest.post(
                address.rstrip("#").format(id=stored), content=replaced(body, path, text, name=name), headers=JSON
            )
            # an endless id of a survey is too long for one; a short one is no survey of ours
            assert reply.status_code == 422, (address, path, name, reply.text)
            assert reply.json()["errors"], (address, path)
            assert text not in reply.text or text.startswith("x"), (address, path)
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("text", NO_LINE.values(), ids=NO_LINE)
@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/surveys", ("name",)),
        ("/responses", ("person", "name")),
        ("/responses", ("person", "email")),
        ("/responses", ("person", "external_id")),
        ("/responses", ("segments", "touchpoint")),
        ("/responses", ("attributes", "basket")),
        ("/responses", ("external_id",)),
        ("/responses", ("source",)),
        ("/invitations", ("person", "name")),
        ("/responses/{id}/void", ("reason",)),
    ],
)
def test_what_could_stand_in_the_head_of_a_mail_is_one_line(
    rest: TestClient, scene: Scene, address: str, path: Path, text: str
) -> None:
    stored = rest.post("/responses", json=scene.answer()).json()["id"]
    body = bodies(scene, rest)[address]
    reply = rest.post(address.format(id=stored), content=replaced(body, path, text, name=False), headers=JSON)
    assert reply.status_code == 422, reply.text
    assert reply.json()["errors"][0]["pointer"] == "/" + "/".join(map(str, path))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-Host": "evil.example", "X-Host": "evil.example", "X-Original-URL": "//evil.example/"},
        {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
    ],
)
def test_a_link_names_our_own_address_whatever_a_request_says(
    rest: TestClient, scene: Scene, headers: dict[str, str]
) -> None:
    reply = rest.post("/invitations", json={"survey": scene.survey}, headers=headers)
    assert reply.status_code == 201
    assert reply.json()["url"].startswith(f"{ORIGIN}/r/")
    listed = rest.get("/responses?limit=1", headers=headers)
    assert "evil" not in listed.text + str(listed.headers)
