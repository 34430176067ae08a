"""How a file becomes an import, whichever door it comes through: received, examined, begun, or gone without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeVar
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Unconfirmed
from cxsurvey.core.ids import Ids
from cxsurvey.settings import Settings
from cxsurvey.transfer import again, imports, source, uploads
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.reading import Kind
from cxsurvey.transfer.source import Source
from cxsurvey.transfer.uploads import Received

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brought:
    """A file in the folder of an import that is not begun yet."""

    import_id: UUID
    name: str
    received: Received
    source: Source

    def begin(self, ctx: Context, kind: Kind) -> ImportView:
        """The draft for it, read as the same file was before; see `imports.begin`."""
        return again.propose(ctx, imports.begin(ctx, kind, self.import_id, self.name, self.received, self.source))


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever brings a file says of it: its name, and how it is read where that is not to be found out."""

    name: str
    sheet: str | None = None
    delimiter: str | None = None
    limit: int | None = None
    """Bytes that are taken at most."""


def bring(settings: Settings, ids: Ids, file: BinaryIO, said: Said, begin: Callable[[Brought], T]) -> T:
    """Copies a file into the house, examines it and gives what `begin` makes of it.

    Takes as long as reading the file twice, so never inside a unit; `begin` runs the unit. Whatever raises leaves no
    file behind, with one exception: after `Unconfirmed` the import is perhaps there, so its file stays, and
    housekeeping removes what belongs to nothing.
    """
    import_id = ids.new()
    received = uploads.receive(settings, import_id, file, said.limit)
    try:
        found = source.examine(settings, import_id, sheet=said.sheet, delimiter=said.delimiter)
        return begin(Brought(import_id, said.name, received, found))
    except Unconfirmed:
        raise
    except BaseException:
        uploads.remove(settings, import_id)
        raise
