"""Facts that a use case states and others may react to.

An event is a frozen dataclass in the past tense with plain fields (UUID, int, str, datetime, enum, None). Which
handlers hear it is written in `cxsurvey.wiring`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; every event belongs to one workspace."""

    workspace_id: UUID


def encode(event: Event) -> dict[str, Any]:
    """The fields of an event as plain JSON; `ValueError` for a value that `decode` would refuse."""
    return {name: field.encode(getattr(event, name)) for name, field in _fields_of(type(event)).items()}


def decode(kind: type[E], data: Mapping[str, Any]) -> E:
    """The event that was encoded, equal to it.

    Refuses with a `ValueError` what is missing, unknown or of another type. A field that has a default may be
    missing: a job written before an upgrade does not know the fields that came with it.
    """
    wanted = _fields_of(kind)
    if unknown := sorted(data.keys() - wanted.keys()):
        raise ValueError(f"{kind.__name__} has no field {', '.join(unknown)}")
    if missing := sorted(name for name in wanted.keys() - data.keys() if not wanted[name].has_default):
        raise ValueError(f"{kind.__name__} needs {', '.join(missing)}")
    return kind(**{name: wanted[name].decode(value) for name, value in data.items()})


def check_fields(kind: type[Event]) -> None:
    """Raises `TypeError` when a field of the event has a type that has no form in JSON here."""
    _fields_of(kind)


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of an event: its type, and whether it may be None or missing."""

    name: str
    type: type
    optional: bool
    has_default: bool

    def encode(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        # True is an int as well, and would come back as something else
        if not isinstance(value, self.type) or (isinstance(value, bool) and self.type is not bool):
            raise ValueError(f"{self.name} is {type(value).__name__}, not {self.type.__name__}")
        if isinstance(value, Enum):
            return value.value
        return _ENCODE[self.type](value)

    def decode(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        if issubclass(self.type, Enum):
            return self.type(value)
        plain = _PLAIN[self.type]
        if type(value) is not plain:
            raise ValueError(f"{self.name} is {type(value).__name__}, not {plain.__name__}")
        return _DECODE[self.type](value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant without a zone")
    return value.astimezone(UTC).isoformat()


def _parsed_instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("an instant without a zone")
    return value


def _same(value: Any) -> Any:
    return value


_PLAIN: Mapping[type, type] = {UUID: str, datetime: str, str: str, int: int, bool: bool}
# a state may come as a member of its enum, where the field says text
_ENCODE: Mapping[type, Callable[[Any], Any]] = {
    UUID: str,
    datetime: _instant,
    str: str.__str__,
    int: int.__int__,
    bool: _same,
}
_DECODE: Mapping[type, Callable[[Any], Any]] = {
    UUID: UUID,
    datetime: _parsed_instant,
    str: _same,
    int: _same,
    bool: _same,
}


def _fields_of(kind: type[Event]) -> Mapping[str, _Field]:
    hints = get_type_hints(kind)
    return {
        field.name: _field(kind, field.name, hints[field.name], field.default is not MISSING) for field in fields(kind)
    }


def _field(kind: type[Event], name: str, hint: Any, has_default: bool) -> _Field:
    parts = set(get_args(hint)) if get_origin(hint) is UnionType else {hint}
    types = parts - {NoneType}
    only = types.pop() if len(types) == 1 else None
    if isinstance(only, type) and (only in _PLAIN or issubclass(only, Enum)):
        return _Field(name, only, NoneType in parts, has_default)
    raise TypeError(f"{kind.__name__}.{name}: {hint} has no form in JSON")
