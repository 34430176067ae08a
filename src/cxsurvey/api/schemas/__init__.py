"""What the API answers with: one model per document, from which both the replies and their description are made.

Ids are opaque strings with a prefix, instants RFC 3339 in UTC, scores in display units.
"""

from cxsurvey.api.schemas.account import Me
from cxsurvey.api.schemas.base import Document, id_in
from cxsurvey.api.schemas.branding import Branding, describe_branding
from cxsurvey.api.schemas.company import (
    AuditEntry,
    AuditEntryList,
    Member,
    MemberInvitation,
    MemberInvitationList,
    MemberList,
    WorkspaceSettings,
)
from cxsurvey.api.schemas.follow_ups import FollowUps
from cxsurvey.api.schemas.formula import Formula, FormulaList
from cxsurvey.api.schemas.imports import Import, ImportList, ImportSummary
from cxsurvey.api.schemas.invitation import Invitation, InvitationList, SignedLink
from cxsurvey.api.schemas.problem import BatchItem, BatchResult, ItemProblem, Problem
from cxsurvey.api.schemas.response import Person, PersonList, Receipt, Response, ResponseList
from cxsurvey.api.schemas.score import Score
from cxsurvey.api.schemas.segment import Segments
from cxsurvey.api.schemas.survey import (
    Deleted,
    Publication,
    Readiness,
    Survey,
    SurveyList,
    SurveySummary,
    Version,
    VersionList,
    VersionSummary,
    describe_survey,
    summarise_survey,
)

__all__ = [
    "AuditEntry",
    "AuditEntryList",
    "BatchItem",
    "BatchResult",
    "Branding",
    "Deleted",
    "Document",
    "FollowUps",
    "Formula",
    "FormulaList",
    "Import",
    "ImportList",
    "ImportSummary",
    "Invitation",
    "InvitationList",
    "ItemProblem",
    "Me",
    "Member",
    "MemberInvitation",
    "MemberInvitationList",
    "MemberList",
    "Person",
    "PersonList",
    "Problem",
    "Publication",
    "Readiness",
    "Receipt",
    "Response",
    "ResponseList",
    "Score",
    "Segments",
    "SignedLink",
    "Survey",
    "SurveyList",
    "SurveySummary",
    "Version",
    "VersionList",
    "VersionSummary",
    "WorkspaceSettings",
    "describe_branding",
    "describe_survey",
    "id_in",
    "summarise_survey",
]
