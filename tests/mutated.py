"""Broken files by the thousand: each is read or refused at its line, soon and in little room.

``python -m tests.mutated`` makes 10,000 files out of those of the project: keys deleted, doubled
and swapped, values of other types, extreme numbers, odd characters, lines and bytes lost. Each is
checked as ``maraude check`` does, or loaded as a sweep; what was read is also written in full and
read again. Prints what is wrong and ends with 1 if anything is: an exception that is no refusal, a
refusal without its place, more than 10 s of processor or 2 GB of memory.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS = 10
"""Processor time of one file."""
GIGABYTES = 2
"""Memory of a worker."""
PROJECT = Path(__file__).parent.parent
SIMULATED_SECONDS = 2.0

Random = random.Random

# ------------------------------------------------------------------------ values

NUMBERS = (
    "0", "-1", "1", "1e308", "1e999", "-1e999", "9" * 400, "1e-320", "0.1", "1.000", "20.000",
    "1,5", "1_000", "0x1F", "0o17", ".inf", "-.inf", ".nan", "NaN", "2147483648", "4294967296",
    "9223372036854775808", "1e15", "1e9", "999999999", "3.14159", "-0.0", "+20", "\u00b2", "\u0663",
    "1 000", "1\u202f000", "1e5000", "5000000000", "0.0000001", "100000", "73001", "36500",
)  # fmt: skip
UNITS = (
    "", "", " %", " days", " months", " years", " min", " h", " seconds", " per day", " per year",
    " per week", " % per year", " per second", " EUR", " \u20ac", " mois", " par an", " per", "%%",
)  # fmt: skip
WORDS = (
    "", " ", "none", "all", "unlimited", "always", "never", "street", "left", "died", "housed",
    "true", "null", "~", "yes", "<<", "*a", "&a", "!!python/object:os.system", "---", "...",
    "%YAML",
    "mon-fri 09:00-17:00", "sun 24:00-00:00", "every day 23:59-00:01", "lun-ven", "mon", "08:30",
    "2024-01-01", "0001-01-01", "9999-12-31", "2024-02-30", "31/12/2024", "1900-01-01",
    "assumed", "observed", "places", "drop-in", "outreach", "overnight", "fixed", "gamma", "erlang",
    "lognormal", "weibull", "uniform", "triangular", "empirical", "at the end", "at admission",
    "equilibrium", "full", "street nights within 2 %", "x" * 5000, "=1+1", "@a", "a.b", "a[0]",
    "\u00e9", "e\u0301", "\u200b", "\u00a0", "\ufeff", "\U0001f600", "\u202e", "\0", "\x1b[2J",
    "\ud800", "\u2019", "\u201cx\u201d", "\u2013 x", "\u00e9" * 200, "\\", "'", '"', "#", "{", "}",
    "[", "]", ": ",
)  # fmt: skip

FLOODS = (
    "[", "{", "- ", "? ", "'", '"', "\\", ",", ":", ": ", "1,", "1,2, ", "1 ", "x\n", "x: 1\n",
    "!", "&", "*", "\t", " ", "\n", "#", "%", "mon,", " within", "a.", "&a [*a, ",
    "{<<: *a, ", "\u00a0", "9", "_", "a_", ": '",
)  # fmt: skip


def value(chance: Random) -> Any:
    """Return any value: a number with a unit, a word, a list, a mapping, nothing."""
    kind = chance.randrange(12)
    if kind < 5:
        return chance.choice(NUMBERS) + chance.choice(UNITS)
    if kind < 8:
        return chance.choice(WORDS)
    made: list[Callable[[], Any]] = [
        lambda: chance.choice([None, True, False, 0, -1, 2**63, 10**400, 1e300, 1.5, []]),
        lambda: [value(chance) for _ in range(chance.randrange(4))],
        lambda: {str(value(chance)): value(chance) for _ in range(chance.randrange(4))},
        lambda: quantity(chance),
    ]
    return made[kind - 8]()


def quantity(chance: Random) -> Any:
    """Return something like a quantity or a law, its parts anything."""

    def quantity_or_days() -> Any:
        return chance.choice(NUMBERS) + chance.choice(UNITS) if chance.random() < 0.8 else "5 days"

    families = ("fixed", "exponential", "gamma", "erlang", "weibull", "lognormal", "uniform",
                "triangular", "empirical")  # fmt: skip
    forms: list[Any] = [
        {
            "value": quantity_or_days(),
            "status": "assumed",
            "range": [quantity_or_days(), quantity_or_days()],
        },
        {
            "calendar": {
                "2020-01-01": quantity_or_days(),
                chance.choice(WORDS): quantity_or_days(),
            },
            "between": "ramp",
        },
        {
            "calendar": {
                "2020-01-01": quantity_or_days(),
                "2024-06-01": {"weekly": {"mon": quantity_or_days()}},
            }
        },
        {
            "weekly": {
                "mon-fri": quantity_or_days(),
                chance.choice(WORDS): quantity_or_days(),
                "otherwise": quantity_or_days(),
            }
        },
        {"weekly": {"mon-fri": quantity_or_days(), "sat-sun": quantity_or_days()}},
        {"family": chance.choice(families), "mean": quantity_or_days(), "cv": quantity_or_days()},
        {
            "family": chance.choice(families),
            "mean": quantity_or_days(),
            "shape": quantity_or_days(),
            "phases": quantity_or_days(),
        },
        {
            "family": chance.choice(families),
            "low": quantity_or_days(),
            "mode": quantity_or_days(),
            "high": quantity_or_days(),
        },
        {"family": "empirical", "values": [quantity_or_days() for _ in range(chance.randrange(4))]},
        {
            "family": chance.choice(families),
            "mean": quantity_or_days(),
            "sd": quantity_or_days(),
            "range": [quantity_or_days(), quantity_or_days()],
        },
    ]
    return chance.choice(forms)


# ---------------------------------------------------------------------- structure


def places_in(data: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of plain data."""
    rows: list[tuple[Any, Any]] = []
    stack = [data]
    while stack:
        where = stack.pop()
        items = list(where.items()) if isinstance(where, dict) else list(enumerate(where))
        for key, item in items:
            rows.append((where, key))
            if isinstance(item, dict | list):
                stack.append(item)
    return rows


def change_structure(chance: Random, data: Any) -> None:
    """Change one thing in plain data."""
    where = places_in(data)
    if not where:
        return
    place, key = chance.choice(where)
    there, other = chance.choice(where)
    kind = chance.randrange(9)
    if kind == 0:
        del place[key]
    elif kind == 1:
        copies = json.dumps(place[key]), json.dumps(there[other])
        place[key], there[other] = json.loads(copies[1]), json.loads(copies[0])
    elif kind == 2 and isinstance(place, dict):
        place[str(value(chance)) if chance.random() < 0.5 else str(other)] = place.pop(key)
    elif kind == 3 and isinstance(place, dict):
        place[chance.choice(WORDS) if chance.random() < 0.5 else str(other)] = value(chance)
    elif kind == 4 and isinstance(place, list):
        place += [place[key]] * chance.choice([1, 2, 300])
    elif kind == 5 and isinstance(place[key], dict):
        place[key] = list(place[key].values())
    elif kind == 6 and isinstance(place[key], str):
        place[key] = _other_number(chance, place[key])
    else:
        place[key] = value(chance)


def _other_number(chance: Random, text: str) -> str:
    """Return a text with its first number replaced, its unit kept."""
    return re.sub(r"\d[\d .]*\d|\d", lambda _: chance.choice(NUMBERS), text, count=1)


def change_mildly(chance: Random, data: Any, others: dict[Any, list[Any]]) -> None:
    """Change one thing in plain data to something that may well stand there."""
    where = [(place, key) for place, key in places_in(data) if key != "kind"]
    if not where:
        return
    item, key = chance.choice(where)
    kind = chance.randrange(6)
    if kind == 0 and isinstance(item, dict):
        del item[key]
    elif kind < 3 and others.get(key):
        item[key] = json.loads(chance.choice(others[key]))
    elif kind == 3 and isinstance(item[key], int | float | str):
        times = chance.choice([0, 0.001, 0.5, 3, 1000, 1_000_000])
        item[key] = _times(item[key], times)
    elif kind == 4 and isinstance(item, dict) and isinstance(item.get("kind"), str):
        added = chance.choice([name for name in others if isinstance(name, str)])
        item[added] = json.loads(chance.choice(others[added]))
    else:
        item[key] = quantity(chance)


def _times(written: Any, times: float) -> Any:
    if isinstance(written, str):
        return re.sub(
            r"[0-9]+(\.[0-9]+)?", lambda each: f"{float(each[0]) * times:.4f}", written, count=1
        )
    return written * times if not isinstance(written, bool) else written


def values_by_key(datas: list[Any]) -> dict[Any, list[Any]]:
    """Return the values that stand under each key in any file, as JSON."""
    by_name: dict[Any, list[Any]] = {}
    for data in datas:
        for where, key in places_in(data):
            if isinstance(key, str):
                by_name.setdefault(key, []).append(json.dumps(where[key]))
    return by_name


# --------------------------------------------------------------------------- text


def change_text(chance: Random, text: str) -> str:
    """Return a text with one thing changed: a line, a character, its end."""
    lines = text.split("\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(11)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[at])
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif kind == 3:
        lines[at] = chance.choice(["  ", " ", "\t", "\u00a0\u00a0", "- ", "\u2013 "]) + lines[at]
    elif kind == 4:
        lines[at] = lines[at].replace(": ", chance.choice([":", ":\u00a0", ": #", ": &a ", ": *a"]))
    elif kind == 5:
        lines[at] = _other_number(chance, lines[at])
    elif kind == 6:
        return text[: chance.randrange(len(text) + 1)]
    elif kind == 7 and chance.random() < 0.3:
        place = chance.randrange(len(text) + 1)
        return text[:place] + chance.choice(FLOODS) * chance.choice([30, 3000]) + text[place:]
    elif kind == 7:
        word, new = chance.choice(re.findall(r"\w+", text) or ["x"]), chance.choice(WORDS)
        return text.replace(word, new, 1)
    else:
        place = chance.randrange(len(text) + 1)
        new = chance.choice([chance.choice(WORDS), chr(chance.randrange(0x250)), "\n", ",", ":"])
        return text[:place] + new + text[place + chance.randrange(3) :]
    return "\n".join(lines)


def change_bytes(chance: Random, raw: bytes) -> bytes:
    """Return bytes with some of them changed."""
    changed = bytearray(raw)
    for _ in range(chance.choice([1, 1, 5, 100])):
        place = chance.randrange(len(changed) + 1)
        kind = chance.randrange(3)
        if kind == 0:
            changed[place : place + chance.randrange(1, 9)] = b""
        elif kind == 1:
            changed[place:place] = chance.randbytes(chance.randrange(1, 5))
        else:
            changed[place : place + 1] = chance.randbytes(1)
    return bytes(changed)


def mutated(chance: Random, raw: bytes, data: Any, others: dict[Any, list[Any]]) -> bytes:
    """Return a file with something changed; half of them so mildly that it may still be read."""
    kind = chance.randrange(-20, 20)
    times = chance.choice([1, 1, 2, 4])
    if kind < 10:
        copy = json.loads(json.dumps(data))
        for _ in range(times):
            if kind >= 0:
                change_structure(chance, copy)
        if kind < 0:
            change_mildly(chance, copy, others)
        indent = chance.choice([None, 1])
        text = json.dumps(copy, ensure_ascii=chance.random() < 0.3, indent=indent)
        return text.encode("utf-8", "surrogatepass")
    if kind < 18:
        text = raw.decode("utf-8")
        for _ in range(times):
            text = change_text(chance, text)
        encoding = chance.choice(["utf-8"] * 20 + ["utf-16", "cp1252", "utf-8-sig"])
        return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")
    if kind == 18:
        return change_bytes(chance, raw)
    return chance.randbytes(chance.randrange(300)) if chance.random() < 0.3 else raw[: -times * 7]


# ---------------------------------------------------------------------- one file


@dataclass(frozen=True, slots=True)
class Ended:
    """How one file ended: ``read``, ``refused``, or what is wrong."""

    number: int
    how: str
    seconds: float = 0.0


class _TooLong(BaseException):
    """The processor time of one file is over."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise ``_TooLong`` in a block that takes more processor time.

    On a loaded machine the timer of the system may ring too early: then it is wound up again.
    """
    end = time.process_time() + seconds

    def ring(number: int, frame: FrameType | None) -> None:
        left = end - time.process_time()
        if left <= 0:
            raise _TooLong
        signal.setitimer(signal.ITIMER_PROF, left + 0.1)

    usual = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, usual)


@dataclass(frozen=True, slots=True)
class Originals:
    """The files of the project that are broken, in a folder; each with its bytes and content."""

    files: list[tuple[Path, bytes, Any]]
    others: dict[Any, list[Any]]

    @classmethod
    def copied(cls, folder: Path) -> Originals:
        """Copy them into a folder."""
        from sim.scenarios.source import read_source

        shutil.copytree(PROJECT / "scenarios", folder / "scenarios")
        shutil.copytree(PROJECT / "tests" / "support" / "refused" / "base", folder / "base")
        files = sorted(folder.rglob("*.yaml"))
        rows = [(path, path.read_bytes(), read_source(path, path.name).data) for path in files]
        return cls(rows, values_by_key([data for _, _, data in rows]))

    def broken(self, seed: int, number: int) -> tuple[Path, bytes]:
        """Return a broken file and where it stands: beside the one it was made from."""
        chance = Random(f"{seed} {number}")
        weights = [0.3 if "paris" in raw.decode().lower() else 1 for _, raw, _ in self.files]
        path, raw, data = chance.choices(self.files, weights)[0]
        return path.with_name(f"mutated-{number}.yaml"), mutated(chance, raw, data, self.others)


def judged(path: Path, simulate: bool = False) -> str:
    """Return how a file is taken: ``read``, ``refused``, or what is wrong."""
    from sim.core.errors import ScenarioError

    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return _checked(path, simulate)
    except ScenarioError as error:
        return _refused_well(error)
    except MemoryError:
        return f"more than {GIGABYTES} GB of memory"
    except Exception:
        return traceback.format_exc()


def _checked(path: Path, simulate: bool) -> str:
    from sim.cli.check import check
    from sim.plan.build import plan_of
    from sim.scenarios.loading import is_sweep, load
    from sim.scenarios.resolved import resolved_yaml
    from sim.scenarios.source import read_source
    from sim.sweeps.load import load_sweep

    if is_sweep(read_source(path, path.name).data):
        sweep = load_sweep(path)
        for number in {1, len(sweep)}:
            sweep.point(number)
        return "read"
    scenario = load(path)
    plan = plan_of(scenario)
    for lang in ("fr", "en"):
        check.main([str(path), "--lang", lang], standalone_mode=False)
    again = path.with_name(f"again-{path.name}")
    again.write_text(resolved_yaml(scenario), encoding="utf-8")
    try:
        if load(again) != scenario:
            return "written in full and read again, it is another scenario"
    finally:
        again.unlink()
    if simulate:
        _simulated(plan)
    return "read"


def _simulated(plan: Any) -> None:
    """Simulate one history for a moment: how far it comes does not matter."""
    from sim.engines.reference import simulate

    with contextlib.suppress(_TooLong), at_most(SIMULATED_SECONDS):
        simulate(plan, 1, 1)


def _refused_well(error: Any) -> str:
    for fault in error.faults:
        if fault.line < 1 or fault.column < 1 or not fault.file or not fault.message:
            return f"a refusal without its place: {fault}"
        for word in ("pydantic", "Input should", "NoneType", "Traceback", "<class", "ruamel"):
            if word in fault.message:
                return f"a refusal in words of a program: {fault}"
        if len(fault.message) > 1000 or not fault.message.isprintable():
            return f"a refusal that cannot be read: {fault}"
    return "refused" if error.faults else "refused without a reason"


# ----------------------------------------------------------------------- workers


def _work(numbers: list[int], seed: int, simulate: bool, pipe: Connection) -> None:
    """Judge files one after another; what is under way is told first, should it end the worker."""
    with tempfile.TemporaryDirectory() as folder:
        originals = Originals.copied(Path(folder))
        for number in numbers:
            pipe.send(number)
            path, raw = originals.broken(seed, number)
            path.write_bytes(raw)
            resource.setrlimit(resource.RLIMIT_AS, (2 * GIGABYTES * 2**30, resource.RLIM_INFINITY))
            began = time.process_time()
            try:
                with at_most(SECONDS + (SIMULATED_SECONDS if simulate else 0)):
                    how = judged(path, simulate)
            except _TooLong:
                how = f"more than {SECONDS} s of processor:\n{traceback.format_exc()[-1500:]}"
            if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > GIGABYTES * 2**20:
                how = f"more than {GIGABYTES} GB of memory"
            path.unlink()
            pipe.send(Ended(number, how, time.process_time() - began))
    pipe.send(None)


def judged_all(
    numbers: list[int], seed: int, workers: int = 2, simulate: bool = False
) -> Iterator[Ended]:
    """Yield how each file ends, from a few processes; one that is ended by a file is replaced."""
    context = multiprocessing.get_context("fork")
    slots: dict[Connection, tuple[Any, list[int]]] = {}

    def begin(part: list[int]) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(part, seed, simulate, theirs), daemon=True)
        process.start()
        theirs.close()
        slots[ours] = (process, part)

    for slot in range(workers):
        begin(numbers[slot::workers])
    under_way: dict[Connection, int] = {}
    while slots:
        for pipe in multiprocessing.connection.wait(list(slots)):
            assert isinstance(pipe, Connection)
            process, part = slots[pipe]
            try:
                answer = pipe.recv()
            except EOFError:
                lost = under_way.get(pipe, part[0])
                process.join()
                del slots[pipe]
                yield Ended(lost, f"the worker ended with {process.exitcode}")
                rest = part[part.index(lost) + 1 :]
                if rest:
                    begin(rest)
                continue
            if isinstance(answer, int):
                under_way[pipe] = answer
            elif answer is None:
                process.join()
                del slots[pipe]
            else:
                yield answer


def main() -> None:
    """Judge many files, and print what is wrong."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--first", type=int, default=0, help="Number of the first file.")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--simulate", action="store_true", help="Also simulate for a moment.")
    asked.add_argument("--show", action="store_true", help="Print the files themselves.")
    options = asked.parse_args()
    numbers = list(range(options.first, options.first + options.files))
    counts: Counter[str] = Counter()
    slowest = Ended(-1, "")
    for ended in judged_all(numbers, options.seed, options.workers, options.simulate):
        wrong = ended.how not in ("read", "refused")
        counts["wrong" if wrong else ended.how] += 1
        slowest = max(slowest, ended, key=lambda each: each.seconds)
        if wrong or options.show:
            with tempfile.TemporaryDirectory() as folder:
                path, raw = Originals.copied(Path(folder)).broken(options.seed, ended.number)
            print(
                f"\n--- file {ended.number} of seed {options.seed}, {path.parent.name}: {ended.how}"
            )
            if options.show:
                sys.stdout.buffer.write(raw[:20_000] + b"\n")
            sys.stdout.flush()
    text = ", ".join(f"{count} {how}" for how, count in sorted(counts.items()))
    print(f"\n{text}; the slowest, {slowest.number}, took {slowest.seconds:.1f} s of processor")
    sys.exit(1 if counts["wrong"] else 0)


if __name__ == "__main__":
    main()
