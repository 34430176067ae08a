"""Showing the form of a place: from the shelf when it is as everybody sees it, drawn anew when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import escape

from cxsurvey.core.db.database import Database
from cxsurvey.respond import drawing, sentences
from cxsurvey.respond import stamp as stamps
from cxsurvey.respond.drawing import FormState, Subject
from cxsurvey.respond.places import Place
from cxsurvey.respond.prepared import Shelf, marker
from cxsurvey.respond.questions import CHECKED
from cxsurvey.respond.reading import Answer
from cxsurvey.respond.stamp import Stamp
from cxsurvey.respond.tongue import Tongue
from cxsurvey.responses.anonymity import last_day_to_change

_shelf = Shelf()


def fresh_stamp(database: Database, place: Place, tongue: Tongue, now: datetime, *, change: bool = False) -> str:
    """The stamp of a page that is issued now."""
    target, target_id = place.target
    submission = stamps.new_submission(database.ids, anonymous=place.asked.anonymous)
    return stamps.write(
        database.keys, Stamp(target, target_id, submission, now, tongue.language, change, place.asked.version_number)
    )


def blank_form(database: Database, place: Place, tongue: Tongue, now: datetime, chosen: int | None = None) -> bytes:
    """The form as it opens from a link, with one number chosen at most."""
    asked, name = place.asked, place.first_name
    is_personal = place.invitation is not None
    hours = database.settings.change_hours
    key = (asked.version_id, tongue.language, asked.workspace, asked.anonymous, is_personal, name is None, hours)
    values = {"stamp": fresh_stamp(database, place, tongue, now).encode()}
    if is_personal or asked.anonymous:
        values["until"] = str(escape(_until(place, tongue, now))).encode()
    if name is not None:
        values["name"] = str(escape(name)).encode()
    if place.carry:
        values["carry"] = str(escape(place.carry)).encode()
    if chosen is not None:
        values[f"m{chosen}"] = CHECKED.encode()
    return _shelf.page(key, lambda: _draw_with_markers(place, tongue, hours)).filled(values)


def _draw_with_markers(place: Place, tongue: Tongue, hours: int) -> str:
    asked = place.asked
    name = marker("name") if place.first_name is not None else None
    scores = asked.definition.scale.scoring.scale.values
    state = FormState(
        stamp=marker("stamp"),
        marks={score: marker(f"m{score}") for score in scores},
        changeable=_changeable(place, tongue, marker("until"), hours),
        carry=marker("carry") if place.invitation is None else "",
    )
    return drawing.form(Subject(asked.definition, asked.workspace, tongue, asked.anonymous, name), state)


def form_with_answer(
    database: Database, place: Place, tongue: Tongue, now: datetime, *, chosen: int | None, change: bool
) -> str:
    """The form of somebody who has answered already: with what they wrote, unless a machine wrote it.

    Who comes to change an answer comes from the page after it and wrote it, flagged or not: it is shown whole, so that
    nothing is erased unseen.
    """
    own = place.answer if change else place.own_words
    if chosen is None and own is not None:
        chosen = own.score
    state = FormState(
        stamp=fresh_stamp(database, place, tongue, now, change=change),
        marks={chosen: CHECKED} if chosen is not None else {},
        unknown_mark=CHECKED if chosen is None and own is not None and own.unknown else "",
        changeable=_changeable_here(database, place, tongue, now),
        comment=(own.comment or "") if own is not None else "",
        note=_note(place, tongue, change=change),
        back=f"{place.base}/thanks" if change else "",
    )
    return drawing.form(place.subject(tongue), state)


def form_again(
    database: Database,
    place: Place,
    tongue: Tongue,
    answer: Answer,
    now: datetime,
    *,
    change: bool,
    replaces: bool = False,
) -> str:
    """The form that was sent and not stored: what was typed is in it, and what is wrong stands above it.

    It stays the same submission, now in this language; only a stamp that is no good any more is replaced. With
    `replaces` this submission was stored before, and sending the form changes it.
    """
    kept = answer.stamp if answer.stamp is not None and answer.stamp.is_for(*place.target) else None
    state = FormState(
        stamp=stamps.write(database.keys, kept._replace(language=tongue.language))
        if kept is not None
        else fresh_stamp(database, place, tongue, now, change=change),
        marks={answer.score: CHECKED} if answer.score is not None else {},
        unknown_mark=CHECKED if answer.unknown else "",
        changeable=_changeable_here(database, place, tongue, now),
        comment=answer.comment,
        carry=place.carry,
        note=_replaces(tongue) if replaces else _note(place, tongue, change=change),
        problems=sentences.problems(tongue.words, answer.problems, place.asked.definition),
        back=f"{place.base}/thanks" if change else "",
    )
    return drawing.form(place.subject(tongue), state)


def _note(place: Place, tongue: Tongue, *, change: bool) -> str:
    """What somebody is told who opens the form again after answering."""
    return "" if change or place.own_words is None else _replaces(tongue)


def _replaces(tongue: Tongue) -> str:
    return tongue.words.say("You have answered already. Sending this form replaces your answer.")


def still_changeable(database: Database, place: Place, tongue: Tongue, now: datetime) -> str:
    """How long the stored answer may be changed, for the pages after the form."""
    if place.invitation is not None:
        return _changeable(place, tongue, _until(place, tongue, now), 0)
    if place.answer is None:
        return ""
    if place.asked.anonymous:
        return sentences.changeable_until(tongue.words, tongue.day(last_day_to_change(place.answer.report_day)))
    until = place.answer.answered_at + timedelta(hours=database.settings.change_hours)
    return sentences.still_changeable(tongue.words, now, until)


def _changeable_here(database: Database, place: Place, tongue: Tongue, now: datetime) -> str:
    if place.answer is not None and place.invitation is None:
        return ""
    return _changeable(place, tongue, _until(place, tongue, now), database.settings.change_hours)


def _changeable(place: Place, tongue: Tongue, until: str, hours: int) -> str:
    if place.invitation is not None or place.asked.anonymous:
        return sentences.changeable_until(tongue.words, until)
    return sentences.changeable_for(tongue.words, hours)


def _until(place: Place, tongue: Tongue, now: datetime) -> str:
    """The last day of a personal link, or the one to change an anonymous answer that is given now."""
    zone = drawing.zone_of(place.asked.workspace)
    if place.invitation is not None:
        return tongue.day(place.invitation.expires_at.astimezone(zone).date())
    return tongue.day(last_day_to_change(now.astimezone(zone).date())) if place.asked.anonymous else ""
