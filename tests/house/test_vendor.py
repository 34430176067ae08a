"""Vendored files are exactly what was published, and each brings its licence."""

import hashlib
import json
from typing import TypedDict

import pytest

from tests.parts import ROOT

FOLDERS = (ROOT / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")
MANIFEST = ROOT / "static" / "vendor" / "manifest.json"
LICENCE_WORDS = {
    "Apache-2.0": "Apache License",
    "MPL-2.0": "Mozilla Public License, version 2.0",
    "OFL-1.1": "SIL OPEN FONT LICENSE Version 1.1",
}


class File(TypedDict):
    file: str
    sha256: str


class Package(TypedDict):
    name: str
    version: str
    licence: str
    source: str
    files: list[File]
    licence_files: list[File]


PACKAGES: list[Package] = json.loads(MANIFEST.read_text())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_files_are_unchanged(package: Package) -> None:
    for entry in package["files"] + package["licence_files"]:
        content = (ROOT / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_the_licence_stands_beside_the_files(package: Package) -> None:
    texts = [(ROOT / entry["file"]).read_text() for entry in package["licence_files"]]
    assert any(LICENCE_WORDS[package["licence"]] in text for text in texts)
    folders = {(ROOT / entry["file"]).parent for entry in package["files"] + package["licence_files"]}
    assert len(folders) == 1


def test_the_manifest_names_every_vendored_file() -> None:
    listed = {entry["file"] for package in PACKAGES for entry in package["files"] + package["licence_files"]}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    assert found == listed


def test_versions_and_sources_are_named() -> None:
    assert all(package["version"] and package["source"].startswith("npm ") for package in PACKAGES)
