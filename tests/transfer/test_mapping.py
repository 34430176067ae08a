import pytest

from cxsurvey.transfer.errors import MappingWrong
from cxsurvey.transfer.mapping import find_columns, parse


def test_a_column_name_may_hold_an_equals_sign() -> None:
    assert parse(["score=a=b"]) == {"score": "a=b"}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["score"], "FIELD=COLUMN"),
        (["score="], "FIELD=COLUMN"),
        (["rating=Rating"], "person.email, person.external_id"),
        (["attributes.=Plan", "score=Rating"], "not a field"),
        (["score=Rating", "score=Stars"], "mapped twice"),
        (["person.email=Mail"], "score or the comment"),
    ],
)
def test_a_wrong_mapping_says_what_would_be_right(pairs: list[str], words: str) -> None:
    with pytest.raises(MappingWrong) as refusal:
        parse(pairs)

    assert words in refusal.value.text


def test_an_unknown_column_is_answered_with_the_columns_there_are() -> None:
    with pytest.raises(MappingWrong, match="“Rating”, “Mail”"):
        find_columns({"score": "rating"}, ["Rating", "Mail"])


def test_a_column_that_is_there_twice_is_not_guessed() -> None:
    with pytest.raises(MappingWrong, match="more than one column “Rating”"):
        find_columns({"score": "Rating"}, ["Rating", "Rating"])


def test_semicolons_in_the_only_column_bring_the_hint() -> None:
    with pytest.raises(MappingWrong, match="--delimiter ';'"):
        find_columns({"score": "Rating"}, ["Rating;Mail"])


def test_a_blank_or_missing_cell_says_nothing() -> None:
    columns = find_columns({"score": "Rating", "comment": "Why"}, ["Rating", "Why"])

    assert [columns.cell(["9", "  "], "comment"), columns.cell(["9"], "comment")] == [None, None]
    assert columns.cell(["9", " so "], "comment") == " so "


def test_a_problem_is_told_by_its_column() -> None:
    columns = find_columns(
        {"person.email": "Mail", "touchpoint": "Where", "attributes.plan": "Plan"}, ["Mail", "Where", "Plan"]
    )

    assert columns.column_of("person.email") == "Mail"
    assert columns.column_of("segments.touchpoint") == "Where"
    assert columns.column_of("attributes.plan.str") == "Plan"
    assert columns.column_of("survey") == ""
