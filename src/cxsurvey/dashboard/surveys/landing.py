"""Where the editor goes on after a button has changed the follow-ups. Pure.

The address leads to a control by its id, which browsers scroll to and focus, with and without a script.
"""

from __future__ import annotations

from cxsurvey.dashboard.surveys.places import label_field
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUp

ADDERS = "adders"
"""The id of the row of buttons that add a follow-up."""


def landing(action: str, argument: str, before: Definition, now: Definition) -> str:
    """The id of what the pressed button leads to: what was added or moved, or what took the place of what is gone.

    "" after any other button, and where the button had nothing to do with.
    """
    follow_up_id, _, option_id = argument.partition("/")
    if action == "add-follow-up" and len(now.follow_ups) > len(before.follow_ups):
        return _field(now.follow_ups[-1].id)
    if action == "remove":
        return _after_removal(argument, before, now)
    changed = _found(now, follow_up_id)
    if changed is None:
        return ""
    if action in {"up", "down"}:
        return f"follow-up-{changed.id}"
    if action == "add-option" and changed.options:
        return _field(changed.id, changed.options[-1].id)
    if action == "remove-option":
        return _after_option(_found(before, follow_up_id), changed, option_id)
    return ""


def _field(follow_up_id: str, option_id: str | None = None) -> str:
    return f"field-{label_field(follow_up_id, option_id)}"


def _found(draft: Definition, follow_up_id: str) -> FollowUp | None:
    return next((each for each in draft.follow_ups if each.id == follow_up_id), None)


def _after_removal(gone: str, before: Definition, now: Definition) -> str:
    ids = [each.id for each in before.follow_ups]
    if gone not in ids:
        return ""
    left = now.follow_ups
    return f"follow-up-{left[min(ids.index(gone), len(left) - 1)].id}" if left else ADDERS


def _after_option(before: FollowUp | None, now: FollowUp, gone: str) -> str:
    ids = [option.id for option in before.options] if before is not None else []
    if gone not in ids:
        return ""
    if not now.options:
        return _field(now.id)
    return _field(now.id, now.options[min(ids.index(gone), len(now.options) - 1)].id)
