"""What tests of surveys share."""

import pytest

from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.standard import standard


@pytest.fixture
def standard_definition() -> Definition:
    """The standard question in all ready languages."""
    return standard(Metric.NPS, "Northwind")
