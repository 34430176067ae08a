"""What an entry of the audit log says, as a plain sentence, and the kinds that entries are told apart by.

Every action that anything records stands here once. A sentence is made when it is read: what people are called today,
and of surveys and keys what they were called then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class AuditKind(StrEnum):
    """What an entry is about."""

    ACCOUNTS = "accounts"
    TEAM = "team"
    KEYS = "keys"
    SETTINGS = "settings"
    SURVEYS = "surveys"
    RESPONSES = "responses"
    PEOPLE = "people"
    LINKS = "links"
    IMPORTS = "imports"
    DOWNLOADS = "downloads"


KIND_NAMES: Final[Mapping[AuditKind, str]] = {
    AuditKind.ACCOUNTS: "Sign-ins and passwords",
    AuditKind.TEAM: "Members",
    AuditKind.KEYS: "API keys",
    AuditKind.SETTINGS: "Settings",
    AuditKind.SURVEYS: "Surveys",
    AuditKind.RESPONSES: "Responses",
    AuditKind.PEOPLE: "Customers",
    AuditKind.LINKS: "Personal links",
    AuditKind.IMPORTS: "Imports",
    AuditKind.DOWNLOADS: "Downloads",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One word of the log: its kind, and its sentence with the places that `sentence` fills."""

    kind: AuditKind
    text: str


ACTIONS: Final[Mapping[str, Action]] = {
    "user.signed_in": Action(AuditKind.ACCOUNTS, "{who} signed in."),
    "user.sign_in_failed": Action(AuditKind.ACCOUNTS, "Somebody tried to sign in as {subject} with a wrong password."),
    "user.sign_in_link_made": Action(AuditKind.ACCOUNTS, "{who} made a link that signs {subject} in."),
    "user.reset_link_made": Action(AuditKind.ACCOUNTS, "{who} made a link that sets a new password for {subject}."),
    "user.password_changed": Action(AuditKind.ACCOUNTS, "The password of {subject} was changed."),
    "user.renamed": Action(AuditKind.ACCOUNTS, "{who} changed the own name."),
    "user.signed_out_one": Action(AuditKind.ACCOUNTS, "{who} signed one browser out."),
    "user.signed_out_elsewhere": Action(AuditKind.ACCOUNTS, "{who} signed every other browser out."),
    "user.signed_out_everywhere": Action(AuditKind.ACCOUNTS, "{who} signed out everywhere."),
    "member.invited": Action(AuditKind.TEAM, "{who} invited {email} as {role}."),
    "member.invitation_taken_back": Action(AuditKind.TEAM, "{who} took the invitation of {email} back."),
    "member.joined": Action(AuditKind.TEAM, "{who} joined as {role}."),
    "member.role_changed": Action(AuditKind.TEAM, "{who} changed the role of {subject} from {before} to {role}."),
    "member.disabled": Action(AuditKind.TEAM, "{who} shut {subject} out."),
    "member.enabled": Action(AuditKind.TEAM, "{who} let {subject} in again."),
    "member.removed": Action(AuditKind.TEAM, "{who} removed {subject}."),
    "member.left": Action(AuditKind.TEAM, "{who} left the workspace."),
    "key.created": Action(AuditKind.KEYS, "{who} made the {mode} key {name}."),
    "key.revoked": Action(AuditKind.KEYS, "{who} revoked the key {name}."),
    "workspace.created": Action(AuditKind.SETTINGS, "{who} made this workspace."),
    "workspace.changed": Action(AuditKind.SETTINGS, "{who} changed {changes}."),
    "branding.changed": Action(AuditKind.SETTINGS, "{who} changed the branding."),
    "branding.logo_set": Action(AuditKind.SETTINGS, "{who} set another logo."),
    "branding.logo_removed": Action(AuditKind.SETTINGS, "{who} removed the logo."),
    "survey.created": Action(AuditKind.SURVEYS, "{who} made the survey {name}."),
    "survey.edited": Action(AuditKind.SURVEYS, "{who} changed the draft of the survey {name}."),
    "survey.draft_discarded": Action(AuditKind.SURVEYS, "{who} took back the changes to the draft of {name}."),
    "survey.published": Action(AuditKind.SURVEYS, "{who} published the survey {name} as version {version}."),
    "survey.closed": Action(AuditKind.SURVEYS, "{who} closed the survey {name}."),
    "survey.deleted": Action(AuditKind.SURVEYS, "{who} deleted the draft of the survey {name}."),
    "survey.reopened": Action(AuditKind.SURVEYS, "{who} opened the survey {name} again."),
    "link.signed": Action(AuditKind.LINKS, "{who} made a shared link that names {names}."),
    "responses.tests_deleted": Action(AuditKind.RESPONSES, "{who} deleted all test responses: {number}."),
    "response.voided": Action(AuditKind.RESPONSES, "{who} took a response out of the scores."),
    "response.restored": Action(AuditKind.RESPONSES, "{who} put a response back."),
    "person.changed": Action(AuditKind.PEOPLE, "{who} changed what is known about a customer."),
    "invitation.revoked": Action(AuditKind.LINKS, "{who} took a personal link back."),
    "import.started": Action(AuditKind.IMPORTS, "{who} started an import of {imported}."),
    "import.cancelled": Action(AuditKind.IMPORTS, "{who} stopped an import of {imported}."),
    "import.done": Action(AuditKind.IMPORTS, "The import of {imported} came to its end."),
    "import.undo_started": Action(AuditKind.IMPORTS, "{who} took back the import of {imported}: “{reason}”."),
    "import.undone": Action(
        AuditKind.IMPORTS, "The import of {imported} is taken back: {undone} responses; {left_alone} were left alone."
    ),
    "import.refused_downloaded": Action(
        AuditKind.DOWNLOADS, "{who} downloaded the {refused} rows that the import of {imported} refused."
    ),
    "responses.exported": Action(
        AuditKind.DOWNLOADS, "{who} downloaded {count} responses to the survey {name}, {days}."
    ),
    "scores.exported": Action(AuditKind.DOWNLOADS, "{who} downloaded the scores of the survey {name}, {days}."),
    "segments.exported": Action(AuditKind.DOWNLOADS, "{who} downloaded the scores of a survey by {by}, {days}."),
    "follow_ups.exported": Action(AuditKind.DOWNLOADS, "{who} downloaded the follow-ups of the survey {name}, {days}."),
    "audit.exported": Action(AuditKind.DOWNLOADS, "{who} downloaded the audit log."),
}

SETTING_NAMES: Final[Mapping[str, str]] = {
    "name": "the name of the workspace",
    "report_zone": "the report zone",
    "privacy_url": "the privacy page",
    "minimum_group": "the smallest group that is shown",
    "segment_names": "the names of the attributes",
}


NO_FIRST_DAY: Final = "1970-01-01"
"""What older entries of a download of all time name as its first day; newer ones name none."""


def actions_of(kind: AuditKind) -> frozenset[str]:
    """The words that entries of this kind have."""
    return frozenset(word for word, action in ACTIONS.items() if action.kind is kind)


def sentence(action: str, detail: Mapping[str, Any], who: str, subject: str) -> str:
    """The entry as a sentence. `who` did it, `subject` is the person it was done to, as both are called today.

    >>> sentence("member.role_changed", {"before": "viewer", "role": "manager"}, "Ada", "Max")
    'Ada changed the role of Max from viewer to manager.'
    """
    known = ACTIONS.get(action)
    if known is None:
        return f"{who}: {action.replace('_', ' ')}."
    plain = {name: str(value) for name, value in detail.items()}
    words = {
        **plain,
        "who": who,
        "subject": subject,
        "name": f"“{plain['name']}”" if plain.get("name") else "without a name",
        "mode": "test" if detail.get("test") else "live",
        "days": _days(plain),
        "changes": _changes(detail.get("changes")),
        "imported": _imported(plain),
    }
    return known.text.format_map(defaultdict(lambda: "…", words))


def _days(detail: Mapping[str, str]) -> str:
    """The days of a download: `2026-08-24 to 2026-11-21`, or `all time up to 2026-11-21`."""
    since, until = detail.get("since", NO_FIRST_DAY), detail.get("until", "…")
    return f"all time up to {until}" if since == NO_FIRST_DAY else f"{since} to {until}"


def _imported(detail: Mapping[str, str]) -> str:
    """What an import brought, out of which file and to which survey; older entries name neither."""
    kind = detail.get("kind", "…")
    file = f" from “{detail['file']}”" if detail.get("file") else ""
    survey = f" to the survey “{detail['survey']}”" if detail.get("survey") else ""
    return f"{kind}{file}{survey}"


def _changes(changes: Any) -> str:
    if not isinstance(changes, Mapping) or not changes:
        return "the settings"
    *most, last = (_one_change(name, change) for name, change in changes.items())
    return f"{', '.join(most)} and {last}" if most else last


def _one_change(name: str, change: Any) -> str:
    label = SETTING_NAMES.get(name, name.replace("_", " "))
    if not isinstance(change, list) or len(change) != 2 or any(isinstance(value, dict) for value in change):
        return label
    before, after = (f"“{value}”" if value is not None else "nothing" for value in change)
    return f"{label} from {before} to {after}"
