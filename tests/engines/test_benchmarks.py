"""The programs the benchmark compares do the same work. Nothing is timed here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sim.core.log import first_difference
from sim.plan.tables import Plan
from tests.benchmarks import queues, report
from tests.benchmarks.against import LIBRARIES, library
from tests.benchmarks.crowd import crowd
from tests.benchmarks.findings import Findings
from tests.benchmarks.floor import Floor, NoFloorError, compile_floor
from tests.benchmarks.parts import calls_per_event
from tests.benchmarks.timing import interleaved
from tests.support.engines import ENGINES

SEED, REPLICATION = 2**63 + 5, 3


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Floor]:
    """The C program and a variant with the same log; empty where there is no compiler."""
    folder, result = tmp_path_factory.mktemp("floor"), {}
    with suppress(NoFloorError):
        for parts in ("", "TALLIES NO_EVENT_LIST"):
            result[parts] = compile_floor(folder, *parts.split())
    return result


def brief(name: str, days: float = 40.0) -> Plan:
    return replace(queues.plan(name), horizon=days)


def with_longer_stays(plan: Plan) -> Plan:
    """Make the mean stay longer by one part in ten million: some milliseconds."""
    service = plan.services[-1]
    assert service.stay is not None
    row = service.stay.rows[0]
    stay = replace(service.stay, rows=(replace(row, a=row.a * (1.0 + 1e-7)),))
    return replace(plan, services=(*plan.services[:-1], replace(service, stay=stay)))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", queues.SCENARIOS)
def test_the_c_program_writes_the_log_of_the_engines(floors, name, engine):
    plan = brief(name)
    log = ENGINES[engine](plan, SEED, REPLICATION, log=True).log
    for floor in floors.values():
        result = floor.log(plan, SEED, REPLICATION)
        assert len(result) > 1000
        assert first_difference(result, log) is None


@pytest.mark.parametrize("name", queues.SCENARIOS)
def test_a_difference_of_milliseconds_would_be_seen(floors, name):
    for floor in floors.values():
        plan = brief(name)
        text = floor.log(with_longer_stays(plan), SEED, REPLICATION)
        assert first_difference(floor.log(plan, SEED, REPLICATION), text) is not None


@pytest.mark.parametrize("name", queues.SCENARIOS)
def test_all_count_the_same_logical_events(floors, name):
    plan = brief(name)
    tallies = ENGINES["reference"](plan, SEED, REPLICATION).tallies
    days = int(plan.horizon)
    assert queues.logical_events(tallies) == tallies.events - 2 * days  # day ends, census
    if floors:
        assert floors[""].events(plan, SEED, REPLICATION) == queues.logical_events(tallies)


def test_without_a_compiler_the_reason_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoFloorError, match="no C compiler here"):
        compile_floor(tmp_path)


@pytest.mark.parametrize("name", queues.SCENARIOS)
def test_models_of_other_libraries_run_and_load_alike(name):
    asked = queues.numbers(brief(name, 30.0))
    for other in LIBRARIES:
        simulate = library(other)
        if simulate is None:  # only SimPy comes with the project
            assert other != "SimPy"
            continue
        counted = simulate(asked, 7)
        assert counted.arrivals == pytest.approx(asked.rate * asked.horizon, rel=0.25)
        # Load 0.86, or a quarter turned away: most who come also end a stay in every service.
        assert 0.6 < counted.stays_ended / counted.arrivals / len(asked.places) <= 1.0
        assert 0.0 < counted.mean_wait < 1.0


def test_the_crowd_stays_and_keeps_having_events():
    tallies = ENGINES["reference"](crowd(40, 5.0), 1, 0).tallies
    assert len(tallies.people) == 40
    assert 4.0 * 40 * 5 < tallies.events < 7.0 * 40 * 5
    assert all(person[5] == 0.0 for person in tallies.people)


def test_calls_per_event_are_counted():
    calls = calls_per_event(2.0)
    assert all(often > 0.0 for often in calls.values())
    assert calls["timer"] < 2.0  # most events were a timer once; some timers are cancelled


def test_the_loops_over_parts_of_the_engine_run():
    pytest.importorskip("numba", reason="without numba there is no compiled engine to take apart")
    from tests.benchmarks.loops import engine_loops

    turns = 40
    for name, loop in engine_loops(turns, rounds=1, people=20).items():
        assert loop(0) in (turns, turns // 10), name


@pytest.mark.slow
def test_rounds_are_compared_within_themselves():
    ticks = iter([0, 1, 0, 2, 0, 20, 0, 10, 0, 100, 0, 200])
    rounds = interleaved({"a": lambda _: 1, "b": lambda _: 1}, 2, lambda: float(next(ticks)))
    assert rounds.costs == {"a": [10.0, 100.0], "b": [20.0, 200.0]}
    assert rounds.ratio("b", "a").value == 2.0


def test_a_target_missed_is_named(tmp_path: Path):
    findings = Findings()
    findings.note("two theory queues", "M/M/14: compiled", 50.0, "ns per event")
    findings.note(
        "cost per event by number of people", "compiled, 100 people", 50.0, "ns per event"
    )
    findings.target("fast", 39.0, at_least=40.0)
    findings.target("slim", 2.5, at_most=2.5)
    page = report.write(findings, tmp_path)
    assert "| fast | at least 40 times | 39 times | **missed** |" in page
    assert "| slim | at most 2.5 times | 2.5 times | met |" in page
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"benchmarks.md", "benchmarks.csv", "benchmarks.svg"}
