"""What is asked now, for the pages and requests of customers: one read by key, and definitions parsed once.

A version never changes, so its parsed definition is kept by id while the process lives, up to a limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound
from cxsurvey.surveys import merge, queries
from cxsurvey.surveys.definition import Definition, Theme
from cxsurvey.surveys.errors import NotPublished
from cxsurvey.surveys.policy import SurveyState

KEPT_DEFINITIONS = 500


@dataclass(frozen=True, slots=True)
class AskedWorkspace:
    """Who asks: what a customer's page shows of a workspace."""

    name: str
    privacy_url: str | None
    accent: str
    report_zone: str
    logo: str | None = None
    """The name of a picture."""
    footer: str = ""

    @classmethod
    def of(cls, workspace: WorkspaceView) -> Self:
        """What customers are shown of a workspace."""
        shown = workspace
        return cls(shown.shown_name, shown.privacy_url, shown.accent, shown.report_zone, shown.logo, shown.footer)

    def fill(self, text: str, first_name: str | None = None) -> str:
        """A text of a survey with its merge tags replaced, as this workspace's customers read it.

        Whose name is not known reads it without one.
        """
        return merge.replace(text, {"first_name": first_name, "workspace": merge.workspace_value(self.name)})

    def fill_in(self, definition: Definition) -> Definition:
        """What is asked and can be chosen, as somebody reads it whose name is not known."""
        texts = {
            tag: each.model_copy(
                update={
                    "question": self.fill(each.question),
                    "low_label": self.fill(each.low_label),
                    "high_label": self.fill(each.high_label),
                    "point_labels": {score: self.fill(label) for score, label in each.point_labels.items()},
                }
            )
            for tag, each in definition.texts.items()
        }
        follow_ups = tuple(
            each.model_copy(
                update={
                    "labels": self._fill_each(each.labels),
                    "options": tuple(
                        option.model_copy(update={"labels": self._fill_each(option.labels)}) for option in each.options
                    ),
                }
            )
            for each in definition.follow_ups
        )
        return definition.model_copy(update={"texts": texts, "follow_ups": follow_ups})

    def _fill_each(self, labels: Mapping[str, str]) -> dict[str, str]:
        return {language: self.fill(label) for language, label in labels.items()}

    def in_theme(self, theme: Theme) -> AskedWorkspace:
        """The same with what a survey shows in its place."""
        if theme.is_plain:
            return self
        return AskedWorkspace(
            theme.name or self.name,
            theme.privacy_url or self.privacy_url,
            theme.accent or self.accent,
            self.report_zone,
            theme.logo or self.logo,
            theme.footer or self.footer,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A published survey as customers meet it. Only one whose `is_open` holds takes new answers."""

    survey_id: UUID
    workspace_id: UUID
    code: str
    name: str
    state: SurveyState
    version_id: UUID
    version_number: int
    trend_line_id: int
    definition: Definition
    anonymous: bool
    workspace: AskedWorkspace

    @property
    def is_open(self) -> bool:
        return self.state is SurveyState.OPEN


def asked_by_code(ctx: Context, code: str) -> Asked | None:
    """The published survey behind a shared link; None when there is none, or it was never published."""
    return asked_many(ctx, codes=[code]).get(code)


def asked_by_id(ctx: Context, survey_id: UUID) -> Asked | None:
    """The published survey with this id, in any workspace: the caller compares it with the credential's."""
    return asked_many(ctx, survey_ids=[survey_id]).get(survey_id)


def never_published(ctx: Context, survey_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Those of these surveys that nobody was ever asked, each with its workspace: the caller compares that."""
    return queries.never_published(ctx.connection, survey_ids) if survey_ids else {}


def asked_of_own(ctx: Context, survey_id: UUID) -> Asked:
    """The published survey of the workspace with this id; raises `NotPublished` for a draft, else NotFound."""
    survey = asked_by_id(ctx, survey_id)
    if survey is not None and survey.workspace_id == ctx.workspace:
        return survey
    if never_published(ctx, [survey_id]) == {survey_id: ctx.workspace}:
        raise NotPublished.to_answer()
    raise NotFound


def asked_many(ctx: Context, survey_ids: Collection[UUID] = (), codes: Collection[str] = ()) -> dict[UUID | str, Asked]:
    """Published surveys by id and by code, each under what it was asked for; one read for each of the two."""
    by_id = queries.asked_by_ids(ctx.connection, survey_ids) if survey_ids else []
    by_code = queries.asked_by_codes(ctx.connection, codes) if codes else []
    parsed = definitions_of(ctx, {row.version_id for row in (*by_id, *by_code)})
    found: dict[UUID | str, Asked] = {row.id: _asked(row, parsed) for row in by_id}
    found.update({row.code: _asked(row, parsed) for row in by_code})
    return found


def asked_before(
    ctx: Context, asked: Mapping[UUID | str, Asked], wanted: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Asked]:
    """Surveys as an older version asked them, by survey and number; a page may be posted after a new publication."""
    if not wanted:
        return {}
    known = queries.versions(ctx.connection, {survey_id for survey_id, _ in wanted})
    rows = [row for row in known if (row.survey_id, row.number) in wanted]
    parsed = definitions_of(ctx, {row.id for row in rows})
    return {(row.survey_id, row.number): _in_version(asked[row.survey_id], row, parsed) for row in rows}


def asked_in(ctx: Context, asked: Asked, version_id: UUID) -> Asked:
    """A survey as one of its versions asks it. Whether it is open, and who asks, is as it stands.

    Reads only where that is not the version asked now.
    """
    if version_id == asked.version_id:
        return asked
    rows = [row for row in queries.versions(ctx.connection, {asked.survey_id}) if row.id == version_id]
    return _in_version(asked, rows[0], definitions_of(ctx, {version_id}))


def _in_version(asked: Asked, row: Any, parsed: Mapping[UUID, Definition]) -> Asked:
    return replace(
        asked,
        version_id=row.id,
        version_number=row.number,
        trend_line_id=row.trend_line_id,
        definition=parsed[row.id],
    )


def definitions_of(ctx: Context, version_ids: Iterable[UUID]) -> dict[UUID, Definition]:
    """The definitions of versions, read and parsed only when this process has not met them yet."""
    wanted = set(version_ids)
    found = {version_id: kept for version_id in wanted if (kept := _kept.get(version_id)) is not None}
    unknown = wanted - found.keys()
    if unknown:
        for version_id, stored in queries.definitions(ctx.connection, unknown).items():
            found[version_id] = _kept[version_id] = Definition.from_stored(stored)
        _forget_oldest()
    return found


_kept: dict[UUID, Definition] = {}


def _forget_oldest() -> None:
    # several threads may do this at once: each step is one operation on the dict, and a miss costs one read
    for version_id in list(_kept)[: max(0, len(_kept) - KEPT_DEFINITIONS)]:
        _kept.pop(version_id, None)


def _asked(row: Any, parsed: dict[UUID, Definition]) -> Asked:
    definition = parsed[row.version_id]
    shown = row.brand_name or row.workspace_name
    workspace = AskedWorkspace(shown, row.privacy_url, row.accent, row.report_zone, row.logo, row.footer)
    return Asked(
        survey_id=row.id,
        workspace_id=row.workspace_id,
        code=row.code,
        name=row.name,
        state=SurveyState(row.state),
        version_id=row.version_id,
        version_number=row.number,
        trend_line_id=row.trend_line_id,
        definition=definition,
        anonymous=row.anonymous,
        workspace=workspace.in_theme(definition.theme),
    )
