"""A dry run of people tells the same figures as the import, however far apart somebody is named again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cxsurvey import wiring
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs.runner import JobRun, Runner
from cxsurvey.people import service as people
from cxsurvey.people.service import PersonInput
from cxsurvey.transfer import imports, pace, uploads
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.refusals import first_refused
from cxsurvey.transfer.repeats import Counted
from cxsurvey.transfer.storing import PeopleRehearsal, PersonRow, names_of, store_people, undone
from tests.factories import Place, act_in, make_place
from tests.transfer.test_imports import between_units, brought, seen

MAPPING = {"external_id": "Id", "email": "Mail", "name": "Name", "attributes.plan": "Plan"}
FAR = "".join(f"other{number},,,\n" for number in range(300))


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place, share=Share.JOBS)


def run(database: Database, place: Place, content: str, *, dry_run: bool) -> ImportView:
    view = brought(database, place, content.encode(), Kind.PEOPLE)

    def begin(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        imports.settle(ctx, view.id, Reading(mapping=MAPPING))
        imports.start(ctx, view.id, rehearsal=dry_run)

    database.write(begin, share=Share.JOBS)
    Runner(database, wiring.JOB_HANDLERS, "test").drain()
    return seen(database, place, view)


@pytest.mark.parametrize(
    ("first", "later", "changed", "known"),
    [
        ("7,ida@example.com,Ida,Basic", "7,,,Extra", 1, 0),
        ("7,ida@example.com,Ida,Basic", "7,,Ida,", 0, 1),
        ("7,ida@example.com,Ida,Basic", ",IDA@example.com,,Extra", 1, 0),
        (",ida@example.com,Ida,", "7,ida@example.com,,", 1, 0),
        ("7,ida@example.com,Ida,", "7,new@example.com,,", 1, 0),
    ],
)
def test_somebody_named_again_in_a_later_chunk_is_told_as_the_import_does(
    database: Database, place: Place, first: str, later: str, changed: int, known: int
) -> None:
    content = f"Id,Mail,Name,Plan\n{first}\n{FAR}{later}\n{FAR.replace('other', 'more')}{later}\n"

    tried = run(database, place, content, dry_run=True)
    done = run(database, place, content, dry_run=False)

    assert tried.tally == done.tally
    assert (done.tally["stored"], done.tally["changed"], done.tally["known"]) == (601, changed, known + 1)


def test_two_names_that_only_the_database_joins_are_one_person_in_both(database: Database, place: Place) -> None:
    run(database, place, "Id,Mail,Name,Plan\n7,ida@example.com,,\n", dry_run=False)
    content = f"Id,Mail,Name,Plan\n7,,Ida,\n{FAR},ida@example.com,Ida,\n"

    tried = run(database, place, content, dry_run=True)
    done = run(database, place, content, dry_run=False)

    assert tried.tally == done.tally
    assert (done.tally["changed"], done.tally["known"]) == (1, 1)


def test_addresses_that_change_hands_end_neither_the_dry_run_nor_the_import(database: Database, place: Place) -> None:
    run(database, place, "Id,Mail,Name,Plan\n1,a@example.com,,\n2,b@example.com,,\n", dry_run=False)
    content = "Id,Mail,Name,Plan\n2,c@example.com,,\n1,b@example.com,,\n2,d@example.com,,\n"

    tried = run(database, place, content, dry_run=True)
    done = run(database, place, content, dry_run=False)

    assert tried.tally == done.tally
    assert (done.state, done.tally["changed"]) == (ImportState.DONE, 3)


def in_chunks(monkeypatch: pytest.MonkeyPatch, rows: int = 1) -> None:
    """Chunks as short as they can be, without a pause, so that what happens in one meets what happened in another."""
    monkeypatch.setattr("cxsurvey.transfer.running.FIRST", rows)
    monkeypatch.setattr(pace.Pace, "next_size", lambda *_: rows)
    monkeypatch.setattr(JobRun, "pause", lambda *_: None)


def table(rows: Iterable[tuple[str, ...]]) -> str:
    return "Id,Mail,Name,Plan\n" + "".join(",".join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "rows",
    [
        # two people exchange their addresses by a third one, and then one is named by what the other had
        [("1", "c@example.com"), ("2", "a@example.com"), ("1", "b@example.com"), ("", "a@example.com", "Bo")],
        # an address that somebody left, and who left it is named no more
        [("1", "c@example.com"), ("2", "a@example.com"), ("", "a@example.com", "Bo")],
        [("1", "c@example.com"), ("3", "a@example.com"), ("", "b@example.com", "Bo"), ("3", "", "Cy")],
        # three people, each with the address of the next one
        [
            ("1", "d@example.com"), ("2", "a@example.com"), ("3", "b@example.com"), ("1", "c@example.com"),
            ("", "c@example.com", "Al"), ("", "a@example.com", "Bo"), ("", "b@example.com", "Cy"),
        ],
    ],
)  # fmt: skip
def test_addresses_that_are_exchanged_over_many_chunks_are_told_as_they_come_out(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, ...]]
) -> None:
    in_chunks(monkeypatch)
    known = [("1", "a@example.com", "", ""), ("2", "b@example.com", "", ""), ("3", "c0@example.com", "", "")]
    run(database, place, table(known), dry_run=False)
    content = table((*row, "", "")[:4] for row in rows)

    tried = run(database, place, content, dry_run=True)
    done = run(database, place, content, dry_run=False)

    assert tried.tally == done.tally


@pytest.mark.parametrize(
    ("here", "rows", "meanwhile", "told"),
    [
        # somebody whom the dry run has added, by either name
        ([], [("7", "ida@example.com")] * 3, ("7", None), (1, 1, 1)),
        ([], [("7", "ida@example.com")] * 3, (None, "ida@example.com"), (1, 1, 1)),
        # an address that somebody known was given, and whose former one a third has got
        (
            [("1", "a@example.com"), ("2", "b@example.com")],
            [("1", "c@example.com"), ("2", "a@example.com"), ("", "c@example.com"), ("2", "a@example.com")],
            ("9", "c@example.com"),
            (0, 2, 2),
        ),
    ],
)
def test_who_is_written_down_meanwhile_by_a_name_that_the_dry_run_has_given_is_known_to_it(
    database: Database,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    here: list[tuple[str, str]],
    rows: list[tuple[str, str]],
    meanwhile: tuple[str | None, str | None],
    told: tuple[int, int, int],
) -> None:
    run(database, place, table((*row, "", "") for row in here), dry_run=False)
    in_chunks(monkeypatch, max(1, len(here)))
    external_id, email = meanwhile
    somebody = (place.workspace_id, PersonInput(external_id=external_id, email=email))

    def write_down(ctx: Context) -> None:
        people.upsert(ctx, [somebody])

    between_units(monkeypatch, lambda: database.write(write_down, share=Share.JOBS))

    tried = run(database, place, table((*row, "", "") for row in rows), dry_run=True)

    assert (tried.state, tried.tally["rows_read"]) == (ImportState.DRAFT, len(rows))
    assert (tried.tally["stored"], tried.tally["changed"], tried.tally["known"]) == told


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["", "1", "2", "3"]),
        st.sampled_from(["", "a@example.com", "B@example.com", "b@example.com", "c@example.com", "nobody"]),
        st.sampled_from(["", "Ida", "Kim"]),
        st.sampled_from(["", "Basic", "Extra"]),
    ),
    min_size=1,
    max_size=14,
)


@given(before=PEOPLE, rows=PEOPLE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_both_tell_the_same(
    database: Database,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    before: list[tuple[str, ...]],
    rows: list[tuple[str, ...]],
) -> None:
    database.write(lambda ctx: ctx.connection.execute(text("DELETE FROM people")), share=Share.JOBS)
    in_chunks(monkeypatch, len(before))
    run(database, place, table(before), dry_run=False)
    in_chunks(monkeypatch, 2)

    tried = run(database, place, table(rows), dry_run=True)
    done = run(database, place, table(rows), dry_run=False)

    assert tried.tally == done.tally
    told = [first_refused(uploads.refused(database.settings, one.id), one.position, 100) for one in (tried, done)]
    assert told[0] == told[1]


@pytest.fixture
def unit(ctx: Context) -> Context:
    """A unit in a workspace."""
    make_place(ctx)
    return ctx


MAILS = ("a@example.com", "b@example.com", "c@example.com", "d@example.com")
IDS = ("1", "2", "3", "4")
MOVES = st.one_of(
    st.tuples(st.sampled_from(IDS), st.sampled_from(MAILS), st.none()),
    st.tuples(st.none(), st.sampled_from(MAILS), st.sampled_from(["Al", "Bo"])),
    st.tuples(st.sampled_from(IDS), st.none(), st.sampled_from(["Al", "Bo"])),
)


@given(
    here=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(MAILS)), unique_by=(lambda x: x[0], lambda x: x[1])),
    moves=st.lists(MOVES, min_size=2, max_size=12),
    at_once=st.integers(1, 3),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_exchanges_addresses_with_whom_both_tell_the_same_of_each_row(
    unit: Context, here: list[tuple[str, str]], moves: list[tuple[str | None, str | None, str | None]], at_once: int
) -> None:
    rows = [
        PersonRow(number, PersonInput(external_id=external_id, email=email, name=name))
        for number, (external_id, email, name) in enumerate(moves)
    ]
    chunks = [rows[first : first + at_once] for first in range(0, len(rows), at_once)]
    named = [name for row in rows for name in names_of(row.person.external_id, row.person.email)]
    rehearsal = PeopleRehearsal(Counted(named))
    with undone(unit):
        store_people(unit, [PersonRow(0, PersonInput(external_id=who, email=email)) for who, email in here])

        tried = [rehearsal(unit, chunk) for chunk in chunks]
        done = [store_people(unit, chunk) for chunk in chunks]

        assert tried == done
