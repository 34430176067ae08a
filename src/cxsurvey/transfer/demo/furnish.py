"""Puts the made-up company into a database, through the use cases that real answers take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts import joining, passwords, setup
from cxsurvey.accounts.commands import InviteMember, JoinAsNew, SetUp
from cxsurvey.accounts.permissions import Role, grants_of
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import OPERATOR, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import secret_token
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import service as responses
from cxsurvey.responses.commands import FormPage, Submission
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.submit import SUBMIT, Outcome, Stored
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.transfer.demo import company
from cxsurvey.transfer.demo.answers import Door, MadeUp, weeks
from cxsurvey.transfer.demo.surveys import REASON, definition_of

OWNER = "demo@example.com"
MISTAKE = "A colleague tried the form"


@dataclass(frozen=True, slots=True)
class Furnished:
    """The company once it stands in a database."""

    workspace_id: UUID
    surveys: Mapping[str, UUID]
    manager: Actor


@dataclass(slots=True)
class _Making:
    database: Database
    clock: FixedClock
    company: Furnished


def furnish(database: Database, clock: FixedClock, now: datetime, on_progress: Callable[[float], None]) -> int:
    """Makes the workspace, its owner, surveys, people, links and answers up to `now`; returns how many answers.

    `clock` must be the clock of the database: it is moved along, so that everything looks made when it happened.
    """
    today = now.astimezone(ZoneInfo(company.ZONE)).date()
    clock.instant = now - timedelta(days=company.DAYS)
    owner = _owner(database)
    password_hash = passwords.hashed(owner.password)
    found = database.write(lambda ctx: _found(ctx, owner, password_hash), share=Share.JOBS)
    making = _Making(database, clock, found)
    number = 0
    all_weeks = list(weeks(today))
    for done, answers in enumerate(all_weeks, start=1):
        until_now = [answer for answer in answers if answer.answered_at <= now - timedelta(minutes=2)]
        number += _week(making, until_now, now)
        on_progress(done / len(all_weeks))
    clock.instant = now
    database.write(lambda ctx: _still_open(ctx, found), share=Share.JOBS)
    return number


def _owner(database: Database) -> SetUp:
    """The owner, who comes in by a link: nobody learns the password."""
    return SetUp(
        name="Demo owner",
        email=OWNER,
        password=secret_token(database.ids),
        workspace=company.NAME,
        zone=company.ZONE,
        privacy_url="https://example.com/privacy",
    )


def _found(ctx: Context, owner: SetUp, password_hash: str) -> Furnished:
    founded = setup.found(ctx, owner, password_hash, is_demo=True)
    boss = Actor(ActorKind.USER, founded.user_id, owner.name, grants_of(Role.OWNER))
    for name, role in ((company.VIEWER, Role.VIEWER), (company.MANAGER, Role.MANAGER)):
        ctx.actor = boss
        colleague = _join(ctx, name, role, owner.password, password_hash)
    ctx.actor = manager = replace(colleague, grants=grants_of(Role.MANAGER))
    made = {}
    for name in (company.PILOT, company.SUPPORT, company.DELIVERY, company.RELATIONSHIP):
        survey = surveys.create(ctx, CreateSurvey(name=name, definition=definition_of(name)))
        made[name] = surveys.publish(ctx, survey.id).survey.id
    return Furnished(founded.workspace.id, made, manager)


def _join(ctx: Context, name: str, role: Role, password: str, password_hash: str) -> Actor:
    """A colleague joins as people do; nobody learns the password."""
    email = f"{name.partition(' ')[0].casefold()}@example.com"
    path = joining.invite(ctx, InviteMember.from_fields({"email": email, "role": role.value})).path
    account = JoinAsNew(name=name, password=password)
    joining.join_as_new(ctx, path.rpartition("/")[2], account, password_hash, "Firefox on Linux")
    return ctx.actor


def _week(making: _Making, answers: Sequence[MadeUp], now: datetime) -> int:
    if not answers:
        return 0
    making.clock.instant = answers[0].answered_at
    links = making.database.write(lambda ctx: _links(ctx, making.company, answers), share=Share.JOBS)
    making.clock.instant = end = min(answers[-1].answered_at + timedelta(minutes=1), now)
    items = [_submission(making.company, answer, links.get(answer.number), end) for answer in answers]
    outcomes = making.database.hot(SUBMIT, items, share=Share.JOBS)
    making.database.write(lambda ctx: _take_out(ctx, making.company, answers, outcomes), share=Share.JOBS)
    return sum(isinstance(outcome, Stored) for outcome in outcomes)


def _links(ctx: Context, made: Furnished, answers: Sequence[MadeUp]) -> dict[str, UUID]:
    _enter(ctx, made)
    return {answer.number: _invite(ctx, made, answer).id for answer in answers if answer.door is Door.PERSONAL}


def _invite(ctx: Context, made: Furnished, answer: MadeUp) -> invitations.InvitationView:
    command = CreateInvitation(person=_person(answer), locale=answer.language, segments=Segments(**answer.segments))
    return invitations.create(ctx, made.surveys[answer.place.survey], command)


def _submission(made: Furnished, answer: MadeUp, invitation: UUID | None, end: datetime) -> Submission:
    is_form = answer.door in {Door.FORM, Door.PERSONAL}
    page = None
    if is_form:
        stamp = answer.number.encode().rjust(16, b"-")[-16:]
        page = FormPage(stamp, end - timedelta(seconds=answer.seconds), trapped=answer.trapped)
    return Submission(
        survey_id=made.surveys[answer.place.survey],
        workspace_id=made.workspace_id,
        source=answer.door.value,
        score=answer.score,
        unknown=answer.score is None,
        comment=answer.comment,
        follow_ups={REASON: answer.reason} if answer.reason is not None else {},
        locale=answer.language,
        answered_at=answer.answered_at,
        external_id=None if is_form else f"{answer.door}-{answer.number}",
        person=None if is_form else _person(answer),
        segments=Segments(**answer.segments),
        test=answer.test,
        page=page,
        invitation_id=invitation,
    )


def _person(answer: MadeUp) -> PersonInput:
    names = company.FIRST_NAMES[answer.language]
    name = names[answer.customer % len(names)]
    return PersonInput(
        email=f"{name.casefold()}.{answer.customer}@example.com",
        external_id=f"customer-{answer.customer}",
        name=f"{name} {chr(ord('A') + answer.customer % 23)}.",
        locale=answer.language,
    )


def _take_out(ctx: Context, made: Furnished, answers: Sequence[MadeUp], outcomes: Sequence[Outcome]) -> None:
    ctx.actor, ctx.workspace_id = made.manager, made.workspace_id
    for answer, outcome in zip(answers, outcomes, strict=True):
        if answer.mistake and isinstance(outcome, Stored):
            responses.void(ctx, outcome.id, VoidResponse(reason=MISTAKE))


def _still_open(ctx: Context, made: Furnished) -> None:
    """Personal links that nobody has answered yet."""
    _enter(ctx, made)
    for name in (*company.FIRST_NAMES["en"], *company.FIRST_NAMES["tr"]):
        person = PersonInput(email=f"{name.casefold()}.new@example.com", name=f"{name} N.")
        invitations.create(ctx, made.surveys[company.DELIVERY], CreateInvitation(person=person))


def _enter(ctx: Context, made: Furnished) -> None:
    ctx.actor, ctx.workspace_id = OPERATOR, made.workspace_id
