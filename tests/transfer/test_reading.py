"""When an import was read as a draft is."""

from __future__ import annotations

import pytest

from cxsurvey.transfer.reading import Reading
from cxsurvey.transfer.times import DateOrder

ISO, DAY_FIRST, MONTH_FIRST = DateOrder.ISO, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
TIMED = {"score": "Rating", "answered_at": "When"}


def read(order: DateOrder | None, mapping: dict[str, str] | None = None) -> Reading:
    return Reading(mapping=mapping or TIMED, date_order=order)


@pytest.mark.parametrize(
    ("carried_out", "said", "is_same"),
    [
        (DAY_FIRST, DAY_FIRST, True),
        (DAY_FIRST, None, True),
        (DAY_FIRST, MONTH_FIRST, False),
        (None, None, True),
        (None, ISO, True),
        (None, DAY_FIRST, False),
        (None, MONTH_FIRST, False),
    ],
)
def test_an_import_that_names_no_order_of_dates_read_iso_alone(
    carried_out: DateOrder | None, said: DateOrder | None, is_same: bool
) -> None:
    assert read(carried_out).is_as(read(said)) is is_same


def test_without_dates_no_order_of_them_makes_a_difference() -> None:
    undated = {"score": "Rating"}

    assert read(None, undated).is_as(read(DAY_FIRST, undated))
    assert not read(None, undated).is_as(read(None))
