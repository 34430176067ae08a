"""Every question the door asks the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, exists, func, select, update

from cxsurvey.accounts.models import ApiKey, Image, MemberInvitation, OneTimeLink, SignIn, User, Workspace
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.context import Context
from cxsurvey.core.db.fixed import FixedSelect


def workspace(ctx: Context, workspace_id: UUID) -> Workspace | None:
    """A workspace by id."""
    return ctx.session.get(Workspace, workspace_id)


_workspaces = cast("Table", Workspace.__table__)
_VIEW_OF = FixedSelect(
    select(*(_workspaces.c[each.name] for each in fields(WorkspaceView))).where(
        _workspaces.c.id == bindparam("workspace_id")
    )
)


def workspace_view(ctx: Context, workspace_id: UUID) -> WorkspaceView | None:
    """A workspace by id as a plain value; every page begins with it."""
    rows = _VIEW_OF.run(ctx.connection, workspace_id=workspace_id)
    return WorkspaceView(*rows[0]) if rows else None


def workspace_by_slug(ctx: Context, slug: str) -> Workspace | None:
    """A workspace by the word in its addresses."""
    return ctx.session.scalars(select(Workspace).where(Workspace.slug == slug)).one_or_none()


def workspaces(ctx: Context) -> Sequence[Workspace]:
    """All workspaces, by slug."""
    return ctx.session.scalars(select(Workspace).order_by(Workspace.slug)).all()


def slugs_beginning(ctx: Context, beginning: str) -> set[str]:
    """The slugs in use that begin with these letters, digits and hyphens."""
    return set(ctx.session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(beginning))))


def has_image(ctx: Context, name: str) -> bool:
    """Whether the workspace has a picture of this name."""
    found = select(Image.id).where(Image.workspace_id == ctx.workspace, Image.name == name)
    return ctx.session.scalar(found) is not None


def count_images(ctx: Context) -> int:
    """How many pictures the workspace has."""
    return ctx.session.scalar(select(func.count()).select_from(Image).where(Image.workspace_id == ctx.workspace)) or 0


def image(ctx: Context, name: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a picture by its name, of whichever workspace: equal names are equal bytes."""
    row = ctx.session.execute(select(Image.media_type, Image.content).where(Image.name == name).limit(1)).first()
    return None if row is None else (row.media_type, row.content)


def any_user(ctx: Context) -> bool:
    """Whether anybody has an account."""
    return bool(ctx.session.scalar(select(exists().select_from(User))))


def user(ctx: Context, user_id: UUID) -> User | None:
    """A user by id."""
    return ctx.session.get(User, user_id)


def user_by_email(ctx: Context, email_key: str) -> User | None:
    """A user by the compared form of the address."""
    return ctx.session.scalars(select(User).where(User.email_key == email_key)).one_or_none()


class SignedIn(NamedTuple):
    """A sign-in and its user, as much of both as whoever comes in by it needs."""

    id: UUID
    last_seen_at: datetime
    expires_at: datetime
    user_id: UUID
    name: str
    email: str
    email_key: str
    disabled_at: datetime | None


_sign_ins, _users = cast("Table", SignIn.__table__), cast("Table", User.__table__)
_SIGN_IN_BY_HASH = FixedSelect(
    select(
        *(_sign_ins.c[name] for name in ("id", "last_seen_at", "expires_at", "user_id")),
        *(_users.c[name] for name in ("name", "email", "email_key", "disabled_at")),
    )
    .join(_users, _users.c.id == _sign_ins.c.user_id)
    .where(_sign_ins.c.token_hash == bindparam("token_hash"))
)


def sign_in_by_hash(ctx: Context, token_hash: bytes) -> SignedIn | None:
    """A sign-in and its user by the hash of the cookie's token; every page begins with it."""
    for row in _SIGN_IN_BY_HASH.run(ctx.connection, token_hash=token_hash):
        return SignedIn(*row)
    return None


def sign_ins_of(ctx: Context, user_id: UUID, idle_since: datetime) -> Sequence[SignIn]:
    """The sign-ins of a user that have not run out and were used after `idle_since`, last used first."""
    return ctx.session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.expires_at > ctx.now, SignIn.last_seen_at > idle_since)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id)
    ).all()


def end_sign_ins(ctx: Context, user_id: UUID, *, but: UUID | None = None) -> int:
    """Deletes the sign-ins of a user, all or all but one, and returns how many there were."""
    statement = delete(SignIn).where(SignIn.user_id == user_id)
    if but is not None:
        statement = statement.where(SignIn.id != but)
    return affected(ctx, statement)


def end_sign_in(ctx: Context, token_hash: bytes) -> int:
    """Deletes one sign-in by the hash of its token."""
    return affected(ctx, delete(SignIn).where(SignIn.token_hash == token_hash))


def end_one_sign_in(ctx: Context, user_id: UUID, sign_in_id: UUID) -> int:
    """Deletes one sign-in of a user by its id."""
    return affected(ctx, delete(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id))


def forget_ended_sign_ins(ctx: Context, user_id: UUID, idle_since: datetime) -> None:
    """Deletes what a user left behind: sign-ins run out or unused since `idle_since`."""
    ended = (SignIn.expires_at <= ctx.now) | (SignIn.last_seen_at <= idle_since)
    affected(ctx, delete(SignIn).where(SignIn.user_id == user_id, ended))


def note_sign_ins(ctx: Context, seen: Mapping[UUID, datetime]) -> None:
    """Moves `last_seen_at` forward."""
    table = SignIn.__table__
    statement = (
        update(SignIn)
        .where(table.c.id == bindparam("row"), table.c.last_seen_at < bindparam("at"))
        .values(last_seen_at=bindparam("at"))
    )
    ctx.connection.execute(statement, [{"row": row, "at": at} for row, at in sorted(seen.items())])


def note_keys(ctx: Context, used: Mapping[UUID, datetime]) -> None:
    """Moves `last_used_at` forward."""
    table = ApiKey.__table__
    older = table.c.last_used_at.is_(None) | (table.c.last_used_at < bindparam("at"))
    statement = update(ApiKey).where(table.c.id == bindparam("row"), older).values(last_used_at=bindparam("at"))
    ctx.connection.execute(statement, [{"row": row, "at": at} for row, at in sorted(used.items())])


def open_link(ctx: Context, purpose: str, token_hash: bytes) -> OneTimeLink | None:
    """A one-time link that still works."""
    return ctx.session.scalars(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == token_hash,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > ctx.now,
        )
    ).one_or_none()


def use_link(ctx: Context, link_id: UUID) -> bool:
    """Marks a link as used; False when somebody else did so first."""
    statement = update(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None))
    return affected(ctx, statement.values(used_at=ctx.now)) == 1


def drop_links(ctx: Context, purpose: str, user_id: UUID | None) -> None:
    """Deletes the links of one purpose and user, so that only the next one works."""
    whose = OneTimeLink.user_id.is_(None) if user_id is None else OneTimeLink.user_id == user_id
    affected(ctx, delete(OneTimeLink).where(OneTimeLink.purpose == purpose, whose))


def keys_of_workspace(ctx: Context) -> Sequence[ApiKey]:
    """The keys of the workspace, newest first."""
    return ctx.session.scalars(
        select(ApiKey).where(ApiKey.workspace_id == ctx.workspace).order_by(ApiKey.created_at.desc(), ApiKey.id)
    ).all()


def key(ctx: Context, key_id: UUID) -> ApiKey | None:
    """A key of the workspace."""
    return ctx.session.scalars(
        select(ApiKey).where(ApiKey.id == key_id, ApiKey.workspace_id == ctx.workspace)
    ).one_or_none()


def key_names(ctx: Context, key_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of keys of the workspace by id."""
    rows = ctx.session.execute(
        select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(key_ids), ApiKey.workspace_id == ctx.workspace)
    )
    return {row.id: row.name for row in rows}


_keys = cast("Table", ApiKey.__table__)
_KEYS_BY_HASH = FixedSelect(select(_keys), _keys.c.token_hash, kept=256)


def keys_by_hash(ctx: Context, hashes: Collection[bytes]) -> Sequence[Any]:
    """Key rows by the hash of their token; plain rows, for the busiest path."""
    names = _keys.c.keys()
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in _KEYS_BY_HASH.run(ctx.connection, hashes)]


def live_keys(ctx: Context) -> int:
    """How many keys of the workspace are not revoked."""
    query = select(func.count()).select_from(ApiKey).where(ApiKey.workspace_id == ctx.workspace)
    return ctx.session.scalar(query.where(ApiKey.revoked_at.is_(None))) or 0


def live_keys_made_by(ctx: Context, user_id: UUID) -> int:
    """How many working keys of the workspace a user made."""
    open_ended = ApiKey.expires_at.is_(None) | (ApiKey.expires_at > ctx.now)
    query = select(func.count()).select_from(ApiKey).where(ApiKey.workspace_id == ctx.workspace, open_ended)
    return ctx.session.scalar(query.where(ApiKey.revoked_at.is_(None), ApiKey.created_by == user_id)) or 0


def affected(ctx: Context, statement: Any) -> int:
    """Runs a statement past the objects of the session; returns how many rows it met."""
    ctx.session.flush()
    result = ctx.session.execute(statement, execution_options={"synchronize_session": False})
    return int(getattr(result, "rowcount", 0))


def forget_expired(ctx: Context, limit: int) -> int:
    """Deletes up to `limit` sign-ins, links and invitations each that have run out; returns the largest number."""
    numbers = []
    for model in (SignIn, OneTimeLink, MemberInvitation):
        old = select(model.id).where(model.expires_at <= ctx.now).limit(limit)
        numbers.append(affected(ctx, delete(model).where(model.id.in_(old))))
    return max(numbers)
