"""Segments: what answers are grouped by, kept as small numbers so that an index can hold all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeAlias
from uuid import UUID

from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.text import Line200
from cxsurvey.people import queries
from cxsurvey.people.keys import SEGMENT_KEYS

SegmentPair: TypeAlias = tuple[UUID, str, str]
"""Workspace, key and text."""


class Segments(Command):
    """What an answer belongs to; frozen when it is asked for, not when it is answered."""

    touchpoint: Line200 | None = None
    channel: Line200 | None = None
    language: Line200 | None = None
    country: Line200 | None = None
    agent: Line200 | None = None
    team: Line200 | None = None
    department: Line200 | None = None
    attribute_1: Line200 | None = None
    attribute_2: Line200 | None = None
    attribute_3: Line200 | None = None
    attribute_4: Line200 | None = None

    def pairs(self, workspace_id: UUID) -> list[SegmentPair]:
        """The segments that are set."""
        return [(workspace_id, key, text) for key in self.model_fields_set if (text := getattr(self, key)) is not None]


def numbers_for(ctx: Context, pairs: Collection[SegmentPair]) -> dict[SegmentPair, int]:
    """The number of each value, adding what is new. One look-up, and a second one only when something was new."""
    if not pairs:
        return {}
    wanted = set(pairs)
    found = _look_up(ctx, wanted)
    if missing := wanted - found.keys():
        queries.add_segments(ctx.connection, sorted(missing))
        found |= _look_up(ctx, missing)
    return found


def _look_up(ctx: Context, wanted: Collection[SegmentPair]) -> dict[SegmentPair, int]:
    by_key: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for workspace_id, key, text in wanted:
        by_key[workspace_id, key].append(text)
    return {
        (workspace_id, key, text): number
        for (workspace_id, key), texts in by_key.items()
        for text, number in queries.segment_numbers(ctx.connection, workspace_id, key, texts)
    }


def texts_for(ctx: Context, numbers: Iterable[int | None]) -> dict[int, str]:
    """The text behind each number; None is skipped."""
    wanted = {number for number in numbers if number is not None}
    return queries.segment_texts(ctx.connection, wanted) if wanted else {}


__all__ = ["SEGMENT_KEYS", "SegmentPair", "Segments", "numbers_for", "texts_for"]
