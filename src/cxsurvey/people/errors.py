"""What people say no to."""

from __future__ import annotations

from cxsurvey.core.errors import Kind, Refusal


class EmailTaken(Refusal):
    """The address belongs to somebody else than the external id names; nothing was changed."""

    code = "email_taken"
    kind = Kind.CONFLICT
    message = "This address belongs to somebody else. Two people never become one: leave it out, or correct the id."

    def __init__(self) -> None:
        super().__init__(field="email")
