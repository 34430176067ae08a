"""People are found by what names them, added when new, and never merged."""

from __future__ import annotations

from uuid import UUID

import pytest

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid
from cxsurvey.people import segments
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput, people, upsert, write_down
from tests.factories import make_workspace


@pytest.fixture
def workspace_id(ctx: Context) -> UUID:
    return make_workspace(ctx).id


def put(ctx: Context, workspace_id: UUID, **fields: object) -> UUID:
    return upsert(ctx, [(workspace_id, PersonInput.from_fields(fields))])[0]


def test_an_address_names_one_person_however_it_is_written(ctx: Context, workspace_id: UUID) -> None:
    first = put(ctx, workspace_id, email="Kim@Example.com", name="Kim Kurz")

    assert put(ctx, workspace_id, email="kim@example.COM") == first
    assert people(ctx, [first])[first].name == "Kim Kurz"


def test_what_is_sent_again_is_updated_and_what_is_not_stays(ctx: Context, workspace_id: UUID) -> None:
    first = put(ctx, workspace_id, external_id="c-1", name="Kim", attributes={"plan": "basic", "since": 2020})

    put(ctx, workspace_id, external_id="c-1", attributes={"plan": "pro"})

    person = people(ctx, [first])[first]
    assert person.name == "Kim"
    assert person.attributes == {"plan": "pro", "since": 2020}


def test_two_known_people_are_not_merged_by_a_request_that_names_both(ctx: Context, workspace_id: UUID) -> None:
    by_id = put(ctx, workspace_id, external_id="c-1")
    by_address = put(ctx, workspace_id, email="kim@example.com")

    assert put(ctx, workspace_id, external_id="c-1", email="kim@example.com") == by_id

    assert people(ctx, [by_id, by_address])[by_id].email is None
    assert people(ctx, [by_address])[by_address].email == "kim@example.com"


def test_an_answer_gives_an_address_to_who_has_none_and_takes_none_away(ctx: Context, workspace_id: UUID) -> None:
    first = put(ctx, workspace_id, external_id="c-1")

    put(ctx, workspace_id, external_id="c-1", email="kim@example.com")
    put(ctx, workspace_id, external_id="c-1", email="kim@elsewhere.example")

    assert people(ctx, [first])[first].email == "kim@example.com"


def test_people_move_in_one_call_and_others_take_the_addresses_they_leave(ctx: Context, workspace_id: UUID) -> None:
    kim, lee, ada = (
        put(ctx, workspace_id, external_id=f"c-{number}", email=f"{name}@example.com")
        for number, name in enumerate(("kim", "lee", "ada"), 1)
    )
    said = [
        {"external_id": "c-2", "name": "Lee"},
        {"external_id": "c-1", "email": "new@example.com"},
        {"external_id": "c-2", "email": "kim@example.com"},
        {"external_id": "c-4", "email": "lee@example.com"},
        {"external_id": "c-3", "email": "KIM@example.com"},
    ]

    written = write_down(ctx, [(workspace_id, PersonInput.from_fields(each)) for each in said], moves=True)

    fourth = written[3][0]
    found = people(ctx, [kim, lee, ada, fourth])
    assert [found[each].email for each in (kim, lee, ada, fourth)] == [
        "new@example.com",
        "kim@example.com",
        "ada@example.com",
        "lee@example.com",
    ], "an address that somebody has is never taken"
    assert fourth not in {kim, lee, ada}


def test_addresses_change_hands_in_one_call_in_whatever_order_they_were_left(ctx: Context, workspace_id: UUID) -> None:
    first = put(ctx, workspace_id, external_id="c-1", email="a@example.com")
    second = put(ctx, workspace_id, external_id="c-2", email="b@example.com")
    handed_on = [("c-2", "c@example.com"), ("c-1", "b@example.com"), ("c-2", "d@example.com")]
    swapped = [("c-1", "e@example.com"), ("c-2", "b@example.com"), ("c-1", "d@example.com")]

    for moves, left in ((handed_on, ("b", "d")), (swapped, ("d", "b"))):
        said = [PersonInput(external_id=external_id, email=email) for external_id, email in moves]
        write_down(ctx, [(workspace_id, person) for person in said], moves=True)
        found = people(ctx, [first, second])
        assert tuple(found[each].email for each in (first, second)) == tuple(f"{name}@example.com" for name in left)

    again = put(ctx, workspace_id, email="D@example.com")
    assert again == first, "who has an address is found by it"


def test_one_call_names_a_new_person_twice_and_adds_one(ctx: Context, workspace_id: UUID) -> None:
    twice = [(workspace_id, PersonInput(email="kim@example.com")), (workspace_id, PersonInput(email="KIM@example.com"))]

    first, second = upsert(ctx, twice)

    assert first == second


def test_the_same_address_in_two_workspaces_is_two_people(ctx: Context, workspace_id: UUID) -> None:
    other = make_workspace(ctx, "other").id

    assert put(ctx, workspace_id, email="kim@example.com") != put(ctx, other, email="kim@example.com")


def test_nobody_is_made_of_a_name_alone() -> None:
    with pytest.raises(Invalid) as caught:
        PersonInput.from_fields({"name": "Kim"})

    assert [problem.rule for problem in caught.value.problems] == ["nobody_named"]


def test_a_language_tag_is_read_up_to_its_limit_and_kept_no_longer_than_its_column() -> None:
    longest = "gsw-abc-def-ghi-Latn-419-variant-variant"
    kept = PersonInput.from_fields({"external_id": "c-1", "locale": longest}).locale
    assert kept == "gsw-Latn-419"

    with pytest.raises(Invalid) as caught:
        PersonInput.from_fields({"external_id": "c-1", "locale": "x" * 41})

    assert [(problem.field, problem.rule) for problem in caught.value.problems] == [("locale", "too_long")]


@pytest.mark.parametrize("address", ["kim", "kim@", "@example.com", "kim@exa mple.com", "a@b@c.example", "kim@-.com"])
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        PersonInput.from_fields({"email": address})

    assert [(problem.field, problem.rule) for problem in caught.value.problems] == [("email", "not_an_address")]


@pytest.mark.parametrize("value", [10**400, float("inf"), 2**53 + 1, ["list"], {"a": 1}, "x" * 501, "line\nbreak"])
def test_an_attribute_is_one_plain_value(value: object) -> None:
    with pytest.raises(Invalid) as caught:
        PersonInput.from_fields({"external_id": "c-1", "attributes": {"plan": value}})

    assert [(problem.field, problem.rule) for problem in caught.value.problems] == [
        ("attributes.plan", "not_a_plain_value")
    ]


def test_segments_get_one_number_per_value_and_keep_it(ctx: Context, workspace_id: UUID) -> None:
    wanted = Segments(agent="Agent 7", touchpoint="Delivery", team="Delivery").pairs(workspace_id)

    first = segments.numbers_for(ctx, wanted)

    assert len(set(first.values())) == 3
    assert segments.numbers_for(ctx, wanted) == first
    assert sorted(segments.texts_for(ctx, first.values()).values()) == ["Agent 7", "Delivery", "Delivery"]


def test_many_segment_values_are_looked_up_in_pieces(ctx: Context, workspace_id: UUID) -> None:
    wanted = [(workspace_id, "agent", f"Agent {number}") for number in range(1500)]

    first = segments.numbers_for(ctx, wanted)

    assert len(first) == 1500
    assert segments.numbers_for(ctx, wanted[::-1]) == first
