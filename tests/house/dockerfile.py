"""The Dockerfile, read so far that its steps can be carried out without Docker, in a folder of the test."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.parts import ROOT

NEEDS_ROOT = ("useradd", "install -d -o")


@dataclass(frozen=True)
class Step:
    """One instruction: its word, and the rest of it with continued lines joined."""

    word: str
    text: str


@dataclass(frozen=True)
class Image:
    """What the steps made: where the folders of the image lie here, and how the container starts and is asked."""

    root: Path
    environment: dict[str, str]
    command: list[str]
    health: str

    @property
    def programs(self) -> Path:
        return self.root / "opt" / "cxsurvey" / "bin"


def stages() -> list[list[Step]]:
    """The instructions of each stage, in order."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    steps = [Step(*line.split(maxsplit=1)) for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]
    starts = [place for place, step in enumerate(steps) if step.word == "FROM"]
    return [steps[start:end] for start, end in zip(starts, [*starts[1:], len(steps)], strict=True)]


def build(root: Path) -> Image:
    """Carries out both stages below `root`, which stands for the root of the image."""
    building, final = stages()
    folder = root / "build"
    folder.mkdir(parents=True)
    for step in building:
        if step.word == "COPY":
            *sources, target = step.text.split()
            for source in sources:
                _copy(ROOT / source, folder / target / source if target == "./" else folder / target)
        elif step.word == "RUN":
            _run(_moved(step.text, root), folder)
    (root / "data").mkdir(mode=0o700)
    environment: dict[str, str] = {}
    for step in final:
        if step.word == "RUN":
            assert all(part.strip().startswith(NEEDS_ROOT) for part in step.text.split("&&")), step.text
        elif step.word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in _moved(step.text, root).split())
    said = {step.word: step.text for step in final}
    return Image(root, environment, json.loads(said["CMD"]), said["HEALTHCHECK"].partition(" CMD ")[2])


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _moved(text: str, root: Path) -> str:
    """A step with the folders of the image below `root`."""
    return re.sub(r"(?<![\w.])/(opt/cxsurvey|data)", rf"{root}/\1", text)


def _run(command: str, folder: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HOME", "SSL_"))}
    # `python` is the one that runs the tests, as the image has one of its own
    # what is never run need not be compiled
    kept["PIP_COMPILE"] = "0"
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    subprocess.run(["sh", "-euc", command], cwd=folder, env={**kept, "PATH": path}, check=True, timeout=280)
