"""Answers to follow-ups against what each of them takes."""

from typing import Any

import pytest

from cxsurvey.core.errors import Invalid, Refusal
from cxsurvey.responses.checks import check_follow_ups, unanswered
from cxsurvey.responses.commands import AnswerInput
from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, FollowUpScale, Option
from cxsurvey.surveys.standard import standard

OPTIONS = tuple(Option(id=name, labels={"en": name.title()}) for name in ("price", "staff", "time"))


def _definition(**changes: Any) -> Definition:
    def follow_up(kind: FollowUpKind) -> FollowUp:
        return FollowUp(
            id=kind.value,
            kind=kind,
            bands=frozenset({Band.DETRACTOR}),
            labels={"en": f"A {kind.value}?"},
            options=OPTIONS if kind.has_options else (),
            scale=FollowUpScale(minimum=1, maximum=7) if kind is FollowUpKind.SCALE else None,
            **changes,
        )

    follow_ups = tuple(follow_up(kind) for kind in FollowUpKind)
    return standard(Metric.NPS, "Northwind", ("en",)).model_copy(update={"follow_ups": follow_ups})


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("text", "Because."), ("single", "staff"), ("multiple", ["time", "price"]), ("scale", 1), ("scale", 7)],
)
def test_each_kind_takes_its_answers(kind: str, answer: Any) -> None:
    check_follow_ups({kind: answer}, _definition(), 3)


@pytest.mark.parametrize(
    ("kind", "answer", "code", "message"),
    [
        ("text", 3, "wrong_kind_of_answer", "must be text"),
        ("text", ["staff"], "wrong_kind_of_answer", "must be text"),
        ("single", "nobody", "not_an_option", "must be the id of one of the offered options"),
        ("single", ["staff"], "not_an_option", "must be the id of one of the offered options"),
        ("multiple", "staff", "not_an_option", "must be a list of ids of offered options, each once"),
        ("multiple", ["staff", "staff"], "not_an_option", "must be a list of ids of offered options, each once"),
        ("multiple", ["staff", "nobody"], "not_an_option", "must be a list of ids of offered options, each once"),
        ("scale", 0, "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
        ("scale", 8, "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
        ("scale", -1, "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
        ("scale", 11, "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
        ("scale", 10**30, "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
        ("scale", "3", "wrong_kind_of_answer", "must be a whole number from 1 to 7"),
    ],
)
def test_what_a_follow_up_does_not_take_is_refused_by_name(kind: str, answer: Any, code: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_follow_ups({kind: answer}, _definition(), 3)

    assert (refused.value.field, refused.value.code) == (f"follow_ups.{kind}", code)
    assert refused.value.text == message


def test_every_wrong_answer_is_named_and_none_that_is_right() -> None:
    answers: dict[str, Any] = {"single": "nobody", "scale": 8, "text": "Because.", "colour": "red"}

    with pytest.raises(Invalid) as refused:
        check_follow_ups(answers, _definition(), 3)

    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [
        ("follow_ups.single", "not_an_option"),
        ("follow_ups.scale", "wrong_kind_of_answer"),
        ("follow_ups.colour", "unknown_follow_up"),
    ]


def test_only_who_is_asked_owes_an_answer() -> None:
    definition = _definition(required=True)

    missing = unanswered({"text": "Because.", "scale": 1}, definition, 3)

    assert [problem.field for problem in missing] == ["follow_ups.single", "follow_ups.multiple"]
    assert unanswered({}, definition, 9) == []
    assert unanswered({}, definition, None) == []
    assert unanswered({}, _definition(), 3) == []


@pytest.mark.parametrize("answer", ["true", "1.5", "null", "{}", "[1]", '["a b"]', '"\\u0000"'])
def test_what_no_follow_up_takes_never_gets_so_far(answer: str) -> None:
    body = f'{{"survey": "srv_x", "score": 1, "follow_ups": {{"q": {answer}}}}}'

    with pytest.raises(Refusal) as refused:
        AnswerInput.from_json(body.encode())

    assert refused.value.problems[0].field.startswith("follow_ups.q")


def test_answers_are_told_in_words() -> None:
    asked = {each.id: each for each in _definition().follow_ups}

    assert asked["single"].in_words("staff", "en") == "Staff"
    assert asked["multiple"].in_words(["time", "gone"], "en") == "Time, gone"
    assert asked["scale"].in_words(4, "en") == "4 of 7"
    assert asked["text"].in_words("Because.", "en") == "Because."
