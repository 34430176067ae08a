"""The one place where a score is rounded, and only to be shown."""

from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Final

from cxsurvey.scoring.errors import InvalidDisplayError

MAX_DECIMALS: Final = 6

# The default precision of 28 digits would refuse to quantize a large float.
_ANY_FLOAT: Final = Context(prec=350)


def display(value: float, decimals: int = 0) -> str:
    """A number as text, rounded half away from zero, with exactly ``decimals`` decimals.

    Halves are judged on the shortest decimal text of the number, so 0.285 with two decimals
    gives 0.29 although its binary value lies a hair below. Zero is never negative. The minus
    is a plain hyphen: the typographic sign and a leading plus are the page's business.

    Raises ``InvalidDisplayError`` for infinity, not-a-number and booleans, and unless ``decimals`` is
    a whole number from 0 to 6.

    >>> display(12.5), display(-12.5), display(-0.4), display(48.37, 1)
    ('13', '-13', '0', '48.4')
    """
    if type(decimals) is not int or not 0 <= decimals <= MAX_DECIMALS:
        raise InvalidDisplayError(f"Decimals are a whole number from 0 to {MAX_DECIMALS}, not {decimals!r}.")
    if type(value) not in (int, float) or not isfinite(value):
        raise InvalidDisplayError(f"Only a finite number can be displayed, not {value!r}.")
    # In the decimal module ROUND_HALF_UP means away from zero on both sides.
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ANY_FLOAT)
    return f"{rounded or abs(rounded):f}"
