"""What the results page shows of the follow-ups: a table for each, with a bar, a share and its interval a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cxsurvey.dashboard import doubts
from cxsurvey.dashboard.comment_views import CommentView, comment_views
from cxsurvey.insights.follow_ups import FollowUpReport, FollowUpsReport, Part, Share
from cxsurvey.insights.reports import Comment
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.scales import Band, Definition
from cxsurvey.surveys.follow_ups import FollowUpKind
from cxsurvey.web.display import day, number, percent

WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer. `width` is its share of the bar in percent; `groups` are its shares in each group, as texts."""

    label: str
    n: int
    width: float
    share: str
    interval: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One follow-up. `groups` are (band, name, n) of the columns beside that of all customers; a text has no rows.

    `texts` are the newest answers of a text; `more` says so where there are others.
    """

    id: str
    question: str
    caption: str
    base: str
    is_faint: bool
    texts: tuple[CommentView, ...]
    more: str
    withheld: bool
    groups: tuple[tuple[Band, str, str], ...]
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class FollowUpsView:
    """All follow-ups of a survey; `bounds` says how far back they were read, "" where nothing was left out."""

    items: tuple[FollowUpView, ...]
    bounds: str
    minimum: int | None


def follow_ups_view(
    found: FollowUpsReport,
    fill: Callable[[str], str],
    texts: Mapping[str, Sequence[Comment]],
    home: str,
    leaving: str,
) -> FollowUpsView:
    """The follow-ups, ready to be shown, with the texts that belong to them.

    `fill` gives a text of the survey as customers read it, `leaving` is the query with which the page of a response
    leads back.
    """
    bounds = ""
    if not found.is_whole and found.back_to is not None:
        bounds = (
            f"Of the newest {number(found.looked_at)} of {number(found.total)} responses, back to {day(found.back_to)}."
        )
    items = tuple(
        _view(each, found.survey.formula, fill, comment_views(texts.get(each.id, ()), home, leaving))
        for each in found.follow_ups
    )
    return FollowUpsView(items, bounds, found.minimum)


def _view(
    asked: FollowUpReport, formula: Definition, fill: Callable[[str], str], texts: tuple[CommentView, ...]
) -> FollowUpView:
    total, is_text = asked.total, asked.kind is FollowUpKind.TEXT
    groups = asked.groups if len(asked.groups) > 1 else ()
    return FollowUpView(
        id=asked.id,
        question=fill(asked.question),
        caption=_caption(asked),
        base=doubts.BASE_WORDS[total.base.level] if not (total.withheld or is_text) else "",
        is_faint=total.base.greyed and not is_text,
        texts=texts,
        more=f"The newest {len(texts)} stand here." if texts and len(texts) < (total.n or 0) else "",
        withheld=total.withheld,
        groups=tuple((part.band, _name(part.band, formula), _n(part)) for part in groups if part.band is not None),
        rows=_rows(total, groups, fill) if total.n else (),
    )


def _caption(asked: FollowUpReport) -> str:
    total = asked.total
    if total.n is None or total.asked is None:
        return ""
    if not total.asked:
        return "No response of a group that is asked this in these days."
    share = f" ({percent(100 * total.n / total.asked)})" if total.asked >= 10 else ""
    several = " Several answers may be chosen, so the shares may add up to more." if _is_multiple(asked) else ""
    counted = f"{number(total.n)} of {number(total.asked)}"
    return f"{counted} responses of the groups that are asked this have one{share}.{several}"


def _is_multiple(asked: FollowUpReport) -> bool:
    return asked.kind is FollowUpKind.MULTIPLE and bool(asked.total.n)


def _name(band: Band, formula: Definition) -> str:
    return formula.group_names[(Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR).index(band)].capitalize()


def _n(part: Part) -> str:
    return WITHHELD if part.n is None else f"n = {number(part.n)}"


def _rows(total: Part, groups: tuple[Part, ...], fill: Callable[[str], str]) -> tuple[AnswerRow, ...]:
    return tuple(_row(fill(share.label), place, share, total, groups) for place, share in enumerate(total.shares))


def _row(label: str, place: int, share: Share, total: Part, groups: tuple[Part, ...]) -> AnswerRow:
    figure = share.figure
    told = figure is not None and total.base.level > BaseLevel.COUNTS_ONLY
    return AnswerRow(
        label=label,
        n=share.n,
        width=round(figure.estimate, 2) if figure is not None and told else 0.0,
        share=percent(figure.estimate) if figure is not None and told else "–",
        interval=doubts.interval(figure) if figure is not None else "",
        groups=tuple(_in_group(place, part) for part in groups),
    )


def _in_group(place: int, part: Part) -> str:
    """The share of an answer in a group; of fewer than five answers their number, for a share would say too much."""
    if part.withheld or not part.n:
        return "–"
    share = part.shares[place]
    if share.figure is None or part.base.level <= BaseLevel.COUNTS_ONLY:
        return f"{share.n} of {part.n}"
    return percent(share.figure.estimate)
