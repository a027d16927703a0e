"""Every run ends, and leaves no process behind: the README's command again and again.

``python -m tests.ends`` runs it 30 times with nothing else to do and 30 times beside 8 busy
processes, and says which runs did not end. It ends with 1 if any did not, or left a process. The
tests do the same with a small scenario, inside one process.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "sim", "run", "scenarios/paris.yaml", "--workers", "2")
TIMES, BUSY, SECONDS = 30, 8, 600


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep so many processes busy in this block."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def of_session(session: int) -> list[int]:
    """Return the processes of a session that are still there (where there is /proc)."""
    rows = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            rows.append(int(entry.name))
    return rows


def left_behind(session: int, seconds: float = 60) -> list[int]:
    """Return what is still there of a session whose first process has ended.

    Helpers of Python itself (the fork server) end just after it, whenever they get their turn.
    """
    until = time.monotonic() + seconds
    while (left := of_session(session)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def fault_of(command: tuple[str, ...], seconds: float, folder: str) -> str:
    """Run a command; return what went wrong, "" if it ended well and left no process."""
    out = ("--out", folder)
    with subprocess.Popen(
        [*command, *out], cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"did not end within {seconds:.0f} s"
    if left := left_behind(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
        return f"left {len(left)} processes behind"
    return "" if code == 0 else f"ended with {code}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="waited for one run")
    parser.add_argument("command", nargs="*", default=COMMAND, help="the README's, if none")
    asked = parser.parse_args()
    faults = 0
    for busy in (0, BUSY):
        with load(busy), tempfile.TemporaryDirectory() as folder:
            for turn in range(asked.times):
                begin = time.monotonic()
                fault = fault_of(tuple(asked.command), asked.seconds, folder)
                faults += bool(fault)
                seconds = time.monotonic() - begin
                print(f"beside {busy} busy: {turn + 1}  {seconds:.1f} s  {fault}", flush=True)
    print(f"{faults} of {2 * asked.times} runs did not end well")
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
