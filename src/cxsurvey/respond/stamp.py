"""The stamp of a form page: which submission it is, when it was issued and what it is for, signed.

It travels in the form as one hidden field. The same page sent twice carries the same submission id, so it is one
answer; the time says how long the page was looked at, and nobody but this installation can make one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cxsurvey.core.ids import Ids
from cxsurvey.core.signing import Keys

PURPOSE = "form"
SUBMISSION_BYTES = 16
CLOCK_SKEW = timedelta(minutes=2)  # another process of ours may have issued it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FORM = re.compile(
    r"([sra])([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9]{12,14})\.([01])([A-Za-z0-9-]{2,16})\.([0-9]{1,5})\.([0-9A-Za-z_-]{27})"
)


class Target(StrEnum):
    """What a page was made for."""

    SURVEY = "s"
    INVITATION = "r"
    ANSWER = "a"  # of a shared link, opened again to change it


_TARGETS = {target.value: target for target in Target}


class Stamp(NamedTuple):
    """What a form page knows about itself.

    `language` is the one it was shown in; `change` is true when it was opened from the thank-you page.
    `version` is the number of the version that was shown; 0 stands for the present one.
    """

    target: Target
    target_id: UUID
    submission: bytes
    issued_at: datetime
    language: str
    change: bool = False
    version: int = 0

    def is_for(self, target: Target, target_id: UUID) -> bool:
        """Whether the page was made for exactly this survey, invitation or answer."""
        return self.target is target and self.target_id == target_id

    def is_fresh(self, now: datetime, life: timedelta) -> bool:
        """Whether the page may still be sent."""
        return -CLOCK_SKEW <= now - self.issued_at < life


def new_submission(ids: Ids, *, anonymous: bool) -> bytes:
    """The 16 bytes of a page that is issued now.

    They grow with the time, so that the index of submissions is written at its end and not all over. Of an anonymous
    survey they are random: what is stored must not tell when a page was opened.
    """
    return ids.random(SUBMISSION_BYTES) if anonymous else ids.new().bytes


def write(keys: Keys, stamp: Stamp) -> str:
    """The text of a stamp for the hidden field. Times are kept in milliseconds."""
    body = _body(stamp)
    return f"{body}.{keys.sign(PURPOSE, body)}"


def read(keys: Keys, text: str) -> Stamp | None:
    """The stamp in a hidden field; None for anything that this installation has not written."""
    found = FORM.fullmatch(text)
    if found is None:
        return None
    body, _, signature = text.rpartition(".")
    if not keys.verify(PURPOSE, body, signature):
        return None
    target, target_id, submission, issued, change, language, version, _ = found.groups()
    issued_at = EPOCH + timedelta(milliseconds=int(issued))
    return Stamp(
        _TARGETS[target], UUID(target_id), bytes.fromhex(submission), issued_at, language, change == "1", int(version)
    )


def _body(stamp: Stamp) -> str:
    issued = (stamp.issued_at - EPOCH) // timedelta(milliseconds=1)
    what = f"{stamp.target}{stamp.target_id.hex}.{stamp.submission.hex()}.{issued}"
    return f"{what}.{int(stamp.change)}{stamp.language}.{stamp.version}"
