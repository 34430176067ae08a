"""The items of a batch, each judged by itself."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from typing import Annotated, Any

from pydantic import Field, ValidationError

from cxsurvey.api.v1.intake import Item
from cxsurvey.core.command import Command, problems_of, refuse_duplicate_keys
from cxsurvey.core.errors import Invalid, Refusal
from cxsurvey.core.ids import decode
from cxsurvey.responses.commands import AnswerInput

MOST = 100


class Batch(Command):
    """Up to 100 responses, each stored or refused by itself."""

    responses: Annotated[list[AnswerInput], Field(min_length=1, max_length=MOST)]


class _Envelope(Command):
    responses: Annotated[list[Any], Field(min_length=1, max_length=MOST)]


_survey_id = lru_cache(maxsize=256)(partial(decode, "srv"))  # the same few surveys in every request


def item_of(answer: AnswerInput) -> Item:
    """An answer with the id behind what it calls its survey."""
    return Item(answer, _survey_id(answer.survey))


def items_of(body: bytes) -> tuple[Item | Refusal, ...]:
    """The items in the body of a batch; those that break rules as refusals.

    Raises `Invalid` when the batch itself is not right: no JSON, no list, too many items, a field twice.
    """
    try:
        answers = Batch.model_validate_json(body).responses
    except ValidationError:
        return _one_by_one(body)
    refuse_duplicate_keys(body)
    return tuple(map(item_of, answers))


def _one_by_one(body: bytes) -> tuple[Item | Refusal, ...]:
    _Envelope.from_json(body)
    # read again with Python's own reader, which leaves numbers and texts as they are for the strict check of each
    return tuple(_judged(item) for item in json.loads(body)["responses"])


def _judged(item: Any) -> Item | Refusal:
    try:
        return item_of(AnswerInput.model_validate_json(json.dumps(item)))
    except ValidationError as error:
        return Invalid(problems=problems_of(error))
