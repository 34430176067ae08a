"""Everything that happens because of something else, in one readable place.

Events and who listens, counters and who writes them, job names and what they run, schedules, and the tables
that make up the schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxsurvey.accounts import housekeeping as _door_keeping
from cxsurvey.accounts import models as _accounts
from cxsurvey.core import models as _core
from cxsurvey.core.db.base import metadata
from cxsurvey.core.db.batch import Finisher, Reactions
from cxsurvey.core.jobs import handling
from cxsurvey.core.jobs import housekeeping as _housekeeping
from cxsurvey.core.jobs import models as _jobs
from cxsurvey.core.jobs.handling import Listener, Listeners
from cxsurvey.core.jobs.runner import JobHandler
from cxsurvey.core.jobs.schedules import Schedule
from cxsurvey.invitations import models as _invitations
from cxsurvey.people import models as _people
from cxsurvey.responses import counts, trials
from cxsurvey.responses import models as _responses
from cxsurvey.responses import rebuilding as _rebuilding
from cxsurvey.responses import release as _release
from cxsurvey.surveys import housekeeping as _survey_keeping
from cxsurvey.surveys import models as _surveys
from cxsurvey.transfer import imports as _imports
from cxsurvey.transfer import keeping as _keeping
from cxsurvey.transfer import models as _transfer
from cxsurvey.transfer import running as _importing
from cxsurvey.transfer import undoing as _undoing

TABLE_MODULES = (_core, _jobs, _accounts, _surveys, _people, _invitations, _responses, _transfer)
"""Importing a module with tables adds them to `metadata`; all of them are here."""

LISTENERS: Sequence[Listener] = ()
"""Who hears which event, in order; one that raises loses its own part and is tried again as a job."""

FINISHERS: Mapping[str, Finisher] = {counts.KIND: counts.flush}

SCHEDULES: Sequence[Schedule] = (
    Schedule("forget-old", _housekeeping.JOB, cron="20 3 * * *"),
    Schedule("release-anonymous-answers", _release.JOB, cron="10 * * * *"),
    Schedule("forget-pictures", _survey_keeping.JOB, cron="50 3 * * *"),
    Schedule("forget-expired-doors", _door_keeping.JOB, cron="40 3 * * *"),
    Schedule("give-up-imports", _importing.GIVE_UP, cron="*/10 * * * *"),
    Schedule("forget-files-of-imports", _keeping.FORGET, cron="50 3 * * *"),
)


class Wiring:
    """What the lane and the worker of a process do.

    Both know the same listeners, so that what fails in the one is tried again by the other. `extra` listeners hear
    after the listed ones; only tests and measurements have some.
    """

    def __init__(self, extra: Sequence[Listener] = ()) -> None:
        listeners = Listeners((*LISTENERS, *extra))
        self.reactions = Reactions(listeners.handlers(), FINISHERS, listeners.pack)
        self.job_handlers: Mapping[str, JobHandler] = {
            _housekeeping.JOB: _housekeeping.forget_old,
            _door_keeping.JOB: _door_keeping.forget_expired,
            _rebuilding.JOB: _rebuilding.rebuild,
            _imports.JOB: _importing.run,
            _undoing.JOB: _undoing.run,
            _importing.GIVE_UP: _importing.give_up,
            _keeping.FORGET: _keeping.forget_files,
            _release.JOB: _release.release,
            _survey_keeping.JOB: _survey_keeping.forget_pictures,
            handling.JOB: listeners.run,
            trials.JOB: trials.delete_trials,
        }


_WIRING = Wiring()
"""The one of this process."""
JOB_HANDLERS = _WIRING.job_handlers


def reactions(extra: Sequence[Listener] = ()) -> Reactions:
    """What the lane does after the units of a batch; `extra` as in `Wiring`."""
    return Wiring(extra).reactions if extra else _WIRING.reactions


__all__ = ["FINISHERS", "JOB_HANDLERS", "LISTENERS", "SCHEDULES", "TABLE_MODULES", "Wiring", "metadata", "reactions"]
