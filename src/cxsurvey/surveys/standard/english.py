"""The ready texts in English."""

from __future__ import annotations

from cxsurvey.surveys.standard.wording import Ask, Groups, Question, Talk, Wording, Words

ENGLISH = Wording(
    unknown="I do not know",
    contact="May we contact you about your answer?",
    contact_address="E-mail address or phone number",
    questions={
        Ask.RECOMMEND: Question(
            "How likely are you to recommend {name} to a friend or colleague?",
            "Not at all likely",
            "Extremely likely",
        ),
        Ask.WORKPLACE: Question(
            "How likely are you to recommend {name} as a place to work?",
            "Not at all likely",
            "Extremely likely",
        ),
        Ask.SATISFACTION: Question(
            "How satisfied are you with {name}?",
            "Very dissatisfied",
            "Very satisfied",
        ),
        Ask.FIVE_FACES: Question(
            "How was your experience with {name}?",
            "Very unhappy",
            "Very happy",
            ("Very unhappy", "Unhappy", "Neither happy nor unhappy", "Happy", "Very happy"),
        ),
        Ask.THREE_FACES: Question(
            "How was your experience with {name}?",
            "Unhappy",
            "Happy",
            ("Unhappy", "Neither happy nor unhappy", "Happy"),
        ),
        Ask.THUMBS: Question("Were you happy with {name}?", "No", "Yes", ("No", "Yes")),
        Ask.STARS: Question(
            "How many stars do you give {name}?",
            "Very poor",
            "Excellent",
            ("1 star", "2 stars", "3 stars", "4 stars", "5 stars"),
        ),
        Ask.EASE: Question(
            "How much do you agree? {name} made it easy for me to get done what I needed.",
            "Strongly disagree",
            "Strongly agree",
        ),
        Ask.EFFORT: Question(
            "How much effort did you personally have to put in to get your request handled by {name}?",
            "Very low effort",
            "Very high effort",
        ),
    },
    talks={
        Talk.CUSTOMER: Groups(
            detractor=Words(
                "What went wrong, and what should we do better?",
                "Thank you for telling us.",
                "We are sorry that we let you down. Your words go to the people who can change it.",
            ),
            passive=Words(
                "What would have made it better?",
                "Thank you for your answer.",
                "It helps us to see what we can do better.",
            ),
            promoter=Words(
                "What did you like most?",
                "Thank you!",
                "We are glad you are happy with us, and we will pass it on to the team.",
            ),
        ),
        Talk.EFFORT: Groups(
            detractor=Words(
                "What made it difficult for you?",
                "Thank you for telling us.",
                "We are sorry that it was hard work. Your words go to the people who can make it easier.",
            ),
            passive=Words(
                "What would have made it easier?",
                "Thank you for your answer.",
                "It helps us to see what we can make easier.",
            ),
            promoter=Words(
                "What made it easy for you?",
                "Thank you!",
                "We are glad that it was easy, and we will pass it on to the team.",
            ),
        ),
        Talk.WORKPLACE: Groups(
            detractor=Words(
                "What should change first?",
                "Thank you for your openness.",
                "What you wrote helps us to see what has to change.",
            ),
            passive=Words(
                "What would make it a better place to work?",
                "Thank you for your answer.",
                "It helps us to see what we can do better.",
            ),
            promoter=Words(
                "What do you like most about working here?",
                "Thank you!",
                "We are glad that you like working here.",
            ),
        ),
    },
)
