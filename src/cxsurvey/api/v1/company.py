"""The workspace itself: its settings, its members, its audit log.

Keys read all of that when they have the scope for it, and may change settings. They never make a way in: there is no
address to invite, to change a role, or to make a key.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from cxsurvey.accounts import audit_log, joining, team, workspaces
from cxsurvey.accounts.commands import EditWorkspace
from cxsurvey.api import schemas
from cxsurvey.api.body import body_of
from cxsurvey.api.contract import PREFIX, READS, TAGGED, WRITES, conditional, problems, stored, tagged, takes
from cxsurvey.api.door import Calling
from cxsurvey.api.tags import condition_of
from cxsurvey.core.command import says
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid
from cxsurvey.web.errors import ParameterProblem

router = APIRouter(prefix=PREFIX, tags=["workspace"])


class AuditQuery(BaseModel):
    """Which entries of the audit log."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: str | None = Field(default=None, description="What entries are about, such as `surveys` or `team`.")
    person: str | None = Field(default=None, description="Id of a user or key, or `operator`: what this one did.")
    since: str | None = Field(default=None, description="First day, in the report zone.", examples=["2026-01-01"])
    until: str | None = Field(default=None, description="Last day, included.", examples=["2026-03-31"])
    after: str | None = Field(default=None, max_length=40, description="Taken from `next` of a former page.")
    limit: Annotated[int, Field(ge=1, le=100), says("out_of_range", "must be a whole number from 1 to 100")] = 50


@router.get(
    "/workspace",
    summary="Read the settings of the workspace",
    operation_id="getWorkspace",
    openapi_extra=TAGGED,
    responses={**tagged(schemas.WorkspaceSettings), **problems(*READS)},
)
async def get_workspace(caller: Calling) -> Response:
    """The settings of the workspace that the key belongs to, with the ETag that changes are based on."""
    return await caller.read(lambda ctx, _: schemas.WorkspaceSettings.of(workspaces.settings(ctx)))


@router.patch(
    "/workspace",
    summary="Change settings of the workspace",
    operation_id="editWorkspace",
    openapi_extra=conditional(
        takes(EditWorkspace, {"name": "Northwind Home", "attributes": {"attribute_1": "Plan"}, "revision": 3})
    ),
    responses={
        **stored(schemas.WorkspaceSettings, {200: "The settings as they are now."}, tagged=True),
        **problems(*WRITES, 412),
    },
)
async def edit_workspace(caller: Calling) -> Response:
    """Changes what is named and leaves the rest; with If-Match, or a `revision`, only what was read is changed."""
    body = await body_of(caller.request)
    command = EditWorkspace.from_json(body)
    condition = condition_of(caller.request, needed=False)

    def edit(ctx: Context) -> schemas.WorkspaceSettings:
        with condition.met():
            return schemas.WorkspaceSettings.of(workspaces.edit(ctx, command, condition.revision))

    return await caller.write(edit, body=body, tagged=schemas.WorkspaceSettings.model_validate_json)


@router.get(
    "/members",
    summary="List members",
    operation_id="listMembers",
    response_model=schemas.MemberList,
    responses=problems(*READS),
)
async def list_members(caller: Calling) -> Response:
    """Everybody who belongs to the workspace, by name, with those who are shut out."""
    return await caller.read(
        lambda ctx, _: schemas.MemberList(data=[schemas.Member.of(view) for view in team.listed(ctx)])
    )


@router.get(
    "/member-invitations",
    summary="List invited colleagues",
    operation_id="listMemberInvitations",
    response_model=schemas.MemberInvitationList,
    responses=problems(*READS),
)
async def list_member_invitations(caller: Calling) -> Response:
    """Invitations that nobody has used yet, newest first. They are made and taken back in the dashboard only."""
    return await caller.read(
        lambda ctx, _: schemas.MemberInvitationList(
            data=[schemas.MemberInvitation.of(view) for view in joining.open_ones(ctx)]
        )
    )


@router.get(
    "/audit-entries",
    summary="Read the audit log",
    operation_id="listAuditEntries",
    response_model=schemas.AuditEntryList,
    responses=problems(*READS),
)
async def list_audit_entries(caller: Calling, wanted: Annotated[AuditQuery, Query()]) -> Response:
    """Pages through the audit log, newest first. Follow `next` until it is null."""
    base = f"{caller.database.settings.origin}{caller.request.scope['path']}"
    given = {name: str(value) for name, value in wanted.model_dump().items() if value is not None}

    def page(ctx: Context) -> schemas.AuditEntryList:
        found = audit_log.page(ctx, audit_log.parse(given), after=wanted.after, limit=wanted.limit)
        following = f"{base}?{urlencode({**given, 'after': found.next})}" if found.next else None
        return schemas.AuditEntryList(data=[schemas.AuditEntry.of(view) for view in found.items], next=following)

    def told(ctx: Context) -> schemas.AuditEntryList:
        try:
            return page(ctx)
        except Invalid as refusal:
            problems = [ParameterProblem(each.field, each.rule, each.message) for each in refusal.problems]
            raise Invalid(problems=problems) from None

    return await caller.read(lambda ctx, _: told(ctx))
