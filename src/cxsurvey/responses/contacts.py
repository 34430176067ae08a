"""How a customer can be reached stays with those who may read people; who may only read answers sees the name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Context
from cxsurvey.people.service import PersonView

CONTACT: Final = "contact"
"""The claim that holds the consent to be contacted, and the address."""
REACHING: Final = frozenset({CONTACT, "email", "external_id"})
"""Claims that tell how somebody can be reached, or who they are elsewhere."""


_PHONE: Final = re.compile(r"\+?[\d\s().\-/]+")
FEWEST_DIGITS, MOST_DIGITS = 6, 15
"""Of a phone number; the most is what the numbering plan of the world allows."""


def consent_in(claims: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a customer said who may be contacted: `consent` and `address`; None where none did.

    A link may carry a word of the same name, which is no consent.
    """
    said = claims.get(CONTACT)
    return said if isinstance(said, Mapping) and said.get("consent") else None


def is_plausible(address: str) -> bool:
    """Whether somebody could be reached there: it has the shape of a mail address or of a phone number."""
    if _PHONE.fullmatch(address):
        return FEWEST_DIGITS <= sum(letter.isdecimal() for letter in address) <= MOST_DIGITS
    try:
        normal_email(address)
    except ValueError:
        return False
    return True


def may_reach(ctx: Context) -> bool:
    """Whether the actor may see addresses and ids of customers."""
    return allows(ctx, Grant.PEOPLE_READ)


def without_contact(person: PersonView) -> PersonView:
    """The person with the name alone."""
    return PersonView(person.id, None, None, person.name, person.locale, {})


def claims_without_contact(claims: Mapping[str, Any]) -> dict[str, Any]:
    """What was claimed, without addresses and ids."""
    return {name: value for name, value in claims.items() if name not in REACHING}
