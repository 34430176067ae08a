"""What is told before a file is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxsurvey.transfer.cautions import About, cautions
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.profile import profile
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Scale, ScaleReading
from cxsurvey.transfer.times import DateOrder

FIVE = (1, 5)


def told(
    tmp_path: Path,
    content: str,
    mapping: dict[str, str] | None = None,
    kind: Kind = Kind.RESPONSES,
    scale: ScaleReading | None = None,
    order: DateOrder | None = None,
) -> dict[About, str]:
    """What is told of a file for a survey from 1 to 5."""
    (tmp_path / "file.csv").write_text(content)
    found = profile(CsvFile(tmp_path / "file.csv"))
    reading = Reading(mapping=mapping or {}, scale=scale or ScaleReading(), date_order=order)
    return {one.about: one.text for one in cautions(found, kind, reading, Scale.of(reading.scale, *FIVE))}


@pytest.mark.parametrize(
    "content",
    [
        "5,2026-10-01,Good\n4,2026-10-02,Fine\n1,2026-10-03,Bad\n",
        "Good,12.03.2026\nBad,13.03.2026\n",
        "9\n8\n7\n",
        "Shop,5,Great\nShop,4,Fine\n",
        "ida@example.com,x\nbo@example.com,y\n",
        "4,5,Fine\n5,1,Fine\n",
        "1,1,Bad\n1,2,Bad\n",
        "2,1,Bad\n1,2,Bad\n",
    ],
)
def test_a_first_row_that_is_like_the_others_is_told(tmp_path: Path, content: str) -> None:
    assert About.FIRST_ROW in told(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        "Rating,When\n5,2026-10-01\n",
        "Rating,5\n5,5\n",
        "1,2,3\n5,4,4\n3,2,1\n",
        "Filiale,1,2,3\nNord,5,Schnell,4\nWest,3,Zu laut,2\n",
        "0,1,2\n5,4,4\n3,2,1\n",
        "Filiale,0,1,2\nNord,5,4,4\nWest,3,2,1\n",
        "Filiale,1,2,3,4,5,6,7,8,9,10,11,12\nNord,5,4,4,3,2,1,5,5,5,5,5,5\n",
        "Wie war es?,2026-10-01\n5,\n",
        "What,10\n5,eleven\n",
        "Region,Wer\nNord,Ida\n",
    ],
)
def test_names_of_columns_are_not_taken_for_a_response(tmp_path: Path, content: str) -> None:
    assert About.FIRST_ROW not in told(tmp_path, content)


def test_a_file_of_people_is_warned_of_its_first_row_alone(tmp_path: Path) -> None:
    found = told(tmp_path, "ida@example.com,Ida\nbo@example.com,Bo\n", {"email": "ida@example.com"}, Kind.PEOPLE)

    assert list(found) == [About.FIRST_ROW]
    assert "looks like a person" in found[About.FIRST_ROW]


def test_numbers_beyond_the_scale_are_named_with_how_many_rows_they_cost(tmp_path: Path) -> None:
    rows = "How\n" + "".join(f"{number}\n" for number in range(11)) + "10\nn/a\n"

    assert told(tmp_path, rows, {"score": "How"})[About.OTHER_SCALE] == (
        "“How” holds 0, 6, 7, 8, 9 and 10, which the scale of the survey, 1 to 5, does not have: it looks like another "
        "scale. 7 of 13 scores would be refused."
    )


def test_one_slip_among_many_scores_is_told_but_is_no_other_scale(tmp_path: Path) -> None:
    found = told(tmp_path, "How\n" + "5\n" * 30 + "7\n", {"score": "How"})[About.OTHER_SCALE]

    assert found.endswith("1 to 5, does not have. 1 of 31 scores would be refused.")


@pytest.mark.parametrize(
    ("content", "scale"),
    [
        ("How\n1\n5\nn/a\n", ScaleReading()),
        ("How\n10\n5\n", ScaleReading(scores={"10": 5})),
        ("How\n99\n5\n", ScaleReading(left_out=("99",))),
        ("How\n0\n5\n", ScaleReading(unknown=("0",))),
        ("How\n", ScaleReading()),
    ],
)
def test_what_fits_or_was_said_to_mean_something_is_not_warned_of(
    tmp_path: Path, content: str, scale: ScaleReading
) -> None:
    assert About.OTHER_SCALE not in told(tmp_path, content, {"score": "How"}, scale=scale)


def test_many_different_numbers_are_another_scale(tmp_path: Path) -> None:
    hundred = "How\n" + "".join(f"{number}\n" for number in range(101))
    twenty = "How\n" + "".join(f"{number}\n" for number in range(1, 26))

    assert "too many different values" in told(tmp_path, hundred, {"score": "How"})[About.OTHER_SCALE]
    assert (
        "holds 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 … and 25,"
        in told(tmp_path, twenty, {"score": "How"})[About.OTHER_SCALE]
    )


def test_without_a_column_of_dates_it_is_told_that_all_would_be_of_today(tmp_path: Path) -> None:
    said = "No column says when the responses were given: all of them would count as given today."

    assert told(tmp_path, "How,Why\n5,x\n", {"score": "How"})[About.NO_DATES] == said
    likely = told(tmp_path, "How,Sent\n5,12.03.2026\n", {"score": "How"})
    assert likely[About.NO_DATES] == f"{said} “Sent” looks like dates."
    versions = told(tmp_path, "How,App version\n5,5.13.10\n4,7.15.02\n", {"score": "How"})
    assert versions[About.NO_DATES] == said


def test_dates_after_many_cells_without_one_are_in_doubt_too(tmp_path: Path) -> None:
    content = "How,Sent\n" + "5,-\n" * 1500 + "5,03.04.2026\n" * 60

    assert list(told(tmp_path, content, {"score": "How", "answered_at": "Sent"})) == [About.DATES_UNCLEAR]


def test_dates_in_doubt_are_told_until_somebody_says_what_comes_first(tmp_path: Path) -> None:
    content, mapping = "How,Sent\n5,12.03.2026\n", {"score": "How", "answered_at": "Sent"}

    assert list(told(tmp_path, content, mapping)) == [About.DATES_UNCLEAR]
    assert told(tmp_path, content, mapping, order=DateOrder.DAY_FIRST) == {}
    assert told(tmp_path, "How,Sent\n5,13.03.2026\n", mapping) == {}


def test_dates_that_the_order_that_was_said_cannot_read_are_told(tmp_path: Path) -> None:
    content = "How,Closed\n5,03/04/2026\n4,03/05/2026\n3,03/25/2026\n"
    mapping = {"score": "How", "answered_at": "Closed"}

    assert told(tmp_path, content, mapping, order=DateOrder.DAY_FIRST) == {
        About.OTHER_ORDER: "“Closed”: 1 of 3 dates can only begin with the month, and would be refused with the day "
        "first, as was said. If the month comes first in all, 2 more could be taken for another day."
    }
    assert told(tmp_path, content, mapping, order=DateOrder.MONTH_FIRST) == {}
    assert told(tmp_path, content, mapping) == {}
    only = told(tmp_path, "How,Closed\n5,13.03.2026\n", mapping, order=DateOrder.MONTH_FIRST)[About.OTHER_ORDER]
    assert only.endswith("only begin with the day, and would be refused with the month first, as was said.")
