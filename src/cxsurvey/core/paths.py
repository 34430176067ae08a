"""Where the files that are not Python stand: in the wheel under `_data`, in a checkout at its root."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_WHEEL_DATA = _PACKAGE / "_data"
_ROOT = _WHEEL_DATA if _WHEEL_DATA.is_dir() else _PACKAGE.parent.parent


def templates() -> Path:
    """The folder of the page and mail templates."""
    return _ROOT / "templates"


def static() -> Path:
    """The folder of style sheets, scripts and vendored files."""
    return _ROOT / "static"


def migrations() -> Path:
    """The folder of the migration tree."""
    return _ROOT / "migrations"
