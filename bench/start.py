"""How soon `cxsurvey serve` answers after it was started, and what it holds in memory when idle."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from bench.harness import load
from bench.harness.installation import Installation, installed
from bench.harness.telling import Report

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
    report.at_most("megabytes held by the process alone when idle", max(size for _, size in figures), MEGABYTES)
    report.end()


def start_once(here: Installation) -> tuple[float, float]:
    """Seconds to the first response, and megabytes after a survey page was shown."""
    command = [str(Path(sys.executable).with_name("cxsurvey")), "serve"]
    began = time.monotonic()
    process = subprocess.Popen(command, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{here.settings.port}"
    try:
        first_response(f"{base}/livez", began)
        seconds = time.monotonic() - began
        with urlopen(f"{base}/s/{here.survey.code}") as shown:
            shown.read()
        return seconds, private_megabytes(process.pid)
    finally:
        process.terminate()
        process.wait(30)


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
