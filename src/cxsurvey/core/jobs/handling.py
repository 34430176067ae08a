"""Handlers of events under names, and the job that tries one again.

In the lane a handler hears all events of a batch in a savepoint of its own. When it raises, what was stored stands
and its events wait as jobs of the same commit; from there it has the attempts, the delays and the grave of any job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from cxsurvey.core.context import NewJob
from cxsurvey.core.db.batch import Handler
from cxsurvey.core.events import Event, check_fields, decode, encode
from cxsurvey.core.jobs.runner import JobRun

log = structlog.get_logger("cxsurvey.jobs")

JOB = "event.handle"


@dataclass(frozen=True, slots=True)
class Listener:
    """A function that hears events of one type.

    `name` is written into jobs and stays when the function is renamed or moved. Like any job, a second try may run
    twice when its process dies; and it has the workspace of its events in the context, which a batch has not.
    """

    name: str
    event: type[Event]
    handle: Handler


class Listeners:
    """All listeners of a process, by name."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self._by_name: dict[str, Listener] = {}
        self._names: dict[tuple[Handler, type[Event]], str] = {}
        for listener in listeners:
            if listener.name in self._by_name:
                raise ValueError(f"two listeners are called {listener.name}")
            check_fields(listener.event)
            self._by_name[listener.name] = listener
            self._names[listener.handle, listener.event] = listener.name

    def handlers(self) -> Mapping[type[Event], Sequence[Handler]]:
        """Who hears which event, in the order they were listed."""
        found: dict[type[Event], list[Handler]] = defaultdict(list)
        for listener in self._by_name.values():
            found[listener.event].append(listener.handle)
        return dict(found)

    def pack(self, handler: Handler, events: Sequence[Event]) -> list[NewJob]:
        """The jobs that try a handler again: one per workspace, so that none fails for the events of another."""
        name = self._names[handler, type(events[0])]
        by_workspace: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for event in events:
            try:
                by_workspace[event.workspace_id].append(encode(event))
            except ValueError:
                # one more bug beside that of the handler, and no reason to lose the answers
                log.exception("handler.not_tried_again", listener=name)
        return [
            NewJob(JOB, {"listener": name, "events": encoded}, workspace_id=workspace_id)
            for workspace_id, encoded in by_workspace.items()
            if encoded
        ]

    def run(self, run: JobRun) -> None:
        """Handler of `JOB`: the same call with the same events, in one unit."""
        name = run.args["listener"]
        listener = self._by_name.get(name)
        if listener is None:
            raise LookupError(f"no listener is called {name}")
        events = [decode(listener.event, data) for data in run.args["events"]]
        run.write(lambda ctx: listener.handle(ctx, events))
