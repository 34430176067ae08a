"""Definitions: what is refused at once, and what survives being stored."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.core.errors import Invalid
from cxsurvey.scoring.errors import InvalidScoreError
from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys.definition import CommentLabels, Definition, Texts, Thanks, ThanksByBand, is_web_address
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, FollowUpScale, Option
from cxsurvey.surveys.standard import standard

TAGS = st.sampled_from(["en", "de", "pt-BR", "zh-Hans", "ar"])
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40).map(str.strip)
LABELS = st.dictionaries(TAGS, LINES)
IDS = st.text("abcdef0123456789_-", min_size=1, max_size=12)
THANKS = st.builds(
    Thanks, title=LINES, text=LINES, link_label=LINES, link_url=st.sampled_from(["", "https://a.example/x?y#z"])
)
TEXTS = st.builds(
    Texts,
    question=LINES,
    low_label=LINES,
    high_label=LINES,
    comment_labels=st.builds(CommentLabels, before=LINES, detractor=LINES, passive=LINES, promoter=LINES),
    thanks=st.builds(ThanksByBand, detractor=THANKS, passive=THANKS, promoter=THANKS),
)


@st.composite
def follow_ups(draw: st.DrawFn) -> tuple[FollowUp, ...]:
    made = []
    for follow_up_id in draw(st.lists(IDS, unique=True, max_size=5)):
        kind = draw(st.sampled_from(FollowUpKind))
        ids = draw(st.lists(IDS, unique=True, max_size=4)) if kind.has_options else []
        options = tuple(Option(id=option, labels=draw(LABELS)) for option in ids)
        bands = draw(st.frozensets(st.sampled_from(Band)))
        scale = FollowUpScale(low_labels=draw(LABELS)) if kind is FollowUpKind.SCALE else None
        made.append(
            FollowUp(
                id=follow_up_id,
                kind=kind,
                bands=bands,
                labels=draw(LABELS),
                options=options,
                scale=scale,
                required=draw(st.booleans()),
            )
        )
    return tuple(made)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    texts = draw(st.dictionaries(TAGS, TEXTS, min_size=1))
    default = draw(st.sampled_from(list(texts)))
    return Definition(default_language=default, texts=texts, follow_ups=draw(follow_ups()))


@given(definitions())
def test_a_definition_survives_being_stored(definition: Definition) -> None:
    stored = json.loads(json.dumps(definition.stored()))
    again = Definition.from_stored(stored)

    assert again == definition
    assert again.languages == definition.languages
    assert again.stored() == stored


def test_two_that_differ_in_the_order_of_languages_alone_are_two(standard_definition: Definition) -> None:
    stored = standard_definition.stored()
    turned = stored | {"texts": dict(reversed(stored["texts"].items()))}

    assert stored == turned
    assert Definition.from_stored(stored).languages == standard_definition.languages
    assert Definition.from_stored(turned).languages == standard_definition.languages[::-1]


@given(follow_ups(), st.sampled_from(Band))
def test_a_band_is_asked_what_is_required_first_else_in_order_and_all(
    follow_ups: tuple[FollowUp, ...], band: Band
) -> None:
    definition = standard(Metric.NPS, "Northwind").model_copy(update={"follow_ups": follow_ups})

    asked = definition.follow_ups_for(band)
    meant = [each for each in definition.follow_ups if band in each.bands]

    assert [each for each in meant if each.required] + [each for each in meant if not each.required] == list(asked)


def test_the_scale_gives_each_score_its_band(standard_definition: Definition) -> None:
    bands = [standard_definition.band(score).value for score in range(11)]

    assert bands == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
    with pytest.raises(InvalidScoreError):
        standard_definition.band(11)


def _without(definition: Definition, **changes: Any) -> bytes:
    return json.dumps({**definition.stored(), **changes}).encode()


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"default_language": "fr"}, "", "default_language_missing"),
        ({"default_language": "nonsense!"}, "default_language", "not_a_language"),
        ({"texts": {}}, "texts", "too_few_items"),
        ({"metric": "nps"}, "metric", "unknown_field"),
        ({"workspace_id": "x"}, "workspace_id", "unknown_field"),
        ({"scale": {"metric": "nps", "minimum": 1, "maximum": 10, "direction": "higher-is-better",
                    "formula": "nps-0-10/1"}}, "scale", "scale_does_not_fit"),
        ({"scale": {"metric": "nps", "minimum": 0, "maximum": 10, "direction": "higher-is-better",
                    "formula": "nps-0-10/2"}}, "scale", "unknown_formula"),
        ({"scale": {"metric": "nps", "minimum": 0, "maximum": 10, "direction": "lower-is-better",
                    "formula": "nps-0-10/1"}}, "scale", "scale_does_not_fit"),
        ({"follow_ups": [{"id": "q", "kind": "text", "bands": [], "labels": {}}] * 6}, "follow_ups", "too_many_items"),
        ({"follow_ups": [{"id": "q", "kind": "text", "bands": [], "labels": {}}] * 2}, "", "duplicate_id"),
        ({"follow_ups": [{"id": "q", "kind": "text", "bands": [], "labels": {},
                          "options": [{"id": "a", "labels": {}}]}]}, "follow_ups.0", "options_without_choice"),
        ({"follow_ups": [{"id": "q", "kind": "single", "bands": [], "labels": {},
                          "options": [{"id": "a", "labels": {}}] * 2}]}, "follow_ups.0", "duplicate_id"),
        ({"follow_ups": [{"id": "q", "kind": "single", "bands": ["angry"], "labels": {}}]},
         "follow_ups.0.bands.0", "enum"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_definition_is_refused_by_field_and_rule(
    changes: dict[str, Any], field: str, rule: str, standard_definition: Definition
) -> None:
    with pytest.raises(Invalid) as refused:
        Definition.from_json(_without(standard_definition, **changes))

    assert (field, rule) in {(problem.field, problem.rule) for problem in refused.value.problems}


@pytest.mark.parametrize("text", ["x" * 201, "two\nlines", "nul\0", "\x1b[31m", "half \ud800"])
def test_a_question_is_one_bounded_line(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Texts.from_fields({"question": text})

    assert text not in str(refused.value.problems)


@pytest.mark.parametrize(
    "link", ["https://shop.example", "http://a.example:8080/x?y=%20#z", "https://münchen.example/"]
)
def test_a_web_address_is_a_link(link: str) -> None:
    assert is_web_address(link)
    assert Thanks.from_fields({"link_url": link}).link_url == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/path",
        "shop.example",
        "https:",
        "https://",
        "https:///x",
        "https://user:secret@evil.example",
        "https://good.example\\@evil.example",
        "https://a b.example",
        "https://[::1",
        "https://a.example:99999",
        'https://a.example/"><script>',
        "ftp://a.example",
    ],
)
def test_anything_else_is_no_link(link: str) -> None:
    with pytest.raises(Invalid) as refused:
        Thanks.from_fields({"link_url": link})

    assert refused.value.problems[0].field == "link_url"
