"""Shared links with attributes: what an answer is grouped by stands in the link and counts when it is signed.

Nothing is stored for such a link. Its signature covers the code of the survey, the sorted pairs and the last instant,
and is made with a key of its own for each workspace, which changes when the workspace takes all its links back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, LiveKeyNeeded
from cxsurvey.core.ids import encode
from cxsurvey.core.text import NOT_IN_A_LINE, Line200
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.asked import Asked, asked_of_own

Pairs: TypeAlias = Sequence[tuple[str, str]]

UNTIL, SIGNATURE = "until", "sig"
OURS = frozenset({"lang", "s", UNTIL, SIGNATURE})
"""Parameters of a link that are no attributes."""
CLICK_IDS = frozenset({"dclid", "fbclid", "gclid", "mc_cid", "mc_eid", "msclkid"})
"""What others hang on links to follow people; it is not kept."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
INSTANT = re.compile(r"[0-9]{9,11}")
MOST_PAIRS = 20
LONGEST_VALUE = 200


class SignLink(Command):
    """Ask for a shared link that says where it stands; at least one segment or attribute."""

    segments: Segments = Segments()
    attributes: dict[str, Line200] = Field(default_factory=dict, max_length=MOST_PAIRS - len(SEGMENT_KEYS))
    expires_in_days: int = Field(default=365, ge=1, le=3650)


@dataclass(frozen=True, slots=True)
class SignedLink:
    """A shared link with its attributes, for everybody who is given it, until it expires."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Carried:
    """What a link says about the answer. `claims` is what nobody has signed: kept, shown, never grouped by."""

    segments: Segments | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)


NOTHING = Carried()


def sign(ctx: Context, survey_id: UUID, command: SignLink) -> SignedLink:
    """Makes a shared link with attributes.

    Raises NotFound for a survey of another workspace, `NotPublished` for a draft.

    A key in test mode is refused: the answers of a shared link count.
    """
    require(ctx, Grant.INVITATIONS_WRITE)
    if ctx.actor.test:
        raise LiveKeyNeeded
    survey = asked_of_own(ctx, survey_id)
    pairs = _pairs_of(command)
    if survey.anonymous:
        raise _refused("segments", "not_offered", "is not offered for an anonymous survey")
    expires_at = (ctx.now + timedelta(days=command.expires_in_days)).replace(microsecond=0)
    pairs = [*pairs, (UNTIL, str(int(expires_at.timestamp())))]
    signature = ctx.keys.sign(_purpose(ctx, survey.workspace_id), _message(survey.code, pairs))
    named = ", ".join(sorted(name for name, _ in pairs if name != UNTIL))
    audit.record(ctx, "link.signed", encode("srv", survey_id), names=named)
    query = urlencode([*sorted(pairs), (SIGNATURE, signature)])
    return SignedLink(f"{ctx.settings.origin}/s/{survey.code}?{query}", expires_at)


def carried_by(ctx: Context, survey: Asked, query: Pairs, opened_at: datetime) -> Carried:
    """What the parameters of a shared link say that was opened at an instant; the form may be sent after its end.

    Signed pairs count. All others, also those of a link that was changed or has expired, are claims. A link with more
    than it may hold says nothing; the customer is not to blame and sees the form all the same.
    """
    pairs = [(name, value) for name, value in query if _is_attribute(name, value)]
    if survey.anonymous or not pairs or len(pairs) > MOST_PAIRS or len({name for name, _ in pairs}) < len(pairs):
        return NOTHING
    told = {name: value for name, value in query if name in {UNTIL, SIGNATURE}}
    if not _is_signed(ctx, survey, pairs, told, opened_at):
        return Carried(claims=dict(pairs))
    segments = {name: value for name, value in pairs if name in SEGMENT_KEYS}
    return Carried(Segments(**segments), {name: value for name, value in pairs if name not in SEGMENT_KEYS})


def carries(query: Pairs) -> Pairs:
    """The part of a query that the form must hand on, so that its POST says the same."""
    return [(name, value) for name, value in query if name in {UNTIL, SIGNATURE} or _is_attribute(name, value)]


def _is_signed(ctx: Context, survey: Asked, pairs: Pairs, told: Mapping[str, str], at: datetime) -> bool:
    until = told.get(UNTIL, "")
    if not INSTANT.fullmatch(until) or SIGNATURE not in told:
        return False
    if at >= datetime.fromtimestamp(int(until), UTC):
        return False
    message = _message(survey.code, [*pairs, (UNTIL, until)])
    return ctx.keys.verify(_purpose(ctx, survey.workspace_id), message, told[SIGNATURE])


def _purpose(ctx: Context, workspace_id: UUID) -> str:
    return f"shared link {workspace_id.hex} {accounts.link_generation(ctx, workspace_id)}"


def _message(code: str, pairs: Pairs) -> str:
    return f"{code}?{urlencode(sorted(pairs))}"


def _pairs_of(command: SignLink) -> list[tuple[str, str]]:
    for name in command.attributes:
        if not NAME.fullmatch(name) or name in OURS or name in CLICK_IDS or name in SEGMENT_KEYS:
            raise _refused(f"attributes.{name}", "wrong_form", "must be a word of a-z, 0-9 and _ that has no other use")
    segments = {key: text for key in command.segments.model_fields_set if (text := getattr(command.segments, key))}
    pairs = [*segments.items(), *command.attributes.items()]
    if not pairs:
        raise _refused("segments", "missing", "must say something, or the plain shared link will do")
    return pairs


def _is_attribute(name: str, value: str) -> bool:
    is_ours = name in OURS or name in CLICK_IDS
    fits = 0 < len(value) <= LONGEST_VALUE and value == value.strip() and not NOT_IN_A_LINE.search(value)
    return not is_ours and fits and NAME.fullmatch(name) is not None


def _refused(name: str, rule: str, message: str) -> Invalid:
    return Invalid(problems=[FieldProblem(name, rule, message)])
