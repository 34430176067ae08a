"""Commands: the one way in which outside input becomes a value of a domain.

A command is frozen and strict and refuses unknown fields. Its problems name the field and the rule and never
repeat what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails, PydanticCustomError

from cxsurvey.core.errors import FieldProblem, Invalid

NOT_AN_INSTANT = ("not_an_instant", "must be an instant with an offset such as 2026-03-02T09:30:00Z")
RULES = {
    "missing": ("missing", "is required"),
    "extra_forbidden": ("unknown_field", "is not a field of this request"),
    "string_too_long": ("too_long", "must have at most {max_length} characters"),
    "string_too_short": ("too_short", "must have at least {min_length} characters"),
    "string_pattern_mismatch": ("wrong_form", "must have the form {pattern}"),
    "int_type": ("not_a_whole_number", "must be a whole number"),
    "int_from_float": ("not_a_whole_number", "must be a whole number"),
    "int_parsing_size": ("out_of_range", "is out of range"),
    "greater_than_equal": ("out_of_range", "must be {ge} or more"),
    "less_than_equal": ("out_of_range", "must be {le} or less"),
    "string_type": ("not_text", "must be text"),
    "string_unicode": ("not_text", "must be valid Unicode text"),
    "bool_type": ("not_true_or_false", "must be true or false"),
    "too_long": ("too_many_items", "must have at most {max_length} items"),
    "too_short": ("too_few_items", "must have at least {min_length} items"),
    "json_invalid": ("not_json", "must be valid JSON"),
    "model_type": ("not_an_object", "must be a JSON object"),
    "model_attributes_type": ("not_an_object", "must be a JSON object"),
    "timezone_aware": NOT_AN_INSTANT,
    "datetime_type": NOT_AN_INSTANT,
    "datetime_parsing": NOT_AN_INSTANT,
    "datetime_from_date_parsing": NOT_AN_INSTANT,
    "datetime_object_invalid": NOT_AN_INSTANT,
    "enum": ("enum", "must be {expected}"),
    "literal_error": ("enum", "must be {expected}"),
    "dict_type": ("not_an_object", "must be a JSON object"),
    "list_type": ("not_a_list", "must be a list"),
    "tuple_type": ("not_a_list", "must be a list"),
}


class Command(BaseModel):
    """Base of all inputs of use cases."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """The command in a JSON body; raises `Invalid` that names every broken field and rule."""
        try:
            command = cls.model_validate_json(body)
        except ValidationError as error:
            raise Invalid(problems=problems_of(error)) from None
        # every name in an object is followed by a colon: with no more colons than different names, none stands twice.
        # That holds as long as a command has no name that its body had not: a validator may drop or rewrite names, and
        # must not add one, nor make an object of what was none
        if body.count(b":") != _names_in(command):
            refuse_duplicate_keys(body)
        return command

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """The command from values that an edge has already turned into Python ones; raises `Invalid`."""
        try:
            # what `model_validate` calls, without its look at options that nobody here sets: a quarter of the time
            found: Self = cls.__pydantic_validator__.validate_python(fields)
        except ValidationError as error:
            raise Invalid(problems=problems_of(error)) from None
        return found


def without_defaults(schema: dict[str, Any]) -> None:
    """Tells no defaults in the description of a command that changes only what it names: sending them would change it.

    Meant for `json_schema_extra` of the model.
    """
    for described in schema["properties"].values():
        described.pop("default", None)


_WITHOUT_NAMES = frozenset({str, int, float, bool, NoneType, datetime})
"""Of these kinds are most values; telling so is quicker than finding that they are none of the others."""


def _names_in(value: object) -> int:
    """How many names the objects have that this value was read from; each counts once."""
    if isinstance(value, Command):
        named = value.model_fields_set
        return len(named) + _names_in_each([getattr(value, name) for name in named])
    if isinstance(value, Mapping):
        return len(value) + _names_in_each(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return _names_in_each(value)
    return 0


def _names_in_each(values: Iterable[object]) -> int:
    return sum([_names_in(value) for value in values if type(value) not in _WITHOUT_NAMES])


MOST_PROBLEMS = 1000
"""More than a body of ours can earn by mistake; to tell each of the many that fit into one costs a second."""


def problems_of(error: ValidationError, prefix: str = "") -> list[FieldProblem]:
    """Pydantic's findings as our field problems, without the input."""
    if error.error_count() > MOST_PROBLEMS:
        return [FieldProblem(prefix, "too_many_problems", f"breaks more than {MOST_PROBLEMS} rules")]
    return [_problem(detail, prefix) for detail in error.errors(include_url=False, include_input=False)]


def _problem(detail: ErrorDetails, prefix: str) -> FieldProblem:
    path = ".".join(str(part) for part in detail["loc"])
    rule, message = rule_of(detail)
    return FieldProblem(".".join(part for part in (prefix, path) if part), rule, message)


def rule_of(detail: Mapping[str, Any]) -> tuple[str, str]:
    """The rule that one of pydantic's findings is about, as a stable word and as a sentence."""
    if detail["type"] not in RULES:
        return detail["type"], detail["msg"]
    rule, message = RULES[detail["type"]]
    said = message.format_map(detail.get("ctx", {}))
    if said.endswith(_ONE_OF_MANY):
        said = said[:-1]
    if rule == "not_json" and (place := _PLACE.search(detail["msg"])) is not None:
        said = f"{said}; it is none from line {place[1]}, column {place[2]} on"
    return rule, said


_ONE_OF_MANY = (" 1 items", " 1 characters")
_PLACE = re.compile(r" at line ([0-9]+) column ([0-9]+)$")


def says(rule: str, message: str) -> WrapValidator:
    """Tells every way to break a field's rules in one sentence, such as "must be a whole number from 1 to 100"."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise PydanticCustomError(rule, message) from None

    return WrapValidator(check)


def refuse_duplicate_keys(body: bytes) -> None:
    """Raises `Invalid` that names the field when an object in this (already validated) JSON names one twice.

    Most parsers let the last one win in silence, so two systems may read two different answers from one body.
    """
    try:
        twice = _twice_in(_READER.decode(body.decode()))
    except (ValueError, RecursionError):
        raise Invalid(problems=[FieldProblem("", "not_json", "must be valid JSON")]) from None
    if twice is not None:
        raise Invalid(problems=[FieldProblem(".".join(twice), "duplicate_key", "must not be named twice")])


@dataclass(frozen=True, slots=True)
class _Twice:
    """An object that names this key twice."""

    key: str


def _told_apart(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    known = dict(pairs)
    if len(known) == len(pairs):
        return known
    names = [name for name, _ in pairs]
    return _Twice(next(name for place, name in enumerate(names) if name in names[:place]))


def _twice_in(value: object) -> tuple[str, ...] | None:
    """The path to the first key that stands twice in one object; None where each stands once."""
    if isinstance(value, _Twice):
        return (value.key,)
    inside: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, each in inside:
        if (found := _twice_in(each)) is not None:
            return (str(name), *found)
    return None


_READER = json.JSONDecoder(object_pairs_hook=_told_apart)
