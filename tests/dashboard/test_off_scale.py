"""A stored score that is not on the scale of its trend line: shown as it is, in no figure, and never a failing page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.responses import counts
from cxsurvey.responses.models import Response, ScoreDay
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import Write, in_northwind, text_of
from tests.dashboard.survey_pages import ask_on
from tests.insights.answers import answer, store

HOME = "/w/northwind/"
DELIVERY = Segments.model_validate({"touchpoint": "Delivery"})
NOT_ON_ITS_SCALE = "not on its scale"


@pytest.fixture
def spoilt(survey: SurveyView, write: Write) -> SurveyView:
    """Twelve responses from 1 to 5, and one whose score somebody wrote over with a 7, with its counter."""

    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        now = ask_on(ctx, survey, "csat-1-5/1")
        at = NOON - timedelta(days=2)
        store(ctx, [answer(ctx, now.id, 5, at, "fine", segments=DELIVERY) for _ in range(12)])
        store(ctx, [answer(ctx, now.id, 1, at, NOT_ON_ITS_SCALE, segments=DELIVERY)])
        return now

    def spoil(ctx: Context) -> None:
        ctx.session.execute(update(Response).where(Response.comment == NOT_ON_ITS_SCALE).values(score=7))
        ctx.session.execute(update(ScoreDay).where(ScoreDay.n1 == 1).values(n1=0, n7=1))

    made: SurveyView = write(work)
    write(spoil)
    return made


@pytest.mark.parametrize(
    "address",
    [
        "",
        "responses?survey={id}",
        "responses?survey={id}&touchpoint=Delivery",
        "comments?survey={id}",
        "comments?survey={id}&band=promoter",
        "comments?survey={id}&band=detractor",
        "surveys/{id}/results",
        "surveys/{id}/results?touchpoint=Delivery",
        "surveys/{id}/segments?by=touchpoint",
    ],
)
def test_no_page_fails_for_a_score_off_its_scale(signed_in: TestClient, spoilt: SurveyView, address: str) -> None:
    shown = signed_in.get(HOME + address.format(id=encode("srv", spoilt.id)))

    assert shown.status_code == 200
    assert "could not be shown" not in shown.text
    assert text_of(shown, "h1")


def test_it_is_in_no_figure_and_its_own_page_shows_it_as_it_is(
    signed_in: TestClient, spoilt: SurveyView, write: Write
) -> None:
    def read(ctx: Context) -> str:
        assert spoilt.trend_line_id is not None
        ((response_id, score),) = counts.off_scale(ctx.connection, spoilt.trend_line_id)
        assert score == 7
        return encode("rsp", response_id)

    own = signed_in.get(f"{HOME}responses/{write(read)}")
    here = f"{HOME}surveys/{encode('srv', spoilt.id)}"

    assert own.status_code == 200
    assert NOT_ON_ITS_SCALE in own.text
    for query in ("", "?touchpoint=Delivery"):
        assert "12" in text_of(signed_in.get(f"{here}/results{query}"), ".hero")
        assert "13" not in text_of(signed_in.get(f"{here}/results{query}"), ".hero")
