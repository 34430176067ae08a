"""What the pages of single answers show, made from the views of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts import users
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound
from cxsurvey.core.ids import decode
from cxsurvey.dashboard import metrics
from cxsurvey.insights import listing, service
from cxsurvey.insights.misfits import band_of
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import service as responses
from cxsurvey.responses.contacts import CONTACT, consent_in
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView, RevisionView
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.asked import AskedWorkspace, definitions_of
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import Given
from cxsurvey.surveys.languages import name_of

STATES: Final[Mapping[str, str]] = {
    "counted": "Counted",
    "flagged": "Flagged",
    "test": "Test",
    "void": "Void",
    "provisional": "Not confirmed",
}
STATE_SENTENCES: Final[Mapping[str, str]] = {
    "counted": "This response is part of the score.",
    "flagged": "It looks as if a machine sent this response. It is not part of the score.",
    "test": "Sent with a test key or a test link. It is not part of the score.",
    "void": "Somebody took this response out of the score.",
    "provisional": "A score chosen in a mail that the customer did not confirm. It is not part of the score.",
}
APART: Final = "Counted apart"
UNKNOWN_SENTENCE: Final = "The customer does not know. This response is counted apart and is not part of the score."
UNSCORED_SENTENCE: Final = "This response has no score. It is counted apart and is not part of the score."
KINDS: Final[Mapping[str, str]] = {
    "changed": "The customer changed the response",
    "followed_up": "The customer answered the follow-ups",
    "flagged": "Flagged",
    "voided": "Taken out of the score",
    "restored": "Put back into the score",
}
ACTORS: Final[Mapping[str, str]] = {
    ActorKind.RESPONDENT.value: "the customer",
    ActorKind.USER.value: "a user",
    ActorKind.KEY.value: "another system",
    ActorKind.OPERATOR.value: "the operator",
    ActorKind.SYSTEM.value: "the system",
}
FIELDS: Final[Mapping[str, str]] = {
    "score": "Score",
    "comment": "Comment",
    "follow_ups": "Follow-ups",
    "state": "State",
}
SOURCES: Final[Mapping[str, str]] = {"link": "Shared link", "invitation": "Personal link", "rest": "REST"}
FACTS: Final[Mapping[str, str]] = {
    "seconds": "Seconds until it was sent",
    "trapped": "Hidden field filled",
    "from_thanks": "Opened from the thank-you page",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    answer: ResponseView
    band: Band | None
    group: str
    href: str
    state: str
    anonymous: bool
    attribution: str
    may_be_contacted: bool
    """The customer said so with this answer; false for who may not read people."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the history: what happened, by whom, and what changed, as (field, before, after)."""

    revision: RevisionView
    what: str
    who: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """Everything about one answer. `facts` says how it was given; `claims` is what nobody has checked."""

    answer: ResponseView
    href: str
    band: Band | None
    group: str
    survey_name: str
    anonymous: bool
    question: str
    state: str
    state_sentence: str
    follow_ups: tuple[tuple[str, str], ...]
    attribution: tuple[tuple[str, str], ...]
    origin: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    claims: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]
    history: tuple[Event, ...]

    @property
    def can_be_voided(self) -> bool:
        """Whether it may be taken out of the score."""
        return self.answer.state != ResponseState.VOID

    @property
    def can_be_restored(self) -> bool:
        """Whether it may be put back into the score."""
        return self.answer.state in {ResponseState.VOID, ResponseState.FLAGGED}


def chosen_states(text: str) -> tuple[ResponseState, ...]:
    """The states that a filter names; all of them for nothing. Raises `Invalid`."""
    if not text:
        return tuple(ResponseState)
    if text not in STATES:
        problem = FieldProblem("state", "not_a_state", f"must be one of {', '.join(STATES)}")
        raise Invalid(problems=[problem])
    return (ResponseState(text),)


def wanted_survey(lines: Sequence[SurveyLine], text: str) -> SurveyLine | None:
    """The survey that an address names, or the first one; None when there is none. Raises `NotFound`."""
    if not text:
        return lines[0] if lines else None
    wanted = decode("srv", text)
    for line in lines:
        if line.survey_id == wanted:
            return line
    raise NotFound


def row_of(answer: ResponseView, line: SurveyLine, home: str, leaving: str) -> Row:
    """An answer as a line of the list; `leaving` is the query with which its page leads back."""
    return Row(
        answer=answer,
        band=band_of(line.formula, answer.score, answer.id),
        group=metrics.group_of(line.formula, answer.score),
        href=f"{home}/responses/{answer.public_id}?{leaving}",
        state=_state(answer),
        anonymous=line.anonymous,
        attribution=", ".join(answer.segments[key] for key in SEGMENT_KEYS if key in answer.segments),
        may_be_contacted=consent_in(answer.claims) is not None,
    )


def answer_view(ctx: Context, answer: ResponseView, workspace: WorkspaceView) -> AnswerView:
    """One answer with the texts of what it was asked and its later states."""
    home = f"/w/{workspace.slug}"
    line = service.survey_line(ctx, answer.survey_id)
    asked = definitions_of(ctx, [answer.version_id])[answer.version_id]
    definition = AskedWorkspace.of(workspace).in_theme(asked.theme).fill_in(asked)
    names = listing.segment_names(ctx)
    return AnswerView(
        answer=answer,
        href=f"{home}/responses/{answer.public_id}",
        band=band_of(definition.scale.scoring, answer.score, answer.id),
        group=metrics.group_of(definition.scale.scoring, answer.score),
        survey_name=line.name,
        anonymous=line.anonymous,
        question=definition.texts_in(answer.locale).question,
        state=_state(answer),
        state_sentence=_state_sentence(answer),
        follow_ups=_follow_ups(answer.follow_ups, definition, answer.locale),
        attribution=tuple((names[key], answer.segments[key]) for key in SEGMENT_KEYS if key in answer.segments),
        origin=_origin(answer),
        facts=_pairs({FACTS[key]: value for key, value in answer.facts.items() if key in FACTS}),
        claims=_pairs(_claims(answer.claims)),
        attributes=_pairs(answer.attributes),
        history=_history(ctx, answer, definition),
    )


def _is_apart(answer: ResponseView) -> bool:
    return answer.state == ResponseState.COUNTED and answer.score is None


def _state(answer: ResponseView) -> str:
    """The state in a word or two; an answer without a score counts, but not in the score."""
    return APART if _is_apart(answer) else STATES[answer.state]


def _state_sentence(answer: ResponseView) -> str:
    if not _is_apart(answer):
        return STATE_SENTENCES[answer.state]
    return UNKNOWN_SENTENCE if answer.unknown else UNSCORED_SENTENCE


def _claims(given: Mapping[str, Any]) -> dict[str, Any]:
    """Claims with the consent to be contacted in words."""
    consent = consent_in(given)
    if consent is None:
        return dict(given)
    others = {name: value for name, value in given.items() if name != CONTACT}
    return {**others, "may be contacted": consent["address"]}


def _origin(answer: ResponseView) -> tuple[tuple[str, str], ...]:
    found = [("Came by", SOURCES.get(answer.source, answer.source))]
    if answer.locale:
        found.append(("Language", name_of(answer.locale)))
    if answer.external_id:
        found.append(("Id of the sender", answer.external_id))
    return tuple(found)


def _follow_ups(given: Mapping[str, Given], definition: Definition, locale: str | None) -> tuple[tuple[str, str], ...]:
    """Question and answer in words, as this version asked them; what it never asked stays as it was given."""
    known = {follow_up.id: follow_up for follow_up in definition.follow_ups}
    language = definition.language_for(locale)
    return tuple(
        (known[key].label(language), known[key].in_words(answer, language)) if key in known else (key, str(answer))
        for key, answer in given.items()
    )


def _history(ctx: Context, answer: ResponseView, definition: Definition) -> tuple[Event, ...]:
    revisions = responses.history(ctx, answer.id)
    names = users.names(ctx, (each.actor_id for each in revisions if each.actor_id and _by_a_user(each)))
    return tuple(_event(each, _who(each, names), definition, answer.locale) for each in revisions)


def _by_a_user(revision: RevisionView) -> bool:
    return revision.actor_kind == ActorKind.USER


def _who(revision: RevisionView, names: Mapping[UUID, str]) -> str:
    kind = ACTORS[revision.actor_kind]
    name = names.get(revision.actor_id) if revision.actor_id else None
    return f"{name}, {kind}" if name else kind


def _event(revision: RevisionView, who: str, definition: Definition, locale: str | None) -> Event:
    changed = []
    for name, label in FIELDS.items():
        before, after = revision.before.get(name), revision.after.get(name)
        if before != after:
            changed.append((label, _shown(name, before, definition, locale), _shown(name, after, definition, locale)))
    return Event(revision, _what(revision), who, tuple(changed))


def _what(revision: RevisionView) -> str:
    if revision.kind == "restored" and revision.after["state"] != ResponseState.COUNTED:
        return "Put back as it was"
    return KINDS.get(revision.kind, revision.kind)


def _shown(name: str, value: Any, definition: Definition, locale: str | None) -> str:
    if value is None or value == {}:
        return "nothing"
    if name == "follow_ups":
        return "; ".join(f"{question} {text}" for question, text in _follow_ups(value, definition, locale))
    return STATES.get(value, str(value)) if name == "state" else str(value)


def _pairs(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, _plain(value)) for key, value in values.items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value)
