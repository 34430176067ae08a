"""What customers answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Self

from cxsurvey.api.schemas.base import Document, InvitationId, PersonId, ResponseId, Scalar, SurveyId, maybe
from cxsurvey.core.ids import encode
from cxsurvey.people.service import PersonView, Written
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.submit import Stored
from cxsurvey.responses.views import ResponseView


class Person(Document):
    """A customer."""

    id: PersonId
    email: str | None
    external_id: str | None
    name: str | None
    locale: str | None
    attributes: dict[str, Scalar]

    @classmethod
    def of(cls, view: PersonView) -> Self:
        """The document for a person."""
        return cls(
            id=encode("per", view.id),
            email=view.email,
            external_id=view.external_id,
            name=view.name,
            locale=view.locale,
            attributes=view.attributes,
        )


class WrittenPerson(Person):
    """A customer who was written down."""

    created: bool
    """Whether the person is new; else one who was known was brought up to date."""

    @property
    def own_status(self) -> int:
        """Somebody new is answered as made."""
        return 201 if self.created else 200

    @classmethod
    def after(cls, view: PersonView, written: Written) -> Self:
        """The document for a person, and what became of it."""
        return cls(**dict(Person.of(view)), created=written is Written.ADDED)


class PersonList(Document):
    """A page of people, in the order in which they were first written down."""

    data: list[Person]
    next: str | None
    """Address of the next page; null on the last one."""


_survey = lru_cache(maxsize=256)(partial(encode, "srv"))  # the same few surveys in every receipt


class Receipt(Document):
    """That a response is stored. `created` is false when its `external_id` was there already."""

    id: ResponseId
    survey: SurveyId
    state: ResponseState
    score: int | None
    answered_at: datetime
    created: bool

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The receipt for a stored response."""
        return cls(
            id=encode("rsp", stored.id),
            survey=encode("srv", stored.survey_id),
            state=ResponseState(stored.state),
            score=stored.score,
            answered_at=stored.answered_at.astimezone(UTC),
            created=stored.created,
        )

    @staticmethod
    def bytes_of(stored: Stored) -> bytes:
        """`Receipt.of(stored).encoded()`, put together by hand: made for every response, at a third of the cost."""
        score = "null" if stored.score is None else stored.score
        answered_at = stored.answered_at.astimezone(UTC).isoformat()[:-6]
        return (
            f'{{"id":"{encode("rsp", stored.id)}","survey":"{_survey(stored.survey_id)}",'
            f'"state":"{stored.state}","score":{score},"answered_at":"{answered_at}Z",'
            f'"created":{"true" if stored.created else "false"}}}'
        ).encode()


class Contact(Document):
    """Consent to be contacted about the answer, as the customer gave it on the page; nobody has checked the address."""

    consent: bool
    address: str


class Response(Document):
    """One response."""

    id: ResponseId
    survey: SurveyId
    invitation: InvitationId | None
    state: ResponseState
    """Only `counted` responses enter a score."""
    reason: str | None
    """Why the response is flagged or void."""
    score: int | None
    unknown: bool
    """Whether the customer chose "I do not know" in place of a score."""
    comment: str | None
    follow_ups: dict[str, str | list[str] | int]
    """Follow-up id to what was answered: a text, the id of an option, several such ids, or a number."""
    locale: str | None
    source: str
    external_id: str | None
    segments: dict[str, str]
    """What the response is grouped by, frozen when it was asked for."""
    attributes: dict[str, Scalar]
    person: Person | None
    claims: dict[str, Scalar | Contact]
    """What a public form, or a system with a test key, said about the person; never believed."""
    report_day: date
    """The day it is counted on, in the zone of the workspace."""
    answered_at: datetime
    changed_at: datetime
    revision: int

    @classmethod
    def of(cls, view: ResponseView) -> Self:
        """The document for a response."""
        same = ("state", "reason", "score", "unknown", "comment", "locale", "source", "external_id", "report_day",
                "answered_at", "changed_at", "revision")  # fmt: skip
        return cls(
            id=view.public_id,
            survey=encode("srv", view.survey_id),
            invitation=maybe("inv", view.invitation_id),
            person=Person.of(view.person) if view.person is not None else None,
            follow_ups=dict(view.follow_ups),
            segments=dict(view.segments),
            attributes=dict(view.attributes),
            claims=dict(view.claims),
            **{name: getattr(view, name) for name in same},
        )


class ResponseList(Document):
    """A page of responses, in the order of their last change."""

    data: list[Response]
    next: str | None
    """Address of the next page; null on the last one."""
