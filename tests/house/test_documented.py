"""What other systems and operators meet is documented, and what is documented is there."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

import cxsurvey
from cxsurvey import wiring
from cxsurvey.accounts.audit_words import ACTIONS
from cxsurvey.cli import app
from cxsurvey.core import metrics
from cxsurvey.core.command import RULES
from cxsurvey.core.errors import Refusal
from cxsurvey.core.events import Event
from cxsurvey.web.errors import STATUS
from tests.parts import ROOT

DOCS = ROOT / "docs"
API = "\n".join(path.read_text() for path in (DOCS / "api.md", *sorted((DOCS / "api").glob("*.md"))))
SOURCE = Path(inspect.getfile(cxsurvey)).parent
NAMES_A_RULE = {
    "PydanticCustomError": 0,
    "says": 0,
    "FieldProblem": 1,
    "ParameterProblem": 1,
    "_invalid": 1,
    "_about_key": 0,
    "_about_match": 0,
}
"""Calls that name a rule, and the place of the rule among their arguments."""
Nodes = list[ast.ClassDef | ast.Call]
RECORDERS = {"record", "record_in", "about_user", "_record", "_changed", "note"}
"""Calls that hand a word to the audit log."""


@pytest.fixture(scope="module")
def nodes() -> Nodes:
    """All classes and calls of the source, in which the tests look for what must be documented."""
    trees = [ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.Call)]


def called(call: ast.Call) -> str:
    """The name of what is called, without that of whose it is."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def first_column(text: str, heading: str) -> list[str]:
    """The words in the first column of the tables whose head begins with `heading`."""
    found: list[str] = []
    for table in re.findall(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE):
        found += re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    return [word.strip("`") for cell in found for word in re.findall(r"`[^`]+`", cell)]


def codes_in_source(nodes: Nodes) -> set[str]:
    """The codes of all refusals and faults but the base class, which nobody raises."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            found |= {
                str(each.value.value)
                for each in node.body
                if isinstance(each, ast.Assign)
                and isinstance(each.targets[0], ast.Name)
                and each.targets[0].id == "code"
                and isinstance(each.value, ast.Constant)
            }
        elif isinstance(node.func, ast.Name) and node.func.id == "Fault":
            found |= {str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant)}
    return found


def rules_in_source(nodes: Nodes) -> set[str]:
    """The rules that fields can break, apart from codes of refusals about one field."""
    found = {rule for rule, _ in RULES.values()}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            continue
        place = NAMES_A_RULE.get(called(node))
        if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
            found.add(node.args[place].value)  # type: ignore[attr-defined]
    return found


def words_recorded(nodes: Nodes) -> set[str]:
    """Every word that any module hands to the audit log."""
    words = {"response.voided", "response.restored"}  # put together from the kind of a judgement
    for node in nodes:
        if isinstance(node, ast.Call) and called(node) in RECORDERS:
            texts = {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            words |= {text for text in texts if "." in text}
            if ast.unparse(node.func) in {"audit.record", "_record"}:
                words |= {str(one.value) for one in node.args[1:2] if isinstance(one, ast.Constant)}
    return words


def test_every_code_is_documented_once_and_no_other(nodes: Nodes) -> None:
    documented = first_column(API, "code")
    assert sorted(documented) == sorted(codes_in_source(nodes))


def kinds_of_refusal(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in refusal.__subclasses__():
        yield kind
        yield from kinds_of_refusal(kind)


def test_every_code_is_documented_with_its_status() -> None:
    for found in pkgutil.walk_packages(cxsurvey.__path__, "cxsurvey."):
        importlib.import_module(found.name)
    answered: dict[str, set[str]] = {}
    for refusal in kinds_of_refusal(Refusal):
        answered.setdefault(refusal.code, set()).add(str(STATUS[refusal.kind]))
    documented = re.findall(r"^\| `([a-z_]+)` \| ([0-9, ]+) \|", API, re.MULTILINE)
    assert {code: set(told.split(", ")) for code, told in documented if code in answered} == {
        code: statuses for code, statuses in answered.items() if code in dict(documented)
    }


def test_every_rule_is_documented_once_and_no_other(nodes: Nodes) -> None:
    documented = first_column((DOCS / "api" / "rules.md").read_text(), "rule")
    assert sorted(documented) == sorted(rules_in_source(nodes))


def kinds_of(event: type[Event]) -> Iterator[type[Event]]:
    for kind in event.__subclasses__():
        if kind.__module__.startswith("cxsurvey."):
            yield kind
        yield from kinds_of(kind)


def test_every_event_is_documented_with_its_fields() -> None:
    assert wiring.TABLE_MODULES  # every module with events is loaded
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", (DOCS / "events.md").read_text(), re.MULTILINE)
    documented = {name: re.findall(r"`(\w+)`", told) for name, told in rows}
    assert documented == {
        kind.__name__: [each.name for each in fields(kind) if each.name != "workspace_id"] for kind in kinds_of(Event)
    }


def commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not hasattr(group, "commands"):
        yield " ".join(path), group
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app), ("cxsurvey",)))
SECTION = re.compile(r"^## (cxsurvey [a-z -]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall((DOCS / "commands.md").read_text()))


def test_every_command_has_a_section_and_no_other() -> None:
    assert list(SECTIONS) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_section_names_every_option_and_no_other(name: str) -> None:
    options: list[str] = []
    for parameter in COMMANDS[name].params:
        is_argument = parameter.param_type_name == "argument"
        options += [parameter.name.upper()] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    assert first_column(SECTIONS[name], "option") == options


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_uses_options_that_there_are(name: str) -> None:
    known = {option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
    for example in re.findall(r"^```sh\n(.*?)```", SECTIONS[name], re.MULTILINE | re.DOTALL):
        assert name in example
        assert set(re.findall(r"(?<= )--[a-z-]+", example)) <= known


def test_every_metric_is_documented_and_no_other() -> None:
    metrics.watch_queue(dict)
    metrics.watch_jobs(dict)
    counted = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in metrics.registry.collect()
        if family.name.startswith("cxsurvey_")
    }
    documented = {re.sub(r"\{.*", "", word) for word in first_column((DOCS / "operate.md").read_text(), "metric")}
    assert documented == counted


def test_every_measurement_is_documented_and_no_other() -> None:
    there = {f"python -m bench.{path.stem}" for path in (ROOT / "bench").glob("[a-z]*.py")}
    assert set(first_column((DOCS / "bench.md").read_text(), "command")) == there


def test_every_word_that_is_recorded_has_a_sentence_and_no_sentence_is_left_over(
    nodes: Nodes,
) -> None:
    assert words_recorded(nodes) == set(ACTIONS)


PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text()):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(file), f"{target}#{anchor} is not there"
