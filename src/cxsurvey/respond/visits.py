"""What every route of a customer's page starts with: where the link leads, in which language, at what time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import NotFound, Unavailable
from cxsurvey.invitations.service import InvitationView
from cxsurvey.respond import faces, sent
from cxsurvey.respond.languages import choose
from cxsurvey.respond.places import Place
from cxsurvey.respond.sent import Sent
from cxsurvey.respond.tongue import Tongue, tongue
from cxsurvey.scoring.scales import Scale
from cxsurvey.settings import Settings
from cxsurvey.web.direct import Endpoint
from cxsurvey.web.errors import STATUS
from cxsurvey.web.ready import Ready, whole_body

GONE = 410
NUMBER = re.compile(r"[0-9]{1,2}")
Find = Callable[[Context, str], Place]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a place."""

    request: Request
    database: Database
    place: Place
    tongue: Tongue
    now: datetime

    def obstacle(self) -> Response | None:
        """The notice to show instead of any page of this place; None when nothing stands against it."""
        code = self._ended()
        if code is None:
            return None
        return faces.notice(self.tongue, code, GONE, workspace=self.place.asked.workspace)

    def too_late(self, sent: Sent) -> Response | None:
        """As `obstacle`, for a form that was sent: nothing of it is stored, and it shows what was typed."""
        code = self._ended()
        return None if code is None else self.lost(sent, code, GONE)

    def lost(self, sent: Sent, code: str, status: int) -> Response:
        """The end of a form of this place that can be stored no more."""
        return faces.lost(self.tongue, code, status, sent.fields, workspace=self.place.asked.workspace)

    def _ended(self) -> str | None:
        return self.place.obstacle(self.now, self.database.settings.change_hours)

    def step(self, name: str) -> str:
        """The address of a later step, in the language that the link of this page asked for."""
        lang = f"?lang={self.tongue.language}" if self.request.query_params.get("lang") else ""
        return f"{self.place.base}/{name}{lang}"


async def arrive(request: Request, find: Find, key: str) -> Visit:
    """Reads where the link leads; raises NotFound."""
    database: Database = request.app.state.database
    place = await database.aread(lambda ctx: find(ctx, key))
    return Visit(request, database, place, spoken(request, place), database.clock.now())


def spoken(request: Request, place: Place) -> Tongue:
    """The language of a page: the link's word, that of the answer, of the invitation, of the browser."""
    definition, answer, invitation = place.asked.definition, place.answer, place.invitation
    wishes = (
        request.query_params.get("lang") if request.scope["query_string"] else None,
        answer.locale if answer is not None else None,
        invitation.locale if invitation is not None else None,
    )
    accept = next((value for name, value in request.scope["headers"] if name == b"accept-language"), b"")
    return tongue(choose(definition.languages, definition.default_language, wishes, accept.decode("latin-1")))


def preselected(
    request: Request, invitation: InvitationView, scale: Scale, settings: Settings, now: datetime
) -> int | None:
    """The number that a score link opens the form with.

    None unless it is on the scale, the request is a page navigation, and the mail was not sent just now: what
    opens links within minutes of delivery is a scanner.
    """
    given = request.query_params.getlist("s")
    if len(given) != 1 or not NUMBER.fullmatch(given[0]) or int(given[0]) not in scale:
        return None
    told = request.headers
    if told.get("sec-fetch-dest", "document") != "document" or told.get("sec-fetch-mode", "navigate") != "navigate":
        return None
    sent_at = invitation.sent_at
    if sent_at is not None and (now - sent_at).total_seconds() < settings.preselect_after_seconds:
        return None
    return int(given[0])


async def form_of(request: Request) -> Sent:
    """The fields of a posted form; 415 for anything but a form."""
    given = next((value for name, value in request.scope["headers"] if name == b"content-type"), b"")
    media_type = given.partition(b";")[0].strip().lower()
    body = await whole_body(request)
    if body and media_type != sent.MEDIA_TYPE:
        raise HTTPException(415)
    return sent.parse(body)


def sending(send: Callable[[Request, Sent], Awaitable[Response]]) -> Endpoint:
    """The endpoint of a form: what was typed in it is shown even when nothing can be read, or nothing is there."""

    async def endpoint(request: Request) -> Response:
        sent = await form_of(request)
        try:
            return await send(request, sent)
        except Unavailable as refusal:
            return faces.keep_for_later(request, sent.fields, refusal)
        except NotFound as refusal:
            return faces.lost(faces.asked_for(request), refusal.code, STATUS[refusal.kind], sent.fields)

    return endpoint


def see(address: str) -> Response:
    """Sends the browser on with a GET."""
    return Ready(b"", 303, [*faces.SEE_HEADERS, (b"location", quote(address, safe="/?=&%").encode())])
