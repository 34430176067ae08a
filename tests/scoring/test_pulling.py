"""The fits behind shrunken scores, against values worked out by hand."""

import pytest

from cxsurvey.scoring.pulling import ShareCounts, mean_and_correlation, normal_fit


def test_four_values_are_the_fewest_that_are_pulled() -> None:
    """Morris 1983 with k = 4, values 10 - 6, - 2, + 2, + 6 and variances of 2, in fractions.

    Between: (80 / 2 - 3) / (2 - 4 (1/2)^2 / 2) = 74/3, so 1 / (T + 2) = 3/80. Pull: 1/3 of 2 x 3/80 = 1/40. Variance
    of the mean: 20/3, of which the square of the pull counts: 1/240. For the pull: 2 (v/40)^2.
    """
    fit = normal_fit([4.0, 8.0, 12.0, 16.0], [2.0] * 4)

    assert (fit.mean, fit.between) == pytest.approx((10.0, 74 / 3))
    assert fit.weights == pytest.approx([1 - 1 / 40] * 4)
    far, near = (2 * (1 - 1 / 40) + 1 / 240 + 2 * (value / 40) ** 2 for value in (6, 2))
    assert fit.variances == pytest.approx([far, near, near, far])


@pytest.mark.parametrize("values", [[4.0], [-1.0, 1.0], [-1.0, 0.0, 1.0]])
def test_up_to_three_values_stay_what_they_are(values: list[float]) -> None:
    fit = normal_fit(values, [2.0] * len(values))

    assert fit.weights == [1.0] * len(values)
    assert fit.variances == [2.0] * len(values)


def test_a_single_value_has_nothing_between() -> None:
    assert normal_fit([4.0], [2.0]).between == 0.0


def test_one_precise_value_does_not_drown_what_the_others_say() -> None:
    """Beside 10^20 the precisions of 1 vanish: between is (9 + 9 + 36 - 3) / (3 + 3)."""
    assert normal_fit([0.0, 3.0, -3.0, 6.0], [1e-20, 1.0, 1.0, 1.0]).between == pytest.approx(8.5)


def test_single_responses_say_nothing_about_how_those_of_a_segment_go_together() -> None:
    assert mean_and_correlation([ShareCounts(1, 1), ShareCounts(0, 1)]) == (0.5, 0.0)


def test_a_correlation_may_rest_on_a_single_pair() -> None:
    """u = 1.5 / 4; [(.625^2 + 2 x .375^2) / (u (1 - u)) - 1] / [3 - 5/3 - 1] is 5.6, and 1 is the most there is."""
    assert mean_and_correlation([ShareCounts(1, 1), ShareCounts(0, 2)]) == (0.375, 1.0)
