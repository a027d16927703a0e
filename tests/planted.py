"""Misreadings of docs/model.md, each planted in both engines at once: do the stories see them?

``python -m tests.planted`` plants each one in a copy of the package, runs the stories of the words
it misreads on both engines (the compiled one as plain Python: the same code without its compiler)
and prints which were caught, and by which story. Words among the arguments choose the misreadings
whose names hold them. A misreading counts as caught when a story of the very words it misreads
fails, on either engine by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numba
import pytest

from sim.core.events import Event
from tests.stories import MODEL, SHOWN, gather, modules
from tests.support.engines import ENGINES

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("sim", "tests", "docs/model.md", "scenarios/kinds", "pyproject.toml")
_FOLDERS = {"reference": "sim/engines/reference", "compiled": "sim/engines/compiled"}
_CPU_SECONDS = 5.0
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
    """Return the path of a file named like ``reference/settle`` or ``sim/core/log.py``."""
    engine, _, rest = file.partition("/")
    return f"{_FOLDERS[engine]}/{rest}.py" if engine in _FOLDERS else file


def plant(misreading: Misreading, root: Path) -> None:
    """Put a misreading into the package below a folder; ValueError if a text does not match."""
    for file, old, new in misreading.edits:
        path = root / path_of(file)
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            sentence = f"{path_of(file)} holds {text.count(old)} times, not once"
            raise ValueError(f"{misreading.name}: {sentence}:\n{old}")
        path.write_text(text.replace(old, new), encoding="utf-8")
        for kept in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            kept.unlink()


def copy_project(root: Path) -> None:
    """Copy the package and its tests to a folder, to be changed at will."""
    for name in COPIED:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy2(ROOT / name, target)


# --- in the copy: run the stories -----------------------------------------------------------------


@dataclass
class _Watch:
    """Notes which stories fail on which engine; stops those that do not end."""

    wanted: frozenset[str]  # names of stories; none: all
    failed: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in ENGINES})
    passed: int = 0

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if not self.wanted or _name(item) in self.wanted]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_VIRTUAL, _CPU_SECONDS)
        try:
            yield
        except BaseException as error:
            self.failed[item.callspec.params["engine"]].append(_name(item))
            if not isinstance(error, Exception):
                raise
        else:
            self.passed += 1
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _name(item: Any) -> str:
    return f"{item.module.__name__.rpartition('.')[2]}.{item.function.__qualname__}"


def _too_long(*_: object) -> None:
    raise TimeoutError("does not end")


def run_stories(wanted: Sequence[str]) -> dict[str, Any]:
    """Run some stories here, or all, and return what failed."""
    signal.signal(signal.SIGVTALRM, _too_long)
    watch = _Watch(frozenset(wanted))
    homes = {name.partition(".")[0] for name in wanted}
    files = [
        module.replace(".", "/") + ".py"
        for home, module in modules().items()
        if home in homes or not homes
    ]
    without = ("cacheprovider", "xdist", "hypothesispytest")
    options = [
        "-q",
        "--tb=no",
        "--assert=plain",
        "-m",
        "story",
        *(f"-pno:{name}" for name in without),
    ]
    code = pytest.main([*options, *files], plugins=[watch])
    trouble = "" if code in (0, 1) else f"pytest ended with {code}"
    return {"passed": watch.passed, "failed": watch.failed, "trouble": trouble}


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
        shown_by = MODEL.shown_by(self.misreading.quote, SHOWN)
        return sorted({name for name in self.failed[engine] if name in shown_by})

    @property
    def caught(self) -> bool:
        return not self.trouble and all(self.own(engine) for engine in ENGINES)


def _run_in(root: Path, wanted: Sequence[str]) -> NoReturn:
    """In a process of its own: forget the package, take the one in a folder, run its stories."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.chdir(root)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("sim", "tests")]:
        del sys.modules[name]
    sys.path.insert(0, str(root))
    sys.dont_write_bytecode = True
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    numba.config.reload_config()
    try:
        from tests import planted

        assert Path(planted.__file__).is_relative_to(root.resolve())
        by_name = planted.run_stories(wanted)
    except BaseException:
        by_name = {"passed": 0, "failed": {}, "trouble": traceback.format_exc()}
    (root / "found.json").write_text(json.dumps(by_name), encoding="utf-8")
    os._exit(0)


def _begin(misreading: Misreading | None, all_stories: bool) -> tuple[int, Path]:
    """Begin to judge a misreading; return the process and its folder."""
    wanted = [] if misreading is None or all_stories else MODEL.shown_by(misreading.quote, SHOWN)
    root = Path(tempfile.mkdtemp(prefix="planted-"))
    copy_project(root)
    if misreading is not None:
        plant(misreading, root)
    process = os.fork()
    if process == 0:
        _run_in(root, wanted)
    return process, root


def judged(
    misreadings: Iterable[Misreading | None], jobs: int = 1, all_stories: bool = False
) -> Iterator[Verdict]:
    """Run the stories with each misreading planted, so many at once; None: as everything stands.

    Only the stories of the misread words, unless all are asked for. All that is not of this project
    is imported before a process is forked, so that each has only the package itself to read.
    """
    left, running = list(misreadings)[::-1], {}
    while left or running:
        while left and len(running) < jobs:
            item = left.pop()
            process, root = _begin(item, all_stories)
            running[process] = item, root
        process, _ = os.waitpid(-1, 0)
        item, root = running.pop(process)
        try:
            text = json.loads((root / "found.json").read_text(encoding="utf-8"))
        except OSError:
            text = {"passed": 0, "failed": {}, "trouble": "the process ended early"}
        shutil.rmtree(root)
        yield Verdict(item, **text)


def worded(verdict: Verdict) -> str:
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
    parser.add_argument("--quick", action="store_true", help="the few that the test suite plants")
    asked = parser.parse_args(arguments)
    gather()
    (control,) = judged([None])
    if control.trouble or any(control.failed.values()) or not control.passed:
        print(f"The stories fail with nothing planted:\n{control}", file=sys.stderr)
        return 1
    chosen = [item for item in MISREADINGS if all(word in item.name for word in asked.words)]
    chosen = [item for item in chosen if item.quick or not asked.quick]
    missed: list[Misreading | None] = []
    for verdict in judged(chosen, asked.jobs):
        if verdict.caught:
            print(worded(verdict), flush=True)
        else:
            missed.append(verdict.misreading)
    for verdict in judged(missed, asked.jobs, all_stories=True):
        print(worded(verdict), flush=True)
    print(f"\n{len(chosen)} misreadings in both engines, {len(missed)} missed; ", end="")
    print(f"{control.passed // len(ENGINES)} stories on each engine.")
    return 1 if missed else 0


# --- the misreadings ------------------------------------------------------------------------------


def misreading(name: str, quote: str, *edits: Edit, quick: bool = False) -> None:
    """Add a misreading to the list."""
    MISREADINGS.append(Misreading(name, quote, edits, quick))


MISREADINGS: list[Misreading] = []

# 1. people

misreading(
    "a trait is drawn anew at each use",
    "a few traits (numbers drawn once",
    (
        "reference/model",
        "return person.traits[trait] if trait >= 0 else 1.0",
        "return state.duration(person, state.plan.traits[trait].law) if trait >= 0 else 1.0",
    ),
    (
        "compiled/activities",
        'return float(traits_of(state)[person * scalars_of(state)["trait_count"] + trait])',
        "return duration(state, person, trait_laws_of(state)[trait])",
    ),
    ("compiled/activities", "    traits_of,\n", "    trait_laws_of,\n    traits_of,\n"),
)
misreading(
    "traits do not matter",
    "running at visit rate x own trait",
    ("reference/model", "return person.traits[trait] if trait >= 0 else 1.0", "return 1.0"),
    ("compiled/activities", "    if trait < 0:\n", "    if trait >= -1:\n"),
)
misreading(
    "people at a visit are not met",
    "somebody at a drop-in visit still lives in the street",
    (
        "reference/model",
        "    state.write(Event.CONTACT,",
        "    if person.visiting >= 0:\n        return\n    state.write(Event.CONTACT,",
    ),
    (
        "compiled/activities",
        '    write(state, CONTACT, record["number"],',
        '    if record["visiting"] >= 0:\n        return\n'
        '    write(state, CONTACT, record["number"],',
    ),
)
misreading(
    "people at a visit have no street night",
    "people without any place: a street night each",
    (
        "reference/model",
        "        for person in state.street_list:\n",
        "        for person in [one for one in state.street_list if one.visiting < 0]:\n",
    ),
    (
        "compiled/activities",
        "        count_many(state, STREET_NIGHTS_COUNT, STREET, class_id, there)\n",
        '        for at in range(scalars["on_street_list"]):\n'
        "            one = people[street_list[at]]\n"
        '            there -= one["class_id"] == class_id and one["visiting"] >= 0\n'
        "        count_many(state, STREET_NIGHTS_COUNT, STREET, class_id, there)\n",
    ),
)
misreading(
    "people are numbered services first, last service first",
    "first those present at the start (street groups, then the services in file order",
    (
        "sim/plan/build.py",
        "for name, number, written, allowed in where\n",
        "for name, number, written, allowed in reversed(where)\n",
    ),
)
misreading(
    "classes are numbered last class first",
    "classes in file order within each",
    (
        "sim/plan/build.py",
        "for place, (class_id, people) in enumerate(\n"
        "            zip(make.class_shares, numbers_by_class(make, written, allowed), strict=True)\n"
        "        )",
        "for place, (class_id, people) in reversed(list(enumerate(\n"
        "            zip(make.class_shares, numbers_by_class(make, written, allowed), strict=True)\n"
        "        )))",
    ),
)
misreading(
    "draws hangs on the number",
    "Random numbers are attached to something steadier than the number",
    (
        "reference/model",
        "person = Person(number, key, class_id,",
        "person = Person(number, person_key(0, number), class_id,",
    ),
    (
        "compiled/activities",
        'record["key"] = scalars["people_count"], class_id, key\n',
        'record["key"] = (\n        scalars["people_count"],\n        class_id,\n'
        '        person_key(key ^ key, scalars["people_count"]),\n    )\n',
    ),
)
misreading(
    "the rate of arrivals is that of the last arrival",
    "The k-th arrival happens when the cumulated rate reaches the sum of k unit exponential draws",
    (
        "reference/model",
        "yield state.env.at(stream.rate.when(due),",
        "gap = -math.log(1.0 - draw) / max(stream.rate.at(state.now), 1e-9)\n"
        "        yield state.env.at(state.now + gap,",
    ),
    (
        "compiled/activities",
        'due = when(state, stream["rate"], stream["due"], 1.0)\n',
        'gap = -math.log(1.0 - draw) / max(value_now(state, stream["rate"]), 1e-9)\n'
        '    due = scalars_of(state)["now"] + gap\n',
    ),
)
misreading(
    "everybody arrives in the street",
    "They come to the street, or straight onto the waiting list of one service.",
    ("reference/model", "        if stream.to != STREET:\n", "        if False:\n"),
    ("compiled/activities", "    if to != STREET:\n", "    if False:\n"),
)
misreading(
    "the clock of a risk is wound at each move",
    "wound once per person",
    (
        "reference/model",
        "= max(0.0, person.risks_left[risk.clock] - used)",
        "= state.exponential(person, state.plan.risk_purposes[risk.clock])",
    ),
    (
        "compiled/activities",
        'max(0.0, clock["left"] - (area_now(state, risk["rate"]) - clock["area"]))',
        'exponential(state, person, risk_purposes_of(state)[risk["clock"]])',
    ),
)
misreading(
    "the clock of a risk starts again at each move",
    "the clock runs on at another speed",
    (
        "reference/model",
        "max(0.0, person.risks_left[risk.clock] - used)",
        "person.risks_left[risk.clock]",
    ),
    (
        "compiled/activities",
        'max(0.0, clock["left"] - (area_now(state, risk["rate"]) - clock["area"]))',
        'clock["left"]',
    ),
)
misreading(
    "the risks of the street hold in places too",
    "(one rate in the street, another in a place; a service may declare its own)",
    (
        "reference/model",
        "    if person.where == STREET:\n        return state.plan",
        "    if True:\n        return state.plan",
    ),
    (
        "compiled/activities",
        "def _first_risk(state: int, where: int) -> int:\n    if where == STREET:",
        "def _first_risk(state: int, where: int) -> int:\n    if True:",
    ),
    (
        "compiled/activities",
        "def _last_risk(state: int, where: int) -> int:\n    if where == STREET:",
        "def _last_risk(state: int, where: int) -> int:\n    if True:",
    ),
)
misreading(
    "in a night place the risks are those of the street",
    "(one rate in the street, another in a place; a service may declare its own)",
    (
        "reference/model",
        "    if person.where == STREET:\n        return state.plan",
        "    if not state.is_hosted(person):\n        return state.plan",
    ),
    (
        "compiled/activities",
        "def _first_risk(state: int, where: int) -> int:\n    if where == STREET:",
        "def _first_risk(state: int, where: int) -> int:\n"
        '    if where == STREET or sites_of(state)[where]["overnight"] >= 0:',
    ),
    (
        "compiled/activities",
        "def _last_risk(state: int, where: int) -> int:\n    if where == STREET:",
        "def _last_risk(state: int, where: int) -> int:\n"
        '    if where == STREET or sites_of(state)[where]["overnight"] >= 0:',
    ),
)
misreading(
    "every service has the general risks of places",
    "a service may declare its own",
    (
        "sim/plan/build.py",
        "scenario.people.leaving.hosted if written.leaving is None else written.leaving",
        "scenario.people.leaving.hosted",
    ),
)
misreading(
    "at one instant people die before they leave",
    "at the same instant, leaving before dying",
    ("reference/model", "if time < soonest:", "if time <= soonest:"),
    ("compiled/activities", "if time < soonest:", "if time <= soonest:"),
)
misreading(
    "of two risks the later occurs",
    "When two risks would occur, the earlier does",
    (
        "reference/model",
        "if time < soonest:",
        "if soonest == math.inf or time > soonest:",
    ),
    ("compiled/activities", "if time < soonest:", "if soonest == math.inf or time > soonest:"),
)

# 2. the start

misreading(
    "the one more goes to the smallest remainder",
    "Totals are shared between classes by largest remainder.",
    (
        "sim/core/units.py",
        "key=lambda i: (-round(quotas[i] - people[i], 9), i)",
        "key=lambda i: (round(quotas[i] - people[i], 9), i)",
    ),
)
misreading(
    "totals are shared with classes that are not served",
    "Totals are shared between classes by largest remainder.",
    (
        "sim/plan/build.py",
        "        share if ok else 0.0 for share, ok in",
        "        share for share, ok in",
    ),
)
misreading(
    "those with the largest draws are on a list",
    "the eligible people of the street with the smallest keyed draws for that list",
    (
        "sim/engines/start.py",
        "for _, number in drawn[: wanted.people]",
        "for _, number in drawn[::-1][: wanted.people]",
    ),
    (
        "compiled/model",
        "rank(state, eligible, person, 0, draw, person)",
        "rank(state, eligible, person, 0, -draw, person)",
    ),
)
misreading(
    "anybody may be on a list at the start",
    "Those on a list are the eligible people of the street",
    ("sim/engines/start.py", "            if classes[class_id]\n", ""),
    (
        "compiled/model",
        'if record["where"] == STREET and serves(state, service, record["class_id"]):',
        'if record["where"] == STREET:',
    ),
)
misreading(
    "hosted people may be on a list at the start",
    "Those on a list are the eligible people of the street",
    ("sim/engines/start.py", "        if where == STREET\n", ""),
    (
        "compiled/model",
        'if record["where"] == STREET and serves(state, service, record["class_id"]):',
        'if serves(state, service, record["class_id"]):',
    ),
)
misreading(
    "at the start a list is in the order of the draws",
    "they are listed at time 0 and rank among themselves by number",
    (
        "sim/engines/start.py",
        "sorted(number for _, number in drawn[: wanted.people])",
        "[number for _, number in drawn[: wanted.people]]",
    ),
    (
        "compiled/model",
        "            rank(state, place, person, person, 0.0, 0)\n        sort_ranked(state, listed)\n",
        "            rank(state, place, person, person, 0.0, 0)\n",
    ),
)
misreading(
    "a remaining stay is a uniform part of any stay",
    "an equilibrium residual (a draw from the length-biased stay times a uniform draw)",
    (
        "sim/engines/start.py",
        "return equilibrium_residual(row, u, keyed.uniform(key, purpose, 1))",
        "v = keyed.uniform(key, purpose, 1)\n"
        "        return v * quantile(row.family, row.a, row.b, row.c, row.values, u)",
    ),
    (
        "compiled/model",
        "return float(residual_quantile(family, a, b, c, values, u, v))",
        "return float(v * quantile(family, a, b, c, values, u))",
    ),
)
misreading(
    "a remaining stay is a whole length-biased stay",
    "a draw from the length-biased stay times a uniform draw",
    (
        "sim/core/quantiles.py",
        "return v * length_biased_quantile(",
        "return length_biased_quantile(",
    ),
)
misreading(
    "a given law of remaining stays is not looked at",
    "or a given law",
    (
        "sim/engines/start.py",
        "law = rule.given if rule.rule is Residual.GIVEN else plan.services[where].stay",
        "law = plan.services[where].stay",
    ),
    (
        "compiled/plan_arrays",
        "stay = residual.given if given else self.plan.services[group.where].stay",
        "stay = self.plan.services[group.where].stay",
    ),
)
misreading(
    "nobody there at the start drops out",
    "Early drop-out and routes then apply as for anybody.",
    (
        "reference/model",
        "    if plan.drop_out is not None and after",
        "    if state.now == 0.0:\n        return drops_out\n    if plan.drop_out is not None and after",
    ),
    (
        "compiled/movement",
        "    if share >= 0 and law",
        '    if scalars_of(state)["now"] == 0.0:\n        return drops_out\n    if share >= 0 and law',
    ),
)
misreading(
    "people are written before places at the start",
    "The log begins with the places of every service that has any (capacity, in file order)",
    (
        "reference/__init__",
        "    for site in state.sites:\n        open_site(state, site)\n",
        "    for class_id, _, where, _ in present(plan, state.keyed):\n"
        "        state.write(Event.PRESENT, -1, where, number=class_id)\n"
        "    for site in state.sites:\n        open_site(state, site)\n",
    ),
    (
        "compiled/model",
        '    for service in range(scalars["site_count"]):\n        open_site(state, service)\n',
        "    write(state, PRESENT, NONE, STREET, NONE, 0)\n"
        '    for service in range(scalars["site_count"]):\n        open_site(state, service)\n',
    ),
)

# 3. capacity

misreading(
    "staffed places are rounded up",
    "Effective capacity is places x staffed share, rounded down",
    (
        "sim/core/calendars.py",
        "float(math.floor(value + _ALMOST_WHOLE))",
        "float(math.ceil(value - _ALMOST_WHOLE))",
    ),
)
misreading(
    "staffed places are rounded to the nearest",
    "Effective capacity is places x staffed share, rounded down",
    (
        "sim/core/calendars.py",
        "float(math.floor(value + _ALMOST_WHOLE))",
        "float(round(value))",
    ),
)
misreading(
    "a hair short of a whole place is no place",
    "a product within a billionth of a whole number counts as that number",
    (
        "sim/core/calendars.py",
        "float(math.floor(value + _ALMOST_WHOLE))",
        "float(math.floor(value))",
    ),
)
misreading(
    "the staffed share is that of the start",
    "from the calendar of both",
    (
        "sim/plan/build.py",
        "product(nominal, staffed, round_down=True)",
        "product(nominal, constant(staffed.at(0.0)), round_down=True)",
    ),
)
misreading(
    "a shared room has no limit of its own",
    "the people in all of them together may not exceed the room's places either",
    (
        "reference/state",
        "        if room >= 0:\n            inside",
        "        if room >= 99:\n            inside",
    ),
    (
        "compiled/movement",
        '    if site["room"] >= 0:\n        room = rooms_of',
        '    if site["room"] >= 99:\n        room = rooms_of',
    ),
)
misreading(
    "places under turnaround take room in a shared room",
    "the people in all of them together may not exceed the room's places either",
    (
        "reference/state",
        "sum(other.occupied for other",
        "sum(other.occupied + other.turnaround for other",
    ),
    (
        "compiled/movement",
        '        free = min(free, room["open"] - room["inside"])\n',
        '        inside = room["inside"]\n'
        '        for other in range(scalars_of(state)["site_count"]):\n'
        '            if sites_of(state)[other]["room"] == site["room"]:\n'
        '                inside += sites_of(state)[other]["under_turnaround"]\n'
        '        free = min(free, room["open"] - inside)\n',
    ),
)
misreading(
    "visitors take no room in a shared room",
    "the people in all of them together may not exceed the room's places either",
    (
        "reference/state",
        "for other in self.sites if other.plan.room == room)",
        "for other in self.sites if other.plan.room == room and other.plan.kind > Kind.DROP_IN)",
    ),
    (
        "compiled/movement",
        '    site["occupied"] += 1\n    if site["room"] >= 0:',
        '    site["occupied"] += 1\n    if site["room"] >= 0 and site["drop_in"] < 0:',
    ),
    (
        "compiled/movement",
        '    site["occupied"] -= 1\n    if site["room"] >= 0:',
        '    site["occupied"] -= 1\n    if site["room"] >= 0 and site["drop_in"] < 0:',
    ),
)
misreading(
    "shares stay what they were at the start",
    "the value used is the one in force when it is used",
    ("reference/state", "chance.share.at(self.now)", "chance.share.at(0.0)"),
    (
        "compiled/draws",
        "    chance = value_now(state, share)\n",
        '    chance = float(steps_of(state)[calendars_of(state)[share]["first"]]["value"])\n',
    ),
)
misreading(
    "times stay those of the law at the start",
    "the value used is the one in force when it is used",
    ("reference/state", "law.rows[bisect_right(law.times, self.now) - 1]", "law.rows[0]"),
    ("compiled/draws", "    return shapes[current]\n", '    return shapes[kept["first"]]\n'),
)
misreading(
    "a law holds from just after its time on",
    "valid from each time on",
    (
        "reference/state",
        "law.rows[bisect_right(law.times, self.now) - 1]",
        "law.rows[max(0, sum(time < self.now for time in law.times) - 1)]",
    ),
    ("compiled/draws", 'shapes[current + 1]["time"] <= now', 'shapes[current + 1]["time"] < now'),
)
misreading(
    "a calendar holds from just after its time on",
    "valid from each time on",
    (
        "sim/core/calendars.py",
        "return self.values[bisect_right(self.times, t, 1) - 1]",
        "return self.values[bisect_left(self.times, t, 1) - 1]",
    ),
    ("compiled/draws", 'steps[current + 1]["time"] <= now', 'steps[current + 1]["time"] < now'),
)

# 3.1 outreach

misreading(
    "outings take place at any hour",
    "spread evenly over the hours worked",
    (
        "sim/plan/build.py",
        '"outings": spread(make, rate, written.hours),\n        "contacts": make.calendar',
        '"outings": rate,\n        "contacts": make.calendar',
    ),
)
misreading(
    "hours not worked take outings away",
    "spread evenly over the hours worked",
    ("sim/plan/build.py", "rate * is_open / share if share > 0.0 else 0.0", "rate * is_open"),
)
misreading(
    "the number of teams does not matter",
    "teams x outings per week",
    (
        "sim/plan/build.py",
        "combined(mul, make.calendar(written.teams), make.calendar(written.outings))",
        "make.calendar(written.outings)",
    ),
)
misreading(
    "the first outing is in the middle of its gap",
    "the k-th outing takes place when the cumulated rate of outings reaches k",
    (
        "reference/model",
        "if site.plan.at_random else 1.0\n        yield",
        "if site.plan.at_random else (1.0 if due else 0.5)\n        yield",
    ),
    (
        "compiled/activities",
        'site["outings_due"] += 1.0',
        'site["outings_due"] += 1.0 if site["outings_due"] > 0.0 else 0.5',
    ),
)
misreading(
    "an outing a hair short of the end of the hours is tomorrow's",
    "or comes within a billionth of it",
    ("reference/model", "1.0 if site.plan.at_random else ALMOST", "1.0"),
    ("compiled/activities", 'enough = 1.0 if site["at_random"] else ALMOST', "enough = 1.0"),
)
misreading(
    "contacts at random come evenly",
    "contacts at random (a Poisson process, one person each)",
    (
        "reference/model",
        "state.exponential(site, site.plan.outing_purpose) if site.plan.at_random else 1.0",
        "1.0",
    ),
    ("compiled/activities", '    if site["at_random"]:\n', "    if False:\n"),
)
misreading(
    "an outing may meet somebody twice",
    "An outing meets distinct people",
    (
        "reference/model",
        "        last = remaining.pop()\n        if position < len(remaining):\n"
        "            remaining[position] = last\n",
        "",
    ),
    (
        "compiled/activities",
        "        remaining -= 1\n        rank(state, place, street_list[picked], picked, 0.0, 0)\n"
        "        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]\n"
        "    for place in range(number - 1, -1, -1):",
        "        rank(state, place, street_list[picked], picked, 0.0, 0)\n    for place in range(0):",
    ),
)
misreading(
    "a fractional number of people met is rounded down",
    "A fractional number is rounded up with the probability of its fraction.",
    ("reference/model", "if wanted > number and state.uniform", "if False and state.uniform"),
    ("compiled/activities", "        if draw < wanted - number:", "        if False:"),
)
misreading(
    "a fractional number of people met is rounded down with its fraction",
    "A fractional number is rounded up with the probability of its fraction.",
    (
        "reference/model",
        "site.plan.size_purpose) < wanted - number",
        "site.plan.size_purpose) >= wanted - number",
    ),
    (
        "compiled/activities",
        "        if draw < wanted - number:",
        "        if draw >= wanted - number:",
    ),
)
misreading(
    "positions of the street list are counted from its end",
    "position floor(u x remaining)",
    (
        "reference/model",
        "position = math.floor(state.uniform(site, site.plan.meet_purpose) * len(remaining))",
        "position = len(remaining) - 1 - math.floor(\n"
        "            state.uniform(site, site.plan.meet_purpose) * len(remaining)\n        )",
    ),
    (
        "compiled/activities",
        "picked = math.floor(site_uniform(state, service, purpose) * remaining)",
        "picked = remaining - 1 - math.floor(site_uniform(state, service, purpose) * remaining)",
    ),
)
misreading(
    "when somebody leaves the street list, the others move up",
    "when somebody leaves, the last on it takes the gap",
    (
        "reference/state",
        "        last = self.street_list.pop()\n        if last is not person:\n"
        "            self.street_list[person.street_list_at] = last\n"
        "            last.street_list_at = person.street_list_at\n",
        "        self.street_list.remove(person)\n        for number, other in enumerate(self.street_list):\n"
        "            other.street_list_at = number\n",
    ),
    (
        "compiled/movement",
        '    last, gap = street_list[scalars["on_street_list"]], people[person]["street_list_at"]\n'
        '    street_list[gap] = last\n    people[last]["street_list_at"] = gap\n',
        '    for gap in range(people[person]["street_list_at"], scalars["on_street_list"]):\n'
        '        street_list[gap] = street_list[gap + 1]\n        people[street_list[gap]]["street_list_at"] = gap\n',
    ),
)
misreading(
    "a newcomer stands first on the street list",
    "a newcomer to the street at its end",
    (
        "reference/state",
        "        self.street_list.append(person)\n",
        "        self.street_list.append(person)\n        first = self.street_list[0]\n"
        "        self.street_list[0], self.street_list[-1] = person, first\n"
        "        first.street_list_at, person.street_list_at = person.street_list_at, 0\n",
    ),
    (
        "compiled/movement",
        '    scalars["on_street_list"] += 1\n',
        "    first = street_list_of(state)[0]\n"
        '    street_list_of(state)[scalars["on_street_list"]], street_list_of(state)[0] = first, person\n'
        '    people_of(state)[first]["street_list_at"] = scalars["on_street_list"]\n'
        '    record["street_list_at"] = 0\n    scalars["on_street_list"] += 1\n',
    ),
)
misreading(
    "the picked ones are taken out of the row that remains",
    "after which the picked one and the last remaining swap",
    (
        "reference/model",
        "        last = remaining.pop()\n        if position < len(remaining):\n"
        "            remaining[position] = last\n",
        "        remaining.pop(position)\n",
    ),
    (
        "compiled/activities",
        "        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]\n"
        "    for place in range(number - 1, -1, -1):\n"
        '        picked = ranked[place]["first"]\n'
        "        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]\n",
        "        one = street_list[picked]\n        for at in range(picked, remaining):\n"
        "            street_list[at] = street_list[at + 1]\n        street_list[remaining] = one\n"
        "    for place in range(number - 1, -1, -1):\n"
        '        picked = ranked[place]["first"]\n        one = street_list[remaining]\n'
        "        for at in range(remaining, picked, -1):\n"
        "            street_list[at] = street_list[at - 1]\n        street_list[picked] = one\n",
    ),
)
misreading(
    "people met are contacted in the order of their numbers",
    "People are contacted in the order picked.",
    (
        "reference/model",
        "        for person in met:\n",
        "        for person in sorted(met, key=lambda one: one.number):\n",
    ),
    (
        "compiled/activities",
        "    for place in range(met):\n        _contact(",
        "    for place in range(met):\n        one = ranked_person(state, place)\n"
        '        rank(state, place, one, people_of(state)[one]["number"], 0.0, 0)\n'
        "    sort_ranked(state, met)\n    for place in range(met):\n        _contact(",
    ),
)
misreading(
    "everybody met becomes a visitor",
    "A contact can make the person a visitor of a drop-in that serves their class (each declared share)",
    (
        "reference/model",
        "if serves and made.of not in person.clocks and state.bernoulli(person, made.chance):",
        "if serves and made.of not in person.clocks:",
    ),
    (
        "compiled/activities",
        'if may_come and bernoulli(state, person, made["share"], made["purpose"]):',
        "if may_come:",
    ),
)
misreading(
    "a contact makes visitors of drop-ins that do not serve them",
    "A contact can make the person a visitor of a drop-in that serves their class",
    (
        "reference/model",
        "        serves = state.sites[made.of].plan.classes[person.class_id]\n",
        "        serves = True\n",
    ),
    (
        "compiled/activities",
        '        may_come = serves(state, drop_in, record["class_id"])\n',
        "        may_come = True\n",
    ),
)
misreading(
    "a contact opens referrals before it makes visitors",
    "A contact can make the person a visitor of a drop-in that serves their class (each declared share), and opens referrals",
    (
        "reference/model",
        "    for made in site.plan.makes_visitors:\n",
        "    for referral in site.plan.referrals:\n        refer(state, person, referral, site.number)\n"
        "    for made in site.plan.makes_visitors:\n",
    ),
    (
        "compiled/activities",
        '    for number in range(site["first_makes"], site["last_makes"]):\n',
        '    for referral in range(site["first_referral"], site["last_referral"]):\n'
        "        refer(state, person, referral, service)\n"
        '    for number in range(site["first_makes"], site["last_makes"]):\n',
    ),
)


# 3.2 drop-in

misreading(
    "visits fall at any hour",
    "inside opening hours (gathered into them, so that a week holds as many visits)",
    (
        "sim/plan/build.py",
        "spread(make, make.calendar(written.visits), written.opening_hours)",
        "make.calendar(written.visits)",
    ),
)
misreading(
    "hours not open take visits away",
    "gathered into them, so that a week holds as many visits",
    ("sim/plan/build.py", "rate * is_open / share if share > 0.0 else 0.0", "rate * is_open"),
)
misreading(
    "a clock runs on while its owner is at a visit",
    "paused while in any visit or at any door",
    (
        "reference/model",
        "person.exit != 0 or person.visiting >= 0 or person.at_door >= 0",
        "person.exit != 0 or person.at_door >= 0",
    ),
    (
        "compiled/activities",
        'record["exit"] != 0 or record["visiting"] >= 0 or record["at_door"] >= 0',
        'record["exit"] != 0 or record["at_door"] >= 0',
    ),
)
misreading(
    "a clock runs on while its owner is at a door",
    "paused while in any visit or at any door",
    (
        "reference/model",
        "person.exit != 0 or person.visiting >= 0 or person.at_door >= 0",
        "person.exit != 0 or person.visiting >= 0",
    ),
    (
        "compiled/activities",
        'record["exit"] != 0 or record["visiting"] >= 0 or record["at_door"] >= 0',
        'record["exit"] != 0 or record["visiting"] >= 0',
    ),
)
misreading(
    "a clock runs wherever its owner lives",
    "(unless hosted people may attend) while not living in the street",
    ("reference/model", "may_come = person.where == STREET or", "may_come = True or"),
    ("compiled/activities", 'may_come = record["where"] == STREET or', "may_come = True or"),
)
misreading(
    "hosted people never attend",
    "(unless hosted people may attend)",
    (
        "reference/model",
        "person.where == STREET or state.sites[drop_in].plan.hosted_attend",
        "person.where == STREET",
    ),
    (
        "compiled/activities",
        'record["where"] == STREET or sites[service]["hosted_attend"] != 0',
        'record["where"] == STREET',
    ),
)
misreading(
    "people in a night place attend as from the street",
    "(unless hosted people may attend) while not living in the street",
    (
        "reference/model",
        "may_come = person.where == STREET or",
        "may_come = not state.is_hosted(person) or",
    ),
    (
        "compiled/activities",
        'may_come = record["where"] == STREET or',
        'may_come = record["where"] == STREET or sites[record["where"]]["overnight"] >= 0 or',
    ),
)
misreading(
    "visits come at even gaps",
    "wound anew after each visit, refusal or wait at the door",
    (
        "reference/model",
        "    clock.left = _wind(state, person, clock.drop_in)\n",
        "    clock.left = 1.0\n",
    ),
    (
        "compiled/activities",
        "    become_visitor(state, person, service)  # the clock is wound anew\n",
        "    become_visitor(state, person, service)\n"
        '    visit_clocks_of(state)[clock_of(state, person, service)]["left"] = 1.0\n',
    ),
)
misreading(
    "everybody is a visitor from the start",
    "People become visitors when they enter the model, with a declared share",
    (
        "reference/model",
        "drop_in.plan.kind is Kind.DROP_IN and state.bernoulli(person, chances[class_id]):",
        "drop_in.plan.kind is Kind.DROP_IN:",
    ),
    (
        "compiled/activities",
        "            if bernoulli(state, person, flags[at], flags[at + 1]):\n",
        "            if True:\n",
    ),
)
misreading(
    "all classes visit with the share of the first",
    "People become visitors when they enter the model, with a declared share",
    (
        "reference/model",
        "state.bernoulli(person, chances[class_id])",
        "state.bernoulli(person, chances[0])",
    ),
    (
        "compiled/activities",
        'at = sites[service]["visitor"] + 2 * people_of(state)[person]["class_id"]',
        'at = sites[service]["visitor"]',
    ),
)
misreading(
    "nobody who comes later is a visitor",
    "People become visitors when they enter the model",
    (
        "reference/model",
        "drop_in.plan.kind is Kind.DROP_IN and state.bernoulli",
        "drop_in.plan.kind is Kind.DROP_IN and state.now == 0.0 and state.bernoulli",
    ),
    (
        "compiled/activities",
        "            if bernoulli(state, person, flags[at], flags[at + 1]):\n",
        '            if scalars_of(state)["now"] == 0.0 and bernoulli(\n'
        "                state, person, flags[at], flags[at + 1]\n            ):\n",
    ),
)
misreading(
    "nobody waits at a door",
    "waits at the door for a drawn time at most",
    (
        "reference/model",
        "elif state.window[site.number] and site.plan.door_wait is not None:",
        "elif False:",
    ),
    (
        "compiled/activities",
        'elif site["is_window_open"] and site["door_wait"] >= 0:',
        "elif False:",
    ),
)
misreading(
    "the last at the door comes in first",
    "(first come first served)",
    ("reference/model", "person = site.door[0]", "person = site.door[-1]"),
    (
        "compiled/activities",
        'person = sites_of(state)[service]["first_at_door"]',
        'person = sites_of(state)[service]["last_at_door"]',
    ),
)
misreading(
    "the lowest number at the door comes in first",
    "the first who came",
    (
        "reference/model",
        "person = site.door[0]",
        "person = min(site.door, key=lambda one: one.number)",
    ),
    (
        "compiled/activities",
        'person = sites_of(state)[service]["first_at_door"]\n',
        'person = other = sites_of(state)[service]["first_at_door"]\n'
        "    while other >= 0:\n"
        '        if people_of(state)[other]["number"] < people_of(state)[person]["number"]:\n'
        "            person = other\n"
        '        other = people_of(state)[other]["next_at_door"]\n',
    ),
)
misreading(
    "visits go on after closing time",
    "A visit lasts a drawn length, cut at closing time",
    (
        "reference/model",
        "    if site.plan.opening is not None:\n        ends",
        "    if site.plan.opening is not None and code is not Event.VISIT_ENDS:\n        ends",
    ),
    (
        "compiled/activities",
        "    if opening >= 0:\n",
        "    if opening >= 0 and code != VISIT_ENDS:\n",
    ),
)
misreading(
    "waits at the door go on after closing time",
    "a wait at the door is cut at closing time too",
    (
        "reference/model",
        "    if site.plan.opening is not None:\n        ends",
        "    if site.plan.opening is not None and code is Event.VISIT_ENDS:\n        ends",
    ),
    (
        "compiled/activities",
        "    if opening >= 0:\n",
        "    if opening >= 0 and code == VISIT_ENDS:\n",
    ),
)
misreading(
    "a visit goes on after an admission",
    "An admission to a place, a night place or leaving the model ends a visit at once.",
    (
        "reference/model",
        "    break_off(state, person)\n    _leave_situation(state, person, site.number)\n",
        "    _leave_situation(state, person, site.number)\n",
    ),
    (
        "compiled/movement",
        "    break_off(state, person)\n    _leave_situation(state, person, service)\n",
        "    _leave_situation(state, person, service)\n",
    ),
)
misreading(
    "a visit goes on after leaving the model",
    "leaving the model ends a visit at once",
    (
        "reference/model",
        "    break_off(state, person)\n    _leave_situation(state, person, way_out)\n",
        "    _leave_situation(state, person, way_out)\n",
    ),
    (
        "compiled/movement",
        "    break_off(state, person)\n    _leave_situation(state, person, way_out)\n",
        "    _leave_situation(state, person, way_out)\n",
    ),
)
misreading(
    "a visitor who leaves lets one in though places have gone",
    "nobody enters until there is room",
    (
        "reference/model",
        "    elif site.door and state.window[site.number] and state.free(site) >= 1:",
        "    elif site.door and state.window[site.number] and (\n"
        "        state.free(site) >= 1 or site.occupied == state.open[site.number]\n    ):",
    ),
    (
        "compiled/model",
        '    elif site["first_at_door"] >= 0 and free_places(state, service) >= 1:',
        '    elif site["first_at_door"] >= 0 and (\n'
        '        free_places(state, service) >= 1 or site["occupied"] == site["open"]\n    ):',
    ),
)
misreading(
    "a care act at every visit",
    "At the start of a visit, with declared shares: a care act happens",
    (
        "reference/model",
        "if plan.care_act is not None and state.bernoulli(person, plan.care_act):",
        "if plan.care_act is not None:",
    ),
    (
        "compiled/activities",
        'if site["care_act"] >= 0 and bernoulli(\n'
        '        state, person, site["care_act"], site["care_act_purpose"]\n    ):',
        'if site["care_act"] >= 0:',
    ),
)
misreading(
    "interviews are counted from the start of the period",
    "held if fewer than the day's number have been held since midnight",
    (
        "reference/model",
        "    if site.interviews_day != today:\n",
        "    if site.interviews_day < 0:\n",
    ),
    (
        "compiled/activities",
        '    if site["interviews_day"] != today:\n',
        '    if site["interviews_day"] < 0:\n',
    ),
)
misreading(
    "one interview more than the day's number",
    "held if fewer than the day's number have been held since midnight",
    ("reference/model", "site.interviews >= most.at", "site.interviews > most.at"),
    (
        "compiled/activities",
        'site["interviews"] >= value_now(state, most)',
        'site["interviews"] > value_now(state, most)',
    ),
)
misreading(
    "each person may have the day's number of interviews",
    "held if fewer than the day's number have been held since midnight",
    (
        "reference/model",
        "    if site.interviews_day != today:\n",
        "    if site.interviews_day != today + 1000 * person.number:\n",
    ),
    (
        "reference/model",
        "site.interviews_day, site.interviews = today, 0",
        "site.interviews_day, site.interviews = today + 1000 * person.number, 0",
    ),
    (
        "compiled/activities",
        '    if site["interviews_day"] != today:\n',
        '    today += 1000 * record["number"]\n    if site["interviews_day"] != today:\n',
    ),
)
misreading(
    "an interview opens nothing",
    "An interview opens referrals.",
    (
        "reference/model",
        '"interviews", site.number, person.class_id)\n    for referral in site.plan.referrals:',
        '"interviews", site.number, person.class_id)\n    for referral in site.plan.referrals[:0]:',
    ),
    (
        "compiled/activities",
        'INTERVIEWS_COUNT, service, record["class_id"])\n    '
        'for referral in range(site["first_referral"], site["last_referral"]):',
        'INTERVIEWS_COUNT, service, record["class_id"])\n    for referral in range(0):',
    ),
)
misreading(
    "every visit opens referrals",
    "an interview is sought,",
    (
        "reference/model",
        "if plan.interview is not None and state.bernoulli(person, plan.interview):",
        "if plan.interview is not None:",
    ),
    (
        "compiled/activities",
        'if site["interview"] >= 0 and bernoulli(\n'
        '        state, person, site["interview"], site["interview_purpose"]\n    ):',
        'if site["interview"] >= 0:',
    ),
)

# 3.3 overnight

misreading(
    "those apply who are at the drop-in that evening",
    "(or only those who began a visit to a named drop-in that calendar day)",
    (
        "reference/model",
        "person.visit_day.get(plan.visitors_of, -1) != day",
        "person.visiting != plan.visitors_of",
    ),
    (
        "compiled/activities",
        '        if clock["visit_day"] != day:\n',
        '        if record["visiting"] != visitors_of:\n',
    ),
)
misreading(
    "those apply who visited the drop-in since the evening before",
    "(or only those who began a visit to a named drop-in that calendar day)",
    (
        "reference/model",
        "person.visit_day.get(plan.visitors_of, -1) != day",
        "person.visit_day.get(plan.visitors_of, -9) < day - 1",
    ),
    (
        "compiled/activities",
        '        if clock["visit_day"] != day:\n',
        '        if clock["visit_day"] < max(0, day - 1):\n',
    ),
)
misreading(
    "those apply who visited any drop-in",
    "(or only those who began a visit to a named drop-in that calendar day)",
    (
        "reference/model",
        "person.visit_day.get(plan.visitors_of, -1) != day",
        "day not in person.visit_day.values()",
    ),
    (
        "compiled/activities",
        '        if clock["visit_day"] != day:\n',
        '        first = person * scalars_of(state)["drop_in_count"]\n'
        "        found = False\n"
        '        for at in range(first, first + scalars_of(state)["drop_in_count"]):\n'
        '            found |= visit_clocks_of(state)[at]["visit_day"] == day\n'
        "        if not found:\n",
    ),
)
misreading(
    "every class may have a night place",
    "of an eligible class",
    ("reference/model", "    if not plan.classes[person.class_id]:\n", "    if False:\n"),
    (
        "compiled/activities",
        '    if not serves(state, service, record["class_id"]):\n',
        "    if False:\n",
    ),
)
misreading(
    "most nights counts all nights, not those in a row",
    "the declared maximum of consecutive nights",
    (
        "reference/model",
        "in_a_row = person.nights[site.number][1] if _last_night(person, site) == day - 1 else 0",
        "in_a_row = person.nights.get(site.number, (-9, 0))[1]",
    ),
    (
        "reference/model",
        "again = plan.most_nights > 0 and _last_night(person, site) == day - 1",
        "again = plan.most_nights > 0 and site.number in person.nights",
    ),
    (
        "compiled/activities",
        'nights["in_a_row"] + 1 if nights["last"] == day - 1 else 1',
        'nights["in_a_row"] + 1',
    ),
    (
        "compiled/activities",
        'again = site["most_nights"] > 0 and nights["last"] == day - 1',
        'again = site["most_nights"] > 0',
    ),
)
misreading(
    "one night more than the declared maximum",
    "who have not just spent the declared maximum of consecutive nights",
    (
        "reference/model",
        "person.nights[site.number][1] >= plan.most_nights",
        "person.nights[site.number][1] > plan.most_nights",
    ),
    (
        "compiled/activities",
        'nights["in_a_row"] >= site["most_nights"]',
        'nights["in_a_row"] > site["most_nights"]',
    ),
)
misreading(
    "everybody applies",
    "who apply (a declared share, drawn each evening)",
    (
        "reference/model",
        "return plan.applies is None or state.bernoulli(person, plan.applies)",
        "return True",
    ),
    (
        "compiled/activities",
        'return site["applies"] < 0 or bernoulli(state, person, site["applies"], site["applies_purpose"])',
        "return True",
    ),
)
misreading(
    "whoever applies once applies every evening",
    "(a declared share, drawn each evening)",
    (
        "reference/model",
        "return plan.applies is None or state.bernoulli(person, plan.applies)",
        "if plan.applies is None:\n        return True\n"
        "    purpose = state.plan.purposes[plan.applies.purpose]\n"
        "    return state.keyed.uniform(person.key, purpose, 0) < plan.applies.share.at(state.now)",
    ),
    (
        "compiled/activities",
        'return site["applies"] < 0 or bernoulli(state, person, site["applies"], site["applies_purpose"])',
        'draws_of(state)[person * scalars_of(state)["purpose_count"] + site["applies_purpose"]] = 0\n'
        '    return site["applies"] < 0 or bernoulli(\n'
        '        state, person, site["applies"], site["applies_purpose"]\n    )',
    ),
    (
        "compiled/activities",
        "    flags_of,\n    levels",
        "    draws_of,\n    flags_of,\n    levels",
    ),
)
misreading(
    "a lottery before priority",
    "Order: priority of class; then, if declared, those who slept there the night before",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((lottery, priority, not returning, person.number))",
    ),
    (
        "compiled/activities",
        "first = 2 * priority + (0 if returning else 1)",
        "first = 0",
    ),
)
misreading(
    "last night's guests before priority",
    "Order: priority of class; then, if declared, those who slept there the night before",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((not returning, priority, lottery, person.number))",
    ),
    (
        "compiled/activities",
        "first = 2 * priority + (0 if returning else 1)",
        "first = priority + (0 if returning else 1000)",
    ),
)
misreading(
    "last night's guests come last",
    "those who slept there the night before",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((priority, returning, lottery, person.number))",
    ),
    (
        "compiled/activities",
        "first = 2 * priority + (0 if returning else 1)",
        "first = 2 * priority + (1 if returning else 0)",
    ),
)
misreading(
    "last night's guests always come first",
    "then, if declared, those who slept there the night before",
    ("reference/model", "returning = site.plan.returning_first and", "returning = True and"),
    ("compiled/activities", 'returning = site["returning_first"] != 0 and', "returning = True and"),
)
misreading(
    "the largest lottery draw comes first",
    "then a lottery draw (the smallest first)",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((priority, not returning, -lottery, person.number))",
    ),
    ("compiled/activities", "person, first, lottery,", "person, first, -lottery,"),
)
misreading(
    "no lottery: by person number",
    "then a lottery draw",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((priority, not returning, 0.0, person.number))",
    ),
    ("compiled/activities", "person, first, lottery,", "person, first, 0.0,"),
)
misreading(
    "equal lottery draws go by the street list",
    "then a lottery draw (the smallest first); then person number",
    (
        "reference/model",
        "ranked.append((priority, not returning, lottery, person.number))",
        "ranked.append((priority, not returning, lottery, person.street_list_at, person.number))",
    ),
    (
        "compiled/activities",
        'rank(state, applicants, person, first, lottery, people[person]["number"])',
        "rank(state, applicants, person, first, lottery, at)",
    ),
)
misreading(
    "applicants without a place are not counted",
    "Applicants without a place are turned away (counted).",
    (
        "reference/model",
        '            state.tally.count("turned_away", site.number, person.class_id)\n',
        "",
    ),
    (
        "compiled/activities",
        '            count(state, TURNED_AWAY_COUNT, service, record["class_id"])\n',
        "",
    ),
)
misreading(
    "in the morning the highest number leaves first",
    "In the morning everybody leaves, in order of number.",
    (
        "reference/model",
        "for number in sorted(site.present):",
        "for number in sorted(site.present, reverse=True):",
    ),
    (
        "compiled/activities",
        'rank(state, there, person, people[person]["number"], 0.0, 0)',
        'rank(state, there, person, -people[person]["number"], 0.0, 0)',
    ),
)
misreading(
    "a night withdraws requests to that service and those before",
    "A night withdraws no request",
    (
        "reference/model",
        "    if state.free(site) < 1:\n        state.tally.over",
        "    else:\n        withdraw(state, person, site.number)\n    if state.free(site) < 1:\n        state.tally.over",
    ),
    (
        "compiled/movement",
        "    if rarely(free_places(state, service) < 1):\n",
        "    else:\n        withdraw(state, person, service)\n"
        "    if rarely(free_places(state, service) < 1):\n",
    ),
)
misreading(
    "nobody is admitted from a night place",
    "a person in a night place can be admitted elsewhere at any time, as from the street",
    (
        "reference/state",
        "        if not self.is_hosted(person) or person.stage",
        "        if person.where == STREET or person.stage",
    ),
    (
        "compiled/movement",
        "(not hosted or _would_come(state, person, service))",
        '(people_of(state)[person]["where"] == STREET or _would_come(state, person, service))',
    ),
)
misreading(
    "people in a night place can always be reached",
    "as from the street",
    (
        "reference/model",
        "missed = 0.0 if state.is_hosted(person) else",
        "missed = 0.0 if person.where >= 0 else",
    ),
    (
        "compiled/model",
        "missed = 0.0 if hosted else",
        'missed = 0.0 if people_of(state)[person]["where"] >= 0 else',
    ),
)

# 3.4 places

misreading(
    "any class may be referred to a place",
    "Eligibility: classes served.",
    (
        "reference/model",
        "if not target.classes[person.class_id] or referral.to in person.requests:",
        "if referral.to in person.requests:",
    ),
    (
        "compiled/movement",
        "if not serves(state, to, class_id) or request_of(state, person, to) >= 0:",
        "if request_of(state, person, to) >= 0:",
    ),
)
misreading(
    "any class may take a route to a place",
    "Eligibility: classes served.",
    (
        "reference/model",
        "    if not state.sites[service].plan.classes[person.class_id]:\n",
        "    if False:\n",
    ),
    (
        "compiled/movement",
        '    if not serves(state, service, people_of(state)[person]["class_id"]):\n',
        "    if False:\n",
    ),
)
misreading(
    "classes that no group names come first",
    "classes not named come last together",
    ("sim/plan/build.py", "place.get(name, len(groups))", "place.get(name, -1)"),
)
misreading(
    "each class that no group names is a group of its own",
    "classes not named come last together",
    (
        "sim/plan/build.py",
        "return tuple(place.get(name, len(groups)) for name in make.class_shares)",
        "return tuple(\n        place.get(name, len(groups) + 9 - number)\n"
        "        for number, name in enumerate(make.class_shares)\n    )",
    ),
)
misreading(
    "the last group of priority comes first",
    "groups of classes, first group first",
    (
        "sim/plan/build.py",
        "place = {name: number for number, group in enumerate(groups) for name in group}",
        "place = {name: -number for number, group in enumerate(groups) for name in group}",
    ),
)
misreading(
    "admissions happen at any time",
    "Admission window: if declared, admissions happen only inside it.",
    (
        "reference/model",
        "if state.window[site.number] and state.free(site) >= 1:\n            _offer",
        "if state.free(site) >= 1:\n            _offer",
    ),
    (
        "compiled/model",
        '    if not site["is_window_open"]:\n',
        '    if not site["is_window_open"] and site["kind"] != PLACES:\n',
    ),
)
misreading(
    "requests of routes pass no assessment",
    "every request passes it first (a delay, an acceptance share)",
    (
        "reference/model",
        "    _apply(state, person, service, accepted=True, delay=0.0, formal=False)\n",
        "    person.requests[service] = Request(person, service)\n"
        "    _decide(state, person.requests[service], accepted=True, formal=False)\n",
    ),
    (
        "compiled/movement",
        "    _apply(state, person, service, True, 0.0, False)\n",
        "    request = new_request(state, person, service)\n"
        '    requests_of(state)[request]["accepted"] = 1\n'
        '    requests_of(state)[request]["formal"] = 0\n'
        "    decide(state, request)\n",
    ),
)
misreading(
    "an assessment accepts everybody",
    "the assessment's acceptance share are drawn at once",
    (
        "reference/model",
        "accepted = state.bernoulli(person, target.assessment) and accepted",
        "accepted = state.bernoulli(person, target.assessment) or accepted",
    ),
    ("compiled/movement", "accepted = passes and accepted", "accepted = passes or accepted"),
)
misreading(
    "an assessment takes no time",
    "plus the assessment's delay pass first",
    ("reference/model", "    if target.assessment_delay is not None:\n", "    if False:\n"),
    ("compiled/movement", '    if site["assessment_delay"] >= 0:\n', "    if False:\n"),
)
misreading(
    "an assessment goes on beside the delay of a referral",
    "plus the assessment's delay pass first",
    (
        "reference/model",
        "delay = delay + state.duration(person, target.assessment_delay)",
        "delay = max(delay, state.duration(person, target.assessment_delay))",
    ),
    (
        "compiled/movement",
        'delay = delay + duration(state, person, site["assessment_delay"])',
        'delay = max(delay, duration(state, person, site["assessment_delay"]))',
    ),
)
misreading(
    "a waiting room holds one more",
    "that many people listed is turned away",
    (
        "reference/model",
        "len(site.listed) - free >= site.plan.waiting_room",
        "len(site.listed) - free > site.plan.waiting_room",
    ),
    ("compiled/movement", 'site["listed"] - free >= seats', 'site["listed"] - free > seats'),
)
misreading(
    "a full waiting room turns people away though a place is free",
    "a request that finds no place it could be given now (none is free, or the admission window is shut) and that many people listed is turned away",
    (
        "reference/model",
        "return free <= len(site.ready) and len(site.listed) - free >= site.plan.waiting_room",
        "return len(site.listed) >= site.plan.waiting_room",
    ),
    (
        "compiled/movement",
        'return bool(free <= site["ready_count"] and site["listed"] - free >= seats)',
        'return bool(site["listed"] >= seats)',
    ),
)
misreading(
    "a shut admission window fills no waiting room",
    "(none is free, or the admission window is shut)",
    (
        "reference/model",
        "    free = max(0, state.free(site)) if state.window[service] else 0\n",
        "    free = max(0, state.free(site))\n",
    ),
    (
        "compiled/movement",
        '    free = max(0, free_places(state, service)) if site["is_window_open"] else 0\n',
        "    free = max(0, free_places(state, service))\n",
    ),
)
misreading(
    "whoever is turned away stays in the street",
    "somebody who is not hosted may then, by declared rule, leave the model.",
    (
        "reference/model",
        "close(state, person, service, state.sites[service].plan.turned_away_to)",
        "close(state, person, service, STREET)",
    ),
    (
        "compiled/movement",
        "_close(state, person, service, goes_to)",
        "_close(state, person, service, STREET)",
    ),
)
misreading(
    "hosted people cannot be reached either",
    "an offer to somebody in the street fails with a declared share because they cannot be reached",
    (
        "reference/model",
        "missed = 0.0 if state.is_hosted(person) else plan.unreachable.at(state.now)",
        "missed = plan.unreachable.at(state.now)",
    ),
    (
        "compiled/model",
        'missed = 0.0 if hosted else value_now(state, site["unreachable"])',
        'missed = value_now(state, site["unreachable"])',
    ),
    quick=True,
)
misreading(
    "hosted people decline nothing",
    "with another share the person, wherever they live, declines",
    (
        "reference/model",
        "if draw < missed + plan.declines.at(state.now):",
        "if not state.is_hosted(person) and draw < missed + plan.declines.at(state.now):",
    ),
    (
        "compiled/model",
        'if draw < missed + value_now(state, site["declines"]):',
        'if not hosted and draw < missed + value_now(state, site["declines"]):',
    ),
)
misreading(
    "a second draw decides whether people decline",
    "One draw decides.",
    (
        "reference/model",
        "if draw < missed + plan.declines.at(state.now):",
        "if state.uniform(person, plan.offer_purpose) < plan.declines.at(state.now):",
    ),
    (
        "compiled/model",
        'if draw < missed + value_now(state, site["declines"]):',
        'if uniform(state, person, site["offer_purpose"]) < value_now(state, site["declines"]):',
    ),
)
misreading(
    "whoever is not reached goes to the end of the list",
    "they keep their rank and are passed over for a declared time",
    (
        "reference/model",
        "    request.passed_over = False\n",
        "    request.passed_over = False\n    request.ranks_from = state.now\n",
    ),
    (
        "compiled/model",
        'record["passed_over"], record["again"] = 0, NONE\n',
        'record["passed_over"], record["again"] = 0, NONE\n'
        '    record["ranks_from"] = scalars_of(state)["now"]\n',
    ),
)
misreading(
    "there is no turnaround when people move on to another service",
    "the place stays closed for a drawn time after each departure",
    (
        "reference/model",
        "    else:\n        _leave_place(state, person, to)\n",
        "    else:\n        _leave_place(state, person, to, to < 0)\n",
    ),
    (
        "compiled/movement",
        "        _leave_place(state, person, to, True)\n",
        "        _leave_place(state, person, to, to < 0)\n",
    ),
)
misreading(
    "there is no turnaround when people go to the street",
    "the place stays closed for a drawn time after each departure",
    (
        "reference/model",
        "    _leave_place(state, person, STREET, turnaround)\n",
        "    _leave_place(state, person, STREET, False)\n",
    ),
    (
        "compiled/movement",
        "    _leave_place(state, person, STREET, turnaround)\n",
        "    _leave_place(state, person, STREET, False)\n",
    ),
)
misreading(
    "a place under turnaround can be taken",
    "the place stays closed for a drawn time after each departure",
    (
        "reference/state",
        "free = self.open[site.number] - site.occupied - site.turnaround",
        "free = self.open[site.number] - site.occupied",
    ),
    (
        "compiled/movement",
        'free = site["open"] - site["occupied"] - site["under_turnaround"]',
        'free = site["open"] - site["occupied"]',
    ),
)
misreading(
    "a turnaround after an eviction",
    "An eviction needs no turnaround.",
    (
        "reference/model",
        "depart(state, person, STREET, turnaround=False)",
        "depart(state, person, STREET, turnaround=True)",
    ),
    (
        "compiled/movement",
        "    depart(state, person, STREET, False)\n",
        "    depart(state, person, STREET, True)\n",
    ),
)
misreading(
    "every stay may be dropped",
    "Early drop-out: a share of stays ends after a drawn time",
    (
        "reference/model",
        "after is not None and state.bernoulli(person, plan.drop_out):",
        "after is not None:",
    ),
    (
        "compiled/movement",
        'law >= 0 and bernoulli(state, person, share, site["drop_out_purpose"]):',
        "law >= 0:",
    ),
)
misreading(
    "a stay with a drop-out goes on beyond its planned end",
    "if that comes before the planned end",
    ("reference/model", "    if drops_out <= ends:\n", "    if drops_out < math.inf:\n"),
    (
        "compiled/movement",
        '    if record["drops_out"] <= record["ends"]:\n',
        '    if record["drops_out"] < math.inf:\n',
    ),
)
misreading(
    "a stay that ends when one drops out ends as planned",
    "5 | drop-out | person",
    ("reference/model", "    if drops_out <= ends:\n", "    if drops_out < ends:\n"),
    (
        "compiled/movement",
        '    if record["drops_out"] <= record["ends"]:\n',
        '    if record["drops_out"] < record["ends"]:\n',
    ),
)
misreading(
    "where share and risk are declared only the risk counts",
    "(or both; the earlier counts)",
    (
        "reference/model",
        "drops_out = min(drops_out, state.event_time(plan.drop_out_risk.rate, unit))",
        "drops_out = state.event_time(plan.drop_out_risk.rate, unit)",
    ),
    (
        "compiled/movement",
        "drops_out = min(drops_out, event_time(state, risk, unit))",
        "drops_out = event_time(state, risk, unit)",
    ),
)
misreading(
    "the risk of dropping out does not change with time",
    "or a yearly risk during the planned stay",
    (
        "reference/model",
        "state.event_time(plan.drop_out_risk.rate, unit)",
        "state.after(unit / max(plan.drop_out_risk.rate.at(state.now), 1e-9))",
    ),
    (
        "compiled/movement",
        "event_time(state, risk, unit)",
        "after(state, unit / max(value_now(state, risk), 1e-9))",
    ),
)
misreading(
    "whoever drops out goes to the street",
    "A destination without delay: the street or gone.",
    (
        "reference/model",
        "        depart(state, person, plan.drop_out_to)\n",
        "        depart(state, person, STREET)\n",
    ),
    (
        "compiled/movement",
        "    depart(state, person, to, True)\n\n\n@compiled\ndef end_stay",
        "    depart(state, person, STREET, True)\n\n\n@compiled\ndef end_stay",
    ),
)
misreading(
    "people must leave by any rule when places fall",
    "Falling capacity: by default nobody new until there is room.",
    (
        "reference/model",
        "if site.plan.evict is not Evict.NOBODY:",
        "if site.plan.kind is Kind.PLACES:",
    ),
    ("compiled/activities", '["evict"] != NOBODY:', '["stay"] >= 0:'),
)
misreading(
    "a shared room that is too small makes nobody leave",
    "Where a shared room is too small as well, people leave until the rest fit the room too",
    (
        "reference/model",
        "    over = -state.free(site)\n",
        "    over = site.occupied + site.turnaround - state.open[site.number]\n",
    ),
    (
        "compiled/activities",
        "    over = -free_places(state, service)\n",
        '    over = site["occupied"] + site["under_turnaround"] - site["open"]\n',
    ),
)
misreading(
    "when places fall everybody must leave",
    "people leave for the street until the rest fit",
    (
        "reference/model",
        "for person in people[: max(0, over)]:",
        "for person in people if over > 0 else []:",
    ),
    ("compiled/activities", "for place in range(min(over, there)):", "for place in range(there):"),
)
misreading(
    "last in: of equal times the lowest number leaves",
    "the highest number leaves first under last in",
    ("reference/model", "(-person.since, -person.number)", "(-person.since, person.number)"),
    (
        "compiled/activities",
        '0, -record["since"], -record["number"])',
        '0, -record["since"], record["number"])',
    ),
)
misreading(
    "first in: of equal times the highest number leaves",
    "the lowest under the others",
    (
        "reference/model",
        "return (person.since, person.number)",
        "return (person.since, -person.number)",
    ),
    (
        "compiled/activities",
        '0, record["since"], record["number"])',
        '0, record["since"], -record["number"])',
    ),
)
misreading(
    "blocked first: of those blocked equally long the highest number leaves",
    "the lowest under the others",
    (
        "reference/model",
        "(0.0, person.blocked_since, person.number)",
        "(0.0, person.blocked_since, -person.number)",
    ),
    (
        "compiled/activities",
        'record["blocked_since"], record["number"])',
        'record["blocked_since"], -record["number"])',
    ),
)
misreading(
    "blocked first: those blocked last leave first",
    "(longest blocked first, then last in)",
    (
        "reference/model",
        "(0.0, person.blocked_since, person.number)",
        "(0.0, -person.blocked_since, person.number)",
    ),
    (
        "compiled/activities",
        '0, record["blocked_since"],',
        '0, -record["blocked_since"],',
    ),
)
misreading(
    "blocked first: then first in",
    "(longest blocked first, then last in)",
    (
        "reference/model",
        "(1.0, -person.since, person.number)",
        "(1.0, person.since, person.number)",
    ),
    ("compiled/activities", '1, -record["since"],', '1, record["since"],'),
)
misreading(
    "blocked first: of others of equal times the highest number leaves",
    "the lowest under the others",
    (
        "reference/model",
        "(1.0, -person.since, person.number)",
        "(1.0, -person.since, -person.number)",
    ),
    (
        "compiled/activities",
        '1, -record["since"], record["number"])',
        '1, -record["since"], -record["number"])',
    ),
)
misreading(
    "blocked people do not leave first",
    "or blocked first",
    (
        "reference/model",
        "    if person.stage is Stage.BLOCKED:\n        return",
        "    if False:\n        return",
    ),
    (
        "compiled/activities",
        '    elif record["stage"] == BLOCKED_STAGE:\n',
        "    elif False:\n",
    ),
)
misreading(
    "evicted people ask no more",
    "asks for the same service again at once",
    (
        "reference/model",
        "if rule is Evicted.ASK_NO_MORE or service in person.requests:",
        "if True:",
    ),
    (
        "compiled/movement",
        "if rule == ASK_NO_MORE or request_of(state, person, service) >= 0:",
        "if True:",
    ),
)
misreading(
    "evicted people always ask again",
    "or is not made",
    (
        "reference/model",
        "if rule is Evicted.ASK_NO_MORE or service in person.requests:",
        "if service in person.requests:",
    ),
    (
        "compiled/movement",
        "if rule == ASK_NO_MORE or request_of(state, person, service) >= 0:",
        "if request_of(state, person, service) >= 0:",
    ),
)
misreading(
    "evicted people join the end of the list",
    "By declared rule the request keeps the rank of the one that had brought them (default)",
    ("reference/model", "    if rule is Evicted.KEEP_RANK:\n", "    if False:\n"),
    ("compiled/movement", "    if rule == KEEP_RANK:\n", "    if False:\n"),
)
misreading(
    "evicted people keep their rank by any rule",
    "joins the end of the list",
    ("reference/model", "    if rule is Evicted.KEEP_RANK:\n", "    if True:\n"),
    ("compiled/movement", "    if rule == KEEP_RANK:\n", "    if True:\n"),
)
misreading(
    "evicted people rank from their admission",
    "the request keeps the rank of the one that had brought them (default)",
    (
        "reference/model",
        "request.ranks_from = person.ranked_from",
        "request.ranks_from = person.since",
    ),
    (
        "compiled/movement",
        'record["ranks_from"] = people_of(state)[person]["ranked_from"]',
        'record["ranks_from"] = people_of(state)[person]["since"]',
    ),
)
misreading(
    "whoever has ended the stay asks for the same service again when evicted",
    "somebody whose stay was not over",
    (
        "reference/model",
        "        if not stay_is_over:\n",
        "        if True:\n",
    ),
    ("compiled/activities", "        if not stay_is_over:\n", "        if True:\n"),
)
misreading(
    "those there at the start rank as listed at the start",
    "Those who were there at the start rank before everybody else of their priority.",
    (
        "reference/model",
        "request.ranks_from = person.ranked_from",
        "request.ranks_from = max(0.0, person.ranked_from)",
    ),
    (
        "compiled/movement",
        'record["ranks_from"] = people_of(state)[person]["ranked_from"]',
        'record["ranks_from"] = max(0.0, people_of(state)[person]["ranked_from"])',
    ),
)
misreading(
    "a full waiting room lets evicted people in",
    "A full waiting room turns them away like others.",
    (
        "reference/model",
        "    person.requests[service] = request\n    _decide(state, request, accepted=True, formal=False)\n",
        "    person.requests[service] = request\n    join_list(state, request)\n",
    ),
    (
        "compiled/movement",
        '    record["accepted"], record["formal"] = 1, 0\n    decide(state, request)\n',
        '    record["accepted"], record["formal"] = 1, 0\n    join_list(state, request)\n',
    ),
)
misreading(
    "evicted people ask through the assessment",
    "asks for the same service again at once, without assessment",
    (
        "reference/model",
        "    person.requests[service] = request\n    _decide(state, request, accepted=True, formal=False)\n",
        "    _apply(state, person, service, accepted=True, delay=0.0, formal=False)\n",
    ),
    (
        "compiled/movement",
        '    record["accepted"], record["formal"] = 1, 0\n    decide(state, request)\n',
        "    drop_request(state, request)\n    _apply(state, person, service, True, 0.0, False)\n",
    ),
)
misreading(
    "a stay is shortened below nothing",
    "taken off the next stay, not below zero",
    (
        "reference/model",
        "length = max(0.0, length - plan.blocked_credit.at(state.now) * person.credit)",
        "length = abs(length - plan.blocked_credit.at(state.now) * person.credit)",
    ),
    (
        "compiled/movement",
        'max(0.0, length - value_now(state, site["blocked_credit"]) * record["credit"])',
        'abs(length - value_now(state, site["blocked_credit"]) * record["credit"])',
    ),
)
misreading(
    "all the time blocked is taken off the next stay",
    "a declared share of the time just spent blocked is taken off the next stay",
    (
        "reference/model",
        "plan.blocked_credit.at(state.now) * person.credit",
        "person.credit",
    ),
    (
        "compiled/movement",
        'value_now(state, site["blocked_credit"]) * record["credit"]',
        'record["credit"]',
    ),
)
misreading(
    "the whole stay before is credited, not the time blocked",
    "a declared share of the time just spent blocked is taken off the next stay",
    (
        "reference/model",
        "blocked = state.now - person.blocked_since if person.stage is Stage.BLOCKED else 0.0",
        "blocked = state.now - person.since if state.is_hosted(person) else 0.0",
    ),
    (
        "compiled/movement",
        'blocked = scalars["now"] - record["blocked_since"]',
        'blocked = scalars["now"] - record["since"]',
    ),
)
misreading(
    "time blocked before a return to the street is credited",
    "a declared share of the time just spent blocked is taken off the next stay",
    (
        "reference/model",
        "    person.credit = blocked\n",
        "    person.credit = max(person.credit, blocked)\n",
    ),
    (
        "reference/model",
        "    if person.stage is Stage.BLOCKED:\n        state.sites",
        "    if person.stage is Stage.BLOCKED:\n        person.credit = now - person.blocked_since\n"
        "        state.sites",
    ),
    (
        "compiled/movement",
        '    record["credit"] = blocked\n',
        '    record["credit"] = max(record["credit"], blocked)\n',
    ),
    (
        "compiled/movement",
        '        sites_of(state)[service]["blocked"] -= 1\n',
        '        record["credit"] = scalars_of(state)["now"] - record["blocked_since"]\n'
        '        sites_of(state)[service]["blocked"] -= 1\n',
    ),
)


# 4. the end of a stay, and being blocked

misreading(
    "all classes take the routes of the first",
    "The destination is drawn from the routes of the person's class",
    (
        "reference/model",
        "    routes = plan.routes[person.class_id]\n    draw",
        "    routes = plan.routes[0]\n    draw",
    ),
    (
        "reference/model",
        "delay = plan.routes[person.class_id][person.route].delay",
        "delay = plan.routes[0][person.route].delay",
    ),
    (
        "compiled/movement",
        '(record["where"] * classes + record["class_id"])])',
        '(record["where"] * classes)])',
    ),
    (
        "compiled/movement",
        '(where * classes + record["class_id"]) + 1]',
        "(where * classes) + 1]",
    ),
)
misreading(
    "the first route with a share is taken",
    "The destination is drawn from the routes of the person's class",
    ("reference/model", "        if draw < cumulated:\n", "        if cumulated > 0.0:\n"),
    (
        "compiled/movement",
        "            if draw < cumulated:\n",
        "            if cumulated > 0.0:\n",
    ),
)
misreading(
    "requests are always due at the end of the stay",
    "at admission, or a declared time before the planned end",
    ("reference/model", "    lead = plan.request_lead\n", "    lead = 0.0\n"),
    ("compiled/movement", '    lead = site["request_lead"]\n', "    lead = 0.0\n"),
)
misreading(
    "a time before the end counts from the admission",
    "a declared time before the planned end",
    (
        "reference/model",
        "max(state.now, rounded(ends - lead))",
        "min(ends, rounded(state.now + lead))",
    ),
    (
        "compiled/movement",
        "due = max(now, moment(ends / MILLISECONDS - lead))",
        "due = min(ends, after(state, lead))",
    ),
)
misreading(
    "the destination is drawn at the end whenever the request is due",
    "It is drawn when the request is due",
    (
        "reference/model",
        "    _draw_route(state, person, plan)\n    state.write(Event.STAY_ENDS",
        "    person.route = -1\n    person.draws[plan.route_purpose] = 0\n"
        "    _draw_route(state, person, plan)\n    state.write(Event.STAY_ENDS",
    ),
    (
        "compiled/movement",
        "    _draw_route(state, person)\n    write(state, STAY_ENDS",
        '    record["route"] = NONE\n    _draw_route(state, person)\n    write(state, STAY_ENDS',
    ),
)
misreading(
    "a request that is open already is opened anew",
    "unless one is already open, which keeps its rank",
    (
        "reference/model",
        "    if service in person.requests:\n        return\n    if not state.sites",
        "    if service in person.requests:\n        state.remove_request(person.requests[service], GAVE_UP)\n"
        "    if not state.sites",
    ),
    (
        "compiled/movement",
        "    if request_of(state, person, service) >= 0:\n        return\n    if not serves",
        "    if request_of(state, person, service) >= 0:\n"
        "        remove_request(state, request_of(state, person, service), GAVE_UP)\n    if not serves",
    ),
)
misreading(
    "being held is counted as being blocked",
    "the place is held, which is told apart from blocked",
    (
        "reference/model",
        'level("held", person.where, person.class_id, 1.0,',
        'level("blocked", person.where, person.class_id, 1.0,',
    ),
    (
        "reference/model",
        'level("held", person.where, person.class_id, -1.0,',
        'level("blocked", person.where, person.class_id, -1.0,',
    ),
    ("compiled/layout", 'HELD_LEVEL = LEVELS.index("held")', "HELD_LEVEL = BLOCKED_LEVEL"),
)
misreading(
    "there is no delay on the way to the street or out",
    "When the planned stay ends the route's delay, if any, runs first",
    (
        "reference/model",
        "    if delay is not None:\n",
        "    if delay is not None and person.destination >= 0:\n",
    ),
    (
        "compiled/movement",
        "    if delay < 0:\n",
        '    if delay < 0 or record["destination"] < 0:\n',
    ),
)
misreading(
    "a delay of a route takes no time",
    "When the planned stay ends the route's delay, if any, runs first",
    ("reference/model", "    if delay is not None:\n", "    if False:\n"),
    ("compiled/movement", "    if delay < 0:\n", "    if True:\n"),
)
misreading(
    "people may move during the delay of their route",
    "Somebody in a planned stay (or its route delay) who is on a list keeps their rank and is "
    "passed over until ready",
    (
        "reference/state",
        "person.stage in (Stage.READY, Stage.BLOCKED)",
        "person.stage in (Stage.HELD, Stage.READY, Stage.BLOCKED)",
    ),
    (
        "compiled/movement",
        'record["stage"] == READY or record["stage"] == BLOCKED_STAGE',
        'record["stage"] != 0',
    ),
)
misreading(
    "people go to the street by default",
    "blocked: waits in the place (default); or returns to the street",
    ("reference/model", "    if not plan.wait_in_place:\n", "    if plan.wait_in_place:\n"),
    ("compiled/movement", '    if not site["wait_in_place"]:\n', '    if site["wait_in_place"]:\n'),
)
misreading(
    "whoever returns to the street loses the request",
    "or returns to the street and keeps the request",
    (
        "reference/model",
        "    if not plan.wait_in_place:\n",
        "    if not plan.wait_in_place:\n        withdraw(state, person, len(state.sites))\n",
    ),
    (
        "compiled/movement",
        '    if not site["wait_in_place"]:\n',
        '    if not site["wait_in_place"]:\n        withdraw(state, person, scalars["site_count"])\n',
    ),
)
misreading(
    "there is no limit to being blocked",
    "A limit to the time blocked may be declared",
    (
        "reference/model",
        "    if plan.blocked_limit is not None and not person.fell_back:\n",
        "    if False:\n",
    ),
    (
        "compiled/movement",
        '    if site["blocked_limit"] >= 0 and not record["fell_back"]:\n',
        "    if False:\n",
    ),
)
misreading(
    "whoever falls back to the street loses the requests",
    "with a fallback: the street (requests kept)",
    (
        "reference/model",
        "    if to < 0:\n        _leave_without_next(state, person, to)\n",
        "    if to < 0:\n        withdraw(state, person, len(state.sites))\n"
        "        _leave_without_next(state, person, to)\n",
    ),
    (
        "compiled/movement",
        "    if to < 0:\n        _leave_without_next(state, person, to)\n",
        '    if to < 0:\n        withdraw(state, person, scalars_of(state)["site_count"])\n'
        "        _leave_without_next(state, person, to)\n",
    ),
)
misreading(
    "a refusal is followed by a limit once more",
    "they then wait in the place for that one, without limit",
    (
        "reference/model",
        "    if plan.blocked_limit is not None and not person.fell_back:\n",
        "    if plan.blocked_limit is not None:\n",
    ),
    (
        "compiled/movement",
        '    if site["blocked_limit"] >= 0 and not record["fell_back"]:\n',
        '    if site["blocked_limit"] >= 0:\n',
    ),
)
misreading(
    "the limit starts again after the fallback",
    "they then wait in the place for that one, without limit",
    (
        "reference/model",
        "    person.destination = to\n    ask(state, person, to)\n",
        "    person.destination = to\n    ask(state, person, to)\n"
        "    if person.stage is Stage.BLOCKED and plan.blocked_limit is not None:\n"
        "        until = state.after(state.duration(person, plan.blocked_limit))\n"
        "        timer = _timer(state, person, until, Event.BLOCKED_LIMIT)\n"
        "        state.env.process(_blocked_limit(state, person, timer, plan.fallback))\n",
    ),
    (
        "compiled/movement",
        '    record["destination"] = to\n    ask(state, person, to)\n',
        '    record["destination"] = to\n    ask(state, person, to)\n'
        '    limit = sites_of(state)[service]["blocked_limit"]\n'
        '    if record["stage"] == BLOCKED_STAGE and limit >= 0:\n'
        "        until = after(state, duration(state, person, limit))\n"
        "        _set_stay_timer(state, person, until, BLOCKED_LIMIT)\n",
    ),
    quick=True,
)
misreading(
    "the request for the first destination stays open after a fallback",
    "the request for the first is withdrawn",
    ("reference/model", "    if given_up is not None:\n", "    if False:\n"),
    (
        "compiled/movement",
        "    request = request_of(state, person, given_up)\n    if request >= 0:\n",
        "    request = request_of(state, person, given_up)\n    if False:\n",
    ),
)
misreading(
    "whoever is refused goes on waiting",
    "somebody whose request to the destination is refused",
    (
        "reference/model",
        "        del person.requests[service]\n        state.queue_refusal(person, service)\n",
        "        del person.requests[service]\n",
    ),
    (
        "compiled/movement",
        "        drop_request(state, request)\n        queue_refusal(state, person, service)\n",
        "        drop_request(state, request)\n",
    ),
)
misreading(
    "whoever is not served goes on waiting",
    "somebody whose request to the destination is refused",
    (
        "reference/model",
        "classes[person.class_id]:\n        state.queue_refusal(person, service)\n",
        "classes[person.class_id]:\n",
    ),
    (
        "compiled/movement",
        '["class_id"]):\n        queue_refusal(state, person, service)\n',
        '["class_id"]):\n',
    ),
)
misreading(
    "whoever declines goes on waiting",
    "refused, turned away, declined or given up while they wait",
    (
        "reference/model",
        "            state.remove_request(request, GAVE_UP)\n            state.queue_refusal(person, site.number)\n",
        "            state.remove_request(request, GAVE_UP)\n",
    ),
    (
        "compiled/model",
        "            remove_request(state, request, GAVE_UP)\n            queue_refusal(state, person, service)\n",
        "            remove_request(state, request, GAVE_UP)\n",
    ),
)
misreading(
    "whoever is turned away or gives up goes on waiting",
    "refused, turned away, declined or given up while they wait",
    (
        "reference/model",
        "    state.queue_refusal(person, service)\n    if not state.is_hosted(person) and street_goes_to",
        "    if not state.is_hosted(person) and street_goes_to",
    ),
    (
        "compiled/movement",
        "    queue_refusal(state, person, service)\n    if street_goes_to",
        "    if street_goes_to",
    ),
)
misreading(
    "a second refusal leads out of the model",
    "A second refusal leads to the street.",
    (
        "reference/model",
        "to = STREET if person.fell_back else plan.fallback",
        "to = -2 if person.fell_back else plan.fallback",
    ),
    (
        "compiled/movement",
        'to = STREET if record["fell_back"] else',
        'to = -2 if record["fell_back"] else',
    ),
)
misreading(
    "refusals are followed up last",
    "Refusals are followed up before any other consequence.",
    (
        "reference/model",
        "    if state.refused:\n",
        "    if any(_take_one(state, site) for site in state.sites):\n        return True\n"
        "    if state.refused:\n",
    ),
    (
        "compiled/model",
        '    if scalars["refused_first"] < scalars["refused_last"]:\n',
        "    if _some_service_takes_one(state):\n        return True\n"
        '    if scalars["refused_first"] < scalars["refused_last"]:\n',
    ),
)
misreading(
    "a refusal during the stay ends it",
    "A request refused during the stay or the route's delay has no such effect",
    (
        "reference/state",
        "if self.is_hosted(person) and person.stage >= Stage.READY and person.destination == service:",
        "if self.is_hosted(person) and person.destination == service:",
    ),
    (
        "reference/model",
        "still_waits = state.is_hosted(person) and person.stage >= Stage.READY",
        "still_waits = state.is_hosted(person)",
    ),
    (
        "compiled/movement",
        'record["destination"] == service and record["stage"] >= READY and is_hosted(state, person):',
        'record["destination"] == service and is_hosted(state, person):',
    ),
    (
        "compiled/model",
        'still_waits = record["stage"] >= READY and is_hosted(state, person)',
        "still_waits = is_hosted(state, person)",
    ),
)
misreading(
    "a refused request is opened at the end of the stay and after the delay",
    "it is opened once more when the person wants to move",
    (
        "reference/model",
        "if state.sites[person.where].plan.request_lead == 0.0:",
        "if True:",
    ),
    ("compiled/movement", 'if sites_of(state)[service]["request_lead"] == 0.0:', "if True:"),
)
misreading(
    "a refused request is not opened again",
    "it is opened once more when the person wants to move",
    (
        "reference/model",
        "    state.refresh_all(person)\n    _ask(state, person)\n",
        "    state.refresh_all(person)\n"
        "    plan = state.sites[person.where].plan\n"
        "    if plan.request_lead == 0.0 and plan.routes[person.class_id][person.route].delay is None:\n"
        "        _ask(state, person)\n",
    ),
    (
        "compiled/movement",
        "    refresh_all(state, person)\n    _ask(state, person)\n",
        "    refresh_all(state, person)\n"
        '    route = routes_of(state)[_first_route(state, person) + record["route"]]\n'
        '    lead = sites_of(state)[record["where"]]["request_lead"]\n'
        '    if lead == 0.0 and route["delay"] < 0:\n        _ask(state, person)\n',
    ),
)
misreading(
    "whoever is passed over during the stay joins the end of the list",
    "who is on a list keeps their rank and is passed over until ready",
    (
        "reference/model",
        "    state.refresh_all(person)\n    _ask(state, person)\n",
        "    for request in person.requests.values():\n        request.ranks_from = state.now\n"
        "    state.refresh_all(person)\n    _ask(state, person)\n",
    ),
    (
        "compiled/movement",
        "    refresh_all(state, person)\n    _ask(state, person)\n",
        '    request = record["first_request"]\n    while request >= 0:\n'
        '        requests_of(state)[request]["ranks_from"] = scalars["now"]\n'
        '        request = requests_of(state)[request]["next"]\n'
        "    refresh_all(state, person)\n    _ask(state, person)\n",
    ),
    ("compiled/movement", "    people_of,\n", "    people_of,\n    requests_of,\n"),
)
misreading(
    "a stay may be left early for any service",
    "the list is that of a service after it",
    (
        "reference/state",
        "return service > person.where and self.sites[person.where].plan.leave_early",
        "return self.sites[person.where].plan.leave_early",
    ),
    (
        "compiled/movement",
        'if service > record["where"] and sites_of(state)[record["where"]]["leave_early"]:',
        'if sites_of(state)[record["where"]]["leave_early"]:',
    ),
)
misreading(
    "no stay may be left early",
    "unless the service they live in lets people leave early",
    (
        "reference/state",
        "return service > person.where and self.sites[person.where].plan.leave_early",
        "return False",
    ),
    (
        "compiled/movement",
        'if service > record["where"] and sites_of(state)[record["where"]]["leave_early"]:',
        "if False:",
    ),
)
misreading(
    "a blocked person is admitted to the destination only",
    "A blocked person may be admitted to any service on whose list they stand",
    (
        "reference/state",
        "            return True\n        return service > person.where",
        "            return person.where < 0 or person.stage is Stage.STAYING or (\n"
        "                service == person.destination\n            )\n"
        "        return service > person.where",
    ),
    (
        "compiled/movement",
        'return bool(record["stage"] == READY or record["stage"] == BLOCKED_STAGE)',
        'return bool(record["stage"] >= READY and service == record["destination"])',
    ),
)
misreading(
    "being blocked is counted until the limit, then no more",
    "until the person leaves the place",
    (
        "reference/model",
        "    state.write(Event.BLOCKED_LIMIT,",
        '    state.tally.level("blocked", person.where, person.class_id, -1.0, state.now - 1.0)\n'
        "    state.write(Event.BLOCKED_LIMIT,",
    ),
    (
        "compiled/movement",
        "    write(state, BLOCKED_LIMIT,",
        '    level(state, BLOCKED_LEVEL, record["where"], record["class_id"], -1.0)\n'
        "    write(state, BLOCKED_LIMIT,",
    ),
)
misreading(
    "being blocked is counted from the request on",
    "Being blocked is counted from the end of the stay (and its delay)",
    (
        "reference/model",
        'state.tally.level("blocked", person.where, person.class_id, 1.0, state.now)',
        'state.tally.level("blocked", person.where, person.class_id, 1.0, min(\n'
        "        [state.now, *(r.listed_at for r in person.requests.values() if r.is_listed)]\n    ))",
    ),
    (
        "compiled/movement",
        '    level(state, BLOCKED_LEVEL, service, record["class_id"], 1.0)\n',
        '    now = scalars["now"]\n'
        '    request = record["first_request"]\n    while request >= 0:\n'
        '        if requests_of(state)[request]["listed_at"] >= 0.0:\n'
        '            scalars["now"] = min(scalars["now"], requests_of(state)[request]["listed_at"])\n'
        '        request = requests_of(state)[request]["next"]\n'
        '    level(state, BLOCKED_LEVEL, service, record["class_id"], 1.0)\n    scalars["now"] = now\n',
    ),
    ("compiled/movement", "    people_of,\n", "    people_of,\n    requests_of,\n"),
)

# 5. referrals and requests

misreading(
    "referrals are considered last first",
    "considers each declared referral in file order",
    (
        "reference/model",
        "            refresh_clocks(state, person)\n    for referral in site.plan.referrals:\n",
        "            refresh_clocks(state, person)\n    for referral in reversed(site.plan.referrals):\n",
    ),
    (
        "reference/model",
        '"interviews", site.number, person.class_id)\n    for referral in site.plan.referrals:\n',
        '"interviews", site.number, person.class_id)\n'
        "    for referral in reversed(site.plan.referrals):\n",
    ),
    (
        "compiled/activities",
        "            refresh_clocks(state, person)\n    "
        'for referral in range(site["first_referral"], site["last_referral"]):',
        "            refresh_clocks(state, person)\n    "
        'for referral in range(site["last_referral"] - 1, site["first_referral"] - 1, -1):',
    ),
    (
        "compiled/activities",
        'INTERVIEWS_COUNT, service, record["class_id"])\n    '
        'for referral in range(site["first_referral"], site["last_referral"]):',
        'INTERVIEWS_COUNT, service, record["class_id"])\n    '
        'for referral in range(site["last_referral"] - 1, site["first_referral"] - 1, -1):',
    ),
)
misreading(
    "a referral is for all classes its target serves",
    "(and named, where the referral names classes)",
    (
        "reference/model",
        "if referral.classes and not referral.classes[person.class_id]:",
        "if False:",
    ),
    (
        "compiled/movement",
        "if classes >= 0 and flags_of(state)[classes + class_id] == 0:",
        "if False:",
    ),
)
misreading(
    "a request that is there already does not matter",
    "the person has no request there yet (also none under way)",
    (
        "reference/model",
        "    if not target.classes[person.class_id] or referral.to in person.requests:\n        return\n",
        "    if not target.classes[person.class_id]:\n        return\n"
        "    if referral.to in person.requests:\n"
        "        state.remove_request(person.requests[referral.to], GAVE_UP)\n",
    ),
    (
        "compiled/movement",
        "    if not serves(state, to, class_id) or request_of(state, person, to) >= 0:\n        return\n",
        "    if not serves(state, to, class_id):\n        return\n"
        "    if request_of(state, person, to) >= 0:\n"
        "        remove_request(state, request_of(state, person, to), GAVE_UP)\n",
    ),
)
misreading(
    "a request under way does not matter",
    "the person has no request there yet (also none under way)",
    (
        "reference/model",
        "    if not target.classes[person.class_id] or referral.to in person.requests:\n        return\n",
        "    if not target.classes[person.class_id]:\n        return\n"
        "    if referral.to in person.requests:\n"
        "        if person.requests[referral.to].is_listed:\n            return\n"
        "        state.remove_request(person.requests[referral.to], GAVE_UP)\n",
    ),
    (
        "compiled/movement",
        "    if not serves(state, to, class_id) or request_of(state, person, to) >= 0:\n        return\n",
        "    if not serves(state, to, class_id):\n        return\n"
        "    there = request_of(state, person, to)\n    if there >= 0:\n"
        '        if requests_of(state)[there]["listed_at"] >= 0.0:\n            return\n'
        "        remove_request(state, there, GAVE_UP)\n",
    ),
)
misreading(
    "people are referred to the service they live in",
    "for hosted people, the target stands after the service they live in",
    ("reference/model", "referral.to <= person.where", "referral.to < person.where"),
    ("compiled/movement", 'if to <= record["where"] and', 'if to < record["where"] and'),
    quick=True,
)
misreading(
    "hosted people are referred to any other service",
    "for hosted people, the target stands after the service they live in",
    ("reference/model", "referral.to <= person.where", "referral.to == person.where"),
    ("compiled/movement", 'if to <= record["where"] and', 'if to == record["where"] and'),
)
misreading(
    "people in a night place are referred as hosted people",
    "for hosted people, the target stands after the service they live in",
    (
        "reference/model",
        "if state.is_hosted(person) and referral.to <= person.where:",
        "if referral.to <= person.where:",
    ),
    (
        "compiled/movement",
        'if to <= record["where"] and is_hosted(state, person):',
        'if to <= record["where"]:',
    ),
)
misreading(
    "every referral is opened",
    "it is opened with its share",
    (
        "reference/model",
        "    if not state.bernoulli(person, referral.opened):\n",
        "    if False:\n",
    ),
    (
        "compiled/movement",
        '    if not bernoulli(state, person, declared["opened"], declared["opened_purpose"]):\n',
        "    if False:\n",
    ),
)
misreading(
    "whoever has left on a referral is considered for the next",
    "Nobody who has left the model on an earlier referral of the same contact is considered.",
    ("reference/model", "    if person.exit != 0:\n", "    if False:\n"),
    ("compiled/movement", '    if record["exit"] != 0:\n', "    if False:\n"),
)
misreading(
    "coordination does not change the success of referrals",
    "Its success share (times the coordination factor for success at that time, at most 1)",
    (
        "sim/plan/build.py",
        "combined(_at_most_one, make.calendar(each.success), factor)",
        "make.calendar(each.success)",
    ),
)
misreading(
    "the factor for success is that of the start",
    "Its success share (times the coordination factor for success at that time, at most 1)",
    (
        "sim/plan/build.py",
        "combined(_at_most_one, make.calendar(each.success), factor)",
        "combined(_at_most_one, make.calendar(each.success), constant(factor.at(0.0)))",
    ),
)
misreading(
    "success is drawn when the request is decided",
    "and the assessment's acceptance share are drawn at once",
    (
        "reference/model",
        "    _apply(state, person, referral.to, accepted, delay, formal=True)\n",
        "    _apply(state, person, referral.to, True, delay, formal=True)\n",
    ),
    (
        "reference/model",
        "    person, service = request.person, request.service\n    if formal:\n",
        "    person, service = request.person, request.service\n"
        "    for site in state.sites:\n        for referral in site.plan.referrals:\n"
        "            if referral.to == service and formal:\n"
        "                accepted = accepted and referral.success.share.at(state.now) > 0.0\n"
        "    if formal:\n",
    ),
    (
        "compiled/movement",
        "    _apply(state, person, to, accepted, delay, True)\n",
        "    _apply(state, person, to, True, delay, True)\n"
        "    there = request_of(state, person, to)\n"
        "    if there >= 0:\n"
        '        requests_of(state)[there]["formal"] = 2 + declared["success"]\n',
    ),
    (
        "compiled/movement",
        '    accepted, class_id = record["accepted"] != 0,',
        '    if record["formal"] >= 2 and not value_now(state, record["formal"] - 2):\n'
        '        record["accepted"] = 0\n    accepted, class_id = record["accepted"] != 0,',
    ),
)
misreading(
    "the factor for delay does not matter",
    "its delay (times the factor for delay)",
    (
        "reference/model",
        "delay = state.duration(person, referral.delay) * factor",
        "delay = state.duration(person, referral.delay)",
    ),
    (
        "compiled/movement",
        'delay = duration(state, person, declared["delay"]) * factor',
        'delay = duration(state, person, declared["delay"])',
    ),
)
misreading(
    "the factor for delay scales the assessment's delay too",
    "its delay (times the factor for delay) plus the assessment's delay pass first",
    (
        "reference/model",
        "        delay = state.duration(person, referral.delay) * factor\n",
        "        delay = state.duration(person, referral.delay) * factor\n"
        "        if target.assessment_delay is not None:\n"
        "            delay += (factor - 1.0) * target.assessment_delay.rows[0].mean\n",
    ),
    (
        "compiled/movement",
        '        delay = duration(state, person, declared["delay"]) * factor\n',
        '        delay = duration(state, person, declared["delay"]) * factor\n'
        '        law = sites_of(state)[to]["assessment_delay"]\n'
        "        if law >= 0:\n"
        "            delay += (factor - 1.0) * duration(state, person, law)\n",
    ),
)
misreading(
    "a referral that fails is accepted",
    "or it has lapsed",
    ("reference/model", "    if not accepted:\n        del", "    if False:\n        del"),
    ("compiled/movement", "    if not accepted:\n        drop", "    if False:\n        drop"),
)
misreading(
    "a full waiting room lets referrals in",
    "(or turned away by a full waiting room)",
    ("reference/model", "    elif _is_full(state, service):\n", "    elif False:\n"),
    ("compiled/movement", "    elif _is_full(state, service):\n", "    elif False:\n"),
)
misreading(
    "without delay a request is decided after the event",
    "With no delay at all this happens in the same instant.",
    (
        "reference/model",
        "    due = state.after(delay)\n    if due > state.now:\n",
        "    due = state.after(delay)\n    if True:\n",
    ),
    (
        "compiled/movement",
        '    if due > scalars_of(state)["moment"]:\n',
        "    if True:\n",
    ),
)
misreading(
    "lists serve the last listed first",
    "Rank on a list: priority of class, then time of listing",
    ("reference/state", "return priority, self.ranks_from,", "return priority, -self.ranks_from,"),
    (
        "compiled/queue",
        'left["ranks_from"] < right["ranks_from"]',
        'left["ranks_from"] > right["ranks_from"]',
    ),
    quick=True,
)
misreading(
    "time of listing before priority",
    "Rank on a list: priority of class, then time of listing",
    ("reference/state", "return priority, self.ranks_from,", "return self.ranks_from, priority,"),
    (
        "compiled/queue",
        '    if left["priority"] != right["priority"]:\n',
        '    if left["ranks_from"] == right["ranks_from"] and left["priority"] != right["priority"]:\n',
    ),
)
misreading(
    "person number before time of listing",
    "Rank on a list: priority of class, then time of listing",
    (
        "reference/state",
        "return priority, self.ranks_from, self.person.number",
        "return priority, self.person.number / 1e3, self.person.number",
    ),
    (
        "compiled/queue",
        '    if left["ranks_from"] != right["ranks_from"]:\n',
        "    if False:\n",
    ),
)
misreading(
    "of equal ranks the highest number comes first",
    "The number breaks ties.",
    (
        "reference/state",
        "self.ranks_from, self.person.number",
        "self.ranks_from, -self.person.number",
    ),
    ("reference/model", "site.listed[site.ready[0][2]]", "site.listed[-site.ready[0][2]]"),
    (
        "compiled/queue",
        'left["number"] < right["number"]',
        'left["number"] > right["number"]',
    ),
)
misreading(
    "an admission withdraws only that request",
    "withdraws the person's requests to that service and to those before it",
    (
        "reference/model",
        "        withdraw(state, person, site.number)\n",
        "",
    ),
    ("compiled/movement", "        withdraw(state, person, service)\n", ""),
)
misreading(
    "an admission withdraws all requests",
    "later ones stay",
    (
        "reference/model",
        "        withdraw(state, person, site.number)\n",
        "        withdraw(state, person, len(state.sites))\n",
    ),
    (
        "compiled/movement",
        "        withdraw(state, person, service)\n",
        '        withdraw(state, person, scalars["site_count"])\n',
    ),
)
misreading(
    "requests under way are not withdrawn",
    "(also those under way)",
    (
        "reference/model",
        "        if service <= up_to:\n",
        "        if service <= up_to and person.requests[service].is_listed:\n",
    ),
    (
        "compiled/movement",
        '        remove_request(state, request, WITHDREW)\n        write(state, WITHDRAWN, record["number"], service',
        '        if requests_of(state)[request]["listed_at"] < 0.0:\n'
        '            request = requests_of(state)[request]["next"]\n            continue\n'
        '        remove_request(state, request, WITHDREW)\n        write(state, WITHDRAWN, record["number"], service',
    ),
    (
        "compiled/movement",
        '        count(state, WITHDRAWN_COUNT, service, record["class_id"])\n'
        '        request = record["first_request"]\n',
        '        count(state, WITHDRAWN_COUNT, service, record["class_id"])\n'
        '        request = record["first_request"]\n'
        '        while request >= 0 and requests_of(state)[request]["listed_at"] < 0.0:\n'
        '            request = requests_of(state)[request]["next"]\n',
    ),
)
misreading(
    "going withdraws only requests up to the place left",
    "Going (out of the model) withdraws all.",
    (
        "reference/model",
        "    withdraw(state, person, len(state.sites))\n",
        "    withdraw(state, person, origin)\n",
    ),
    (
        "compiled/movement",
        '    withdraw(state, person, scalars["site_count"])\n',
        "    withdraw(state, person, origin)\n",
    ),
)
misreading(
    "hosted people lose no patience",
    "a drawn time from listing on, wherever the person lives",
    (
        "reference/model",
        "def _patience(state: State, request: Request, timer: object) -> Timeline:\n"
        "    yield timer  # type: ignore[misc]\n",
        "def _patience(state: State, request: Request, timer: object) -> Timeline:\n"
        "    yield timer  # type: ignore[misc]\n    if state.is_hosted(request.person):\n        return\n",
    ),
    (
        "compiled/movement",
        "    write(state, GIVES_UP,",
        "    if is_hosted(state, person):\n        return\n    write(state, GIVES_UP,",
    ),
)
misreading(
    "patience begins anew at an admission elsewhere",
    "a drawn time from listing on, wherever the person lives",
    (
        "reference/model",
        "def _patience(state: State, request: Request, timer: object) -> Timeline:\n"
        "    yield timer  # type: ignore[misc]\n",
        "def _patience(state: State, request: Request, timer: object) -> Timeline:\n"
        "    yield timer  # type: ignore[misc]\n"
        "    since = request.person.since if state.is_hosted(request.person) else 0.0\n"
        "    again = since + state.now - request.listed_at\n"
        "    if since > request.listed_at and again > state.now:\n"
        "        yield state.env.at(again, Event.GIVES_UP, request.person.number, request.service)\n",
    ),
    (
        "compiled/movement",
        "    write(state, GIVES_UP,",
        '    since, now = record["since"], scalars_of(state)["now"]\n'
        '    listed = requests_of(state)[request]["listed_at"]\n'
        "    if is_hosted(state, person) and since > listed and since + now - listed > now:\n"
        '        requests_of(state)[request]["listed_at"] = since\n'
        '        requests_of(state)[request]["timer"] = set_timer(\n'
        "            state, after(state, since - listed), GIVES_UP, person,\n"
        '            record["number"], service\n        )\n        return\n'
        "    write(state, GIVES_UP,",
    ),
)
misreading(
    "whoever gives up stays in the street",
    "Somebody who is not hosted may then, by declared rule, leave the model.",
    (
        "reference/model",
        "close(state, person, service, state.sites[service].plan.gives_up_to)",
        "close(state, person, service, STREET)",
    ),
    (
        "compiled/movement",
        '_close(state, person, service, sites_of(state)[service]["gives_up_to"])',
        "_close(state, person, service, STREET)",
    ),
)
misreading(
    "hosted people who give up leave the model too",
    "Somebody who is not hosted may then, by declared rule, leave the model.",
    (
        "reference/model",
        "    if not state.is_hosted(person) and street_goes_to != STREET:\n",
        "    if street_goes_to != STREET:\n",
    ),
    (
        "compiled/movement",
        "    if street_goes_to != STREET and not is_hosted(state, person):\n",
        "    if street_goes_to != STREET:\n",
    ),
)
misreading(
    "people in a night place who give up do not leave the model",
    "Somebody who is not hosted may then, by declared rule, leave the model.",
    (
        "reference/model",
        "    if not state.is_hosted(person) and street_goes_to != STREET:\n",
        "    if person.where == STREET and street_goes_to != STREET:\n",
    ),
    (
        "compiled/movement",
        "    if street_goes_to != STREET and not is_hosted(state, person):\n",
        '    if street_goes_to != STREET and people_of(state)[person]["where"] == STREET:\n',
    ),
)

# 6. simultaneity

_ROWS = {int(sentence.text.split(" | ")[0]): sentence.text for sentence in MODEL.sentences
         if re.match(r"\d+ \| ", sentence.text)}  # fmt: skip

for _code in range(int(Event.CAPACITY), int(Event.EVENING)):
    _first, _other = Event(_code).name, Event(_code + 1).name
    misreading(
        f"{Event(_code + 1).name.lower()} before {Event(_code).name.lower()}",
        _ROWS[_code],
        ("sim/core/events.py", f"    {_first} = {_code}", f"    {_first} = {_code + 1}"),
        ("sim/core/events.py", f"    {_other} = {_code + 1}", f"    {_other} = {_code}"),
    )

misreading(
    "calendars change before the census and the end of the day",
    "Values at the end of a day are taken before the events of midnight.",
    ("sim/core/events.py", "    DAY_ENDS = 1", "    DAY_ENDS = 3"),
    ("sim/core/events.py", "    CENSUS = 2", "    CENSUS = 1"),
    ("sim/core/events.py", "    CAPACITY = 3", "    CAPACITY = 2"),
    ("reference/state", "_FIRST_OWN = int(Event.DAY_ENDS) << 48", "_FIRST_OWN = 1 << 48"),
)
misreading(
    "calendars change before the census",
    "2 | census at 03:00 | -",
    ("sim/core/events.py", "    CENSUS = 2", "    CENSUS = 3"),
    ("sim/core/events.py", "    CAPACITY = 3", "    CAPACITY = 2"),
)
misreading(
    "of events at one time the highest person comes first",
    "then person number, then service",
    ("reference/state", "(person + 1) << 12", "(2**20 - person) << 12"),
    ("compiled/queue", "(np.int64(number) + 1) << 12", "(np.int64(2**20) - number) << 12"),
    (
        "compiled/model",
        "((order >> 12) & _NUMBER_BITS) - 1",
        "2**20 - ((order >> 12) & _NUMBER_BITS)",
    ),
)
misreading(
    "of events at one time service comes before person",
    "then person number, then service",
    (
        "reference/state",
        "(person + 1) << 12 | (service + 1)",
        "(service + 1) << 36 | (person + 1)",
    ),
    (
        "compiled/queue",
        "(np.int64(number) + 1) << 12 | (service + 1)",
        "(np.int64(service) + 1) << 36 | (number + 1)",
    ),
    (
        "compiled/model",
        "    code, service = order >> 48, (order & SERVICE_BITS) - 1\n    if person >= 0:",
        "    code, service = order >> 48, ((order >> 36) & SERVICE_BITS) - 1\n    if person >= 0:",
    ),
    ("compiled/model", "((order >> 12) & _NUMBER_BITS) - 1", "(order & (2**36 - 1)) - 1"),
    (
        "compiled/model",
        "    code, service = order >> 48, (order & SERVICE_BITS) - 1\n    if code == ARRIVES:",
        "    code, service = order >> 48, ((order >> 36) & SERVICE_BITS) - 1\n"
        "    if code == ARRIVES:",
    ),
)
misreading(
    "of events of services at one time the last service comes first",
    "the stream number stands for the service",
    ("reference/state", "| (service + 1)", "| (4000 - service)"),
    ("compiled/queue", "| (service + 1)", "| (4000 - service)"),
    (
        "compiled/model",
        "    code, service = order >> 48, (order & SERVICE_BITS) - 1\n    if person >= 0:",
        "    code, service = order >> 48, 4000 - (order & _SERVICE_BITS)\n    if person >= 0:",
    ),
    (
        "compiled/model",
        "    code, service = order >> 48, (order & SERVICE_BITS) - 1\n    if code == ARRIVES:",
        "    code, service = order >> 48, 4000 - (order & _SERVICE_BITS)\n    if code == ARRIVES:",
    ),
)
misreading(
    "the highest service takes somebody first",
    "the lowest-numbered service that can take somebody takes one",
    (
        "reference/model",
        "for site in state.sites):\n        return True\n    if state.ready",
        "for site in reversed(state.sites)):\n        return True\n    if state.ready",
    ),
    (
        "compiled/model",
        '    service = scalars["lowest_taker"]\n',
        '    for other in range(scalars["site_count"] - 1, -1, -1):\n'
        "        if _take_one(state, other):\n            return True\n"
        '    service = scalars["lowest_taker"]\n',
    ),
    quick=True,
)
misreading(
    "a service takes all it can before the next",
    "then the search starts again from the first service",
    (
        "reference/model",
        "    if any(_take_one(state, site) for site in state.sites):\n        return True\n",
        "    for site in state.sites:\n        if _take_one(state, site):\n"
        "            state.env.begin()\n            while _take_one(state, site):\n"
        "                state.env.begin()\n            return True\n",
    ),
    (
        "compiled/model",
        "            if _take_one(state, service):\n                return True\n",
        "            if _take_one(state, service):\n"
        "                while _take_one(state, service):\n                    pass\n"
        "                return True\n",
    ),
)
misreading(
    "after a failed offer the next service is looked at",
    "A failed offer is a consequence too.",
    (
        "reference/model",
        "            _offer(state, site)\n            return True\n",
        "            before = len(site.present)\n            _offer(state, site)\n"
        "            return len(site.present) > before\n",
    ),
    (
        "compiled/model",
        "            _offer(state, service)\n            return True\n",
        '            before = site["occupied"]\n            _offer(state, service)\n'
        '            return bool(site["occupied"] > before)\n',
    ),
)
misreading(
    "the lowest rank is offered a place",
    "It makes one offer, to the highest rank.",
    ("reference/model", "site.listed[site.ready[0][2]]", "site.listed[site.ready[-1][2]]"),
    (
        "compiled/queue",
        "    if _ranks_before(state, other, first):\n",
        "    if not _ranks_before(state, other, first):\n",
    ),
)
misreading(
    "people become blocked although a place is free",
    "When none is possible any more, people whose stay (and delay) has just ended and who are still "
    "there become blocked",
    (
        "reference/model",
        "    if state.refused:\n",
        "    if state.ready:\n        move_ready(state, state.ready.pop(0))\n"
        "        return True\n    if state.refused:\n",
    ),
    (
        "compiled/model",
        '    if scalars["refused_first"] < scalars["refused_last"]:\n',
        '    if scalars["ready_first"] < scalars["ready_last"]:\n'
        '        person = ready_of(state)[scalars["ready_first"]]\n'
        '        scalars["ready_first"] += 1\n        move_ready(state, person)\n'
        "        return True\n"
        '    if scalars["refused_first"] < scalars["refused_last"]:\n',
    ),
)
misreading(
    "going is written before the place is left",
    "is written as leaving the place and then as going",
    (
        "reference/model",
        "    break_off(state, person)\n    _leave_situation(state, person, way_out)\n",
        "    state.write(Event.GOES, person.number, origin, way_out)\n    break_off(state, person)\n"
        "    _leave_situation(state, person, way_out)\n",
    ),
    (
        "reference/model",
        "    state.write(Event.GOES, person.number, origin, way_out)\n    state.tally",
        "    state.tally",
    ),
    (
        "compiled/movement",
        "    break_off(state, person)\n    _leave_situation(state, person, way_out)\n",
        '    write(state, GOES, record["number"], origin, way_out, 0)\n    break_off(state, person)\n'
        "    _leave_situation(state, person, way_out)\n",
    ),
    (
        "compiled/movement",
        '    write(state, GOES, record["number"], origin, way_out, 0)\n    counted',
        "    counted",
    ),
)
misreading(
    "the request is written before the end of the stay",
    "The end of a stay is written before the request it opens.",
    (
        "reference/model",
        "    _draw_route(state, person, plan)\n    state.write(Event.STAY_ENDS",
        "    _draw_route(state, person, plan)\n    _ask(state, person)\n"
        "    state.write(Event.STAY_ENDS",
    ),
    (
        "compiled/movement",
        "    _draw_route(state, person)\n    write(state, STAY_ENDS",
        "    _draw_route(state, person)\n    _ask(state, person)\n    write(state, STAY_ENDS",
    ),
)
misreading(
    "requests are withdrawn before the old place is left",
    "Consequences of one admission, in order",
    (
        "reference/model",
        "    _leave_situation(state, person, site.number)\n    if site.plan.kind is Kind.PLACES:\n",
        "    if site.plan.kind is not Kind.PLACES:\n"
        "        _leave_situation(state, person, site.number)\n    else:\n",
    ),
    (
        "reference/model",
        "        withdraw(state, person, site.number)\n",
        "        withdraw(state, person, site.number)\n"
        "        _leave_situation(state, person, site.number)\n",
    ),
    (
        "compiled/movement",
        '    _leave_situation(state, person, service)\n    if site["kind"] == PLACES:\n',
        '    if site["kind"] != PLACES:\n        _leave_situation(state, person, service)\n    else:\n',
    ),
    (
        "compiled/movement",
        "        withdraw(state, person, service)\n",
        "        withdraw(state, person, service)\n        _leave_situation(state, person, service)\n",
    ),
)
misreading(
    "requests are withdrawn last service first",
    "requests are withdrawn in file order",
    (
        "reference/model",
        "for service in sorted(person.requests):",
        "for service in sorted(person.requests, reverse=True):",
    ),
    (
        "compiled/movement",
        '    request = record["first_request"]\n    while request >= 0 and',
        '    request, last = record["first_request"], NONE\n'
        '    while request >= 0 and requests_of(state)[request]["service"] <= up_to:\n'
        '        last, request = request, requests_of(state)[request]["next"]\n'
        "    request = last\n    while request >= 0 and",
    ),
    (
        "compiled/movement",
        '        count(state, WITHDRAWN_COUNT, service, record["class_id"])\n'
        '        request = record["first_request"]\n',
        '        count(state, WITHDRAWN_COUNT, service, record["class_id"])\n'
        '        request, last = record["first_request"], NONE\n'
        '        while request >= 0 and requests_of(state)[request]["service"] <= up_to:\n'
        '            last, request = request, requests_of(state)[request]["next"]\n'
        "        request = last\n",
    ),
)
misreading(
    "every change of a calendar is written",
    "a calendar change is written only when the number of places that can be used changes",
    (
        "reference/model",
        "    if state.usable[number] != usable_before:\n",
        "    if state.now > 0.0 or state.usable[number] != usable_before:\n",
    ),
    (
        "compiled/activities",
        '    if site["usable"] != usable_before:\n',
        '    if scalars["now"] > 0.0 or site["usable"] != usable_before:\n',
    ),
)
misreading(
    "a closed drop-in is written with its places",
    "(0 while a drop-in is closed)",
    (
        "reference/model",
        "state.usable[number] = 0 if closed else state.open[number]",
        "state.usable[number] = state.open[number]",
    ),
    (
        "compiled/activities",
        'site["usable"] = 0 if closed else site["open"]',
        'site["usable"] = site["open"]',
    ),
)
misreading(
    "services without places are written at the start too",
    "and once at the start for every service that has any",
    (
        "reference/model",
        "    if state.usable[number] != usable_before:\n",
        "    if state.now == 0.0 or state.usable[number] != usable_before:\n",
    ),
    (
        "compiled/activities",
        '    if site["usable"] != usable_before:\n',
        '    if scalars["now"] == 0.0 or site["usable"] != usable_before:\n',
    ),
)
misreading(
    "the events of the horizon are simulated",
    "Nothing that happens at the horizon itself is simulated",
    (
        "reference/state",
        "last = (horizon, int(Event.DAY_ENDS) + 1 << 48)",
        "last = (rounded(horizon + 2e-8), 0)",
    ),
    (
        "compiled/memory",
        'state["horizon"], state["day_end"] = round(plan.horizon * MILLISECONDS), 1.0',
        'state["horizon"], state["day_end"] = round(plan.horizon * MILLISECONDS) + 1, 1.0',
    ),
)

# 7. locked loops

misreading(
    "a set is locked though somebody in it is not blocked",
    "every place (or every place of the room it shares) is taken by a blocked person",
    ("reference/model", "return site.blocked == site.occupied and", "return site.blocked > 0 and"),
    ("compiled/model", 'site["blocked"] == site["occupied"] and', 'site["blocked"] > 0 and'),
)
misreading(
    "a set is locked though a limit runs in it",
    "(without a limit, and without patience running for the destination)",
    (
        "reference/model",
        "if not person.fell_back and site.plan.blocked_limit is not None:",
        "if False:",
    ),
    (
        "compiled/model",
        'if not people[person]["fell_back"] and sites[service]["blocked_limit"] >= 0:',
        "if False:",
    ),
)
misreading(
    "a set is locked though patience runs for the destination",
    "(without a limit, and without patience running for the destination)",
    ("reference/model", "not request.is_listed or gives_up:", "not request.is_listed:"),
    (
        "compiled/model",
        "not is_listed(state, request) or gives_up:",
        "not is_listed(state, request):",
    ),
)
misreading(
    "patience for any service is a way out of a locked set",
    "without patience running for the destination",
    (
        "reference/model",
        "gives_up = service == person.destination and patience",
        "gives_up = patience",
    ),
    (
        "compiled/model",
        'gives_up = wanted == people[person]["destination"] and target["patience"] >= 0',
        'gives_up = target["patience"] >= 0',
    ),
)
misreading(
    "a set is locked though an assessment is under way",
    "and no assessment under way",
    (
        "reference/model",
        "service not in stuck or not request.is_listed or gives_up",
        "service not in stuck or gives_up",
    ),
    (
        "compiled/model",
        'not target["is_stuck"] or not is_listed(state, request) or gives_up',
        'not target["is_stuck"] or gives_up',
    ),
)
misreading(
    "a set is locked though a place is under turnaround",
    "none of them under turnaround",
    ("reference/model", "Kind.PLACES or site.turnaround > 0 or", "Kind.PLACES or"),
    ("compiled/model", 'PLACES or site["under_turnaround"] > 0 or', "PLACES or"),
)
misreading(
    "a set is locked though its room is full of others",
    "every place (or every place of the room it shares) is taken by a blocked person",
    (
        "reference/model",
        "        _is_full_itself(state, site) or _filling(state, site) <= stuck\n",
        "        True\n",
    ),
    (
        "compiled/model",
        "    if not _is_full_itself(state, service):\n        room",
        "    if False:\n        room",
    ),
)
misreading(
    "a set in a full room is locked only if all its own places are taken",
    "every place (or every place of the room it shares) is taken by a blocked person",
    (
        "reference/model",
        "        _is_full_itself(state, site) or _filling(state, site) <= stuck\n",
        "        _is_full_itself(state, site)\n",
    ),
    (
        "compiled/model",
        '            if outside and sites[other]["occupied"] > 0:\n',
        "            if True:\n",
    ),
)
misreading(
    "a set is locked though somebody waits for another service",
    "for services of the same set only",
    (
        "reference/model",
        "            if service not in stuck or not request.is_listed or gives_up:\n",
        "            outside = service == person.destination and service not in stuck\n"
        "            if outside or not request.is_listed or gives_up:\n",
    ),
    (
        "compiled/model",
        'not target["is_stuck"] or not is_listed(state, request) or gives_up',
        '(wanted == people[person]["destination"] and not target["is_stuck"]) or not is_listed(\n'
        "                state, request\n            ) or gives_up",
    ),
)
misreading(
    "a service that only waits for locked ones is locked too",
    "A service that only waits for locked ones is not locked.",
    (
        "reference/model",
        "{number for number in stuck if number in _waited_for(state, number, stuck)}",
        "set(stuck)",
    ),
    (
        "compiled/model",
        '    return bool(sites[service]["is_reached"] != UNSEEN)\n',
        "    return True\n",
    ),
)
misreading(
    "one service of a locked set is written",
    "(one locked row per service)",
    (
        "reference/model",
        "    for number in sorted(locked - known):\n",
        "    for number in sorted(locked - known)[:1]:\n",
    ),
    (
        "compiled/model",
        '            if not site["is_known"]:\n                write(state, LOCKED, NONE, service, NONE, 0)\n',
        '            if not site["is_known"] and scalars["newly_blocked"] == 0:\n'
        "                write(state, LOCKED, NONE, service, NONE, 0)\n"
        '                scalars["newly_blocked"] = -1\n',
    ),
    ("compiled/model", "    known = 0\n", '    known = 0\n    scalars["newly_blocked"] = 0\n'),
    ("compiled/model", 'scalars["newly_blocked"] != 0', 'scalars["newly_blocked"] > 0'),
)
misreading(
    "when one set comes loose all are written again",
    "again after they have come loose",
    ("reference/model", "state.stuck_now - state.loosened)", "set())"),
    (
        "compiled/model",
        'site["is_stuck"] = site["was_stuck"] != 0 and site["is_loose"] == 0',
        'site["is_stuck"] = 0',
    ),
)
misreading(
    "a set is written once only",
    "again after they have come loose",
    (
        "reference/model",
        "    for number in sorted(locked - known):\n",
        "    for number in sorted(locked - {row.service for row in state.log or () if row.event == 51}):\n",
    ),
    (
        "compiled/model",
        '            if not site["is_known"]:\n',
        '            if site["is_locked"] == 0:\n                site["is_locked"] = 1\n',
    ),
    ("compiled/layout", "was_stuck", "was_stuck is_locked"),
)
misreading(
    "the first loop is not kept",
    "and reported by name",
    (
        "reference/model",
        "state.tally.locked_at, state.tally.locked = state.now, tuple(sorted(locked))",
        "pass",
    ),
    (
        "compiled/model",
        'scalars["locked_at"], site["is_in_first_loop"] = scalars["now"], 1',
        "pass",
    ),
)

# 8. time

misreading(
    "a day of a ramp has the value of its midnight",
    "each with the ramp's value at noon",
    ("sim/core/units.py", "value + slope * (k + 0.5 - day)", "value + slope * (k - day)"),
)
misreading(
    "a ramp is a step",
    "(steps, or linear ramps)",
    ("sim/core/units.py", "            if ramp and not last:\n", "            if False:\n"),
)
misreading(
    "a year has 365.25 days",
    "1 year = 365 days",
    ("sim/core/units.py", '"year": 365.0,', '"year": 365.25,'),
)
misreading(
    "a month has 30 days",
    "1 month = 365/12 days",
    ("sim/core/units.py", '"month": 365 / 12,', '"month": 30.0,'),
)
misreading(
    "the period is cut to whole days",
    "the period is rounded to whole days",
    (
        "sim/plan/build.py",
        "horizon=float(round(scenario.period.length.value)),",
        "horizon=float(int(scenario.period.length.value)),",
    ),
)
misreading(
    "a period of a year has 365 days",
    "A period of whole years or months ends at the same date",
    ("sim/scenarios/schema.py", "        if days:\n", "        if False:\n"),
)
misreading(
    "a period from the 31st goes on into the next month",
    "at its last day where it has no such date",
    (
        "sim/core/units.py",
        "    return (datetime.date(year, month + 1, day) - start).days\n",
        "    return (datetime.date(year, month + 1, 1) - start).days + start.day - 1\n",
    ),
)
misreading(
    "clocks go forward in spring",
    "Clock time is local standard time without daylight saving.",
    (
        "sim/core/units.py",
        "    return _steps(rows)\n",
        "    spring = (datetime.date(start.year, 3, 31) - start).days + 2 / 24\n"
        "    rows = [(t - (1 / 24 if 1 <= spring < t else 0), value) for t, value in rows]\n"
        "    return _steps(rows)\n",
    ),
)
misreading(
    "the week begins on the first day of the period",
    "may repeat by weekday and hour",
    (
        "sim/core/units.py",
        "rows += _repeat(value, start.weekday(), begin, end)",
        "rows += _repeat(value, 0, begin, end)",
    ),
)
misreading(
    "dates count from the day after the first",
    "Times are in days since midnight of the first day of the period",
    (
        "sim/core/units.py",
        "days = [0 if date is None else (date - start).days",
        "days = [0 if date is None else max(0, (date - start).days - 1)",
    ),
)
misreading(
    "times are not rounded",
    "the same millisecond is the same time, however it was added up",
    (
        "sim/core/calendars.py",
        "return round(time * MILLISECONDS) / MILLISECONDS if time < _FAR else time",
        "return time",
    ),
    (
        "compiled/draws",
        "return float(np.rint(time * MILLISECONDS))",
        "return float(time * MILLISECONDS)",
    ),
)
misreading(
    "times are rounded down",
    "rounded to the nearest millisecond",
    (
        "sim/core/calendars.py",
        "return round(time * MILLISECONDS) / MILLISECONDS if time < _FAR else time",
        "return math.floor(time * MILLISECONDS) / MILLISECONDS if time < _FAR else time",
    ),
    (
        "compiled/draws",
        "return float(np.rint(time * MILLISECONDS))",
        "return float(np.floor(time * MILLISECONDS))",
    ),
)
misreading(
    "half milliseconds are rounded up",
    "(halves to the even one)",
    (
        "sim/core/calendars.py",
        "return round(time * MILLISECONDS) / MILLISECONDS if time < _FAR else time",
        "return math.floor(time * MILLISECONDS + 0.5) / MILLISECONDS if time < _FAR else time",
    ),
    (
        "compiled/draws",
        "return float(np.rint(time * MILLISECONDS))",
        "return float(np.floor(time * MILLISECONDS + 0.5))",
    ),
)
misreading(
    "a duration below half a millisecond is a duration",
    "and a duration below half a millisecond is no duration at all",
    ("reference/model", "    if due > state.now:\n", "    if delay > 0.0:\n"),
    ("compiled/movement", '    if due > scalars_of(state)["moment"]:\n', "    if delay > 0.0:\n"),
)

# 9. draws

misreading(
    "seed and replication change places",
    "key = (seed, replication)",
    ("sim/core/draws.py", 'key_0 = _word("seed", seed)', 'key_1 = _word("seed", seed)'),
    (
        "sim/core/draws.py",
        'key_1 = _word("replication", replication)',
        'key_0 = _word("replication", replication)',
    ),
    (
        "compiled/__init__",
        'state["key_0"], state["key_1"] = seed, replication',
        'state["key_0"], state["key_1"] = replication, seed',
    ),
)
misreading(
    "person and purpose change places in a draw",
    "counter = (person, purpose, count, 0)",
    (
        "sim/core/draws.py",
        "word_0, word_1, word_2, word_3 = person_key, purpose_key, count, 0",
        "word_0, word_1, word_2, word_3 = purpose_key, person_key, count, 0",
    ),
    (
        "compiled/draws",
        "word_0, word_1 = np.uint64(key), purposes_of(state)[purpose]",
        "word_0, word_1 = purposes_of(state)[purpose], np.uint64(key)",
    ),
)
misreading(
    "the count of draws begins with 1",
    "the count is how many times that person has drawn for it",
    (
        "reference/state",
        "return self.keyed.uniform(key, self.plan.purposes[purpose], count)",
        "return self.keyed.uniform(key, self.plan.purposes[purpose], count + 1)",
    ),
    (
        "compiled/draws",
        'people_of(state)[person]["key"], purpose, np.int64(count))',
        'people_of(state)[person]["key"], purpose, np.int64(count) + 1)',
    ),
)
misreading(
    "all stays have one purpose",
    "a purpose is named after what it decides and the service it is about",
    (
        "sim/plan/build.py",
        'make.law(written.stay, f"stay:{name}")',
        'make.law(written.stay, "stay")',
    ),
)
misreading(
    "all services refer with one purpose",
    "a purpose is named after what it decides and the service it is about",
    ("sim/plan/build.py", 'make.purpose(f"success:{words}")', 'make.purpose("success")'),
)
misreading(
    "people of all streams have the same draws",
    "Outings and streams draw under their own key.",
    ("sim/plan/build.py", 'key=key_of(f"arrivals:{words}"),', 'key=key_of("arrivals"),'),
)
misreading(
    "all outreach draws under one key",
    "Outings and streams draw under their own key.",
    (
        "reference/state",
        "key = who.key if isinstance(who, Person) else who.plan.key",
        "key = who.key if isinstance(who, Person) else 0",
    ),
    (
        "compiled/draws",
        'return keyed(state, sites_of(state)[site]["key"], purpose, np.int64(count))',
        "return keyed(state, 0, purpose, np.int64(count))",
    ),
)
misreading(
    "a unit exponential draw is -log(u)",
    "A unit exponential draw is -log(1 - u)",
    (
        "reference/state",
        "return -math.log(1.0 - self.uniform(who, purpose))",
        "return -math.log(max(1e-300, self.uniform(who, purpose)))",
    ),
    (
        "reference/model",
        "due += -math.log(1.0 - draw)",
        "due += -math.log(max(1e-300, draw))",
    ),
    (
        "compiled/draws",
        "return -math.log(1.0 - uniform(state, person, purpose))",
        "return -math.log(max(1e-300, uniform(state, person, purpose)))",
    ),
    (
        "compiled/activities",
        'stream["due"] += -math.log(1.0 - draw)',
        'stream["due"] += -math.log(max(1e-300, draw))',
    ),
)
misreading(
    "a share happens to those with the highest draws",
    "a share p happens if u < p",
    (
        "reference/state",
        "return self.uniform(person, chance.purpose) < chance.share.at(self.now)",
        "return 1.0 - self.uniform(person, chance.purpose) < chance.share.at(self.now)",
    ),
    (
        "compiled/draws",
        "return uniform(state, person, purpose) < chance",
        "return 1.0 - uniform(state, person, purpose) < chance",
    ),
)
misreading(
    "a list of values is sorted before it is drawn from",
    "(of a list: the value at place floor(u x length), as written)",
    (
        "sim/core/distributions.py",
        "return Distribution(Family.EMPIRICAL, values=kept)",
        "return Distribution(Family.EMPIRICAL, values=tuple(sorted(kept)))",
    ),
)
misreading(
    "times are drawn with 1 - u",
    "times come from quantile functions",
    (
        "reference/state",
        "row.values, self.uniform(person, law.purpose))",
        "row.values, 1.0 - max(1e-12, self.uniform(person, law.purpose)))",
    ),
    (
        "compiled/draws",
        '    draw = uniform(state, person, purpose)\n    if shape["pieces"] >= 0:',
        "    draw = 1.0 - max(1e-12, uniform(state, person, purpose))\n"
        '    if shape["pieces"] >= 0:',
    ),
)
misreading(
    "the spread of a gamma law is its variance over its mean",
    "times come from quantile functions",
    (
        "sim/core/distributions.py",
        'shape = _spread(_above_zero("mean", mean), cv, sd) ** -2.0',
        'shape = _spread(_above_zero("mean", mean), cv, sd) ** -1.0',
    ),
)

# 10. what is counted when

misreading(
    "a change counts from the next midnight on",
    "Integrals over each day are exact.",
    (
        "reference/tallies",
        "level.area[row][column] += delta * (self.day + 1.0 - time)",
        "level.area[row][column] += delta * (time == self.day)",
    ),
    (
        "compiled/tallies",
        'level_means_of(state)[scalars["levels_today"] + cell] += delta * rest_of_day',
        'level_means_of(state)[scalars["levels_today"] + cell] += delta * (scalars["day"] == scalars["now"])',
    ),
)
misreading(
    "the census is at midnight",
    "The census counts, at 03:00",
    ("reference/model", "_CENSUS = 3.0 / 24.0", "_CENSUS = 0.0"),
    ("compiled/activities", "_CENSUS_HOUR = 3.0 / 24.0", "_CENSUS_HOUR = 0.0"),
)
misreading(
    "the census is at 04:00",
    "The census counts, at 03:00",
    ("reference/model", "_CENSUS = 3.0 / 24.0", "_CENSUS = 4.0 / 24.0"),
    ("compiled/activities", "_CENSUS_HOUR = 3.0 / 24.0", "_CENSUS_HOUR = 4.0 / 24.0"),
)
misreading(
    "a street night counts whole for each list",
    "1/k of the night is for want of each of those services",
    (
        "reference/model",
        "wants_today[service] += 1.0 / len(wanted)",
        "wants_today[service] += 1.0",
    ),
    (
        "compiled/activities",
        'want(state, requests[request]["service"], 1.0 / wanted)',
        'want(state, requests[request]["service"], 1.0)',
    ),
)
misreading(
    "requests under way count as lists",
    "if they are on k waiting lists",
    (
        "reference/model",
        "[number for number in sorted(person.requests) if person.requests[number].is_listed]",
        "sorted(person.requests)",
    ),
    (
        "compiled/activities",
        "wanted += 1 if is_listed(state, request) else 0",
        "wanted += 1",
    ),
    (
        "compiled/activities",
        "        if is_listed(state, request):\n            want(",
        "        if True:\n            want(",
    ),
)
misreading(
    "a model year has 366 days",
    "in a model year (365 days from the start)",
    ("reference/state", "int(self.now // 365.0)", "int(self.now // 366.0)"),
    ("compiled/tallies", "_DAYS_PER_YEAR = 365", "_DAYS_PER_YEAR = 366"),
)
misreading(
    "people are first seen once in their life",
    "in a model year (365 days from the start)",
    ("reference/state", "int(self.now // 365.0)", "int(self.now // 36500.0)"),
    ("compiled/tallies", "_DAYS_PER_YEAR = 365", "_DAYS_PER_YEAR = 36500"),
)
misreading(
    "people are first seen by the pathway, not by each service",
    "the first contact or visit of a person with that service",
    (
        "reference/state",
        "person.seen_year.get(service, -1) != year",
        "year not in person.seen_year.values()",
    ),
    (
        "compiled/activities",
        "    if not known:\n",
        '    if not known and record["is_known"] < 1 + scalars["year"]:\n',
    ),
    (
        "compiled/activities",
        '        record["is_known"] = 1\n',
        '        record["is_known"] = 1 + scalars["year"]\n',
    ),
    (
        "compiled/activities",
        '    if not record["is_known"]:\n',
        '    if record["is_known"] <= scalars["year"]:\n',
    ),
)
misreading(
    "only contacts count as first contact",
    "runs from the first contact or visit",
    (
        "reference/state",
        "        if math.isnan(person.first_contact):\n",
        "        if math.isnan(person.first_contact) and self.sites[service].plan.visits is None:\n",
    ),
    (
        "compiled/activities",
        '    if not record["is_known"]:\n',
        '    if not record["is_known"] and site["kind"] != DROP_IN:\n',
    ),
)
misreading(
    "the last admission to housing counts",
    "to the first admission to a service marked as housing",
    (
        "reference/model",
        "if site.plan.housing and math.isnan(person.housed_at):",
        "if site.plan.housing:",
    ),
    ("compiled/movement", "        if math.isnan(milestones[at]):\n", "        if True:\n"),
)
misreading(
    "any admission counts as housing",
    "to the first admission to a service marked as housing",
    (
        "reference/model",
        "if site.plan.housing and math.isnan(person.housed_at):",
        "if math.isnan(person.housed_at):",
    ),
    ("compiled/movement", '    if site["housing"]:\n', "    if True:\n"),
)
misreading(
    "a drop-in is open at any hour",
    "A drop-in has its effective capacity open inside its opening hours, and nothing outside them.",
    (
        "reference/state",
        "usable = self.tonight[number] if by_night else self.usable[number]",
        "usable = self.tonight[number] if by_night else self.open[number]",
    ),
    (
        "compiled/movement",
        'usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]',
        'usable = site["tonight"] if site["kind"] == OVERNIGHT else site["open"]',
    ),
)
misreading(
    "night places are open by day too",
    "the places it offered that evening, and nothing by day",
    (
        "reference/state",
        "usable = self.tonight[number] if by_night else self.usable[number]",
        "usable = self.usable[number]",
    ),
    (
        "compiled/movement",
        'usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]',
        'usable = site["usable"]',
    ),
)
misreading(
    "an admission window closes places",
    "an admission window closes no place",
    (
        "reference/state",
        "usable = self.tonight[number] if by_night else self.usable[number]",
        "usable = self.tonight[number] if by_night else self.usable[number]\n"
        "        usable = usable if self.window[number] else 0",
    ),
    (
        "compiled/movement",
        'usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]',
        'usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]\n'
        '    usable = usable if site["is_window_open"] else 0',
    ),
)
misreading(
    "a place under turnaround is free",
    "A free place is an open place with nobody in it and not under turnaround",
    (
        "reference/state",
        "free = max(0, usable - site.turnaround - site.occupied)",
        "free = max(0, usable - site.occupied)",
    ),
    (
        "compiled/movement",
        "free = max(0, usable - turnaround - occupied)",
        "free = max(0, usable - occupied)",
    ),
)
misreading(
    "people above the open places are taken off the free ones of other times",
    "where there are more people than open places, none is free",
    (
        "reference/state",
        "free = max(0, usable - site.turnaround - site.occupied)",
        "free = usable - site.turnaround - site.occupied",
    ),
    (
        "compiled/movement",
        "free = max(0, usable - turnaround - occupied)",
        "free = usable - turnaround - occupied",
    ),
)
misreading(
    "nights are offered whatever a shared room has left",
    "or what the shared room has left if that is less",
    (
        "reference/model",
        "state.tonight[site.number] = max(0, state.free(site))",
        "state.tonight[site.number] = state.open[site.number]",
    ),
    (
        "compiled/activities",
        'site["tonight"] = max(0, free_places(state, service))',
        'site["tonight"] = site["open"]',
    ),
)
misreading(
    "nights given out are those slept to the end",
    "Nothing that happens later in the night (a change of capacity, a death, an admission elsewhere)",
    (
        "reference/model",
        "    site, class_id = state.sites[person.where], person.class_id\n",
        "    site, class_id = state.sites[person.where], person.class_id\n"
        "    if site.plan.kind is Kind.OVERNIGHT and to != STREET:\n"
        '        state.tally.today["nights"][site.number][class_id] -= 1\n',
    ),
    (
        "compiled/movement",
        '    write(state, LEAVES_PLACE, record["number"], service, to, 0)\n',
        '    write(state, LEAVES_PLACE, record["number"], service, to, 0)\n'
        '    if site["kind"] == OVERNIGHT and to != STREET:\n'
        "        count_many(state, NIGHTS_COUNT, service, class_id, -1.0)\n",
    ),
    ("compiled/movement", "    count,\n", "    count,\n    count_many,\n"),
)
misreading(
    "the occupied share of night places is that of the hours",
    "The occupied share of an overnight service is nights given out by nights offered",
    (
        "sim/analysis/measure_functions.py",
        "share = np.where(by_night, _divided(given, offered), _divided(there, places))",
        "share = np.where(by_night & (given < 0), given, _divided(there, places))",
    ),
)
misreading(
    "only those who go to the street have left without a next place",
    "leaves the place for the street or for good without having been admitted",
    (
        "reference/model",
        "    state.tally.count(name, person.where, person.class_id)\n    depart(state, person, to)\n",
        "    if to == STREET:\n        state.tally.count(name, person.where, person.class_id)\n"
        "    depart(state, person, to)\n",
    ),
    (
        "compiled/movement",
        '    count(state, what, record["where"], record["class_id"])\n    depart(state, person, to, True)\n',
        '    if to == STREET:\n        count(state, what, record["where"], record["class_id"])\n'
        "    depart(state, person, to, True)\n",
    ),
)
misreading(
    "everybody turned away is counted as gone",
    "who leaves the model because a waiting room turned them away is counted in the service that",
    (
        "reference/model",
        "    if not state.is_hosted(person) and state.sites[service].plan.turned_away_to != STREET:\n",
        "    if True:\n",
    ),
    (
        "compiled/movement",
        "        if goes_to != STREET and not is_hosted(state, person):\n",
        "        if True:\n",
    ),
)

# 11. the log

misreading(
    "an admission does not say where from",
    "admitted | is given a place | who | where | where from",
    (
        "reference/model",
        "state.write(event, person.number, site.number, origin)",
        "state.write(event, person.number, site.number)",
    ),
    (
        "compiled/movement",
        'write(state, NIGHT if overnight else ADMITTED, record["number"], service, origin, 0)',
        'write(state, NIGHT if overnight else ADMITTED, record["number"], service, NONE, 0)',
    ),
)
misreading(
    "an outing says how many people it would meet",
    "outing | a team goes out",
    (
        "reference/model",
        "state.write(Event.OUTING, -1, site.number, number=len(met))",
        "state.write(Event.OUTING, -1, site.number, number=len(state.street_list))",
    ),
    (
        "compiled/activities",
        "write(state, OUTING, NONE, service, NONE, met)",
        'write(state, OUTING, NONE, service, NONE, scalars_of(state)["on_street_list"])',
    ),
)


if __name__ == "__main__":
    from tests import planted

    sys.exit(planted.main())
