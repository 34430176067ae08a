"""The files of imports: each in a folder of its own below the data folder, readable by this program alone."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from cxsurvey.settings import Settings
from cxsurvey.transfer.errors import FileTooLarge, FileUnreadable

PIECE: Final = 1 << 20
ORIGINAL, REFUSED = "original", "refused.csv"


@dataclass(frozen=True, slots=True)
class Received:
    """A file in its folder: its bytes, and the SHA-256 of what they say."""

    size: int
    digest: str


def home(settings: Settings) -> Path:
    """Where the folders of all imports lie."""
    return settings.data_dir / "imports"


def folder(settings: Settings, import_id: UUID) -> Path:
    """The folder of one import."""
    return home(settings) / import_id.hex


def original(settings: Settings, import_id: UUID) -> Path:
    """The file as it was brought."""
    return folder(settings, import_id) / ORIGINAL


def sheet(settings: Settings, import_id: UUID, place: int) -> Path:
    """A sheet of a workbook, as a plain table. Each has its own, because two may be looked at at once."""
    return folder(settings, import_id) / f"sheet-{place}.csv"


def refused(settings: Settings, import_id: UUID) -> Path:
    """The rows that were refused, and why."""
    return folder(settings, import_id) / REFUSED


def receive(settings: Settings, import_id: UUID, source: BinaryIO, limit: int | None = None) -> Received:
    """Copies a stream into the folder of a new import, piece by piece.

    Raises `FileTooLarge` past `limit` bytes and `FileUnreadable` for nothing at all; neither leaves anything behind.
    """
    home(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    folder(settings, import_id).mkdir(mode=0o700)
    try:
        return _copied(source, original(settings, import_id), limit)
    except BaseException:
        remove(settings, import_id)
        raise


def _copied(source: BinaryIO, path: Path, limit: int | None) -> Received:
    size, content = 0, hashlib.sha256()
    with path.open("xb") as target:
        path.chmod(0o600)
        while piece := source.read(PIECE):
            size += len(piece)
            if limit is not None and size > limit:
                raise FileTooLarge(f"The file is larger than {limit // 1024 // 1024} MB.", field="file")
            content.update(piece)
            target.write(piece)
    if size == 0:
        raise FileUnreadable("The file is empty: the first row must name the columns.", field="file")
    return Received(size, content.hexdigest())


def digest_of(path: Path) -> str:
    """The digest that `receive` would give a file; takes as long as reading it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """The first `size` bytes of a file, piece by piece."""
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(PIECE, size))):
            size -= len(piece)
            yield piece


@contextmanager
def new_file(settings: Settings, import_id: UUID) -> Iterator[Path]:
    """An empty file in the folder of an import that nobody else knows; it goes unless it is given another name."""
    handle, name = tempfile.mkstemp(dir=folder(settings, import_id))
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def remove(settings: Settings, import_id: UUID) -> None:
    """Removes the folder of an import, if there is one."""
    shutil.rmtree(folder(settings, import_id), ignore_errors=True)


def folders(settings: Settings) -> dict[UUID, datetime]:
    """The imports that have a folder, with the instant at which something was last put into it."""
    found: dict[UUID, datetime] = {}
    for one in home(settings).iterdir() if home(settings).is_dir() else ():
        with suppress(ValueError, FileNotFoundError):  # no folder of ours, or removed this moment
            found[UUID(hex=one.name)] = datetime.fromtimestamp(one.stat().st_mtime, UTC)
    return found
