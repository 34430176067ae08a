"""The daily counters against a naive recount, after any mix of writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from cxsurvey.responses import counts, service
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.models import COUNTERS, Response, ScoreDay
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.submit import SUBMIT, Stored
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.drafting import change_formula
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.models import TrendLine
from tests.factories import Place, act_in, form_page, make_place, offering_unknown, publish_anew

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "unknown", "again", "again", "void", "restore", "wait", "publish"]),
        st.integers(0, 10) | st.none(),
        st.sampled_from([None, "words"]),
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=25,
)


class Story:
    """Plays steps against the database and remembers what may be touched again."""

    def __init__(self, database: Database, place: Place, clock: FixedClock) -> None:
        self.database = database
        self.place = place
        self.clock = clock
        self.version = place.survey.version_number or 0
        self.sent: list[Submission] = []
        self.ids: list[UUID] = []

    def play(self, kind: str, score: int | None, comment: str | None, pick: int, odd: bool) -> None:
        if kind == "wait":
            self.clock.instant += timedelta(hours=7)
        elif kind == "add":
            self.send(self.new(score, comment, test=odd and score == 5, seconds=0.5 if odd else 20))
        elif kind == "unknown":
            self.send(replace(self.new(None, comment, test=odd, seconds=20), unknown=True))
        elif kind == "publish":
            self.publish(list(OFFERED)[pick])
        elif kind == "again" and self.sent:
            old = self.sent[pick % len(self.sent)]
            assert old.page is not None
            # from the page that was sent, or from one that was opened under a version of later or before
            page = old.page._replace(version=1 + pick % self.version) if odd else old.page
            self.send(replace(old, page=page, score=score, unknown=odd and score is None, comment=comment))
        elif kind in {"void", "restore"} and self.ids:
            chosen = self.ids[pick % len(self.ids)]
            try:
                self.database.write(lambda ctx: self.judge(ctx, kind, chosen), share=Share.DASHBOARD)
            except Refusal:
                return

    def publish(self, formula: str) -> None:
        def unit(ctx: Context) -> Place:
            act_in(ctx, self.place.workspace_id)
            survey = surveys.get(ctx, self.place.survey.id)
            changed = change_formula(survey.draft, formula, "Northwind Home")
            return publish_anew(ctx, replace(self.place, survey=survey), offering_unknown(changed))

        published = self.database.write(unit, share=Share.DASHBOARD).survey.version_number
        assert published is not None
        self.version = published

    def new(self, score: int | None, comment: str | None, *, test: bool, seconds: float) -> Submission:
        with self.database.read() as ctx:
            page = form_page(ctx, seconds)._replace(version=self.version)
        return Submission(self.place.survey.id, "link", score=score, comment=comment, page=page, test=test)

    def send(self, *items: Submission) -> None:
        for item, outcome in zip(items, self.database.hot(SUBMIT, items, share=Share.RESPONDENT), strict=True):
            if isinstance(outcome, Stored) and outcome.created:
                self.sent.append(item)
                self.ids.append(outcome.id)

    def judge(self, ctx: Context, kind: str, chosen: UUID) -> None:
        act_in(ctx, self.place.workspace_id)
        (service.void if kind == "void" else service.restore)(ctx, chosen, VoidResponse(reason="because"))


def naive(ctx: Context) -> dict[tuple[int, object], Counter[str]]:
    """Counts by looking at every answer, in Python."""
    found: dict[tuple[int, object], Counter[str]] = {}
    for row in ctx.session.scalars(select(Response)):
        day = found.setdefault((row.trend_line_id, row.report_day), Counter())
        if row.score is not None:
            line = ctx.session.get_one(TrendLine, row.trend_line_id)
            assert line.minimum <= row.score <= line.maximum
        if row.state != "counted":
            day[row.state] += 1
            continue
        without = "unknown" if row.unknown else "unscored"
        day[without if row.score is None else f"n{row.score}"] += 1
        day["comments"] += row.comment is not None
    return found


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place_offering_unknown, share=Share.JOBS)


def make_place_offering_unknown(ctx: Context) -> Place:
    made = make_place(ctx)
    return publish_anew(ctx, made, offering_unknown(made.survey.draft))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("publish", None, None, 2, False), ("add", 2, None, 0, False), ("again", 9, "words", 0, True)])
def test_counters_equal_a_naive_recount_after_any_story(
    database: Database,
    place: Place,
    clock: FixedClock,
    steps: list[tuple[str, int | None, str | None, int, bool]],
) -> None:
    story = Story(database, place, clock)

    for step in steps:
        story.play(*step)

    with database.read() as ctx:
        wanted = naive(ctx)
        for row in ctx.session.scalars(select(ScoreDay)):
            expected = wanted.pop((row.trend_line_id, row.report_day), Counter())
            assert {name: getattr(row, name) for name in COUNTERS} == {name: expected[name] for name in COUNTERS}
        assert wanted == {}


def test_rebuild_mends_a_wrong_day_and_verify_names_it(database: Database, place: Place, clock: FixedClock) -> None:
    story = Story(database, place, clock)
    story.send(story.new(9, "good", test=False, seconds=20), story.new(2, None, test=False, seconds=20))
    line = place.survey.trend_line_id
    assert line is not None

    def spoil(ctx: Context) -> None:
        ctx.session.execute(ScoreDay.__table__.update().values(n9=5, n2=0))  # type: ignore[attr-defined]

    database.write(spoil, share=Share.JOBS)
    with database.read() as ctx:
        found = [(name, stored, true) for _, name, stored, true in counts.differences(ctx.connection, line)]
        day = counts.days_of(ctx.connection, line)[0]
    assert found == [("n2", 0, 1), ("n9", 5, 1)]

    database.write(lambda ctx: counts.rebuild_day(ctx, line, day), share=Share.JOBS)

    with database.read() as ctx:
        assert counts.differences(ctx.connection, line) == []
