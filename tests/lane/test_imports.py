"""An import whose server is killed in the middle: no row lost, none twice, and every counter true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from uuid import UUID

from sqlalchemy import text, update

from bench.harness.installation import Installation
from cxsurvey import wiring
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.jobs.queue import JOBS
from cxsurvey.core.keyring import load_keys
from cxsurvey.responses import counts
from cxsurvey.transfer import imports, uploads
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.refusals import first_refused
from cxsurvey.transfer.source import examine
from tests.lane.served import serving, wait_until

ROWS, REFUSED, AGAIN = 4000, 40, 400


def content() -> bytes:
    """Answers, one in a hundred off the scale, and late further rows of respondents from the beginning."""
    plain = [f"{11 if number % 100 == 0 else number % 11},Row {number},r{number}" for number in range(ROWS)]
    again = [f"{number % 11},More of {number},r{number}" for number in range(1, 100) for _ in range(4)]
    again += ["1,More,r1"] * (AGAIN - len(again))
    return "\n".join(["s,c,r", *plain, *again, ""]).encode()


@contextmanager
def beside(here: Installation) -> Iterator[Database]:
    """The database of an installation as a command beside its server opens it."""
    ids = SystemIds()
    database = Database.open(here.settings, SystemClock(), ids, load_keys(here.settings, ids), wiring.reactions())
    yield database
    database.close()


def begin(database: Database, here: Installation) -> UUID:
    import_id = database.ids.new()
    received = uploads.receive(here.settings, import_id, BytesIO(content()))
    found = examine(here.settings, import_id)
    reading = Reading(mapping={"score": "s", "comment": "c", "respondent": "r"})

    def unit(ctx: Context) -> None:
        ctx.actor, ctx.workspace_id = OPERATOR, here.workspace_id
        imports.begin(ctx, Kind.RESPONSES, import_id, "answers.csv", received, found)
        imports.settle(ctx, import_id, reading, here.survey.id)
        imports.start(ctx, import_id)

    database.write(unit, share=Share.JOBS)
    return import_id


def seen(database: Database, here: Installation, import_id: UUID) -> ImportView:
    with database.read() as ctx:
        ctx.actor, ctx.workspace_id = OPERATOR, here.workspace_id
        return imports.get(ctx, import_id)


def let_the_lease_run_out(ctx: Context) -> None:
    """What a minute would do."""
    ctx.connection.execute(update(JOBS).where(JOBS.c.state == "running").values(lease_until=ctx.now - timedelta(1)))


def test_a_server_that_is_killed_in_the_middle_of_an_import_loses_and_doubles_no_row(here: Installation) -> None:
    with beside(here) as database:
        with serving(here) as process:
            import_id = begin(database, here)
            wait_until(lambda: seen(database, here, import_id).tally["rows_read"] > ROWS // 10)
            process.kill()
            process.wait(30)
        killed = seen(database, here, import_id)
        assert killed.state is ImportState.RUNNING
        assert killed.tally["rows_read"] < ROWS
        database.write(let_the_lease_run_out, share=Share.JOBS)

        with serving(here):
            wait_until(lambda: not seen(database, here, import_id).is_under_way, seconds=60)

        ended = seen(database, here, import_id)
        assert ended.state is ImportState.DONE
        assert {name: number for name, number in ended.tally.items() if number} == {
            "rows_read": ROWS + AGAIN,
            "stored": ROWS - REFUSED,
            "same_respondent": AGAIN,
            "refused": REFUSED,
        }
        assert len(first_refused(uploads.refused(here.settings, import_id), ended.position, ROWS)) == REFUSED
        with database.read() as ctx:
            found = ctx.connection.execute(text("SELECT external_id, comment FROM responses")).all()
            assert counts.differences(ctx.connection, here.survey.trend_line_id or 0) == []
        assert len(found) == len({row.external_id for row in found}) == ROWS - REFUSED
        comments = {row.external_id: row.comment for row in found}
        assert comments["r7"] == "Row 7\n\nMore of 7"
        assert comments["r500" if "r500" in comments else "r501"].count("Row") == 1
