"""What to know of a file before it is imported, because afterwards it would show in nothing but wrong numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cxsurvey.core.text import whole_number
from cxsurvey.transfer.guessing import is_address, is_known_name, is_score
from cxsurvey.transfer.profile import ColumnProfile, Profile
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Scale
from cxsurvey.transfer.times import DateOrder, date_order_of, is_plainly_date

MOST_NAMED: Final = 12
"""Values off a scale that are named one by one."""
FEW: Final = 0.1
"""Share of the scores up to which a single value off the scale is a slip, and not a sign of another scale."""


class About(StrEnum):
    """What a caution is about."""

    FIRST_ROW = "first_row_is_data"
    """The first row looks like a row of the table, and would be lost as the names of its columns."""
    OTHER_SCALE = "other_scale"
    """The score column holds numbers that the survey does not have."""
    NO_DATES = "no_dates"
    """No column says when people answered, so every answer would be one of the day of the import."""
    DATES_UNCLEAR = "dates_unclear"
    """Nothing, or too little, says whether the day or the month comes first in the dates."""
    OTHER_ORDER = "other_date_order"
    """Some dates cannot begin with what was said to come first in them."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know, in a sentence or two for whoever imports."""

    about: About
    text: str


def cautions(profile: Profile, kind: Kind, reading: Reading, scale: Scale | None) -> Iterator[Caution]:
    """What there is to know of a table that is read so; `scale` is None before the survey is known."""
    if looks_like_rows(profile):
        what = "a person" if kind is Kind.PEOPLE else "a response"
        yield Caution(
            About.FIRST_ROW,
            f"The first row looks like {what}, not like names of columns: it would be lost. "
            "Put a row of names above it and bring the file again.",
        )
    if kind is Kind.PEOPLE:
        return
    scored = profile.column(reading.mapping.get("score", ""))
    if scored is not None and scale is not None and (text := _off_scale(scored, scale)):
        yield Caution(About.OTHER_SCALE, text)
    timed = profile.column(reading.mapping.get("answered_at", ""))
    if timed is None:
        yield Caution(About.NO_DATES, _without_dates(profile))
    elif (unclear := date_order_of(timed.name, timed.dates, reading.date_order)[1]) is not None:
        yield Caution(About.DATES_UNCLEAR, unclear)
    elif text := _against_order(timed, reading.date_order):
        yield Caution(About.OTHER_ORDER, text)


def looks_like_rows(profile: Profile) -> bool:
    """Whether the first row, which should name the columns, holds what the cells below it hold."""
    names = [column.name.strip() for column in profile.columns]
    if any(is_known_name(name) for name in names):
        return False
    if any(_is_alike(column, is_a) for column in profile.columns for is_a in (is_plainly_date, is_address)):
        return True
    return any(_is_alike(column, is_score) for column in profile.columns) and not _are_counted(names)


def _are_counted(names: Sequence[str]) -> bool:
    """Whether the names that are numbers count on from 0 or 1, as those of questions often do."""
    numbers = [number for name in names if isinstance(number := whole_number(name), int)]
    return len(numbers) > 1 and numbers[0] in {0, 1} and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_alike(column: ColumnProfile, is_a: Callable[[str], bool]) -> bool:
    return bool(column.samples) and is_a(column.name.strip()) and all(is_a(text) for text in column.samples)


def _off_scale(column: ColumnProfile, scale: Scale) -> str:
    """That a column has numbers which the survey does not have; "" where all are on its scale."""
    ends = f"{scale.minimum} to {scale.maximum}"
    if column.filled and not column.values:
        return (
            f"“{column.name}” has too many different values for the scale of the survey, {ends}: it looks like another "
            "scale. Rows whose score is not on it would be refused."
        )
    off = {number: 0 for value, _ in column.values if (number := _number_off(value, scale)) is not None}
    for value, count in column.values:
        if (number := _number_off(value, scale)) is not None:
            off[number] += count
    if not off:
        return ""
    rows = sum(off.values())
    looks = ": it looks like another scale" if len(off) > 1 or rows > FEW * column.filled else ""
    return (
        f"“{column.name}” holds {_listed(sorted(off))}, which the scale of the survey, {ends}, does not have{looks}. "
        f"{rows} of {column.filled} scores would be refused."
    )


def _number_off(value: str, scale: Scale) -> int | None:
    """The number that a value is, where it stays one that the scale does not have."""
    meaning, number = scale.meaning(value), whole_number(value)
    is_off = isinstance(meaning, int) and not scale.minimum <= meaning <= scale.maximum
    return number if is_off and isinstance(number, int) else None


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > MOST_NAMED:
        return f"{', '.join(map(str, numbers[: MOST_NAMED - 1]))} … and {numbers[-1]}"
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last


def _against_order(column: ColumnProfile, said: DateOrder | None) -> str:
    """That dates of a column cannot be read in the order that was said; "" where all can, or only ISO is read."""
    dates = column.dates
    if said is DateOrder.DAY_FIRST:
        against, first, other = dates.month_first, "day", "month"
    elif said is DateOrder.MONTH_FIRST:
        against, first, other = dates.day_first, "month", "day"
    else:
        return ""
    if not against:
        return ""
    text = (
        f"“{column.name}”: {against} of {dates.deciding + dates.either} dates can only begin with the {other}, and "
        f"would be refused with the {first} first, as was said."
    )
    if not dates.either:
        return text
    return f"{text} If the {other} comes first in all, {dates.either} more could be taken for another day."


def _without_dates(profile: Profile) -> str:
    likely = next((one for one in profile.columns if one.samples and all(map(is_plainly_date, one.samples))), None)
    said = "No column says when the responses were given: all of them would count as given today."
    return f"{said} “{likely.name}” looks like dates." if likely is not None else said
