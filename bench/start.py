"""How soon `cxsurvey serve` answers after it was started, and what it holds when idle again after a little use.

Libraries load what they need when they are first used: a process that has stored nothing yet holds less than any that
serves. So an answer is stored, and a survey, a score and a page of the dashboard are opened, before memory is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.harness import load
from bench.harness.installation import TOKEN, Installation, installed
from bench.harness.telling import Report
from cxsurvey.core.ids import encode

STARTS = 5
SECONDS = 1.5
MEGABYTES = 150.0


def main() -> None:
    """Starts the server several times on the same database."""
    report = Report("Start: from the command to the first response, and idle memory")
    with installed("sqlite", load.free_port()) as here:
        figures = [start_once(here) for _ in range(STARTS)]
    report.note("seconds: " + ", ".join(f"{seconds:.2f}" for seconds, _ in figures))
    report.at_most("seconds to the first response, median", median(seconds for seconds, _ in figures), SECONDS)
    report.at_most(
        "megabytes held by the process alone, idle after first use", max(size for _, size in figures), MEGABYTES
    )
    report.end()


def start_once(here: Installation) -> tuple[float, float]:
    """Seconds to the first response, and megabytes after something of everything was done once."""
    command = [str(Path(sys.executable).with_name("cxsurvey")), "serve"]
    began = time.monotonic()
    process = subprocess.Popen(command, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{here.settings.port}"
    try:
        first_response(f"{base}/livez", began)
        seconds = time.monotonic() - began
        use(base, here)
        return seconds, private_megabytes(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def use(base: str, here: Installation) -> None:
    """Stores one answer and opens what a customer, another system and a manager open first."""
    survey = encode("srv", here.survey.id)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    answer = json.dumps({"survey": survey, "score": 9, "comment": "Quick."}).encode()
    opened = (
        Request(f"{base}/s/{here.survey.code}"),
        Request(f"{base}/api/v1/responses", answer, {**bearer, "Content-Type": "application/json"}),
        Request(f"{base}/api/v1/surveys/{survey}/score", headers=bearer),
        Request(f"{base}/sign-in"),
    )
    for request in opened:
        with urlopen(request) as shown:
            shown.read()


def first_response(url: str, began: float) -> None:
    """Asks until there is an answer, half a minute at most."""
    while time.monotonic() - began < 30:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, ConnectionError):
            time.sleep(0.01)
    raise SystemExit("the server did not answer")


def private_megabytes(process: int) -> float:
    """Memory of a process that it shares with no other."""
    rollup = Path("/proc", str(process), "smaps_rollup").read_text(encoding="ascii")
    kilobytes = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")]
    return sum(kilobytes) / 1024


if __name__ == "__main__":
    if not Path("/proc/self/smaps_rollup").exists():
        raise SystemExit("this measurement reads /proc and needs Linux")
    main()
