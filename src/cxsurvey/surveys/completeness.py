"""What must hold before a definition is asked: nothing missing in any language, every tag known. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cxsurvey.core.errors import FieldProblem
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.definition import Definition, Texts, Thanks
from cxsurvey.surveys.follow_ups import FollowUp
from cxsurvey.surveys.merge import TAGS, unknown_tags

ROOT = "definition"
KNOWN_TAGS = " and ".join("{" + tag + "}" for tag in TAGS)


def problems(definition: Definition) -> list[FieldProblem]:
    """Everything that keeps `definition` from being published, with paths that begin with `definition`."""
    found: list[FieldProblem] = []
    for language, texts in definition.texts.items():
        path = f"{ROOT}.texts.{language}"
        found += _of_texts(path, texts, definition.bands)
        for score in definition.scale.scoring.scale.values:
            label = texts.point_label(score)
            found += _of_text(f"{path}.point_labels.{score}", label, required=definition.look.is_pictured)
        found += _of_text(f"{path}.unknown_label", texts.unknown_label, required=definition.offers_unknown)
        for name in ("contact_label", "contact_address_label"):
            found += _of_text(f"{path}.{name}", getattr(texts, name), required=definition.asks_contact)
    for index, follow_up in enumerate(definition.follow_ups):
        found += _of_follow_up(f"{ROOT}.follow_ups.{index}", follow_up, definition.languages)
    return found


def _of_texts(path: str, texts: Texts, bands: tuple[Band, ...]) -> Iterator[FieldProblem]:
    for name in ("question", "low_label", "high_label"):
        yield from _of_text(f"{path}.{name}", getattr(texts, name))
    yield from _of_text(f"{path}.comment_labels.before", texts.comment_labels.before, required=False)
    for band in bands:
        yield from _of_text(f"{path}.comment_labels.{band.value}", texts.comment_labels.of(band))
    for band in bands:
        yield from _of_thanks(f"{path}.thanks.{band.value}", texts.thanks.of(band))


def _of_thanks(path: str, thanks: Thanks) -> Iterator[FieldProblem]:
    yield from _of_text(f"{path}.title", thanks.title)
    yield from _of_text(f"{path}.text", thanks.text, required=False)
    yield from _of_text(f"{path}.link_label", thanks.link_label, required=bool(thanks.link_url))
    if thanks.link_label and not thanks.link_url:
        yield FieldProblem(f"{path}.link_url", "missing", "is required when the link has a text")


def _of_follow_up(path: str, follow_up: FollowUp, languages: tuple[str, ...]) -> Iterator[FieldProblem]:
    if not follow_up.bands:
        yield FieldProblem(f"{path}.bands", "missing", "must name at least one group to ask")
    yield from _of_labels(f"{path}.labels", follow_up.labels, languages)
    if follow_up.kind.has_options and len(follow_up.options) < 2:
        yield FieldProblem(f"{path}.options", "too_few_items", "must have at least two answers to choose from")
    for number, option in enumerate(follow_up.options):
        yield from _of_labels(f"{path}.options.{number}.labels", option.labels, languages)
    if follow_up.scale is not None:
        yield from _of_labels(f"{path}.scale.low_labels", follow_up.scale.low_labels, languages)
        yield from _of_labels(f"{path}.scale.high_labels", follow_up.scale.high_labels, languages)
    for language in languages:
        yield from _twin_labels(path, follow_up, language)


def _twin_labels(path: str, follow_up: FollowUp, language: str) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for number, option in enumerate(follow_up.options):
        label = option.labels.get(language, "").casefold()
        if label and label in seen:
            yield FieldProblem(f"{path}.options.{number}.labels.{language}", "duplicate", "is there twice")
        seen.add(label)


def _of_labels(path: str, labels: Mapping[str, str], languages: tuple[str, ...]) -> Iterator[FieldProblem]:
    for language in languages:
        if labels.get(language):
            yield from _of_text(f"{path}.{language}", labels[language])
        else:
            yield FieldProblem(f"{path}.{language}", "missing", "has no text")


def _of_text(path: str, text: str, *, required: bool = True) -> Iterator[FieldProblem]:
    if required and not text:
        yield FieldProblem(path, "missing", "is required")
    if unknown_tags(text):
        yield FieldProblem(path, "unknown_tag", f"may hold the tags {KNOWN_TAGS} and no other braces")
