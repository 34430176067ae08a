"""A customer in front of an open survey: pages fetched, forms filled, answers sent, rows looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select
from starlette.testclient import TestClient

from cxsurvey import respond
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.service import PersonInput
from cxsurvey.responses.models import Response as ResponseRow
from cxsurvey.responses.models import ScoreDay
from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.definition import Definition, Thanks
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Option
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import standard
from tests.application import ORIGIN, House, Houses
from tests.direct import DirectClient
from tests.factories import act_in, make_workspace

LANGUAGES = ("en", "de", "tr", "ar")
LINK = "https://reviews.example.com/northwind?from=survey&x=1"


def everywhere(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in LANGUAGES}


def definition() -> Definition:
    """The standard survey with two follow-ups for detractors and a link for promoters."""
    ready = standard(Metric.NPS, "Northwind Home", LANGUAGES)
    english = ready.texts["en"]
    promoter = Thanks(
        title="Thank you, {first_name}!", text="Two lines\nof thanks.", link_label="Review us", link_url=LINK
    )
    english = english.model_copy(update={"thanks": english.thanks.model_copy(update={"promoter": promoter})})
    reason = FollowUp(
        id="reason",
        kind=FollowUpKind.SINGLE,
        bands=frozenset({Band.DETRACTOR}),
        labels=everywhere("What was it about?"),
        options=(Option(id="price", labels=everywhere("Price")), Option(id="staff", labels=everywhere("Staff"))),
    )
    wish = FollowUp(
        id="wish", kind=FollowUpKind.TEXT, bands=frozenset({Band.DETRACTOR}), labels=everywhere("What do you wish?")
    )
    return ready.model_copy(update={"texts": {**ready.texts, "en": english}, "follow_ups": (reason, wish)})


@dataclass
class Customer:
    """A browser without scripts, and the database behind it."""

    client: TestClient
    database: Database
    clock: FixedClock
    survey: SurveyView
    write: Callable[[Callable[[Context], Any]], Any]

    @property
    def shared(self) -> str:
        return f"/s/{self.survey.code}"

    def page(self, address: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLParser:
        """Fetches a page and reads it."""
        reply = self.client.get(address, headers=dict(headers or {}))
        assert reply.status_code == status, reply.text
        return HTMLParser(reply.text)

    def filled(self, address: str, seconds: float = 20, **fields: str) -> dict[str, str]:
        """The fields of the form at an address, as a person sends them who looked at it for some seconds."""
        fields = {**fields_of(self.page(address)), **fields}
        self.clock.instant += timedelta(seconds=seconds)
        return fields

    def send(self, address: str, fields: Mapping[str, str]) -> Any:
        return self.client.post(address, data=dict(fields))

    def answer(self, address: str, seconds: float = 20, **fields: str) -> str:
        """Opens a form, sends it, and returns where it leads."""
        reply = self.send(address, self.filled(address, seconds, **fields))
        assert reply.status_code == 303, reply.text
        return str(reply.headers["location"])

    def invited(self, locale: str | None = None, days: int | None = None, name: str = "Kim Example") -> str:
        """The path of a new personal link."""

        def unit(ctx: Context) -> str:
            act_in(ctx, self.survey_workspace)
            person = PersonInput(email="kim@example.com", name=name)
            command = CreateInvitation(person=person, locale=locale, expires_in_days=days)
            return f"/r/{invitations.create(ctx, self.survey.id, command).token(ctx)}"

        return str(self.write(unit))

    @property
    def survey_workspace(self) -> Any:
        return self.act(lambda ctx: surveys.asked_by_code(ctx, self.survey.code)).workspace_id

    def act(self, work: Callable[[Context], Any]) -> Any:
        with self.database.read() as ctx:
            return work(ctx)

    def responses(self) -> list[dict[str, Any]]:
        """Every stored response, the first one first."""
        stored = select(ResponseRow.__table__).order_by(ResponseRow.id)
        rows = self.act(lambda ctx: ctx.connection.execute(stored).mappings().all())
        return [dict(row) for row in rows]

    def counted(self) -> dict[str, int]:
        """What the score days hold together, without the zeros."""
        rows = self.act(lambda ctx: ctx.connection.execute(select(ScoreDay.__table__)).mappings().all())
        total: dict[str, int] = {}
        for row in rows:
            for column, amount in row.items():
                if column not in {"trend_line_id", "report_day"} and amount:
                    total[column] = total.get(column, 0) + amount
        return total


def fields_of(page: HTMLParser) -> dict[str, str]:
    """What a browser would send from the form of a page."""
    fields: dict[str, str] = {}
    for tag in page.css("form input, form textarea"):
        name, kind = tag.attributes.get("name"), tag.attributes.get("type")
        if name is None or (kind == "radio" and "checked" not in tag.attributes):
            continue
        value = tag.attributes.get("value") or ""
        fields[name] = (tag.text() if tag.tag == "textarea" else value).removeprefix("\n")
    return fields


def chosen(page: HTMLParser) -> str | None:
    """The number that is chosen."""
    found = page.css_first("input[name=score][checked]")
    return found.attributes["value"] if found is not None else None


def text_of(page: HTMLParser, selector: str = "body") -> str:
    """The words of a part of a page, on one line."""
    found = page.css_first(selector)
    assert found is not None, selector
    return re.sub(r"\s+", " ", found.text()).strip()


def attribute(page: HTMLParser, selector: str, name: str) -> str | None:
    """An attribute of the first element that fits."""
    found = page.css_first(selector)
    assert found is not None, selector
    return found.attributes[name]


def with_survey(database: Database) -> SurveyView:
    """Builds a workspace with the open survey of `definition`."""

    def unit(ctx: Context) -> SurveyView:
        make_workspace(ctx)
        made = surveys.create(ctx, CreateSurvey(name="Relationship", languages=LANGUAGES, definition=definition()))
        return surveys.publish(ctx, made.id).survey

    return database.write(unit, share=Share.JOBS)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House[SurveyView] | None:
    """An open survey for tests with a customer; an empty database for all others."""
    if "customer" not in request.fixturenames:
        return None
    houses: Houses = request.getfixturevalue("houses")
    return houses(with_survey)


@pytest.fixture
def customer(
    database: Database, clock: FixedClock, write: Callable[..., Any], house: House[SurveyView]
) -> Iterator[Customer]:
    with DirectClient(respond.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        yield Customer(client, database, clock, house.found, write)
