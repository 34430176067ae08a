"""Style sheets, scripts and fonts, held in memory under one hash of the whole tree.

The hash stands in front of the path (`/static/{hash}/css/base.css`), so that relative addresses inside a
style sheet or module carry it too and every file may be kept for ever. A file is found by its exact name in
a table made at start: no path is ever opened on behalf of a request.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from cxsurvey.core import paths

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}
COMPRESSIBLE = ("text/", "application/json", "image/svg")


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and its media type."""

    content: bytes
    media_type: str

    @property
    def is_compressible(self) -> bool:
        """Whether packing is worth it: not for what is compressed already or tiny."""
        return len(self.content) >= 512 and self.media_type.startswith(COMPRESSIBLE)

    @cached_property
    def packed(self) -> bytes:
        """The gzip form, made at first use, which takes a while for a large script."""
        return gzip.compress(self.content, mtime=0)


@dataclass(frozen=True)
class Tree:
    """All files by their path below `static/`, and the hash that names this state of them."""

    version: str
    files: dict[str, Asset]

    def url(self, path: str) -> str:
        """The address of a file; KeyError when there is none, so that a typing error shows at once."""
        if path not in self.files:
            raise KeyError(f"static/{path} does not exist")
        return f"/static/{self.version}/{path}"


@lru_cache(maxsize=1)
def tree() -> Tree:
    """The files of this installation, read once."""
    return load(paths.static())


def load(folder: Path) -> Tree:
    """Reads a folder of static files into memory."""
    files: dict[str, Asset] = {}
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name = file.relative_to(folder).as_posix()
        content = file.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode() + content)
        media_type = TYPES.get(file.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        files[name] = Asset(content, media_type)
    return Tree(total.hexdigest()[:12], files)
