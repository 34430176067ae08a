"""Events as plain JSON: what goes in comes out, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from cxsurvey.core.events import Event, check_fields, decode, encode
from cxsurvey.responses.events import ResponseChanged, ResponseSubmitted
from cxsurvey.surveys.events import SurveyClosed, SurveyPublished

WORKSPACE = UUID(int=7)
AT = datetime(2026, 11, 21, 12, 0, 0, 250, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted(Event):
    """Something of every type."""

    door: UUID | None
    colour: Colour
    under: Colour | None = None
    at: datetime
    word: str
    coats: int
    dry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Event):
    kilograms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Event):
    which: int | str


PAINTED = Painted(
    workspace_id=WORKSPACE, door=UUID(int=1), colour=Colour.RED, at=AT, word="Größe \0 \u202e", coats=2, dry=True
)
IDS = {"workspace_id": WORKSPACE, "response_id": UUID(int=2), "survey_id": UUID(int=3)}


@pytest.mark.parametrize(
    "event",
    [
        PAINTED,
        Painted(workspace_id=WORKSPACE, door=None, colour=Colour.GREEN, at=AT, word="", coats=-1, dry=False),
        ResponseSubmitted(**IDS, state="counted", score=9),
        ResponseSubmitted(**IDS, state="test", score=None),
        ResponseChanged(**IDS, state="void", score=0, revision=2),
        SurveyPublished(
            workspace_id=WORKSPACE,
            survey_id=UUID(int=3),
            version_id=UUID(int=4),
            version_number=1,
            trend_line_id=5,
            new_line=True,
        ),
        SurveyClosed(workspace_id=WORKSPACE, survey_id=UUID(int=3)),
    ],
)
def test_an_event_survives_json(event: Event) -> None:
    back = decode(type(event), json.loads(json.dumps(encode(event))))

    assert back == event
    assert [type(getattr(back, name)) for name in encode(event)] == [
        type(getattr(event, name)) for name in encode(event)
    ]


def test_another_zone_is_the_same_instant() -> None:
    there = AT.astimezone(timezone(timedelta(hours=3)))
    event = Painted(workspace_id=WORKSPACE, door=None, colour=Colour.RED, at=there, word="", coats=0, dry=True)

    assert encode(event)["at"] == "2026-11-21T12:00:00.000250+00:00"
    assert decode(Painted, encode(event)) == event


def test_a_member_of_an_enum_of_words_is_a_word() -> None:
    event = ResponseSubmitted(**IDS, state=Colour.RED, score=9)

    assert type(encode(event)["state"]) is str
    assert decode(ResponseSubmitted, encode(event)) == event


@pytest.mark.parametrize(
    "change",
    [
        {"door": "not an id"},
        {"door": 1},
        {"workspace_id": None},
        {"colour": "blue"},
        {"colour": None},
        {"at": "2026-11-21T12:00:00"},
        {"at": 1763726400},
        {"word": 1},
        {"coats": "2"},
        {"coats": True},
        {"coats": 2.0},
        {"dry": 1},
        {"smell": "none"},
    ],
)
def test_what_is_no_such_event_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(Painted, {**encode(PAINTED), **change})


def test_a_missing_field_is_refused_unless_it_has_a_default() -> None:
    data = encode(PAINTED)
    del data["under"]
    assert decode(Painted, data) == PAINTED

    del data["coats"]
    with pytest.raises(ValueError, match="coats"):
        decode(Painted, data)


@pytest.mark.parametrize("change", [{"coats": True}, {"coats": "2"}, {"at": AT.replace(tzinfo=None)}, {"word": None}])
def test_a_value_of_another_type_is_not_written(change: dict[str, Any]) -> None:
    values = {name: getattr(PAINTED, name) for name in encode(PAINTED)}

    with pytest.raises(ValueError, match=r".+"):
        encode(Painted(**{**values, **change}))


@pytest.mark.parametrize("kind", [Weighed, Either])
def test_a_type_without_a_form_is_named_at_start(kind: type[Event]) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        check_fields(kind)
