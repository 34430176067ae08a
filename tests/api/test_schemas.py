"""Replies that are put together by hand say what their model says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.api.schemas import Receipt, id_in
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


@given(STORED)
def test_a_receipt_by_hand_is_the_receipt(stored: Stored) -> None:
    assert Receipt.bytes_of(stored) == Receipt.of(stored).encoded()
    assert id_in(Receipt.bytes_of(stored)) == encode("rsp", stored.id)
