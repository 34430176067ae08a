"""Load on loopback by wrk, bounded in time, from prepared requests."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from bench.harness.installation import Installation

CONNECTIONS = 64

SCRIPT = """
local bodies, headers, position = {}, {}, 0
function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  position = tonumber(args[2])
  for i = 3, #args, 2 do headers[args[i]] = args[i + 1] end
end
function request()
  position = position + 1
  headers["Idempotency-Key"] = args_keyed and ("key-" .. position) or nil
  if bodies[position] == nil then position = 1 end
  return wrk.format("POST", nil, headers, bodies[position])
end
"""


@dataclass(frozen=True)
class Result:
    """What one run of the load saw."""

    per_second: float
    answered: int
    refused: int
    p99: str


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(installation: Installation) -> Iterator[str]:
    """The measured server on the first core; the load takes the second."""
    command = [*on_core(0), sys.executable, "-m", "bench.harness.app"]
    process = subprocess.Popen(command, env=installation.environment)
    base = f"http://127.0.0.1:{installation.settings.port}"
    try:
        _wait_for(f"{base}/readyz")
        yield base
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"the server did not answer at {url}")


def on_core(core: int) -> list[str]:
    """The beginning of a command that keeps a process on one core, where that is possible."""
    return ["taskset", "-c", str(core)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def get(url: str, seconds: int = 3) -> Result:
    """GETs of one page."""
    return _run([url], seconds)


def post(
    url: str,
    bodies: Path,
    skip: int,
    headers: Sequence[str],
    *,
    keyed: bool = False,
    seconds: int = 3,
    connections: int = CONNECTIONS,
) -> Result:
    """POSTs of prepared bodies, each line of the file once, beginning after `skip`.

    `headers` are names and values in turn; `keyed` adds an Idempotency-Key that is new for each.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT.replace("args_keyed and", "true and" if keyed else "false and"))
        script.flush()
        return _run(["-s", script.name, url, "--", str(bodies), str(skip), *headers], seconds, connections)


def _run(arguments: Sequence[str], seconds: int, connections: int = CONNECTIONS) -> Result:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    command = [*on_core(1), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    return read(output)


def read(output: str) -> Result:
    """What wrk has printed at its end."""
    total = int(_find(r"(\d+) requests in", output))
    refused = int(_find(r"Non-2xx or 3xx responses: (\d+)", output, "0"))
    return Result(
        float(_find(r"Requests/sec:\s+([\d.]+)", output)),
        total - refused,
        refused,
        _find(r"(?m)^ +99% +(\S+)$", output),
    )


def _find(pattern: str, text: str, default: str | None = None) -> str:
    found = re.search(pattern, text)
    if found is None and default is None:
        raise SystemExit(f"wrk said:\n{text}")
    return found.group(1) if found else str(default)
