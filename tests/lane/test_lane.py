"""The write lane on real databases: joined, exact, bounded, and honest about what it did not store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db import lane as lane_module
from cxsurvey.core.db.batch import Reactions
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import CAPACITY, TOLD_AT_ONCE, Hot, Share
from cxsurvey.core.errors import Invalid, Unavailable, Unconfirmed
from cxsurvey.core.events import Event
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.signing import Keys
from tests.application import copied, settings_for
from tests.databases import drop_postgres_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """Something was noted."""

    word: str


class Book:
    """A place to write into, and what the lane did with it."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.flushed: list[dict[tuple[Any, ...], dict[str, int]]] = []
        self.heard: list[list[str]] = []
        self.gives_up = False
        self.handler_breaks = False
        self.finisher_breaks = False
        self.hot: Hot[str, str] = Hot("test.note", self.note)

    def note(self, ctx: Context, words: Sequence[str]) -> list[str]:
        self.calls.append(len(words))
        if self.gives_up:
            give_up(ctx)
        if "broken" in words:
            raise RuntimeError("a bug")
        rows = [{"id": ctx.ids.new().hex, "at": ctx.now.isoformat(), "word": word} for word in words]
        ctx.connection.execute(text("INSERT INTO notes (id, at, word) VALUES (:id, :at, :word)"), rows)
        for word in words:
            ctx.emit(Noted(workspace_id=UUID(int=1), word=word))
            ctx.count("words", (word,), n=1)
        return [word.upper() for word in words]

    def hear(self, ctx: Context, events: Sequence[Noted]) -> None:
        self.heard.append([event.word for event in events])
        insert = text("INSERT INTO notes (id, at, word) VALUES (:id, '', 'heard')")
        ctx.connection.execute(insert, {"id": ctx.ids.new().hex})
        if self.handler_breaks:
            raise RuntimeError("a handler's bug")

    def flush(self, connection: Connection, sums: Any) -> None:
        if self.finisher_breaks:
            raise RuntimeError("a finisher's bug")
        self.flushed.append(dict(sums))


class Held:
    """Holds the lane inside a unit until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go = threading.Event()

    def __call__(self, ctx: Context) -> None:
        self.entered.set()
        assert self.go.wait(30)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def laned(migrated_url: str, dialect: str, tmp_path: Path, keys: Keys, book: Book) -> Iterator[Database]:
    """A database with one real lane and a table to write into."""
    url = copied(migrated_url, "lane", tmp_path)
    settings = settings_for(url, tmp_path, postgres_lanes=1)
    reactions = Reactions({Noted: (book.hear,)}, {"words": book.flush})
    database = Database.open(settings, SystemClock(), SystemIds(), keys, reactions)
    make = "CREATE TABLE notes (id VARCHAR(32) PRIMARY KEY, at VARCHAR(40), word VARCHAR(40))"
    database.write(lambda ctx: ctx.connection.execute(text(make)), share=Share.JOBS)
    yield database
    database.close()
    if dialect == "postgres":
        drop_postgres_database("lane")


def words_in(database: Database) -> list[str]:
    with database.read() as ctx:
        return sorted(ctx.connection.execute(text("SELECT word FROM notes WHERE word <> 'heard'")).scalars())


async def together(database: Database, book: Book, words: Sequence[str]) -> list[Any]:
    """Queues one unit per word while the lane is held, so that they meet in one batch."""
    held = Held()
    blocker = asyncio.create_task(database.awrite(held, share=Share.JOBS))
    await asyncio.to_thread(held.entered.wait, 10)
    waiting = [asyncio.create_task(database.ahot(book.hot, [word], share=Share.API)) for word in words]
    await asyncio.sleep(0)
    held.go.set()
    await blocker
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_units_that_wait_together_become_one_call_and_one_flush(laned: Database, book: Book) -> None:
    outcomes = asyncio.run(together(laned, book, ["a", "b", "a"]))

    assert outcomes == [["A"], ["B"], ["A"]]
    assert book.calls == [3]
    assert book.flushed == [{("a",): {"n": 2}, ("b",): {"n": 1}}]
    assert book.heard == [["a", "b", "a"]]
    assert words_in(laned) == ["a", "a", "b"]


def test_everybody_in_a_long_batch_is_told(laned: Database, book: Book) -> None:
    words = [f"w{number}" for number in range(5 * TOLD_AT_ONCE + 3)]

    outcomes = asyncio.run(together(laned, book, words))

    assert outcomes == [[word.upper()] for word in words]


def test_one_broken_unit_is_undone_alone(laned: Database, book: Book) -> None:
    outcomes = asyncio.run(together(laned, book, ["a", "broken", "b"]))

    assert outcomes[0] == ["A"]
    assert isinstance(outcomes[1], RuntimeError)
    assert outcomes[2] == ["B"]
    assert words_in(laned) == ["a", "b"]


def give_up(ctx: Context) -> None:
    """A statement that its time-out ends."""
    ctx.connection.exec_driver_sql("SET LOCAL statement_timeout = 50")
    ctx.connection.exec_driver_sql("SELECT pg_sleep(60)")


# on SQLite nothing ends a statement that writes; what would take long is cut into chunks
on_postgres_only = pytest.mark.parametrize("dialect", ["postgres"], indirect=True)


@on_postgres_only
def test_a_statement_that_is_given_up_costs_nobody_else_in_its_batch(laned: Database, book: Book) -> None:
    async def both() -> list[Any]:
        held = Held()
        blocker = asyncio.create_task(laned.awrite(held, share=Share.JOBS))
        await asyncio.to_thread(held.entered.wait, 10)
        waiting = [
            asyncio.create_task(laned.awrite(give_up, share=Share.JOBS)),
            asyncio.create_task(laned.ahot(book.hot, ["answer"], share=Share.RESPONDENT)),
        ]
        await asyncio.sleep(0)
        held.go.set()
        await blocker
        return await asyncio.gather(*waiting, return_exceptions=True)

    slow, answer = asyncio.run(both())

    assert isinstance(slow, Unavailable)
    assert answer == ["ANSWER"]
    assert words_in(laned) == ["answer"]


@on_postgres_only
def test_a_joined_call_that_is_given_up_is_not_tried_again_one_by_one(laned: Database, book: Book) -> None:
    book.gives_up = True

    outcomes = asyncio.run(together(laned, book, ["a", "b", "c"]))

    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
    assert book.calls == [3]
    assert words_in(laned) == []


def test_a_refusal_reaches_the_caller_and_stores_nothing(laned: Database, book: Book) -> None:
    def refuse(ctx: Context) -> None:
        book.note(ctx, ["half"])
        raise Invalid("no", field="word")

    with pytest.raises(Invalid):
        laned.write(refuse, share=Share.DASHBOARD)

    assert words_in(laned) == []
    assert book.flushed == []
    assert book.heard == []


def test_a_handler_that_breaks_loses_only_its_own_part(laned: Database, book: Book) -> None:
    book.handler_breaks = True

    assert laned.hot(book.hot, ["kept"], share=Share.API) == ["KEPT"]

    with laned.read() as ctx:
        assert ctx.connection.execute(text("SELECT word FROM notes")).scalars().all() == ["kept"]


def test_nothing_is_acknowledged_when_the_counters_cannot_be_written(laned: Database, book: Book) -> None:
    book.finisher_breaks = True
    with pytest.raises(Unavailable, match="Nothing was stored"):
        laned.hot(book.hot, ["lost"], share=Share.API)
    book.finisher_breaks = False

    assert laned.hot(book.hot, ["kept"], share=Share.API) == ["KEPT"]
    assert words_in(laned) == ["kept"]


@pytest.mark.parametrize("fails", ["before", "after"])
def test_who_cannot_know_whether_it_is_stored_is_told_so(
    laned: Database, book: Book, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """The same to the caller, whether the database got the word or not."""
    store = laned._lanes._lanes[0]._store  # type: ignore[attr-defined]
    commit = store.commit

    def cut() -> None:
        if fails == "after":
            commit()
        raise OperationalError("COMMIT", None, ConnectionError("cut"))

    monkeypatch.setattr(store, "commit", cut)
    with pytest.raises(Unconfirmed):
        laned.hot(book.hot, ["word"], share=Share.API)
    monkeypatch.undo()

    assert words_in(laned) == (["word"] if fails == "after" else [])
    assert laned.hot(book.hot, ["next"], share=Share.API) == ["NEXT"]


def test_a_refused_caller_hears_the_reason_even_when_the_batch_is_lost(laned: Database, book: Book) -> None:
    def refuse(ctx: Context) -> None:
        raise Invalid("no", field="word")

    async def both() -> list[Any]:
        held = Held()
        blocker = asyncio.create_task(laned.awrite(held, share=Share.JOBS))
        await asyncio.to_thread(held.entered.wait, 10)
        book.finisher_breaks = True
        waiting = [
            asyncio.create_task(laned.awrite(refuse, share=Share.API)),
            asyncio.create_task(laned.ahot(book.hot, ["lost"], share=Share.API)),
        ]
        await asyncio.sleep(0)
        held.go.set()
        await blocker
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(outcome) for outcome in asyncio.run(both())] == [Invalid, Unavailable]


def test_a_chore_that_fails_does_not_end_the_lane(laned: Database, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        monkeypatch.undo()
        raise RuntimeError("the disk is full")

    store = laned._lanes._lanes[0]._store  # type: ignore[attr-defined]
    monkeypatch.setattr(store, "do_chore", fail)
    monkeypatch.setattr(store, "has_chore", lambda: True)
    with laned._lanes._lanes[0]._changed:  # type: ignore[attr-defined]
        laned._lanes._lanes[0]._changed.notify()  # type: ignore[attr-defined]

    assert failed.wait(10)
    assert laned.hot(book.hot, ["kept"], share=Share.API) == ["KEPT"]
    assert laned.ready()


def test_a_closed_lane_is_not_ready(laned: Database) -> None:
    assert laned.ready()

    laned._lanes.close()

    assert not laned.ready()


def test_a_caller_that_waits_too_long_gives_up_and_its_unit_never_runs(
    laned: Database, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "PATIENCE_SECONDS", 0.05)
    held = Held()
    holder = threading.Thread(target=lambda: laned.write(held, share=Share.JOBS))
    holder.start()
    assert held.entered.wait(10)

    with pytest.raises(Unavailable):
        laned.hot(book.hot, ["late"], share=Share.API)
    with pytest.raises(Unavailable):
        asyncio.run(laned.ahot(book.hot, ["late too"], share=Share.API))
    held.go.set()
    holder.join(10)

    assert laned.hot(book.hot, ["next"], share=Share.API) == ["NEXT"]
    assert words_in(laned) == ["next"]


def test_each_caller_of_a_loop_gives_up_by_itself_whenever_it_came(
    laned: Database, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "PATIENCE_SECONDS", 0.1)

    async def crowd() -> list[Any]:
        held, gave_up = Held(), []
        loop = asyncio.get_running_loop()

        async def ask(word: str) -> None:
            began = loop.time()
            with pytest.raises(Unavailable):
                await laned.ahot(book.hot, [word], share=Share.API)
            gave_up.append(word)
            assert loop.time() - began >= lane_module.PATIENCE_SECONDS, "not with another one, and earlier"

        blocker = asyncio.create_task(laned.awrite(held, share=Share.JOBS))
        await asyncio.to_thread(held.entered.wait, 10)
        async with asyncio.TaskGroup() as asking:
            asking.create_task(ask("first"))
            await asyncio.sleep(0.05)
            asking.create_task(ask("second"))
        await ask("third")
        held.go.set()
        await blocker
        return [*gave_up, *await laned.ahot(book.hot, ["next"], share=Share.API)]

    assert asyncio.run(crowd()) == ["first", "second", "third", "NEXT"]
    assert words_in(laned) == ["next"]


def test_a_full_share_is_refused_at_once_and_others_are_not(laned: Database, book: Book) -> None:
    async def fill() -> tuple[list[Any], list[str]]:
        held = Held()
        blocker = asyncio.create_task(laned.awrite(held, share=Share.JOBS))
        await asyncio.to_thread(held.entered.wait, 10)
        api = [
            asyncio.create_task(laned.ahot(book.hot, ["x"], share=Share.API)) for _ in range(CAPACITY[Share.API] + 3)
        ]
        person = asyncio.create_task(laned.ahot(book.hot, ["person"], share=Share.RESPONDENT))
        await asyncio.sleep(0)
        assert not laned.has_room(Share.API)
        assert laned.has_room(Share.RESPONDENT)
        held.go.set()
        await blocker
        return await asyncio.gather(*api, return_exceptions=True), await person

    crowd, person = asyncio.run(fill())

    assert sum(isinstance(outcome, Unavailable) for outcome in crowd) == 3
    assert person == ["PERSON"]
    assert len(words_in(laned)) == CAPACITY[Share.API] + 1


def test_a_read_sees_what_a_write_has_just_returned(laned: Database, book: Book) -> None:
    for number in range(20):
        laned.hot(book.hot, [f"word {number:02}"], share=Share.API)
        assert len(words_in(laned)) == number + 1


def test_a_coroutine_reads_what_has_just_been_committed(laned: Database, book: Book) -> None:
    count = text("SELECT count(*) FROM notes WHERE word = 'word'")

    async def write_and_count() -> list[int]:
        seen = []
        for _ in range(3):
            await laned.ahot(book.hot, ["word"], share=Share.API)
            seen.append(await laned.aread(lambda ctx: int(ctx.connection.execute(count).scalar_one())))
        return seen

    assert asyncio.run(write_and_count()) == [1, 2, 3]


def test_a_reading_context_refuses_to_write(laned: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), laned.read() as ctx:
        ctx.connection.execute(text("INSERT INTO notes (id) VALUES ('x')"))


def test_closing_finishes_what_waits_and_takes_nothing_new(laned: Database, book: Book) -> None:
    held = Held()
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda: laned.write(held, share=Share.JOBS)),
        threading.Thread(target=lambda: results.append(laned.hot(book.hot, ["last"], share=Share.API))),
    ]
    threads[0].start()
    assert held.entered.wait(10)
    threads[1].start()
    closer = threading.Thread(target=laned.close)
    wait_until(lambda: any(lane._queue for lane in laned._lanes._lanes))  # type: ignore[attr-defined]
    closer.start()
    held.go.set()
    for thread in (*threads, closer):
        thread.join(20)

    assert results == [["LAST"]]
    with pytest.raises(Unavailable):
        laned.hot(book.hot, ["too late"], share=Share.API)


def wait_until(ready: Callable[[], bool]) -> None:
    """Waits for something another thread is about to do, ten seconds at most."""
    tick = threading.Event()
    for _ in range(1000):
        if ready():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen")
