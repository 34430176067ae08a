"""What a normal test says: how unlikely a difference is by chance, and which one would be found."""

from math import erfc, sqrt
from typing import Final

from cxsurvey.scoring.intervals import z_value
from cxsurvey.scoring.special import normal_quantile

POWER: Final = 0.80
"""The chance with which a true difference of the minimum detectable size would be found."""


def leaves_out_zero(lower: float, upper: float) -> bool:
    """Whether the interval of a difference leaves 0 out, and the difference so counts as a change.

    >>> leaves_out_zero(0.1, 5.0), leaves_out_zero(0.0, 5.0)
    (True, False)
    """
    return lower > 0.0 or upper < 0.0


def two_sided(difference: float, standard_error: float) -> float:
    """The chance of a difference at least as large, to either side, when there is none in truth.

    2 (1 - Phi(x)) = erfc(x / sqrt 2), which keeps its precision in the far tail.

    >>> f"{two_sided(-3.919928, 2.0):.4f}"
    '0.0500'
    """
    return erfc(abs(difference) / standard_error / sqrt(2.0))


def detectable(standard_error: float, confidence: float, widest: float) -> float:
    """The minimum detectable difference: (z of the confidence + z of ``POWER``) standard errors, at most ``widest``.

    Raises ``InvalidConfidenceError``.

    >>> f"{detectable(10.0, 0.95, 200.0):.1f}"
    '28.0'
    """
    return min(widest, (z_value(confidence) + normal_quantile(POWER)) * standard_error)
