"""`cxsurvey invite`: a personal link for one customer. `cxsurvey link`: a shared one that says where it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxsurvey.cli.installation import BaseUrl, fail, open_database, read_settings, say, tell_assumed_origin

if TYPE_CHECKING:
    from cxsurvey.core.context import Context
    from cxsurvey.invitations.service import CreateInvitation
    from cxsurvey.invitations.signed import SignLink
    from cxsurvey.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("invite")(invite)
    app.command("link")(link)


# Typer reads the options from the parameters, so there are as many as options.
def invite(  # noqa: PLR0913
    *,
    survey: Annotated[str, typer.Option(help="The survey's id, code or name.")],
    email: Annotated[str | None, typer.Option(help="The customer's e-mail address.")] = None,
    external_id: Annotated[str | None, typer.Option(help="Your own id of the customer.")] = None,
    name: Annotated[str | None, typer.Option(help="The customer's name.")] = None,
    locale: Annotated[str | None, typer.Option(help="The language to ask in, such as de.")] = None,
    segment: Annotated[
        list[str] | None, typer.Option(help="What the response belongs to, such as agent=Mira; repeatable.")
    ] = None,
    expires_in_days: Annotated[int | None, typer.Option(help="How long the link works.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Needed when there are several workspaces.")] = None,
    base_url: BaseUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a personal link and print it. It belongs to one customer and takes one response."""
    from cxsurvey.core.errors import Invalid, Refusal

    person = {"email": email, "external_id": external_id, "name": name}
    try:
        command = _command(person, locale, segment or (), expires_in_days)
    except Invalid as refusal:
        fail("; ".join(_told(problem.field, problem.message) for problem in refusal.problems), 2)
    settings = read_settings(base_url)
    try:
        made = _made(command, workspace, survey, settings)
    except Refusal as refusal:
        fail(refusal.text, 2)
    tell_assumed_origin(settings)
    say(json.dumps(made, indent=2, ensure_ascii=False) if as_json else made["url"])


def _command(
    person: dict[str, str | None], locale: str | None, segments: Sequence[str], expires_in_days: int | None
) -> CreateInvitation:
    from cxsurvey.invitations.service import CreateInvitation

    fields: dict[str, Any] = {"segments": _pairs(segments, "segment", "agent=Mira")}
    fields |= {"locale": locale, "expires_in_days": expires_in_days}
    known = {key: text for key, text in person.items() if text is not None}
    if known:
        fields["person"] = known
    return CreateInvitation.from_fields(fields)


def link(
    *,
    survey: Annotated[str, typer.Option(help="The survey's id, code or name.")],
    segment: Annotated[
        list[str] | None, typer.Option(help="What the responses belong to, such as touchpoint=checkout; repeatable.")
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="A further fact that is only shown, such as till=3; repeatable.")
    ] = None,
    expires_in_days: Annotated[int, typer.Option(help="How long its attributes count.")] = 365,
    workspace: Annotated[str | None, typer.Option(help="Needed when there are several workspaces.")] = None,
    base_url: BaseUrl = None,
) -> None:
    """Make a shared link with signed attributes and print it. Everybody who has it can answer."""
    from cxsurvey.core.errors import Invalid, Refusal
    from cxsurvey.invitations.signed import SignLink

    try:
        facts = {
            "segments": _pairs(segment or (), "segment", "touchpoint=checkout"),
            "attributes": _pairs(attribute or (), "attribute", "till=3"),
        }
        command = SignLink.from_fields({**facts, "expires_in_days": expires_in_days})
    except Invalid as refusal:
        fail("; ".join(_told(problem.field, problem.message) for problem in refusal.problems), 2)
    settings = read_settings(base_url)
    try:
        made = _signed(command, workspace, survey, settings)
    except Refusal as refusal:
        fail("; ".join(_told(each.field, each.message) for each in refusal.problems) or refusal.text, 2)
    tell_assumed_origin(settings)
    say(made)


def _signed(command: SignLink, workspace: str | None, survey: str, settings: Settings) -> str:
    from cxsurvey.cli.choosing import enter, survey_named
    from cxsurvey.core.db.units import Share
    from cxsurvey.invitations import signed

    def make(ctx: Context) -> str:
        enter(ctx, workspace)
        return signed.sign(ctx, survey_named(ctx, survey).id, command).url

    with open_database(settings) as database:
        return database.write(make, share=Share.DASHBOARD)


def _pairs(given: Sequence[str], option: str, example: str) -> dict[str, str]:
    from cxsurvey.core.errors import Invalid

    pairs = [pair.partition("=") for pair in given]
    if any(not equals or not text for _, equals, text in pairs):
        raise Invalid(f"must be KEY=TEXT such as {example}", field=option)
    return {key: text for key, _, text in pairs}


def _told(field: str, message: str) -> str:
    """`person.email` as the option that sets it."""
    head, _, rest = field.partition(".")
    if head in {"segments", "attributes"}:
        return f"--{head.removesuffix('s')}{f' {rest}' if rest else ''} {message}"
    return f"--{(rest or head).replace('_', '-')} {message}"


def _made(command: CreateInvitation, workspace: str | None, survey: str, settings: Settings) -> dict[str, str]:
    from cxsurvey.cli.choosing import enter, survey_named
    from cxsurvey.core.db.units import Share
    from cxsurvey.core.ids import encode
    from cxsurvey.invitations import service

    def make(ctx: Context) -> dict[str, str]:
        enter(ctx, workspace)
        asked = survey_named(ctx, survey)
        made = service.create(ctx, asked.id, command)
        return {
            "id": encode("inv", made.id),
            "survey": encode("srv", asked.id),
            "url": f"{ctx.settings.origin}/r/{made.token(ctx)}",
            "expires_at": made.expires_at.isoformat(),
        }

    with open_database(settings) as database:
        return database.write(make, share=Share.DASHBOARD)
