"""Column types of our own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, whatever the database keeps. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time must not reach the database")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """One function instead of a chain of three: instants are bound several times for every answer."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        # the rows of a batch share one `now`, so the last instant is mostly the next one
        kept: tuple[datetime | None, str | None] = (None, None)

        def as_stored(value: datetime | None) -> str | None:
            nonlocal kept
            known, text = kept
            if value is known:
                return text
            utc = self.process_bind_param(value, dialect)
            text = None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")
            kept = (value, text)
            return text

        return as_stored

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
