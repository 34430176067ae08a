"""Surveys through their use cases, on both databases."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event, select

from cxsurvey.accounts.permissions import ROLE_GRANTS, Grant, Role
from cxsurvey.core.context import NOBODY, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Forbidden, Invalid, LiveKeyNeeded, NotFound, Unauthenticated
from cxsurvey.core.models import AuditEntry
from cxsurvey.surveys import asked, service
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.errors import AnonymityFixed, StaleEdit, SurveyIsClosed
from cxsurvey.surveys.events import SurveyClosed, SurveyPublished
from cxsurvey.surveys.models import SurveyVersion, TrendLine
from cxsurvey.surveys.policy import Outcome, SurveyState
from cxsurvey.surveys.service import SurveyView
from tests.factories import act_in, make_workspace
from tests.surveys.scales import five_point_scale

Write = Callable[[Callable[[Context], Any]], Any]


@pytest.fixture
def ctx(database: Database) -> Context:
    """A context in a workspace, as the operator, on the transaction of the test."""
    opened: list[Context] = []
    database.write(opened.append, share=Share.JOBS)
    make_workspace(opened[0])
    return opened[0]


def _survey(ctx: Context, *languages: str) -> SurveyView:
    return service.create(ctx, CreateSurvey(name="Relationship", languages=languages or ("en",)))


def _edit(ctx: Context, survey: SurveyView, **changes: Any) -> SurveyView:
    fields = {"revision": survey.revision, "name": survey.name}
    return service.edit(ctx, survey.id, EditSurvey(**{**fields, "definition": survey.draft, **changes}))


def _asking(survey: SurveyView, question: str) -> Definition:
    stored = survey.draft.stored()
    stored["texts"]["en"]["question"] = question
    return Definition.from_stored(stored)


def test_a_new_survey_is_a_draft_that_can_be_published(ctx: Context) -> None:
    survey = _survey(ctx, "de", "en")

    assert survey.state is SurveyState.DRAFT
    assert survey.draft.default_language == "de"
    assert "Northwind Home" in survey.draft.texts["en"].question
    assert (survey.version_number, survey.trend_line_id, survey.published) == (None, None, None)
    assert survey.outcome is Outcome.FIRST


def test_a_first_publication_opens_the_survey_on_a_line_of_its_own(ctx: Context) -> None:
    survey = _survey(ctx)

    publication = service.publish(ctx, survey.id, survey.revision)

    assert publication.outcome is Outcome.FIRST
    assert publication.survey.state is SurveyState.OPEN
    assert publication.survey.version_number == 1
    line = ctx.session.get_one(TrendLine, publication.survey.trend_line_id)
    assert (line.survey_id, line.metric, line.formula) == (survey.id, "nps", "nps-0-10/1")
    assert (line.minimum, line.maximum) == (0, 10)


def test_new_words_make_a_version_on_the_same_line(ctx: Context) -> None:
    first = service.publish(ctx, _survey(ctx).id).survey
    _edit(ctx, first, definition=_asking(first, "Would you?"))

    second = service.publish(ctx, first.id)

    assert second.outcome is Outcome.SAME_LINE
    assert (second.survey.version_number, second.survey.trend_line_id) == (2, first.trend_line_id)


def test_publishing_what_is_asked_already_does_nothing_and_says_so(ctx: Context) -> None:
    first = service.publish(ctx, _survey(ctx).id).survey
    ctx.events.clear()

    again = service.publish(ctx, first.id)

    assert again.outcome is Outcome.UNCHANGED
    assert not again.changed
    assert again.survey == first
    assert ctx.events == []
    assert len(ctx.session.scalars(select(SurveyVersion)).all()) == 1


def test_another_scale_starts_a_new_line_and_so_does_going_back(ctx: Context) -> None:
    first = service.publish(ctx, _survey(ctx).id).survey
    other = _edit(ctx, first, definition=first.draft.model_copy(update={"scale": five_point_scale()}))
    second = service.publish(ctx, other.id)
    back = _edit(ctx, second.survey, definition=first.draft)

    third = service.publish(ctx, back.id)

    assert second.outcome is third.outcome is Outcome.NEW_LINE
    assert len({first.trend_line_id, second.survey.trend_line_id, third.survey.trend_line_id}) == 3


def test_a_published_version_never_changes(ctx: Context) -> None:
    first = service.publish(ctx, _survey(ctx).id).survey
    before = ctx.connection.execute(select(SurveyVersion.__table__)).all()

    edited = _edit(ctx, first, definition=_asking(first, "Would you?"))

    assert ctx.connection.execute(select(SurveyVersion.__table__)).all() == before
    assert edited.published == first.published
    assert edited.has_unpublished_changes


def test_an_edit_of_an_older_revision_is_refused_and_stores_nothing(ctx: Context) -> None:
    survey = _survey(ctx)
    newer = _edit(ctx, survey, name="Theirs")

    with pytest.raises(StaleEdit) as refused:
        _edit(ctx, survey, name="Mine")

    assert refused.value.code == "stale_edit"
    assert service.get(ctx, survey.id) == newer


def test_publishing_an_older_revision_is_refused(ctx: Context) -> None:
    survey = _survey(ctx)
    _edit(ctx, survey, definition=_asking(survey, "Would you?"))

    with pytest.raises(StaleEdit):
        service.publish(ctx, survey.id, survey.revision)

    assert service.get(ctx, survey.id).state is SurveyState.DRAFT


def test_saving_what_is_stored_already_makes_no_revision(ctx: Context) -> None:
    survey = _survey(ctx)

    assert _edit(ctx, survey) == survey


def test_every_gap_is_named_and_nothing_is_published(ctx: Context) -> None:
    survey = _survey(ctx, "en", "fr")

    with pytest.raises(Invalid) as refused:
        service.publish(ctx, survey.id)

    fields = {problem.field for problem in refused.value.problems}
    assert "definition.texts.fr.question" in fields
    assert all(field.startswith("definition.texts.fr.") for field in fields)
    assert service.get(ctx, survey.id).state is SurveyState.DRAFT


def test_anonymity_is_chosen_until_the_first_publication(ctx: Context) -> None:
    draft = _survey(ctx)

    def edited(view: SurveyView, anonymous: bool | None) -> SurveyView:
        command = EditSurvey(revision=view.revision, name=view.name, definition=view.draft, anonymous=anonymous)
        return service.edit(ctx, view.id, command)

    chosen = edited(draft, True)
    assert chosen.anonymous
    assert edited(chosen, None) == chosen
    back = edited(chosen, False)
    assert not back.anonymous
    asked = service.publish(ctx, edited(back, True).id).survey

    with pytest.raises(AnonymityFixed) as refused:
        edited(asked, False)
    assert [problem.field for problem in refused.value.problems] == ["anonymous"]
    assert edited(asked, True) == asked


def test_a_survey_closes_and_opens_again_on_its_line(ctx: Context) -> None:
    first = service.publish(ctx, _survey(ctx).id).survey

    closed = service.close(ctx, first.id)
    with pytest.raises(SurveyIsClosed):
        service.publish(ctx, first.id)
    opened = service.reopen(ctx, first.id)

    assert (closed.state, closed.closed_at) == (SurveyState.CLOSED, ctx.now)
    assert (opened.state, opened.closed_at) == (SurveyState.OPEN, None)
    assert opened.trend_line_id == first.trend_line_id


def test_what_happened_is_told_and_kept_in_the_audit_log(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    service.close(ctx, survey.id)
    service.reopen(ctx, survey.id)

    told = [event for event in ctx.events if isinstance(event, SurveyPublished | SurveyClosed)]
    actions = ctx.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [type(event) for event in told] == [SurveyPublished, SurveyClosed]
    assert isinstance(told[0], SurveyPublished)
    assert told[0].new_line
    assert list(actions) == ["survey.created", "survey.published", "survey.closed", "survey.reopened"]


def test_a_survey_of_another_workspace_looks_like_a_missing_one(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    make_workspace(ctx, "southwind")

    for use in (
        lambda: service.get(ctx, survey.id),
        lambda: service.publish(ctx, survey.id),
        lambda: service.close(ctx, survey.id),
        lambda: service.reopen(ctx, survey.id),
        lambda: _edit(ctx, survey),
        lambda: service.get(ctx, ctx.ids.new()),
    ):
        with pytest.raises(NotFound):
            use()
    assert service.listed(ctx) == []


def test_a_viewer_reads_and_nobody_else_gets_in(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    viewer = Actor(ActorKind.USER, grants=frozenset(str(grant) for grant in ROLE_GRANTS[Role.VIEWER]))
    act_in(ctx, ctx.workspace, viewer)

    assert [each.id for each in service.listed(ctx)] == [survey.id]
    for use in (
        lambda: _survey(ctx),
        lambda: _edit(ctx, survey),
        lambda: service.publish(ctx, survey.id),
        lambda: service.close(ctx, survey.id),
        lambda: service.reopen(ctx, survey.id),
    ):
        with pytest.raises(Forbidden):
            use()
    act_in(ctx, ctx.workspace, NOBODY)
    with pytest.raises(Unauthenticated):
        service.get(ctx, survey.id)


def test_a_key_in_test_mode_may_make_a_draft_and_change_none(ctx: Context) -> None:
    grants = frozenset({str(Grant.SURVEYS_WRITE), str(Grant.SURVEYS_READ)})
    act_in(ctx, ctx.workspace, Actor(ActorKind.KEY, grants=grants, test=True))
    survey = _survey(ctx)

    for use in (
        lambda: _edit(ctx, survey, name="Another"),
        lambda: service.publish(ctx, survey.id),
        lambda: service.close(ctx, survey.id),
        lambda: service.reopen(ctx, survey.id),
    ):
        with pytest.raises(LiveKeyNeeded):
            use()
    assert service.get(ctx, survey.id) == survey


def test_the_list_is_newest_first(ctx: Context) -> None:
    ids = [_survey(ctx).id for _ in range(3)]

    assert [survey.id for survey in service.listed(ctx)] == ids[::-1]


def test_only_a_published_survey_is_asked(ctx: Context) -> None:
    survey = _survey(ctx)

    assert service.asked_by_code(ctx, survey.code) is None
    assert service.asked_by_id(ctx, survey.id) is None


def test_what_is_asked_is_the_version_not_the_draft(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    _edit(ctx, survey, definition=_asking(survey, "Not published yet?"))

    by_code, by_id = service.asked_by_code(ctx, survey.code), service.asked_by_id(ctx, survey.id)

    assert by_code is not None
    assert by_code == by_id
    assert by_code.is_open
    assert by_code.definition == survey.published
    assert (by_code.version_number, by_code.trend_line_id) == (1, survey.trend_line_id)
    assert (by_code.workspace.name, by_code.workspace.accent) == ("Northwind Home", "#274C84")


def test_a_closed_survey_is_known_but_not_open(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    service.close(ctx, survey.id)

    found = service.asked_by_code(ctx, survey.code)

    assert found is not None
    assert not found.is_open


def test_a_new_version_is_asked_at_once(ctx: Context) -> None:
    survey = service.publish(ctx, _survey(ctx).id).survey
    service.asked_by_code(ctx, survey.code)
    _edit(ctx, survey, definition=_asking(survey, "Would you?"))
    service.publish(ctx, survey.id)

    found = service.asked_by_code(ctx, survey.code)

    assert found is not None
    assert found.definition.texts_in("en").question == "Would you?"


@pytest.mark.parametrize("code", ["", "abcdefghjk", "' OR 1=1--", "x" * 5_000, "né"])
def test_an_unknown_code_is_nothing(ctx: Context, code: str) -> None:
    _survey(ctx)

    assert service.asked_by_code(ctx, code) is None


def test_many_are_asked_for_with_one_read_once_their_texts_are_known(ctx: Context) -> None:
    surveys = [service.publish(ctx, _survey(ctx).id).survey for _ in range(3)]
    ids = {survey.id for survey in surveys}
    service.asked_many(ctx, survey_ids=ids)
    seen: list[str] = []

    def record(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(ctx.connection, "before_cursor_execute", record)
    found: Sequence[object] = list(service.asked_many(ctx, survey_ids=ids))
    event.remove(ctx.connection, "before_cursor_execute", record)

    assert set(found) == ids
    assert len(seen) == 1
    assert "definition" not in seen[0]


def test_the_definitions_kept_in_memory_are_bounded(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "KEPT_DEFINITIONS", 2)
    monkeypatch.setattr(asked, "_kept", {})
    surveys = [service.publish(ctx, _survey(ctx).id).survey for _ in range(4)]

    found = service.asked_many(ctx, survey_ids=[survey.id for survey in surveys])

    assert len(found) == 4
    assert len(asked._kept) == 2
