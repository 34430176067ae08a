"""Parts of a page that fail alone: one broken or slow query takes its own panel, never the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Panel(Generic[T]):
    """What a panel shows; None when it could not be read."""

    value: T | None


def panel(ctx: Context, name: str, work: Callable[[Context], T]) -> Panel[T]:
    """Runs `work` and keeps its failure inside.

    A SAVEPOINT stands around it, because on Postgres one failed statement would take every later one of the
    same read with it. Refusals pass through: they are the page's answer, not a failure of one part.
    """
    try:
        with ctx.connection.begin_nested():
            return Panel(work(ctx))
    except Refusal:
        raise
    except Exception:
        log.exception("panel failed", panel=name)
        return Panel(None)
