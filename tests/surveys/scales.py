"""A second scale for tests, as a later metric will bring one."""

from cxsurvey.scoring.catalogue import CSAT_5 as FIVE_POINT_FORMULA
from cxsurvey.surveys.definition import AskedScale


def five_point_scale() -> AskedScale:
    return AskedScale.of(FIVE_POINT_FORMULA)


__all__ = ["FIVE_POINT_FORMULA", "five_point_scale"]
