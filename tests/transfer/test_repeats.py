from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.transfer.repeats import Occurrences, digest_of, id_of, repeated, short

SURVEY = UUID(int=1)


@given(st.lists(st.lists(st.text(max_size=3), max_size=3)), st.lists(st.lists(st.text(max_size=3), max_size=3)))
def test_rows_differ_exactly_when_their_cells_do(left: list[list[str]], right: list[list[str]]) -> None:
    for one in left:
        for other in right:
            assert (digest_of(one) == digest_of(other)) == (one == other)


def test_cells_cannot_be_shifted_into_one_another() -> None:
    assert digest_of(["a,b", ""]) != digest_of(["a", "b,"])
    assert digest_of(['a","b']) != digest_of(["a", "b"])


@given(st.lists(st.integers(0, 30).map(lambda number: digest_of([str(number)]))))
def test_repeated_finds_what_comes_more_than_once(digests: list[bytes]) -> None:
    assert repeated(digests) == {short(digest) for digest in digests if digests.count(digest) > 1}


def test_occurrences_count_each_row_from_one() -> None:
    once, twice = digest_of(["once"]), digest_of(["twice"])
    occurrences = Occurrences(repeated([twice, once, twice]))

    assert [occurrences.next(row) for row in (twice, once, twice)] == [1, 1, 2]


def test_the_id_of_a_row_depends_on_row_occurrence_and_survey() -> None:
    row = digest_of(["9"])
    ids = {
        id_of(SURVEY, row, 1),
        id_of(SURVEY, row, 2),
        id_of(UUID(int=2), row, 1),
        id_of(SURVEY, digest_of(["8"]), 1),
    }

    assert len(ids) == 4
    assert id_of(SURVEY, row, 1) == id_of(SURVEY, row, 1)
