"""API keys of a workspace: listed, made and shown once, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import keys, users
from cxsurvey.accounts.commands import CreateKey
from cxsurvey.accounts.keys import NewKey
from cxsurvey.accounts.permissions import KEY_SCOPES, MEANING, USUAL_SCOPES
from cxsurvey.accounts.views import KeyView
from cxsurvey.core import ids
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.text import whole_number
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/keys")

LIVES = (("", "Until it is revoked"), ("30", "30 days"), ("90", "90 days"), ("365", "One year"))
SCOPES = {grant.value: text for grant, text in MEANING.items() if grant in KEY_SCOPES}
COMPANY = {grant.value for grant in KEY_SCOPES - USUAL_SCOPES}
"""What is about the company and not about its customers; such a key is for few systems."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list."""

    id: str
    key: KeyView
    state: str
    scopes: str
    made_by: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The list of keys and the form for another one."""

    frame: Frame
    keys: list[KeyRow]
    typed: dict[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = USUAL_SCOPES
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    lives: tuple[tuple[str, str], ...] = LIVES
    scopes: tuple[tuple[str, str], ...] = tuple((word, text) for word, text in SCOPES.items() if word not in COMPANY)
    company_scopes: tuple[tuple[str, str], ...] = tuple((word, SCOPES[word]) for word in SCOPES if word in COMPANY)


@dataclass(frozen=True, slots=True)
class NewKeyPage:
    """The only page that ever shows a key."""

    frame: Frame
    key: KeyView
    token: str
    curl: str


@dataclass(frozen=True, slots=True)
class RevokePage:
    """Asks whether a key is really to be revoked."""

    frame: Frame
    row: KeyRow


@router.get("")
def listed(request: Request, visit: Visiting) -> Response:
    """The keys of the workspace."""
    notice = "The key is revoked. It opens nothing any more." if "revoked" in request.query_params else ""
    return render(request, "dashboard/keys/keys.html", _page(visit, notice=notice))


@router.post("")
def create(request: Request, act: Acting, fields: SentFields) -> Response:
    """Makes a key and shows it, this once."""
    try:
        command = _command(fields)
        made = act.do(lambda ctx: keys.create(ctx, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        return _again(request, act, fields, refusal)
    page = act.look(lambda visit: _shown_once(visit, made))
    return render(request, "dashboard/keys/made.html", page)


@router.get("/{key}/revoke")
def ask_revoke(request: Request, visit: Visiting, key: str) -> Response:
    """Asks before revoking."""
    found = keys.get(visit.ctx, _decoded(key))
    page = RevokePage(visit.frame("Revoke this key?", "settings"), _rows(visit, [found])[0])
    return render(request, "dashboard/keys/revoke.html", page)


@router.post("/{key}/revoke")
def revoke(act: Acting, slug: str, key: str) -> Response:
    """Revokes the key."""
    key_id = _decoded(key)
    act.do(lambda ctx: keys.revoke(ctx, key_id))
    return RedirectResponse(f"/w/{slug}/keys?revoked", status_code=303)


def _command(fields: Fields) -> CreateKey:
    values: dict[str, object] = {"name": fields.get("name", ""), "test": fields.get("kind") == "test"}
    values["scopes"] = fields.all("scope")
    if life := fields.get("expires_days", ""):
        values["expires_days"] = whole_number(life)
    return CreateKey.from_fields(values)


def _page(visit: Visit, notice: str = "") -> KeysPage:
    return KeysPage(visit.frame("API keys", "settings"), _rows(visit, keys.listed(visit.ctx)), notice=notice)


def _rows(visit: Visit, found: list[KeyView]) -> list[KeyRow]:
    """The keys in the list, those that work first."""
    names = users.names(visit.ctx, (key.created_by for key in found if key.created_by is not None))
    rows = [_row(visit, key, names) for key in found]
    return sorted(rows, key=lambda row: row.state in {"revoked", "expired"})


def _row(visit: Visit, key: KeyView, names: Mapping[UUID, str]) -> KeyRow:
    if key.revoked_at is not None:
        state = "revoked"
    elif not key.valid_at(visit.ctx.now):
        state = "expired"
    else:
        state = "test" if key.test else "live"
    made_by = names.get(key.created_by, "") if key.created_by is not None else "the operator"
    return KeyRow(ids.encode("key", key.id), key, state, _in_words(key.scopes), made_by)


def _in_words(scopes: frozenset[str]) -> str:
    if scopes >= KEY_SCOPES:
        return "Everything a key can do"
    if scopes == USUAL_SCOPES:
        return "Everything about surveys, responses and scores"
    return ", ".join(text for scope, text in SCOPES.items() if scope in scopes)


def _again(request: Request, act: Act, fields: Fields, refusal: Refusal) -> Response:
    def page(visit: Visit) -> KeysPage:
        return KeysPage(
            frame=visit.frame("API keys", "settings"),
            keys=_rows(visit, keys.listed(visit.ctx)),
            typed=fields.filled("name", "kind", "expires_days"),
            chosen=frozenset(fields.all("scope")),
            errors=errors_by_field(refusal),
        )

    return show_again(request, "dashboard/keys/keys.html", act.look(page), refusal)


def _shown_once(visit: Visit, made: NewKey) -> NewKeyPage:
    curl = f'curl {visit.ctx.settings.origin}/api/v1/surveys \\\n  --header "Authorization: Bearer {made.token}"'
    return NewKeyPage(visit.frame("Your new key", "settings"), made.key, made.token, curl)


def _decoded(text: str) -> UUID:
    key_id = ids.decode("key", text)
    if key_id is None:
        raise NotFound
    return key_id
