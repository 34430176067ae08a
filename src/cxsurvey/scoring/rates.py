"""Who answered, of those who could: response, completion and delivery rates with intervals.

Rates are in percent from 0 to 100 and come from pooled counts, never from averaged rates.
Numerator and denominator belong to the same invitations. Where nobody was invited, as with
shared links and kiosks, there is no denominator and the rate is None ("n/a"), never 100 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cxsurvey.scoring.counts import checked_count
from cxsurvey.scoring.errors import ContradictoryCountsError
from cxsurvey.scoring.intervals import wilson_limits, z_value


@dataclass(frozen=True, slots=True)
class Rate:
    """``part`` of ``whole`` in percent, with Wilson's interval.

    ``estimate``, ``lower`` and ``upper`` are None when ``whole`` is 0, or None: not counted.
    """

    part: int
    whole: int | None
    estimate: float | None
    lower: float | None
    upper: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class InvitationCounts:
    """What became of one set of invitations. Adding two pools them.

    ``sent`` is None when nobody was invited (link, kiosk), ``started`` when it is not known.
    ``hard_bounces`` and ``soft_bounces`` (final ones only) were not delivered. ``completed``
    have a valid main answer. ``opted_out`` may also have answered.

    Raises ``InvalidCountError`` for what is no count, and ``ContradictoryCountsError`` unless
    completed <= started <= delivered <= sent and opted_out <= delivered; without ``sent``
    there can be no bounce and no opt-out.

    >>> InvitationCounts(sent=1000, hard_bounces=30, soft_bounces=20, started=250, completed=150).delivered
    950
    """

    sent: int | None
    hard_bounces: int = 0
    soft_bounces: int = 0
    started: int | None = None
    completed: int = 0
    opted_out: int = 0

    def __post_init__(self) -> None:
        bounced = checked_count(self.hard_bounces, "hard bounces") + checked_count(self.soft_bounces, "soft bounces")
        checked_count(self.completed, "completed responses")
        checked_count(self.opted_out, "people opted out")
        if self.started is not None:
            _at_most(self.completed, "completed", checked_count(self.started, "started responses"), "started")
        if self.sent is None:
            if bounced or self.opted_out:
                raise ContradictoryCountsError("Without invitations nothing bounces and nobody opts out.")
            return
        _at_most(bounced, "bounced", checked_count(self.sent, "sent invitations"), "sent")
        delivered = self.sent - bounced
        _at_most(self.completed if self.started is None else self.started, "answering", delivered, "delivered")
        _at_most(self.opted_out, "opted out", delivered, "delivered")

    @property
    def delivered(self) -> int | None:
        """Sent minus hard and final soft bounces; None when nobody was invited."""
        return None if self.sent is None else self.sent - self.hard_bounces - self.soft_bounces

    def __add__(self, other: Self) -> "InvitationCounts":
        if not isinstance(other, InvitationCounts):
            return NotImplemented
        return InvitationCounts(
            sent=_pooled(self.sent, other.sent, "sent"),
            hard_bounces=self.hard_bounces + other.hard_bounces,
            soft_bounces=self.soft_bounces + other.soft_bounces,
            started=_pooled(self.started, other.started, "started"),
            completed=self.completed + other.completed,
            opted_out=self.opted_out + other.opted_out,
        )


@dataclass(frozen=True, slots=True)
class Dispositions:
    """Final outcomes of invited people as AAPOR counts them. Adding two pools them.

    Complete, partial, refusal, no contact, other eligible, unknown whether eligible. Bounced
    addresses are not eligible and stay out.

    Raises ``InvalidCountError`` for what is no count, also in the sum.
    """

    complete: int
    partial: int = 0
    refusal: int = 0
    no_contact: int = 0
    other: int = 0
    unknown: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            checked_count(getattr(self, name), name.replace("_", " "))
        checked_count(self.n, "dispositions")

    @property
    def n(self) -> int:
        """All people invited who were or may have been eligible."""
        return self.interviewed_or_refused + self.no_contact + self.other + self.unknown

    @property
    def interviewed_or_refused(self) -> int:
        """All who were reached and able to answer: complete, partial and refusal."""
        return self.complete + self.partial + self.refusal

    def __add__(self, other: Self) -> "Dispositions":
        if not isinstance(other, Dispositions):
            return NotImplemented
        return Dispositions(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def rate(part: int, whole: int | None, confidence: float = 0.95) -> Rate:
    """100 part / whole in percent with Wilson's interval (1927); None without a denominator.

    Also for in-app surveys: answers of views.

    Raises ``InvalidCountError``, ``ContradictoryCountsError`` when the part exceeds the
    whole, and ``InvalidConfidenceError``.

    >>> answered = rate(41, 50)
    >>> f"{answered.estimate:.0f} {answered.lower:.1f} {answered.upper:.1f}"
    '82 69.2 90.2'
    >>> rate(12, None).estimate is None
    True
    """
    checked_count(part, "responses")
    if whole is not None:
        _at_most(part, "counted", checked_count(whole, "the whole"), "there")
    return _rate(part, whole, confidence)


def pooled(parts: Iterable[InvitationCounts]) -> InvitationCounts:
    """All parts as one set of invitations; none at all is zero sent.

    20 of 20 and 21 of 30 pool to 82 %; averaging the two rates would claim 85 %.

    Raises ``ContradictoryCountsError`` when only some parts know who was invited, or who started.

    >>> both = pooled([InvitationCounts(20, completed=20), InvitationCounts(30, completed=21)])
    >>> response_rate(both).estimate
    82.0
    """
    counts = list(parts)
    total = counts[0] if counts else InvitationCounts(sent=0, started=0)
    for part in counts[1:]:
        total += part
    return total


def response_rate(counts: InvitationCounts, confidence: float = 0.95) -> Rate:
    """Completed of delivered: the headline.

    Raises ``InvalidConfidenceError``.

    >>> response_rate(InvitationCounts(sent=1000, hard_bounces=200, completed=200)).estimate
    25.0
    """
    return _rate(counts.completed, counts.delivered, confidence)


def response_rate_of_sent(counts: InvitationCounts, confidence: float = 0.95) -> Rate:
    """Completed of sent, bounces included; shown beside the headline.

    Raises ``InvalidConfidenceError``.

    >>> response_rate_of_sent(InvitationCounts(sent=1000, started=250, completed=150)).estimate
    15.0
    """
    return _rate(counts.completed, counts.sent, confidence)


def completion_rate(counts: InvitationCounts, confidence: float = 0.95) -> Rate:
    """Completed of started. It needs no invitation, so links have one too.

    Raises ``InvalidConfidenceError``.

    >>> completion_rate(InvitationCounts(sent=None, started=250, completed=150)).estimate
    60.0
    """
    return _rate(counts.completed, counts.started, confidence)


def delivery_rate(counts: InvitationCounts, confidence: float = 0.95) -> Rate:
    """Delivered of sent.

    Raises ``InvalidConfidenceError``.

    >>> delivery_rate(InvitationCounts(sent=1000, hard_bounces=30, soft_bounces=20)).estimate
    95.0
    """
    return _rate(counts.delivered or 0, counts.sent, confidence)


def opt_out_rate(counts: InvitationCounts, confidence: float = 0.95) -> Rate:
    """Opted out of delivered.

    Raises ``InvalidConfidenceError``.

    >>> opt_out_rate(InvitationCounts(sent=500, hard_bounces=100, opted_out=4)).estimate
    1.0
    """
    return _rate(counts.opted_out, counts.delivered, confidence)


def aapor_response_rate_1(counts: Dispositions, confidence: float = 0.95) -> Rate:
    """RR1 = I / (I + Pa + R + NC + O + U), the strictest (AAPOR Standard Definitions).

    Raises ``InvalidConfidenceError``.

    >>> aapor_response_rate_1(Dispositions(650, 50, 150, 100, 30, 20)).estimate
    65.0
    """
    return _rate(counts.complete, counts.n, confidence)


def aapor_response_rate_2(counts: Dispositions, confidence: float = 0.95) -> Rate:
    """RR2 = (I + Pa) / (I + Pa + R + NC + O + U): partial answers count.

    With bounces left out it is the nearest to what is usual for mailed surveys.

    Raises ``InvalidConfidenceError``.

    >>> aapor_response_rate_2(Dispositions(650, 50, 150, 100, 30, 20)).estimate
    70.0
    """
    return _rate(counts.complete + counts.partial, counts.n, confidence)


def aapor_cooperation_rate_1(counts: Dispositions, confidence: float = 0.95) -> Rate:
    """COOP1 = I / (I + Pa + R + O): complete, of all who were reached.

    Raises ``InvalidConfidenceError``.

    >>> round(aapor_cooperation_rate_1(Dispositions(650, 50, 150, 100, 30, 20)).estimate, 1)
    73.9
    """
    return _rate(counts.complete, counts.interviewed_or_refused + counts.other, confidence)


def aapor_cooperation_rate_3(counts: Dispositions, confidence: float = 0.95) -> Rate:
    """COOP3 = I / (I + Pa + R): complete, of all who were reached and able to answer.

    Raises ``InvalidConfidenceError``.

    >>> round(aapor_cooperation_rate_3(Dispositions(650, 50, 150, 100, 30, 20)).estimate, 1)
    76.5
    """
    return _rate(counts.complete, counts.interviewed_or_refused, confidence)


def aapor_refusal_rate(counts: Dispositions, confidence: float = 0.95) -> Rate:
    """REF1 = R / (I + Pa + R + NC + O + U).

    Raises ``InvalidConfidenceError``.

    >>> aapor_refusal_rate(Dispositions(650, 50, 150, 100, 30, 20)).estimate
    15.0
    """
    return _rate(counts.refusal, counts.n, confidence)


def _rate(part: int, whole: int | None, confidence: float) -> Rate:
    """``rate`` of counts that have been checked."""
    z = z_value(confidence)
    if not whole:
        return Rate(part, whole, None, None, None, confidence)
    lower, upper = wilson_limits(part, whole - part, z)
    return Rate(part, whole, 100 * part / whole, 100.0 * lower, 100.0 * upper, confidence)


def _at_most(part: int, part_name: str, whole: int, whole_name: str) -> None:
    if part > whole:
        raise ContradictoryCountsError(f"There cannot be {part} {part_name} of {whole} {whole_name}.")


def _pooled(left: int | None, right: int | None, name: str) -> int | None:
    if left is None and right is None:
        return None
    if left is None or right is None:
        raise ContradictoryCountsError(f"Counts with and without a number of {name} have no common rate.")
    return left + right
