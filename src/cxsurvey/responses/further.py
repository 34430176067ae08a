"""Further words of somebody whose answer is stored: a comment more, never a second score."""

from __future__ import annotations

from collections.abc import Sequence

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Busy, Refusal
from cxsurvey.responses import changes, queries
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.errors import CommentsTooLong, ExternalIdTaken

LONGEST = 4000
BETWEEN = "\n\n"


def add_comments(ctx: Context, items: Sequence[Submission]) -> list[bool | Refusal]:
    """Adds the comment of each submission to the stored response with its external id.

    All are of one workspace and source, of which nothing is being taken back: no import is carried out beside that.
    Gives True where there is such a response, also when its comment holds these words already, so that the same again
    changes nothing; False where there is none; and the refusal of a comment for which there is no room.
    """
    if not items:
        return []
    workspace_id, source = items[0].workspace_id, items[0].source
    assert workspace_id is not None
    found = queries.by_external(ctx.connection, workspace_id, source, {item.external_id or "" for item in items})
    outcomes: list[bool | Refusal] = []
    for item in items:
        row = found.get(item.external_id or "")
        if row is None:
            outcomes.append(False)
        elif row["survey_id"] != item.survey_id:
            outcomes.append(ExternalIdTaken(field="external_id"))
        elif item.comment is None or _holds(row["comment"], item.comment):
            outcomes.append(True)
        elif len(comment := joined(row["comment"], item.comment)) > LONGEST:
            outcomes.append(CommentsTooLong(field="comment"))
        else:
            changed = changes.apply(ctx, row, {"comment": comment}, kind="changed")
            if changed is None:
                raise Busy
            found[row["external_id"]] = changed
            outcomes.append(True)
    return outcomes


def joined(before: str | None, more: str) -> str:
    """Two comments as one, each a paragraph of its own."""
    return f"{before}{BETWEEN}{more}" if before else more


def _holds(comment: str | None, words: str) -> bool:
    return f"{BETWEEN}{words}{BETWEEN}" in f"{BETWEEN}{comment or ''}{BETWEEN}"
