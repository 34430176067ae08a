"""One answer stays one answer when twenty requests bring it at once, from two processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.queues import Queue
from uuid import UUID

import pytest

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.responses import counts, queries, service
from cxsurvey.responses.commands import Submission
from tests.factories import Place, act_in, form_page, make_place, shared_link_answer
from tests.lane.pressing import Round, press
from tests.processes import nursery

THREADS = 10

Press = Callable[[Database, list[Submission]], list[str]]


@pytest.fixture(scope="module")
def press_from_two_processes() -> Iterator[Press]:
    """Sends half of the submissions from each of two processes; what every one of the callers was told."""
    context = nursery()
    gate = context.Barrier(2)
    told: Queue[list[str]] = context.Queue()
    rounds: list[Queue[Round | None]] = [context.Queue(), context.Queue()]
    processes = [context.Process(target=press, args=(own, gate, told), daemon=True) for own in rounds]
    for process in processes:
        process.start()

    def run(database: Database, submissions: list[Submission]) -> list[str]:
        settings, half = database.settings, len(submissions) // 2
        for own, part in zip(rounds, (submissions[:half], submissions[half:]), strict=True):
            own.put(Round(settings, database.keys, part))
        return [outcome for _ in processes for outcome in told.get(timeout=60)]

    yield run
    for own in rounds:
        own.put(None)
    for process in processes:
        process.join(30)


@pytest.fixture
def place(real_database: Database) -> Place:
    return real_database.write(make_place, share=Share.JOBS)


def check_counters(database: Database, place: Place) -> dict[str, int]:
    with database.read() as ctx:
        line = place.survey.trend_line_id
        assert line is not None
        assert counts.differences(ctx.connection, line) == []
        days = counts.stored(ctx.connection, line).values()
    return {name: total for name in next(iter(days)) if (total := sum(day[name] for day in days))}


def test_one_form_page_posted_twenty_times_is_one_response(
    real_database: Database, place: Place, press_from_two_processes: Press
) -> None:
    with real_database.read() as ctx:
        page = form_page(ctx)
        first = replace(shared_link_answer(ctx, place, 0), page=page)
    posts = [replace(first, score=number % 11) for number in range(2 * THREADS)]

    outcomes = press_from_two_processes(real_database, posts)

    assert set(outcomes) <= {"stored", "busy"}
    assert outcomes.count("stored") >= 1
    with real_database.read() as ctx:
        assert len(queries.by(ctx.connection, "submission_id", [page.submission_id])) == 1
    assert sum(check_counters(real_database, place).values()) == 1


def test_one_invitation_answered_twenty_times_has_one_response(
    real_database: Database, place: Place, press_from_two_processes: Press
) -> None:
    def invite(ctx: Context) -> UUID:
        act_in(ctx, place.workspace_id)
        return invitations.create(ctx, place.survey.id, CreateInvitation()).id

    invitation = real_database.write(invite, share=Share.JOBS)
    with real_database.read() as ctx:
        posts = [
            replace(shared_link_answer(ctx, place, number % 11), source="invitation", invitation_id=invitation)
            for number in range(2 * THREADS)
        ]

    outcomes = press_from_two_processes(real_database, posts)

    assert set(outcomes) <= {"stored", "busy"}
    with real_database.read() as ctx:
        response = service.by_invitation(ctx, invitation)
    assert response is not None
    assert sum(check_counters(real_database, place).values()) == 1


def test_one_external_id_sent_twenty_times_is_one_response(
    real_database: Database, place: Place, press_from_two_processes: Press
) -> None:
    item = Submission(place.survey.id, "shop", score=9, external_id="order-1", workspace_id=place.workspace_id)

    outcomes = press_from_two_processes(real_database, [item] * (2 * THREADS))

    assert set(outcomes) <= {"stored", "busy"}
    assert check_counters(real_database, place) == {"n9": 1}
