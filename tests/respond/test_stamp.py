"""The stamp of a form page: what it says survives, and nobody else can make or bend one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cxsurvey.core.ids import SystemIds
from cxsurvey.core.signing import Keys
from cxsurvey.respond import stamp as stamps
from cxsurvey.respond.stamp import CLOCK_SKEW, Stamp, Target

KEYS = Keys((b"a root secret that is only used in tests",))
NOW = datetime(2026, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC)
STAMP = Stamp(Target.SURVEY, UUID(int=7), bytes(range(16)), NOW, "pt-BR", change=True)
DAY = timedelta(hours=24)


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("change", [True, False])
def test_a_stamp_says_what_was_written(target: Target, change: bool) -> None:
    written = Stamp(target, UUID(int=9), b"\xff" * 16, NOW, "en", change)
    assert stamps.read(KEYS, stamps.write(KEYS, written)) == written


def test_a_stamp_of_a_former_key_is_read() -> None:
    newer = Keys((b"another root secret that is only for tests", *KEYS.roots))
    assert stamps.read(newer, stamps.write(KEYS, STAMP)) == STAMP
    assert stamps.read(KEYS, stamps.write(newer, STAMP)) is None


def test_no_character_of_a_stamp_can_be_changed() -> None:
    text = stamps.write(KEYS, STAMP)
    for index, sign in enumerate(text):
        bent = text[:index] + ("1" if sign != "1" else "2") + text[index + 1 :]
        assert stamps.read(KEYS, bent) is None, index


@pytest.mark.parametrize("text", ["", "x", "s" * 5000, "\x00", "s.1.2.3", " "])
def test_anything_else_is_no_stamp(text: str) -> None:
    assert stamps.read(KEYS, text) is None
    assert stamps.read(KEYS, stamps.write(KEYS, STAMP) + text + "\n") is None


def test_a_stamp_is_made_for_one_thing() -> None:
    assert STAMP.is_for(Target.SURVEY, UUID(int=7))
    assert not STAMP.is_for(Target.SURVEY, UUID(int=8))
    assert not STAMP.is_for(Target.INVITATION, UUID(int=7))


@pytest.mark.parametrize(
    ("after", "fresh"),
    [
        (timedelta(0), True),
        (DAY - timedelta(milliseconds=1), True),
        (DAY, False),
        (-CLOCK_SKEW, True),
        (-CLOCK_SKEW - timedelta(milliseconds=1), False),
    ],
)
def test_a_page_may_be_sent_for_a_day(after: timedelta, fresh: bool) -> None:
    assert STAMP.is_fresh(NOW + after, DAY) is fresh


def test_pages_are_numbered_in_the_order_of_time_where_the_time_may_be_known() -> None:
    ids = SystemIds()
    named = [stamps.new_submission(ids, anonymous=False) for _ in range(50)]
    anonymous = [stamps.new_submission(ids, anonymous=True) for _ in range(50)]

    assert named == sorted(named)
    assert anonymous != sorted(anonymous)
    assert {len(each) for each in (*named, *anonymous)} == {16}
    assert len({*named, *anonymous}) == 100
