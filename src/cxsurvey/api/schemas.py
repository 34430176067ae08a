"""What the API answers with: one model per document, from which both the replies and their description are made.

Ids are opaque strings with a prefix, instants RFC 3339 in UTC, scores in display units.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cxsurvey.accounts.views import KeyView, WorkspaceView
from cxsurvey.core.ids import encode
from cxsurvey.insights.reports import ScoreReport
from cxsurvey.invitations.service import InvitationView
from cxsurvey.people.service import PersonView
from cxsurvey.responses.service import ResponseView
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.submit import Stored
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.policy import Outcome, SurveyState
from cxsurvey.surveys.service import SurveyView

Scalar = str | int | float | bool | None


def _id(prefix: str, example: str) -> Any:
    return Field(pattern=f"^{prefix}_[0-9a-v]{{26}}$", examples=[example])


SurveyId = Annotated[str, _id("srv", "srv_0694n1s2vhtlb9hqa83bssdf00")]
ResponseId = Annotated[str, _id("rsp", "rsp_0694n1s6r5t5p8pke2vnv5ei3c")]
InvitationId = Annotated[str, _id("inv", "inv_0694n1sa4dv6v1l6q1m0k5n4hg")]
PersonId = Annotated[str, _id("per", "per_0694n1sdl5pcb2hnj1ef6tgu2s")]
KeyId = Annotated[str, _id("key", "key_0694n1sgr1p1nbtclhoo21h60k")]


def maybe(prefix: str, value: UUID | None) -> str | None:
    """The outside form of an id that may be missing."""
    return None if value is None else encode(prefix, value)


def id_in(body: bytes) -> str:
    """The id of what an encoded document describes; every one of ours begins with it."""
    return body[7:37].decode()


class Document(BaseModel):
    """Base of all replies."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def encoded(self) -> bytes:
        """The document as the bytes of a reply."""
        return self.__pydantic_serializer__.to_json(self)


class Key(Document):
    """The API key that made the request."""

    id: KeyId
    name: str
    prefix: str
    """The first characters of the key, by which people recognise it."""
    mode: Literal["live", "test"]
    """Responses made with a test key are kept apart and never counted."""
    scopes: list[str]
    expires_at: datetime | None


class Workspace(Document):
    """The workspace that the key belongs to."""

    slug: str
    name: str
    report_zone: str = Field(examples=["Europe/Berlin"])
    """The time zone in which days and periods are counted."""


class Me(Document):
    """Who is asking."""

    key: Key
    workspace: Workspace

    @classmethod
    def of(cls, key: KeyView, workspace: WorkspaceView) -> Self:
        """The document for a key and its workspace."""
        return cls(
            key=Key(
                id=encode("key", key.id),
                name=key.name,
                prefix=key.prefix,
                mode="test" if key.test else "live",
                scopes=sorted(key.scopes),
                expires_at=key.expires_at,
            ),
            workspace=Workspace(slug=workspace.slug, name=workspace.name, report_zone=workspace.report_zone),
        )


class SurveySummary(Document):
    """A survey as lists show it."""

    id: SurveyId
    name: str
    metric: Metric
    state: SurveyState
    anonymous: bool
    version: int | None
    """Number of the version that is asked now; null before the first publication."""
    revision: int
    """Grows with every change; send it along to publish exactly what you have read."""
    url: str | None
    """The shared link; null before the first publication."""
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class Survey(SurveySummary):
    """A survey with what it asks."""

    draft: Definition
    published: Definition | None
    """What customers are asked now; null before the first publication."""


class SurveyList(Document):
    """All surveys of the workspace, newest first."""

    data: list[SurveySummary]


class Publication(Document):
    """What publishing came to. `new_line`: the scale changed, and a new trend line began."""

    outcome: Outcome
    survey: Survey


def _survey_members(view: SurveyView, origin: str) -> dict[str, Any]:
    return {
        "id": encode("srv", view.id),
        "name": view.name,
        "metric": view.metric,
        "state": view.state,
        "anonymous": view.anonymous,
        "version": view.version_number,
        "revision": view.revision,
        "url": f"{origin}/s/{view.code}" if view.version_number is not None else None,
        "created_at": view.created_at,
        "changed_at": view.changed_at,
        "published_at": view.published_at,
        "closed_at": view.closed_at,
    }


def survey_summary(view: SurveyView, origin: str) -> SurveySummary:
    """A survey for a list; `origin` is where its links lead."""
    return SurveySummary(**_survey_members(view, origin))


def survey(view: SurveyView, origin: str) -> Survey:
    """A survey with what it asks; `origin` is where its links lead."""
    return Survey(**_survey_members(view, origin), draft=view.draft, published=view.published)


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
            f'{{"id":"{encode("rsp", stored.id)}","survey":"{encode("srv", stored.survey_id)}",'
            f'"state":"{stored.state}","score":{score},"answered_at":"{answered_at}Z",'
            f'"created":{"true" if stored.created else "false"}}}'
        ).encode()


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
    comment: str | None
    follow_ups: dict[str, str]
    locale: str | None
    source: str
    external_id: str | None
    segments: dict[str, str]
    """What the response is grouped by, frozen when it was asked for."""
    attributes: dict[str, Scalar]
    person: Person | None
    claims: dict[str, Scalar]
    """What a public form said about the person; never believed."""
    report_day: date
    """The day it is counted on, in the zone of the workspace."""
    answered_at: datetime
    changed_at: datetime
    revision: int

    @classmethod
    def of(cls, view: ResponseView) -> Self:
        """The document for a response."""
        same = ("state", "reason", "score", "comment", "locale", "source", "external_id", "report_day",
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


class ProblemEntry(Document):
    """One rule that the request broke; exactly one of `pointer`, `header` and `query` says where."""

    pointer: str | None = None
    """JSON pointer into the body; empty for the whole body."""
    field: str | None = None
    """The same with dots."""
    header: str | None = None
    query: str | None = None
    rule: str = Field(examples=["out_of_range"])
    message: str = Field(examples=["must be 10 or less"])


class ItemProblem(Document):
    """Why one item of a batch was refused."""

    type: str = Field(examples=["urn:cxsurvey:problem:invalid"])
    title: str
    status: int
    code: str = Field(examples=["invalid"])
    detail: str
    errors: list[ProblemEntry]


class Problem(ItemProblem):
    """Why a request was refused (RFC 9457)."""

    request_id: str
    """The number under which the request stands in the log."""


class BatchItem(Document):
    """What became of one item; `response` for a stored one, `problem` for a refused one."""

    index: int
    """Place in the request, from 0."""
    status: int
    """What the item would have been answered with alone: 201, 200, or the status of its problem."""
    response: Receipt | None = None
    problem: ItemProblem | None = None


class BatchResult(Document):
    """What became of each item, in the order of the request."""

    data: list[BatchItem]

    def encoded(self) -> bytes:
        """The bytes of the reply: an item has either a response or a problem, never an empty place for the other."""
        return self.__pydantic_serializer__.to_json(self, exclude_unset=True)


class Invitation(Document):
    """A personal link. What its answer will be grouped by is frozen on it."""

    id: InvitationId
    survey: SurveyId
    url: str | None
    """The personal link, to be handed to this person only; null once it is revoked."""
    person: PersonId | None
    locale: str | None
    mode: Literal["live", "test"]
    segments: dict[str, str]
    attributes: dict[str, Scalar]
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: InvitationView, url: str, texts: Mapping[int, str]) -> Self:
        """The document for an invitation; `texts` are those behind the numbers of its segments."""
        return cls(
            id=encode("inv", view.id),
            survey=encode("srv", view.survey_id),
            url=url if view.revoked_at is None else None,
            person=maybe("per", view.person_id),
            locale=view.locale,
            mode="test" if view.test else "live",
            segments={key: texts[number] for key, number in view.segments.items()},
            attributes=dict(view.attributes),
            created_at=view.created_at,
            sent_at=view.sent_at,
            expires_at=view.expires_at,
            revoked_at=view.revoked_at,
        )


class Group(Document):
    """One part of the counted responses, such as the promoters."""

    name: str
    n: int


class ScoreCount(Document):
    """How many gave one score."""

    score: int
    n: int


class LeftOutCounts(Document):
    """Responses of the period that entered no score, by reason."""

    provisional: int
    flagged: int
    test: int
    void: int
    unscored: int
    """Counted responses without a score, such as a comment alone."""


class ScorePeriod(Document):
    """The days that were counted, both included, in the zone of the workspace."""

    since: date
    until: date
    zone: str


class Score(Document):
    """The score of a survey, with all that is needed to judge it."""

    survey: SurveyId
    metric: Metric
    unit: Unit
    """`points` from -100 to 100, `percent` from 0 to 100."""
    estimate: float | None
    """Unrounded; null when n is 0."""
    lower: float | None
    upper: float | None
    confidence: float
    method: Method
    n: int
    """How many responses were counted."""
    groups: list[Group]
    scores: list[ScoreCount]
    left_out: LeftOutCounts
    comments: int
    """Counted responses with a comment."""
    period: ScorePeriod
    definition: str = Field(examples=["nps-0-10/1"])
    """The formula, with its version."""

    @classmethod
    def of(cls, report: ScoreReport) -> Self:
        """The document for a report."""
        result = report.result
        values = report.survey.formula.scale.values
        return cls(
            survey=encode("srv", report.survey.survey_id),
            metric=result.metric,
            unit=result.unit,
            estimate=result.estimate,
            lower=result.lower,
            upper=result.upper,
            confidence=result.confidence,
            method=result.method,
            n=result.n,
            groups=[Group(name=group.name, n=group.n) for group in result.groups],
            scores=[ScoreCount(score=score, n=n) for score, n in zip(values, result.scores or (), strict=True)],
            left_out=LeftOutCounts(**dict(report.left_out)),
            comments=report.comments,
            period=ScorePeriod(since=report.period.since, until=report.period.last_day, zone=report.period.zone),
            definition=result.definition,
        )
