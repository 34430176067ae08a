"""`cxsurvey doctor` on a database that was changed by hand, and on jobs that nobody takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text, update

from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db import checks
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import beats
from cxsurvey.core.jobs.models import Job
from tests.cli.installed import installation, opened, run


@pytest.fixture(autouse=True)
def installed(furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installation(furnished_url, tmp_path, monkeypatch, "doctor"):
        yield


def changed(*statements: str) -> None:
    """Does something to the database behind the program's back."""

    def work(ctx: Context) -> None:
        for statement in statements:
            ctx.connection.execute(text(statement))

    with opened() as database:
        database.write(work, share=Share.JOBS)


def told(about: str) -> tuple[int, list[str]]:
    """The exit code, and the lines about something."""
    done = run("doctor")
    return done.exit_code, [line for line in done.output.splitlines() if f"  {about}: " in line]


def test_the_tables_of_an_upgrade_are_those_of_the_program() -> None:
    _, (line,) = told("Tables")
    assert line.startswith("ok  "), line


@pytest.mark.parametrize(
    ("statement", "mark", "said"),
    [
        ("DROP INDEX ix_responses_comments", "look", "CREATE INDEX ix_responses_comments ON responses (trend_line_id"),
        ("DROP INDEX uq_responses_external_id", "BAD ", "CREATE UNIQUE INDEX uq_responses_external_id ON responses"),
        (
            "ALTER TABLE responses DROP COLUMN locale",
            "BAD ",
            "responses.locale is missing; stop the server and restore",
        ),
        ("DROP TABLE jobs", "BAD ", "jobs is missing; stop the server and restore"),
        ("DROP TABLE process_beats", "BAD ", "process_beats is missing; stop the server and restore"),
    ],
)
def test_what_was_taken_away_by_hand_is_named_with_what_to_do(statement: str, mark: str, said: str) -> None:
    changed(statement)

    code, (line,) = told("Tables")

    assert line.startswith(mark)
    assert said in line
    assert code == 1 or mark != "BAD "


def test_tables_of_others_in_the_same_database_are_not_looked_at() -> None:
    changed("CREATE TABLE theirs (name TEXT)")
    changed("CREATE INDEX ix_theirs ON theirs (lower(name))")

    _, (line,) = told("Tables")

    assert line.startswith("ok  "), line


def test_the_index_is_there_again_after_what_doctor_says_was_typed() -> None:
    changed("DROP INDEX ix_responses_comments")
    _, (line,) = told("Tables")

    changed(line.partition("make it in the database: ")[2].rstrip(";"))

    assert told("Tables")[1][0].startswith("ok  ")


def a_job(age: timedelta) -> None:
    """A job that is due for some time."""

    def work(ctx: Context) -> None:
        ctx.enqueue("responses.release", {})

    with opened() as database:
        database.write(work, share=Share.JOBS)
        due = SystemClock().now() - age
        database.write(lambda ctx: ctx.connection.execute(update(Job).values(due_at=due)), share=Share.JOBS)


def alive(connection: Connection, kind: str = beats.SERVE) -> None:
    """A process that was seen a moment ago; a server with its worker unless said otherwise."""
    now = SystemClock().now()
    beats.beat(connection, beats.Beat(f"{kind}:1:0", kind, now, now))


@pytest.mark.parametrize("kind", [beats.SERVE, beats.WORKER])
def test_a_job_that_has_just_come_is_no_trouble_where_a_worker_is_alive(kind: str) -> None:
    a_job(timedelta(seconds=5))
    with opened() as database:
        database.write(lambda ctx: alive(ctx.connection, kind), share=Share.JOBS)
    assert told("Jobs")[1][0].startswith("ok  ")


def test_a_job_for_which_no_worker_is_alive_is_told_at_once() -> None:
    a_job(timedelta(0))

    (alone,) = told("Jobs")[1]
    with opened() as database:
        database.write(lambda ctx: alive(ctx.connection, beats.PAGES), share=Share.JOBS)
    (beside,) = told("Jobs")[1]

    assert (alone[:4], beside[:4]) == ("look", "look")
    assert "neither a server nor a worker runs" in alone
    assert "the server that runs takes no jobs (CXSURVEY_RUN_WORKER=0): start a worker (cxsurvey worker)" in beside


def test_without_a_job_nobody_misses_a_worker() -> None:
    assert told("Jobs")[1][0].startswith("ok  ")


def test_a_job_that_waits_for_minutes_is_told_where_no_process_is_alive() -> None:
    a_job(timedelta(minutes=2))

    (line,) = told("Jobs")[1]
    with opened() as database:
        database.write(lambda ctx: alive(ctx.connection), share=Share.JOBS)
    (beside,) = told("Jobs")[1]

    assert (line[:4], beside[:4]) == ("look", "ok  ")
    assert "1 due, the oldest since 20" in line
    assert "no worker is alive" in line


class Slow:
    """The clock of a machine on which ten seconds pass between two looks at it."""

    def __init__(self, begun: datetime) -> None:
        self.instant = begun

    def now(self) -> datetime:
        self.instant += timedelta(seconds=10)
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


def test_the_clocks_are_compared_in_the_middle_of_the_question() -> None:
    with opened() as database, database.read() as ctx:
        finding = checks.clock(ctx.connection, Slow(SystemClock().now() - timedelta(seconds=15)))

    assert finding.colour is checks.Colour.GREEN, finding.text


def test_jobs_that_nobody_takes_are_told_with_what_to_start() -> None:
    a_job(timedelta(hours=3))

    _, (line,) = told("Jobs")
    with opened() as database:
        database.write(lambda ctx: alive(ctx.connection), share=Share.JOBS)
    _, (beside,) = told("Jobs")

    assert (line[:4], beside[:4]) == ("look", "look")
    assert "1 due, the oldest since 20" in line
    assert "neither a server nor a worker runs" in line
    assert "no worker takes them: start one (cxsurvey worker)" in beside


def test_jobs_behind_one_that_a_worker_does_are_no_trouble() -> None:
    a_job(timedelta(hours=3))
    a_job(timedelta(hours=3))
    lease = SystemClock().now() + timedelta(seconds=30)

    def claim(ctx: Context) -> None:
        first = ctx.connection.execute(text("SELECT min(CAST(id AS TEXT)) FROM jobs")).scalar()
        ctx.connection.execute(
            text("UPDATE jobs SET state = 'running', lease_owner = 'x' WHERE CAST(id AS TEXT) = :id"), {"id": first}
        )
        ctx.connection.execute(update(Job).where(Job.state == "running").values(lease_until=lease))

    with opened() as database:
        database.write(claim, share=Share.JOBS)

    (line,) = told("Jobs")[1]
    assert line.startswith("ok  ")
    assert "a worker is busy with another one" in line
