"""What customers wrote in answer to the follow-ups that ask for a text: the newest of each."""

from __future__ import annotations

from collections.abc import Mapping

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.insights.follow_ups import FollowUpsReport
from cxsurvey.insights.reports import Comment, SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import service as responses
from cxsurvey.responses.views import ResponseView


def newest_texts(ctx: Context, report: FollowUpsReport) -> Mapping[str, tuple[Comment, ...]]:
    """The texts of `FollowUpReport.newest` with where they belong, newest first, by the id of their follow-up.

    A follow-up without any has no entry. Texts are read as comments are, so `Forbidden` is raised for whoever may not
    read responses.
    """
    require(ctx, Grant.RESPONSES_READ)
    wanted = {each.id: each.newest for each in report.follow_ups if each.newest}
    every = dict.fromkeys(response_id for newest in wanted.values() for response_id in newest)
    found = {response.id: response for response in responses.some(ctx, list(every))}
    return {
        key: tuple(
            _comment(response, report.survey, str(response.follow_ups[key]))
            for response_id in newest
            if (response := found.get(response_id)) is not None and key in response.follow_ups
        )
        for key, newest in wanted.items()
    }


def _comment(response: ResponseView, survey: SurveyLine, text: str) -> Comment:
    return Comment(
        response_id=response.id,
        survey_id=survey.survey_id,
        survey_name=survey.name,
        score=response.score,
        formula=survey.formula,
        text=text,
        answered_at=response.answered_at,
        report_day=response.report_day,
        anonymous=survey.anonymous,
        person_name=response.person.name if response.person is not None else None,
        has_follow_ups=True,
        attribution=tuple(response.segments[key] for key in SEGMENT_KEYS if key in response.segments),
    )
