"""Every state against every step, and what a publication comes to."""

import pytest

from cxsurvey.core.errors import Refusal
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import policy
from cxsurvey.surveys.errors import SurveyIsClosed, SurveyIsNotClosed, SurveyIsNotOpen, SurveyWasPublished
from cxsurvey.surveys.policy import Outcome, Step, SurveyState
from cxsurvey.surveys.standard import standard
from tests.surveys.scales import five_point_scale

DRAFT, OPEN, CLOSED = SurveyState.DRAFT, SurveyState.OPEN, SurveyState.CLOSED

POSSIBLE = [
    (DRAFT, Step.EDIT, DRAFT),
    (DRAFT, Step.PUBLISH, OPEN),
    (DRAFT, Step.DELETE, DRAFT),
    (OPEN, Step.EDIT, OPEN),
    (OPEN, Step.PUBLISH, OPEN),
    (OPEN, Step.CLOSE, CLOSED),
    (CLOSED, Step.EDIT, CLOSED),
    (CLOSED, Step.REOPEN, OPEN),
]
REFUSED = [
    (DRAFT, Step.CLOSE, SurveyIsNotOpen),
    (DRAFT, Step.REOPEN, SurveyIsNotClosed),
    (OPEN, Step.REOPEN, SurveyIsNotClosed),
    (OPEN, Step.DELETE, SurveyWasPublished),
    (CLOSED, Step.DELETE, SurveyWasPublished),
    (CLOSED, Step.PUBLISH, SurveyIsClosed),
    (CLOSED, Step.CLOSE, SurveyIsNotOpen),
]


@pytest.mark.parametrize(("state", "step", "then"), POSSIBLE)
def test_a_possible_step_leads_to_its_state(state: SurveyState, step: Step, then: SurveyState) -> None:
    assert policy.allows(state, step)
    assert policy.after(state, step) is then


@pytest.mark.parametrize(("state", "step", "refusal"), REFUSED)
def test_an_impossible_step_says_why(state: SurveyState, step: Step, refusal: type[Refusal]) -> None:
    assert not policy.allows(state, step)
    with pytest.raises(refusal):
        policy.after(state, step)


def test_every_state_knows_every_step() -> None:
    assert set(policy.STEPS) == {(state, step) for state in SurveyState for step in Step}
    assert len(POSSIBLE) + len(REFUSED) == len(policy.STEPS)


def test_a_first_publication_is_told_from_an_unchanged_one() -> None:
    draft = standard(Metric.NPS, "Northwind")

    assert policy.outcome(None, draft) is Outcome.FIRST
    assert policy.outcome(draft, draft.from_stored(draft.stored())) is Outcome.UNCHANGED


def test_new_words_keep_the_trend_line() -> None:
    before = standard(Metric.NPS, "Northwind")

    assert policy.outcome(before, standard(Metric.NPS, "Southwind")) is Outcome.SAME_LINE


def test_another_order_of_languages_is_a_change() -> None:
    before, after = (standard(Metric.NPS, "Northwind", tags) for tags in (("en", "de"), ("en", "de")))
    after = after.model_copy(update={"texts": dict(reversed(after.texts.items()))})

    assert before == after
    assert policy.outcome(before, after) is Outcome.SAME_LINE


def test_another_scale_starts_a_new_trend_line() -> None:
    before = standard(Metric.NPS, "Northwind")
    after = before.model_copy(update={"scale": five_point_scale()})

    assert policy.outcome(before, after) is Outcome.NEW_LINE
    assert policy.outcome(after, before) is Outcome.NEW_LINE
