"""How large a replication is, before it starts: estimates against runs, refusals, messages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.engines.compiled import simulate as simulate_compiled
from sim.engines.compiled.layout import TALLIED
from sim.engines.compiled.memory import Memory
from sim.engines.compiled.plan_arrays import Flat
from sim.plan.build import plan_of
from sim.plan.size import (
    PER_APPLICANT,
    PER_ASKED,
    PER_CONTACT,
    PER_ROW,
    PRESENT,
    Size,
    size_of,
    table_bytes,
)
from sim.plan.tables import Plan
from sim.runs import pool, simulate
from sim.scenarios.loading import load
from tests.support.random_plans import random_plan
from tests.support.small_scenarios import chain

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SHIPPED = [
    *sorted((SCENARIOS / "kinds").glob("*.yaml")),
    *sorted((SCENARIOS / "theory").glob("*.yaml")),
    SCENARIOS / "paris.yaml",
    SCENARIOS / "what-if" / "passages-200-a-day.yaml",
]

PATHWAY = """
title: x
period: {{start: 2024-01-01, length: {days} days}}
people:
  classes: {{women: 40 %, men: 60 %}}
  arrivals: {{new: {{rate: {rate} per day, to: s0}}}}
  leaving: {{street: {{left: 1 per year}}}}
start: {{street: {people}}}
services:
  rest: {{kind: drop-in, places: 50, visits: {visits} per day, visit_length: 1 h}}
"""
STEP = "  s{i}: {{kind: places, places: {places}, stay: 5 days, routes: [{routes}]}}\n"


def pathway(
    path: Path, services: int = 2, places: int = 50, days: int = 100, people: int = 50,
    rate: float = 20, visits: float = 0.5,
) -> Path:  # fmt: skip
    """Write a chain of services, each of which leads to the next."""
    text = PATHWAY.format(days=days, rate=rate, people=people, visits=visits)
    for i in range(services):
        onward = f"{{to: s{i + 1}, share: 70 %}}, " if i + 1 < services else ""
        rest = "30" if onward else "100"
        routes = f"{onward}{{to: left, share: {rest} %}}"
        text += STEP.format(i=i, places=places, routes=routes)
    path.write_text(text, encoding="utf-8")
    return path


def ratio(plan: Plan) -> float:
    return size_of(plan).events / simulate_compiled(plan, 1, 1).tallies.events


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_events_of_shipped_scenarios_are_estimated_upwards(file: Path) -> None:
    assert 1.0 <= ratio(plan_of(load(file))) <= 2.5


@pytest.mark.parametrize(
    "shape",
    [
        {"services": 60, "days": 400, "rate": 30},  # many services
        {"people": 3000, "visits": 2.0},  # many visits
        {"rate": 500, "days": 60},  # many who never find a place
    ],
    ids=["services", "visits", "arrivals"],
)
def test_events_of_large_plans_are_estimated_upwards(shape: dict[str, int], tmp_path: Path) -> None:
    assert 0.9 <= ratio(plan_of(load(pathway(tmp_path / "x.yaml", **shape)))) <= 3.0


@pytest.mark.parametrize("family", ["any times", "whole days"])
def test_any_plan_has_an_estimate_and_most_are_upwards(family: str) -> None:
    ratios = [ratio(random_plan(number, family)) for number in range(40)]
    assert np.isfinite(ratios).all()
    assert np.median(ratios) >= 1.0
    assert np.mean(np.less(ratios, 0.9)) <= 0.15


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_bytes_of_tables_are_those_of_the_engine(file: Path) -> None:
    plan = plan_of(load(file))
    flat = Flat(plan)
    memory = Memory(plan, flat.arrays, flat.street_risks, False)
    engine = sum(memory.arrays[name].nbytes for name in TALLIED)
    assert table_bytes(plan)[0] == pytest.approx(engine, rel=0.01, abs=3000)


def test_bytes_of_a_person_are_at_least_those_of_the_engine(tmp_path: Path) -> None:
    plan = plan_of(load(pathway(tmp_path / "x.yaml", people=20_000, rate=1)))
    flat = Flat(plan)
    memory = Memory(plan, flat.arrays, flat.street_risks, False)
    rows = sum(memory.arrays[name].nbytes for name in memory.widths if name != "log")
    rows -= memory.arrays["waits"].nbytes + memory.arrays["milestones"].nbytes
    assert rows / 20_000 <= PRESENT + 4 * len(plan.purposes)


def test_a_closed_loop_of_people_at_the_start_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "loop.yaml"
    file.write_text(
        """
title: x
period: {start: 2024-01-01, length: 1000 days}
people:
  classes: {everyone: 100 %}
start: {street: 0, services: {a: {people: 2}}}
services:
  a: {kind: places, places: 2, stay: 1 day, routes: [{to: b, share: 100 %}]}
  b: {kind: places, places: 2, stay: 1 day, routes: [{to: a, share: 100 %}]}
""",
        encoding="utf-8",
    )
    assert 1.0 <= ratio(plan_of(load(file))) <= 3.0


CROWD = """
title: x
period: {start: 2024-01-01, length: 1000 days}
people: {classes: {everyone: 100 %}}
start: {street: 300}
services:
"""


@pytest.mark.parametrize(
    ("service", "work"),
    [
        ("m: {kind: outreach, outings: 5 per day, contacts: 900}", 5 * 300 * PER_CONTACT),
        ("m: {kind: outreach, outings: 5 per day, contacts: 7}", 5 * 7 * PER_CONTACT),
        (
            "n: {kind: overnight, places: 2, from: 20:00, until: 08:00}",
            300 * (PER_ASKED + PER_APPLICANT),
        ),
        (
            "n: {kind: overnight, places: 2, from: 20:00, until: 08:00, applies: 20 %}",
            300 * (PER_ASKED + 0.2 * PER_APPLICANT),
        ),
    ],
)
def test_people_met_and_applicants_for_nights_are_counted(
    service: str, work: float, tmp_path: Path
) -> None:
    file = tmp_path / "crowd.yaml"
    file.write_text(CROWD + f"  {service}\n", encoding="utf-8")
    size = size_of(plan_of(load(file)))
    assert work <= size.events / 1000 <= work + 12
    if "outreach" in service:  # each contact is a row of the log
        assert size.log >= PER_ROW * 1000 * work / PER_CONTACT


# ----------------------------------------------------------------- what is said, and refused


def invoke(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, " ".join(done.stderr.split())


@pytest.fixture
def flood(tmp_path: Path) -> Path:
    """Return a file with more people than any machine can hold."""
    return pathway(tmp_path / "flood.yaml", rate=1_000_000_000, days=73_000)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_check_says_what_is_large_and_only_that(tmp_path: Path, flood: Path, lang: str) -> None:
    code, output, _ = invoke("check", flood, "--lang", lang)
    assert code == 0
    output = " ".join(output.split())
    sentence = "One replication takes up to " if lang == "en" else "Une simulation prend jusqu'à "
    assert sentence in output
    assert ("million events" if lang == "en" else "millions d'événements") in output
    small = pathway(tmp_path / "small.yaml")
    assert sentence not in invoke("check", small, "--lang", lang)[1]


def test_check_tells_other_programs_the_size_of_everything(tmp_path: Path, flood: Path) -> None:
    files = (pathway(tmp_path / "small.yaml"), flood)
    small, large = json.loads(invoke("check", *files, "--json")[1])
    assert 0 < small["size"]["bytes"] < 1e7 < 1e12 < large["size"]["bytes"]
    assert small["size"]["events"] < 1e5
    assert small["large"] == ""
    assert large["large"].startswith("One replication takes up to")


def test_run_refuses_what_memory_cannot_hold(tmp_path: Path, flood: Path) -> None:
    code, _, errors = invoke("run", flood, "--out", tmp_path / "out")
    assert code == 2
    assert "too large for this machine" in errors
    assert "people are in it: write a shorter 'period: length', fewer people" in errors
    assert not (tmp_path / "out" / "flood").exists()


def test_compare_refuses_what_memory_cannot_hold(tmp_path: Path, flood: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(flood.read_text(encoding="utf-8"), encoding="utf-8")
    code, _, errors = invoke("compare", flood, other, "--out", tmp_path / "out")
    assert code == 2
    assert "too large for this machine" in errors


def test_a_sweep_refuses_what_memory_cannot_hold(tmp_path: Path, flood: Path) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text(
        """
title: x
based_on: flood.yaml
levers: {a: {set: services.s0.places, values: [1, 2]}}
outcomes: [street nights per year]
design: grid
""",
        encoding="utf-8",
    )
    code, _, errors = invoke("sweep", file, "--out", tmp_path / "out")
    assert code == 2
    assert "too large for this machine" in errors


@pytest.mark.parametrize("command", ["log", "animate"])
def test_a_log_that_memory_cannot_hold_is_refused(
    tmp_path: Path, flood: Path, command: str
) -> None:
    code, _, errors = invoke(command, flood, "--out", tmp_path / "out")
    assert code == 2
    assert "too large for this machine" in errors
    assert "--workers" not in errors
    assert not (tmp_path / "out").exists()


def test_programs_are_refused_a_log_that_memory_cannot_hold(flood: Path) -> None:
    with pytest.raises(sim.ArgumentError, match="too large for this machine"):
        sim.log(flood)


def test_a_log_counts_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = pathway(tmp_path / "x.yaml", people=100_000)
    plan = plan_of(load(file))
    without, kept = size_of(plan), size_of(plan, log=True)
    assert kept.bytes == without.bytes + without.log
    assert without.least < kept.least < kept.bytes
    room = (without.least + kept.least) / 2
    monkeypatch.setattr(simulate, "memory", lambda: simulate.ITSELF + room)
    assert simulate.workers_that_fit(plan, 8) == 1
    with pytest.raises(sim.ArgumentError, match="too large for this machine"):
        sim.log(file)
    measure = sim.Measure(len, needs="log")
    with pytest.raises(sim.ArgumentError, match="too large for this machine"):
        sim.run(file, replications=1, measures={"rows": measure})


@pytest.mark.parametrize("command", ["log", "animate"])
def test_commands_that_keep_the_log_say_what_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("sim.text.scenario.LARGE_BYTES", 1e6)
    file = chain(tmp_path / "x.yaml")
    code, _, errors = invoke(command, file, "--out", tmp_path / "out")
    assert code == 0
    assert "One replication takes up to" in errors


def test_a_program_is_told_what_is_large_as_the_command_says_it(flood: Path) -> None:
    for lang in ("en", "fr"):
        large = json.loads(invoke("check", flood, "--json", "--lang", lang)[1])[0]["large"]
        assert large
        result = sim.check(flood, lang=lang)
        assert large in result.findings
        assert large in result.text


def test_tables_that_memory_cannot_hold_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pathway(tmp_path / "x.yaml", services=40, days=3650)
    monkeypatch.setattr(simulate, "memory", lambda: simulate.ITSELF + 1e6)
    code, _, errors = invoke("run", file, "--out", tmp_path / "out")
    assert code == 2
    assert "its daily tables hold 3,650 days x 41 services x 2 classes" in errors


def test_no_more_workers_are_at_work_than_memory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(load(chain(tmp_path / "x.yaml")))
    item = size_of(plan).bytes
    under_way = most = 0

    class Counting(pool.Threads):
        def submit(self, work, *arguments):  # type: ignore[no-untyped-def]
            nonlocal under_way, most
            future = super().submit(work, *arguments)
            under_way += 1
            most = max(most, under_way)
            return future

    def done_of(future):  # type: ignore[no-untyped-def]
        nonlocal under_way
        under_way -= 1
        return future.result()

    monkeypatch.setattr(pool, "result_of", done_of)
    for room, wanted in ((1.5, 0), (3.5, 3), (100.0, 8)):
        under_way = most = 0
        monkeypatch.setattr(simulate, "memory", lambda room=room: simulate.ITSELF + room * item)
        workers = Counting(4)
        order = simulate.Order(plan, "compiled", 1)
        assert len(list(pool.replicate(order, range(1, 13), workers))) == 12
        workers.close(stop=False)
        assert most == wanted  # none in a thread where one replication fits


def short_of_memory(*_: object, **__: object) -> None:
    np.empty(2**57)  # raises numpy's own kind of MemoryError


@pytest.mark.parametrize("workers", [1, 2])
def test_the_end_of_memory_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(simulate, "simulate_with", lambda _: short_of_memory)
    file = chain(tmp_path / "x.yaml")
    code, _, errors = invoke("run", file, "--out", tmp_path / "out", "--workers", workers)
    assert code == 3
    assert "out of memory: one replication of this scenario takes up to" in errors
    assert "write --workers 1" in errors
    assert not (tmp_path / "out" / "x").exists()


def test_the_end_of_memory_anywhere_else_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.runs.run.Writer.conclude", short_of_memory)
    code, _, errors = invoke("run", chain(tmp_path / "x.yaml"), "--out", tmp_path / "out")
    assert code == 3
    assert "out of memory: close other programs" in errors


def test_the_end_of_memory_in_a_log_names_no_option_it_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = chain(tmp_path / "x.yaml")
    monkeypatch.setattr(simulate, "simulate_with", lambda _: short_of_memory)
    monkeypatch.setattr("sim.api.results.simulate_with", lambda _: short_of_memory)
    for command in ("log", "animate"):
        code, _, errors = invoke(command, file, "--out", tmp_path / "out")
        assert code == 3
        assert "out of memory: one replication of this scenario with its log takes up" in errors
        assert "--workers" not in errors
    with pytest.raises(sim.RunError, match="with its log takes up to"):
        sim.log(file)
    monkeypatch.setattr("sim.plan.diagnostics.diagnose", short_of_memory)
    code, _, errors = invoke("check", file)
    assert code == 3
    assert "out of memory: close other programs" in errors
    assert "--workers" not in errors


def test_the_memory_of_this_machine_is_known() -> None:
    assert 2**28 < simulate.memory() < 2**50


def test_windows_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes
    import struct
    from types import SimpleNamespace

    def status(record: ctypes.Array[ctypes.c_char]) -> int:
        assert struct.unpack_from("<L", record, 0)[0] == len(record) == 64
        struct.pack_into("<Q", record, 8, 2**34)  # ullTotalPhys
        return 1

    kernel = SimpleNamespace(GlobalMemoryStatusEx=status)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(simulate.sys, "platform", "win32")
    assert simulate._physical() == 2**34


def test_a_size_is_large_from_two_gigabytes_or_fifty_million_events() -> None:
    def size(events: float, tables: float) -> Size:
        return Size(events, tables, 0.0, 0.0, 0.0, 1, 1, 1, 1.0)

    assert not size(4e7, 1e9).is_large
    assert size(6e7, 1e9).is_large
    assert size(4e7, 3e9).is_large
