"""How a form was answered, as it is judged and as it is kept; and the state that follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cxsurvey.responses.commands import Submission
from cxsurvey.responses.states import POSTS_KEPT, Facts, Post, ResponseState, judge

_COUNTED = ResponseState.COUNTED.value


def facts_of(item: Submission, kept: Mapping[str, Any], now: datetime) -> Facts | None:
    """The facts of a form that is posted now, after those `kept` of the same response; None for what is no form."""
    if item.page is None:
        return None
    earlier = [Post(datetime.fromisoformat(post["at"]), post["score"], post["page"]) for post in kept.get("posts", ())]
    latest = Post(now, item.score, item.page.submission_id.hex()[-8:])
    seconds = (now - item.page.issued_at).total_seconds()
    return Facts(seconds, item.page.trapped, item.page.from_thanks, (*earlier, latest))


def as_stored(facts: Facts | None) -> dict[str, Any]:
    """What a response keeps of them, as plain JSON values."""
    if facts is None:
        return {}
    posts = [{"at": post.at.isoformat(), "score": post.score, "page": post.page} for post in facts.posts]
    return {"seconds": round(facts.seconds, 1), "trapped": facts.trapped, "posts": posts[-POSTS_KEPT:]}


def state_of(item: Submission, facts: Facts | None, *, test: bool = False) -> tuple[str, str | None]:
    """The state of a response with these facts, and the reason where it is flagged."""
    if item.test or test:
        return ResponseState.TEST.value, None
    reason = judge(facts) if facts is not None else None
    if reason is None:
        return _COUNTED, None
    return ResponseState.FLAGGED.value, reason.value
