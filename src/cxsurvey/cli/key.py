"""`cxsurvey key`: a key for another system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.installation import open_database, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cxsurvey.core.errors import FieldProblem

commands = typer.Typer(help="Keys of other systems.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="key")


@commands.command()
def create(
    name: Annotated[str, typer.Option(help="What will use the key.")],
    workspace: Annotated[
        str | None, typer.Option(help="The word in its addresses, /w/WORD/; needed when there are several workspaces.")
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Its responses never count.")] = False,
    expires_days: Annotated[int | None, typer.Option(help="Days it works; default: until revoked.")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="One thing it may do, such as responses:write; again for more. Default: all about surveys."),
    ] = None,
) -> None:
    """Make an API key and print it; it is shown this once."""
    from cxsurvey.accounts import keys
    from cxsurvey.accounts.commands import CreateKey
    from cxsurvey.cli.choosing import enter
    from cxsurvey.cli.installation import fail
    from cxsurvey.core.context import Context
    from cxsurvey.core.db.units import Share
    from cxsurvey.core.errors import Invalid

    scopes = tuple(scope) if scope else None
    fields = {"name": name, "test": test, "expires_days": expires_days, **({"scopes": scopes} if scopes else {})}
    try:
        command = CreateKey.from_fields(fields)
    except Invalid as refusal:
        fail("; ".join(_told(problem, scopes or ()) for problem in refusal.problems), 2)

    def make(ctx: Context) -> str:
        enter(ctx, workspace)
        return keys.create(ctx, command).token

    with open_database() as database:
        say(database.write(make, share=Share.DASHBOARD))


def _told(problem: FieldProblem, scopes: Sequence[str]) -> str:
    """One problem as whoever typed the command reads it: with the scope that is none, and those there are."""
    from cxsurvey.accounts.permissions import KEY_SCOPES

    name, _, place = problem.field.partition(".")
    if place:
        return f"--scope {scopes[int(place)]}: is not a scope; choose from {', '.join(sorted(KEY_SCOPES))}"
    return f"--{name.replace('_', '-')} {problem.message}"
