"""The cells that tell a score in every table, unrounded and with all that is needed to judge it."""

from __future__ import annotations

from typing import Final

from cxsurvey.scoring.results import Result
from cxsurvey.transfer.export import Cell

SCORED: Final = ("n", "estimate", "lower", "upper", "unit", "confidence", "method", "definition", "flags")


def cells_of(result: Result | None) -> list[Cell]:
    """The cells below the names in `SCORED`; of a result that is withheld only its flag."""
    if result is None:
        return [*[None] * (len(SCORED) - 1), "withheld"]
    return [
        result.n,
        result.estimate,
        result.lower,
        result.upper,
        result.unit.value,
        result.confidence,
        result.method.value,
        result.definition,
        " ".join(flag.value for flag in result.flags),
    ]
