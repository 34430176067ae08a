"""Whether a folder can hold files of ours, found out by trying: permissions alone do not tell."""

from __future__ import annotations

import tempfile
from pathlib import Path


def why_unusable(folder: Path) -> str | None:
    """Why no file can be made in `folder`, or the folder itself cannot be made; None when all is well.

    Leaves nothing behind; a folder that is missing stays so.
    """
    try:
        nearest = next(there for there in (folder.absolute(), *folder.absolute().parents) if there.exists())
        if not nearest.is_dir():
            return f"{nearest} is a file" if nearest != folder.absolute() else "it is a file and not a folder"
        with tempfile.TemporaryDirectory(prefix=".cxsurvey-", dir=nearest):
            return None
    except OSError as error:
        # /proc and the like answer so to whoever wants to make something there
        return "nothing can be made there" if isinstance(error, FileNotFoundError) else str(error.strerror)
