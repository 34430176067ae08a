"""What a survey asks, as one value: scale, texts per language, follow-ups and thank-you per band.

The same value is a draft and, once published, an immutable version. A draft may have gaps; what must hold
before it is asked stands in `surveys.completeness`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.languages import Language, canonical
from cxsurvey.core.pictures import NAME as PICTURE_NAME
from cxsurvey.core.text import MaybeColour, MaybeLine80, MaybeLine200, MaybeLine300, Passage1000
from cxsurvey.scoring import scales
from cxsurvey.scoring.catalogue import CATALOGUE
from cxsurvey.scoring.scales import Band, Direction, Metric
from cxsurvey.surveys.follow_ups import FollowUp
from cxsurvey.surveys.labels import ShortLabel, refuse_twin_ids
from cxsurvey.surveys.languages import EachLanguageOnce
from cxsurvey.surveys.looks import Look, look_of

MOST_FOLLOW_UPS = 5
MOST_LANGUAGES = 20
MOST_NAMED_NUMBERS = 7

FORMULAS: Mapping[str, scales.Definition] = {
    key: formula for key, formula in CATALOGUE.items() if not formula.translated
}
"""The scoring definitions that a survey may use, by key. A translated score is for reports on old data only."""

NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f\\\"<>^`{|}\ud800-\udfff]")


def _check_link(value: str) -> str:
    if value and not is_web_address(value):
        raise PydanticCustomError("not_a_web_address", "must be an address that starts with https:// or http://")
    return value


def _check_picture(value: str) -> str:
    if value and not PICTURE_NAME.fullmatch(value):
        raise PydanticCustomError("unknown_picture", "must be the name of a picture of this workspace")
    return value


def is_web_address(text: str) -> bool:
    """Whether `text` is an absolute http or https address with a host and without a password in it."""
    if NOT_IN_AN_ADDRESS.search(text):
        return False
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and named and "@" not in parts.netloc


Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_check_link)]


def _without_empty(labels: dict[str, str]) -> dict[str, str]:
    # a field left empty and one never sent are the same draft
    return {score: label for score, label in labels.items() if label}


class AskedScale(Command):
    """The scale that is asked and the formula its scores are counted with."""

    metric: Metric
    minimum: Annotated[int, Field(ge=0, le=10)]
    maximum: Annotated[int, Field(ge=0, le=10)]
    direction: Direction
    formula: str

    @classmethod
    def of(cls, formula: scales.Definition) -> Self:
        """The scale that belongs to a scoring definition."""
        return cls(
            metric=formula.metric,
            minimum=formula.scale.minimum,
            maximum=formula.scale.maximum,
            direction=formula.scale.direction,
            formula=formula.key,
        )

    @model_validator(mode="after")
    def _fits_its_formula(self) -> Self:
        formula = FORMULAS.get(self.formula)
        if formula is None:
            raise PydanticCustomError("unknown_formula", "must name a known formula, such as nps-0-10/1")
        scale = formula.scale
        ours = (self.metric, self.minimum, self.maximum, self.direction)
        if ours != (formula.metric, scale.minimum, scale.maximum, scale.direction):
            raise PydanticCustomError("scale_does_not_fit", "must be the scale of its formula")
        return self

    @property
    def scoring(self) -> scales.Definition:
        return FORMULAS[self.formula]


class Thanks(Command):
    """The last page. The link is a link, never a redirect."""

    title: MaybeLine200 = ""
    text: Passage1000 = ""
    link_label: MaybeLine200 = ""
    link_url: Link = ""


class CommentLabels(Command):
    """The question for a reason, as each group of customers is asked it.

    `before` is asked until a score is chosen; where it is empty, a sentence that the pages bring along stands there.
    """

    before: MaybeLine200 = ""
    detractor: MaybeLine200 = ""
    passive: MaybeLine200 = ""
    promoter: MaybeLine200 = ""

    def of(self, band: Band) -> str:
        label: str = getattr(self, band.value)
        return label


class ThanksByBand(Command):
    """The last page, as each group of customers sees it."""

    detractor: Thanks = Thanks()
    passive: Thanks = Thanks()
    promoter: Thanks = Thanks()

    def of(self, band: Band) -> Thanks:
        thanks: Thanks = getattr(self, band.value)
        return thanks


class Texts(Command):
    """Everything a customer reads in one language, but for the follow-ups."""

    question: MaybeLine200 = ""
    low_label: MaybeLine200 = ""
    high_label: MaybeLine200 = ""
    point_labels: Annotated[dict[str, ShortLabel], AfterValidator(_without_empty)] = Field(default_factory=dict)
    """The name of a point, by its score as text: required for pictures, else as one likes. Empty names none."""
    unknown_label: MaybeLine200 = ""
    """The choice that stands for no score, where the survey offers one."""
    contact_label: MaybeLine200 = ""
    """The question whether one may be contacted, where the survey asks it."""
    contact_address_label: MaybeLine200 = ""
    """Above the field for the address or number."""
    comment_labels: CommentLabels = CommentLabels()
    thanks: ThanksByBand = ThanksByBand()

    def point_label(self, score: int) -> str:
        """The name of a point; nothing where it has none."""
        return self.point_labels.get(str(score), "")


class Theme(Command):
    """How the pages of one survey look. What is empty is as the workspace has it."""

    name: MaybeLine80 = ""
    """Who asks, as customers are shown it."""
    accent: MaybeColour = ""
    logo: Annotated[str, AfterValidator(_check_picture)] = ""
    """The name of a picture of the workspace."""
    privacy_url: Link = ""
    footer: MaybeLine300 = ""

    @property
    def is_plain(self) -> bool:
        """Whether all of it is the workspace's."""
        return not (self.name or self.accent or self.logo or self.privacy_url or self.footer)


class Definition(Command):
    """All that one survey asks. `texts` holds the languages in the order they are offered."""

    scale: AskedScale = AskedScale.of(scales.NPS)
    offers_unknown: bool = False
    """Whether "I do not know" may be chosen in place of a score; such answers are counted apart."""
    asks_contact: bool = False
    """Whether the last question is for consent to be contacted about the answer; never where answers are anonymous."""
    default_language: Language
    texts: Annotated[dict[Language, Texts], Field(min_length=1, max_length=MOST_LANGUAGES), EachLanguageOnce]
    follow_ups: Annotated[tuple[FollowUp, ...], Field(max_length=MOST_FOLLOW_UPS)] = ()
    theme: Theme = Theme()

    @staticmethod
    def from_stored(stored: Mapping[str, Any]) -> Definition:
        """The definition that `stored` returned."""
        return _read(json.dumps(stored))

    def stored(self) -> dict[str, Any]:
        """The definition as plain JSON values; equal definitions give equal ones."""
        return self.model_dump(mode="json")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.default_language not in self.texts:
            raise PydanticCustomError("default_language_missing", "must have texts in its default language")
        points = {str(score) for score in self.scale.scoring.scale.values} if self.may_name_points else set()
        if any(texts.point_labels.keys() - points for texts in self.texts.values()):
            raise PydanticCustomError("point_not_on_scale", "must name points of its scale only")
        refuse_twin_ids(follow_up.id for follow_up in self.follow_ups)
        return self

    @property
    def metric(self) -> Metric:
        return self.scale.metric

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands that hold a score of this scale, in the order of `Band`: thumbs have nothing in between."""
        formula = self.scale.scoring
        held = {Band.DETRACTOR: formula.detractors, Band.PASSIVE: formula.passives, Band.PROMOTER: formula.promoters}
        return tuple(band for band in Band if held[band])

    def group_name(self, band: Band) -> str:
        """What a band is called for this metric, such as `promoters`, `satisfied` or `easy`."""
        return self.scale.scoring.group_names[_BEST_FIRST.index(band)]

    @property
    def look(self) -> Look:
        return look_of(self.scale.formula)

    @property
    def may_name_points(self) -> bool:
        """Whether points may have names: on up to seven numbers they can stand beside them."""
        return self.look.is_pictured or len(self.scale.scoring.scale.values) <= MOST_NAMED_NUMBERS

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    def language_for(self, wanted: str | None) -> str:
        """The language to show when `wanted` is asked for: that one, its base language, or the default."""
        tag = canonical(wanted) if wanted else None
        if tag is None:
            return self.default_language
        while tag and tag not in self.texts:
            tag = tag.rpartition("-")[0]
        return tag or self.default_language

    def texts_in(self, language: str | None) -> Texts:
        """The texts in the language that `language_for` finds."""
        return self.texts[self.language_for(language)]

    def follow_ups_for(self, band: Band) -> tuple[FollowUp, ...]:
        """The follow-ups that customers of one band are asked: the required ones first, else in their order."""
        asked = [follow_up for follow_up in self.follow_ups if band in follow_up.bands]
        return tuple(sorted(asked, key=lambda follow_up: not follow_up.required))

    def follow_ups_after(self, score: int) -> tuple[FollowUp, ...]:
        """The follow-ups that customers are asked after a score; none after one that is not on the scale."""
        return self.follow_ups_for(self.band(score)) if score in self.scale.scoring.scale else ()

    def band(self, score: int) -> Band:
        """The band of a score; raises `scoring.errors.InvalidScoreError` when it is not on the scale."""
        return self.scale.scoring.band(score)


_BEST_FIRST = (Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR)


@lru_cache(maxsize=32)
def _read(text: str) -> Definition:
    # a page of the editor needs the draft and what is published, which are mostly the same, and a posted form needs
    # both again: each reading takes longer than the database takes to find the survey
    return Definition.model_validate_json(text)
