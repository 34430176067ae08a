"""Every statement on surveys, their versions and trend lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Text, bindparam, delete, insert, select, update
from sqlalchemy import cast as cast_to

from cxsurvey.accounts.models import Image, Workspace
from cxsurvey.core.db.fixed import FixedSelect
from cxsurvey.surveys.models import Survey, SurveyVersion, TrendLine

_surveys = cast(Table, Survey.__table__)
_versions = cast(Table, SurveyVersion.__table__)
_lines = cast(Table, TrendLine.__table__)
_workspaces = cast(Table, Workspace.__table__)
_images = cast(Table, Image.__table__)

_SURVEY: Select[Any] = select(
    *_surveys.c, _versions.c.number.label("version_number"), _versions.c.definition.label("published")
).join_from(_surveys, _versions, _versions.c.id == _surveys.c.version_id, isouter=True)


_ONE_SURVEY = FixedSelect(
    _SURVEY.where(_surveys.c.id == bindparam("survey_id"), _surveys.c.workspace_id == bindparam("workspace_id"))
)
_NAMES = _SURVEY.selected_columns.keys()


def survey(connection: Connection, workspace_id: UUID, survey_id: UUID) -> SimpleNamespace | None:
    """One survey with the number and definition of the version asked now, if it is of this workspace."""
    for row in _ONE_SURVEY.run(connection, workspace_id=workspace_id, survey_id=survey_id):
        return SimpleNamespace(**dict(zip(_NAMES, row, strict=True)))
    return None


def surveys_of(connection: Connection, workspace_id: UUID) -> list[Row[Any]]:
    """All surveys of a workspace, newest first."""
    statement = _SURVEY.where(_surveys.c.workspace_id == workspace_id)
    return list(connection.execute(statement.order_by(_surveys.c.created_at.desc(), _surveys.c.id.desc())))


def add_survey(connection: Connection, row: Mapping[str, Any]) -> None:
    """Adds one survey."""
    connection.execute(insert(_surveys), [dict(row)])


def change_survey(connection: Connection, survey_id: UUID, revision: int, changes: Mapping[str, Any]) -> bool:
    """Writes `changes` and raises the revision; False, and nothing written, when that is not `revision`."""
    statement = (
        update(_surveys)
        .where(_surveys.c.id == survey_id, _surveys.c.revision == revision)
        .values(revision=revision + 1, **changes)
    )
    return connection.execute(statement).rowcount == 1


def delete_survey(connection: Connection, survey_id: UUID, revision: int) -> bool:
    """Deletes a survey; False, and nothing deleted, when it is not at `revision`."""
    statement = delete(_surveys).where(_surveys.c.id == survey_id, _surveys.c.revision == revision)
    return connection.execute(statement).rowcount == 1


def history(connection: Connection, survey_id: UUID, number: int | None = None) -> list[Row[Any]]:
    """Every version of a survey with its trend line, newest first; with `number` only that one."""
    columns = (*_versions.c, _lines.c.metric, _lines.c.formula, _lines.c.minimum, _lines.c.maximum)
    statement = select(*columns).where(_versions.c.survey_id == survey_id, _lines.c.id == _versions.c.trend_line_id)
    if number is not None:
        statement = statement.where(_versions.c.number == number)
    return list(connection.execute(statement.order_by(_versions.c.number.desc())))


def add_version(connection: Connection, row: Mapping[str, Any]) -> None:
    """Adds one version."""
    connection.execute(insert(_versions), [dict(row)])


def add_trend_line(connection: Connection, row: Mapping[str, Any]) -> int:
    """Adds one trend line and gives its number."""
    return int(connection.execute(insert(_lines).values(**row).returning(_lines.c.id)).scalar_one())


class AskedRow(NamedTuple):
    """A published survey without its definition."""

    id: UUID
    workspace_id: UUID
    code: str
    name: str
    state: str
    version_id: UUID
    number: int
    trend_line_id: int
    anonymous: bool
    workspace_name: str
    privacy_url: str | None
    accent: str
    report_zone: str
    brand_name: str
    logo: str | None
    footer: str


# What a respondent's page needs. Made once, so that a request only binds values.
_ASKED: Select[Any] = select(
    _surveys.c.id,
    _surveys.c.workspace_id,
    _surveys.c.code,
    _surveys.c.name,
    _surveys.c.state,
    _surveys.c.version_id,
    _versions.c.number,
    _surveys.c.trend_line_id,
    _surveys.c.anonymous,
    _workspaces.c.name.label("workspace_name"),
    _workspaces.c.privacy_url,
    _workspaces.c.accent,
    _workspaces.c.report_zone,
    _workspaces.c.brand_name,
    _workspaces.c.logo,
    _workspaces.c.footer,
).where(_versions.c.id == _surveys.c.version_id, _workspaces.c.id == _surveys.c.workspace_id)
_ASKED_BY_CODE = FixedSelect(_ASKED, _surveys.c.code, kept=256)
_ASKED_BY_ID = FixedSelect(_ASKED, _surveys.c.id, kept=256)
_DEFINITIONS = select(_versions.c.id, _versions.c.definition).where(
    _versions.c.id.in_(bindparam("ids", expanding=True))
)


def asked_by_codes(connection: Connection, codes: Collection[str]) -> list[AskedRow]:
    """Published surveys with these codes, without their definitions."""
    return [AskedRow(*row) for row in _ASKED_BY_CODE.run(connection, codes)]


def asked_by_ids(connection: Connection, survey_ids: Collection[UUID]) -> list[AskedRow]:
    """Published surveys with these ids, without their definitions."""
    return [AskedRow(*row) for row in _ASKED_BY_ID.run(connection, survey_ids)]


def never_published(connection: Connection, survey_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The workspaces of those of these surveys that nobody was ever asked."""
    columns = select(_surveys.c.id, _surveys.c.workspace_id)
    statement = columns.where(_surveys.c.id.in_(list(survey_ids)), _surveys.c.version_id.is_(None))
    return {row.id: row.workspace_id for row in connection.execute(statement)}


def versions(connection: Connection, survey_ids: Collection[UUID]) -> list[Row[Any]]:
    """(id, survey_id, number, trend_line_id) of every version of these surveys."""
    columns = (_versions.c.id, _versions.c.survey_id, _versions.c.number, _versions.c.trend_line_id)
    return list(connection.execute(select(*columns).where(_versions.c.survey_id.in_(list(survey_ids)))))


def pictures_of_no_workspace(connection: Connection, before: datetime) -> list[UUID]:
    """The ids of pictures made before an instant that are no workspace's logo; surveys may show them."""
    return list(connection.scalars(select(_images.c.id).where(*_unused(before)).order_by(_images.c.id)))


def delete_unused_picture(connection: Connection, picture_id: UUID, before: datetime) -> bool:
    """Deletes a picture unless a workspace, a draft or a version shows it; whether it did."""
    named = "%" + _images.c.name + "%"
    shown = [
        select(table.c.id)
        .where(table.c.workspace_id == _images.c.workspace_id, cast_to(column, Text).like(named))
        .exists()
        for table, column in ((_surveys, _surveys.c.draft), (_versions, _versions.c.definition))
    ]
    statement = delete(_images).where(_images.c.id == picture_id, *_unused(before), *(~one for one in shown))
    return connection.execute(statement).rowcount == 1


def _unused(before: datetime) -> tuple[ColumnElement[bool], ...]:
    logo = select(_workspaces.c.id).where(
        _workspaces.c.id == _images.c.workspace_id, _workspaces.c.logo == _images.c.name
    )
    return _images.c.created_at < before, ~logo.exists()


def definitions(connection: Connection, version_ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """The stored definitions of versions."""
    return {row.id: row.definition for row in connection.execute(_DEFINITIONS, {"ids": list(version_ids)})}
