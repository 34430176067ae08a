"""What an anonymous survey and a shared aggregate must not show, so that nobody is recognised.

A group below the minimum is withheld. That alone is not enough: who knows the total and all other
groups finds the hidden one by subtraction. So further groups are withheld until what is hidden
holds at least two groups and the minimum of responses together.

This is another rule than ``lowbase``: there everything may be read, here it may not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cxsurvey.scoring.counts import checked_count
from cxsurvey.scoring.errors import InvalidMinimumError, InvalidWindowsError

SMALLEST_MINIMUM: Final = 5
"""The smallest group that is ever shown; a workspace can ask for more, never for less."""


@dataclass(frozen=True, slots=True)
class Withholding:
    """Which groups may be shown, both tuples in the order given.

    Of a withheld group neither the score nor the number of responses is shown.
    ``total_shown`` tells whether both may be shown of all responses together.
    """

    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    total_shown: bool
    minimum: int


def withholding(groups: Mapping[str, int], minimum: int = SMALLEST_MINIMUM) -> Withholding:
    """Decide from the number of responses of each group what is withheld.

    The groups share out the total: none of its responses lies in two or in none of them.
    Withheld are all groups with 1 to ``minimum`` - 1 responses; if there are any, then also
    the smallest of the others, one after the other, until at least two groups and at least
    ``minimum`` responses are withheld, or all groups are (complementary suppression; Cox
    1980). Of equally large groups the first by name is taken. The total is withheld only
    when it is itself below the minimum.

    A group without a response is shown: it says nothing about anybody, and hides nobody.

    One breakdown is made safe, not several at once: who may see the same responses by shop
    and by month can combine the two. Decide on the finest breakdown that is shown and add
    up the others from the groups shown there.

    Raises ``InvalidCountError`` for a size that is no count, ``InvalidMinimumError`` for a
    minimum below 5.

    >>> withholding({"north": 40, "south": 3, "east": 12, "west": 25})
    Withholding(shown=('north', 'west'), withheld=('south', 'east'), total_shown=True, minimum=5)
    """
    checked_minimum(minimum)
    sizes = {name: checked_count(n, f"responses of {name}") for name, n in groups.items()}
    ascending = sorted((n, name) for name, n in sizes.items() if n)
    hidden = [name for n, name in ascending if n < minimum]
    responses = sum(sizes[name] for name in hidden)
    for n, name in ascending[len(hidden) :] if hidden else ():
        # The first alone has fewer, so this takes two at least.
        if responses >= minimum:
            break
        hidden.append(name)
        responses += n
    total, closed = sum(sizes.values()), set(hidden)
    return Withholding(
        shown=tuple(name for name in groups if name not in closed),
        withheld=tuple(name for name in groups if name in closed),
        total_shown=total == 0 or total >= minimum,
        minimum=minimum,
    )


def nested_windows_shown(inner: int, outer: int, minimum: int = SMALLEST_MINIMUM) -> bool:
    """Whether two windows, one inside the other, may both be shown.

    ``inner`` and ``outer`` are their numbers of responses. Who sees both can subtract them,
    so the difference must be 0 or at least the minimum. Says nothing about either alone.

    The numbers are of responses that stay: where a response can be changed or deleted after
    the first window was shown, equal numbers can still hide one change.

    Raises ``InvalidCountError``, ``InvalidWindowsError`` when the inner window has more
    responses than the outer, ``InvalidMinimumError``.

    >>> nested_windows_shown(30, 33), nested_windows_shown(30, 35), nested_windows_shown(30, 30)
    (False, True, True)
    """
    checked_minimum(minimum)
    checked_count(inner, "responses in the inner window")
    checked_count(outer, "responses in the outer window")
    if inner > outer:
        raise InvalidWindowsError(f"An inner window holds at most the {outer} responses of the outer, not {inner}.")
    return inner == outer or outer - inner >= minimum


def cumulative_windows_shown(sizes: Sequence[int], minimum: int = SMALLEST_MINIMUM) -> tuple[bool, ...]:
    """Which of several windows, each holding the one before, may be shown as they are published.

    ``sizes`` are their numbers of responses in the order of publication, as of a page that
    is refreshed every day. A window is shown when it has 0 or at least ``minimum`` responses
    more than the last one that was shown, the first one when it has 0 or at least
    ``minimum``. Then no two that are shown differ by fewer. What was once shown is never
    taken back by a later window.

    Raises ``InvalidCountError``, ``InvalidWindowsError`` when a window has fewer responses
    than the one before, ``InvalidMinimumError``.

    >>> cumulative_windows_shown([3, 7, 9, 11, 12, 12, 20])
    (False, True, False, False, True, True, True)
    """
    checked_minimum(minimum)
    shown, last, before = [], 0, 0
    for size in sizes:
        if checked_count(size, "responses in a window") < before:
            raise InvalidWindowsError(f"A cumulative window holds the {before} responses before it, not {size}.")
        shown.append(nested_windows_shown(last, size, minimum))
        last, before = size if shown[-1] else last, size
    return tuple(shown)


def checked_minimum(minimum: object) -> int:
    """Return ``minimum`` if it is a whole number of at least 5.

    Raises ``InvalidMinimumError``.

    >>> checked_minimum(8)
    8
    """
    if type(minimum) is int and minimum >= SMALLEST_MINIMUM:
        return minimum
    raise InvalidMinimumError(
        f"The smallest group to show is a whole number of at least {SMALLEST_MINIMUM}, not {minimum!r}."
    )
