"""E-mail addresses: what is one, and the form in which two are compared."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from cxsurvey.core.text import Line320

# the everyday form, decided without the library, which takes fifty times as long
EVERYDAY = re.compile(
    r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def normal_email(address: str) -> str:
    """The one form of an address that is compared: lower case, ASCII domain. Raises ValueError."""
    if len(address) <= 254 and address.find("@") <= 64 and EVERYDAY.fullmatch(address):
        return address.casefold()
    # 35 ms, spared unless somebody has an address of another form
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return f"{found.local_part}@{found.ascii_domain or found.domain}".casefold()


def _check_email(address: str) -> str:
    try:
        normal_email(address)
    except ValueError:
        raise PydanticCustomError("not_an_address", "must be an e-mail address") from None
    return address


Email = Annotated[Line320, AfterValidator(_check_email)]
