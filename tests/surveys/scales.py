"""A second scale for tests, as a later metric will bring one."""

from cxsurvey.scoring.scales import Definition as Formula
from cxsurvey.scoring.scales import Metric, Scale
from cxsurvey.surveys.definition import AskedScale

FIVE_POINT_FORMULA = Formula(id="csat-1-5", version=1, metric=Metric.CSAT, scale=Scale(1, 5), top_box=frozenset({4, 5}))


def five_point_scale() -> AskedScale:
    return AskedScale.of(FIVE_POINT_FORMULA)
