"""Comments as pages show them, with the words that were searched for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from cxsurvey.core.ids import encode
from cxsurvey.dashboard import metrics
from cxsurvey.dashboard.period_bar import PeriodBar
from cxsurvey.insights.folding import pieces
from cxsurvey.insights.reports import Comment, Comments


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment with the address of its answer; `group` is what the one who wrote it is called.

    `pieces` are its text in order, each with whether it is what was searched for.
    """

    comment: Comment
    href: str
    group: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class CommentsView:
    """Some comments; `older` is the address of those before them.

    `searched_back_to` is a day where a search was broken off before it found enough: `older` goes on from there.
    """

    items: tuple[CommentView, ...]
    older: str | None
    searched_back_to: date | None


def comments_view(found: Comments, home: str, bar: PeriodBar, leaving: str) -> CommentsView:
    """Comments with the addresses of their answers and of the older ones.

    `leaving` is the query with which the page of an answer leads back.
    """
    return CommentsView(
        items=comment_views(found.items, home, leaving, found.search),
        older=f"?{bar.query}&{urlencode({'after': found.next})}#comments" if found.next else None,
        searched_back_to=found.searched_back_to,
    )


def comment_views(found: Iterable[Comment], home: str, leaving: str, search: str = "") -> tuple[CommentView, ...]:
    """Comments with the addresses of their answers, and what of them was searched for."""
    return tuple(
        CommentView(
            comment,
            f"{home}/responses/{encode('rsp', comment.response_id)}?{leaving}",
            metrics.group_of(comment.formula, comment.score),
            pieces(comment.text, search),
        )
        for comment in found
    )
