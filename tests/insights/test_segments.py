from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Invalid, NotFound
from cxsurvey.insights import filters, segments, service
from cxsurvey.insights.periods import parse
from cxsurvey.insights.segments import SegmentReport, SegmentRow
from cxsurvey.people.segments import Segments
from cxsurvey.scoring.catalogue import CES_1_0, CSAT_5, STARS_5
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.scoring.score import score
from cxsurvey.surveys.definition import AskedScale
from cxsurvey.surveys.definition import Definition as AskedDefinition
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.standard import preset
from tests.application import NOON
from tests.factories import Place, act_in, make_place, publish_anew
from tests.insights.answers import answer, plan_of, store

Write = Callable[[Callable[[Context], Any]], Any]
LAST_90 = parse({}, NOON, "Europe/Istanbul")
ALL = parse({"period": "all"}, NOON, "Europe/Istanbul")


@dataclass(frozen=True)
class Shops:
    """A place and the way to fill it and to ask it."""

    database: Database
    write: Write
    place: Place

    def answered(self, *scores: int, days: float = 1, **of: str) -> None:
        def work(ctx: Context) -> None:
            act_in(ctx, self.place.workspace_id)
            at, where = NOON - timedelta(days=days), Segments.model_validate(of)
            store(ctx, [answer(ctx, self.place.survey.id, given, at, segments=where) for given in scores])

        self.write(work)

    def split(self, by: str = "touchpoint", period: Any = LAST_90, **only: str) -> SegmentReport:
        with self.database.read() as ctx:
            act_in(ctx, self.place.workspace_id)
            wanted = filters.parse(ctx, only)
            return segments.by_segment(ctx, self.place.survey.id, by, period, wanted)


@pytest.fixture
def shops(database: Database, write: Write) -> Shops:
    return Shops(database, write, write(make_place))


def asking(shops: Shops, formula: Definition) -> Shops:
    """The same place once its survey asks on another scale."""

    def work(ctx: Context) -> Place:
        act_in(ctx, shops.place.workspace_id)
        asked = preset(formula.key, "Northwind Home", ("en",)) if formula.key in OFFERED else _on(formula)
        return publish_anew(ctx, shops.place, asked)

    def _on(formula: Definition) -> AskedDefinition:
        return shops.place.survey.draft.model_copy(update={"scale": AskedScale.of(formula)})

    return Shops(shops.database, shops.write, shops.write(work))


def named(report: SegmentReport) -> dict[str | None, SegmentRow]:
    return {row.text: row for row in report.rows}


def test_every_answer_stands_in_one_row_and_the_rows_add_up_to_the_total(shops: Shops) -> None:
    shops.answered(*[9] * 30, *[3] * 10, touchpoint="Web shop")
    shops.answered(*[3] * 12, *[9] * 3, touchpoint="Delivery")
    shops.answered(10, 10, touchpoint="Showroom")
    shops.answered(9, 1)

    found = shops.split()

    assert [(row.text, row.result.n if row.result else None) for row in found.rows] == [
        ("Web shop", 40),
        ("Delivery", 15),
        ("Showroom", 2),
        (None, 2),
    ]
    assert found.total is not None
    assert found.total.n == 59
    web = named(found)["Web shop"].result
    assert web is not None
    assert web == score(ScoreCounts.from_scores([9] * 30 + [3] * 10), NPS, beside=False)


def test_equal_segments_stand_in_the_order_of_their_names(shops: Shops) -> None:
    for touchpoint in ("Web", "Store", "Support"):
        shops.answered(*[9] * 60, *[3] * 40, touchpoint=touchpoint)

    assert [row.text for row in shops.split().rows] == ["Store", "Support", "Web"]


def test_a_segment_is_held_against_the_rest_and_flagged_after_adjusting(shops: Shops) -> None:
    shops.answered(*[9] * 60, *[3] * 40, touchpoint="Web shop")
    shops.answered(*[9] * 20, *[3] * 80, touchpoint="Delivery")
    shops.answered(*[9] * 55, *[3] * 45, touchpoint="Support")

    found = shops.split()
    delivery = named(found)["Delivery"]

    assert found.tests == 3
    assert delivery.stands_out
    assert delivery.rest is not None
    assert delivery.rest.estimate == pytest.approx(-60 - 15)
    assert delivery.rest.before.n == 200
    support = named(found)["Support"]
    assert support.adjusted_p_value is not None
    assert support.stands_out is (support.adjusted_p_value <= found.q)


def test_nothing_below_ten_answers_is_ranked_or_held_against_the_rest(shops: Shops) -> None:
    shops.answered(*[9] * 20, *[3] * 20, touchpoint="Web shop")
    shops.answered(*[10] * 9, touchpoint="Showroom")

    showroom = named(shops.split())["Showroom"]

    assert (showroom.rank, showroom.rest, showroom.stands_out) == (None, None, False)
    assert shops.split().rows[-1].text == "Showroom", "the best raw score of nine answers does not lead"


def test_where_the_rest_is_too_small_nothing_is_compared(shops: Shops) -> None:
    shops.answered(*[9] * 40, touchpoint="Web shop")
    shops.answered(*[3] * 9, touchpoint="Delivery")

    found = shops.split()

    assert found.tests == 0
    assert all(row.rest is None for row in found.rows)


@pytest.mark.parametrize(
    ("formula", "good", "bad", "order"),
    [
        (CSAT_5, 5, 1, ["Web shop", "Delivery"]),
        (STARS_5, 5, 1, ["Web shop", "Delivery"]),
        (CES_1_0, 1, 5, ["Web shop", "Delivery"]),
    ],
)
def test_the_best_leads_on_every_scale(
    shops: Shops, formula: Definition, good: int, bad: int, order: list[str]
) -> None:
    here = asking(shops, formula)
    here.answered(*[good] * 50, *[bad] * 10, touchpoint="Web shop")
    here.answered(*[good] * 10, *[bad] * 50, touchpoint="Delivery")

    found = here.split()

    assert [row.text for row in found.rows] == order
    assert [row.rank.place for row in found.rows if row.rank] == [1, 2]
    assert all(row.stands_out for row in found.rows)


def test_the_change_is_against_the_same_segment_before(shops: Shops) -> None:
    shops.answered(*[9] * 50, *[3] * 50, touchpoint="Delivery")
    shops.answered(*[9] * 90, *[3] * 10, days=100, touchpoint="Delivery")
    shops.answered(*[3] * 30, days=100, touchpoint="Support")

    change = named(shops.split())["Delivery"].change

    assert change is not None
    assert (change.estimate, change.changed, change.before.n) == (-80.0, True, 100)
    assert named(shops.split(period=ALL))["Delivery"].change is None


def test_a_change_is_flagged_only_after_adjusting_for_the_number_of_changes(shops: Shops) -> None:
    for place in range(10):
        shops.answered(*[9] * 50, *[3] * 50, touchpoint=f"Shop {place}")
        shops.answered(*[9] * 50, *[3] * 50, days=100, touchpoint=f"Shop {place}")
    shops.answered(*[9] * 64, *[3] * 36, touchpoint="Support")
    shops.answered(*[9] * 50, *[3] * 50, days=100, touchpoint="Support")
    shops.answered(*[9] * 90, *[3] * 10, touchpoint="Delivery")
    shops.answered(*[9] * 50, *[3] * 50, days=100, touchpoint="Delivery")
    shops.answered(*[9] * 30, touchpoint="New shop")

    found = shops.split()

    assert found.change_tests == 12, "what was not there before is no test"
    support, delivery = named(found)["Support"], named(found)["Delivery"]
    assert support.change is not None
    assert (support.change.changed, support.moved) == (True, False)
    assert delivery.moved
    assert delivery.change is not None
    assert delivery.change.p_value is not None
    assert delivery.change_adjusted_p_value == pytest.approx(12 * delivery.change.p_value)


def test_nothing_is_flagged_whose_interval_holds_zero(shops: Shops) -> None:
    """The p-value comes from another formula than the interval that stands beside the flag."""
    here = asking(shops, CSAT_5)
    here.answered(*[5] * 42, *[1] * 8, touchpoint="Delivery")
    here.answered(*[5] * 48, *[1] * 2, touchpoint="Web shop")
    here.answered(*[5] * 48, *[1] * 2, days=100, touchpoint="Delivery")

    found = here.split()

    assert (found.tests, found.change_tests) == (2, 1)
    delivery = named(found)["Delivery"]
    for told, p_value in (
        (delivery.rest, delivery.adjusted_p_value),
        (delivery.change, delivery.change_adjusted_p_value),
    ):
        assert told is not None
        assert told.lower is not None
        assert told.upper is not None
        assert p_value is not None
        assert p_value <= found.q
        assert told.lower < 0 < told.upper
    assert not any(row.stands_out or row.moved for row in found.rows)


def test_other_segments_narrow_the_rows_and_can_be_combined(shops: Shops) -> None:
    shops.answered(*[9] * 12, touchpoint="Delivery", country="DE", channel="mail")
    shops.answered(*[3] * 7, touchpoint="Delivery", country="DE")
    shops.answered(*[3] * 5, touchpoint="Delivery", country="AT", channel="mail")

    def n(**only: str) -> int:
        result = named(shops.split(**only))["Delivery"].result
        return result.n if result else 0

    assert (n(), n(country="DE"), n(country="DE", channel="mail"), n(channel="(none)")) == (24, 19, 12, 7)


def test_a_segment_or_key_that_is_not_there_is_refused_by_name(shops: Shops) -> None:
    shops.answered(9, touchpoint="Delivery")

    with pytest.raises(Invalid) as unknown:
        shops.split(country="Atlantis")
    with pytest.raises(Invalid) as key:
        shops.split(by="shoe_size")

    assert [(one.field, one.rule) for one in unknown.value.problems] == [("country", "unknown_value")]
    assert [(one.field, one.rule) for one in key.value.problems] == [("by", "not_a_segment")]


def test_the_values_of_another_workspace_are_not_known(shops: Shops, write: Write) -> None:
    shops.answered(9, touchpoint="Delivery")
    other = Shops(shops.database, write, write(lambda ctx: make_place(ctx, "elsewhere")))

    with pytest.raises(Invalid):
        other.split(touchpoint="Delivery")
    with pytest.raises(NotFound):
        replace(other, place=replace(other.place, survey=shops.place.survey)).split()


def test_only_the_largest_are_told_one_by_one(shops: Shops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MOST_SEGMENTS", 2)
    for number, agent in enumerate(("Ann", "Bob", "Cem", "Dee")):
        shops.answered(*[9] * (20 - number), agent=agent)

    found = shops.split("agent")

    assert {row.text for row in found.rows} == {"Ann", "Bob", None}
    assert [(row.others, row.result.n if row.result else 0) for row in found.rows if row.others] == [(2, 18 + 17)]


def test_answers_without_a_score_make_no_score(shops: Shops) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, shops.place.workspace_id)
        where = Segments(touchpoint="Delivery")
        store(ctx, [answer(ctx, shops.place.survey.id, None, NOON, "only words", segments=where)])

    shops.write(work)
    shops.answered(9, touchpoint="Delivery")

    result = named(shops.split())["Delivery"].result
    assert result is not None
    assert result.n == 1


def test_the_filtered_score_is_counted_from_the_index_with_all_that_was_left_out(shops: Shops) -> None:
    shops.answered(*[9] * 30, *[3] * 10, touchpoint="Delivery")
    shops.answered(*[3] * 50, touchpoint="Support")

    def work(ctx: Context) -> Any:
        act_in(ctx, shops.place.workspace_id)
        where = Segments(touchpoint="Delivery")
        at = NOON - timedelta(days=1)
        store(ctx, [answer(ctx, shops.place.survey.id, 9, at, test=True, segments=where)] * 1)
        store(ctx, [answer(ctx, shops.place.survey.id, None, at, "words", segments=where)])

    shops.write(work)
    with shops.database.read() as ctx:
        act_in(ctx, shops.place.workspace_id)
        only = filters.parse(ctx, {"touchpoint": "Delivery"})
        report = service.score(ctx, shops.place.survey.id, LAST_90, only=only)
        page = service.survey_report(ctx, shops.place.survey.id, LAST_90, only=only)

    assert (report.result.estimate, report.result.n) == (50.0, 40)
    assert {name: n for name, n in report.left_out if n} == {"test": 1, "unscored": 1}
    assert page.score.result == report.result
    assert sum(period.result.n for period in page.trend.periods if period.result) == 40


def test_one_read_of_answers_whatever_their_number(shops: Shops) -> None:
    def statements() -> list[str]:
        seen: list[str] = []
        with shops.database.read() as ctx:
            act_in(ctx, shops.place.workspace_id)
            event.listen(ctx.connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
            segments.by_segment(ctx, shops.place.survey.id, "touchpoint", LAST_90)
        return [statement for statement in seen if "FROM responses" in statement.replace("\n", " ")]

    shops.answered(9, touchpoint="Delivery")
    few = statements()
    shops.answered(*[9] * 300, touchpoint="Delivery")
    for number in range(60):
        shops.answered(9, touchpoint=f"Shop {number}")

    assert len(few) == len(statements()) == 1


@pytest.mark.parametrize("key", ["touchpoint", "channel", "agent"])
def test_the_split_is_answered_by_the_index_alone(shops: Shops, key: str) -> None:
    for number in range(20):
        shops.answered(*range(11), touchpoint=f"Shop {number}", country="DE", days=number)

    with shops.database.read() as ctx:
        act_in(ctx, shops.place.workspace_id)
        seen: list[tuple[str, Any]] = []
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: seen.append((args[2], args[3])))
        only = filters.parse(ctx, {"country": "DE"})
        segments.by_segment(ctx, shops.place.survey.id, key, LAST_90, only)
        asked = [pair for pair in seen if re.search(r"FROM responses\b", pair[0])]
        plans = [plan_of(ctx, *pair) for pair in asked]
        is_sqlite = ctx.connection.dialect.name == "sqlite"

    assert len(plans) == 1
    wanted = "USING COVERING INDEX" if is_sqlite else "Index Only Scan using"
    assert f"{wanted} ix_responses_score" in plans[0]
    if is_sqlite and key != "agent":
        # the walk comes first and is not sorted; what is sorted are its few groups
        walk, _, groups = plans[0].partition("SCAN")
        assert ("B-TREE" in walk, "B-TREE" in groups) == (False, True)
