"""Golden values: the help pages of the R packages rwa (cars) and iopsych (correlations)."""

from itertools import permutations
from math import sqrt
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.errors import InvalidMatrixError, SingularMatrixError
from cxsurvey.scoring.importance import WEIGHTS, Weighting, johnson_weights, r_squared, shapley_weights
from tests.scoring.mtcars import CARS, MPG

Rows = list[list[float]]
Correlated = tuple[Rows, list[float]]


def correlated(columns: list[tuple[float, ...]]) -> Correlated:
    """Correlations of plain columns, the outcome last, by the textbook formula."""
    n, size = len(columns[0]), len(columns)
    means = [sum(column) / n for column in columns]
    centred = [[value - mean for value in column] for column, mean in zip(columns, means, strict=True)]
    lengths = [sqrt(sum(value * value for value in column)) for column in centred]
    full = [[1.0] * size for _ in range(size)]
    for a in range(size):
        for b in range(a):
            inner = sum(x * y for x, y in zip(centred[a], centred[b], strict=True))
            full[a][b] = full[b][a] = inner / lengths[a] / lengths[b]
    return [row[:-1] for row in full[:-1]], full[-1][:-1]


@st.composite
def some_correlations(draw: st.DrawFn) -> Correlated:
    random, k = Random(draw(st.integers(0, 10**6))), draw(st.integers(1, 5))
    halo = draw(st.floats(0, 3))
    people = [random.gauss(0, halo) for _ in range(40)]
    return correlated([tuple(person + random.gauss(0, 1) for person in people) for _ in range(k + 1)])


def by_all_orders(matrix: Rows, outcome: list[float]) -> list[float]:
    """The definition itself: the mean gain in R^2 over every order of the attributes."""

    def explained(chosen: tuple[int, ...]) -> float:
        if not chosen:
            return 0.0
        return r_squared([[matrix[a][b] for b in chosen] for a in chosen], [outcome[a] for a in chosen])

    orders = list(permutations(range(len(outcome))))
    gains = [0.0] * len(outcome)
    for order in orders:
        for place, j in enumerate(order):
            gains[j] += explained(order[: place + 1]) - explained(order[:place])
    return [gain / len(orders) for gain in gains]


CAR_CORRELATIONS = correlated([*CARS.values(), MPG])
IOPSYCH: Correlated = (
    [[1.0, 0.2, 0.3, 0.4], [0.2, 1.0, 0.5, 0.1], [0.3, 0.5, 1.0, 0.2], [0.4, 0.1, 0.2, 1.0]],
    [-0.4, 0.1, -0.3, 0.4],
)


def test_johnson_weights_match_the_published_cars() -> None:
    weights = johnson_weights(*CAR_CORRELATIONS)

    assert weights == pytest.approx((0.2097, 0.1883, 0.1800, 0.2707), abs=5e-5)
    percent = [100 * weight / sum(weights) for weight in weights]
    assert percent == pytest.approx((24.7, 22.2, 21.2, 31.9), abs=0.05)


def test_johnson_weights_match_the_published_correlations() -> None:
    assert johnson_weights(*IOPSYCH) == pytest.approx((0.2407, 0.0549, 0.1214, 0.2816), abs=5e-5)


def test_shapley_weights_match_the_recomputed_cars() -> None:
    assert shapley_weights(*CAR_CORRELATIONS) == pytest.approx((0.216, 0.201, 0.170, 0.262), abs=5e-4)


def test_r_squared_matches_the_published_regression_of_cars() -> None:
    assert r_squared(*CAR_CORRELATIONS) == pytest.approx(0.8486, abs=5e-5)


@given(some_correlations())
def test_shapley_weights_are_the_mean_over_all_orders(some: Correlated) -> None:
    assert shapley_weights(*some) == pytest.approx(by_all_orders(*some), abs=1e-9)


@given(some_correlations(), st.sampled_from(Weighting))
def test_weights_are_not_negative_and_sum_to_r_squared(some: Correlated, weighting: Weighting) -> None:
    weights = WEIGHTS[weighting](*some)

    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(r_squared(*some), abs=1e-9)


@given(some_correlations(), st.sampled_from(Weighting), st.randoms(use_true_random=False))
def test_the_order_of_attributes_does_not_matter(some: Correlated, weighting: Weighting, randoms: Any) -> None:
    matrix, outcome = some
    order = list(range(len(outcome)))
    randoms.shuffle(order)
    shuffled = WEIGHTS[weighting]([[matrix[a][b] for b in order] for a in order], [outcome[a] for a in order])

    assert shuffled == pytest.approx([WEIGHTS[weighting](*some)[a] for a in order], abs=1e-9)


@given(some_correlations(), st.sampled_from(Weighting))
def test_turning_a_scale_around_changes_no_weight(some: Correlated, weighting: Weighting) -> None:
    matrix, outcome = some
    turned = [
        [-value if (a == 0) != (b == 0) else value for b, value in enumerate(row)] for a, row in enumerate(matrix)
    ]

    assert WEIGHTS[weighting](turned, [-outcome[0], *outcome[1:]]) == pytest.approx(WEIGHTS[weighting](*some), abs=1e-9)


@pytest.mark.parametrize("weighting", Weighting)
def test_uncorrelated_attributes_weigh_their_squared_correlation(weighting: Weighting) -> None:
    unit = [[float(a == b) for b in range(3)] for a in range(3)]

    assert WEIGHTS[weighting](unit, [0.5, -0.3, 0.0]) == pytest.approx((0.25, 0.09, 0.0))
    assert WEIGHTS[weighting]([[1.0]], [-0.7]) == pytest.approx((0.49,))


@pytest.mark.parametrize("weighting", Weighting)
def test_attributes_that_say_the_same_share_their_weight(weighting: Weighting) -> None:
    twins = [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]

    assert WEIGHTS[weighting](twins, [0.6, 0.6, 0.5]) == pytest.approx((0.18, 0.18, 0.25))
    with pytest.raises(SingularMatrixError):
        r_squared(twins, [0.6, 0.6, 0.5])


def test_twelve_attributes_are_weighed_and_thirteen_are_left_to_johnson() -> None:
    twelve, thirteen = ([[1.0 if a == b else 0.5 for b in range(k)] for a in range(k)] for k in (12, 13))

    assert shapley_weights(twelve, [0.5] * 12) == pytest.approx([r_squared(twelve, [0.5] * 12) / 12] * 12)
    with pytest.raises(InvalidMatrixError, match="up to 12 attributes, not 13"):
        shapley_weights(thirteen, [0.5] * 13)
    assert sum(johnson_weights(thirteen, [0.5] * 13)) == pytest.approx(r_squared(thirteen, [0.5] * 13))


@pytest.mark.parametrize("weigh", [shapley_weights, johnson_weights, r_squared])
@pytest.mark.parametrize(
    ("matrix", "outcome"),
    [
        ([[1.0, 0.5], [0.4, 1.0]], [0.1, 0.1]),
        ([[2.0]], [0.1]),
        ([[1.0]], [0.1, 0.2]),
        ([[1.0]], [1.1]),
        ([[1.0]], [float("nan")]),
        ([[1.0, 1.5], [1.5, 1.0]], [0.1, 0.1]),
        ([], []),
        # Each pair is possible by itself; all together are not.
        ([[1.0, 0.0], [0.0, 1.0]], [0.9, 0.9]),
    ],
)
def test_what_no_data_can_show_is_refused(weigh: Any, matrix: Any, outcome: Any) -> None:
    with pytest.raises(InvalidMatrixError):
        weigh(matrix, outcome)


def test_an_outcome_made_of_its_attributes_is_explained_whole_and_no_hair_more() -> None:
    """Two attributes correlated by .3, and their sum: 1.3 with either, a variance of 2.6, and 1.69 / 2.6 = .65."""
    assert r_squared([[1.0, 0.3], [0.3, 1.0]], [sqrt(0.65)] * 2) == 1.0


@pytest.mark.parametrize("weigh", [shapley_weights, johnson_weights, r_squared])
def test_what_does_not_correlate_fully_with_itself_is_named(weigh: Any) -> None:
    with pytest.raises(InvalidMatrixError, match="ones on the diagonal"):
        weigh([[1.0, 0.2], [0.2, 0.9]], [0.1, 0.1])


def test_attributes_that_contradict_each_other_are_refused() -> None:
    matrix = [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]

    with pytest.raises(InvalidMatrixError, match="eigenvalue"):
        johnson_weights(matrix, [0.1, 0.1, 0.1])
    with pytest.raises(SingularMatrixError):
        r_squared(matrix, [0.1, 0.1, 0.1])


def test_attributes_that_contradict_each_other_are_refused_with_their_smallest_eigenvalue() -> None:
    """Three that are all correlated by r have the eigenvalues 1 - r, twice, and 1 + 2 r."""
    matrix = [[1.0 if a == b else -0.9 for b in range(3)] for a in range(3)]

    with pytest.raises(InvalidMatrixError, match=r"eigenvalue -0\.8\."):
        johnson_weights(matrix, [0.1, 0.1, 0.1])
