"""What the pages on surveys show: typed values for templates, made from views of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cxsurvey.core.ids import encode
from cxsurvey.dashboard.surveys.formulas import Card, Shelf
from cxsurvey.dashboard.surveys.groups import Group
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.changes import Change
from cxsurvey.surveys.policy import SurveyState
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web.frame import Frame

STATE_NAMES = {SurveyState.DRAFT: "Draft", SurveyState.OPEN: "Open", SurveyState.CLOSED: "Closed"}


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of one survey shows of it; `base` is its address in the dashboard."""

    id: str
    name: str
    state: str
    state_name: str
    base: str
    link: str
    question: str
    languages: tuple[str, ...]
    default_language: str
    anonymous: bool
    smallest_group: int
    """How many answers of an anonymous survey appear together at least."""
    revision: int
    version_number: int | None
    changed: bool
    changed_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """All surveys of the workspace."""

    frame: Frame
    may_write: bool
    surveys: tuple[Head, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form for a new survey. `offered` holds (tag, name, ticked) of the ready languages."""

    frame: Frame
    shelves: tuple[Shelf, ...]
    offered: tuple[tuple[str, str, bool], ...]
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the editor; `gaps` is how much there must be mended before publishing."""

    part: str
    label: str
    is_current: bool
    gaps: int


@dataclass(frozen=True, slots=True)
class OptionFields:
    """One answer to choose, with the field for its label; `original` is the label in the default language."""

    id: str
    field: str
    original: str


@dataclass(frozen=True, slots=True)
class FollowUpFields:
    """One follow-up with its fields; `boxes` are (field, group) for the groups it may be asked of.

    `ends` are (field, label, original) of the names of a scale's ends, empty for other kinds.
    """

    id: str
    number: int
    kind: str
    field: str
    original: str
    bands_field: str
    boxes: tuple[tuple[str, str], ...]
    options: tuple[OptionFields, ...]
    ends: tuple[tuple[str, str, str], ...]
    span_field: str
    required_field: str
    is_first: bool
    is_last: bool
    is_full: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What the frame beside the editor can show: pages and languages by their words, and what it shows first."""

    steps: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    step: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    """One part of the editor. `values` is what its fields hold, `labels` their names in the summary."""

    frame: Frame
    survey: Head
    part: str
    tabs: tuple[Tab, ...]
    follow_ups: tuple[FollowUpFields, ...]
    languages: tuple[tuple[str, str], ...]
    offered: tuple[tuple[str, str], ...]
    language_name: str
    direction: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    notice: str
    can_add_follow_up: bool
    groups: tuple[Group, ...]
    scores: tuple[int, ...]
    point_name: str
    """What a point of the scale is: a number, a smiley, a thumb, a star."""
    scale_title: str
    offers_unknown: bool
    asks_contact: bool
    preview: Preview
    has_names: bool
    names_points: bool
    """Whether the points may have names; of eleven numbers none has."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to mend before publishing: where, what, and the address of the field."""

    label: str
    sentence: str
    href: str


@dataclass(frozen=True, slots=True)
class PublishPage:
    """What publishing would change, or what keeps it from happening."""

    frame: Frame
    survey: Head
    outcome: str
    next_version: int
    gaps: Sequence[Gap]
    changes: Sequence[Change]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """A question before something that customers notice or that cannot be undone.

    `keep` is where it leads if the answer is no, below the pages of the survey; without a `button` there is nothing to
    be done. `warning` stands before the first sentence, `scales` name those of now and then with their cards, `formula`
    goes with the button, and `changes` are what would be lost.
    """

    frame: Frame
    survey: Head
    sentences: tuple[str, ...]
    action: str
    button: str
    keep: str = "share"
    keep_label: str = "Leave it as it is"
    is_final: bool = False
    notice: str = ""
    warning: str = ""
    scales: tuple[tuple[str, Card], ...] = ()
    formula: str = ""
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class ScalePage:
    """What the survey asks now, and what it may ask instead."""

    frame: Frame
    survey: Head
    shelves: tuple[Shelf, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class SharePage:
    """How customers come to the survey: link, code, another system."""

    frame: Frame
    survey: Head
    code_svg: str
    language_links: tuple[tuple[str, str], ...]
    best_score: int
    snippets: tuple[tuple[str, str], ...]
    """Score links as HTML for a mail of one's own, as (language, HTML)."""
    curl_response: str
    curl_invitation: str
    notice: str
    may_write: bool
    may_test: bool
    may_link: bool


@dataclass(frozen=True, slots=True)
class PlacedLinkPage:
    """The form for a shared link that says where it stands, and above it the link that was just made, if any.

    `fields` are (name, label, usual); the others are folded away.
    """

    frame: Frame
    survey: Head
    is_possible: bool
    fields: tuple[tuple[str, str, bool], ...]
    lives: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    link: str
    expires_at: datetime | None
    code_svg: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The pages of the draft as customers would see them, one at a time."""

    frame: Frame
    survey: Head
    step: str
    steps: tuple[tuple[str, str], ...]
    language: str
    languages: tuple[tuple[str, str], ...]
    source: str
    may_write: bool


def head_of(survey: SurveyView, asker: AskedWorkspace, base: str, origin: str, smallest_group: int) -> Head:
    """The head of a survey; `origin` is where its links lead, `smallest_group` that of its workspace."""
    draft, asked = survey.draft, survey.published or survey.draft
    return Head(
        id=encode("srv", survey.id),
        name=survey.name,
        state=survey.state.value,
        state_name=STATE_NAMES[survey.state],
        base=base,
        link=f"{origin}/s/{survey.code}",
        question=asker.fill(asked.texts_in(None).question),
        languages=asked.languages,
        default_language=draft.default_language,
        anonymous=survey.anonymous,
        smallest_group=smallest_group,
        revision=survey.revision,
        version_number=survey.version_number,
        changed=survey.has_unpublished_changes,
        changed_at=survey.changed_at,
        published_at=survey.published_at,
    )
