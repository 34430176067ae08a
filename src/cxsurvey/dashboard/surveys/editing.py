"""The page of one part of the editor, made from the survey and what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cxsurvey.core.errors import Refusal
from cxsurvey.dashboard.surveys import places, sent
from cxsurvey.dashboard.surveys.formulas import title_of
from cxsurvey.dashboard.surveys.groups import groups_of
from cxsurvey.dashboard.surveys.path import CURRENT, head
from cxsurvey.dashboard.surveys.places import FOLLOW_UPS, SETTINGS, label_field, place_of
from cxsurvey.dashboard.surveys.preview import preview_of
from cxsurvey.dashboard.surveys.views import EditorPage, FollowUpFields, OptionFields, Tab
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.definition import MOST_FOLLOW_UPS, Definition
from cxsurvey.surveys.errors import StaleEdit
from cxsurvey.surveys.follow_ups import MOST_OPTIONS, FollowUp
from cxsurvey.surveys.languages import direction_of, name_of, own_name_of
from cxsurvey.surveys.looks import Look
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import READY
from cxsurvey.web.door import Visit
from cxsurvey.web.forms import errors_by_field

STALE = (
    "Somebody else saved this survey while you were writing. What you typed is still below, not saved yet. "
    "Save again to put your text in the place of theirs, or leave this page to keep theirs."
)
POINT_NAMES = {Look.NUMBERS: "number", Look.SMILEYS: "smiley", Look.THUMBS: "thumb", Look.STARS: "star"}


def first_part(survey: SurveyView) -> str:
    """The part of the editor that opens first."""
    return survey.draft.default_language


def has_part(survey: SurveyView, part: str) -> bool:
    """Whether the editor of this survey has such a part."""
    return part in (SETTINGS, FOLLOW_UPS) or part in survey.draft.texts


def editor_page(visit: Visit, survey: SurveyView, part: str, notice: str = "") -> EditorPage:
    """A part of the editor as it is stored."""
    return _page(visit, survey, part, sent.values_of(survey, part), {}, notice)


def editor_again(visit: Visit, survey: SurveyView, part: str, typed: Mapping[str, str], refusal: Refusal) -> EditorPage:
    """A part of the editor with what was typed and why it was not saved."""
    errors = _errors(refusal, survey.draft)
    if isinstance(refusal, StaleEdit):
        errors = {"": STALE}
    values = sent.values_again(survey, part, typed)
    return _page(visit, survey, part, values, errors, "")


def _errors(refusal: Refusal, draft: Definition) -> dict[str, str]:
    """One sentence per field of the editor."""
    errors: dict[str, str] = {}
    for path, sentence in errors_by_field(refusal).items():
        errors.setdefault(place_of(path, draft).field if path else "", sentence)
    return errors


def _page(
    visit: Visit,
    survey: SurveyView,
    part: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    notice: str,
) -> EditorPage:
    draft = survey.draft
    language = part if part in draft.texts else draft.default_language
    follow_ups = _follow_ups(draft)
    survey_head = head(visit, survey)
    return EditorPage(
        frame=visit.frame(f"Edit {survey.name}", CURRENT),
        survey=survey_head,
        part=part,
        tabs=_tabs(draft, part),
        follow_ups=follow_ups if part == FOLLOW_UPS or part != draft.default_language else (),
        languages=tuple((tag, name_of(tag)) for tag in draft.languages),
        offered=tuple((tag, own_name_of(tag)) for tag in READY if tag not in draft.texts),
        language_name=name_of(language),
        direction=direction_of(language),
        values=values,
        errors=errors,
        labels=_labels(draft, follow_ups),
        groups=groups_of(draft),
        scores=tuple(draft.scale.scoring.scale.values),
        point_name=POINT_NAMES[draft.look],
        has_names=any(values.get(f"point_labels.{score}") for score in draft.scale.scoring.scale.values),
        names_points=draft.may_name_points,
        offers_unknown=draft.offers_unknown,
        asks_contact=draft.asks_contact,
        scale_title=title_of(draft.scale.scoring),
        preview=preview_of(survey_head, draft, language, of_follow_ups=part == FOLLOW_UPS),
        notice=notice,
        can_add_follow_up=len(draft.follow_ups) < MOST_FOLLOW_UPS,
    )


def _tabs(draft: Definition, current: str) -> tuple[Tab, ...]:
    gaps = places.by_part(problems(draft), draft)
    named = [(tag, name_of(tag)) for tag in draft.languages]
    named.sort(key=lambda pair: pair[0] != draft.default_language)
    parts = (*named, (FOLLOW_UPS, "Follow-ups"), (SETTINGS, "Settings"))
    return tuple(Tab(part, label, part == current, gaps.get(part, 0)) for part, label in parts)


def _follow_ups(draft: Definition) -> tuple[FollowUpFields, ...]:
    last = len(draft.follow_ups) - 1
    return tuple(
        FollowUpFields(
            id=each.id,
            number=index + 1,
            kind=each.kind.value,
            field=label_field(each.id),
            original=each.labels.get(draft.default_language, ""),
            bands_field=f"follow_ups.{each.id}.bands",
            boxes=tuple((sent.band_field(each, Band(group.band)), group.name) for group in groups_of(draft)),
            options=_options(each, draft.default_language),
            ends=tuple(_ends(each, draft.default_language)),
            span_field=sent.part_field(each, sent.SPAN),
            required_field=sent.part_field(each, sent.REQUIRED),
            is_first=index == 0,
            is_last=index == last,
            is_full=len(each.options) >= MOST_OPTIONS,
        )
        for index, each in enumerate(draft.follow_ups)
    )


def _ends(follow_up: FollowUp, language: str) -> Iterator[tuple[str, str, str]]:
    scale = follow_up.scale
    if scale is not None:
        low, high = scale.low_labels.get(language, ""), scale.high_labels.get(language, "")
        yield sent.part_field(follow_up, sent.LOW), f"Beside {scale.minimum}", low
        yield sent.part_field(follow_up, sent.HIGH), f"Beside {scale.maximum}", high


def _options(follow_up: FollowUp, language: str) -> tuple[OptionFields, ...]:
    return tuple(
        OptionFields(option.id, label_field(follow_up.id, option.id), option.labels.get(language, ""))
        for option in follow_up.options
    )


def _labels(draft: Definition, follow_ups: tuple[FollowUpFields, ...]) -> dict[str, str]:
    labels = {**places.text_fields(draft), "name": "Name", "default_language": "Default language"}
    labels["new_language"] = "Another language"
    for each in follow_ups:
        labels[each.field] = f"Follow-up {each.number}"
        labels.update({field: f"Follow-up {each.number}, {label.lower()}" for field, label, _ in each.ends})
        labels[each.bands_field] = f"Follow-up {each.number}, asked of"
        labels.update(
            {option.field: f"Follow-up {each.number}, answer {at}" for at, option in enumerate(each.options, 1)}
        )
    return labels
