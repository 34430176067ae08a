"""Put the files that are not Python into the wheel, under ``cxsurvey/_data``.

An editable install gets none of them: it would keep copies that no longer
follow the repository, so ``cxsurvey.core.paths`` reads the originals there.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = ("templates", "static", "migrations", "alembic.ini")


class DataFilesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Map the top-level data folders into the standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse a standard wheel that would lack one of the data folders."""
        if version == "editable":
            return
        for name in DATA:
            source = Path(self.root, name)
            if not source.exists():
                raise FileNotFoundError(f"{name} is missing, the wheel would be incomplete")
            build_data["force_include"][str(source)] = f"cxsurvey/_data/{name}"
