"""What the templates of customers' pages receive: one typed value per page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The way to the same page in another language."""

    tag: str
    name: str
    direction: str
    href: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: who asks, in which language. `brand` is None where nobody is known to ask."""

    title: str
    language: str
    direction: str
    brand: str | None = None
    accent: str | None = None
    privacy_url: str | None = None
    logo: str | None = None
    footer: str = ""
    scheme: str = ""
    """`light` or `dark` where a preview shows that one; "" lets the browser choose."""
    other_languages: tuple[OtherLanguage, ...] = ()
    typed: bool = False
    """Whether the page has a form: another language is then asked for by sending it, so that nothing typed is lost."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one field; `field` is the id of the element to go to, "" for the whole form."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoreOption:
    """One point of the scale: a number, or a picture with a name. `mark` is ` checked` or nothing."""

    score: int
    band: str
    mark: str
    label: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """The question with its scale and the field for a reason.

    `shape` are the words that the style sheet knows the scale by. `unknown_label` is empty where not knowing is no
    choice.
    """

    frame: Frame
    action: str
    stamp: str
    question: str
    ends: str
    low_label: str
    high_label: str
    minimum: int
    options: tuple[ScoreOption, ...]
    shape: str
    pictured: bool
    unknown_label: str
    unknown_mark: str
    comment_before: str
    """The survey's own question for a reason until a score is chosen; "" where ours stands there."""
    comment_labels: tuple[tuple[str, str], ...]
    comment: str
    longest_comment: int
    anonymous: bool
    changeable: str
    note: str = ""
    problems: tuple[Problem, ...] = ()
    change: bool = False
    back: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose, with the name and value of its field. `mark` is ` checked` or nothing."""

    field: str
    value: str
    label: str
    mark: str


@dataclass(frozen=True, slots=True)
class Question:
    """One follow-up. `id` is the name of its field, or the beginning of its fields' names.

    `kind` is text, single, multiple or scale; `text` is what was typed, `choices` are the answers to choose or the
    numbers of the scale.
    """

    id: str
    kind: str
    label: str
    required: bool
    text: str = ""
    choices: tuple[Choice, ...] = ()
    low_label: str = ""
    high_label: str = ""


@dataclass(frozen=True, slots=True)
class ContactQuestion:
    """Whether the customer may be contacted, and where. `mark` is ` checked` or nothing."""

    label: str
    address_label: str
    address: str
    mark: str


@dataclass(frozen=True, slots=True)
class MorePage:
    """Page two: the follow-ups of the band, after the answer is stored."""

    frame: Frame
    action: str
    skip: str
    change: str
    questions: tuple[Question, ...]
    longest_text: int
    typed: str = ""
    """The names of the fields for words, with a space between them."""
    some_required: bool = False
    contact: ContactQuestion | None = None
    changed: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ThanksPage:
    """The last page: text and link of the band, the answer as it is kept, and the ways to change it.

    `more` is the way back to page two; "" where the survey asks nothing there.
    """

    frame: Frame
    title: str
    text: str
    link_label: str
    link_url: str
    given: str
    change: str
    changeable: str
    more: str = ""
    more_label: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One thing to say. `again` is the address of a link that tries once more; `typed` is what was not stored."""

    frame: Frame
    title: str
    text: str
    again: str = ""
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgainPage:
    """What was typed, to be sent again, when nothing can be read to show the form itself."""

    frame: Frame
    title: str
    text: str
    action: str
    hidden: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
