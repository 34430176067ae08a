"""What a number of responses allows: the low-base policy, as one pure function.

Nothing is hidden by it from someone who may read the responses; it says how to mark a score
and what must not be done with it. Withholding small groups of anonymous surveys is a
different rule and not this one.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cxsurvey.scoring.counts import checked_count


class BaseLevel(IntEnum):
    """How far a score from this many responses can be trusted. Ordered, least first."""

    NONE = 0
    COUNTS_ONLY = 1
    GREY = 2
    LOW_BASE = 3
    NORMAL = 4


_SMALLEST_N: Final = (
    (30, BaseLevel.NORMAL),
    (10, BaseLevel.LOW_BASE),
    (5, BaseLevel.GREY),
    (1, BaseLevel.COUNTS_ONLY),
    (0, BaseLevel.NONE),
)


@dataclass(frozen=True, slots=True)
class Base:
    """The verdict on ``n`` responses."""

    n: int
    level: BaseLevel

    @property
    def sortable(self) -> bool:
        """Whether a list may be sorted by this score: from 10 responses."""
        return self.level >= BaseLevel.LOW_BASE

    @property
    def comparable(self) -> bool:
        """Whether this score may be flagged as changed or different: from 10 responses."""
        return self.level >= BaseLevel.LOW_BASE

    @property
    def greyed(self) -> bool:
        """Whether the score is shown greyed: from 1 to 9 responses."""
        return self.level in {BaseLevel.COUNTS_ONLY, BaseLevel.GREY}


def base(n: int) -> Base:
    """What a score from ``n`` responses may be used for.

    =======  ===============  =============================================
    n        level            how it is shown
    =======  ===============  =============================================
    0        ``NONE``         nothing
    1-4      ``COUNTS_ONLY``  counts and interval, greyed, too few to judge
    5-9      ``GREY``         score and interval, greyed
    10-29    ``LOW_BASE``     score and interval, marked as low base
    from 30  ``NORMAL``       score and interval
    =======  ===============  =============================================

    Raises ``InvalidCountError`` unless n is a whole number that is not negative.

    >>> base(7).level.name, base(7).sortable, base(10).sortable
    ('GREY', False, True)
    """
    checked_count(n, "responses")
    return Base(n, next(level for smallest, level in _SMALLEST_N if n >= smallest))
