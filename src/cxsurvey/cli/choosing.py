"""How commands name a workspace and a survey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cxsurvey.core.errors import Kind, Refusal

if TYPE_CHECKING:
    from cxsurvey.accounts.views import WorkspaceView
    from cxsurvey.core.context import Context
    from cxsurvey.surveys.service import SurveyView


class Unclear(Refusal):
    """What was typed names nothing, or more than one thing; the message lists what there is."""

    code = "unclear"
    kind = Kind.INVALID


def enter(ctx: Context, slug: str | None) -> WorkspaceView:
    """Lets the operator into a workspace; without a slug into the only one. Raises `Unclear`."""
    from cxsurvey.accounts import service
    from cxsurvey.core.context import OPERATOR

    if slug is not None:
        named = [workspace for workspace in service.workspaces(ctx) if workspace.slug == slug]
        if not named:
            slugs = ", ".join(workspace.slug for workspace in service.workspaces(ctx))
            raise Unclear(f"There is no workspace “{slug}”. {f'There are: {slugs}.' if slugs else ''}".rstrip())
        chosen = named[0]
    else:
        there = service.workspaces(ctx)
        if not there:
            raise Unclear("There is no workspace yet. Start cxsurvey serve and open the link it prints.")
        if len(there) > 1:
            slugs = ", ".join(workspace.slug for workspace in there)
            raise Unclear(f"Say which workspace with --workspace: {slugs}.")
        chosen = there[0]
    ctx.actor, ctx.workspace_id = OPERATOR, chosen.id
    return chosen


def survey_named(ctx: Context, text: str) -> SurveyView:
    """The survey of the workspace with this id, code or name; raises `Unclear`."""
    from cxsurvey.core.ids import encode
    from cxsurvey.surveys import service

    there = service.listed(ctx)
    exact = [survey for survey in there if text in (encode("srv", survey.id), survey.code)]
    found = exact or [survey for survey in there if survey.name.casefold() == text.strip().casefold()]
    asked = [survey for survey in found if survey.version_number is not None]
    if len(found) == 1 or len(asked) == 1:
        return (asked or found)[0]
    if found:
        raise Unclear(f"{len(found)} surveys are called “{text}”. Name one by its code. {_listing(found)}")
    raise Unclear(f"There is no survey “{text}”. {_listing(there)}")


def _listing(surveys: Sequence[SurveyView]) -> str:
    if not surveys:
        return "The workspace has no surveys yet."
    return "Surveys are: " + ", ".join(f"{survey.name} ({survey.code})" for survey in surveys) + "."
