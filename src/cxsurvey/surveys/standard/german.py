"""The ready texts in German."""

from __future__ import annotations

from cxsurvey.surveys.standard.wording import Ask, Groups, Question, Talk, Wording, Words

_BETTER = "Sie hilft uns zu sehen, was wir besser machen können."

GERMAN = Wording(
    unknown="Kann ich nicht beurteilen",
    contact="Dürfen wir Sie zu Ihrer Antwort kontaktieren?",
    contact_address="E-Mail-Adresse oder Telefonnummer",
    questions={
        Ask.RECOMMEND: Question(
            "Wie wahrscheinlich ist es, dass Sie {name} Freunden oder Kollegen weiterempfehlen?",
            "Äußerst unwahrscheinlich",
            "Äußerst wahrscheinlich",
        ),
        Ask.WORKPLACE: Question(
            "Wie wahrscheinlich ist es, dass Sie {name} Freunden oder Bekannten als Arbeitgeber empfehlen?",
            "Äußerst unwahrscheinlich",
            "Äußerst wahrscheinlich",
        ),
        Ask.SATISFACTION: Question(
            "Wie zufrieden sind Sie mit {name}?",
            "Sehr unzufrieden",
            "Sehr zufrieden",
        ),
        Ask.FIVE_FACES: Question(
            "Wie war Ihre Erfahrung mit {name}?",
            "Sehr unzufrieden",
            "Sehr zufrieden",
            ("Sehr unzufrieden", "Unzufrieden", "Weder zufrieden noch unzufrieden", "Zufrieden", "Sehr zufrieden"),
        ),
        Ask.THREE_FACES: Question(
            "Wie war Ihre Erfahrung mit {name}?",
            "Unzufrieden",
            "Zufrieden",
            ("Unzufrieden", "Weder zufrieden noch unzufrieden", "Zufrieden"),
        ),
        Ask.THUMBS: Question("Waren Sie mit {name} zufrieden?", "Nein", "Ja", ("Nein", "Ja")),
        Ask.STARS: Question(
            "Wie viele Sterne geben Sie {name}?",
            "Sehr schlecht",
            "Ausgezeichnet",
            ("1 Stern", "2 Sterne", "3 Sterne", "4 Sterne", "5 Sterne"),
        ),
        Ask.EASE: Question(
            "Wie sehr stimmen Sie zu? {name} hat es mir leicht gemacht, mein Anliegen zu erledigen.",
            "Stimme überhaupt nicht zu",
            "Stimme voll und ganz zu",
        ),
        Ask.EFFORT: Question(
            "Wie viel Aufwand hatten Sie persönlich, um Ihr Anliegen mit {name} zu klären?",
            "Sehr wenig Aufwand",
            "Sehr viel Aufwand",
        ),
    },
    talks={
        Talk.CUSTOMER: Groups(
            detractor=Words(
                "Was lief schlecht, und was sollten wir besser machen?",
                "Danke für Ihre offenen Worte.",
                "Es tut uns leid, dass wir Sie enttäuscht haben. "
                "Ihre Antwort geht an die Menschen, die etwas ändern können.",
            ),
            passive=Words("Was hätte es für Sie besser gemacht?", "Danke für Ihre Antwort.", _BETTER),
            promoter=Words(
                "Was hat Ihnen am besten gefallen?",
                "Vielen Dank!",
                "Schön, dass Sie zufrieden sind. Wir geben das gern an unser Team weiter.",
            ),
        ),
        Talk.EFFORT: Groups(
            detractor=Words(
                "Was hat es Ihnen schwer gemacht?",
                "Danke für Ihre offenen Worte.",
                "Es tut uns leid, dass es so mühsam war. Ihre Antwort geht an die Menschen, die etwas ändern können.",
            ),
            passive=Words(
                "Was hätte es Ihnen leichter gemacht?",
                "Danke für Ihre Antwort.",
                "Sie hilft uns zu sehen, was wir leichter machen können.",
            ),
            promoter=Words(
                "Was hat es Ihnen leicht gemacht?",
                "Vielen Dank!",
                "Schön, dass es leicht war. Wir geben das gern an unser Team weiter.",
            ),
        ),
        Talk.WORKPLACE: Groups(
            detractor=Words(
                "Was sollte sich zuerst ändern?",
                "Danke für Ihre Offenheit.",
                "Ihre Antwort hilft uns zu sehen, was sich ändern muss.",
            ),
            passive=Words("Was würde die Arbeit hier besser machen?", "Danke für Ihre Antwort.", _BETTER),
            promoter=Words(
                "Was gefällt Ihnen an der Arbeit hier am besten?",
                "Vielen Dank!",
                "Schön, dass Sie gern hier arbeiten.",
            ),
        ),
    },
)
