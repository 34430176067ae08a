"""What a normal test says of a difference, and when a difference is a change."""

import pytest

from cxsurvey.scoring.significance import POWER, detectable, leaves_out_zero, two_sided


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [(0.0, 0.2, False), (-0.2, 0.0, False), (-0.2, 0.2, False), (1e-9, 0.2, True), (-0.2, -1e-9, True)],
)
def test_an_interval_that_ends_at_zero_holds_it(lower: float, upper: float, expected: bool) -> None:
    assert leaves_out_zero(lower, upper) is expected


def test_the_chance_of_a_difference_is_that_of_the_printed_normal_table() -> None:
    """1.645, 1.960 and 2.576 standard errors: 10, 5 and 1 %."""
    found = [two_sided(difference, 2.0) for difference in (3.2897, -3.9199, 5.1517)]

    assert found == pytest.approx([0.10, 0.05, 0.01], abs=5e-6)
    assert two_sided(0.0, 2.0) == 1.0


def test_what_four_of_five_tests_would_find_is_cut_to_the_scale() -> None:
    """(1.960 + 0.842) standard errors."""
    assert POWER == 0.8
    assert detectable(10.0, 0.95, 200.0) == pytest.approx(28.016, abs=5e-4)
    assert detectable(100.0, 0.95, 200.0) == 200.0
