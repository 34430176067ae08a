"""What holds for the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house import source_rules
from tests.house.source_rules import RULES, Module, Rule, modules_below
from tests.parts import ROOT

# Written in two halves, so that this file passes its own checks.
HOSTS = re.compile("pypi" + r"\.org|python" + r"hosted\.org|npm" + r"js\.(org|com)|js" + r"delivr|un" + r"pkg\.com")
PATHS = re.compile(r"(?<![\w./-])/(?:" + r"work|farm|root|home|tmp)/\w")
UNFINISHED = re.compile("TO" + r"DO\b|FIX" + r"ME\b")

FORBIDDEN = ["registry hosts", "machine paths", "unfinished"]

PACKAGE = ROOT / "src" / "cxsurvey"


def own_files() -> list[Path]:
    """Every text file that git knows and that we wrote: not vendored, not a lock, not the licence."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = [Path(name) for name in listing.stdout.split("\0") if name]
    return [
        ROOT / path
        for path in paths
        if "vendor" not in path.parts
        and path.parts[0] not in {"LICENSE", "requirements"}
        and (ROOT / path).is_file()
        and b"\0" not in (ROOT / path).read_bytes()
    ]


def findings(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in own_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_what_the_run_of_all_tests_leaves_out_has_a_step_of_its_own() -> None:
    planned = subprocess.run(["make", "-n", "sure"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    together, *alone = [line.partition("/pytest ")[2] for line in planned.splitlines() if "/pytest " in line]

    assert re.findall(r"--(?:ignore|deselect)[ =](\S+)", together) == alone
    assert all((ROOT / file).is_file() for file in alone)


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_locks_name_no_address_and_pin_by_hash(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9][^\s=]*==", text, re.MULTILINE)
    assert len(pins) > 3
    assert len(re.findall(r"^[a-z0-9][^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins)


@pytest.mark.parametrize("pattern", [HOSTS, PATHS, UNFINISHED], ids=FORBIDDEN)
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    assert findings(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (HOSTS, "index-url = https://files.python" + "hosted.org/simple"),
        (PATHS, "data lies in /ho" + "me/someone/data"),
        (UNFINISHED, "# TO" + "DO later"),
    ],
    ids=FORBIDDEN,
)
def test_the_search_finds(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_each_record_of_a_decision_has_a_number_of_its_own() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    headings = [int(record.read_text(encoding="utf-8").removeprefix("# ").split(".")[0]) for record in records]
    assert headings == [int(record.name.split("-")[0]) for record in records]
    assert len(set(headings)) == len(headings)


def test_the_source_keeps_every_rule() -> None:
    offences = [
        f"{rule.__name__}: {'/'.join(module.parts)}:{line}: {words}"
        for module in modules_below(PACKAGE)  # each is read, looked at by all rules, and let go
        for rule in RULES
        for line, words in rule(module)
    ]
    assert offences == []


LONG_FUNCTION = "def long():\n" + "    pass\n" * 60
PLANTED = [
    (source_rules.too_long, "web/pages", "x = 1\n" * 501),
    (source_rules.too_long, "web/pages", LONG_FUNCTION),
    (source_rules.commits, "people/service", "def f(session):\n    session.commit()\n"),
    (source_rules.stray_sql, "people/service", "from sqlalchemy.orm import Session\n"),
    (source_rules.stray_sql, "dashboard/pages", "import sqlalchemy\n"),
    (source_rules.foreign_rows, "responses/service", "from cxsurvey.people.models import Person\n"),
    (source_rules.foreign_rows, "responses/service", "from cxsurvey.people import models\n"),
    (source_rules.foreign_rows, "dashboard/pages", "from cxsurvey.people.models import Person\n"),
    (source_rules.impure_scoring, "scoring/nps", "import numpy\n"),
    (source_rules.impure_scoring, "scoring/nps", "from cxsurvey.core import ids\n"),
]
PERMITTED = [
    (source_rules.commits, "core/db/lane", "def f(session):\n    session.commit()\n"),
    (source_rules.stray_sql, "people/queries", "from sqlalchemy import select\n"),
    (source_rules.foreign_rows, "responses/queries", "from cxsurvey.people.models import Person\n"),
    (source_rules.foreign_rows, "people/service", "from cxsurvey.people.models import Person\n"),
    (source_rules.impure_scoring, "scoring/nps", "import math\nfrom cxsurvey.scoring import shares\n"),
]


@pytest.mark.parametrize(("rule", "place", "source"), PLANTED)
def test_a_planted_offence_is_caught(rule: Rule, place: str, source: str) -> None:
    assert list(rule(Module(tuple(place.split("/")), source)))


@pytest.mark.parametrize(("rule", "place", "source"), PERMITTED)
def test_what_is_permitted_passes(rule: Rule, place: str, source: str) -> None:
    assert not list(rule(Module(tuple(place.split("/")), source)))
