"""What the description of the API says about a route: its body, its problems, its headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from cxsurvey.api.errors import MEDIA_TYPE, TITLES
from cxsurvey.api.schemas import Problem

PREFIX = "/api/v1"
"""How every path begins."""
SCHEME = "apiKey"
REF = "#/components/schemas/"
READS = (401, 403, 422, 503)
WRITES = (401, 403, 409, 413, 415, 422, 503)

IDEMPOTENCY_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating the request with the same key within 7 days gives the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "order-4711-answer",
}
IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what the change is based on; refused with 412 when it was changed meanwhile.",
    "schema": {"type": "string", "pattern": r'^("[1-9][0-9]{0,8}(-[0-9a-f]{16})?"|\*)$'},
    "example": '"3-1f0a99c2e4b7d015"',
}
IF_NONE_MATCH: Mapping[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the copy you have; answered with 304 and no body while it is still right.",
    "schema": {"type": "string"},
    "example": '"3-1f0a99c2e4b7d015"',
}
TAGGED: dict[str, Any] = {"parameters": [dict(IF_NONE_MATCH)]}
"""The part of a route's description that says that it answers with 304."""
_TAGGED = {"ETag": {"description": "Names this document, byte for byte.", "schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_RATE = {
    "RateLimit-Policy": {
        "description": "What the key may do: `q` turns in `w` seconds.",
        "schema": {"type": "string"},
        "example": '"key";q=12000;w=60',
    },
    "RateLimit": {
        "description": "What is left of it: `r` turns now, all of them again after `t` seconds.",
        "schema": {"type": "string"},
        "example": '"key";r=11999;t=1',
    },
}
"""Every answer to a request with a key carries them, unless the installation sets no rate."""
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` when this is the first answer again.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_LOCATION = {"Location": {"description": "Address of what was made.", "schema": {"type": "string"}}}
_WHY = {
    401: "There is no key, or it is unknown, expired or revoked.",
    403: "The key lacks the scope for this, or is one in test mode.",
    404: "There is no such thing in this workspace.",
    409: "Not possible in the present state, or the same thing is being written this moment.",
    410: "The survey is closed, or the file is not kept any more.",
    412: "It was changed since it was read; the problem names If-Match.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "The request breaks rules; `errors` names each.",
    428: "If-Match is missing.",
    429: "The key has used its turns, or this request asks for more than are left. Nothing was stored.",
    503: (
        "Busy, or the database cannot be reached. Nothing was stored, unless the code is `unconfirmed`: then repeat "
        "the request only with the same Idempotency-Key or external_id, or look first."
    ),
}

SECURED: Mapping[str, Any] = {"security": [{SCHEME: []}]}
"""Says that a route needs a key, for routes that see to it by themselves."""

REQUESTS: dict[str, type[BaseModel]] = {}
"""Every body that a route takes, by name; filled as the routes are declared."""


def takes(
    model: type[BaseModel], example: Mapping[str, Any], *, key_required: bool = False, body_required: bool = True
) -> dict[str, Any]:
    """The part of a route's description that says what it takes in its body and which headers."""
    REQUESTS[model.__name__] = model
    content = {"application/json": {"schema": {"$ref": REF + model.__name__}, "example": dict(example)}}
    return {"requestBody": {"required": body_required, "content": content}, **keyed_by(required=key_required)}


def takes_file(model: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a route's description that says that it takes a file, and JSON about it in a field beside."""
    REQUESTS[model.__name__] = model
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "settings": {"$ref": REF + model.__name__},
        },
    }
    content = {
        "multipart/form-data": {
            "schema": schema,
            "encoding": {"settings": {"contentType": "application/json"}},
            "example": {"file": "Rating,Why\r\n9,Quick", "settings": dict(example)},
        }
    }
    return {"requestBody": {"required": True, "content": content}, **keyed_by()}


def binary(media_type: str, text: str) -> dict[str, Any]:
    """The answer of a route that gives a file and no document."""
    return {"description": text, "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}


def keyed_by(*, required: bool = False) -> dict[str, Any]:
    """The header of a route that is carried out once per key."""
    return {"parameters": [{**IDEMPOTENCY_KEY, "required": required}]}


def conditional(extra: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    """The part of a route's description with the header that says what a change is based on."""
    return {**extra, "parameters": [*extra["parameters"], {**IF_MATCH, "required": required}]}


def tagged(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answers of a route with an ETag: the document, and nothing to a reader who has it. See `TAGGED`."""
    return {
        200: {"model": model, "description": "The document, with the ETag to keep it by.", "headers": _TAGGED},
        304: {"description": "The document is still the one that If-None-Match names.", "headers": _TAGGED},
    }


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route; one for using too many turns is among them everywhere."""
    answers: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, 429}):
        answers[status] = {
            "description": _WHY.get(status, TITLES[status]),
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF + Problem.__name__}}},
        }
        if status in {409, 429, 503}:
            answers[status]["headers"] = {**_RETRY, **(_RATE if status == 429 else {})}
    return answers


def stored(
    model: type[BaseModel], statuses: Mapping[int, str], *, tagged: bool = False
) -> dict[int | str, dict[str, Any]]:
    """The answers of a writing route: the same document under one or more statuses, `tagged` with its ETag."""
    return {
        status: {
            "model": model,
            "description": text,
            "headers": {**_REPLAYED, **(_LOCATION if status == 201 else {}), **(_TAGGED if tagged else {})},
        }
        for status, text in statuses.items()
    }


def complete(document: dict[str, Any], more: Sequence[type[BaseModel]] = (Problem,)) -> dict[str, Any]:
    """Adds to the description the bodies that routes take and the problems that they answer with.

    A model that is taken and answered with may look different on the two ways; the part that is taken then gets
    a name of its own.
    """
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_definitions(more, "serialization"))
    taken = _definitions(list(REQUESTS.values()), "validation")
    # giving a part its own name changes those that refer to it, which then need one as well
    while own := [name for name in taken if name in schemas and taken[name] != schemas[name]]:
        for name in own:
            taken = _renamed(taken, REF + name, f"{REF}{name}Input")
            taken[f"{name}Input"] = taken.pop(name)
    schemas.update(taken)
    return document


def _definitions(models: Sequence[type[BaseModel]], mode: JsonSchemaMode) -> dict[str, Any]:
    _, found = models_json_schema([(model, mode) for model in models], ref_template=REF + "{model}")
    definitions: dict[str, Any] = found["$defs"]
    return definitions


def _renamed(part: Any, old: str, new: str) -> Any:
    if isinstance(part, dict):
        return {key: _renamed(value, old, new) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(value, old, new) for value in part]
    return new if part == old else part
