"""docs/settings.md describes every setting, with the default it has, and no other."""

from __future__ import annotations

import re

import pytest

from cxsurvey.settings import PREFIX, SecretFiles, Settings
from tests.parts import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `CXSURVEY_([A-Z_]+)` \| (.+?) \| .+ \|$", PAGE, re.MULTILINE))


def test_the_page_and_the_program_know_the_same_settings() -> None:
    assert set(ROWS) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_page_tells_the_default(name: str) -> None:
    default = Settings.model_fields[name].default
    if default is None or default == "":
        assert not ROWS[name.upper()].startswith("`") or "HOST" in ROWS[name.upper()]
    else:
        said = int(default) if isinstance(default, bool) else default
        assert ROWS[name.upper()] == f"`{said}`"


def test_the_page_names_every_secret_that_may_be_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(_: SecretFiles, __: object, name: str) -> tuple[None, str, bool]:
        asked.append(name)
        return None, name, False

    monkeypatch.setattr(SecretFiles, "get_field_value", note)
    SecretFiles(Settings)()

    introduction = PAGE.split("\n## ")[0]
    named = set(re.findall(rf"`{PREFIX}([A-Z_]+)`", introduction))
    assert named == {name.upper() for name in asked}
