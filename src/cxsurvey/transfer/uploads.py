"""The files of imports: each in a folder of its own below the data folder, readable by this program alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from cxsurvey.settings import Settings
from cxsurvey.transfer.errors import FileTooLarge, FileUnreadable

PIECE: Final = 1 << 20
ORIGINAL, SHEET, REFUSED = "original", "sheet.csv", "refused.csv"


def home(settings: Settings) -> Path:
    """Where the folders of all imports lie."""
    return settings.data_dir / "imports"


def folder(settings: Settings, import_id: UUID) -> Path:
    """The folder of one import."""
    return home(settings) / import_id.hex


def original(settings: Settings, import_id: UUID) -> Path:
    """The file as it was brought."""
    return folder(settings, import_id) / ORIGINAL


def sheet(settings: Settings, import_id: UUID) -> Path:
    """The chosen sheet of a workbook, as a plain table."""
    return folder(settings, import_id) / SHEET


def refused(settings: Settings, import_id: UUID) -> Path:
    """The rows that were refused, and why."""
    return folder(settings, import_id) / REFUSED


def receive(settings: Settings, import_id: UUID, source: BinaryIO, limit: int | None = None) -> int:
    """Copies a stream into the folder of a new import, piece by piece; gives its size in bytes.

    Raises `FileTooLarge` past `limit` bytes and `FileUnreadable` for nothing at all; neither leaves anything behind.
    """
    home(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    folder(settings, import_id).mkdir(mode=0o700)
    try:
        return _copied(source, original(settings, import_id), limit)
    except BaseException:
        remove(settings, import_id)
        raise


def _copied(source: BinaryIO, path: Path, limit: int | None) -> int:
    size = 0
    with path.open("xb") as target:
        path.chmod(0o600)
        while piece := source.read(PIECE):
            size += len(piece)
            if limit is not None and size > limit:
                raise FileTooLarge(f"The file is larger than {limit // 1024 // 1024} MB.", field="file")
            target.write(piece)
    if size == 0:
        raise FileUnreadable("The file is empty: the first row must name the columns.", field="file")
    return size


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """The first `size` bytes of a file, piece by piece."""
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(PIECE, size))):
            size -= len(piece)
            yield piece


def remove(settings: Settings, import_id: UUID) -> None:
    """Removes the folder of an import, if there is one."""
    shutil.rmtree(folder(settings, import_id), ignore_errors=True)


def remove_others(settings: Settings, kept: Iterable[UUID]) -> int:
    """Removes the folders of all imports but these; gives how many there were."""
    needed = {one.hex for one in kept}
    old = [one for one in home(settings).iterdir() if one.name not in needed] if home(settings).is_dir() else []
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)
