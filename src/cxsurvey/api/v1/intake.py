"""Taking in responses from other systems: one use case for all requests that wait together, one or many answers each.

Every look-up is one statement for all of them. The reply is made here, inside the unit, so that the idempotency
row holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from cxsurvey.accounts.keys import keys_by_hash
from cxsurvey.accounts.permissions import Grant, scope_lacking
from cxsurvey.accounts.views import KeyView
from cxsurvey.api import errors
from cxsurvey.api.once import Once
from cxsurvey.api.schemas import BatchItem, BatchResult, ItemProblem, Receipt
from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Hot
from cxsurvey.core.errors import FieldProblem, Refusal, Unauthenticated
from cxsurvey.core.idempotency import KeptAnswer, Scope, find_many, remember_many
from cxsurvey.responses.commands import AnswerInput, Submission, submission_of
from cxsurvey.responses.errors import SurveyUnknown
from cxsurvey.responses.submit import Outcome, Refused, submit
from cxsurvey.web.errors import Fault, fault_of


class Item(NamedTuple):
    """One answer as it was sent; `survey_id` is None when what was sent is no id."""

    answer: AnswerInput
    survey_id: UUID | None


class Post(NamedTuple):
    """One request: whose key it carries, and its answers. Of a batch, items that broke rules are refusals."""

    token_hash: bytes
    once: Once
    items: tuple[Item | Refusal, ...]
    is_batch: bool = False

    @property
    def weight(self) -> int:
        """How many answers the lane has to store for it."""
        return len(self.items)


class Reply(NamedTuple):
    """The answer to a request that was let in; `replayed` when it was given before."""

    answer: KeptAnswer
    key_id: UUID
    at: datetime
    replayed: bool = False


Result: TypeAlias = Reply | Refusal


class _Admitted(NamedTuple):
    """A request whose key may write, with its place among the requests."""

    place: int
    post: Post
    key: KeyView
    scope: Scope | None

    def submissions(self) -> Iterator[Submission]:
        for item in self.post.items:
            if isinstance(item, Item) and item.survey_id is not None:
                yield submission_of(item.answer, item.survey_id, self.key.workspace_id, test=self.key.test)


def take_in(ctx: Context, posts: Sequence[Post]) -> list[Result]:
    """Stores the answers of each request once and returns the reply to each, in order.

    Expected refusals are values. Nothing is kept for a request that is refused.
    """
    results: dict[int, Result] = {}
    waiting = _admit(ctx, posts, results)
    kept = find_many(ctx, {entry.scope for entry in waiting if entry.scope is not None})
    while waiting:
        # two requests of one key in one call: the second meets the first as a kept answer
        now, waiting = _sort_out(ctx, waiting, kept, results)
        fresh = _store(ctx, now, results)
        remember_many(ctx, fresh)
        kept.update(fresh)
    return [results[place] for place in range(len(posts))]


INTAKE: Hot[Post, Result] = Hot("api.intake", take_in)
"""`take_in` for the lane."""


def _admit(ctx: Context, posts: Sequence[Post], results: dict[int, Result]) -> list[_Admitted]:
    keys = keys_by_hash(ctx, {post.token_hash for post in posts})
    admitted = []
    for place, post in enumerate(posts):
        key = keys.get(post.token_hash)
        if key is None or not key.valid_at(ctx.now):
            results[place] = Unauthenticated()
        elif Grant.RESPONSES_WRITE not in key.scopes:
            results[place] = scope_lacking(Grant.RESPONSES_WRITE)
        else:
            once = post.once
            scope = Scope(key.id, once.route, once.key) if once.key is not None else None
            admitted.append(_Admitted(place, post, key, scope))
    return admitted


def _sort_out(
    ctx: Context, waiting: Sequence[_Admitted], kept: Mapping[Scope, KeptAnswer], results: dict[int, Result]
) -> tuple[list[_Admitted], list[_Admitted]]:
    """Answers what was answered before; the others to be carried out now, and those that wait for a twin."""
    now: list[_Admitted] = []
    later: list[_Admitted] = []
    begun: set[Scope] = set()
    for entry in waiting:
        scope = entry.scope
        if scope is not None and scope in kept:
            results[entry.place] = _again(ctx, entry, kept[scope])
        elif scope is not None and scope in begun:
            later.append(entry)
        else:
            now.append(entry)
            if scope is not None:
                begun.add(scope)
    return now, later


def _again(ctx: Context, entry: _Admitted, former: KeptAnswer) -> Result:
    try:
        return Reply(entry.post.once.again(former), entry.key.id, ctx.now, replayed=True)
    except Refusal as refusal:
        return refusal


def _store(ctx: Context, now: Sequence[_Admitted], results: dict[int, Result]) -> dict[Scope, KeptAnswer]:
    """Carries out these requests; the answers that have a key to be kept under."""
    submissions = [submission for entry in now for submission in entry.submissions()]
    outcomes = iter(submit(ctx, submissions) if submissions else ())
    fresh: dict[Scope, KeptAnswer] = {}
    for entry in now:
        own = [_outcome(item, outcomes) for item in entry.post.items]
        answer = _batch_answer(entry.post, own) if entry.post.is_batch else _answer(entry.post, own[0])
        if isinstance(answer, Refusal):
            results[entry.place] = answer
            continue
        results[entry.place] = Reply(answer, entry.key.id, ctx.now)
        if entry.scope is not None:
            fresh[entry.scope] = answer
    return fresh


def _outcome(item: Item | Refusal, outcomes: Iterator[Outcome]) -> Outcome:
    if isinstance(item, Refusal):
        return Refused(item)
    return next(outcomes) if item.survey_id is not None else Refused(SurveyUnknown(field="survey"))


def _answer(post: Post, outcome: Outcome) -> KeptAnswer | Refusal:
    if isinstance(outcome, Refused):
        return outcome.refusal
    status = 201 if outcome.created else 200
    return KeptAnswer(post.once.request_hash, status, Receipt.bytes_of(outcome))


def _batch_answer(post: Post, outcomes: Sequence[Outcome]) -> KeptAnswer:
    items = [_batch_item(index, outcome) for index, outcome in enumerate(outcomes)]
    return KeptAnswer(post.once.request_hash, 207, BatchResult(data=items).encoded())


def _batch_item(index: int, outcome: Outcome) -> BatchItem:
    if isinstance(outcome, Refused):
        problem = ItemProblem.model_validate(errors.document(_fault(outcome.refusal, index)))
        return BatchItem(index=index, status=problem.status, problem=problem)
    return BatchItem(index=index, status=201 if outcome.created else 200, response=Receipt.of(outcome))


def _fault(refusal: Refusal, index: int) -> Fault:
    """The fault with its fields named as seen from the whole batch."""
    fault = fault_of(refusal)
    return replace(fault, problems=tuple(_placed(problem, index) for problem in fault.problems))


def _placed(problem: FieldProblem, index: int) -> FieldProblem:
    """A problem of one item as a problem of the batch."""
    return replace(problem, field=f"responses.{index}.{problem.field}".rstrip("."))
