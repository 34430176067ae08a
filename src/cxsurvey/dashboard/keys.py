"""API keys of a workspace: listed, made and shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import keys
from cxsurvey.accounts.commands import CreateKey
from cxsurvey.accounts.keys import NewKey
from cxsurvey.accounts.permissions import KEY_SCOPES
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
SCOPES = {
    "surveys:read": "Read surveys",
    "surveys:write": "Create and change surveys",
    "responses:read": "Read responses",
    "responses:write": "Record responses",
    "responses:void": "Take responses out of the scores, and back",
    "responses:export": "Export responses",
    "invitations:write": "Make personal links",
    "people:read": "Read people",
    "people:write": "Write people down",
    "scores:read": "Read scores",
}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list."""

    id: str
    key: KeyView
    state: str
    scopes: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The list of keys and the form for another one."""

    frame: Frame
    keys: list[KeyRow]
    typed: dict[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = KEY_SCOPES
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    lives: tuple[tuple[str, str], ...] = LIVES
    scopes: tuple[tuple[str, str], ...] = tuple(SCOPES.items())


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
    page = RevokePage(visit.frame("Revoke this key?", "keys"), _row(visit, found))
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
    rows = [_row(visit, key) for key in keys.listed(visit.ctx)]
    return KeysPage(visit.frame("API keys", "keys"), rows, notice=notice)


def _row(visit: Visit, key: KeyView) -> KeyRow:
    if key.revoked_at is not None:
        state = "revoked"
    elif not key.valid_at(visit.ctx.now):
        state = "expired"
    else:
        state = "test" if key.test else "live"
    return KeyRow(ids.encode("key", key.id), key, state, _in_words(key.scopes))


def _in_words(scopes: frozenset[str]) -> str:
    if scopes >= KEY_SCOPES:
        return "Everything a key can do"
    return ", ".join(text for scope, text in SCOPES.items() if scope in scopes)


def _again(request: Request, act: Act, fields: Fields, refusal: Refusal) -> Response:
    def page(visit: Visit) -> KeysPage:
        return KeysPage(
            frame=visit.frame("API keys", "keys"),
            keys=[_row(visit, key) for key in keys.listed(visit.ctx)],
            typed=fields.filled("name", "kind", "expires_days"),
            chosen=frozenset(fields.all("scope")),
            errors=errors_by_field(refusal),
        )

    return show_again(request, "dashboard/keys/keys.html", act.look(page), refusal)


def _shown_once(visit: Visit, made: NewKey) -> NewKeyPage:
    curl = f'curl {visit.ctx.settings.origin}/api/v1/surveys \\\n  --header "Authorization: Bearer {made.token}"'
    return NewKeyPage(visit.frame("Your new key", "keys"), made.key, made.token, curl)


def _decoded(text: str) -> UUID:
    key_id = ids.decode("key", text)
    if key_id is None:
        raise NotFound
    return key_id
