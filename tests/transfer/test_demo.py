from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from cxsurvey.accounts import audit_log, team
from cxsurvey.accounts import service as accounts
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.responses import counts
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.completeness import problems
from cxsurvey.transfer.demo import company, furnish
from cxsurvey.transfer.demo.answers import Door, MadeUp, weeks
from cxsurvey.transfer.demo.chance import Chance
from cxsurvey.transfer.demo.comments import sections
from cxsurvey.transfer.demo.surveys import definition_of

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def everything() -> list[MadeUp]:
    return [answer for week in weeks(TODAY) for answer in week]


def satisfied(answers: Iterable[MadeUp]) -> float:
    """Percent of 4 and 5."""
    scores = [answer.score for answer in answers if answer.score is not None]
    return 100 * sum(score >= 4 for score in scores) / len(scores)


def test_the_same_day_brings_the_same_answers_and_another_day_moves_only_their_times() -> None:
    again, first = next(iter(weeks(TODAY))), next(iter(weeks(TODAY)))
    assert again == first

    a_week_later = next(iter(weeks(TODAY + timedelta(days=7))))
    assert [answer.score for answer in a_week_later] == [answer.score for answer in first]
    assert a_week_later[0].answered_at - first[0].answered_at == timedelta(days=7)


def test_chance_is_even() -> None:
    chance = Chance("even")
    drawn = Counter(chance.below(10) for _ in range(10_000))

    assert set(drawn) == set(range(10))
    assert all(850 < number < 1150 for number in drawn.values())


def test_there_are_about_six_thousand_answers_over_eighteen_months(everything: list[MadeUp]) -> None:
    days = {answer.answered_at.astimezone(ZoneInfo(company.ZONE)).date() for answer in everything}

    assert 5_500 < len(everything) < 6_500
    assert (min(days), max(days)) == (TODAY - timedelta(days=547), TODAY)
    assert len({answer.number for answer in everything}) == len(everything)


def test_the_company_grows_and_rests_at_the_weekend(everything: list[MadeUp]) -> None:
    quarter = len(everything) // 4
    first, last = everything[:quarter], everything[-quarter:]
    weekdays = Counter(answer.answered_at.weekday() for answer in everything)

    assert (last[-1].answered_at - last[0].answered_at) < 0.8 * (first[-1].answered_at - first[0].answered_at)
    assert weekdays[6] < 0.75 * weekdays[1]


def test_the_change_of_carrier_shows_and_is_overcome(everything: list[MadeUp]) -> None:
    def of_days(start: int, end: int) -> list[MadeUp]:
        numbers = range(start, end)
        return [
            answer
            for answer in everything
            if answer.place.touchpoint == "Delivery" and int(answer.number.partition("-")[0]) in numbers
        ]

    before = satisfied(of_days(0, company.CHANGED))
    worst = satisfied(of_days(company.WORST, company.MENDING))
    after = satisfied(of_days(company.MENDED, company.DAYS))

    assert before > 75
    assert worst < before - 15
    assert after > before


def test_every_score_lies_on_its_scale_in_the_band_whose_words_are_written(everything: list[MadeUp]) -> None:
    given: dict[str, set[int]] = {}
    for answer in everything:
        if answer.score is not None:
            formula = company.FORMULAS[answer.place.survey]
            assert formula.band(answer.score) is answer.band
            given.setdefault(answer.place.survey, set()).add(answer.score)

    assert {survey: sorted(scores) for survey, scores in given.items() if survey != company.PILOT} == {
        survey: list(company.FORMULAS[survey].scale.values) for survey in company.SURVEYS
    }
    unknown = [answer for answer in everything if answer.score is None]
    assert {answer.place.survey for answer in unknown} == {company.SUPPORT}
    assert 25 < len(unknown) < 80


def test_comments_are_many_and_mostly_english(everything: list[MadeUp]) -> None:
    written = [answer for answer in everything if answer.comment is not None]
    languages = Counter(answer.language for answer in written)

    assert len({answer.comment for answer in written}) > 400
    assert sum(len(texts) for texts in sections().values()) > 250
    assert 0.55 < languages["en"] / len(written) < 0.8
    assert set(languages) == {"en", "de", "tr", "ar"}
    texts = [text for section in sections().values() for text in section]
    assert len(set(texts)) == len(texts)


def test_some_answers_are_left_out_of_the_scores(everything: list[MadeUp]) -> None:
    assert sum(answer.trapped for answer in everything) > 20
    assert sum(answer.test for answer in everything) > 5
    assert sum(answer.mistake for answer in everything) > 3


@pytest.mark.parametrize("survey", [*company.SURVEYS, company.PILOT])
def test_what_the_company_asks_could_be_published(survey: str) -> None:
    assert problems(definition_of(survey)) == []


def test_a_furnished_company_is_whole(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = list(weeks(clock.now().date()))[-10:]
    monkeypatch.setattr(furnish, "weeks", lambda _: recent)
    now = clock.now()
    told: list[float] = []

    number = furnish.furnish(database, clock, now, told.append)

    expected = [answer for week in recent for answer in week if answer.answered_at <= now - timedelta(minutes=2)]
    assert number == len(expected)
    assert clock.now() == now
    assert told[-1] == 1.0
    with database.read() as ctx:
        _check(ctx, expected)


def _check(ctx: Context, expected: list[MadeUp]) -> None:
    (workspace,) = accounts.workspaces(ctx)
    assert (workspace.name, workspace.is_demo) == (company.NAME, True)
    ctx.actor, ctx.workspace_id = OPERATOR, workspace.id
    people = {member.name: member.role for member in team.listed(ctx)}
    assert people == {"Demo owner": "owner", company.MANAGER: "manager", company.VIEWER: "viewer"}
    said = audit_log.page(ctx, audit_log.AuditFilter(), limit=500).items
    assert f"{company.MANAGER} took a response out of the scores." in {entry.sentence for entry in said}
    total: Counter[str] = Counter()
    for survey in surveys.listed(ctx):
        assert survey.trend_line_id is not None
        assert counts.differences(ctx.connection, survey.trend_line_id) == []
        for day in counts.stored(ctx.connection, survey.trend_line_id).values():
            total.update(day)
    left_out = [answer for answer in expected if answer.trapped or answer.test or answer.mistake]
    assert total["flagged"] == sum(answer.trapped and not answer.mistake for answer in left_out)
    assert total["void"] == sum(answer.mistake for answer in left_out)
    unknown = [answer for answer in expected if answer.score is None and answer not in left_out]
    assert total["unknown"] == len(unknown) > 0
    assert total["n10"] == sum(answer.score == 10 for answer in expected if answer not in left_out)
    assert any(answer.door is Door.PERSONAL for answer in expected)
