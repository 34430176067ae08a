"""Plain functions that make what a test needs, through the use cases where they exist. No hidden randomness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts.models import ApiKey, Membership, User, Workspace
from cxsurvey.accounts.permissions import KEY_SCOPES, ROLE_GRANTS, Role
from cxsurvey.core.context import OPERATOR, Actor, ActorKind, Context
from cxsurvey.core.signing import digest
from cxsurvey.responses.commands import FormPage, Submission
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.service import SurveyView
from cxsurvey.transfer.profile import ColumnProfile, Profile
from cxsurvey.transfer.sniffing import TextForm
from cxsurvey.transfer.source import Source

ZONE = "Europe/Istanbul"
A_FILE = Source(
    TextForm("utf-8", ",", guessed=False), None, (), Profile(1, (ColumnProfile("Rating", 1, ("9",), (("9", 1),)),))
)
"""What the file of an import was found to be."""


def make_workspace(ctx: Context, slug: str = "northwind", name: str = "Northwind Home", zone: str = ZONE) -> Workspace:
    """A workspace; the context acts in it as the operator from then on."""
    workspace = Workspace(
        id=ctx.ids.new(),
        slug=slug,
        name=name,
        report_zone=zone,
        privacy_url="https://example.com/privacy",
        accent="#274C84",
        minimum_group=5,
        is_demo=False,
        link_generation=1,
        segment_names={},
        created_at=ctx.now,
    )
    ctx.session.add(workspace)
    ctx.session.flush()
    act_in(ctx, workspace.id)
    return workspace


def act_in(ctx: Context, workspace_id: UUID, actor: Actor = OPERATOR) -> None:
    """Makes the context act in a workspace."""
    ctx.workspace_id = workspace_id
    ctx.actor = actor


def make_user(ctx: Context, workspace_id: UUID, role: str = "manager", email: str = "max@example.com") -> User:
    """A user with a role in a workspace; nobody knows the password."""
    user = User(
        id=ctx.ids.new(),
        email=email,
        email_key=email.casefold(),
        name=email.partition("@")[0].title(),
        password_hash="unusable",
        password_changed_at=ctx.now,
        created_at=ctx.now,
    )
    ctx.session.add(user)
    ctx.session.flush()
    ctx.session.add(Membership(workspace_id=workspace_id, user_id=user.id, role=role, created_at=ctx.now))
    ctx.session.flush()
    return user


def user_actor(user: User, role: str = "manager") -> Actor:
    """The actor that a signed-in user is."""
    return Actor(ActorKind.USER, user.id, user.name, frozenset(str(grant) for grant in ROLE_GRANTS[Role(role)]))


def make_key(ctx: Context, workspace_id: UUID, token: str = "cxs_live_for-tests", *, test: bool = False) -> ApiKey:
    """An API key with every scope a key may have."""
    key = ApiKey(
        id=ctx.ids.new(),
        workspace_id=workspace_id,
        name=token[-20:],
        prefix=token[:12],
        token_hash=digest(token),
        test=test,
        scopes=" ".join(sorted(str(scope) for scope in KEY_SCOPES)),
        created_at=ctx.now,
    )
    ctx.session.add(key)
    ctx.session.flush()
    return key


def make_open_survey(ctx: Context, name: str = "Relationship") -> SurveyView:
    """A published NPS survey in the workspace of the context."""
    survey = surveys.create(ctx, CreateSurvey(name=name, metric=Metric.NPS, languages=("en", "de", "tr", "ar")))
    return surveys.publish(ctx, survey.id).survey


def offering_unknown(definition: Definition) -> Definition:
    """The definition with "I do not know" as a choice."""
    texts = {
        language: each.model_copy(update={"unknown_label": "I do not know"})
        for language, each in definition.texts.items()
    }
    return definition.model_copy(update={"offers_unknown": True, "texts": texts})


def publish_anew(ctx: Context, place: Place, definition: Definition) -> Place:
    """The place after the definition of its survey was replaced and published."""
    act_in(ctx, place.workspace_id)
    survey = place.survey
    edited = surveys.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name=survey.name, definition=definition))
    return replace(place, survey=surveys.publish(ctx, edited.id).survey)


def make_anonymous_survey(ctx: Context, command: CreateSurvey) -> SurveyView:
    """A published survey that promises anonymity."""
    survey = surveys.create(ctx, command.model_copy(update={"anonymous": True}))
    return surveys.publish(ctx, survey.id).survey


@dataclass(frozen=True)
class Place:
    """A workspace with an open survey."""

    workspace_id: UUID
    slug: str
    survey: SurveyView


def make_place(ctx: Context, slug: str = "northwind") -> Place:
    """A workspace with an open survey; the context acts in it."""
    workspace = make_workspace(ctx, slug)
    return Place(workspace.id, workspace.slug, make_open_survey(ctx))


def form_page(ctx: Context, seconds: float = 20, *, from_thanks: bool = False, trapped: bool = False) -> FormPage:
    """A form page that was issued some seconds ago."""
    return FormPage(ctx.ids.random(16), ctx.now - timedelta(seconds=seconds), trapped, from_thanks)


def shared_link_answer(ctx: Context, place: Place, score: int | None, comment: str | None = None) -> Submission:
    """What a customer posts through the shared link."""
    return Submission(place.survey.id, "link", score=score, comment=comment, locale="en", page=form_page(ctx))
