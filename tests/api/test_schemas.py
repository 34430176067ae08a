"""Replies that are put together by hand say what their model says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.errors import PydanticUndefinedAnnotation
from starlette.testclient import TestClient

from cxsurvey.api.schemas import Receipt, id_in
from cxsurvey.api.schemas.base import Document, complete_all
from cxsurvey.core.ids import encode
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.submit import Stored

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-9, minutes=-30))])
STORED = st.builds(
    Stored,
    id=st.uuids(),
    survey_id=st.uuids(),
    state=st.sampled_from([state.value for state in ResponseState]),
    score=st.none() | st.integers(0, 10),
    answered_at=st.datetimes(datetime(2000, 1, 2), datetime(2199, 1, 1), timezones=ZONES),  # noqa: DTZ001 - as hypothesis wants it
    created=st.booleans(),
)


def below(base: type[Document]) -> Iterator[type[Document]]:
    for document in base.__subclasses__():
        yield document
        yield from below(document)


def test_a_server_makes_every_document_ready_before_it_answers(rest: TestClient) -> None:
    # the client stands on an application that is built, and has asked it nothing
    assert [document.__name__ for document in below(Document) if not document.__pydantic_complete__] == []


def test_a_document_that_cannot_be_made_ready_ends_the_start() -> None:
    class Base(BaseModel):
        model_config = Document.model_config

    class Sample(Base):
        part: NowhereToBeFound  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(PydanticUndefinedAnnotation):
        complete_all(Base)


@given(STORED)
def test_a_receipt_by_hand_is_the_receipt(stored: Stored) -> None:
    assert Receipt.bytes_of(stored) == Receipt.of(stored).encoded()
    assert id_in(Receipt.bytes_of(stored)) == encode("rsp", stored.id)
