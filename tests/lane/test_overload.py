"""What is refused when the queue is full, and what is still looked at."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share


@pytest.fixture
def full(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's part of the queue has no room."""
    monkeypatch.setattr(database, "has_room", lambda share: share is not Share.API)


@pytest.mark.usefixtures("full")
def test_a_full_api_refuses_writes_before_it_reads_them(client: TestClient) -> None:
    refused = client.post("/api/v1/responses", content=b"not even JSON")

    assert refused.status_code == 503
    assert refused.json()["code"] == "unavailable"
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.usefixtures("full")
def test_a_full_api_still_looks_at_reads_and_forms(client: TestClient) -> None:
    assert client.get("/api/v1/surveys").status_code == 401
    assert client.post("/s/nowhere", data={"score": "9"}).status_code == 404
