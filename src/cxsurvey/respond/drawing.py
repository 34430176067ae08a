"""From what is asked to what a page shows, and from there to HTML. Pure but for reading templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cxsurvey.respond import scale as scales
from cxsurvey.respond.pages import (
    AgainPage,
    ContactQuestion,
    FormPage,
    Frame,
    MorePage,
    NoticePage,
    OtherLanguage,
    Problem,
    ThanksPage,
)
from cxsurvey.respond.questions import CHECKED, LONGEST_TEXT, Said, question_of
from cxsurvey.respond.tongue import Tongue
from cxsurvey.respond.typed import typed_in
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.definition import Definition, Texts
from cxsurvey.surveys.follow_ups import FollowUpKind, Given
from cxsurvey.surveys.languages import direction_of, own_name_of
from cxsurvey.web.templating import environment


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: a definition, who asks, in which language, and whom by first name.

    `switchable` says whether the page offers its other languages; `scheme` is light or dark where the browser is not
    to decide.
    """

    definition: Definition
    workspace: AskedWorkspace
    tongue: Tongue
    anonymous: bool = False
    first_name: str | None = None
    switchable: bool = True
    scheme: str = ""

    def merged(self, text: str) -> str:
        """A text of the survey with its merge tags replaced."""
        return self.workspace.fill(text, self.first_name)


@dataclass(frozen=True, slots=True)
class FormState:
    """What differs between two showings of one form."""

    stamp: str
    marks: Mapping[int, str]
    changeable: str
    unknown_mark: str = ""
    comment: str = ""
    carry: str = ""
    """Appended to every address of the form: what its link says about the answer."""
    note: str = ""
    problems: tuple[Problem, ...] = ()
    back: str = ""
    """Where a change may be given up; empty unless the form changes an answer."""


def html(template: str, page: Any, tongue: Tongue) -> str:
    """The HTML of a page."""
    words = tongue.words
    chosen = environment().get_template(f"respond/{template}.html")
    return chosen.render(page=page, say=words.say, count=words.count, ours=tongue.ours)


def frame(subject: Subject, title: str, *, failed: bool = False, sent_to: str | None = None, carry: str = "") -> Frame:
    """The surroundings of a page about a survey; `failed` puts the word for an error in front of its title.

    `sent_to` is the path of the page's form, "" for that of the page and None without one; `carry` is what follows the
    language in the addresses of other languages.
    """
    tongue, workspace = subject.tongue, subject.workspace
    full = f"{title} – {workspace.name}" if workspace.name not in title else title
    return Frame(
        title=tongue.words.say("Error: %(title)s", title=full) if failed else full,
        language=tongue.language,
        direction=tongue.direction,
        brand=workspace.name,
        accent=workspace.accent,
        privacy_url=workspace.privacy_url,
        logo=workspace.logo,
        footer=workspace.footer,
        scheme=subject.scheme,
        other_languages=tuple(
            OtherLanguage(tag, own_name_of(tag), direction_of(tag), f"{sent_to or ''}?lang={tag}{carry}")
            for tag in subject.definition.languages
            if tag != tongue.language and subject.switchable
        ),
        typed=sent_to is not None,
    )


def form(subject: Subject, state: FormState) -> str:
    """The form."""
    definition, tongue = subject.definition, subject.tongue
    texts, scale = definition.texts_in(tongue.language), definition.scale
    question = subject.merged(texts.question)
    low, high = subject.merged(texts.low_label), subject.merged(texts.high_label)
    options = scales.options_of(definition, texts, state.marks, subject.merged)
    are_numbers = not definition.look.is_pictured
    if scales.ends_are_named(definition, options):
        low = high = ""
    page = FormPage(
        frame=frame(subject, question, failed=bool(state.problems), sent_to="", carry=state.carry),
        action=f"?lang={tongue.language}{state.carry}",
        stamp=state.stamp,
        question=question,
        ends=f"{scale.minimum}: {low}. {scale.maximum}: {high}." if are_numbers and (low or high) else "",
        low_label=f"{scale.minimum} {low}" if are_numbers and low else low,
        high_label=f"{scale.maximum} {high}" if are_numbers and high else high,
        minimum=scale.minimum,
        options=options,
        shape=scales.shape_of(definition, options),
        pictured=definition.look.is_pictured,
        unknown_label=subject.merged(texts.unknown_label) if definition.offers_unknown else "",
        unknown_mark=state.unknown_mark,
        comment_before=subject.merged(texts.comment_labels.before),
        comment_labels=tuple((band.value, subject.merged(texts.comment_labels.of(band))) for band in definition.bands),
        comment=state.comment,
        longest_comment=LONGEST_TEXT,
        anonymous=subject.anonymous,
        changeable=state.changeable,
        note=state.note,
        problems=state.problems,
        change=bool(state.back),
        back=state.back,
    )
    return html("form", page, tongue)


class Ways(NamedTuple):
    """Where page two leads: its answers, past them, and back to the form."""

    action: str
    skip: str
    change: str


def more(
    subject: Subject,
    band: Band | None,
    answers: Mapping[str, Given],
    said: Said,
    ways: Ways,
    *,
    changed: bool = False,
    problems: Sequence[Problem] = (),
) -> str:
    """Page two; `said` is what the customer said before about being contacted."""
    language = subject.tongue.language
    asked = subject.definition.follow_ups_for(band) if band is not None else ()
    questions = tuple(question_of(each, answers.get(each.id), language, subject.merged) for each in asked)
    title = subject.tongue.words.say("Thank you, your answer is stored.")
    page = MorePage(
        frame=frame(subject, title, failed=bool(problems), sent_to=ways.action.partition("?")[0]),
        action=ways.action,
        skip=ways.skip,
        change=ways.change,
        questions=questions,
        typed=" ".join(question.id for question in questions if question.kind == FollowUpKind.TEXT),
        contact=_contact(subject, said),
        some_required=any(question.required for question in questions),
        longest_text=LONGEST_TEXT,
        changed=changed,
        problems=tuple(problems),
    )
    return html("more", page, subject.tongue)


def _contact(subject: Subject, said: Said) -> ContactQuestion | None:
    definition = subject.definition
    if not definition.asks_contact or subject.anonymous:
        return None
    texts = definition.texts_in(subject.tongue.language)
    return ContactQuestion(
        label=subject.merged(texts.contact_label),
        address_label=subject.merged(texts.contact_address_label),
        address=said.address,
        mark=CHECKED if said.consent else "",
    )


class Onward(NamedTuple):
    """Where the last page leads: back to the form, and back to page two, which may have been answered already."""

    change: str
    more: str = ""
    more_answered: bool = False


def thanks(
    subject: Subject, score: int | None, band: Band | None, ways: Onward, *, changeable: str, changed: bool = False
) -> str:
    """The last page. Without a band, as after "I do not know", it thanks like the group in between."""
    definition, words = subject.definition, subject.tongue.words
    texts = definition.texts_in(subject.tongue.language)
    chosen = texts.thanks.of(band or Band.PASSIVE)
    title = subject.merged(chosen.title) or words.say("Thank you for your answer.")
    page = ThanksPage(
        frame=frame(subject, title),
        title=title,
        text=subject.merged(chosen.text),
        link_label=subject.merged(chosen.link_label),
        link_url=chosen.link_url,
        given=_given(subject, texts, score),
        change=ways.change,
        changeable=changeable,
        more=ways.more,
        more_label=words.say("Change my further answers")
        if ways.more_answered
        else words.say("Answer the further questions"),
        changed=changed,
    )
    return html("thanks", page, subject.tongue)


def _given(subject: Subject, texts: Texts, score: int | None) -> str:
    definition, words = subject.definition, subject.tongue.words
    if score is not None and score in definition.scale.scoring.scale:
        return scales.in_words(definition, texts, score, words)
    if score is None and definition.offers_unknown:
        return words.say("Your answer: %(answer)s.", answer=subject.merged(texts.unknown_label))
    return ""


def notice(
    tongue: Tongue,
    title: str,
    text: str,
    *,
    workspace: AskedWorkspace | None = None,
    again: str = "",
    typed: tuple[str, ...] = (),
) -> str:
    """A page that says one thing, in our words, and shows what was typed and not stored."""
    surrounding = Frame(
        title=title,
        language=tongue.words.language,
        direction=direction_of(tongue.words.language),
        brand=workspace.name if workspace else None,
        accent=workspace.accent if workspace else None,
        privacy_url=workspace.privacy_url if workspace else None,
        logo=workspace.logo if workspace else None,
        footer=workspace.footer if workspace else "",
    )
    return html("notice", NoticePage(surrounding, title, text, again, typed), tongue)


def zone_of(workspace: AskedWorkspace) -> ZoneInfo:
    """The zone in which a customer's page names days."""
    return ZoneInfo(workspace.report_zone)


def again(tongue: Tongue, title: str, text: str, action: str, fields: Mapping[str, str]) -> str:
    """What was typed, ready to be sent once more."""
    texts = typed_in(fields)
    page = AgainPage(
        frame=Frame(title, tongue.words.language, direction_of(tongue.words.language)),
        title=title,
        text=text,
        action=action,
        hidden=tuple(pair for pair in fields.items() if pair not in texts),
        texts=texts,
    )
    return html("again", page, tongue)
