"""Misreadings of docs/model.md, each planted in both engines at once: do the stories see them?

``python -m tests.planted`` plants each one in a copy of the package, runs the stories on both
engines (the compiled one as plain Python, which is the same code) and prints which were caught, and
by which story. Words among the arguments choose the misreadings whose names hold them. A misreading
counts as caught when a story of the very sentence it misreads fails, on either engine by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engines import ENGINES
from tests.stories import MODEL, TOLD, gather, modules

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("sim", "tests", "docs/model.md", "scenarios/kinds", "pyproject.toml")
_FOLDERS = {"reference": "sim/engines/reference", "compiled": "sim/engines/compiled"}
_CPU_SECONDS = 10.0
"""A story that takes longer does not end: a fault, too."""

Edit = tuple[str, str, str]
"""File, text that stands there exactly once, text to put in its place."""


@dataclass(frozen=True)
class Misreading:
    """One misreading: its name, the words it misreads, and how it looks in the code."""

    name: str
    quote: str
    edits: tuple[Edit, ...]
    quick: bool = False
    """Whether the test suite plants it too."""


def path_of(file: str) -> str:
    """Return the path of a file named like ``reference/settle`` or ``sim/log.py``."""
    engine, _, rest = file.partition("/")
    return f"{_FOLDERS[engine]}/{rest}.py" if engine in _FOLDERS else file


def plant(misreading: Misreading, root: Path) -> None:
    """Put a misreading into the package below a folder; ValueError if a text does not match."""
    for file, old, new in misreading.edits:
        path = root / path_of(file)
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            found = f"{path_of(file)} holds {text.count(old)} times, not once"
            raise ValueError(f"{misreading.name}: {found}:\n{old}")
        path.write_text(text.replace(old, new), encoding="utf-8")


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """Give a folder with the package and its tests, to be changed at will."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in COPIED:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, target)
        yield root


# --- in the copy: run the stories -----------------------------------------------------------------


@dataclass
class _Watch:
    """Notes which stories fail on which engine; stops those that do not end."""

    failed: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in ENGINES})
    passed: int = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_VIRTUAL, _CPU_SECONDS)
        try:
            yield
        except BaseException as error:
            engine = item.callspec.params["engine"]
            name = f"{item.module.__name__.rpartition('.')[2]}.{item.function.__qualname__}"
            self.failed[engine].append(name)
            if not isinstance(error, Exception):
                raise
        else:
            self.passed += 1
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_long(*_: object) -> None:
    raise TimeoutError("does not end")


def run_stories() -> None:
    """Run all stories here and print in JSON what failed."""
    signal.signal(signal.SIGVTALRM, _too_long)
    watch = _Watch()
    files = [name.replace(".", "/") + ".py" for name in modules()]
    quiet = ("-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "--no-header", "-m", "story")
    with open(os.devnull, "w") as nowhere:
        stdout, sys.stdout = sys.stdout, nowhere
        code = pytest.main([*quiet, *files], plugins=[watch])
        sys.stdout = stdout
    print(json.dumps({"code": int(code), "passed": watch.passed, "failed": watch.failed}))


# --- from outside ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What the stories said of one misreading."""

    misreading: Misreading | None
    passed: int
    failed: dict[str, list[str]]
    trouble: str = ""

    def own(self, engine: str) -> list[str]:
        """Return the stories of the misread words that fail on an engine."""
        assert self.misreading is not None
        tellers = MODEL.tellers(self.misreading.quote, TOLD)
        return sorted({name for name in self.failed[engine] if name in tellers})

    @property
    def caught(self) -> bool:
        return not self.trouble and all(self.own(engine) for engine in ENGINES)


def judge(misreading: Misreading | None) -> Verdict:
    """Run the stories with a misreading planted; with None as everything stands."""
    with copy_of_the_project() as root:
        if misreading is not None:
            plant(misreading, root)
        environment = os.environ | {
            "NUMBA_DISABLE_JIT": "1",
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.planted", "--run-stories"],
            cwd=root, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    last = done.stdout.splitlines()[-1] if done.stdout.strip() else ""
    if not last.startswith("{"):
        return Verdict(misreading, 0, {}, done.stderr.strip() or done.stdout)
    said = json.loads(last)
    trouble = "" if said["code"] in (0, 1) else f"pytest ended with {said['code']}"
    return Verdict(misreading, said["passed"], said["failed"], trouble)


def told(verdict: Verdict) -> str:
    """Return a verdict in words."""
    assert verdict.misreading is not None
    lines = [f"{'caught' if verdict.caught else 'MISSED'}  {verdict.misreading.name}"]
    if verdict.trouble:
        return "\n".join([*lines, verdict.trouble])
    if verdict.caught:
        first = sorted(set(verdict.own("reference")) & set(verdict.own("compiled")))
        return f"{lines[0]}\n        by {(first or verdict.own('reference'))[0]}"
    for engine in sorted(ENGINES):
        own, all_of_them = verdict.own(engine), sorted(set(verdict.failed[engine]))
        lines.append(f"        {engine}: {', '.join(own or ['no story of its words'])}")
        if not own:
            lines.append(f"        others: {', '.join(all_of_them[:5]) or 'none'}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the misreadings chosen; return 1 if one is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("words", nargs="*", help="only misreadings whose names hold all of these")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--run-stories", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.run_stories:
        run_stories()
        return 0
    gather()
    chosen = [one for one in MISREADINGS if all(word in one.name for word in asked.words)]
    control = judge(None)
    if control.trouble or any(control.failed.values()) or not control.passed:
        print(f"The stories fail with nothing planted:\n{control}", file=sys.stderr)
        return 1
    missed = 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        for verdict in pool.map(judge, chosen):
            missed += not verdict.caught
            print(told(verdict), flush=True)
    print(f"\n{len(chosen)} misreadings in both engines, {missed} missed; ", end="")
    print(f"{control.passed // len(ENGINES)} stories on each engine.")
    return 1 if missed else 0


# --- the misreadings ------------------------------------------------------------------------------


def misreading(name: str, quote: str, *edits: Edit, quick: bool = False) -> None:
    """Add a misreading to the list."""
    MISREADINGS.append(Misreading(name, quote, edits, quick))


MISREADINGS: list[Misreading] = []

misreading(
    "lists serve the last listed first",
    "Rank on a list: priority of class, then time of listing",
    ("reference/people", "return priority, self.ranks_from,", "return priority, -self.ranks_from,"),
    (
        "compiled/ranks",
        'left["ranks_from"] < right["ranks_from"]',
        'left["ranks_from"] > right["ranks_from"]',
    ),
    quick=True,
)

misreading(
    "who only waits for a locked set is locked too",
    "A service that only waits for locked ones is not locked.",
    (
        "reference/settle",
        "return {number for number in stuck if number in _waited_for(world, number, stuck)}",
        "return set(stuck)",
    ),
    (
        "compiled/settle",
        'return bool(sites[service]["is_reached"] != UNSEEN)',
        "return True",
    ),
)


if __name__ == "__main__":
    from tests import planted

    sys.exit(planted.main())
