import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.errors import InvalidDisplayError
from cxsurvey.scoring.rounding import display


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.5, "13"),
        (-12.5, "-13"),
        (0.5, "1"),
        (-0.5, "-1"),
        (2.5, "3"),
        (100 * 1 / 13, "8"),
        (12.499999999, "12"),
        (100.0, "100"),
        (-100, "-100"),
        (0, "0"),
    ],
)
def test_display_rounds_half_away_from_zero(value: float, shown: str) -> None:
    assert display(value) == shown


@pytest.mark.parametrize("value", [-0.0, -0.2, -0.49, 0.0])
def test_display_never_shows_a_negative_zero(value: float) -> None:
    assert display(value) == "0"
    assert display(value / 10_000, decimals=2) == "0.00"


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (48.37, 1, "48.4"),
        (12.35, 1, "12.4"),
        (0.285, 2, "0.29"),
        (-12.25, 1, "-12.3"),
        (7, 2, "7.00"),
        (1e-9, 3, "0.000"),
    ],
)
def test_display_keeps_the_decimals_asked_for(value: float, decimals: int, shown: str) -> None:
    assert display(value, decimals) == shown


def test_display_manages_the_largest_float() -> None:
    assert float(display(1.7e308, 6)) == 1.7e308


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "12", None])
def test_display_refuses_what_is_no_finite_number(value: Any) -> None:
    with pytest.raises(InvalidDisplayError, match="finite number"):
        display(value)


@pytest.mark.parametrize("decimals", [-1, 7, 1.0, True, None])
def test_display_refuses_other_decimals(decimals: Any) -> None:
    with pytest.raises(InvalidDisplayError, match="from 0 to 6"):
        display(1.0, decimals)


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_display_mirrors_at_zero_and_stays_within_half_a_step(value: float, decimals: int) -> None:
    shown = display(value, decimals)

    assert display(-value, decimals).lstrip("-") == shown.lstrip("-")
    assert abs(float(shown) - value) <= 0.5 * 10.0**-decimals + 1e-9
