"""Installations that are served as operators serve them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.harness import load
from bench.harness.installation import Installation, installed


@pytest.fixture
def on_sqlite() -> Iterator[Installation]:
    with installed("sqlite", load.free_port()) as opened:
        yield opened


@pytest.fixture
def on_shared_postgres(durable_postgres_url: str) -> Iterator[Installation]:
    """A database of its own on a server that others use as well, so it is neither stopped nor frozen."""
    with installed("postgres", load.free_port(), durable_postgres_url) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "shared_postgres"])
def here(request: pytest.FixtureRequest) -> Installation:
    """An installation, once on each database."""
    opened: Installation = request.getfixturevalue(f"on_{request.param}")
    return opened
