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


class InvalidAssumptionError(ScoringError):
    """A plan rests on a spread, a target, a power or a rate that cannot be."""


class OutOfReachError(ScoringError):
    """A plan would need more responses than counts may hold."""


class ContradictoryCountsError(ScoringError):
    """Counts of one sending contradict each other, or were merged with what has no such count."""
