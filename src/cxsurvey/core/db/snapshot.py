"""Long reads for checks and copies: one moment of the database, for as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from cxsurvey.core.db.engines import Engines


@contextmanager
def snapshot(engines: Engines) -> Iterator[Connection]:
    """A reading connection whose queries all see the database as it was at the first of them.

    It has no deadline, so it is for commands and jobs, never for a request.
    """
    with engines.reading.connect() as connection:
        if engines.is_sqlite:
            with connection.begin():
                yield connection
            return
        from cxsurvey.core.db.patience import wait_for_ever

        frozen = connection.execution_options(isolation_level="REPEATABLE READ")
        with frozen.begin():
            wait_for_ever(frozen)
            yield frozen
