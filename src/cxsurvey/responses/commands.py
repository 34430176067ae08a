"""What comes in: one answer as another system sends it, and one submission as the use case takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, PlainValidator, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.languages import SpokenLanguage
from cxsurvey.core.text import Line40, Line80, Line200, Passage4000, Scalar
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput, known_or_claimed
from cxsurvey.surveys.follow_ups import MOST_OPTIONS, Given
from cxsurvey.surveys.labels import PartId

LONGEST_SOURCE = 40
OWN_SOURCES = frozenset({"link", "invitation"})


def _check_source(source: str) -> str:
    if source in OWN_SOURCES:
        raise PydanticCustomError("reserved_source", "must not be link or invitation, which are our own pages")
    return source


Source = Annotated[Line40, AfterValidator(_check_source)]


def _check_given(value: object) -> object:
    if isinstance(value, str):
        return _TEXT.validate_python(value)
    if isinstance(value, list) and len(value) <= MOST_OPTIONS and all(isinstance(each, str) for each in value):
        return [_OPTION.validate_python(each) for each in value]
    if type(value) is int:
        return value  # the follow-up knows the ends of its scale
    raise PydanticCustomError("not_an_answer", "must be text, a list of ids of options, or a whole number")


_TEXT: TypeAdapter[str] = TypeAdapter(Passage4000)
_OPTION: TypeAdapter[str] = TypeAdapter(PartId)
_GIVEN_SCHEMA = {
    "anyOf": [
        {"type": "string", "maxLength": 4000},
        {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": MOST_OPTIONS, "uniqueItems": True},
        {"type": "integer", "minimum": 0, "maximum": 10},
    ]
}
GivenAnswer = Annotated[Any, PlainValidator(_check_given), WithJsonSchema(_GIVEN_SCHEMA)]
FollowUpAnswers = dict[Line40, GivenAnswer]
"""Answers by the id of their follow-up, each of a kind that some follow-up takes."""
MOST_ANSWERS = 10


class AnswerInput(Command):
    """One answer from REST or an import; at least a score, "I do not know" or a comment."""

    survey: Line40
    """The survey's id (`srv_…`)."""
    score: int | None = None
    """A whole number on the scale of the survey."""
    unknown: bool = False
    """The customer chose "I do not know" in place of a score, where the survey offers that."""
    comment: Passage4000 | None = None
    follow_ups: FollowUpAnswers = Field(default_factory=dict, max_length=MOST_ANSWERS)
    """Follow-up id to the answer: a text, the id of an option, a list of such ids, or a number on its scale."""
    answered_at: AwareDatetime | None = None
    """When the customer answered; the time of the request when left out."""
    external_id: Line200 | None = None
    """The caller's own id; the same one again never makes a second response."""
    source: Source = "rest"
    """Who collected the answer; `link` and `invitation` are our own pages and cannot be claimed."""
    locale: SpokenLanguage | None = None
    person: PersonInput | None = None
    segments: Segments = Segments()
    attributes: dict[Line80, Scalar] = Field(default_factory=dict, max_length=50)


class FormPage(NamedTuple):
    """The form page that was posted, as its signed stamp tells it."""

    submission_id: bytes
    """16 bytes minted with the page; the same ones again are a change."""
    issued_at: datetime
    trapped: bool = False
    from_thanks: bool = False
    version: int = 0
    """Number of the version that was shown; 0 stands for the present one."""


# as a frozen one it would take a tenth of the time that a row of an import may take
@dataclass(slots=True)
class Submission:
    """One answer on its way in, from whichever door; nobody changes it.

    A form has a `page`, and an `invitation_id` or a `change_hash` when it belongs to a known answer. REST and
    imports have none of these. `test` comes from the credential, never from the body.
    """

    survey_id: UUID
    source: str
    score: int | None = None
    unknown: bool = False
    comment: str | None = None
    follow_ups: Mapping[str, Given] = field(default_factory=dict)
    locale: str | None = None
    answered_at: datetime | None = None
    external_id: str | None = None
    person: PersonInput | None = None
    segments: Segments | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    test: bool = False
    workspace_id: UUID | None = None
    """The workspace of the credential; None for a respondent, who needs none."""
    page: FormPage | None = None
    invitation_id: UUID | None = None
    change_hash: bytes | None = None
    accepts_closed: bool = False
    """Whether answers to a closed survey are taken, as imports of old answers are."""
    import_id: UUID | None = None
    """The import that brings it."""


def submission_of(
    answer: AnswerInput, survey_id: UUID, workspace_id: UUID, *, test: bool = False, import_id: UUID | None = None
) -> Submission:
    """The submission of an answer that another system sends, or that an import brings."""
    person, claims = known_or_claimed(answer.person, test=test)
    return Submission(
        survey_id=survey_id,
        workspace_id=workspace_id,
        # kept apart, so that a trial with an id does not take it from the real answer
        source=f"test/{answer.source}"[:LONGEST_SOURCE] if test else answer.source,
        score=answer.score,
        unknown=answer.unknown,
        comment=answer.comment or None,
        follow_ups=answer.follow_ups,
        locale=answer.locale,
        answered_at=answer.answered_at,
        external_id=answer.external_id,
        person=person,
        claims=claims,
        segments=answer.segments,
        attributes=answer.attributes,
        test=test,
        accepts_closed=import_id is not None,
        import_id=import_id,
    )
