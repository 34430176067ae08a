"""One query means the same responses on the page, in the file and through REST."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from cxsurvey.surveys.service import SurveyView
from tests.api.conftest import LIVE, bearer
from tests.application import NOON, ORIGIN
from tests.dashboard.conftest import in_northwind, page
from tests.direct import DirectClient
from tests.factories import make_key
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
PLACES = ("Delivery", "Shop", None)


@pytest.fixture
def rest(database: Database, survey: SurveyView, write: Write) -> Iterator[TestClient]:
    """The API of Ada's workspace."""

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        assert ctx.workspace_id is not None
        make_key(ctx, ctx.workspace_id, LIVE)

    write(work)
    with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("period=all", 36),
        ("period=30d", 30),
        ("since=2026-11-01&until=2026-11-10", 10),
        ("period=all&state=test", 6),
        ("period=all&state=void", 1),
        ("period=all&touchpoint=Shop", 12),
        ("period=all&touchpoint=(none)&state=counted", 5),
        ("period=all&band=detractor&touchpoint=Delivery", 8),
        ("period=30d&band=promoter&country=T%C3%BCrkiye", 2),
    ],
)
def test_page_file_and_rest_hold_the_same_responses(
    signed_in: TestClient, rest: TestClient, survey: SurveyView, write: Write, clock: FixedClock, query: str, count: int
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        ids = store(
            ctx,
            [
                answer(
                    ctx,
                    survey.id,
                    index % 11,
                    NOON - timedelta(days=index),
                    test=index % 6 == 5,
                    segments=Segments(touchpoint=PLACES[index % 3], country="Türkiye" if index % 2 else None),
                )
                for index in range(36)
            ],
        )
        responses.void(ctx, ids[2], VoidResponse(reason="A trial"))

    write(work)
    clock.instant += timedelta(seconds=10)
    asked = {"survey": encode("srv", survey.id), **dict(parse_qsl(query))}

    listed = signed_in.get("/w/northwind/responses", params=asked)
    on_page = [node.attributes["href"] or "" for node in page(listed).css(".answer-text a")]
    file = signed_in.post("/w/northwind/responses/download", data=asked)
    in_file = [row["response_id"] for row in csv.DictReader(StringIO(file.text, newline=""))]
    through_rest = [item["id"] for item in rest.get("/responses", params={**asked, "limit": 100}).json()["data"]]

    assert len(through_rest) == count
    shown = [urlsplit(address).path.rsplit("/", 1)[1] for address in on_page]
    assert sorted(shown) == sorted(in_file) == sorted(through_rest)
