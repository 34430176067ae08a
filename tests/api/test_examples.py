"""The examples of docs/api.md, sent as they stand there; and every address in it.

Here each is sent by itself; that they work when they are typed one after the other stands in `tests.lane.test_typed`.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts.permissions import KEY_SCOPES, USUAL_SCOPES
from tests.api.conftest import LIVE, Scene
from tests.parts import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text()
FILE = json.loads(re.findall(r"^cat > survey.json <<'END'\n(.*?)^END\n", PAGE, re.MULTILINE | re.DOTALL)[0])
"""The survey that the page makes."""
A_FILE = b"Rating,Why\n9,Quick and friendly\n"
SURVEY = "$SURVEY"


@dataclass
class Call:
    """What one line with curl asks for."""

    method: str = "GET"
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    parts: dict[str, str] = field(default_factory=dict)
    """Fields of a form with a file, which is told by its `@`."""


def calls() -> list[Call]:
    """Every curl in the examples of the page."""
    found: list[Call] = []
    for block in re.findall(r"^```sh\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL):
        without_files = re.sub(r"^cat > .*?^END\n", "", block, flags=re.MULTILINE | re.DOTALL)
        plain = without_files.replace("\\\n", "").replace("$(curl", " curl ")
        words = shlex.split(plain, comments=True)
        starts = [place for place, word in enumerate(words) if word == "curl"]
        found += [call_of(words[start + 1 : end]) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return found


def call_of(words: list[str]) -> Call:
    """A call with its options read as curl reads them; an option that is not known here fails."""
    call, rest = Call(), iter(words)
    for word in rest:
        if word in {"|", "export", "printf"}:
            break
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            call.headers[name] = value
        elif word == "-X":
            call.method = next(rest)
        elif word == "-F":
            name, _, value = next(rest).partition("=")
            call.method, call.parts[name] = "POST", value
        elif word == "-d":
            call.body, call.method = next(rest), "POST" if call.method == "GET" else call.method
        elif word not in {"-s", "-si"}:
            assert word.startswith("$URL/"), word
            call.address = word.removeprefix("$URL")
    return call


CALLS = calls()


def test_the_page_shows_how_to_do_each_thing() -> None:
    shown = [f"{call.method} {call.address.partition('?')[0].replace(SURVEY, '{id}')}" for call in CALLS]
    assert len(CALLS) >= 12
    assert {
        "GET /me",
        "POST /surveys",
        "POST /surveys/{id}/publish",
        "PUT /surveys/{id}",
        "POST /responses",
        "POST /responses/batch",
        "GET /responses",
        "GET /surveys/{id}/score",
        "POST /invitations",
        "POST /imports",
    } <= set(shown)


@pytest.mark.parametrize("call", CALLS, ids=[f"{number} {call.method}" for number, call in enumerate(CALLS, 1)])
def test_an_example_works_as_it_stands(rest: TestClient, scene: Scene, call: Call) -> None:
    assert call.headers["Authorization"] == "Bearer $KEY"
    headers, body = {**call.headers, "Authorization": f"Bearer {LIVE}"}, call.body
    here = rest.post("/surveys", json=FILE).json()["id"]
    if not call.address.endswith("/publish"):
        rest.post(f"/surveys/{here}/publish")
    if "If-Match" in headers:
        headers["If-Match"] = rest.get(f"/surveys/{here}").headers["etag"]
    reply = rest.request(
        call.method,
        call.address.replace(SURVEY, here),
        headers=headers,
        content=json.dumps(FILE) if body == "@survey.json" else (body or "").replace(SURVEY, here) or None,
        **parts_of(call, here),
    )
    assert reply.status_code in {200, 201, 207}, reply.text


def test_the_survey_of_the_example_has_every_kind_of_follow_up_and_can_be_published(
    rest: TestClient, scene: Scene
) -> None:
    made = rest.post("/surveys", json=FILE)
    assert made.status_code == 201, made.text
    draft = made.json()["draft"]
    assert {each["kind"] for each in draft["follow_ups"]} == {"text", "single", "multiple", "scale"}
    assert {each["required"] for each in draft["follow_ups"]} == {True, False}
    assert draft["texts"]["en"]["question"] == FILE["definition"]["texts"]["en"]["question"]
    ready = rest.get(f"/surveys/{made.json()['id']}/readiness").json()
    assert (ready["possible"], ready["errors"]) == (True, [])


def parts_of(call: Call, survey: str) -> dict[str, Any]:
    """The fields and files of a form as the client takes them."""
    files = {name: (text[1:], A_FILE) for name, text in call.parts.items() if text.startswith("@")}
    fields = {name: text.replace(SURVEY, survey) for name, text in call.parts.items() if name not in files}
    return {"files": files, "data": fields} if files else {}


def names_in(document: Any) -> set[str]:
    return set(document) - {"…"} if isinstance(document, dict) else set()


def test_the_answers_shown_have_the_fields_of_the_real_ones(rest: TestClient, scene: Scene) -> None:
    shown = [json.loads(block) for block in re.findall(r"^```json\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)]
    stored = rest.post("/responses", json=scene.answer())
    params = {"since": "2026-11-20", "until": "2026-11-21", "compare": "previous"}
    score = rest.get(f"/surveys/{scene.survey}/score", params=params).json()
    batch = rest.post(
        "/responses/batch", json={"responses": [scene.answer(score=11)]}, headers={"Idempotency-Key": "one"}
    ).json()
    refused = rest.post("/responses", json=scene.answer(score=11)).json()
    segments = rest.get(f"/surveys/{scene.survey}/segments", params={"by": "touchpoint"}).json()
    answers = (stored.json(), batch, score, score["comparison"], refused, segments)
    real = [names_in(answer) for answer in answers]
    for document in shown:
        assert any(names_in(document) <= names for names in real), document


def test_every_scope_is_in_the_table_and_the_usual_ones_come_first() -> None:
    (table,) = re.findall(r"^## Keys\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    listed = re.findall(r"^\| `([a-z]+:[a-z]+)` \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(KEY_SCOPES)
    assert set(listed[: len(USUAL_SCOPES)]) == USUAL_SCOPES
    assert f"up to `{listed[len(USUAL_SCOPES) - 1]}` unless" in table


def test_every_address_is_in_the_list_and_no_other(document: dict[str, Any]) -> None:
    described = document["paths"]
    real = {
        f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in described.items() for method in methods
    }
    (table,) = re.findall(r"^## All addresses\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    listed = re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(real)


def test_every_address_that_the_text_names_is_there(document: dict[str, Any]) -> None:
    described = document["paths"]
    real = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1")))
        for path, methods in described.items()
        for method in methods
    }
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`…?]*)`", PAGE)
    assert named
    for method, path in named:
        assert (method, re.sub(r"\{[\w.]+\}", "{}", path)) in real, f"{method} {path}"
