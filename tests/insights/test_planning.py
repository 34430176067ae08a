from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cxsurvey.core.context import NOBODY, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from cxsurvey.core.ids import encode
from cxsurvey.insights import planning, service
from cxsurvey.insights.periods import parse as parse_period
from cxsurvey.insights.planning import PlanReport, Question
from cxsurvey.scoring.catalogue import CES_1_0, CSAT_5, STARS_5
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.spread import Mix
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from tests.application import NOON
from tests.factories import Place, act_in, make_open_survey, make_place, make_workspace
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
LAST_90 = parse_period({}, NOON, "Europe/Istanbul")


@pytest.fixture
def place(write: Write) -> Place:
    made: Place = write(make_place)
    return made


@pytest.fixture
def plan(database: Database, place: Place) -> Callable[..., PlanReport]:
    """The plan for what an address asks, in the place's workspace."""

    def planned(**values: str) -> PlanReport:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            return planning.plan(ctx, planning.parse(values), LAST_90)

    return planned


def stored(write: Write, place: Place, scores: Sequence[int], days: int = 1) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        at = NOON - timedelta(days=days)
        store(ctx, [answer(ctx, place.survey.id, score, at) for score in scores])

    write(work)


def test_a_survey_is_planned_with_its_own_spread_and_pace(write: Write, place: Place, plan: Any) -> None:
    stored(write, place, [9] * 50 + [8] * 35 + [3] * 15)
    stored(write, place, [0] * 40, days=120)  # before the 90 days, of no account

    found = plan(change="10", rate="25")

    # v = p + d - (p - d)^2 with 3/4, 1 1/2 and 3/4 of an answer added, n = 2 v (z + y)^2 / d^2
    assert found.spread.variance == pytest.approx(0.53016, abs=0.00001)
    assert found.asked.plan.responses == 833
    assert found.asked.invitations.invitations == 3329
    assert found.asked.days == 750  # 833 answers at 100 in 90 days
    assert (found.assumed, found.own.result.n) == (None, 100)
    assert found.own.detectable.change == pytest.approx(28.85, abs=0.005)
    assert [step.change for step in found.steps] == [5, 10, 15, 20]
    assert found.steps[1] == found.asked


def test_a_named_mix_needs_no_survey(plan: Any) -> None:
    found = plan(like="worst-case", change="5", confidence="90", power="90")

    assert (found.assumed, found.own, found.asked.days) == (Mix.WORST_CASE, None, None)
    assert found.asked.plan.responses == 6852  # 2 (1.6449 + 1.2816)^2 / 0.05^2
    assert (found.asked.plan.confidence, found.asked.plan.power) == (0.9, 0.9)


def test_a_survey_with_fewer_than_ten_answers_borrows_a_mix(write: Write, place: Place, plan: Any) -> None:
    stored(write, place, [9] * 9)
    few = plan()
    stored(write, place, [9])
    enough = plan()

    assert (few.assumed, few.own.result.n) == (planning.ASSUMED, 9)
    assert few.spread == planning.ASSUMED.spread
    assert few.own.detectable.n_now == 9
    assert enough.assumed is None


def test_a_survey_without_answers_has_no_pace_and_sees_nothing(plan: Any) -> None:
    found = plan()

    assert (found.assumed, found.asked.days, found.own.detectable) == (planning.ASSUMED, None, None)
    assert found.own.result.estimate is None


def test_without_a_survey_a_mix_is_assumed(database: Database, write: Write) -> None:
    workspace_id = write(lambda ctx: make_workspace(ctx, "empty").id)
    with database.read() as ctx:
        act_in(ctx, workspace_id)
        found = planning.plan(ctx, planning.parse({}), LAST_90)

    assert (found.own, found.assumed) == (None, planning.ASSUMED)


def test_another_survey_is_planned_when_it_is_named(write: Write, place: Place, plan: Any) -> None:
    def make(ctx: Context) -> str:
        act_in(ctx, place.workspace_id)
        other = make_open_survey(ctx, "Zebra")
        store(ctx, [answer(ctx, other.id, 9, NOON - timedelta(days=1))])
        return encode("srv", other.id)

    named = write(make)

    assert plan().own.result.n == 0
    assert plan(like=named).own.survey.name == "Zebra"
    assert plan(like=named).own.result.n == 1


def test_what_is_not_there_cannot_be_planned(write: Write, place: Place, plan: Any) -> None:
    def foreign(ctx: Context) -> str:
        make_workspace(ctx, "foreign")
        return encode("srv", make_open_survey(ctx).id)

    def draft(ctx: Context) -> str:
        act_in(ctx, place.workspace_id)
        return encode("srv", surveys.create(ctx, CreateSurvey(name="Draft", languages=("en",))).id)

    for name in (write(foreign), write(draft), encode("srv", uuid4()), "srv_nonsense"):
        with pytest.raises(NotFound):
            plan(like=name)


def test_a_plan_needs_the_right_to_read_scores(database: Database, place: Place) -> None:
    question = planning.parse({"like": "good"})
    with database.read() as ctx:
        ctx.actor = NOBODY
        with pytest.raises(Unauthenticated):
            planning.plan(ctx, question, LAST_90)
        ctx.actor = Actor(ActorKind.USER, uuid4(), grants=frozenset({"surveys:read"}))
        with pytest.raises(Forbidden):
            planning.plan(ctx, question, LAST_90)


def test_nothing_said_asks_for_the_usual_change_at_the_usual_confidence_and_power(plan: Any) -> None:
    assert planning.parse({}) == Question(None, None, 0.95, 0.8, 0.2)
    assert plan().asked.change == 10.0


@pytest.mark.parametrize(
    ("formula", "scores", "change", "steps", "answers"),
    [
        # .80 against .75 at 80 % power takes 1,094 each, and the padding of 100 answers brings the share to .788
        (CSAT_5, [5] * 80 + [1] * 20, 5.0, (2.0, 5.0, 10.0, 15.0), range(1094, 1200)),
        (STARS_5, [5] * 50 + [4] * 30 + [2] * 20, 0.2, (0.1, 0.2, 0.4, 0.8), range(400, 700)),
        (CES_1_0, [1] * 50 + [2] * 30 + [4] * 20, 0.2, (0.1, 0.2, 0.4, 0.8), range(400, 700)),
    ],
)
def test_shares_and_means_are_planned_in_their_own_unit(
    *,
    write: Write,
    place: Place,
    plan: Any,
    monkeypatch: pytest.MonkeyPatch,
    formula: Definition,
    scores: list[int],
    change: float,
    steps: tuple[float, ...],
    answers: range,
) -> None:
    monkeypatch.setattr(service, "FORMULAS", {NPS.key: formula})
    stored(write, place, scores)

    found = plan()

    assert found.asked.change == change
    assert tuple(step.change for step in found.steps) == steps
    assert found.asked.plan.responses in answers
    assert found.own is not None
    assert 0 < found.own.detectable.change < found.spread.widest


def test_a_change_beyond_the_scale_of_a_mean_is_refused(
    plan: Any, write: Write, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "FORMULAS", {NPS.key: STARS_5})
    stored(write, place, [5] * 20)

    with pytest.raises(Invalid) as refused:
        plan(change="5")

    assert [(one.field, one.rule) for one in refused.value.problems] == [("change", "out_of_range")]


@pytest.mark.parametrize("change", ["0", "-5", "200.01"])
def test_a_change_that_cannot_be_is_refused_with_the_limits_and_their_unit(plan: Any, change: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan(change=change)

    (problem,) = refused.value.problems
    assert (problem.field, problem.rule) == ("change", "out_of_range")
    assert problem.message == "must lie between 0.01 and 200 points for these responses"


def test_a_number_may_have_a_comma() -> None:
    assert planning.parse({"change": " 12,5 ", "rate": "0.1"}) == Question(None, 12.5, 0.95, 0.8, 0.001)


@pytest.mark.parametrize("value", ["1", "200"])
def test_the_smallest_and_the_largest_change_are_taken(value: str) -> None:
    assert planning.parse({"change": value}).change == float(value)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("change", "", "missing"),
        ("change", " ", "missing"),
        ("change", "ten", "not_a_number"),
        ("change", "1e1", "not_a_number"),
        ("change", "\u0661\u0660", "not_a_number"),
        ("rate", "-5", "out_of_range"),
        ("rate", "0", "out_of_range"),
        ("rate", "100.1", "out_of_range"),
        ("rate", "", "missing"),
        ("confidence", "0.95", "not_offered"),
        ("confidence", "", "missing"),
        ("power", "70", "not_offered"),
        ("like", "splendid", "not_offered"),
    ],
)
def test_a_bad_value_is_refused_by_field_and_rule(name: str, value: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        planning.parse({name: value})

    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [(name, rule)]


def test_every_bad_value_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        planning.parse({"change": "x", "power": "1", "rate": "x", "like": "x", "confidence": "x"})

    assert {problem.field for problem in refused.value.problems} == {"like", "change", "confidence", "power", "rate"}
