"""`cxsurvey user`: let somebody back in."""

from __future__ import annotations

from typing import Annotated

import typer

from cxsurvey.cli.installation import BaseUrl, open_database, read_settings, say, tell_assumed_origin

commands = typer.Typer(help="The people who sign in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="user")


@commands.command()
def reset(
    email: Annotated[str, typer.Argument(help="The address the user signs in with.")], base_url: BaseUrl = None
) -> None:
    """Print a link that sets a new password; it works once, for an hour."""
    from cxsurvey.accounts import users
    from cxsurvey.core.context import OPERATOR, Context
    from cxsurvey.core.db.units import Share

    def make(ctx: Context) -> str:
        ctx.actor = OPERATOR
        return users.reset_link(ctx, email)

    settings = read_settings(base_url)
    with open_database(settings) as database:
        path = database.write(make, share=Share.DASHBOARD)
        tell_assumed_origin(settings)
        say(f"Hand this link to the user; it works once, for an hour: {settings.origin}{path}")
