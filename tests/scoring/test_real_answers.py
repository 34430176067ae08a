"""What real answers do to intervals and rankings; the figures were first found with another program.

The counts are derived from published answers. TRAINING: how likely 889 participants of instructor trainings were to
recommend them, 0 to 10 (The Carpentries, CC BY 4.0), and its 65 events with 6 or more answers as promoters, passives
and detractors. PATIENTS: 2,915 experiences of an ambulance service, worst to best (NHS Friends and Family Test, The
Strategy Unit, MIT).
"""

from collections.abc import Sequence
from math import sqrt
from random import Random

import pytest

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.means import end_padded_interval, mean, t_interval
from cxsurvey.scoring.scales import Scale
from cxsurvey.scoring.shrinkage import shrunken_nps
from tests.scoring.enumeration import chance_of, compositions

TRAINING = ScoreCounts((0, 2, 4, 6, 5, 21, 33, 106, 211, 150, 351))
PATIENTS = ScoreCounts((151, 109, 129, 477, 2049), Scale(1, 5))
EVENTS = [
    *[(15, 4, 0), (14, 0, 0), (13, 8, 0), (13, 6, 2), (13, 3, 1), (13, 2, 0), (11, 6, 2), (11, 6, 1), (10, 4, 2)],
    *[(10, 4, 0), (9, 10, 1), (9, 5, 1), (9, 3, 3), (9, 3, 0), (9, 2, 0), (9, 1, 1), (9, 0, 0), (8, 7, 1), (8, 3, 1)],
    *[(8, 1, 0), (8, 0, 0), (7, 8, 5), (7, 5, 5), (7, 5, 2), (7, 5, 0), (7, 5, 0), (7, 3, 0), (7, 2, 0), (7, 2, 0)],
    *[(6, 7, 1), (6, 7, 0), (6, 7, 0), (6, 6, 2), (6, 5, 1), (6, 4, 1), (6, 4, 0), (6, 3, 0), (6, 2, 0), (6, 1, 0)],
    *[(6, 1, 0), (6, 0, 2), (5, 13, 2), (5, 3, 1), (5, 3, 0), (4, 5, 4), (4, 4, 1), (4, 3, 0), (4, 2, 1), (4, 2, 0)],
    *[(4, 2, 0), (3, 17, 2), (3, 10, 2), (3, 6, 1), (3, 6, 0), (3, 5, 0), (3, 3, 2), (3, 3, 0), (3, 3, 0), (3, 2, 2)],
    *[(2, 6, 1), (2, 4, 2), (2, 4, 0), (2, 4, 0), (1, 4, 3), (1, 3, 2)],
]


@pytest.mark.parametrize(
    ("answers", "n", "by_t", "without_spread"),
    [
        (PATIENTS, 3, 0.65, 0.35),
        (PATIENTS, 5, 0.83, 0.17),
        (PATIENTS, 10, 0.83, 0.03),
        (TRAINING, 3, 0.92, 0.08),
        (TRAINING, 5, 0.93, 0.01),
    ],
)
def test_a_mean_of_few_is_held_by_the_padded_interval_where_t_fails(
    answers: ScoreCounts, n: int, by_t: float, without_spread: float
) -> None:
    """Samples of n from these answers, every one of them."""
    truth, shares = mean(answers), [count / answers.n for count in answers.counts]
    held = padded = empty = 0.0
    for outcome in compositions(n, len(shares)):
        sample, chance = ScoreCounts(outcome, answers.scale), chance_of(outcome, shares)
        student, other = t_interval(sample), end_padded_interval(sample)
        assert student is not None
        held += chance * (student.lower <= truth <= student.upper)
        padded += chance * (other.lower <= truth <= other.upper)
        empty += chance * (student.lower == student.upper)

    assert held == pytest.approx(by_t, abs=0.005)
    assert empty == pytest.approx(without_spread, abs=0.005)
    assert padded >= 0.957


def test_events_truly_differ_by_about_twenty_points() -> None:
    result = shrunken_nps({str(number): GroupCounts(*groups) for number, groups in enumerate(EVENTS)})

    assert len(EVENTS) == 65
    assert result.spread == pytest.approx(20, abs=1.5)


def test_shrunken_scores_of_one_half_tell_the_other_half_best() -> None:
    """400 splits gave root mean squares of 37.4 points by raw scores, 33.7 by the overall one, 31.3 shrunken."""
    random, squares = Random(20161), [0.0, 0.0, 0.0]
    splits = 30
    for _ in range(splits):
        halves = [_halves(groups, random) for groups in EVENTS]
        shrunken = shrunken_nps({str(number): first for number, (first, _) in enumerate(halves)})
        overall = _net(sum((first for first, _ in halves), start=GroupCounts(0, 0, 0)))
        for (first, second), score in zip(halves, shrunken.scores, strict=True):
            assert score.estimate is not None
            for way, told in enumerate((_net(first), overall, score.estimate)):
                squares[way] += (told - _net(second)) ** 2

    raw, overall, best = (sqrt(square / splits / len(EVENTS)) for square in squares)
    assert (raw, overall, best) == pytest.approx((37.4, 33.7, 31.3), abs=1.0)
    assert best < overall < raw


def _halves(groups: Sequence[int], random: Random) -> tuple[GroupCounts, GroupCounts]:
    codes = [code for code, count in zip((1, 0, -1), groups, strict=True) for _ in range(count)]
    random.shuffle(codes)
    middle = len(codes) // 2
    first, second = (
        GroupCounts(half.count(1), half.count(0), half.count(-1)) for half in (codes[:middle], codes[middle:])
    )
    return first, second


def _net(groups: GroupCounts) -> float:
    return 100 * (groups.promoters - groups.detractors) / groups.n
