"""The promise of the default interval: its coverage, enumerated exactly for few responses."""

from math import fsum

import pytest

from bench.coverage import Truth, coverages, logarithm_of_ways, outcomes, probabilities, truths
from cxsurvey.scoring.intervals import Method, interval

INNER = [truth for truth in truths() if all(truth)]


def test_the_truths_fill_the_triangle() -> None:
    assert len(INNER) == 171
    assert {sum(truth) for truth in truths()} == {20}


# Enumerated by another program for docs/metrics.md: worst case over the same 171 truths.
@pytest.mark.parametrize(
    ("n", "method", "worst"),
    [
        (5, Method.WALD, 40.4),
        (10, Method.WALD, 64.9),
        (20, Method.WALD, 74.0),
        (5, Method.SCORE, 92.2),
        (10, Method.SCORE, 94.0),
        (20, Method.SCORE, 94.4),
    ],
)
def test_the_worst_coverage_is_what_the_documentation_says(n: int, method: Method, worst: float) -> None:
    limits = {method: [interval(groups, 0.95, method) for groups in outcomes(n)]}

    assert coverages(n, INNER, limits)[method].worst == pytest.approx(worst, abs=0.06)


@pytest.mark.parametrize("truth", [Truth(9, 7, 4), Truth(0, 3, 17), Truth(20, 0, 0)])
def test_the_chances_of_all_outcomes_add_up_to_one(truth: Truth) -> None:
    some = outcomes(12)

    assert fsum(probabilities(truth, some, list(map(logarithm_of_ways, some)))) == pytest.approx(1.0, abs=1e-12)
