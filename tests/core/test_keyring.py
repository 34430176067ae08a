"""The secret key: made once, private, never replaced in silence."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread

import pytest

from cxsurvey.core.ids import SystemIds
from cxsurvey.core.keyring import KeyUnusable, key_file, load_keys
from cxsurvey.settings import Settings


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    first = load_keys(settings, SystemIds())

    file = key_file(settings)
    assert file is not None
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert load_keys(settings, SystemIds()) == first
    assert len(first.roots[0]) == 43


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    found: list[tuple[bytes, ...]] = []
    start = Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(load_keys(settings, SystemIds()).roots)

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_key_from_the_settings_makes_no_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="s" * 40, old_secret_keys="o" * 40)  # type: ignore[arg-type]

    assert load_keys(settings, SystemIds()).roots == (b"s" * 40, b"o" * 40)
    assert key_file(settings) is None
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_key_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")

    with pytest.raises(KeyUnusable, match="put it back from a backup"):
        load_keys(Settings(data_dir=tmp_path), SystemIds())
    assert (tmp_path / "secret.key").read_text() == "short"
