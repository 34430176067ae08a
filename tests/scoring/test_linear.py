from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.errors import InvalidMatrixError, SingularMatrixError
from cxsurvey.scoring.linear import checked_symmetric, cholesky, solved, symmetric_eigen

Rows = list[list[float]]

numbers = st.floats(-10, 10)


@st.composite
def symmetric(draw: st.DrawFn) -> Rows:
    n = draw(st.integers(1, 6))
    rows = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = draw(numbers)
    return rows


@st.composite
def positive_definite(draw: st.DrawFn) -> Rows:
    """A A' plus the unit matrix."""
    n = draw(st.integers(1, 6))
    some = draw(st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=n, max_size=n))
    rows = product(some, transposed(some))
    # Each element twice over sums in another order; the copy makes both equal to the last bit.
    return [[rows[max(i, j)][min(i, j)] + float(i == j) for j in range(n)] for i in range(n)]


def transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def product(left: Rows, right: Rows) -> Rows:
    columns = transposed(right)
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in left]


def assert_alike(left: Rows, right: Rows, tolerance: float) -> None:
    for one, other in zip(left, right, strict=True):
        assert one == pytest.approx(other, abs=tolerance)


def test_cholesky_matches_the_textbook_example() -> None:
    """The 3 by 3 matrix of most textbooks: rows 2 / 6 1 / -8 5 3."""
    lower = cholesky([[4, 12, -16], [12, 37, -43], [-16, -43, 98]])

    assert lower == [[2, 0, 0], [6, 1, 0], [-8, 5, 3]]


@given(positive_definite())
def test_cholesky_factors_multiply_to_the_matrix(rows: Rows) -> None:
    lower = cholesky(rows)

    assert_alike(product(lower, transposed(lower)), rows, 1e-9)


def test_a_solution_of_extreme_sizes_does_not_overflow() -> None:
    assert solved([[1e100, 0.0], [0.0, 1e-100]], [-1e100, 1e100]) == pytest.approx([-1, 1e200])


@given(positive_definite(), st.lists(numbers, min_size=6, max_size=6))
def test_a_solution_solves(rows: Rows, some: list[float]) -> None:
    right = some[: len(rows)]
    x = solved(rows, right)

    residual = [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
    assert residual == pytest.approx(right, abs=1e-6)


def test_eigenvalues_match_the_textbook_example() -> None:
    """The second difference matrix of 3 points has 2 + sqrt 2, 2 and 2 - sqrt 2."""
    values, vectors = symmetric_eigen([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])

    assert values == pytest.approx((2 + 2**0.5, 2, 2 - 2**0.5))
    assert [abs(part) for part in vectors[1]] == pytest.approx([0.5**0.5, 0, 0.5**0.5], abs=1e-12)


@given(symmetric())
def test_eigenvectors_rebuild_the_matrix_and_stand_at_right_angles(rows: Rows) -> None:
    values, vectors = symmetric_eigen(rows)
    columns = transposed([list(vector) for vector in vectors])
    scaled = [[part * value for part, value in zip(row, values, strict=True)] for row in columns]

    assert_alike(product(scaled, [list(vector) for vector in vectors]), rows, 1e-9)
    unit = [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]
    assert_alike(product(transposed(columns), columns), unit, 1e-12)
    assert all(left >= right for left, right in pairwise(values))
    assert sum(values) == pytest.approx(sum(rows[i][i] for i in range(len(rows))), abs=1e-9)


def test_eigenvalues_of_very_unequal_size_stay_apart() -> None:
    values, _ = symmetric_eigen([[1e12, 1.0], [1.0, 1e-12]])

    assert values[0] == pytest.approx(1e12)
    assert values[1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("size", [4e99, 1.0, 1e-150])
def test_eigenvalues_scale_with_the_matrix(size: float) -> None:
    values, _ = symmetric_eigen([[2 * size, size], [size, 2 * size]])

    assert [value / size for value in values] == pytest.approx([3, 1])


def test_a_zero_matrix_has_zero_eigenvalues() -> None:
    assert symmetric_eigen([[0, 0], [0, 0]]).values == (0, 0)


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([[0.0]], 0),
        ([[5e-324]], 0),
        ([[1.0, 1.0], [1.0, 1.0]], 1),
        ([[1.0, 0.5, 1.5], [0.5, 1.0, 1.5], [1.5, 1.5, 3.0]], 2),
        ([[1.0, 2.0], [2.0, 1.0]], 1),
        ([[1.0, 0.0], [0.0, -1.0]], 1),
    ],
)
def test_a_row_that_follows_from_others_is_named(rows: Rows, row: int) -> None:
    for refuse in (cholesky, lambda some: solved(some, [0.0] * len(some))):
        with pytest.raises(SingularMatrixError) as refusal:
            refuse(rows)
        assert refusal.value.row == row
        assert f"row {row}" in str(refusal.value)


@pytest.mark.parametrize(
    "rows",
    [[], [[1.0, 2.0]], [[1.0], [2.0, 3.0]], [[1.0, 2.0], [2.1, 1.0]], [[float("nan")]], [[float("inf")]], [[1e101]]],
)
def test_what_is_no_symmetric_matrix_is_refused(rows: Any) -> None:
    for refuse in (checked_symmetric, cholesky, symmetric_eigen):
        with pytest.raises(InvalidMatrixError):
            refuse(rows)


@pytest.mark.parametrize("right", [[], [1.0, 2.0], [float("nan")]])
def test_a_right_side_of_another_length_is_refused(right: Any) -> None:
    with pytest.raises(InvalidMatrixError, match="1 numbers up to"):
        solved([[1.0]], right)


def test_one_number_too_large_among_others_is_refused() -> None:
    with pytest.raises(InvalidMatrixError, match="right side"):
        solved([[1.0, 0.0], [0.0, 1.0]], [1.0, 1e101])
    with pytest.raises(InvalidMatrixError):
        solved([[1.0, 0.0], [0.0, 1e101]], [1.0, 1.0])
