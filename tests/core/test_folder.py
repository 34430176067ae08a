"""Whether a folder can hold our files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxsurvey.core.folder import why_unusable


def test_a_folder_that_can_be_made_is_usable_and_still_missing(tmp_path: Path) -> None:
    assert why_unusable(tmp_path / "one" / "two") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert why_unusable(tmp_path / "file") == "it is a file and not a folder"
    assert why_unusable(tmp_path / "file" / "below") == f"{tmp_path / 'file'} is a file"


@pytest.mark.parametrize("folder", ["/proc/nope", "/proc/nope/below"])
def test_a_folder_that_cannot_be_made_has_a_reason(folder: str) -> None:
    assert why_unusable(Path(folder)) == "nothing can be made there"
