"""From the fields of a form to an answer, or to the problems it has. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from cxsurvey.core.signing import Keys
from cxsurvey.respond import stamp as stamps
from cxsurvey.respond.questions import LONGEST_TEXT
from cxsurvey.respond.scale import UNKNOWN
from cxsurvey.respond.sent import DUPLICATE, UNREADABLE, Sent
from cxsurvey.respond.sentences import COMMENT, SCORE
from cxsurvey.respond.stamp import Stamp
from cxsurvey.responses.commands import FormPage

STAMP = "stamp"
TRAP = "remark"
NUMBER = re.compile(r"[0-9]{1,2}")


class Answer(NamedTuple):
    """What a form page said. `problems` are pairs of field and code; an answer without any may be stored."""

    score: int | None
    unknown: bool
    comment: str
    trapped: bool
    stamp: Stamp | None
    stamp_text: str
    problems: tuple[tuple[str, str], ...]

    @property
    def page(self) -> FormPage:
        """The page as the use case wants to know it."""
        if self.stamp is None:
            raise RuntimeError("a page without a stamp is never stored")
        stamp = self.stamp
        return FormPage(stamp.submission, stamp.issued_at, self.trapped, stamp.change, stamp.version)


def read_answer(sent: Sent, keys: Keys, now: datetime, life: timedelta) -> Answer:
    """The answer in the fields of a form; `life` is how long a page may be sent after it was issued."""
    stamp_text = sent.get(STAMP)
    stamp = stamps.read(keys, stamp_text)
    score_text = sent.get(SCORE)
    score = int(score_text) if NUMBER.fullmatch(score_text) else None
    unknown = score_text == UNKNOWN
    comment = sent.get(COMMENT).strip()
    problems = [(field, code) for field, code in sent.problems.items() if field == COMMENT and code != DUPLICATE]
    if len(problems) < len(sent.problems):
        problems.insert(0, ("", UNREADABLE))
    if score is None and not unknown:
        problems.insert(0, (SCORE, "not_a_score" if score_text else "score_missing"))
    if len(comment) > LONGEST_TEXT:
        problems.append((COMMENT, "too_long"))
    if stamp is None or not stamp.is_fresh(now, life):
        stamp = None
        problems.insert(0, ("", "page_expired"))
    return Answer(score, unknown, comment, bool(sent.get(TRAP)), stamp, stamp_text, tuple(problems))
