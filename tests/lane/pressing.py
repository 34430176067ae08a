"""A process that sends many submissions at once. It loads nothing but the program, so that it begins quickly."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from cxsurvey import wiring
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.signing import Keys
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.submit import SUBMIT, Stored
from cxsurvey.settings import Settings


@dataclass(frozen=True)
class Round:
    """What one process is to send, and where."""

    settings: Settings
    keys: Keys
    submissions: list[Submission]


def press(rounds: Queue[Round | None], gate: Barrier, told: Queue[list[str]]) -> None:
    """One process: for each round a lane of its own, and every submission from a thread of its own, all at once."""
    while (said := rounds.get()) is not None:
        database = Database.open(said.settings, SystemClock(), SystemIds(), said.keys, wiring.reactions())
        outcomes: list[str] = []
        threads = [threading.Thread(target=press_once, args=(database, item, outcomes)) for item in said.submissions]
        gate.wait(30)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        database.close()
        told.put(outcomes)


def press_once(database: Database, item: Submission, outcomes: list[str]) -> None:
    try:
        outcome = database.hot(SUBMIT, [item], share=Share.RESPONDENT)[0]
        outcomes.append("stored" if isinstance(outcome, Stored) else outcome.refusal.code)
    except Exception as error:  # noqa: BLE001 - the other process counts what happened here
        outcomes.append(getattr(error, "code", type(error).__name__))
