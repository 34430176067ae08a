"""The states of a response, and the pure rules that decide and count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

LEAST_SECONDS = 1.0
"""A page answered faster than this was not read by a person."""
BURST = timedelta(seconds=60)
"""Different scores from fresh pages within this time are a machine trying links."""
POSTS_KEPT = 12


class ResponseState(StrEnum):
    """Only counted responses enter a score."""

    COUNTED = "counted"
    PROVISIONAL = "provisional"
    FLAGGED = "flagged"
    TEST = "test"
    VOID = "void"


class Reason(StrEnum):
    """Why a response is flagged."""

    TRAP = "hidden field filled"
    HASTE = "answered in under a second"
    BURST = "several scores within a minute"


class Post(NamedTuple):
    """One submission of a form page: when, which score, from which page (the last characters of its id)."""

    at: datetime
    score: int | None
    page: str


class Facts(NamedTuple):
    """How a form was answered, taken when it was posted."""

    seconds: float
    """Since the page was issued."""
    trapped: bool
    """Whether the field that people do not see was filled."""
    from_thanks: bool
    """Whether the page was opened from the thank-you page, to change an answer."""
    posts: Sequence[Post]
    """This submission and earlier ones for the same invitation."""


def judge(facts: Facts) -> Reason | None:
    """Whether these facts speak of a machine; None for a person.

    Two scores in a minute are a burst only when they come from different, freshly opened pages: a person who
    changes an answer does so on the same page or through the thank-you page, as quickly as they like.
    """
    if facts.trapped:
        return Reason.TRAP
    if facts.from_thanks:
        return None
    if facts.seconds < LEAST_SECONDS:
        return Reason.HASTE
    return Reason.BURST if _is_burst(facts.posts) else None


def _is_burst(posts: Sequence[Post]) -> bool:
    latest = posts[-1]
    return any(
        post.page != latest.page and post.score != latest.score and latest.at - post.at <= BURST for post in posts[:-1]
    )


def contribution(state: str, score: int | None, has_comment: bool, unknown: bool = False) -> dict[str, int]:
    """What one response adds to the counters of its day."""
    if state != ResponseState.COUNTED:
        return {state: 1}
    without = "unknown" if unknown else "unscored"
    counted = {without if score is None else f"n{score}": 1}
    if has_comment:
        counted["comments"] = 1
    return counted


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What changes in the counters of a day when a response goes from one contribution to another."""
    change = {column: -amount for column, amount in before.items()}
    for column, amount in after.items():
        change[column] = change.get(column, 0) + amount
    return {column: amount for column, amount in change.items() if amount}
