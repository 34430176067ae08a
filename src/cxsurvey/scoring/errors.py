"""What ``scoring`` refuses. Each message names what was given and what is allowed."""


class ScoringError(ValueError):
    """Base of every refusal in ``scoring``; a caller may catch this one class."""


class InvalidDefinitionError(ScoringError):
    """A scale or a definition contradicts itself."""


class InvalidScoreError(ScoringError):
    """A score is not a whole number on its scale."""


class InvalidCountError(ScoringError):
    """A count is not a whole number from 0 to the largest allowed count."""


class EmptyCountsError(ScoringError):
    """An interval was asked for although there is no response."""


class ScaleMismatchError(ScoringError):
    """Counts of different scales were merged, or scored by a foreign definition."""


class InvalidConfidenceError(ScoringError):
    """A confidence is not a number strictly between 0 and 1."""


class UnknownMethodError(ScoringError):
    """There is no interval method of this name."""


class InvalidPeriodError(ScoringError):
    """A day, a window or a grain cannot make a period."""


class InvalidDisplayError(ScoringError):
    """A value cannot be displayed as a number with this many decimals."""


class InvalidArgumentError(ScoringError):
    """A number lies outside the domain of a distribution."""


class InvalidProbabilityError(ScoringError):
    """A p-value, or the q it is held against, is not a probability."""


class InvalidMinimumError(ScoringError):
    """The smallest group to show is not a whole number, or is set too low to protect anybody."""


class InvalidWindowsError(ScoringError):
    """Windows that should hold one another do not."""


class InvalidWeightError(ScoringError):
    """A weight is not a finite number above 0."""


class EmptyStratumError(ScoringError):
    """A stratum has no response, so nothing speaks for its part of the customers."""


class InvalidStrataError(ScoringError):
    """There is no stratum, or two sets that belong together name different ones."""


class InvalidAssumptionError(ScoringError):
    """A plan rests on a spread, a target, a power or a rate that cannot be."""


class OutOfReachError(ScoringError):
    """A plan would need more responses than counts may hold."""


class ContradictoryCountsError(ScoringError):
    """Counts of one sending contradict each other, or were merged with what has no such count."""


class InvalidSmoothingError(ScoringError):
    """A window length, a step or a weight cannot smooth, or the periods do not join."""


class OverlappingWindowsError(ScoringError):
    """Two windows share days, and so responses; their difference has no valid interval."""


class InvalidMatrixError(ScoringError):
    """A matrix is not square, symmetric and of usable numbers, or no data has these correlations."""


class SingularMatrixError(ScoringError):
    """A row of a matrix follows from the rows before it; ``row`` counts from 0."""

    def __init__(self, row: int) -> None:
        super().__init__(f"A matrix must be positive definite; row {row} (from 0) follows from those before it.")
        self.row = row


class InvalidRatingsError(ScoringError):
    """Ratings, their names or the options of a driver analysis are not usable."""


class TooFewRowsError(ScoringError):
    """There are too few complete rows for key drivers."""


class NoVariationError(ScoringError):
    """All complete rows have the same value, so nothing can drive or be driven."""


class CollinearAttributesError(ScoringError):
    """An attribute can be computed from others, so their importance cannot be told apart."""


class NotAPartError(ScoringError):
    """A segment has more responses than the total it should be part of, or another scale."""
