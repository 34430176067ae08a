"""Use cases of surveys: create, edit, publish, close, open again, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cxsurvey.accounts import branding, permissions
from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.permissions import Grant
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, LiveKeyNeeded, NotFound
from cxsurvey.core.ids import encode, public_code
from cxsurvey.scoring import scales
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import policy, queries
from cxsurvey.surveys.asked import Asked, AskedWorkspace, asked_by_code, asked_by_id, asked_many
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.errors import AnonymityFixed, NotPublished, StaleEdit
from cxsurvey.surveys.events import SurveyClosed, SurveyPublished
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.models import EVERYTHING, NOTHING_YET
from cxsurvey.surveys.policy import Outcome, Step, SurveyState
from cxsurvey.surveys.standard import preset

__all__ = ["Asked", "AskedWorkspace", "asked_by_code", "asked_by_id", "asked_many"]


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey as its managers see it. `published` is what is asked now, None until the first publication."""

    id: UUID
    code: str
    name: str
    metric: Metric
    state: SurveyState
    anonymous: bool
    revision: int
    draft: Definition
    published: Definition | None
    version_number: int | None
    trend_line_id: int | None
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    closed_at: datetime | None

    @property
    def outcome(self) -> Outcome:
        """What publishing the draft now would come to."""
        return policy.outcome(self.published, self.draft)

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether customers are asked something else than the draft says."""
        return self.published is not None and self.outcome is not Outcome.UNCHANGED


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication came to. After `unchanged` nothing was written and the version is the former one."""

    survey: SurveyView
    outcome: Outcome

    @property
    def changed(self) -> bool:
        return self.outcome is not Outcome.UNCHANGED


def create(ctx: Context, command: CreateSurvey) -> SurveyView:
    """A new draft with its own code."""
    permissions.require(ctx, Grant.SURVEYS_WRITE)
    definition = command.definition or preset(command.asked_formula, accounts.workspace(ctx).name, command.languages)
    _check_pictures(ctx, definition)
    survey_id = ctx.ids.new()
    queries.add_survey(
        ctx.connection,
        {
            "id": survey_id,
            "workspace_id": ctx.workspace,
            "code": public_code(ctx.ids),
            "name": command.name,
            "state": SurveyState.DRAFT.value,
            "anonymous": command.anonymous,
            "draft": definition.stored(),
            "revision": 1,
            "created_at": ctx.now,
            "changed_at": ctx.now,
        },
    )
    _record(ctx, "survey.created", survey_id, command.name)
    return _view(ctx, survey_id)


def edit(ctx: Context, survey_id: UUID, command: EditSurvey) -> SurveyView:
    """Replaces the draft; what customers are asked stays until it is published.

    Raises `StaleEdit` when the survey changed since `command.revision`, `AnonymityFixed` when a survey that was
    published shall become anonymous or cease to be so.
    """
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), command.revision)
    policy.after(before.state, Step.EDIT)
    anonymous = before.anonymous if command.anonymous is None else command.anonymous
    if anonymous != before.anonymous and before.version_number is not None:
        raise AnonymityFixed(field="anonymous")
    same = (before.name, before.anonymous) == (command.name, anonymous)
    if same and policy.outcome(before.draft, command.definition) is Outcome.UNCHANGED:
        return before
    _check_pictures(ctx, command.definition)
    changes = {"name": command.name, "draft": command.definition.stored(), "anonymous": anonymous}
    return _changed(ctx, before, changes, "survey.edited")


def discard(ctx: Context, survey_id: UUID, revision: int | None = None) -> SurveyView:
    """Puts what is asked in the place of the draft; the survey keeps its name.

    Raises `NotPublished` when nothing was ever asked, `StaleEdit` when the draft is not `revision`.
    """
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), revision)
    if before.published is None:
        raise NotPublished
    if not before.has_unpublished_changes:
        return before
    return _changed(ctx, before, {"draft": before.published.stored()}, "survey.draft_discarded")


def publish(ctx: Context, survey_id: UUID, revision: int | None = None) -> Publication:
    """Asks the draft from now on, as a new immutable version.

    Another scale or formula starts a new trend line; a draft equal to what is asked is left alone, and the
    result says so. Raises `Invalid` with the path of every gap, `StaleEdit` when the draft is not `revision`.
    """
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), revision)
    state = policy.after(before.state, Step.PUBLISH)
    found = problems(before.draft)
    if found:
        raise Invalid("Some texts are missing or not right.", problems=found)
    outcome = before.outcome
    if outcome is Outcome.UNCHANGED:
        return Publication(before, outcome)
    line = before.trend_line_id
    if line is None or outcome is not Outcome.SAME_LINE:
        line = _add_line(ctx, before)
    version_id, number = ctx.ids.new(), (before.version_number or 0) + 1
    changes = {"state": state.value, "version_id": version_id, "trend_line_id": line, "published_at": ctx.now}
    _change(ctx, before, changes)  # before the version: whoever comes second stops here
    _add_version(ctx, before, version_id, number, line)
    _record(ctx, "survey.published", survey_id, before.name, version=number, outcome=outcome.value)
    ctx.emit(
        SurveyPublished(
            workspace_id=ctx.workspace,
            survey_id=survey_id,
            version_id=version_id,
            version_number=number,
            trend_line_id=line,
            new_line=outcome is not Outcome.SAME_LINE,
        )
    )
    return Publication(_view(ctx, survey_id), outcome)


def close(ctx: Context, survey_id: UUID, revision: int | None = None) -> SurveyView:
    """Takes no more answers; what was answered stays. Raises `StaleEdit` when the survey is not at `revision`."""
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), revision)
    state = policy.after(before.state, Step.CLOSE)
    view = _changed(ctx, before, {"state": state.value, "closed_at": ctx.now}, "survey.closed")
    ctx.emit(SurveyClosed(workspace_id=ctx.workspace, survey_id=survey_id))
    return view


def reopen(ctx: Context, survey_id: UUID, revision: int | None = None) -> SurveyView:
    """Takes answers again, with the version that was asked last. Raises `StaleEdit` as `close` does."""
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), revision)
    state = policy.after(before.state, Step.REOPEN)
    return _changed(ctx, before, {"state": state.value, "closed_at": None}, "survey.reopened")


def delete(ctx: Context, survey_id: UUID, revision: int | None = None) -> None:
    """Deletes a draft that nobody was ever asked.

    Raises `SurveyWasPublished` for any other survey, whose answers belong to it, and `StaleEdit` as `close` does.
    """
    _permit_change(ctx)
    before = _at(_view(ctx, survey_id), revision)
    policy.after(before.state, Step.DELETE)
    if not queries.delete_survey(ctx.connection, before.id, before.revision):
        raise StaleEdit
    _record(ctx, "survey.deleted", survey_id, before.name)


def get(ctx: Context, survey_id: UUID) -> SurveyView:
    """One survey of this workspace; raises `NotFound` for any other id."""
    permissions.require(ctx, Grant.SURVEYS_READ)
    return _view(ctx, survey_id)


def revision_of(ctx: Context, survey_id: UUID) -> int:
    """The revision a survey is at, for whoever changes it whatever it is; raises `NotFound`."""
    permissions.require(ctx, Grant.SURVEYS_WRITE)
    return _view(ctx, survey_id).revision


def exists(ctx: Context, survey_id: UUID) -> bool:
    """Whether this workspace has the survey, published or not; for use cases that have their own permission."""
    return queries.survey(ctx.connection, ctx.workspace, survey_id) is not None


def listed(ctx: Context) -> list[SurveyView]:
    """All surveys of this workspace, newest first."""
    permissions.require(ctx, Grant.SURVEYS_READ)
    return [_as_view(row) for row in queries.surveys_of(ctx.connection, ctx.workspace)]


def offered(ctx: Context) -> list[scales.Definition]:
    """Every formula that a survey may be made with, in the order in which they are offered."""
    permissions.require(ctx, Grant.SURVEYS_READ)
    return list(OFFERED.values())


def _permit_change(ctx: Context) -> None:
    """Raises `LiveKeyNeeded` for a key in test mode: it may make drafts, and change nothing that is asked."""
    permissions.require(ctx, Grant.SURVEYS_WRITE)
    if ctx.actor.test:
        raise LiveKeyNeeded


def _check_pictures(ctx: Context, definition: Definition) -> None:
    logo = definition.theme.logo
    if logo and not branding.has_picture(ctx, logo):
        message = "must be the name of a picture of this workspace"
        raise Invalid(problems=[FieldProblem("definition.theme.logo", "unknown_picture", message)])


def _view(ctx: Context, survey_id: UUID) -> SurveyView:
    row = queries.survey(ctx.connection, ctx.workspace, survey_id)
    if row is None:
        raise NotFound
    return _as_view(row)


def _as_view(row: Any) -> SurveyView:
    draft = Definition.from_stored(row.draft)
    return SurveyView(
        id=row.id,
        code=row.code,
        name=row.name,
        metric=draft.metric,
        state=SurveyState(row.state),
        anonymous=row.anonymous,
        revision=row.revision,
        draft=draft,
        published=Definition.from_stored(row.published) if row.published is not None else None,
        version_number=row.version_number,
        trend_line_id=row.trend_line_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        published_at=row.published_at,
        closed_at=row.closed_at,
    )


def _at(view: SurveyView, revision: int | None) -> SurveyView:
    if revision is not None and view.revision != revision:
        raise StaleEdit
    return view


def _change(ctx: Context, before: SurveyView, changes: Mapping[str, Any]) -> None:
    if not queries.change_survey(ctx.connection, before.id, before.revision, {**changes, "changed_at": ctx.now}):
        raise StaleEdit


def _changed(ctx: Context, before: SurveyView, changes: Mapping[str, Any], action: str) -> SurveyView:
    _change(ctx, before, changes)
    after = _view(ctx, before.id)
    _record(ctx, action, before.id, after.name)
    return after


def _add_version(ctx: Context, survey: SurveyView, version_id: UUID, number: int, line: int) -> None:
    queries.add_version(
        ctx.connection,
        {
            "id": version_id,
            "workspace_id": ctx.workspace,
            "survey_id": survey.id,
            "number": number,
            "trend_line_id": line,
            "definition": survey.draft.stored(),
            "published_at": ctx.now,
            "published_by": ctx.actor.id,
        },
    )


def _add_line(ctx: Context, survey: SurveyView) -> int:
    scale = survey.draft.scale
    return queries.add_trend_line(
        ctx.connection,
        {
            "workspace_id": ctx.workspace,
            "survey_id": survey.id,
            "metric": scale.metric.value,
            "formula": scale.formula,
            "minimum": scale.minimum,
            "maximum": scale.maximum,
            "released_through": NOTHING_YET if survey.anonymous else EVERYTHING,
            "created_at": ctx.now,
        },
    )


def _record(ctx: Context, action: str, survey_id: UUID, name: str, **detail: Any) -> None:
    audit.record(ctx, action, encode("srv", survey_id), name=name, **detail)
