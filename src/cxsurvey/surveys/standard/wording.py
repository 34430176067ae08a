"""What the ready texts of one language consist of, and how they become the texts of a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cxsurvey.scoring import catalogue
from cxsurvey.scoring.scales import NPS, Definition
from cxsurvey.surveys.definition import CommentLabels, Texts, Thanks, ThanksByBand


class Ask(StrEnum):
    """A question that one or several formulas share."""

    RECOMMEND = "recommend"
    WORKPLACE = "workplace"
    SATISFACTION = "satisfaction"
    FIVE_FACES = "five-faces"
    THREE_FACES = "three-faces"
    THUMBS = "thumbs"
    STARS = "stars"
    EASE = "ease"
    EFFORT = "effort"


class Talk(StrEnum):
    """What is said after the question, to each group of customers."""

    CUSTOMER = "customer"
    EFFORT = "effort"
    WORKPLACE = "workplace"


ASKS: Mapping[str, Ask] = {
    NPS.key: Ask.RECOMMEND,
    catalogue.ENPS.key: Ask.WORKPLACE,
    catalogue.CSAT_5.key: Ask.SATISFACTION,
    catalogue.CSAT_3.key: Ask.SATISFACTION,
    catalogue.CSAT_7.key: Ask.SATISFACTION,
    catalogue.CSAT_10.key: Ask.SATISFACTION,
    catalogue.SMILEYS_5.key: Ask.FIVE_FACES,
    catalogue.SMILEYS_3.key: Ask.THREE_FACES,
    catalogue.THUMBS.key: Ask.THUMBS,
    catalogue.STARS_5.key: Ask.STARS,
    catalogue.CES_7.key: Ask.EASE,
    catalogue.CES_5.key: Ask.EASE,
    catalogue.CES_1_0.key: Ask.EFFORT,
}
"""The question of every formula that is offered, by the key of the formula."""

_TALKS: Mapping[Ask, Talk] = {Ask.WORKPLACE: Talk.WORKPLACE, Ask.EASE: Talk.EFFORT, Ask.EFFORT: Talk.EFFORT}


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with `{name}` where the name of the workspace goes, and the names of the ends of its scale.

    `points` names every point from the lowest score up, where the points are pictures.
    """

    question: str
    low: str
    high: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What one group of customers reads after the question: the question for a reason, and the last page."""

    reason: str
    title: str
    text: str

    @property
    def thanks(self) -> Thanks:
        """The last page."""
        return Thanks(title=self.title, text=self.text)


@dataclass(frozen=True, slots=True)
class Groups:
    """The words for each of the three groups."""

    detractor: Words
    passive: Words
    promoter: Words


@dataclass(frozen=True, slots=True)
class Wording:
    """All ready texts of one language."""

    unknown: str
    contact: str
    contact_address: str
    questions: Mapping[Ask, Question]
    talks: Mapping[Talk, Groups]

    def texts(self, formula: Definition, name: str) -> Texts:
        """The texts of a survey with this formula; `name` stands in the question as it is."""
        ask = ASKS[formula.key]
        asked, groups = self.questions[ask], self.talks[_TALKS.get(ask, Talk.CUSTOMER)]
        scores = formula.scale.values if asked.points else ()
        return Texts(
            question=asked.question.replace("{name}", name),
            low_label=asked.low,
            high_label=asked.high,
            point_labels={str(score): label for score, label in zip(scores, asked.points, strict=True)},
            unknown_label=self.unknown,
            contact_label=self.contact,
            contact_address_label=self.contact_address,
            comment_labels=CommentLabels(
                detractor=groups.detractor.reason, passive=groups.passive.reason, promoter=groups.promoter.reason
            ),
            thanks=ThanksByBand(
                detractor=groups.detractor.thanks, passive=groups.passive.thanks, promoter=groups.promoter.thanks
            ),
        )
