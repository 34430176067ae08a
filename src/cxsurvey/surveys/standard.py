"""Ready-made texts of the standard question, in English, German, Turkish and Arabic.

The question is the published one; end labels name the ends only, so that no number in between carries a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import CommentLabels, Definition, Texts, Thanks, ThanksByBand

READY = ("en", "de", "tr", "ar")
"""Languages with ready texts; in any other language a manager writes them."""


def standard(metric: Metric, workspace_name: str, languages: Sequence[str] = READY) -> Definition:
    """A definition that can be published at once when all `languages` are ready ones.

    The first language is the default one; a language without ready texts starts empty. `metric` must be one of
    `METRICS`.
    """
    ready = _TEXTS[metric]
    name = workspace_name.replace("{", "(").replace("}", ")")  # a name is no place for merge tags
    return Definition(
        default_language=languages[0],
        texts={language: ready(language, name) for language in languages},
    )


def _nps(language: str, name: str) -> Texts:
    texts = {"en": _english, "de": _german, "tr": _turkish, "ar": _arabic}.get(language)
    return texts(name) if texts else Texts()


_TEXTS: Mapping[Metric, Callable[[str, str], Texts]] = {Metric.NPS: _nps}
METRICS = tuple(_TEXTS)
"""Metrics with a standard question."""


def _english(name: str) -> Texts:
    return Texts(
        question=f"How likely are you to recommend {name} to a friend or colleague?",
        low_label="Not at all likely",
        high_label="Extremely likely",
        comment_labels=CommentLabels(
            detractor="What went wrong, and what should we do better?",
            passive="What would have made it better?",
            promoter="What did you like most?",
        ),
        thanks=ThanksByBand(
            detractor=Thanks(
                title="Thank you for telling us.",
                text="We are sorry that we let you down. Your words go to the people who can change it.",
            ),
            passive=Thanks(
                title="Thank you for your answer.",
                text="It helps us to see what we can do better.",
            ),
            promoter=Thanks(
                title="Thank you!",
                text="We are glad you are happy with us, and we will pass it on to the team.",
            ),
        ),
    )


def _german(name: str) -> Texts:
    return Texts(
        question=f"Wie wahrscheinlich ist es, dass Sie {name} Freunden oder Kollegen weiterempfehlen?",
        low_label="Äußerst unwahrscheinlich",
        high_label="Äußerst wahrscheinlich",
        comment_labels=CommentLabels(
            detractor="Was lief schlecht, und was sollten wir besser machen?",
            passive="Was hätte es für Sie besser gemacht?",
            promoter="Was hat Ihnen am besten gefallen?",
        ),
        thanks=ThanksByBand(
            detractor=Thanks(
                title="Danke für Ihre offenen Worte.",
                text="Es tut uns leid, dass wir Sie enttäuscht haben. "
                "Ihre Antwort geht an die Menschen, die etwas ändern können.",
            ),
            passive=Thanks(
                title="Danke für Ihre Antwort.",
                text="Sie hilft uns zu sehen, was wir besser machen können.",
            ),
            promoter=Thanks(
                title="Vielen Dank!",
                text="Schön, dass Sie zufrieden sind. Wir geben das gern an unser Team weiter.",
            ),
        ),
    )


def _turkish(name: str) -> Texts:
    return Texts(
        question=f"{name} markasını bir arkadaşınıza veya iş arkadaşınıza tavsiye etme olasılığınız nedir?",
        low_label="Hiç olası değil",
        high_label="Son derece olası",
        comment_labels=CommentLabels(
            detractor="Neler ters gitti, neyi daha iyi yapmalıyız?",
            passive="Neler daha iyi olabilirdi?",
            promoter="En çok neyi beğendiniz?",
        ),
        thanks=ThanksByBand(
            detractor=Thanks(
                title="Bizimle paylaştığınız için teşekkür ederiz.",
                text="Beklentinizi karşılayamadığımız için üzgünüz. "
                "Yazdıklarınızı bunu düzeltebilecek kişilere iletiyoruz.",
            ),
            passive=Thanks(
                title="Yanıtınız için teşekkür ederiz.",
                text="Neyi daha iyi yapabileceğimizi görmemize yardımcı oluyor.",
            ),
            promoter=Thanks(
                title="Çok teşekkür ederiz!",
                text="Memnun kalmanıza çok sevindik. Bunu ekibimizle de paylaşacağız.",
            ),
        ),
    )


def _arabic(name: str) -> Texts:
    return Texts(
        question=f"ما مدى احتمال أن توصي صديقًا أو زميلًا بالتعامل مع {name}؟",
        low_label="غير محتمل على الإطلاق",
        high_label="محتمل للغاية",
        comment_labels=CommentLabels(
            detractor="ما الذي لم يكن على ما يرام، وما الذي ينبغي أن نحسّنه؟",
            passive="ما الذي كان سيجعل تجربتك أفضل؟",
            promoter="ما أكثر شيء أعجبك؟",
        ),
        thanks=ThanksByBand(
            detractor=Thanks(
                title="شكرًا لصراحتك.",
                text="نأسف لأننا لم نكن عند حسن ظنك. ستصل ملاحظاتك إلى من يستطيع تغيير ذلك.",
            ),
            passive=Thanks(
                title="شكرًا لإجابتك.",
                text="إنها تساعدنا على معرفة ما يمكننا تحسينه.",
            ),
            promoter=Thanks(
                title="شكرًا جزيلًا!",
                text="يسعدنا رضاك عنا، وسننقل كلماتك إلى فريقنا.",
            ),
        ),
    )
