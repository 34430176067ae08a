"""The choice of segments on a page: a chip for each that can be taken off, and a small form to add one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.core.errors import Invalid
from cxsurvey.dashboard.period_bar import PeriodBar
from cxsurvey.insights import filters, listing
from cxsurvey.insights.filters import NOT_SET, Filter
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys.asked import definitions_of
from cxsurvey.web.door import Visit
from cxsurvey.web.forms import errors_by_field

MOST_TO_CHOOSE_FROM: Final = 50
"""Values of a segment up to which they are offered as a list; beyond it one is typed."""
NOT_SET_WORDS: Final = "not set"
BANDS: Final[Mapping[str, str]] = {
    "promoter": "Happy: promoters, satisfied, easy",
    "passive": "Neutral: passives, neutral",
    "detractor": "Unhappy: detractors, dissatisfied, difficult",
}
FOLLOW_UPS: Final[Mapping[str, str]] = {"yes": "With follow-ups", "no": "Without follow-ups"}
CONTACTS: Final[Mapping[str, str]] = {"yes": "May be contacted", "no": "May not be contacted"}


NO_CONTACTS: Final = "Only those who may read people are told who may be contacted."


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on; its link takes it off."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class FilterField:
    """One thing to choose by. Without options its value is typed."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FilterBar:
    """What the filter part of a page shows. `kept` are other parameters that a choice leaves alone.

    A value that is not right is left out of `only`, and `errors` says why.
    """

    only: Filter
    chips: tuple[Chip, ...]
    fields: tuple[FilterField, ...]
    kept: Mapping[str, str]
    names: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def clear(self) -> str:
        """The link that takes every filter off."""
        return f"?{urlencode(self.kept)}"

    @property
    def status(self) -> int:
        """The status of the page."""
        return 422 if self.errors else 200


def filter_bar(
    request: Request,
    visit: Visit,
    bar: PeriodBar,
    survey: SurveyLine | None = None,
    *,
    without: str = "",
    states: tuple[ResponseState, ...] = (ResponseState.COUNTED,),
    more: tuple[str, ...] = (),
) -> FilterBar:
    """The filters that the address of the page asks for.

    With a `survey` the values of its answers in these `states` are offered, of an anonymous one none; without one those
    of the workspace. `without` is a segment that the page is about itself; `more` names what else the page can be
    filtered by: `band`, `follow_up`, `contact`, `q`.
    """
    segments = survey is None or not survey.anonymous
    values = _wanted(request, segments=segments, more=(*more, *(["scale"] if survey is not None else [])))
    errors: dict[str, str] = {}
    try:
        only = filters.parse(visit.ctx, values)
    except Invalid as refusal:
        errors = dict(errors_by_field(refusal))
        values = {name: value for name, value in values.items() if name not in errors}
        only = filters.parse(visit.ctx, values)
    names = {**listing.segment_names(visit.ctx), "contact": "Contact"}
    if request.query_params.get("contact") and not allows(visit.ctx, Grant.PEOPLE_READ):
        errors["contact"] = NO_CONTACTS
    kept = {name: value for name, value in bar.kept.items() if name == "scale" or name not in filters.NAMES}
    kept |= bar.period.query
    fields: list[FilterField] = []
    if segments:
        limit = MOST_TO_CHOOSE_FROM + 1
        offered = filters.offered(visit.ctx, limit) if survey is None else filters.offered_of(visit.ctx, survey, states)
        fields = _segments(offered, only, names, without)
    return FilterBar(
        only=only,
        chips=tuple(_chips(only, names, kept)),
        fields=(*fields, *_more(only, more)),
        kept=kept,
        names=names,
        errors={names.get(name, name): sentence for name, sentence in errors.items()},
    )


def asks_contact(visit: Visit, surveys: Iterable[SurveyLine]) -> tuple[str, ...]:
    """`contact` among what a page can be filtered by, for whoever may read people.

    Where any of the surveys asks whether one may be contacted, or asked it in an earlier version and somebody agreed.
    """
    surveys = tuple(surveys)
    if not allows(visit.ctx, Grant.PEOPLE_READ):
        return ()
    asked = definitions_of(visit.ctx, (each.version_id for each in surveys if not each.anonymous))
    is_asked = any(each.asks_contact for each in asked.values())
    return ("contact",) if is_asked or listing.has_contacts(visit.ctx, surveys) else ()


def _wanted(request: Request, *, segments: bool, more: tuple[str, ...]) -> dict[str, str]:
    read = (*(SEGMENT_KEYS if segments else ()), *more)
    return {name: request.query_params[name] for name in read if name in request.query_params}


def _chips(only: Filter, names: Mapping[str, str], kept: Mapping[str, str]) -> list[Chip]:
    labels = {
        one.key: f"{names[one.key]}: {NOT_SET_WORDS if one.text == NOT_SET else one.text}" for one in only.segments
    }
    if only.band is not None:
        labels["band"] = BANDS[only.band.value]
    if only.follow_up is not None:
        labels["follow_up"] = FOLLOW_UPS[filters.YES_OR_NO[not only.follow_up]]
    if only.contact is not None:
        labels["contact"] = CONTACTS[filters.YES_OR_NO[not only.contact]]
    if only.search:
        labels["q"] = f"“{only.search}”"
    return [
        Chip(label, f"?{urlencode({**kept, **{key: value for key, value in only.query.items() if key != name}})}")
        for name, label in labels.items()
    ]


def _segments(
    offered: Mapping[str, tuple[str, ...]], only: Filter, names: Mapping[str, str], without: str
) -> list[FilterField]:
    """A field for each segment that is offered or chosen; what is chosen stands among its options in any case."""
    chosen = {one.key: one.text for one in only.segments}
    fields = []
    for key in SEGMENT_KEYS:
        value, texts = chosen.get(key, ""), offered.get(key, ())
        if key == without or not (texts or value):
            continue
        many = len(texts) > MOST_TO_CHOOSE_FROM
        listed = dict.fromkeys((*texts, *([value] if value and value != NOT_SET else [])))
        options = (("", "any"), *((text, text) for text in listed), (NOT_SET, NOT_SET_WORDS))
        fields.append(FilterField(key, names[key], value, () if many else options))
    return fields


def _more(only: Filter, names: tuple[str, ...]) -> tuple[FilterField, ...]:
    chosen = only.query
    offered = {"band": ("Group", BANDS), "follow_up": ("Follow-ups", FOLLOW_UPS), "contact": ("Contact", CONTACTS)}
    return tuple(
        FilterField(name, label, chosen.get(name, ""), (("", "any"), *options.items()))
        for name, (label, options) in offered.items()
        if name in names
    )
