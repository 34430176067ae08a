"""What tests of surveys share."""

import pytest

from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import definition
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.standard import standard
from tests.surveys.scales import FIVE_POINT_FORMULA


@pytest.fixture
def five_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a second formula known."""
    known = {**definition.FORMULAS, FIVE_POINT_FORMULA.key: FIVE_POINT_FORMULA}
    monkeypatch.setattr(definition, "FORMULAS", known)


@pytest.fixture
def standard_definition() -> Definition:
    """The standard question in all ready languages."""
    return standard(Metric.NPS, "Northwind")
