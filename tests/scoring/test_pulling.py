"""The fits behind shrunken scores, against values worked out by hand."""

import pytest

from cxsurvey.scoring.pulling import normal_fit


def test_four_values_are_the_fewest_that_are_pulled() -> None:
    """Morris 1983 with k = 4, values -6, -2, 2, 6 and variances of 2, in fractions.

    Between: (80 / 2 - 3) / (2 - 4 (1/2)^2 / 2) = 74/3, so 1 / (T + 2) = 3/80. Pull: 1/3 of 2 x 3/80 = 1/40. Variance
    of the mean: 20/3, of which the square of the pull counts: 1/240. For the pull: 2 (v/40)^2.
    """
    fit = normal_fit([-6.0, -2.0, 2.0, 6.0], [2.0] * 4)

    assert (fit.mean, fit.between) == pytest.approx((0.0, 74 / 3))
    assert fit.weights == pytest.approx([1 - 1 / 40] * 4)
    far, near = (2 * (1 - 1 / 40) + 1 / 240 + 2 * (value / 40) ** 2 for value in (6, 2))
    assert fit.variances == pytest.approx([far, near, near, far])


@pytest.mark.parametrize("values", [[4.0], [-1.0, 1.0], [-1.0, 0.0, 1.0]])
def test_up_to_three_values_stay_what_they_are(values: list[float]) -> None:
    fit = normal_fit(values, [2.0] * len(values))

    assert fit.weights == [1.0] * len(values)
    assert fit.variances == [2.0] * len(values)
