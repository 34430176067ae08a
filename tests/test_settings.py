"""Settings as they are read from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxsurvey.settings import Settings, unknown_names

KEY = "a key of thirty-two letters or so"


@pytest.mark.parametrize("text", [f"{KEY}\n", f"  {KEY}  \r\nmade in May by the operator\n", f"{KEY}\n\n{KEY} of old"])
def test_a_secret_is_the_first_line_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "key"
    file.write_bytes(text.encode())
    monkeypatch.setenv("CXSURVEY_SECRET_KEY_FILE", str(file))

    secret = Settings().secret_key

    assert secret is not None
    assert secret.get_secret_value() == KEY


def test_an_empty_secret_file_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"")
    monkeypatch.setenv("CXSURVEY_SECRET_KEY_FILE", str(file))

    with pytest.raises(ValueError, match="at least 32 characters"):
        Settings()


def test_a_misspelt_name_is_told_from_those_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(unknown_names())
    for name in ("PROT", "PORT", "SECRET_KEY_FILE", "PORT_FILE"):
        monkeypatch.setenv(f"CXSURVEY_{name}", "1")
    monkeypatch.setenv("cxsurvey_host", "127.0.0.1")

    assert set(unknown_names()) - before == {"CXSURVEY_PORT_FILE", "CXSURVEY_PROT"}
