"""Handlers of events under names, and the job that tries one again.

In the lane a handler hears all events of one workspace in a batch in a savepoint of its own. When it raises, what was
stored stands and its events wait as a job of the same commit; from there it has the attempts, the delays and the grave
of any job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from cxsurvey.core.context import Context, NewJob
from cxsurvey.core.db.batch import Handler
from cxsurvey.core.events import Event, check_fields, decode, encode
from cxsurvey.core.jobs.runner import JobRun

log = structlog.get_logger("cxsurvey.jobs")

JOB = "event.handle"


@dataclass(frozen=True, slots=True)
class Listener:
    """A function that hears events of one type.

    `name` is written into jobs and stays when the function is renamed or moved. Like any job, a second try may run
    twice when its process dies. It comes later than what happened since: a fact may be heard after newer ones of the
    same thing, so a handler that cares for the order reads what is there now.
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
        """The job that tries a handler again with these events of one workspace; none if none can be written."""
        name = self._names[handler, type(events[0])]
        encoded: list[dict[str, Any]] = []
        for event in events:
            try:
                encoded.append(encode(event))
            except ValueError:
                # one more bug beside that of the handler, and no reason to lose the answers
                log.exception("handler.not_tried_again", listener=name)
        if not encoded:
            return []
        return [NewJob(JOB, {"listener": name, "events": encoded}, workspace_id=events[0].workspace_id)]

    def run(self, run: JobRun) -> None:
        """Handler of `JOB`: the same call with the same events, in one unit."""
        name = run.args["listener"]
        listener = self._by_name.get(name)
        if listener is None:
            raise LookupError(f"no listener is called {name}")
        events = [decode(listener.event, data) for data in run.args["events"]]

        def again(ctx: Context) -> None:
            ctx.react_in(ctx.workspace)
            listener.handle(ctx, events)

        run.write(again)
