from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text, update

from cxsurvey import wiring
from cxsurvey.core.context import OPERATOR, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Forbidden
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.runner import Interrupted, JobRun, Runner
from cxsurvey.core.models import AuditEntry
from cxsurvey.responses import counts, service
from cxsurvey.responses.commands import AnswerInput, submission_of
from cxsurvey.responses.errors import BeingTakenBack, StateForbids
from cxsurvey.responses.models import Response, ScoreDay
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.submit import Refused, Stored, submit
from cxsurvey.transfer import imports, running, undoing
from cxsurvey.transfer.errors import ImportInTheWay, ImportStateForbids, NotUndoable
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.undoing import Preview, UndoImport
from tests.factories import Place, act_in, make_place
from tests.transfer.test_imports import between_units, brought, seen

ROWS = "Id,Rating,Why\na1,9,Quick\na2,3,\na3,,Only words\n"
MAPPING = {"external_id": "Id", "score": "Rating", "comment": "Why"}
WHY = UndoImport(reason="Wrong file")


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place, share=Share.JOBS)


def act(database: Database, place: Place, work: Callable[[Context], Any], actor: Actor = OPERATOR) -> Any:
    def unit(ctx: Context) -> Any:
        act_in(ctx, place.workspace_id, actor)
        return work(ctx)

    return database.write(unit, share=Share.JOBS)


def imported(
    database: Database,
    place: Place,
    content: str = ROWS,
    mapping: dict[str, str] = MAPPING,
    kind: Kind = Kind.RESPONSES,
    source: str = "import",
) -> ImportView:
    """An import that has ended."""
    view = brought(database, place, content.encode(), kind)

    def begin(ctx: Context) -> None:
        imports.settle(ctx, view.id, Reading(mapping=mapping, source=source), place.survey.id)
        imports.start(ctx, view.id)

    act(database, place, begin)
    drain(database)
    return seen(database, place, view)


def drain(database: Database) -> None:
    Runner(database, wiring.JOB_HANDLERS, "test").drain()


def taken_back(database: Database, place: Place, view: ImportView) -> ImportView:
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    drain(database)
    return seen(database, place, view)


def answers(database: Database) -> list[tuple[Any, ...]]:
    """State, source, id, score, comment and reason of every response, oldest first."""
    columns = (Response.state, Response.source, Response.external_id, Response.score, Response.comment, Response.reason)
    with database.read() as ctx:
        return [tuple(row) for row in ctx.connection.execute(select(*columns).order_by(Response.id))]


def scores(database: Database) -> dict[str, int]:
    """All that counts, over all days; and the counters are those of a recount."""
    with database.read() as ctx:
        for line in counts.trend_lines(ctx.connection):
            assert counts.differences(ctx.connection, line) == []
        rows = ctx.connection.execute(select(ScoreDay)).mappings()
        total = Counter[str]()
        for row in rows:
            total.update({name: row[name] for name in row if name not in {"trend_line_id", "report_day", "void"}})
    return {name: number for name, number in total.items() if number}


def test_what_an_import_stored_is_void_and_scores_are_as_before(database: Database, place: Place) -> None:
    imported(database, place, "Id,Rating,Why\nb1,10,Before\n")
    before = scores(database)
    view = imported(database, place)

    ended = taken_back(database, place, view)

    assert (ended.state, ended.undone, ended.left_alone, ended.undo_reason) == (ImportState.UNDONE, 3, 0, "Wrong file")
    assert scores(database) == before == {"n10": 1, "comments": 1}
    apart = f"undone/{view.public_id}"
    assert answers(database)[1:] == [
        ("void", apart, "a1", 9, "Quick", "Wrong file"),
        ("void", apart, "a2", 3, None, "Wrong file"),
        ("void", apart, "a3", None, "Only words", "Wrong file"),
    ]


def test_the_history_of_each_answer_names_who_took_the_import_back(database: Database, place: Place) -> None:
    view = imported(database, place)
    manager = replace(OPERATOR, kind=ActorKind.USER, id=database.ids.new())
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY), manager)
    drain(database)

    def last_words(ctx: Context) -> list[tuple[Any, ...]]:
        found = ctx.connection.execute(select(Response.id)).scalars().all()
        last = [service.history(ctx, response_id)[-1] for response_id in found]
        return [(one.kind, one.actor_kind, one.actor_id) for one in last]

    assert act(database, place, last_words) == [("voided", "user", manager.id)] * 3


def test_what_was_begun_before_jobs_knew_by_whom_is_taken_back_by_the_system(database: Database, place: Place) -> None:
    view = imported(database, place)
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    older = {"import": str(view.id), "run": view.run + 1}
    act(database, place, lambda ctx: ctx.connection.execute(update(queue.JOBS).values(args=older)))
    drain(database)

    assert seen(database, place, view).undone == 3


def test_the_same_file_can_be_imported_again_and_taken_back_again(database: Database, place: Place) -> None:
    first = imported(database, place)
    taken_back(database, place, first)

    second = imported(database, place)
    assert (second.tally["stored"], second.tally["known"]) == (3, 0)
    assert imported(database, place).tally["known"] == 3
    assert scores(database) == {"n9": 1, "n3": 1, "unscored": 1, "comments": 2}

    assert taken_back(database, place, second).undone == 3
    assert scores(database) == {}
    assert len(answers(database)) == 6


def test_what_was_changed_since_is_left_alone_and_stays_known(database: Database, place: Place) -> None:
    view = imported(database, place)

    def judge(ctx: Context) -> None:
        ids = {row.external_id: row.id for row in ctx.connection.execute(select(Response.external_id, Response.id))}
        service.void(ctx, ids["a1"], VoidResponse(reason="A joke"))
        service.void(ctx, ids["a2"], VoidResponse(reason="A slip"))
        service.restore(ctx, ids["a2"], VoidResponse(reason="It was none"))

    act(database, place, judge)
    assert act(database, place, lambda ctx: undoing.preview(ctx, view.id)) == Preview(1, 2, (), 0)

    ended = taken_back(database, place, view)

    assert (ended.undone, ended.left_alone) == (1, 2)
    assert [(state, reason) for state, *_, reason in answers(database)] == [
        ("void", "A joke"),
        ("counted", None),
        ("void", "Wrong file"),
    ]
    assert scores(database) == {"n3": 1}
    assert imported(database, place).tally["known"] == 2


def test_further_rows_of_a_respondent_are_of_the_import_and_those_of_a_later_one_are_not(
    database: Database, place: Place
) -> None:
    mapping = {"respondent": "Id", "score": "Rating", "comment": "Why"}
    view = imported(database, place, "Id,Rating,Why\nr1,9,One\nr1,9,Two\nr2,8,One\n", mapping)
    assert view.tally["same_respondent"] == 1
    imported(database, place, "Id,Rating,Why\nr2,8,Later\nr2,8,Latest\n", mapping)

    ended = taken_back(database, place, view)

    assert (ended.undone, ended.left_alone) == (1, 1)
    assert [(state, comment) for state, _, _, _, comment, _ in answers(database)] == [
        ("void", "One\n\nTwo"),
        ("counted", "One\n\nLatest"),
    ]
    assert scores(database) == {"n8": 1, "comments": 1}


def test_an_answer_that_was_taken_back_is_put_back_only_by_importing_it_again(database: Database, place: Place) -> None:
    taken_back(database, place, imported(database, place))

    def restore(ctx: Context) -> None:
        first = ctx.connection.execute(select(Response.id).limit(1)).scalar_one()
        service.restore(ctx, first, VoidResponse(reason="Please"))

    with pytest.raises(StateForbids, match="Import it again"):
        act(database, place, restore)


def test_who_took_it_back_and_why_is_in_the_audit_log(database: Database, place: Place) -> None:
    view = taken_back(database, place, imported(database, place))

    def told(ctx: Context) -> list[tuple[str, str, dict[str, Any]]]:
        query = select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail).order_by(AuditEntry.id)
        return [tuple(row) for row in ctx.connection.execute(query) if row.action.startswith("import.und")]

    named = {"kind": "responses", "file": "answers.csv", "survey": place.survey.name}
    assert act(database, place, told) == [
        ("import.undo_started", view.public_id, {**named, "reason": "Wrong file"}),
        ("import.undone", view.public_id, {**named, "undone": 3, "left_alone": 0}),
    ]


def test_a_worker_that_stops_half_way_leaves_the_rest_to_the_next_one(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = imported(database, place, "Id,Rating\n" + "".join(f"c{number},{number % 11}\n" for number in range(120)),
                    {"external_id": "Id", "score": "Rating"})  # fmt: skip
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    left = [True]

    def pause(run: JobRun, seconds: float) -> None:
        if left:
            left.pop()
            raise Interrupted

    monkeypatch.setattr(JobRun, "pause", pause)
    Runner(database, wiring.JOB_HANDLERS, "test").run_next()
    half = seen(database, place, view)
    assert (half.state, half.undone) == (ImportState.UNDOING, 50)

    drain(database)

    ended = seen(database, place, view)
    assert (ended.state, ended.undone, ended.left_alone) == (ImportState.UNDONE, 120, 0)
    assert scores(database) == {}
    with database.read() as ctx:
        assert ctx.connection.execute(text("SELECT count(*) FROM response_revisions")).scalar() == 120


def test_people_stay_and_that_is_said(database: Database, place: Place) -> None:
    view = imported(database, place, "Mail\nida@example.com\n", {"email": "Mail"}, Kind.PEOPLE)

    with pytest.raises(NotUndoable, match="People stay as this import wrote them down"):
        act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))


def test_only_what_has_ended_and_is_not_taken_back_yet_can_be(database: Database, place: Place) -> None:
    draft = brought(database, place, ROWS.encode())
    undone = taken_back(database, place, imported(database, place))

    for import_id in (draft.id, undone.id):
        with pytest.raises(ImportStateForbids):
            act(database, place, partial(undoing.undo, import_id=import_id, command=WHY))


def test_a_cancelled_import_can_be_taken_back(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = brought(database, place, ("Rating\n" + "5\n" * 80).encode())

    def begin(ctx: Context) -> None:
        imports.settle(ctx, view.id, Reading(mapping={"score": "Rating"}), place.survey.id)
        imports.start(ctx, view.id)

    act(database, place, begin)
    between_units(monkeypatch, lambda: act(database, place, lambda ctx: imports.cancel(ctx, view.id)))
    drain(database)
    monkeypatch.undo()
    cancelled = seen(database, place, view)
    assert (cancelled.state, cancelled.tally["stored"]) == (ImportState.CANCELLED, 50)

    assert taken_back(database, place, view).undone == 50
    assert scores(database) == {}


def test_no_row_is_taken_for_known_that_an_undo_is_about_to_void(database: Database, place: Place) -> None:
    view = imported(database, place)
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    second, other = settled(database, place), settled(database, place, source="elsewhere")

    for rehearsal in (False, True):
        with pytest.raises(ImportInTheWay, match="is being taken back"):
            act(database, place, partial(imports.start, import_id=second.id, rehearsal=rehearsal))
    act(database, place, lambda ctx: imports.start(ctx, other.id))
    drain(database)
    act(database, place, lambda ctx: imports.start(ctx, second.id, rehearsal=True))
    drain(database)
    assert seen(database, place, second).tally["stored"] == 3
    act(database, place, lambda ctx: imports.start(ctx, second.id))
    drain(database)

    assert seen(database, place, second).tally["stored"] == seen(database, place, other).tally["stored"] == 3
    assert scores(database) == {"n9": 2, "n3": 2, "unscored": 2, "comments": 4}


def test_what_comes_again_of_an_import_that_is_being_taken_back_is_refused_until_that_has_ended(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = imported(database, place, "Id,Rating,Why\n" + "".join(f"c{number},9,\n" for number in range(60)))

    def judge(ctx: Context) -> None:
        last = ctx.connection.execute(select(Response.id).order_by(Response.id.desc()).limit(1)).scalar_one()
        service.void(ctx, last, VoidResponse(reason="A joke"))

    act(database, place, judge)
    seen_between: list[list[Any]] = []

    def sent(*ids: str) -> list[Any]:
        answers = [AnswerInput(survey="srv_x", score=3, external_id=one, source="import") for one in ids]
        commands = [submission_of(one, place.survey.id, place.workspace_id) for one in answers]
        found: list[Any] = act(database, place, lambda ctx: submit(ctx, commands))
        return [one.created if isinstance(one, Stored) else type(one.refusal) for one in found]

    # before it begins all are known
    assert sent("c0", "c59") == [False, False]
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    between_units(monkeypatch, lambda: seen_between.append(sent("c0", "c55", "c59", "new")))
    drain(database)
    monkeypatch.undo()

    # half way: what was reached is free, what was not is void in a moment
    assert seen_between == [[True, BeingTakenBack, BeingTakenBack, True]]
    # after its end: what was not stored is stored now, and what was left alone is known as ever
    assert sent("c0", "c55", "c59", "new") == [False, True, False, False]
    assert scores(database) == {"n3": 3}


def test_what_an_undo_that_was_given_up_has_left_is_known_again(database: Database, place: Place) -> None:
    view = imported(database, place)
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    answer = AnswerInput(survey="srv_x", score=3, external_id="a1", source="import")
    again = submission_of(answer, place.survey.id, place.workspace_id)
    (refused,) = act(database, place, lambda ctx: submit(ctx, [again]))
    assert isinstance(refused, Refused)
    assert (refused.refusal.code, refused.refusal.retry_after) == ("being_taken_back", 10)

    given_up(database)

    (known,) = act(database, place, lambda ctx: submit(ctx, [again]))
    assert (known.created, known.state) == (False, "counted")
    assert taken_back(database, place, view).undone == 3


def test_nothing_is_taken_back_while_an_import_of_its_source_finds_out_what_is_known(
    database: Database, place: Place
) -> None:
    view = imported(database, place)
    second = settled(database, place)
    act(database, place, lambda ctx: imports.start(ctx, second.id))

    for use in (undoing.preview, partial(undoing.undo, command=WHY)):
        with pytest.raises(ImportInTheWay, match="waits or runs"):
            act(database, place, partial(use, import_id=view.id))
    drain(database)

    assert taken_back(database, place, view).state is ImportState.UNDONE


def test_later_imports_that_found_rows_there_are_told_before_those_rows_become_void(
    database: Database, place: Place
) -> None:
    imported(database, place)
    january = imported(database, place, "Id,Rating,Why\nb1,9,\n")
    both = imported(database, place, "Id,Rating,Why\nb1,9,\nb2,8,\n")
    imported(database, place, "Id,Rating,Why\nc1,8,\n")

    found = act(database, place, lambda ctx: undoing.preview(ctx, january.id))
    assert (found.answers, [one.id for one in found.later]) == (1, [both.id])
    assert act(database, place, lambda ctx: undoing.preview(ctx, both.id)).later == ()

    taken_back(database, place, january)
    assert imported(database, place, "Id,Rating,Why\nb1,9,\nb2,8,\n").tally["stored"] == 1


@pytest.mark.parametrize("stops_in", ["_some", "_end"])
def test_one_that_was_given_up_half_way_is_begun_anew_and_what_is_void_already_counts_as_taken_back(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch, stops_in: str
) -> None:
    content = "Id,Rating,Why\n" + "".join(f"c{number},9,\n" for number in range(60))
    view = imported(database, place, content)

    def judge(ctx: Context) -> None:
        last = ctx.connection.execute(select(Response.id).order_by(Response.id.desc()).limit(1)).scalar_one()
        service.void(ctx, last, VoidResponse(reason="A joke"))

    act(database, place, judge)
    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    step = getattr(undoing, stops_in)

    def broken(ctx: Context, view: ImportView, **more: Any) -> Any:
        if stops_in == "_some" and more["after"] is None:
            return step(ctx, view, **more)
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(undoing, stops_in, broken)
    drain(database)
    monkeypatch.undo()
    given_up(database)
    assert seen(database, place, view).state is ImportState.FAILED
    left, void = (9, 50) if stops_in == "_some" else (0, 59)
    assert act(database, place, lambda ctx: undoing.preview(ctx, view.id)) == Preview(left, 1, (), void)

    ended = taken_back(database, place, view)

    assert (ended.state, ended.undone, ended.left_alone) == (ImportState.UNDONE, 59, 1)
    assert ended.failure is None, "that it was given up once is not its state any more"
    assert scores(database) == {}
    with database.read() as ctx:
        assert ctx.connection.execute(text("SELECT count(*) FROM response_revisions")).scalar() == 60


def test_an_import_that_was_given_up_and_is_taken_back_no_longer_says_that_its_answers_stay(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = brought(database, place, ("Rating\n" + "5\n" * 80).encode())

    def begin(ctx: Context) -> None:
        imports.settle(ctx, view.id, Reading(mapping={"score": "Rating"}), place.survey.id)
        imports.start(ctx, view.id)

    def broken(run: JobRun, seconds: float) -> None:
        raise RuntimeError("The disk is full.")

    act(database, place, begin)
    monkeypatch.setattr(JobRun, "pause", broken)
    drain(database)
    monkeypatch.undo()
    given_up(database)
    failed = seen(database, place, view)
    assert (failed.state, failed.failure) == (ImportState.FAILED, running.GIVEN_UP)

    act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY))
    begun = seen(database, place, view)
    drain(database)
    ended = seen(database, place, view)

    assert (begun.state, begun.failure) == (ImportState.UNDOING, None)
    assert (ended.state, ended.failure, ended.undone) == (ImportState.UNDONE, None, 50)


def given_up(database: Database) -> None:
    """The job of an import or an undo has failed for the last time, and somebody looked after it."""
    database.write(lambda ctx: ctx.connection.execute(text("DELETE FROM jobs")), share=Share.JOBS)
    database.write(lambda ctx: ctx.enqueue(running.GIVE_UP, {}), share=Share.JOBS)
    drain(database)


def test_the_unit_that_begins_an_undo_counts_no_answers_and_the_page_counts_in_the_index(
    database: Database, place: Place
) -> None:
    view = imported(database, place)
    said: list[tuple[str, Any]] = []

    def listening(ctx: Context, work: Callable[[Context], object]) -> list[tuple[str, Any]]:
        said.clear()
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: said.append((args[2], args[3])))
        work(ctx)
        return [one for one in said if "count(" in one[0]]

    def plan(ctx: Context) -> str:
        ((counted, parameters),) = listening(ctx, lambda ctx: undoing.preview(ctx, view.id))
        if ctx.connection.dialect.name == "sqlite":
            plan = ctx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted}", parameters)
            return str(plan.all()).replace("COVERING INDEX", "Index Only Scan using")
        ctx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        ctx.connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        return str(ctx.connection.exec_driver_sql(f"EXPLAIN {counted}", parameters).all())

    assert "Index Only Scan using ix_responses_import" in act(database, place, plan)
    begun = partial(undoing.undo, import_id=view.id, command=WHY)
    assert act(database, place, lambda ctx: listening(ctx, begun)) == []


def settled(database: Database, place: Place, content: str = ROWS, source: str = "import") -> ImportView:
    """A draft that can be started."""
    view = brought(database, place, content.encode())
    reading = Reading(mapping=MAPPING, source=source)
    settled: ImportView = act(database, place, lambda ctx: imports.settle(ctx, view.id, reading, place.survey.id))
    return settled


def test_whoever_may_import_but_not_void_may_not_take_back(database: Database, place: Place) -> None:
    view = imported(database, place)
    key = replace(OPERATOR, kind=ActorKind.KEY, grants=frozenset({"responses:write", "responses:read"}))

    with pytest.raises(Forbidden):
        act(database, place, lambda ctx: undoing.undo(ctx, view.id, WHY), key)


def test_after_any_two_imports_taking_one_back_leaves_exact_counts(database: Database, place: Place) -> None:
    mapping = {"respondent": "Id", "score": "Rating", "comment": "Why"}
    tried: list[ImportView] = []
    undone: list[ImportView] = []

    @given(
        rows=st.lists(
            st.tuples(
                st.integers(0, 14), st.none() | st.integers(0, 10), st.sampled_from(["", "x", "y"]), st.integers(0, 1)
            ),
            min_size=1,
            max_size=25,
        ),
        judged=st.sets(st.integers(0, 24)),
    )
    @settings(max_examples=20, deadline=None)
    def check(rows: list[tuple[int, int | None, str, int]], judged: set[int]) -> None:
        source = f"source {len(tried)}"
        files = [
            "Id,Rating,Why\n"
            + "".join(f"r{who},{'' if s is None else s},{why}\n" for who, s, why, n in rows if n == file)
            for file in (0, 1)
        ]
        first, second = (imported(database, place, f"{file}z,1,\n", mapping, source=source) for file in files)
        tried.append(first)
        assert first.tally["stored"] > 0
        assert second.tally["stored"] + second.tally["known"] > 0

        def judge(ctx: Context) -> None:
            ids = ctx.connection.execute(select(Response.id).where(Response.source == source).order_by(Response.id))
            for position, response_id in enumerate(list(ids.scalars())):
                if position in judged:
                    service.void(ctx, response_id, VoidResponse(reason="Judged"))

        act(database, place, judge)
        try:
            ended = taken_back(database, place, first)
        except NotUndoable:
            return
        undone.append(ended)
        assert ended.undone + ended.left_alone == first.tally["stored"]
        apart = [row for row in answers(database) if row[1] == f"undone/{first.public_id}"]
        assert len(apart) == ended.undone
        assert {(row[0], row[5]) for row in apart} <= {("void", "Wrong file")}
        assert second.state is ImportState.DONE
        scores(database)

    check()

    assert len(tried) >= 20
    assert sum(view.undone > 0 for view in undone) >= 10
    assert sum(view.left_alone > 0 for view in undone) >= 2
