import sys
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT
from cxsurvey.scoring.drivers import (
    KeyDrivers,
    _correlations,
    _quantile,
    _resampled,
    _standardised,
    key_drivers,
)
from cxsurvey.scoring.errors import (
    CollinearAttributesError,
    InvalidConfidenceError,
    InvalidRatingsError,
    NoVariationError,
    TooFewRowsError,
)
from cxsurvey.scoring.importance import Weighting, shapley_weights
from cxsurvey.scoring.results import Movement
from tests.scoring.mtcars import CARS, MPG

Ratings = dict[str, list[float | None]]


def survey(rows: int, attributes: int, seed: int = 7) -> tuple[Ratings, list[float | None]]:
    """Ratings from 1 to 7 with a halo; the outcome leans on the first attribute most."""
    random = Random(seed)
    table: list[list[float | None]] = []
    for _ in range(rows):
        halo = random.gauss(0, 0.8)
        felt = [halo + random.gauss(0, 1) for _ in range(attributes)]
        overall = felt[0] + 0.4 * sum(felt) / attributes + random.gauss(0, 0.7)
        table.append([max(1, min(7, round(4 + 1.3 * value))) for value in (*felt, overall)])
    *columns, outcome = (list(column) for column in zip(*table, strict=True))
    return {f"attribute {index}": column for index, column in enumerate(columns)}, outcome


SIX, OVERALL = survey(500, 6)
SCORING = str(Path(_resampled.__code__.co_filename).parent)


def weights(found: KeyDrivers) -> dict[str, float]:
    return {driver.name: driver.weight for driver in found.drivers}


def test_the_weights_of_plain_data_match_the_published_cars() -> None:
    """32 rows are too few for drivers, so this looks below the rule that refuses them."""
    matrix, outcome = _correlations(_standardised(list(CARS), (*CARS.values(), MPG)))

    assert shapley_weights(matrix, outcome) == pytest.approx((0.216, 0.201, 0.170, 0.262), abs=5e-4)
    with pytest.raises(TooFewRowsError):
        key_drivers(CARS, MPG)


@pytest.mark.parametrize("weighting", Weighting)
def test_weights_sum_to_r_squared_and_shares_to_a_hundred(weighting: Weighting) -> None:
    found = key_drivers(SIX, OVERALL, weighting, resamples=0)

    assert sum(weights(found).values()) == pytest.approx(found.r_squared)
    assert sum(driver.share or 0 for driver in found.drivers) == pytest.approx(100)
    assert found.weighting is weighting
    assert (found.rows, found.missing) == (500, 0)


def test_drivers_are_given_heaviest_first_and_the_planted_one_leads() -> None:
    found = key_drivers(SIX, OVERALL, resamples=0)

    order = [driver.weight for driver in found.drivers]
    assert order == sorted(order, reverse=True)
    assert found.drivers[0].name == "attribute 0"


def test_each_driver_has_its_sign_mean_and_coefficient() -> None:
    turned: Ratings = {**SIX, "attribute 0": [8 - (value or 0) for value in SIX["attribute 0"]]}
    found, plain = (
        {driver.name: driver for driver in key_drivers(some, OVERALL, resamples=0).drivers} for some in (turned, SIX)
    )

    assert found["attribute 0"].direction is Movement.DOWN
    assert found["attribute 1"].direction is Movement.UP
    assert found["attribute 0"].weight == pytest.approx(plain["attribute 0"].weight)
    assert found["attribute 0"].coefficient == pytest.approx(-plain["attribute 0"].coefficient)
    assert found["attribute 0"].correlation == pytest.approx(-plain["attribute 0"].correlation)
    assert found["attribute 0"].mean == pytest.approx(8 - plain["attribute 0"].mean)


def test_r_squared_is_what_the_coefficients_explain() -> None:
    found = key_drivers(SIX, OVERALL, resamples=0)

    assert sum(driver.coefficient * driver.correlation for driver in found.drivers) == pytest.approx(found.r_squared)


def test_rows_with_a_missing_rating_are_left_out_and_counted() -> None:
    holes = {name: list(column) for name, column in SIX.items()}
    outcome = list(OVERALL)
    holes["attribute 2"][3] = holes["attribute 4"][3] = holes["attribute 4"][9] = outcome[20] = None
    kept = [row for row in range(500) if row not in {3, 9, 20}]

    found = key_drivers(holes, outcome, resamples=100)
    expected = key_drivers(
        {name: [column[row] for row in kept] for name, column in SIX.items()},
        [OVERALL[row] for row in kept],
        resamples=100,
    )

    assert (found.rows, found.missing) == (497, 3)
    assert found.drivers == expected.drivers


def test_neither_the_order_of_rows_nor_of_attributes_matters() -> None:
    order = list(range(500))
    Random(1).shuffle(order)
    shuffled = {name: [SIX[name][row] for row in order] for name in reversed(SIX)}

    assert key_drivers(shuffled, [OVERALL[row] for row in order], resamples=100) == key_drivers(
        SIX, OVERALL, resamples=100
    )


def test_intervals_hold_their_weights_and_narrow_with_less_confidence() -> None:
    wide, narrow = (key_drivers(SIX, OVERALL, confidence=each, resamples=200) for each in (0.95, 0.5))

    for outer, inner in zip(wide.drivers, narrow.drivers, strict=True):
        assert outer.lower is not None
        assert outer.upper is not None
        assert inner.lower is not None
        assert inner.upper is not None
        assert 0 <= outer.lower < inner.lower < inner.upper < outer.upper <= 1
        assert outer.lower < outer.weight < outer.upper


def test_intervals_leave_out_as_many_resamples_on_either_side() -> None:
    """At a confidence of one half a quarter of 200 below and a quarter above."""
    some, overall = survey(120, 2)
    rows = sorted(zip(*some.values(), overall, strict=True))
    columns = tuple(tuple(float(value or 0) for value in column) for column in zip(*rows, strict=True))
    resampled = _resampled(_standardised(list(some), columns), Weighting.SHAPLEY, 200, 5)

    found = key_drivers(some, overall, confidence=0.5, resamples=200, seed=5)

    limits = {driver.name: (driver.lower, driver.upper) for driver in found.drivers}
    for name, drawn in zip(some, zip(*resampled, strict=True), strict=True):
        lower, upper = limits[name]
        assert lower is not None
        assert upper is not None
        assert (sum(weight < lower for weight in drawn), sum(weight > upper for weight in drawn)) == (50, 50)


def test_what_is_drawn_by_default_is_said() -> None:
    found = key_drivers(*survey(100, 1))

    assert (found.confidence, found.resamples, found.seed) == (0.95, 1_000, 20_260_101)


def test_intervals_narrow_with_rows() -> None:
    def width(rows: int) -> float:
        some, overall = survey(rows, 2)
        first = key_drivers(some, overall, resamples=200).drivers[0]
        assert first.lower is not None
        assert first.upper is not None
        return first.upper - first.lower

    assert width(1_600) == pytest.approx(width(100) / 4, rel=0.35)


def test_equal_seeds_draw_equal_intervals_and_others_do_not() -> None:
    some, overall = survey(120, 2)

    assert key_drivers(some, overall, resamples=100) == key_drivers(some, overall, resamples=100)
    other = key_drivers(some, overall, resamples=100, seed=1)
    assert other.drivers[0].lower != key_drivers(some, overall, resamples=100).drivers[0].lower
    assert weights(other) == weights(key_drivers(some, overall, resamples=0))


def test_without_resamples_there_is_no_interval() -> None:
    assert {(driver.lower, driver.upper) for driver in key_drivers(SIX, OVERALL, resamples=0).drivers} == {(None, None)}


def test_each_resample_weighs_what_its_rows_weigh() -> None:
    """The sums of cross-products against a plain computation on the rows drawn."""
    some, overall = survey(150, 3)
    columns = tuple(tuple(float(value or 0) for value in column) for column in (*some.values(), overall))
    standardised = _standardised(list(some), columns)
    drawn = sorted(Random(5).choices(range(150), k=150))
    rows = tuple(tuple(column[row] for row in drawn) for column in columns)

    (quick,) = _resampled(standardised, Weighting.SHAPLEY, 1, 5)

    assert quick == pytest.approx(shapley_weights(*_correlations(_standardised(list(some), rows))), abs=1e-5)


@pytest.mark.parametrize("weighting", Weighting)
def test_a_resample_in_which_an_attribute_does_not_vary_gives_it_no_weight(weighting: Weighting) -> None:
    """One row of 120 differs, so about every third resample lacks it."""
    some, overall = survey(120, 2)
    rare = [1.0] * 119 + [5.0]

    found = key_drivers({**some, "rare": rare}, overall, weighting, resamples=200)

    assert {driver.name: driver.lower for driver in found.drivers}["rare"] == 0


def test_an_outcome_of_one_odd_row_still_has_intervals() -> None:
    some, _ = survey(120, 2)

    found = key_drivers(some, [7.0] * 119 + [1.0], resamples=200)

    assert all(driver.lower == 0 for driver in found.drivers)


def calls(rows: int, resamples: int) -> int:
    """How many functions of scoring are called for six attributes, or called by them.

    What draws the rows is not, nor is what runs whenever garbage is collected.
    """
    made = 0

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"} and frame.f_code.co_filename.startswith(SCORING)

    attributes, overall = survey(rows, 6)
    sys.setprofile(look)
    try:
        key_drivers(attributes, overall, resamples=resamples)
    finally:
        sys.setprofile(None)
    return made


def test_a_resample_takes_no_call_per_row_and_fewer_than_ten_per_set_of_attributes() -> None:
    """That is what makes the default resamples take less than a second; a clock would tell of the machine too."""
    calls(100, 0)  # what is worked out once and kept is not counted
    of_few_rows, of_many = (calls(rows, 200) - calls(rows, 100) for rows in (500, 1000))

    assert of_many == of_few_rows
    assert of_many < 100 * 10 * 2**6


@pytest.mark.parametrize(("rows", "attributes", "needed"), [(99, 3, 100), (119, 12, 120)])
def test_too_few_complete_rows_are_refused_with_the_number_needed(rows: int, attributes: int, needed: int) -> None:
    some, overall = survey(rows + 5, attributes)
    overall[:5] = [None] * 5

    with pytest.raises(TooFewRowsError, match=rf"need {needed} complete rows .* not {rows}; 5 rows miss"):
        key_drivers(some, overall)
    overall[0] = 4
    assert key_drivers(some, overall, resamples=0).rows == needed


def test_an_attribute_that_follows_from_others_is_refused_by_name() -> None:
    copied: Ratings = {**SIX, "copy": SIX["attribute 3"]}
    summed: Ratings = {
        **SIX,
        "sum": [(a or 0) + 2 * (b or 0) for a, b in zip(SIX["attribute 1"], SIX["attribute 4"], strict=True)],
    }

    with pytest.raises(CollinearAttributesError, match=r"^copy follows from attribute 3;"):
        key_drivers(copied, OVERALL)
    with pytest.raises(CollinearAttributesError, match=r"^sum follows from attribute 1, attribute 4;"):
        key_drivers(summed, OVERALL)


def test_what_does_not_vary_is_refused_by_name() -> None:
    constant: list[float | None] = [0.1] * 500

    with pytest.raises(NoVariationError, match=r"rating of flat: 0\.1"):
        key_drivers({**SIX, "flat": constant}, OVERALL)
    with pytest.raises(NoVariationError, match="rating of the outcome"):
        key_drivers(SIX, constant)


def test_an_outcome_that_nothing_explains_has_no_shares() -> None:
    attribute: list[float | None] = [1.0, 1.0, 2.0, 2.0] * 30
    outcome: list[float | None] = [1.0, 2.0, 1.0, 2.0] * 30

    (driver,) = key_drivers({"price": attribute}, outcome, resamples=0).drivers

    assert (driver.weight, driver.share, driver.direction) == (0, None, Movement.LEVEL)


@pytest.mark.parametrize("bad", [True, "7", float("nan"), float("inf"), MAX_COUNT + 1, 10**400])
def test_what_is_no_rating_is_refused_by_name(bad: Any) -> None:
    with pytest.raises(InvalidRatingsError, match="rating of attribute 1 is"):
        key_drivers({**SIX, "attribute 1": [bad, *SIX["attribute 1"][1:]]}, OVERALL)
    with pytest.raises(InvalidRatingsError, match="rating of the outcome is"):
        key_drivers(SIX, [bad, *OVERALL[1:]])


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidRatingsError, match=r"\[499, 500\] rows"):
        key_drivers(SIX, OVERALL[1:])


@pytest.mark.parametrize(("weighting", "largest"), [(Weighting.SHAPLEY, 12), (Weighting.JOHNSON, 30)])
def test_no_attribute_and_too_many_are_refused(weighting: Weighting, largest: int) -> None:
    for attributes in (0, largest + 1):
        with pytest.raises(InvalidRatingsError, match=f"1 to {largest} attributes, not {attributes}"):
            key_drivers({str(index): [] for index in range(attributes)}, [], weighting)


def test_an_attribute_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidRatingsError, match="named by text"):
        key_drivers({**SIX, 7: SIX["attribute 1"]}, OVERALL)  # type: ignore[dict-item]


@pytest.mark.parametrize("bad", [-1, 1, 99, 100_001, 100.0, True, None])
def test_resamples_are_none_or_at_least_a_hundred(bad: Any) -> None:
    """Refused before the rows are counted, which are too few to draw from."""
    with pytest.raises(InvalidRatingsError, match="Resamples are 0 or from 100"):
        key_drivers(*survey(99, 1), resamples=bad)


def test_a_hundred_thousand_resamples_are_not_too_many() -> None:
    """Too few rows are found after them, and before anything is drawn."""
    with pytest.raises(TooFewRowsError):
        key_drivers(*survey(99, 1), resamples=100_000)


def test_a_seed_is_a_whole_number_and_confidence_a_share() -> None:
    for bad in (None, 1.5, "x", True):
        with pytest.raises(InvalidRatingsError, match="seed"):
            key_drivers(SIX, OVERALL, seed=bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidConfidenceError):
        key_drivers(SIX, OVERALL, confidence=95)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(*[st.sampled_from([-1e12, -3.0, 0.0, 5e-324, 1e-300, 2.0, 1e12])] * 3), min_size=100, max_size=120
    )
)
def test_ratings_of_any_size_give_weights_or_a_named_refusal(rows: list[tuple[float, float, float]]) -> None:
    first, second, outcome = (list(column) for column in zip(*rows, strict=True))
    try:
        found = key_drivers({"a": first, "b": second}, outcome, resamples=100)
    except (NoVariationError, CollinearAttributesError):
        return
    assert sum(weights(found).values()) == pytest.approx(found.r_squared, abs=1e-6)
    assert 0 <= found.r_squared <= 1


def test_ratings_next_to_nothing_weigh_what_ordinary_ones_do() -> None:
    """Their squares alone would vanish."""
    some, overall = survey(120, 2)
    tiny: Ratings = {name: [1e-300 * (value or 0) for value in column] for name, column in some.items()}

    found, ordinary = (weights(key_drivers(each, overall, resamples=0)) for each in (tiny, some))

    assert found == pytest.approx(ordinary)


def test_quantiles_are_linear_between_neighbours() -> None:
    ordered = [0.0, 1.0, 4.0]

    assert [_quantile(ordered, share) for share in (0, 0.25, 0.5, 0.75, 1)] == [0, 0.5, 1, 2.5, 4]
