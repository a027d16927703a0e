"""Runs: the same numbers however they are made, and folders that are whole or not there."""

from __future__ import annotations

import errno
import hashlib
import json
import threading
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.measures import values
from sim.analysis.statistics import estimate
from sim.analysis.windows import WHOLE
from sim.core.calendars import calendar
from sim.core.errors import ArgumentError, OutputError, RunError
from sim.runs.files import RUN, Contents, atomic_folder
from sim.runs.marginal import marginal_value, with_more, with_places, write_one_more
from sim.runs.pool import replicate
from sim.runs.precision import wanted
from sim.runs.read import read_results
from sim.runs.run import read_manifest
from sim.runs.run import run as any_run
from sim.runs.simulate import Order
from tests.support.drafts import HOMES, SHELTER, pathway
from tests.support.engines import FASTEST

SHORT = 120.0
FILE = Path(__file__).parents[2] / "scenarios" / "kinds" / "places.yaml"


run = partial(any_run, engine="reference")
"""What runs are made of does not depend on the engine; this one needs no compiling."""


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix in (".csv", ".parquet", ".yaml")
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("results") / "small"
    run(pathway(SHORT), replications=4, seed=3, workers=2, out=out)
    return out


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_workers(folder, tmp_path):
    run(pathway(SHORT), replications=4, seed=3, workers=1, out=tmp_path / "one")
    assert files_of(tmp_path / "one") == files_of(folder)
    kept = {"curves.parquet", "daily.parquet", "estimates.csv", "measures.csv"}
    assert set(files_of(folder)) == kept


def test_results_do_not_depend_on_the_engine(folder, tmp_path):
    pytest.importorskip("numba", reason="without numba there is no other engine to compare with")
    asked = {"engine": "compiled", "replications": 4, "seed": 3, "workers": 2}
    any_run(pathway(SHORT), **asked, out=tmp_path / "compiled")
    assert files_of(tmp_path / "compiled") == files_of(folder)


def test_another_seed_is_another_result(folder, tmp_path):
    run(pathway(SHORT), replications=4, seed=4, workers=1, out=tmp_path / "other")
    assert not set(files_of(tmp_path / "other").values()) & set(files_of(folder).values())


def test_any_replication_can_be_had_alone(folder, tmp_path):
    out = tmp_path / "third"
    alone = run(pathway(SHORT), replications=1, first=3, seed=3, workers=1, out=out)
    assert set(read_measures(out)["replication"]) == {3}
    assert read_manifest(out)["first_replication"] == 3
    table = read_measures(folder)
    third = table[table["replication"] == 3]["value"].to_numpy()
    np.testing.assert_array_equal(third, alone.values[0][~np.isnan(alone.values[0])])
    second = table[table["replication"] == 2]["value"].to_numpy()
    assert len(second) != len(third) or (second != third).any()


def read_measures(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "measures.csv", keep_default_na=False)


def read_daily(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "daily.parquet")


def added(daily: pd.DataFrame, quantity: str) -> pd.Series:
    """Return a quantity by replication, all days, services and classes added up."""
    return daily[daily["quantity"] == quantity].groupby("replication")["mean"].sum()


def test_estimates_are_the_means_of_the_measures(folder):
    measures, estimates = (
        read_measures(folder),
        pd.read_csv(
            folder / "estimates.csv",
            keep_default_na=False,
            na_values={"low": "", "high": "", "sd": ""},
        ),
    )
    names = ["measure", "service", "other", "class", "period"]
    means = measures.groupby(names)["value"].mean()
    rows = estimates.set_index(names)["mean"]
    assert len(rows) == len(means) > 100
    np.testing.assert_allclose(rows[means.index], means, rtol=1e-12)


def test_daily_numbers_add_up_to_the_measures(folder):
    daily = read_daily(folder)
    street = added(daily, "street_nights")
    measures = read_measures(folder)
    nights = measures[(measures["measure"] == "street nights") & (measures["class"] == WHOLE)]
    np.testing.assert_array_equal(street, nights["value"])
    shelter = daily[daily["service"] == "shelter"]
    blocked = added(shelter, "blocked for centre")
    wanted_days = measures[
        (measures["measure"] == "blocked place-days by service and want")
        & (measures["service"] == "shelter")
        & (measures["other"] == "centre")
    ]
    np.testing.assert_allclose(blocked, wanted_days["value"], rtol=1e-12)
    assert blocked.min() > 0
    assert isinstance(daily["quantity"].dtype, pd.CategoricalDtype)


def test_the_manifest_says_where_the_numbers_come_from(folder):
    manifest = read_manifest(folder)
    assert manifest["seed"] == 3
    assert manifest["replications"] == 4
    assert manifest["engine"] == "reference"
    assert {"maraude", "python", "numpy", "simpy"} <= set(manifest["versions"])
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_scenario_file_brings_its_hash_and_its_full_text(tmp_path):
    results = run(FILE, replications=1, out=tmp_path / "places")
    manifest = read_manifest(tmp_path / "places")
    assert manifest["scenario"]["sha256"] == results.hash
    again = sim.load(tmp_path / "places" / "resolved.yaml")
    assert run(again, replications=1).hash == results.hash


# ------------------------------------------------------------------------------ precision


@pytest.mark.slow
def test_replications_stop_when_the_precision_is_reached_whatever_the_workers():
    goal = "people within 16 %"
    few = run(pathway(SHORT), replications=2, until=[goal], most=60, workers=1)
    same = run(pathway(SHORT), replications=2, until=[goal], most=60, workers=2)
    assert few.missed == []
    assert 5 < few.replications == same.replications < 60
    np.testing.assert_array_equal(few.values, same.values)
    count = few.replications
    more = run(pathway(SHORT), replications=count + 5, workers=1).number("people", "street")
    np.testing.assert_array_equal(more[:count], few.number("people", "street"))
    for seen in range(count, count + 6):  # reached, and kept for five more
        assert estimate(more[:seen]).half_width <= 0.16 * estimate(more[:seen]).mean
    before = [estimate(more[:seen]) for seen in range(5, count)]
    assert before[-1].half_width > 0.16 * before[-1].mean


def test_replications_looked_ahead_at_are_in_no_file(tmp_path):
    out = tmp_path / "run"
    result = any_run(
        pathway(SHORT), replications=2, until=["people within 16 %"], workers=2, out=out
    )
    numbers = set(range(1, result.replications + 1))
    assert set(read_daily(out)["replication"]) == numbers
    assert set(read_measures(out)["replication"]) == numbers
    assert read_manifest(out)["replications"] == result.replications
    assert len(result.courses) == result.replications


@pytest.mark.slow
def test_a_precision_out_of_reach_is_given_up_and_told():
    goals = ["people within 90 %", "blocked places of shelter within 0.01 %"]
    results = run(pathway(SHORT), replications=2, until=goals, most=12, workers=1)
    assert results.replications == 12
    assert results.missed == goals[1:]
    short = run(pathway(SHORT), replications=2, until=goals[:1], most=6, workers=1)
    assert (short.replications, short.missed) == (6, goals[:1])  # reached, not kept for five more


def test_the_replications_a_file_asks_for_leave_room_to_look_ahead():
    plenty = any_run(pathway(20.0), replications=200, until=["people within 100 %"], workers=1)
    assert (plenty.replications, plenty.missed) == (200, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("street nights", "a precision is written like"),
        ("street nights within 0 %", "a precision is more than 0 %"),
        ("street night within 2 %", "did you mean 'street nights'"),
        ("blocked places of sheltr within 2 %", "did you mean 'shelter'"),
        ("waiting within 2 %", "of which service?"),
    ],
)
def test_a_precision_not_understood_says_how_to_write_it(text, words):
    with pytest.raises(ValueError, match=r"precision|measure|which service") as error:
        wanted(text, pathway(SHORT).outline)
    assert words in str(error.value)


# --------------------------------------------------------------------------------- folder


def test_an_interrupted_run_leaves_nothing_and_spares_the_earlier_result(tmp_path):
    out = tmp_path / "small"
    run(pathway(20.0), replications=1, out=out, workers=1)
    before = files_of(out)

    def interrupt(done: int, most: int) -> None:
        assert any(tmp_path.glob(".small.unfinished-*"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(pathway(20.0), replications=9, seed=8, out=out, workers=2, progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
    assert files_of(out) == before


def test_a_complete_result_replaces_the_earlier_one(tmp_path):
    for seed in (1, 2):
        run(pathway(20.0), replications=1, seed=seed, out=tmp_path / "small", workers=1)
    assert read_manifest(tmp_path / "small")["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_folder_that_is_not_a_result_is_never_replaced(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a folder of results"):
        run(pathway(20.0), replications=1, out=tmp_path / "mine", workers=1)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "could not"),
    ],
)
def test_what_the_disk_refuses_is_told_plainly_and_leaves_nothing(tmp_path, number, words):
    def refuse() -> None:
        with atomic_folder(tmp_path / "small", Contents(RUN)) as building:
            (building / "part.csv").write_text("half")
            raise OSError(number, "refused")

    with pytest.raises(OutputError, match=words):
        refuse()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_told_plainly(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(OutputError, match="could not be written"):
        run(pathway(20.0), replications=1, out=tmp_path / "results" / "small", workers=1)


def test_a_run_that_contradicts_itself_fails_and_is_not_stored(tmp_path, monkeypatch):
    def contradict(tallies: object) -> None:
        raise RunError("occupancy, shelter: 1 counted one way, 2 the other")

    monkeypatch.setattr("sim.runs.simulate.check", contradict)
    with pytest.raises(RunError, match="occupancy"):
        run(pathway(20.0), replications=1, out=tmp_path / "small", workers=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "times"), [("compiled", 30), ("reference", 3)])
def test_runs_that_stop_early_end_every_time_and_leave_nobody(engine, times):
    others, threads = set(active_children()), threading.active_count()
    goal = ["street nights within 60 %"]
    for _ in range(times):
        result = any_run(
            pathway(SHORT), seed=1, engine=engine, replications=2, workers=2, until=goal, most=50
        )
        assert len(result.values) < 50
    assert set(active_children()) == others
    assert threading.active_count() == threads


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_the_workers_are_gone_when_a_run_is_left(engine):
    order = Order(pathway(SHORT), engine, 1, daily=False)
    others, threads = set(active_children()), threading.active_count()
    replications = replicate(order, range(1, 500), 2)
    assert next(replications).replication == 1
    replications.close()
    assert set(active_children()) == others
    assert threading.active_count() == threads


# ------------------------------------------------------------------------- one more place


@pytest.mark.slow
def test_one_more_home_means_fewer_street_nights_with_the_same_chance():
    base = run(pathway(SHORT), replications=3, seed=1, workers=2)
    added = marginal_value(base, step=5, services=["homes", "rest"], workers=2)
    by_name = {item.service: item for item in added}
    homes = by_name["homes"].street_nights
    assert homes[0] < 0 < homes[2] - homes[1]
    # A visit keeps nobody off the street: not one night differs, in any replication.
    assert by_name["rest"].street_nights == (0.0, 0.0, 0.0)


@pytest.mark.slow
def test_the_change_is_that_of_the_pairs_worked_out_alone(tmp_path):
    base = run(pathway(SHORT), replications=3, seed=2, workers=1)
    result = marginal_value(base, step=2, services=["homes"], workers=1)
    plan = with_more(pathway(SHORT), "homes", 2)
    key = next(
        place
        for place, key in enumerate(base.keys)
        if key[:2] == ("street nights per year", "street") and key.class_id == key.period == WHOLE
    )
    gaps = [
        (values(FASTEST(plan, 2, n).tallies)[key] - base.values[n - 1, key]) / 2 for n in (1, 2, 3)
    ]
    assert result[0].street_nights[0] == pytest.approx(np.mean(gaps))
    write_one_more(tmp_path / "one_more.csv", result)
    table = pd.read_csv(tmp_path / "one_more.csv")
    assert table["mean"][0] == result[0].street_nights[0]
    assert list(table["unit"]) == ["nights a year per place", "EUR a year per place"]


def test_a_place_is_added_whenever_there_are_places():
    from dataclasses import replace

    plan = pathway(SHORT)
    shelter = replace(
        plan.services[SHELTER],
        places=calendar([0.0, 50.0], [0.0, 4.0]),
        open_places=calendar([0.0, 50.0], [0.0, 3.0]),
    )
    never = replace(
        plan.services[HOMES],
        places=calendar([0.0], [0.0]),
        open_places=calendar([0.0], [0.0]),
    )
    services = [shelter, *plan.services[1:]]
    services[HOMES] = never
    plan = replace(plan, services=tuple(services))
    more = with_more(with_more(plan, "shelter"), "homes")
    assert more.services[SHELTER].open_places.values == (0.0, 4.0)
    assert more.services[SHELTER].places.values == (0.0, 5.0)
    assert more.services[HOMES].open_places.values == (1.0,)
    assert with_places(plan) == ["shelter", "night", "centre", "homes", "rest"]


def test_json_in_the_manifest_is_strict(folder):
    def refuse(word: str) -> None:
        raise AssertionError(word)

    json.loads((folder / "manifest.json").read_text(), parse_constant=refuse)


def test_what_is_not_the_folder_of_a_run_is_told_for_what_it_is(tmp_path):
    with pytest.raises(ArgumentError, match="there is no folder"):
        read_results(tmp_path / "nowhere")
    with pytest.raises(ArgumentError, match="is not the folder of a run"):
        read_results(tmp_path)
    (tmp_path / "design.parquet").touch()
    with pytest.raises(ArgumentError, match="sweep-report"):
        read_results(tmp_path)
