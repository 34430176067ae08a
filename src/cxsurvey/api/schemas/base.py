"""What all documents share: ids with a prefix, instants in UTC, and how they become bytes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from cxsurvey.api.schemas.described import said_of_fields
from cxsurvey.core.ids import encode

Scalar = str | int | float | bool | None


def _id(prefix: str, example: str) -> Any:
    return Field(pattern=f"^{prefix}_[0-9a-v]{{26}}$", examples=[example])


SurveyId = Annotated[str, _id("srv", "srv_0694n1s2vhtlb9hqa83bssdf00")]
ResponseId = Annotated[str, _id("rsp", "rsp_0694n1s6r5t5p8pke2vnv5ei3c")]
InvitationId = Annotated[str, _id("inv", "inv_0694n1sa4dv6v1l6q1m0k5n4hg")]
PersonId = Annotated[str, _id("per", "per_0694n1sdl5pcb2hnj1ef6tgu2s")]
KeyId = Annotated[str, _id("key", "key_0694n1sgr1p1nbtclhoo21h60k")]
MemberId = Annotated[str, _id("usr", "usr_0694n1sgr1p1nbtclhoo21h60k")]
MemberInvitationId = Annotated[str, _id("min", "min_0694n1sgr1p1nbtclhoo21h60k")]
ImportId = Annotated[str, _id("imp", "imp_0694n1sgr1p1nbtclhoo21h60k")]
AuditEntryId = Annotated[str, _id("aud", "aud_0694n1sgr1p1nbtclhoo21h60k")]


def maybe(prefix: str, value: UUID | None) -> str | None:
    """The outside form of an id that may be missing."""
    return None if value is None else encode(prefix, value)


def id_in(body: bytes) -> str:
    """The id of what an encoded document describes; every one of ours begins with it."""
    return body[7:37].decode()


class Document(BaseModel):
    """Base of all replies. `complete_all` makes them ready once all of them are declared."""

    # else each is made anew inside every other one and every route that names it, as these are declared
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema in which each field is described by the docstring below it."""
        made = handler(core_schema)
        described = handler.resolve_ref_schema(made).get("properties", {})
        for name, text in said_of_fields(cls).items():
            described[name].setdefault("description", text)
        return made

    @property
    def tag_revision(self) -> int | None:
        """The revision of the thing, where readers are told an ETag; None elsewhere."""
        return None

    @property
    def own_status(self) -> int | None:
        """The status it is answered with, where that hangs on what became of the request; None elsewhere."""
        return None

    def encoded(self) -> bytes:
        """The document as the bytes of a reply."""
        return self.__pydantic_serializer__.to_json(self)


def complete_all(base: type[BaseModel] = Document) -> None:
    """Makes every document ready: what is wrong with one ends the start, and no request waits for it."""
    for document in base.__subclasses__():
        document.model_rebuild()
        complete_all(document)
