"""How a workspace looks to customers: set on one page, with three looks at the result."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import branding
from cxsurvey.accounts.branding import BrandingView, ChangeBranding
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.core.pictures import Picture
from cxsurvey.dashboard.branding.views import FIELDS, TAKE, BrandingPage, judged, sights
from cxsurvey.dashboard.surveys.preview import drawn
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.standard import READY, standard
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, errors_by_field, show_again
from cxsurvey.web.templating import render
from cxsurvey.web.uploads import SentForm

router = APIRouter(prefix="/w/{slug}/branding")

NOTICES = {"saved": "Saved. Customers see it from now on."}


@router.get("")
def show(request: Request, visit: Visiting, done: str = "") -> Response:
    """The form with what is stored."""
    require(visit.ctx, Grant.WORKSPACE)
    return render(request, "dashboard/branding/workspace.html", _page(visit, notice=NOTICES.get(done, "")))


@router.post("")
def save(request: Request, act: Acting, sent: SentForm) -> Response:
    """Stores all of it, the logo too."""
    try:
        command = _command(sent.fields)
        picture = branding.picture_of(sent.content) if sent.content else None
        act.do(partial(_stored, command=command, picture=picture, remove="remove_logo" in sent.fields))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        page = act.look(partial(_page, sent=sent.fields, errors=errors_by_field(refusal)))
        return show_again(request, "dashboard/branding/workspace.html", page, refusal)
    return RedirectResponse(f"/w/{act.slug}/branding?done=saved", status_code=303)


@router.get("/preview")
def preview(request: Request, visit: Visiting, language: str = "", scheme: str = "") -> Response:
    """The standard question in the branding as it is stored."""
    require(visit.ctx, Grant.WORKSPACE)
    asked = standard(Metric.NPS, visit.workspace.shown_name, READY)
    return drawn(request, visit, asked, asked.language_for(language), scheme=scheme)


def _command(fields: Fields) -> ChangeBranding:
    values = {name: fields.get(name, "") for name in FIELDS}
    if fields.get("then", "").startswith(TAKE):
        values["accent"] = fields["then"].removeprefix(TAKE)
    return ChangeBranding.from_fields({**values, "privacy_url": values["privacy_url"].strip() or None})


def _stored(ctx: Context, *, command: ChangeBranding, picture: Picture | None, remove: bool) -> None:
    branding.change(ctx, command)
    if picture is not None:
        branding.set_logo(ctx, picture)
    elif remove:
        branding.remove_logo(ctx)


def _page(
    visit: Visit, sent: Fields | None = None, errors: dict[str, str] | None = None, notice: str = ""
) -> BrandingPage:
    require(visit.ctx, Grant.WORKSPACE)
    stored = branding.get(visit.ctx)
    values = _values(stored) if sent is None else {name: sent.get(name, "") for name in FIELDS}
    checks, nearest = judged(values["accent"])
    here = f"/w/{visit.workspace.slug}/branding"
    return BrandingPage(
        frame=visit.frame("Branding", "settings"),
        action=here,
        values=values,
        inherited={"name": visit.workspace.name},
        logo=stored.logo,
        own_logo=stored.logo is not None,
        colour=values["accent"],
        checks=checks,
        nearest=nearest,
        sights=sights(f"{here}/preview", READY),
        errors=errors or {},
        notice=notice,
    )


def _values(stored: BrandingView) -> dict[str, str]:
    return {
        "name": stored.name,
        "accent": stored.accent,
        "privacy_url": stored.privacy_url or "",
        "footer": stored.footer,
    }
