"""What the made-up company asks."""

from __future__ import annotations

from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Option
from cxsurvey.surveys.standard import preset
from cxsurvey.transfer.demo import company

REASON = "reason"

_WHY = {
    "en": "What was it mainly about?",
    "de": "Worum ging es vor allem?",
    "tr": "En çok neyle ilgiliydi?",
    "ar": "ما السبب الرئيسي؟",
}
_REASONS = {
    "time": {"en": "Waiting time", "de": "Wartezeit", "tr": "Bekleme süresi", "ar": "مدة الانتظار"},
    "condition": {
        "en": "What arrived", "de": "Zustand der Ware", "tr": "Gelen ürün", "ar": "حالة ما وصل"
    },
    "people": {"en": "The people", "de": "Die Menschen", "tr": "Çalışanlar", "ar": "الموظفون"},
    "price": {"en": "The price", "de": "Der Preis", "tr": "Fiyat", "ar": "السعر"},
}  # fmt: skip


def definition_of(survey: str) -> Definition:
    """The ready question of its metric.

    After a delivery those who are not content are asked what it was about; after support one may say not to know.
    """
    asked = preset(company.FORMULAS[survey].key, company.NAME, company.LANGUAGES)
    if survey == company.SUPPORT:
        return asked.model_copy(update={"offers_unknown": True})
    if survey != company.DELIVERY:
        return asked
    why = FollowUp(
        id=REASON,
        kind=FollowUpKind.SINGLE,
        bands=frozenset({Band.DETRACTOR, Band.PASSIVE}),
        labels=_WHY,
        options=tuple(Option(id=key, labels=labels) for key, labels in _REASONS.items()),
    )
    return asked.model_copy(update={"follow_ups": (why,)})
