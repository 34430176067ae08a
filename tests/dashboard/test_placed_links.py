from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.ids import encode
from cxsurvey.surveys.service import SurveyView
from tests.dashboard.conftest import attribute, has, text_of
from tests.dashboard.survey_pages import new_survey

YEAR = "365"


def links(survey: SurveyView) -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/links"


def test_a_link_for_a_place_is_signed_and_drawn(signed_in: TestClient, survey: SurveyView) -> None:
    share = signed_in.get(links(survey).replace("/links", "/share"))
    assert has(share, f'a[href="{links(survey)}"]')
    assert not has(signed_in.get(links(survey)), ".qr-box")

    made = signed_in.post(
        links(survey), data={"segments.touchpoint": " Till <3> ", "segments.team": "North", "life": YEAR}
    )

    link = text_of(made, "[data-copy-text]")
    assert made.status_code == 200
    assert link.startswith(f"http://localhost:8000/s/{survey.code}?team=North&touchpoint=Till+%3C3%3E&until=")
    assert "&sig=" in link
    assert has(made, ".qr-box svg")
    assert "touchpoint Till <3>, team North. It works until 21 Nov 2027." in " ".join(
        text_of(made, "#made + .caption").split()
    )
    assert attribute(made, '[name="segments.team"]', "value") == "North", "the next one differs in one field"
    assert "signed" in signed_in.get("/w/northwind/audit").text


def test_a_link_that_says_nothing_or_too_much_is_refused_with_what_was_typed(
    signed_in: TestClient, survey: SurveyView
) -> None:
    nothing = signed_in.post(links(survey), data={"life": "30"})
    assert nothing.status_code == 422
    assert "Where it stands: Please fill this in." in text_of(nothing, ".notice.problem")
    assert attribute(nothing, "[name=life] option[selected]", "value") == "30"

    long = signed_in.post(links(survey), data={"segments.agent": "x" * 201, "segments.team": "North"})
    assert long.status_code == 422
    assert text_of(long, '[id="error-segments.agent"]')
    assert attribute(long, '[name="segments.team"]', "value") == "North"


@pytest.mark.parametrize("what", ["draft", "anonymous"])
def test_where_no_link_can_be_made_the_page_says_why(signed_in: TestClient, ada: str, what: str) -> None:
    base = new_survey(signed_in)
    if what == "anonymous":
        form = {"name": "Staff", "languages": "en", "anonymous": "yes"}
        base = signed_in.post("/w/northwind/surveys/new", data=form).headers["location"].partition("/edit")[0]

    shown = signed_in.get(f"{base}/links")

    assert shown.status_code == 200
    assert not has(shown, "form.form")
    assert ("published" if what == "draft" else "anonymous") in text_of(shown, "main").lower()
    assert f"{base}/links" not in signed_in.get(f"{base}/share").text
