"""`cxsurvey user`: who may come in, and how somebody is let in or back in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.installation import BaseUrl, fail, open_database, read_settings, say, tell_assumed_origin

if TYPE_CHECKING:
    from cxsurvey.core.context import Context

commands = typer.Typer(help="The people who sign in.", no_args_is_help=True)

Workspace = Annotated[
    str | None, typer.Option(help="The word in its addresses, /w/WORD/; needed when there are several workspaces.")
]
Email = Annotated[str, typer.Argument(help="The address the user signs in with.")]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="user")


@commands.command("list")
def list_users(workspace: Workspace = None) -> None:
    """Print the members of a workspace: role, address, name, and whether they are shut out or only invited."""
    from cxsurvey.accounts import joining, team
    from cxsurvey.cli.choosing import enter

    with open_database() as database, database.read() as ctx:
        enter(ctx, workspace)
        for member in team.listed(ctx):
            shut_out = "  (shut out)" if member.disabled_at is not None else ""
            say(f"{member.role.value:<8} {member.email}  {member.name}{shut_out}")
        for invited in joining.open_ones(ctx):
            say(f"{invited.role.value:<8} {invited.email}  (invited until {invited.expires_at:%Y-%m-%d})")


@commands.command()
def invite(
    email: Annotated[str, typer.Argument(help="The address of the colleague.")],
    role: Annotated[str, typer.Option(help="owner, admin, manager or viewer.")] = "manager",
    workspace: Workspace = None,
    base_url: BaseUrl = None,
) -> None:
    """Print a link by which a colleague joins a workspace; it works once, for seven days."""
    from cxsurvey.accounts import joining
    from cxsurvey.accounts.commands import InviteMember
    from cxsurvey.cli.choosing import enter
    from cxsurvey.core.db.units import Share
    from cxsurvey.core.errors import Invalid

    try:
        command = InviteMember.from_fields({"email": email, "role": role})
    except Invalid as refusal:
        fail("; ".join(f"{problem.field} {problem.message}" for problem in refusal.problems), 2)

    def make(ctx: Context) -> str:
        enter(ctx, workspace)
        return joining.invite(ctx, command).path

    settings = read_settings(base_url)
    with open_database(settings) as database:
        path = database.write(make, share=Share.DASHBOARD)
        tell_assumed_origin(settings)
        say(f"Hand this link to {email}; it works once, for seven days: {settings.origin}{path}")


@commands.command()
def role(
    email: Email,
    to: Annotated[str, typer.Argument(metavar="ROLE", help="owner, admin, manager or viewer.")],
    workspace: Workspace = None,
) -> None:
    """Give a member of a workspace another role."""
    from cxsurvey.accounts import team
    from cxsurvey.accounts.commands import ChangeRole
    from cxsurvey.cli.choosing import enter
    from cxsurvey.core.db.units import Share
    from cxsurvey.core.errors import Invalid

    try:
        command = ChangeRole.from_fields({"role": to})
    except Invalid as refusal:
        fail("; ".join(f"The role {problem.message}" for problem in refusal.problems), 2)

    def change(ctx: Context) -> str:
        chosen = enter(ctx, workspace)
        member = team.member_with(ctx, email)
        return f"{team.change_role(ctx, member.user_id, command).name} is {to} in {chosen.name}."

    with open_database() as database:
        say(database.write(change, share=Share.DASHBOARD))


@commands.command()
def reset(email: Email, base_url: BaseUrl = None) -> None:
    """Print a link that sets a new password; it works once, for an hour."""
    from cxsurvey.accounts import users
    from cxsurvey.core.context import OPERATOR
    from cxsurvey.core.db.units import Share

    def make(ctx: Context) -> str:
        ctx.actor = OPERATOR
        return users.reset_link(ctx, email)

    settings = read_settings(base_url)
    with open_database(settings) as database:
        path = database.write(make, share=Share.DASHBOARD)
        tell_assumed_origin(settings)
        say(f"Hand this link to the user; it works once, for an hour: {settings.origin}{path}")
