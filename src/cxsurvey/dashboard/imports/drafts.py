"""The form that says how a file is read: shown with a guess, filled again with what was chosen."""

from __future__ import annotations

from cxsurvey.core import zones
from cxsurvey.core.ids import decode, encode
from cxsurvey.dashboard import doubts, metrics, words
from cxsurvey.dashboard.imports.views import (
    ATTRIBUTE,
    MOST_COLUMNS,
    ColumnRow,
    DraftPage,
    Earlier,
    ValueRow,
    fields_for,
    lines_of,
)
from cxsurvey.insights import listing
from cxsurvey.scoring.results import Result
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.service import SurveyView
from cxsurvey.transfer import refusals, telling, uploads
from cxsurvey.transfer.cautions import Caution
from cxsurvey.transfer.guessing import guess
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.profile import ColumnProfile
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Instead, Scale, ScaleReading, score_values
from cxsurvey.transfer.times import DateOrder
from cxsurvey.web.door import Visit
from cxsurvey.web.forms import Fields

SHOWN = 20
AS_IT_STANDS = ""


def draft_page(
    visit: Visit, view: ImportView, href: str, sent: Fields | None = None, errors: dict[str, str] | None = None
) -> DraftPage:
    """The form: with what was sent, else with what is settled, else with a guess."""
    there = surveys.listed(visit.ctx)
    open_surveys = [one for one in there if one.published is not None]
    is_guess = sent is None and not view.reading.mapping
    guesses = {one.column: one for one in guess(view.source.profile, view.kind)} if is_guess else {}
    mapping = sent_mapping(sent, view) if sent is not None else dict(view.reading.mapping)
    mapping = mapping or {one.field: one.column for one in guesses.values()}
    survey = _survey(open_surveys, sent.get("survey", "") if sent is not None else "", view)
    options = fields_for(view.kind, _follow_ups(survey), listing.segment_names(visit.ctx))
    scored, dated = mapping.get("score", ""), mapping.get("answered_at", "")
    scale = sent_scale(sent, view) if sent is not None else view.reading.scale
    date_order = _date_order(view, mapping, sent)
    said = next((one for one in DateOrder if one == date_order), None)
    shown = view.reading.model_copy(update={"mapping": mapping, "scale": scale, "date_order": said})
    told = telling.told(visit.ctx, view, (shown, survey.id if survey is not None else None))
    by_column = {column: field for field, column in mapping.items()}
    columns = [
        ColumnRow(
            place=place,
            name=column.name,
            samples=column.samples,
            filled=column.filled,
            chosen=_option(by_column.get(column.name, "")),
            reason=guesses[column.name].reason if column.name in guesses else "",
            options=options,
        )
        for place, column in enumerate(view.source.profile.columns[:MOST_COLUMNS])
    ]
    return DraftPage(
        frame=visit.frame(f"Import {view.file_name}", "imports"),
        view=view,
        href=href,
        columns=columns,
        hidden_columns=len(view.source.profile.columns) - len(columns),
        surveys=[(encode("srv", one.id), one.name) for one in open_surveys],
        values=_values(view.source.profile.column(scored), scale, survey),
        value_options=_value_options(survey),
        scored=scored,
        dated=dated,
        typed={
            "survey": encode("srv", survey.id) if survey is not None else "",
            "zone": sent.get("zone", "") if sent is not None else _zone(view, visit),
            "date_order": date_order,
            "source": sent.get("source", "") if sent is not None else view.reading.source,
            "reversed": "yes" if scale.reversed else "",
        },
        zones=tuple(sorted(zones.known())),
        is_guess=is_guess,
        drafts=len(there) - len(open_surveys),
        earlier=_earlier(told.earlier, view, href),
        expected=_expected(told.expected, survey) if sent is None else "",
        tried=lines_of(view, tried=True) if view.was_tried and sent is None else [],
        problems=refusals.first_refused(uploads.refused(visit.ctx.settings, view.id), view.position, SHOWN),
        cautions=_not_said_twice(told.cautions, errors or {}),
        errors=errors or {},
    )


def _earlier(found: ImportView | None, view: ImportView, href: str) -> Earlier | None:
    if found is None:
        return None
    is_proposed = found.survey_id == view.survey_id and found.reading.is_as(view.reading)
    return Earlier(f"{href.rpartition('/')[0]}/{found.public_id}", found, is_proposed)


def _expected(result: Result | None, survey: SurveyView | None) -> str:
    """The score that an import would bring, in one sentence; "" where no row brings one."""
    if result is None or not result.n or survey is None or survey.published is None:
        return ""
    label = metrics.label(survey.published.scale.scoring)
    shown = f"{doubts.value(result.estimate, result.unit)} ({doubts.interval(result)})"
    return f"{label} would be {shown}, {', '.join(doubts.base(result))}; {words.groups(result)}."


def sent_reading(sent: Fields, view: ImportView) -> Reading:
    """How the form says that the file is read; raises `Invalid`."""
    values: dict[str, object] = {"mapping": sent_mapping(sent, view)}
    if view.kind is Kind.RESPONSES:
        values |= {name: sent[name] for name in ("zone", "source") if name in sent}
        values["date_order"] = _sent_order(sent, sent_mapping(sent, view)) or None
        values["scale"] = sent_scale(sent, view)
    return Reading.from_fields(values)


def sent_mapping(sent: Fields, view: ImportView) -> dict[str, str]:
    """Field to column as the form says it; of two columns for one field the first is taken."""
    mapping: dict[str, str] = {}
    for place, column in enumerate(view.source.profile.columns[:MOST_COLUMNS]):
        chosen = sent.get(f"column-{place}", "")
        field = f"{ATTRIBUTE[0]}.{column.name.strip()[:60]}" if chosen == ATTRIBUTE[0] else chosen
        if field and field not in mapping:
            mapping[field] = column.name
    return mapping


def twice_chosen(sent: Fields, view: ImportView) -> str | None:
    """The column that was given a field which an earlier one has already."""
    seen: set[str] = set()
    for place, column in enumerate(view.source.profile.columns[:MOST_COLUMNS]):
        chosen = sent.get(f"column-{place}", "")
        if chosen in seen:
            return column.name
        if chosen and chosen != ATTRIBUTE[0]:
            seen.add(chosen)
    return None


def sent_scale(sent: Fields, view: ImportView) -> ScaleReading:
    """What the form says of the values of the score column; nothing when another column was listed."""
    column = view.source.profile.column(sent.get("scored", ""))
    is_reversed = sent.get("reversed", "") == "yes"
    if column is None or sent_mapping(sent, view).get("score") != column.name:
        return ScaleReading(reversed=is_reversed)
    chosen = {value: sent.get(f"becomes-{place}", AS_IT_STANDS) for place, (value, _) in enumerate(column.values)}
    return ScaleReading(
        scores={value: int(one) for value, one in chosen.items() if one in {str(score) for score in range(11)}},
        unknown=tuple(value for value, one in chosen.items() if one == Instead.UNKNOWN),
        left_out=tuple(value for value, one in chosen.items() if one == Instead.LEFT_OUT),
        reversed=is_reversed,
    )


def _values(column: ColumnProfile | None, reading: ScaleReading, survey: SurveyView | None) -> list[ValueRow]:
    if column is None or survey is None or survey.published is None:
        return []
    asked = survey.published.scale
    scale = Scale(
        meanings={
            **reading.scores,
            **dict.fromkeys(reading.unknown, Instead.UNKNOWN),
            **dict.fromkeys(reading.left_out, Instead.LEFT_OUT),
        },
        minimum=asked.minimum,
        maximum=asked.maximum,
        is_reversed=reading.reversed,
    )
    places = {value: place for place, (value, _) in enumerate(column.values)}
    return [
        ValueRow(places[one.value], one.value, one.count, _chosen(reading, one.value), one.becomes)
        for one in score_values(column, scale)
    ]


def _chosen(reading: ScaleReading, value: str) -> str:
    if value in reading.scores:
        return str(reading.scores[value])
    if value in reading.unknown:
        return Instead.UNKNOWN.value
    return Instead.LEFT_OUT.value if value in reading.left_out else AS_IT_STANDS


def _value_options(survey: SurveyView | None) -> tuple[tuple[str, str], ...]:
    if survey is None or survey.published is None:
        return ()
    asked = survey.published.scale
    scores = tuple((str(score), str(score)) for score in range(asked.maximum, asked.minimum - 1, -1))
    unknown = ((Instead.UNKNOWN.value, "I do not know"),) if survey.published.offers_unknown else ()
    return ((AS_IT_STANDS, "As it stands"), *scores, *unknown, (Instead.LEFT_OUT.value, "Leave out"))


def _survey(there: list[SurveyView], chosen: str, view: ImportView) -> SurveyView | None:
    wanted = decode("srv", chosen) or view.survey_id
    found = next((one for one in there if one.id == wanted), None)
    return found or (there[0] if len(there) == 1 else None)


def _follow_ups(survey: SurveyView | None) -> tuple[tuple[str, str], ...]:
    if survey is None or survey.published is None:
        return ()
    asked = survey.published
    return tuple((one.id, one.labels.get(asked.default_language, one.id)) for one in asked.follow_ups)


def _option(field: str) -> str:
    return ATTRIBUTE[0] if field.startswith(f"{ATTRIBUTE[0]}.") else field


def _not_said_twice(cautions: tuple[Caution, ...], errors: dict[str, str]) -> tuple[Caution, ...]:
    """The cautions without the one that the form says as an error of its field."""
    return tuple(one for one in cautions if one.text not in errors.values())


def _date_order(view: ImportView, mapping: dict[str, str], sent: Fields | None) -> str:
    """What is chosen or settled, else what the cells of the column say that is taken for the time; "" in doubt."""
    if sent is not None and (order := _sent_order(sent, mapping)) is not None:
        return order
    settled = view.reading.date_order if sent is None else None
    column = view.source.profile.column(mapping.get("answered_at", ""))
    found = settled or (column.dates.order if column is not None else None)
    return found.value if found is not None else ""


def _sent_order(sent: Fields, mapping: dict[str, str]) -> str | None:
    """What the form says of dates; None where that was only shown, and for another column than is chosen now."""
    order, shown_for = sent.get("date_order", ""), sent.get("dated", "")
    is_other = bool(shown_for) and mapping.get("answered_at") != shown_for
    return None if is_other and order == sent.get("dated_order", "") else order


def _zone(view: ImportView, visit: Visit) -> str:
    return view.reading.zone if view.reading.mapping else visit.workspace.report_zone
