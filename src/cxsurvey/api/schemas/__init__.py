"""What the API answers with: one model per document, from which both the replies and their description are made.

Ids are opaque strings with a prefix, instants RFC 3339 in UTC, scores in display units.
"""

from cxsurvey.api.schemas.account import Me
from cxsurvey.api.schemas.base import Document, id_in
from cxsurvey.api.schemas.invitation import Invitation
from cxsurvey.api.schemas.problem import BatchItem, BatchResult, ItemProblem, Problem
from cxsurvey.api.schemas.response import Receipt, Response, ResponseList
from cxsurvey.api.schemas.score import Score
from cxsurvey.api.schemas.segment import Segments
from cxsurvey.api.schemas.survey import (
    Publication,
    Survey,
    SurveyList,
    SurveySummary,
    describe_survey,
    summarise_survey,
)

__all__ = [
    "BatchItem",
    "BatchResult",
    "Document",
    "Invitation",
    "ItemProblem",
    "Me",
    "Problem",
    "Publication",
    "Receipt",
    "Response",
    "ResponseList",
    "Score",
    "Segments",
    "Survey",
    "SurveyList",
    "SurveySummary",
    "describe_survey",
    "id_in",
    "summarise_survey",
]
