"""From options to the definition that a file or line of counts is read by."""

import re
from dataclasses import dataclass
from typing import Final

from cxsurvey.cli.score_input import InputError, parse_codes
from cxsurvey.scoring.catalogue import CATALOGUE, NPS_3, NPS_5, NPS_7, box_definition
from cxsurvey.scoring.errors import InvalidDefinitionError
from cxsurvey.scoring.scales import NPS, Definition, Direction, Metric, Scale, Unknown

_SCALE: Final = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")
_NPS_SCALES: Final = {definition.scale: definition for definition in (NPS, NPS_3, NPS_5, NPS_7)}
_USUAL_SCALES: Final = {Metric.CSAT: Scale(1, 5), Metric.CES: Scale(1, 7)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say about how scores are read; None where nothing was said."""

    metric: str
    key: str | None = None
    scale: str | None = None
    top: str | None = None
    is_reversed: bool = False
    unknown_in_base: bool = False


def definition_of(wanted: Wanted) -> Definition:
    """The definition that the options ask for.

    Raises ``InputError`` naming the option and what it takes.
    """
    if wanted.key is not None:
        return _by_key(wanted)
    metric = _metric(wanted.metric)
    scale = _scale(wanted) if wanted.scale is not None else None
    if metric is Metric.NPS:
        return _nps(wanted, scale)
    usual = _USUAL_SCALES[metric]
    direction = Direction.LOWER_IS_BETTER if wanted.is_reversed else Direction.HIGHER_IS_BETTER
    minimum, maximum = (scale.minimum, scale.maximum) if scale is not None else (usual.minimum, usual.maximum)
    try:
        return box_definition(
            metric,
            Scale(minimum, maximum, direction),
            parse_codes(wanted.top, "--top") if wanted.top is not None else None,
            unknown=Unknown.IN_BASE if wanted.unknown_in_base else Unknown.LEFT_OUT,
        )
    except InvalidDefinitionError:
        raise InputError(f"--top takes scores on the scale from {minimum} to {maximum}, not {wanted.top!r}.") from None


def _by_key(wanted: Wanted) -> Definition:
    if wanted.scale is not None or wanted.top is not None or wanted.is_reversed or wanted.unknown_in_base:
        raise InputError("--definition stands alone: without --scale, --top, --reversed and --unknown-in-base.")
    found = CATALOGUE.get(wanted.key or "")
    if found is None:
        raise InputError(f"--definition must be one of {', '.join(CATALOGUE)}, not {wanted.key!r}.")
    return found


def _metric(name: str) -> Metric:
    try:
        return Metric(name)
    except ValueError:
        raise InputError(f"--metric must be one of {', '.join(Metric)}, not {name!r}.") from None


def _scale(wanted: Wanted) -> Scale:
    ends = _SCALE.fullmatch(wanted.scale or "")
    if ends is None or not int(ends[1]) < int(ends[2]) <= MOST_POINTS:
        raise InputError(f"--scale takes two whole numbers from 0 to {MOST_POINTS} such as 1-5, not {wanted.scale!r}.")
    return Scale(int(ends[1]), int(ends[2]))


def _nps(wanted: Wanted, scale: Scale | None) -> Definition:
    if wanted.top is not None or wanted.is_reversed or wanted.unknown_in_base:
        raise InputError("The bands of NPS are fixed: leave out --top, --reversed and --unknown-in-base.")
    found = _NPS_SCALES.get(scale or NPS.scale)
    if found is None:
        scales = ", ".join(f"{each.minimum}-{each.maximum}" for each in _NPS_SCALES)
        raise InputError(f"--scale of NPS must be one of {scales}; all but 0-10 are marked as translated.")
    return found


MOST_POINTS: Final = 100
"""The highest score a scale may have on the command line."""
