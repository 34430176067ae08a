"""No object of any body may name a field twice, at any depth, whatever else stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cxsurvey.api.contract import REQUESTS
from cxsurvey.api.v1.batches import items_of
from cxsurvey.api.v1.people import PERSON
from cxsurvey.core.command import _names_in
from cxsurvey.core.errors import Invalid
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.standard import standard
from tests.api.test_hostile_text import ANSWER, INVITATION

SURVEY = "srv_0694n1s2vhtlb9hqa83bssdf00"
DEFINITION = standard(Metric.NPS, "Northwind", ("en", "de")).model_dump(mode="json")
IMPORT = {"survey": SURVEY, "mapping": {"score": "How: likely"}, "zone": "UTC", "dry_run": True}
BODIES: dict[str, dict[str, Any]] = {
    "AnswerInput": {"survey": SURVEY, **ANSWER, "comment": 'a: b, "c": d'},
    "Batch": {"responses": [{"survey": SURVEY, **ANSWER}, {"survey": SURVEY, "score": 1}]},
    "CreateSurvey": {"name": "After delivery", "metric": "nps", "languages": ["en"], "definition": DEFINITION},
    "InvitationInput": {"survey": SURVEY, **INVITATION},
    "PersonInput": PERSON,
    "ChangePerson": {"name": "A: B", "attributes": {"plan": None, "since": 2026}},
    "PublishSurvey": {"revision": 1},
    "ReplaceDraft": {"name": "After delivery", "definition": DEFINITION, "anonymous": False},
    "SignLink": {"segments": {"touchpoint": "Desk"}, "attributes": {"floor": "2: left"}, "expires_in_days": 30},
    "BrandingInput": {"name": "Northwind: Home", "accent": "#274C84", "footer": "Since 1987", "shown_name": "N"},
    "ImportSettings": IMPORT,
    "NewImport": {"kind": "responses", **IMPORT},
    "EditWorkspace": {"name": "Northwind", "attributes": {"attribute_1": "Plan"}, "revision": 1},
    "UndoImport": {"reason": "The wrong file: nothing"},
    "VoidResponse": {"reason": "A trial: nothing"},
}


def read(name: str, body: str) -> object:
    if name == "Batch":
        return items_of(body.encode())
    return REQUESTS[name].from_json(body.encode())  # type: ignore[attr-defined]


def doubled(value: Any) -> Iterator[str]:
    """The value as JSON, with one name after the other standing twice in its object."""
    if isinstance(value, dict):
        written = {name: f"{json.dumps(name)}: {json.dumps(inner)}" for name, inner in value.items()}
        for name, inner in value.items():
            yield "{" + ", ".join([*written.values(), written[name]]) + "}"
            others = [text for other, text in written.items() if other != name]
            for text in doubled(inner):
                yield "{" + ", ".join([*others, f"{json.dumps(name)}: {text}"]) + "}"
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            written_items = [json.dumps(item) for item in value]
            for text in doubled(inner):
                yield "[" + ", ".join([*written_items[:index], text, *written_items[index + 1 :]]) + "]"


def test_these_are_all_commands() -> None:
    assert set(BODIES) == set(REQUESTS)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_with_every_name_once_is_taken(name: str) -> None:
    assert read(name, json.dumps(BODIES[name]))


def names_in(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(names_in, value.values()))
    return sum(map(names_in, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize("name", sorted(BODIES.keys() - {"Batch"}))
def test_no_command_has_a_name_that_its_body_had_not(name: str) -> None:
    """A name too many would hide one that stands twice; a batch is always read a second time."""
    assert _names_in(read(name, json.dumps(BODIES[name]))) == names_in(BODIES[name])


@pytest.mark.parametrize("name", BODIES)
def test_each_name_that_stands_twice_is_refused(name: str) -> None:
    bodies = list(doubled(BODIES[name]))
    assert bodies
    for body in bodies:
        with pytest.raises(Invalid) as refused:
            read(name, body)
        assert [problem.rule for problem in refused.value.problems] == ["duplicate_key"], body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"survey": "a", "survey": "b", "score": 1}', "survey"),
        (
            '{"survey": "a", "score": 1, "segments": {"country": "DE", "team": "x", "country": "FR"}}',
            "segments.country",
        ),
        ('{"survey": "a", "score": 1, "attributes": {"a": 1, "b": 2, "b": 2}}', "attributes.b"),
    ],
)
def test_the_name_that_stands_twice_is_told(body: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("AnswerInput", body)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_the_place_is_told_from_which_on_a_body_is_no_json() -> None:
    with pytest.raises(Invalid) as refused:
        read("AnswerInput", '{"survey": "a",\n "score": 9,,}')

    (problem,) = refused.value.problems
    assert problem.rule == "not_json"
    assert problem.message == "must be valid JSON; it is none from line 2, column 13 on"
