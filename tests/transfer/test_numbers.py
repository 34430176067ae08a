from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from cxsurvey.core.context import NOBODY, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Forbidden, NotFound, Unauthenticated
from cxsurvey.core.ids import encode
from cxsurvey.insights import service
from cxsurvey.insights.periods import Period, parse
from cxsurvey.scoring.catalogue import CATALOGUE, CSAT_5, NPS_5
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.trend import Grain
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.transfer import numbers
from cxsurvey.transfer.export import Cell, as_csv
from tests.application import NOON
from tests.factories import Place, act_in, make_open_survey, make_place, make_workspace
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
ZONE = "Europe/Istanbul"
LAST_90 = parse({}, NOON, ZONE)
EVER = parse({"period": "all"}, NOON, ZONE)
SOME_WEEKS = parse({"since": "2026-11-04", "until": "2026-11-22"}, NOON, ZONE)


@pytest.fixture
def place(write: Write) -> Place:
    made: Place = write(make_place)
    return made


@pytest.fixture
def table(database: Database, write: Write, place: Place) -> Callable[..., list[dict[str, Cell]]]:
    """Orders the numbers of a survey and gives its rows by the names of their columns."""

    def run(period: Period = LAST_90, grain: Grain | None = None) -> list[dict[str, Cell]]:
        def order(ctx: Context) -> numbers.Order:
            act_in(ctx, place.workspace_id)
            return numbers.order(ctx, place.survey.id, period, grain)

        made: numbers.Order = write(order)
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            heading, *rows = numbers.rows(ctx, made)
        return [dict(zip(map(str, heading), row, strict=True)) for row in rows]

    return run


def stored(write: Write, place: Place, answers: Sequence[tuple[int | None, datetime]], *, test: bool = False) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        note = "only a word"
        store(ctx, [answer(ctx, place.survey.id, score, at, note, test=test) for score, at in answers])

    write(work)


def test_the_rows_hold_what_the_results_page_shows(write: Write, database: Database, place: Place, table: Any) -> None:
    now, before = NOON - timedelta(days=2), NOON - timedelta(days=95)
    stored(write, place, [(10, now)] * 61 + [(8, now)] * 3 + [(2, now)] * 10)
    stored(write, place, [(9, before)] * 20 + [(0, before)] * 50)
    stored(write, place, [(9, now)] * 4, test=True)
    stored(write, place, [(None, now)])
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        report = service.score(ctx, place.survey.id, LAST_90)

    whole, prior, *weeks = table()

    result, change = report.result, report.change
    assert change is not None
    assert (whole["row"], whole["since"], whole["until"], whole["zone"]) == ("period", "2026-08-24", "2026-11-21", ZONE)
    assert (whole["estimate"], whole["lower"], whole["upper"]) == (result.estimate, result.lower, result.upper)
    assert (whole["n"], whole["promoters"], whole["passives"], whole["detractors"]) == (74, 61, 3, 10)
    assert [whole[f"score_{score}"] for score in range(11)] == [0, 0, 10, 0, 0, 0, 0, 0, 3, 0, 61]
    assert [whole[name] for name in ("unit", "confidence", "method", "definition", "flags")] == [
        "points",
        0.95,
        "score",
        "nps-0-10/1",
        "",
    ]
    for name, figure in (("mean", result.mean), ("top_box", result.top_box)):
        assert figure is not None
        told = [whole[f"{name}{end}"] for end in ("", "_lower", "_upper", "_method")]
        assert told == [figure.estimate, figure.lower, figure.upper, figure.method.value]
    assert (whole["left_out_test"], whole["left_out_unscored"], whole["left_out_void"]) == (4, 1, 0)
    assert whole["difference"] is None

    assert (prior["row"], prior["since"], prior["until"], prior["n"]) == ("before", "2026-05-26", "2026-08-23", 70)
    assert (prior["difference"], prior["difference_lower"], prior["difference_upper"]) == (
        change.estimate,
        change.lower,
        change.upper,
    )
    assert (prior["p_value"], prior["minimum_detectable"]) == (change.p_value, change.minimum_detectable)
    assert (prior["changed"], prior["comparable"], prior["left_out_test"]) == (True, True, None)

    assert {week["row"] for week in weeks} == {"week"}
    assert sum(week["n"] for week in weeks) == 74
    assert all(week["difference"] is None and week["left_out_test"] is None for week in weeks)


def test_a_week_names_its_days_whether_it_is_over_and_its_flags(write: Write, place: Place, table: Any) -> None:
    stored(write, place, [(9, datetime.fromisoformat("2026-11-11T12:00+03:00"))] * 7)
    stored(write, place, [(score, NOON - timedelta(days=2)) for score in (3, 9) * 6])

    whole, prior, *weeks = table(SOME_WEEKS, Grain.WEEK)

    assert [(week["since"], week["until"], week["complete"], week["n"], week["flags"]) for week in weeks] == [
        ("2026-11-04", "2026-11-08", False, 0, "no-responses"),
        ("2026-11-09", "2026-11-15", True, 7, "very-low-base all-equal"),
        ("2026-11-16", "2026-11-22", False, 12, "low-base"),
    ]
    assert (whole["complete"], whole["flags"]) == (False, "low-base")
    assert (prior["complete"], prior["n"], prior["estimate"]) == (True, 0, None)
    assert (prior["difference"], prior["changed"], prior["comparable"]) == (None, False, False)


def test_a_week_without_answers_has_a_row_of_no_score(write: Write, place: Place, table: Any) -> None:
    stored(write, place, [(9, NOON), (9, NOON - timedelta(days=14))])

    _, _, *weeks = table(SOME_WEEKS, Grain.WEEK)

    empty = weeks[1]
    assert [week["n"] for week in weeks] == [1, 0, 1]
    assert (empty["estimate"], empty["lower"], empty["mean"], empty["top_box"]) == (None, None, None, None)
    assert (empty["promoters"], empty["score_10"], empty["method"]) == (0, 0, "score")


def test_all_time_has_no_first_day_and_nothing_before(write: Write, place: Place, table: Any) -> None:
    stored(write, place, [(9, NOON - timedelta(days=400)), (3, NOON)])

    whole, *months = table(EVER)

    assert (whole["row"], whole["since"], whole["until"], whole["n"]) == ("period", None, "2026-11-21", 2)
    assert {month["row"] for month in months} == {"month"}
    assert len(months) == 14


def test_without_an_answer_there_are_still_the_two_periods(table: Any) -> None:
    assert [(row["row"], row["n"], row["flags"]) for row in table()] == [
        ("period", 0, "no-responses"),
        ("before", 0, "no-responses"),
    ]


def test_the_file_is_named_after_survey_and_days(write: Write, place: Place) -> None:
    def order(ctx: Context, period: Period) -> str:
        act_in(ctx, place.workspace_id)
        return numbers.order(ctx, place.survey.id, period).filename

    code = place.survey.code
    assert write(lambda ctx: order(ctx, LAST_90)) == f"scores_{code}_2026-08-24_2026-11-21.csv"
    assert write(lambda ctx: order(ctx, EVER)) == f"scores_{code}_all.csv"


def test_the_order_is_in_the_audit_log(table: Any, place: Place, connection: Connection) -> None:
    table(SOME_WEEKS, Grain.MONTH)

    subject, detail = connection.execute(
        text("SELECT subject, detail FROM audit_entries WHERE action = 'scores.exported'")
    ).one()
    assert subject == encode("srv", place.survey.id)
    for told in ("2026-11-04", "2026-11-22", "month"):
        assert told in str(detail)


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (NOBODY, Unauthenticated),
        (Actor(ActorKind.KEY, name="reads only", grants=frozenset({"scores:read"})), Forbidden),
        (Actor(ActorKind.KEY, name="exports only", grants=frozenset({"responses:export"})), Forbidden),
    ],
)
def test_who_may_not_export_or_not_read_scores_gets_none(
    write: Write, place: Place, connection: Connection, actor: Actor, refusal: type
) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id, actor)
        numbers.order(ctx, place.survey.id, LAST_90)

    with pytest.raises(refusal):
        write(work)
    assert connection.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'scores.exported'")) == 0


def test_a_foreign_or_unpublished_survey_is_not_there(write: Write, place: Place) -> None:
    def elsewhere(ctx: Context) -> Any:
        make_workspace(ctx, "other")
        return make_open_survey(ctx).id

    def draft(ctx: Context) -> Any:
        act_in(ctx, place.workspace_id)
        return surveys.create(ctx, CreateSurvey(name="Draft", languages=("en",))).id

    for survey_id in (write(elsewhere), write(draft)):

        def work(ctx: Context, survey_id: Any = survey_id) -> None:
            act_in(ctx, place.workspace_id)
            numbers.order(ctx, survey_id, LAST_90)

        with pytest.raises(NotFound):
            write(work)


@pytest.mark.parametrize("formula", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_every_scale_has_its_own_columns_each_once(formula: Definition) -> None:
    heading = numbers.heading(formula)

    assert len(set(heading)) == len(heading)
    assert [name for name in map(str, heading) if name.startswith("score_")] == [
        f"score_{value}" for value in formula.scale.values
    ]


@pytest.mark.parametrize(
    ("formula", "unit", "flags"),
    [(NPS, "points", ""), (NPS_5, "points", "translated"), (CSAT_5, "percent", "")],
)
def test_another_scale_is_told_by_unit_and_flags(
    write: Write,
    place: Place,
    table: Any,
    monkeypatch: pytest.MonkeyPatch,
    formula: Definition,
    unit: str,
    flags: str,
) -> None:
    stored(write, place, [(score, NOON) for score in (1, 4, 5) * 12])
    monkeypatch.setattr(service, "FORMULAS", {NPS.key: formula})

    whole = table()[0]

    assert (whole["n"], whole["unit"], whole["definition"], whole["flags"]) == (36, unit, formula.key, flags)
    assert (whole["score_5"], whole[formula.group_names[2]]) == (12, 12 if formula != NPS else 36)


def test_numbers_are_written_unrounded_with_a_point(write: Write, place: Place, table: Any) -> None:
    stored(write, place, [(10, NOON), (2, NOON), (2, NOON)])
    whole = table()[0]

    written = b"".join(as_csv(iter([[whole["estimate"], whole["complete"], whole["difference"]]]), bom=False))

    assert written == b"-33.333333333333336,false,\r\n"
