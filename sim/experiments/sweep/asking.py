"""Ask for one point at a time: for optimisers and for tools that choose the points themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from sim.analysis.windows import Array
from sim.experiments.engines import AUTO
from sim.experiments.folder import plain_refusals
from sim.experiments.sweep.levers import Choice, Lever
from sim.experiments.sweep.loading import load_sweep
from sim.experiments.sweep.lock import points_held
from sim.experiments.sweep.points import Sweep, point_key, program_version, scenario_at
from sim.experiments.sweep.store import Store
from sim.experiments.sweep.sweep import POINTS
from sim.experiments.sweep.task import Task, simulate_point
from sim.experiments.sweep.wishes import Wish, with_wishes
from sim.scenario.units import joined
from sim.vocabulary.errors import WishError, did_you_mean, unknown_name

Ask = Callable[..., dict[str, float]]
"""``ask(lever=value, ...)`` returns the mean of each outcome; levers left out stay as in the base.

``ask(**{"name with spaces": 3})`` names any lever.
"""


def asked(
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    replications: int | None = None,
    engine: str = AUTO,
) -> Ask:
    """Return a function from values of levers to outcomes, for the levers of a sweep file.

    A value is a number in the unit of its lever, or a label. Points are kept in ``out/points``, as
    those of sweeps are: a point asked for again is not simulated again.
    """
    sweep = with_wishes(load_sweep(file), Wish(replications=replications))
    folder = Path(out) / POINTS
    with plain_refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)

    def ask(**values: float | str) -> dict[str, float]:
        with points_held(Path(out)):  # they may have been packed since the last question
            return _answer(sweep, Store(folder), engine, values)

    return ask


def _answer(
    sweep: Sweep, store: Store, engine: str, values: Mapping[str, float | str]
) -> dict[str, float]:
    means = numbers_at(sweep, store, engine, values).mean(axis=0)
    return {one.name: float(mean) for one, mean in zip(sweep.outcomes, means, strict=True)}


def numbers_at(sweep: Sweep, store: Store, engine: str, values: Mapping[str, float | str]) -> Array:
    """Return the outcomes at some values of levers: replications by outcomes.

    Simulated and kept in the store unless they are there. Raises WishError, Refused.
    """
    levers = {lever.name: lever for lever in sweep.levers}
    for name in values:
        if name not in levers:
            raise WishError(unknown_name("lever", name, list(levers)))
    settings = tuple(
        setting
        for name, value in values.items()
        for setting in levers[name].settings(_choice(levers[name], value), sweep.data)
    )
    key = point_key(scenario_at(sweep.text, settings), sweep.most)
    wanted = tuple(one.key for one in sweep.outcomes)
    stored = store.read(key, wanted)
    if stored is None:
        task = Task(1, key, sweep.text, settings, sweep.most, wanted, program_version(), engine)
        store.write(simulate_point(task))
        stored = store.read(key, wanted)
        assert stored is not None  # it has just been written
    return stored.values


def _choice(lever: Lever, value: float | str) -> Choice:
    """Return the value of a lever meant by a number or by a label."""
    for choice in lever.choices:
        if value in (choice.shown, choice.written):
            return choice
    if isinstance(value, str):
        labels = [str(choice.shown) for choice in lever.choices]
        raise WishError(f"'{lever.name}' has no value '{value}'{did_you_mean(value, labels)}")
    number = float(round(value)) if lever.whole else float(value)
    return Choice(number, joined(number, lever.unit))
