"""How follow-ups were answered: of how many, by group, bounded, and silent where single people could be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from cxsurvey.accounts.models import Workspace
from cxsurvey.accounts.permissions import Grant
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Forbidden, Invalid
from cxsurvey.insights import filters, follow_ups
from cxsurvey.insights.follow_ups import FollowUpReport, FollowUpsReport
from cxsurvey.insights.periods import parse
from cxsurvey.insights.texts import newest_texts
from cxsurvey.people.segments import Segments
from cxsurvey.scoring.intervals import wilson
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, FollowUpScale, Given, Option
from cxsurvey.surveys.models import Survey, TrendLine
from tests.application import NOON
from tests.factories import Place, act_in, make_place, publish_anew
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
LAST_90 = parse({}, NOON, "Europe/Istanbul")


def everywhere(text: str) -> dict[str, str]:
    """One text in every language of the survey."""
    return dict.fromkeys(("en", "de", "tr", "ar"), text)


LABELS = {"price": "The <price>", "staff": "The staff", "time": "The time"}
OPTIONS = tuple(Option(id=key, labels=everywhere(label)) for key, label in LABELS.items())


def asking(key: str, kind: FollowUpKind, *bands: Band, **more: Any) -> FollowUp:
    return FollowUp(id=key, kind=kind, bands=frozenset(bands or Band), labels=everywhere(f"Which {key}?"), **more)


SCALE = FollowUpScale(maximum=5, low_labels=everywhere("Hard"), high_labels=everywhere("Easy"))
ALL_KINDS = (
    asking("reason", FollowUpKind.SINGLE, options=OPTIONS),
    asking("good", FollowUpKind.MULTIPLE, Band.PROMOTER, options=OPTIONS),
    asking("ease", FollowUpKind.SCALE, Band.DETRACTOR, Band.PASSIVE, scale=SCALE),
    asking("more", FollowUpKind.TEXT),
)


@dataclass
class Asked:
    """A survey that asks every kind of follow-up, and the way to fill it and to read it."""

    database: Database
    write: Write
    place: Place

    def given(self, score: int | None, n: int = 1, days: float = 1, of: Segments | None = None, **said: Given) -> None:
        def work(ctx: Context) -> None:
            act_in(ctx, self.place.workspace_id)
            one = answer(ctx, self.place.survey.id, score, NOON - timedelta(days=days), segments=of)
            store(ctx, [replace(one, follow_ups=said)] * n)

        self.write(work)

    def report(self, **only: str) -> FollowUpsReport:
        with self.database.read() as ctx:
            act_in(ctx, self.place.workspace_id)
            return follow_ups.follow_ups(ctx, self.place.survey.id, LAST_90, filters.parse(ctx, only))

    def of(self, key: str, **only: str) -> FollowUpReport:
        return next(each for each in self.report(**only).follow_ups if each.id == key)


@pytest.fixture
def asked(database: Database, write: Write) -> Asked:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        return publish_anew(ctx, place, place.survey.draft.model_copy(update={"follow_ups": ALL_KINDS}))

    return Asked(database, write, write(work))


def chosen(report: FollowUpReport) -> Mapping[str, int]:
    return {share.answer: share.n for share in report.total.shares}


def test_each_choice_has_its_share_of_those_who_answered(asked: Asked) -> None:
    asked.given(9, 12, reason="staff")
    asked.given(2, 8, reason="price")
    asked.given(7, 5)

    found = asked.of("reason")

    assert (found.total.asked, found.total.n) == (25, 20)
    assert chosen(found) == {"price": 8, "staff": 12, "time": 0}
    staff = found.total.shares[1]
    assert (staff.label, staff.figure and staff.figure.estimate) == ("The staff", 60.0)
    assert staff.figure is not None
    assert (staff.figure.lower, staff.figure.upper) == pytest.approx([100 * limit for limit in wilson(12, 20)])
    assert [(part.band, part.asked, part.n) for part in found.groups] == [
        (Band.PROMOTER, 12, 12),
        (Band.PASSIVE, 5, 0),
        (Band.DETRACTOR, 8, 8),
    ]


def test_several_choices_are_shares_of_customers_and_not_of_choices(asked: Asked) -> None:
    asked.given(10, 6, good=["price", "staff"])
    asked.given(9, 4, good=["staff"])
    asked.given(3, 4)

    found = asked.of("good")

    assert (found.total.asked, found.total.n) == (10, 10), "only promoters are asked"
    assert [share.figure and share.figure.estimate for share in found.total.shares] == [60.0, 100.0, 0.0]
    assert [part.band for part in found.groups] == [Band.PROMOTER]


def test_a_scale_is_told_by_number_and_a_text_by_count(asked: Asked) -> None:
    asked.given(3, 3, ease=2, more="Slow")
    asked.given(8, 2, ease=5)

    assert chosen(asked.of("ease")) == {"1": 0, "2": 3, "3": 0, "4": 0, "5": 2}
    text = asked.of("more")
    assert (text.total.asked, text.total.n, text.total.shares) == (5, 3, ())


def test_only_counted_answers_of_the_days_and_the_filter_are_told(asked: Asked) -> None:
    asked.given(9, 3, reason="staff", of=Segments(touchpoint="Delivery"))
    asked.given(2, 4, reason="price", of=Segments(touchpoint="Delivery"))
    asked.given(9, 7, reason="time", of=Segments(touchpoint="Web"))
    asked.given(9, 5, days=100, reason="time")

    assert asked.report().total == 14
    assert chosen(asked.of("reason", touchpoint="Delivery")) == {"price": 4, "staff": 3, "time": 0}
    unhappy = asked.of("reason", touchpoint="Delivery", band="detractor")
    assert (unhappy.total.n, unhappy.groups) == (4, ())
    assert asked.of("good", band="detractor").total.asked == 0


def test_answers_to_an_older_version_keep_their_labels_and_were_asked_what_it_asked(asked: Asked) -> None:
    asked.given(9, 4, reason="time")
    kept = asking("reason", FollowUpKind.SINGLE, Band.PROMOTER, options=OPTIONS[:2])
    definition = asked.place.survey.draft.model_copy(update={"follow_ups": (kept,)})
    asked.place = asked.write(lambda ctx: publish_anew(ctx, asked.place, definition))
    asked.given(9, 2, reason="price")
    asked.given(2, 3)

    report = asked.report()

    assert [each.id for each in report.follow_ups] == ["reason", "good", "ease", "more"]
    assert chosen(report.follow_ups[0]) == {"price": 2, "staff": 0, "time": 4}
    assert report.follow_ups[0].total.asked == 6, "detractors are not asked any more"
    assert report.follow_ups[3].total.asked == 4


def test_no_more_than_the_newest_are_read_and_it_says_how_far_back(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "MOST_READ", 25)
    monkeypatch.setattr(follow_ups, "PAGE", 4)
    for days in range(1, 8):
        asked.given(9, 5, days=days, reason="staff" if days <= 5 else "price")

    report = asked.report()

    assert (report.looked_at, report.total, report.is_whole) == (25, 35, False)
    assert report.back_to == (NOON - timedelta(days=5)).date()
    assert chosen(report.follow_ups[0]) == {"price": 0, "staff": 25, "time": 0}


def test_pages_meet_every_answer_once(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_ups, "PAGE", 3)
    for days in (1, 1, 2, 5):
        asked.given(9, 7, days=days, reason="staff")

    assert asked.report().looked_at == 28
    assert chosen(asked.of("reason"))["staff"] == 28


def anonymously(asked: Asked, minimum: int = 5) -> None:
    def work(ctx: Context) -> None:
        ctx.session.execute(update(Survey).values(anonymous=True))
        ctx.session.execute(update(TrendLine).values(released_through=(NOON - timedelta(days=3)).date()))
        ctx.session.execute(update(Workspace).values(minimum_group=minimum))

    asked.write(work)


def test_what_waits_in_an_anonymous_survey_is_not_told(asked: Asked) -> None:
    asked.given(9, 20, days=5, reason="staff")
    asked.given(9, 20, days=1, reason="price")
    anonymously(asked)

    assert chosen(asked.of("reason")) == {"price": 0, "staff": 20, "time": 0}


def test_small_groups_of_an_anonymous_survey_are_withheld_with_what_would_tell_them(asked: Asked) -> None:
    asked.given(9, 20, days=5, reason="staff")
    asked.given(2, 3, days=5, reason="price")
    asked.given(7, 9, days=5, reason="time")
    asked.given(7, 3, days=5, more="Words")
    anonymously(asked)

    reason = asked.of("reason")

    assert (reason.total.n, [part.n for part in reason.groups]) == (32, [20, None, None])
    assert asked.of("more").total.withheld
    assert asked.of("reason", band="detractor").total.withheld, "a filter tells what the table withholds"
    anonymously(asked, minimum=40)
    assert asked.of("reason").total.withheld, "the workspace asks for larger groups"
    with pytest.raises(Invalid):
        asked.report(touchpoint="(none)")


def test_the_newest_texts_are_named_across_groups_and_within_the_chosen_one(asked: Asked) -> None:
    for days, score in ((1, 2), (2, 9), (3, 7), (4, 9)):
        asked.given(score, 2, days=days, more=f"{score} of {days} days ago")
    asked.given(9, days=100, more="Long ago")

    assert texts_of(asked) == [*["2 of 1 days ago"] * 2, *["9 of 2 days ago"] * 2, *["7 of 3 days ago"] * 2]
    assert texts_of(asked, band="promoter") == [*["9 of 2 days ago"] * 2, *["9 of 4 days ago"] * 2]
    assert asked.of("reason").newest == ()


def test_a_text_says_where_it_belongs_and_is_read_as_comments_are(asked: Asked) -> None:
    asked.given(3, of=Segments(touchpoint="Delivery", agent="Ada"), more="Slow")

    with asked.database.read() as ctx:
        act_in(ctx, asked.place.workspace_id)
        report = follow_ups.follow_ups(ctx, asked.place.survey.id, LAST_90)
        (text,) = newest_texts(ctx, report)["more"]
        assert (text.text, text.score, text.band) == ("Slow", 3, Band.DETRACTOR)
        assert text.attribution == ("Delivery", "Ada")
        ctx.actor = Actor(ActorKind.KEY, uuid4(), grants=frozenset({Grant.SCORES_READ}))
        with pytest.raises(Forbidden):
            newest_texts(ctx, report)


def test_texts_of_an_anonymous_survey_wait_as_everything_does(asked: Asked) -> None:
    asked.given(9, 6, days=5, more="Long out")
    asked.given(2, 6, days=4, more="Long out, and bad")
    asked.given(9, 9, days=1, more="Not out yet")
    anonymously(asked)

    assert texts_of(asked) == ["Long out, and bad"] * 6
    assert texts_of(asked, band="promoter") == ["Long out"] * 6


def test_texts_of_groups_that_an_anonymous_survey_withholds_are_not_named(asked: Asked) -> None:
    asked.given(9, 6, days=5, more="Six of nine would tell the other three")
    asked.given(2, 3, days=5, more="Three")
    anonymously(asked)

    assert texts_of(asked) == texts_of(asked, band="promoter") == texts_of(asked, band="detractor") == []


def texts_of(asked: Asked, **only: str) -> list[str]:
    with asked.database.read() as ctx:
        act_in(ctx, asked.place.workspace_id)
        report = follow_ups.follow_ups(ctx, asked.place.survey.id, LAST_90, filters.parse(ctx, only))
        return [text.text for text in newest_texts(ctx, report).get("more", ())]
