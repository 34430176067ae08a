"""Ids as they come in: what is no id is a thing that does not exist."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from cxsurvey.core.errors import NotFound
from cxsurvey.core.ids import decode
from cxsurvey.responses.errors import SurveyUnknown

SurveyInPath = Annotated[str, Path(description="Id of a survey.", examples=["srv_0694n1s2vhtlb9hqa83bssdf00"])]
ResponseInPath = Annotated[str, Path(description="Id of a response.", examples=["rsp_0694n1s6r5t5p8pke2vnv5ei3c"])]
VersionInPath = Annotated[str, Path(description="Number of a version.", pattern="^[1-9][0-9]{0,18}$", examples=["1"])]
InvitationInPath = Annotated[str, Path(description="Id of an invitation.", examples=["inv_0694n1sa4dv6v1l6q1m0k5n4hg"])]


def found(prefix: str, text: str) -> UUID:
    """The id behind its outside form; raises `NotFound`, as for an id that belongs to nothing."""
    value = decode(prefix, text)
    if value is None:
        raise NotFound
    return value


def survey_named(text: str) -> UUID:
    """The id of a survey that a body or query names in its field `survey`; raises `SurveyUnknown`."""
    value = decode("srv", text)
    if value is None:
        raise SurveyUnknown(field="survey")
    return value
