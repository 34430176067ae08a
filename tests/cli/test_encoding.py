"""A Postgres database that was made with another encoding than UTF8."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Run
from tests.databases import create_postgres_database, drop_postgres_database


@pytest.fixture(params=["SQL_ASCII", "LATIN1"])
def encoding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(encoding: str) -> Iterator[str]:
    """The address of such a database, to which no command may leave a connection open."""
    yield create_postgres_database("encoded", encoding=encoding)
    drop_postgres_database("encoded", force=False)


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "verify"), ("serve",), ("worker",)])
def test_it_is_refused_in_one_sentence(cxsurvey: Run, address: str, encoding: str, command: tuple[str, ...]) -> None:
    done = cxsurvey(*command, DATABASE_URL=address, ALLOW_UNSAFE_DB="1", PORT="0")

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"The database must be UTF8 and is {encoding}. Make another one: createdb --encoding=UTF8 --template=template0."
    )


def test_doctor_names_it(cxsurvey: Run, address: str, encoding: str) -> None:
    done = cxsurvey("doctor", DATABASE_URL=address)

    assert done.returncode == 1
    assert f"Database: The database must be UTF8 and is {encoding}." in done.stdout
