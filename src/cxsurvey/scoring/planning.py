"""How many responses a question needs, and what a number of responses can answer.

Targets are in display units: points for NPS, percentage points for a share, scale points for
a mean. Figures are kept exact and rounded up once, at the end: to whole responses, or to
whole invitations. A plan carries all that it assumes.

Plans count responses, not customers: no finite-population correction is applied, because
where everyone was invited the larger error is who stayed silent.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from cxsurvey.scoring.counts import MAX_COUNT, checked_count
from cxsurvey.scoring.errors import EmptyCountsError, InvalidAssumptionError, OutOfReachError
from cxsurvey.scoring.intervals import z_value
from cxsurvey.scoring.significance import POWER
from cxsurvey.scoring.spread import Mix, Spread, Subject

Assumption = Spread | Mix
"""What a plan may rest on: a spread, or a named mix of promoters, passives and detractors."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many responses in each group, and what that rests on.

    ``responses`` is ``exact`` rounded up. ``groups`` is 1 for a margin and 2 for a change.
    ``target`` is the margin or the change in display units. ``power`` is None for a margin.
    """

    responses: int
    groups: int
    exact: float
    target: float
    spread: Spread
    confidence: float
    power: float | None

    @property
    def total(self) -> int:
        """The responses of all groups together."""
        return self.responses * self.groups


@dataclass(frozen=True, slots=True)
class Invitations:
    """So many invitations in each group of ``plan`` when this share of them is answered."""

    invitations: int
    response_rate: float
    plan: Plan

    @property
    def total(self) -> int:
        """The invitations of all groups together."""
        return self.invitations * self.plan.groups


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin, either side of the score, that ``n`` responses give, in display units."""

    margin: float
    n: int
    spread: Spread
    confidence: float


@dataclass(frozen=True, slots=True)
class DetectableChange:
    """The smallest change that ``n_now`` against ``n_before`` responses can show, in display units.

    With ``power`` None it is the smallest change that would reach significance; a true change
    of that size does so in only half of the cases.
    """

    change: float
    n_now: int
    n_before: int
    now: Spread
    before: Spread
    confidence: float
    power: float | None


def responses_for_margin(assumed: Assumption, margin: float, confidence: float = 0.95) -> Plan:
    """How many responses give this margin either side of the score.

    n = z^2 v / e^2 (Cochran 1977), with e the margin and v the variance of one response. The
    interval shown later is the score, Wilson or t interval; close to the end of a scale, and
    below about 30 responses, its two sides differ from e.

    Raises ``InvalidAssumptionError`` unless margin lies above 0 and within the scale (for a
    mean of unknown scale at most 10^6), ``OutOfReachError`` above 10^12 responses, and
    ``InvalidConfidenceError``.

    >>> responses_for_margin(Mix.MIDDLING, 5).responses, responses_for_margin(Mix.WORST_CASE, 5).responses
    (861, 1537)
    """
    spread = _spread(assumed)
    target = _checked_target(margin, "margin", spread)
    root = z_value(confidence) * spread.deviation / target
    exact = root * root
    return Plan(_rounded_up(exact), 1, exact, target, spread, confidence, None)


def responses_to_see_change(assumed: Assumption, change: float, confidence: float = 0.95, power: float = POWER) -> Plan:
    """How many responses each of two periods or segments needs to see a change of this size.

    "See" means: a true change of this size is called a change with probability ``power``,
    while no change is called one with probability 1 - confidence. With z the two-sided
    quantile of the confidence, y the quantile of the power and d the change:

    - NPS: 2 v (z + y)^2 / d^2.
    - Means: the same, and z^2 / 4 more because the deviation must be estimated (Guenther 1981).
    - Shares: [z sqrt(2 m (1 - m)) + y sqrt(s (1 - s) + t (1 - t))]^2 / (t - s)^2 for shares s
      and t with mean m (Fleiss 1981). The sign of the change counts here: +5 from 80 % plans
      for .80 against .85, -5 for .80 against .75.

    Pass ``spread_of_groups``, ``spread_of_share`` or ``spread_of_scores`` of a survey's
    counts to plan with its own spread.

    Raises ``InvalidAssumptionError`` for a change of 0, one beyond the scale, or a power
    outside 0.5 to below 1; ``OutOfReachError`` above 10^12 responses; ``InvalidConfidenceError``.

    >>> from cxsurvey.scoring.spread import mean_spread, nps_spread, share_spread
    >>> responses_to_see_change(nps_spread(0.6), 10).responses
    942
    >>> responses_to_see_change(share_spread(0.8), 5).responses
    906
    >>> responses_to_see_change(mean_spread(1.5), 0.5).responses
    143
    """
    spread = _spread(assumed)
    z, y = z_value(confidence), _power_quantile(power)
    size = _checked_target(abs(change) if type(change) in (int, float) else change, "change", spread)
    if spread.share is not None:
        root = _root_for_shares(spread.share, spread.share + change / 100.0, z, y)
        exact = root * root
    else:
        root = (z + y) * spread.deviation / size
        exact = 2.0 * root * root + (z * z / 4.0 if spread.subject is Subject.MEAN else 0.0)
    return Plan(_rounded_up(exact), 2, exact, float(change), spread, confidence, power)


def invitations_needed(plan: Plan, response_rate: float) -> Invitations:
    """How many invitations each group of a plan needs when this share of them is answered.

    The exact number of responses over the rate, rounded up once; it can be a few less than
    the rounded responses over the rate.

    Raises ``InvalidAssumptionError`` unless 0 < response_rate <= 1, ``OutOfReachError`` above
    10^12 invitations.

    >>> invitations_needed(responses_for_margin(Mix.MIDDLING, 5), 0.2).invitations
    4303
    """
    if type(response_rate) not in (int, float) or not 0.0 < response_rate <= 1.0:
        raise InvalidAssumptionError(
            f"The expected response rate is a share above 0 and at most 1, such as 0.2, not {response_rate!r}."
        )
    # Less than one response needed still is one response.
    return Invitations(_rounded_up(max(1.0, plan.exact) / response_rate), float(response_rate), plan)


def margin_for_responses(assumed: Assumption, n: int, confidence: float = 0.95) -> Margin:
    """The margin either side of the score that n responses give: z sqrt(v / n).

    The inverse of ``responses_for_margin``; at most the whole scale.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidCountError`` and ``InvalidConfidenceError``.

    >>> f"{margin_for_responses(Mix.GOOD, 1000).margin:.2f}"
    '4.50'
    """
    spread = _spread(assumed)
    margin = z_value(confidence) * spread.deviation / sqrt(_checked_n(n))
    return Margin(min(spread.widest, margin), n, spread, confidence)


def detectable_change(
    n_now: int,
    n_before: int,
    now: Assumption,
    before: Assumption | None = None,
    confidence: float = 0.95,
    power: float | None = POWER,
) -> DetectableChange:
    """The smallest change that two numbers of responses can show.

    (z + y) sqrt(v1 / n1 + v2 / n2), with z and y the quantiles of the confidence and the
    power; with ``power`` None it is z sqrt(v1 / n1 + v2 / n2), the change that would just
    reach significance. At most the whole scale. Without ``before`` both sides have the
    spread of ``now``.

    Raises ``EmptyCountsError`` when a side has no response, ``InvalidCountError``,
    ``InvalidConfidenceError``, and ``InvalidAssumptionError`` when the sides are about
    different subjects or the power is outside 0.5 to below 1.

    >>> from cxsurvey.scoring.spread import nps_spread
    >>> now, before = nps_spread(0.6275), nps_spread(0.6475)
    >>> f"{detectable_change(100, 100, now, before, power=None).change:.1f}"
    '22.1'
    """
    left = _spread(now)
    right = left if before is None else _spread(before)
    if left.subject is not right.subject:
        raise InvalidAssumptionError(f"A change is within one subject, not from {right.subject} to {left.subject}.")
    quantiles = z_value(confidence) + (0.0 if power is None else _power_quantile(power))
    error = sqrt(left.deviation**2 / _checked_n(n_now) + right.deviation**2 / _checked_n(n_before))
    change = min(left.widest, right.widest, quantiles * error)
    return DetectableChange(change, n_now, n_before, left, right, confidence, power)


def _spread(assumed: Assumption) -> Spread:
    return assumed.spread if isinstance(assumed, Mix) else assumed


def _root_for_shares(first: float, second: float, z: float, y: float) -> float:
    if not 0.0 <= second <= 1.0:
        raise InvalidAssumptionError(f"A share of {first:.4g} cannot change to {second:.4g}; shares lie from 0 to 1.")
    middle = (first + second) / 2.0
    pooled = sqrt(2.0 * middle * (1.0 - middle))
    apart = sqrt(first * (1.0 - first) + second * (1.0 - second))
    # A change below the spacing of floats leaves the two shares equal: no number is enough.
    return (z * pooled + y * apart) / abs(second - first) if first != second else float("inf")


def _checked_target(value: object, name: str, spread: Spread) -> float:
    largest = min(spread.widest, 1e6)
    if type(value) in (int, float) and 0.0 < value <= largest:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    raise InvalidAssumptionError(f"The {name} to plan for is a number above 0 and at most {largest:g}, not {value!r}.")


def _power_quantile(power: object) -> float:
    if isinstance(power, float) and 0.5 <= power < 1.0:
        # The lower tail keeps its precision close to 1.
        return -NormalDist().inv_cdf(1.0 - power)
    raise InvalidAssumptionError(f"Power is a number from 0.5 to below 1, such as 0.8, not {power!r}.")


def _checked_n(n: int) -> int:
    if checked_count(n, "responses") == 0:
        raise EmptyCountsError("A plan needs at least one response on each side.")
    return n


def _rounded_up(exact: float) -> int:
    if not exact <= MAX_COUNT:
        raise OutOfReachError(f"This plan needs more than {MAX_COUNT} responses or invitations; allow a larger target.")
    # A whole number that came out a hair too large through rounding stays that number.
    return max(1, ceil(exact * (1.0 - 1e-12)))
