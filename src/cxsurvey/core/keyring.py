"""Where the secret keys of an installation come from: the settings, or a file that is made once."""

from __future__ import annotations

import os
from pathlib import Path

from cxsurvey.core.ids import Ids, base62
from cxsurvey.core.signing import Keys
from cxsurvey.settings import Settings

FILE_NAME = "secret.key"
KEY_BYTES = 32
KEY_LENGTH = 43  # 256 bits in base 62


class KeyUnusable(Exception):  # noqa: N818 - read by people
    """The file of the secret key cannot be used, and making another one would make all links worthless."""


def key_file(settings: Settings) -> Path | None:
    """The file that holds the key of this installation; None when the settings give the key themselves."""
    return None if settings.secret_key is not None else settings.data_dir / FILE_NAME


def load_keys(settings: Settings, ids: Ids) -> Keys:
    """The keys, newest first. Makes the file when there is no key yet; raises `KeyUnusable`."""
    if settings.secret_key is not None:
        current = settings.secret_key.get_secret_value()
    else:
        current = _from_file(settings.data_dir / FILE_NAME, ids)
    return Keys(tuple(key.encode() for key in (current, *settings.former_secret_keys)))


def _from_file(path: Path, ids: Ids) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # written aside and linked: whoever sees the file sees the whole key, and the first one wins
        if not path.exists():
            _create(path, base62(ids.random(KEY_BYTES), KEY_LENGTH), ids)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(f"The secret key in {path} cannot be read or made: {error}") from error
    if len(key) < KEY_BYTES:
        raise KeyUnusable(f"{path} is damaged: put it back from a backup, or links already sent stop working")
    return key


def _create(path: Path, key: str, ids: Ids) -> None:
    aside = path.with_name(f".{path.name}.{ids.new()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
