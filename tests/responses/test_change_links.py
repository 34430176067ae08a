"""The link to an answer: found in the order of time, remade, and worth nothing when a letter of it is another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from cxsurvey.core import logs
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import NotFound
from cxsurvey.core.ids import BASE62, base62
from cxsurvey.core.signing import Keys, digest
from cxsurvey.responses import change_links, service
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.models import Response
from cxsurvey.responses.submit import SUBMIT, Stored, submit
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.service import SurveyView
from tests.factories import Place, act_in, make_anonymous_survey, make_place, shared_link_answer

KEYS = Keys((b"the root secret of an installation under test",))
NEWER = Keys((b"a newer root secret of the installation", *KEYS.roots))


@given(st.uuids(), st.uuids())
def test_links_are_looked_up_in_the_order_of_the_ids_of_their_answers(one: UUID, other: UUID) -> None:
    first, second = (change_links.new(KEYS, each, anonymous=False) for each in sorted((one, other)))

    assert first.stored[:6] == min(one, other).bytes[:6]
    assert (first.stored[:6], first.token[:9]) <= (second.stored[:6], second.token[:9])
    assert (first.stored == second.stored) == (one == other)


@pytest.mark.parametrize(("anonymous", "length"), [(False, 36), (True, 27)])
@given(response_id=st.uuids())
def test_a_link_finds_what_is_stored_of_it_and_is_made_again_from_it(
    anonymous: bool, length: int, response_id: UUID
) -> None:
    link = change_links.new(KEYS, response_id, anonymous=anonymous)

    assert (len(link.token), len(link.stored)) == (length, 32)
    assert set(link.token) <= set(BASE62)
    assert change_links.stored_of(link.token) == link.stored
    assert change_links.again(NEWER, response_id, link.stored) == link.token
    assert change_links.again(Keys(NEWER.roots[:1]), response_id, link.stored) is None


@given(st.uuids(version=4))
def test_a_link_to_an_anonymous_answer_holds_no_part_of_its_id(response_id: UUID) -> None:
    def holds(link: change_links.ChangeLink) -> bool:
        parts = [response_id.bytes[:size] for size in (4, 6, 8, 16)]
        return any(part in link.stored or base62(part, 0) in link.token for part in parts)

    assert holds(change_links.new(KEYS, response_id, anonymous=False)), "nothing is looked for"
    assert not holds(change_links.new(KEYS, response_id, anonymous=True))


@pytest.mark.parametrize(
    "token",
    [
        "", "A", "A" * 9, "A" * 26, "A" * 28, "A" * 35, "A" * 37, "A" * 5000,
        "z" * 36, base62((2**48).to_bytes(7, "big"), 9) + "A" * 27,
        "é" * 36, "\0" * 36, "\ud800" * 36, "٠" * 36, "-" + "0" * 35, "+" + "0" * 35, " " + "0" * 35, "0_0" + "0" * 33,
    ],
)  # fmt: skip
def test_what_cannot_be_a_link_is_unknown(token: str) -> None:
    with pytest.raises(NotFound):
        change_links.stored_of(token)


@pytest.mark.parametrize(
    "token", ["\ud800" * 27, "\0" * 27, base62((2**48 - 1).to_bytes(6, "big"), 9) + "é\ud800\0" * 9]
)
def test_any_letters_may_be_looked_up(token: str) -> None:
    assert len(change_links.stored_of(token)) == 32


@pytest.mark.parametrize("anonymous", [False, True])
def test_a_line_of_the_log_holds_four_letters_of_a_link_at_most(anonymous: bool) -> None:
    token = change_links.new(KEYS, UUID(int=7 << 90), anonymous=anonymous).token

    assert logs.redact(f"GET /a/{token}/more failed") == f"GET /a/{token[:4]}…/more failed"


# ---- in the database


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place, share=Share.JOBS)


def store(database: Database, submission: Submission) -> Stored:
    (outcome,) = database.hot(SUBMIT, [submission], share=Share.RESPONDENT)
    assert isinstance(outcome, Stored), outcome
    return outcome


def answer(database: Database, place: Place, score: int = 3) -> Submission:
    with database.read() as ctx:
        return shared_link_answer(ctx, place, score)


def found(database: Database, token: str) -> UUID:
    with database.read() as ctx:
        return service.by_change_token(ctx, token).id


def given_out_before(database: Database, response_id: UUID) -> str:
    """Makes a row as it was before links had a place, and returns its link."""
    token = database.keys.link_token(change_links.PURPOSE, response_id)

    def unit(ctx: Context) -> None:
        ctx.connection.execute(update(Response).where(Response.id == response_id).values(change_hash=digest(token)))

    database.write(unit, share=Share.JOBS)
    return token


def in_the_order_of_links(database: Database) -> list[UUID]:
    with database.read() as ctx:
        return list(ctx.connection.execute(select(Response.id).order_by(Response.change_hash)).scalars())


def test_answers_lie_in_the_index_of_links_as_they_came(database: Database, place: Place) -> None:
    came = [store(database, answer(database, place)).id for _ in range(20)]

    lying = in_the_order_of_links(database)
    # those of one millisecond share a place
    assert [each.bytes[:6] for each in lying] == [each.bytes[:6] for each in came]
    assert len({each.bytes[:6] for each in came}) > 1


def test_anonymous_answers_lie_in_no_order(database: Database, place: Place) -> None:
    def unit(ctx: Context) -> SurveyView:
        act_in(ctx, place.workspace_id)
        return make_anonymous_survey(ctx, CreateSurvey(name="Staff"))

    survey = database.write(unit, share=Share.JOBS)
    came = [store(database, replace(answer(database, place), survey_id=survey.id)).id for _ in range(20)]

    lying = in_the_order_of_links(database)
    assert sorted(lying) == sorted(came)
    assert lying not in (came, came[::-1], sorted(came), sorted(came, reverse=True))


def test_a_link_with_one_other_letter_is_unknown(database: Database, place: Place) -> None:
    stored = store(database, answer(database, place))
    token = stored.change_token or ""
    assert found(database, token) == stored.id

    for position, letter in enumerate(token):
        other = BASE62[(BASE62.index(letter) + 1) % len(BASE62)]
        with pytest.raises(NotFound):
            found(database, token[:position] + other + token[position + 1 :])
    with pytest.raises(NotFound):
        found(database, token[change_links.PLACE_LENGTH :])


def test_a_link_that_was_given_out_before_works_and_no_other_to_its_answer(database: Database, place: Place) -> None:
    page = answer(database, place)
    stored = store(database, page)
    before = given_out_before(database, stored.id)

    assert (len(before), found(database, before)) == (27, stored.id)
    again = store(database, replace(page, score=8))
    assert (again.id, again.created, again.change_token) == (stored.id, False, before)
    with pytest.raises(NotFound):
        found(database, stored.change_token or "")


@pytest.mark.parametrize("earlier", [False, True])
def test_the_same_page_leads_to_the_same_link_under_a_newer_key(
    database: Database, place: Place, earlier: bool
) -> None:
    page = answer(database, place)
    stored = store(database, page)
    token = given_out_before(database, stored.id) if earlier else stored.change_token

    def unit(ctx: Context) -> Any:
        ctx.keys = Keys((NEWER.roots[0], *database.keys.roots))
        return submit(ctx, [replace(page, score=4)])[0]

    assert database.write(unit, share=Share.JOBS).change_token == token
