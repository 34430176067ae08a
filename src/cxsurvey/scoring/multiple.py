"""Many tests at once: p-values adjusted for their number, and the flags they leave.

m tests at the 5 % level raise about m / 20 false alarms when nothing at all differs. The
adjusted p-values here are compared with one q, whatever m is. Benjamini and Hochberg keep the
expected share of false flags among all flags at q; Holm keeps the chance of even one false
flag at q, and finds less.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import fsum
from typing import Final

from cxsurvey.scoring.errors import InvalidProbabilityError, UnknownMethodError

DEFAULT_Q: Final = 0.05
"""The expected share of false flags that is accepted unless another is named."""


class Correction(StrEnum):
    """How p-values are adjusted. ``BENJAMINI_HOCHBERG`` is the one for rankings."""

    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    BENJAMINI_YEKUTIELI = "benjamini-yekutieli"
    HOLM = "holm"


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A family of tests after adjustment; every tuple is in the order of the input.

    ``flagged`` is true exactly where the adjusted p-value is at most ``q``. ``m`` is the
    number of tests in the family; it and ``q`` belong beside every flag that is shown.
    """

    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    flagged: tuple[bool, ...]
    m: int
    q: float
    correction: Correction


def adjusted(
    p_values: Sequence[float],
    q: float = DEFAULT_Q,
    correction: Correction | str = Correction.BENJAMINI_HOCHBERG,
) -> Adjusted:
    """The p-values of m tests, adjusted for m, with a flag where they are at most q.

    With p(1) <= ... <= p(m):

    - Benjamini and Hochberg (1995): the least of m p(j) / j over all j >= k. Flags where the
      largest k with p(k) <= k q / m says so. Holds for independent and for positively
      dependent tests; segments tested against the rest are nearly so.
    - Benjamini and Yekutieli (2001): the same times 1 + 1/2 + ... + 1/m. Holds for any
      dependence.
    - Holm (1979): the greatest of (m - j + 1) p(j) over all j <= k. Holds for any
      dependence, for the chance of a single false flag.

    All at most 1. Equal p-values get equal adjusted ones, and none becomes smaller. No test
    at all is a family with m = 0 and no flag.

    Raises ``InvalidProbabilityError`` unless every p-value is a number from 0 to 1 and q one
    strictly between them, ``UnknownMethodError`` for another correction.

    >>> found = adjusted([0.04, 0.001, 0.3, 0.02])
    >>> [round(p, 4) for p in found.adjusted], found.flagged, found.m
    ([0.0533, 0.004, 0.3, 0.04], (False, True, False, True), 4)
    """
    correction = _checked_correction(correction)
    checked_q(q)
    given = tuple(_checked_p_value(p) for p in p_values)
    order = sorted(range(len(given)), key=given.__getitem__)
    stepped = dict(zip(order, _STEPS[correction]([given[i] for i in order]), strict=True))
    # A division such as 3 p / 3 may land a hair below p.
    values = tuple(min(1.0, max(stepped[i], p)) for i, p in enumerate(given))
    return Adjusted(
        p_values=given,
        adjusted=values,
        flagged=tuple(value <= q for value in values),
        m=len(given),
        q=q,
        correction=correction,
    )


def checked_q(q: object) -> float:
    """Return ``q`` if it is a number strictly between 0 and 1.

    Raises ``InvalidProbabilityError``, also for 5 where 0.05 is meant.

    >>> checked_q(0.05)
    0.05
    """
    if type(q) is float and 0.0 < q < 1.0:
        return q
    raise InvalidProbabilityError(f"q is a number strictly between 0 and 1, such as 0.05, not {q!r}.")


def _checked_p_value(p: object) -> float:
    if type(p) in (int, float) and 0.0 <= p <= 1.0:  # type: ignore[operator]
        return float(p)  # type: ignore[arg-type]
    raise InvalidProbabilityError(f"A p-value is a number from 0 to 1, not {p!r}.")


def _checked_correction(name: object) -> Correction:
    try:
        return Correction(name)  # type: ignore[arg-type]
    except ValueError:
        allowed = ", ".join(correction.value for correction in Correction)
        raise UnknownMethodError(f"The correction must be one of {allowed}, not {name!r}.") from None


def _benjamini_hochberg(ascending: Sequence[float], penalty: float = 1.0) -> list[float]:
    m = len(ascending)
    # From the top, so that a smaller p-value never ends above a larger one.
    scaled = (penalty * m * ascending[k - 1] / k for k in range(m, 0, -1))
    return list(accumulate(scaled, min))[::-1]


def _benjamini_yekutieli(ascending: Sequence[float]) -> list[float]:
    return _benjamini_hochberg(ascending, penalty=fsum(1.0 / k for k in range(1, len(ascending) + 1)))


def _holm(ascending: Sequence[float]) -> list[float]:
    m = len(ascending)
    return list(accumulate(((m - k) * p for k, p in enumerate(ascending)), max))


_STEPS: Final[Mapping[Correction, Callable[[Sequence[float]], list[float]]]] = {
    Correction.BENJAMINI_HOCHBERG: _benjamini_hochberg,
    Correction.BENJAMINI_YEKUTIELI: _benjamini_yekutieli,
    Correction.HOLM: _holm,
}
