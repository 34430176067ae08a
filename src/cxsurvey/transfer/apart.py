"""Reads a workbook in a process of its own, which gets so much memory and so much time and no more.

A few kilobytes can unpack to millions of cells, and what their reader makes of them cannot be foreseen. Here it costs
no customer an answer: the memory is not the server's, nor is the interpreter.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

from cxsurvey.transfer import xlsx
from cxsurvey.transfer.errors import FileTooLarge, FileUnreadable

MOST_MEMORY: Final = 512 * 1024 * 1024
"""Bytes of address space, of which the reader itself takes about 30 MB."""
MOST_SECONDS: Final = 60
"""Of one processor."""
LONGEST_WAIT: Final = 300
"""Seconds on the clock, where the machine has no time for it."""
NICENESS: Final = 10
OUT_OF_MEMORY: Final = 3
COSTLY: Final = "Reading this workbook takes more memory or time than a workbook may take. Save the sheet as CSV."
REFUSALS: Final = {refusal.code: refusal for refusal in (FileUnreadable, FileTooLarge)}


def write_table(path: Path, sheet: str | None, target: Path) -> tuple[tuple[str, ...], str]:
    """Writes a sheet, the first if none is named, as `xlsx.write_table` does; gives all sheets and the one it was.

    Raises `FileUnreadable`, or `FileTooLarge` also for what takes too long or too much.
    """
    wish = {"path": str(path), "sheet": sheet, "target": str(target), "memory": MOST_MEMORY, "seconds": MOST_SECONDS}
    command = [sys.executable, "-I", "-m", "cxsurvey.transfer.apart"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and nothing of the file in its arguments
            command, input=json.dumps(wish).encode(), stdout=subprocess.PIPE, timeout=LONGEST_WAIT, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileTooLarge(COSTLY) from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        raise FileTooLarge(COSTLY)
    done.check_returncode()
    told: dict[str, Any] = json.loads(done.stdout)
    if "code" in told:
        raise REFUSALS[told["code"]](told["text"])
    return tuple(told["sheets"]), told["sheet"]


def main() -> int:
    """What the other process does: reads a wish from its input and answers it on its output."""
    wish = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (wish["memory"], wish["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (wish["seconds"], wish["seconds"] + 1))
    os.nice(NICENESS)
    # the reader would import it where it happens to be installed: most of the time a small file takes, and 120 MB
    sys.modules["numpy"] = cast("ModuleType", None)
    try:
        told = _written(Path(wish["path"]), wish["sheet"], Path(wish["target"]))
    except MemoryError:
        return OUT_OF_MEMORY
    except (FileUnreadable, FileTooLarge) as refusal:
        told = {"code": refusal.code, "text": refusal.text}
    json.dump(told, sys.stdout)
    return 0


def _written(path: Path, sheet: str | None, target: Path) -> dict[str, Any]:
    xlsx.check(path)
    names = xlsx.sheets(path)
    if not names:
        raise FileUnreadable("The workbook has no sheet with cells.")
    chosen = names[0] if sheet is None else sheet
    xlsx.write_table(path, chosen, target)
    return {"sheets": names, "sheet": chosen}


if __name__ == "__main__":
    try:
        status = main()
    except MemoryError:  # also while another error was being looked at, which takes memory too
        os._exit(OUT_OF_MEMORY)
    sys.exit(status)
