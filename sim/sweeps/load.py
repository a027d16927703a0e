"""Read a sweep file, with every fault at its line, into a sweep: levers and points."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from sim.analysis.measures import Key
from sim.core.errors import (
    Fault,
    InvalidValue,
    KeyPath,
    ScenarioError,
    path_text,
    quoted,
    suggestion,
)
from sim.core.log import Outline
from sim.plan.build import plan_of
from sim.runs.precision import look_ahead, wanted
from sim.scenarios.changes import no_value
from sim.scenarios.checks import wrong_word
from sim.scenarios.fields import Collector
from sim.scenarios.loading import is_sweep, load, own_history, sentences_of, slip
from sim.scenarios.resolved import resolved
from sim.scenarios.schema import Scenario
from sim.scenarios.source import Source, find_file, read_source
from sim.scenarios.values import locate, value_at
from sim.sweeps.file import (
    ALL_ASSUMED,
    EFFECT_DESIGNS,
    EFFECTS_FROM,
    ONE_AT_A_TIME,
    SweepFile,
    WrittenLever,
)
from sim.sweeps.levers import (
    Lever,
    Outcome,
    Target,
    assumed_levers,
    base_number,
    chosen,
    conflicts,
    listed_values,
    outcome,
    places,
    scaled,
    taken_names,
    unclear,
    with_choices,
    with_range,
    with_shared_steps,
)
from sim.sweeps.points import Sweep, trials

HOW = ("run",)
"""Parts of a scenario that are no lever: all points share random numbers and replications."""
ASSUMED_MOVE = ("street nights per year", "cost per year")
"""Outcomes of a sweep over all assumed numbers of a scenario."""


def load_sweep(path: str | os.PathLike[str]) -> Sweep:
    """Return the sweep of a file; a ``ScenarioError`` holds all faults of it."""
    file = FilePath(path)
    source = read_source(file, file.as_posix())
    if not isinstance(source.data, dict):
        raise ScenarioError(source.file, source.faults)
    if not source.data.keys().isdisjoint(("services", "changes")):
        text = (
            "this is a scenario, not a sweep: give it to 'maraude run', or name it under "
            "'based_on' of a sweep file, which has a design and outcomes"
        )
        _stop(source, [((), text)])
    try:
        written = SweepFile.model_validate(source.data)
    except ValidationError as error:
        _stop(source, list(sentences_of(error, SweepFile, source.data)))
        raise
    _stop(source, [])
    return _Reading(file, source, written).sweep()


def _stop(source: Source, faults: Iterable[tuple[KeyPath, str]]) -> None:
    """Raise what was found, if anything was."""
    located = list(_faults(source, faults))
    if located or source.faults:
        raise ScenarioError(source.file, [*source.faults, *located])


def _faults(source: Source, reasons: Iterable[tuple[KeyPath, str]]) -> Iterator[Fault]:
    """Yield faults with their places; none where reading the file gave a fault."""
    history = own_history(source)
    known = {fault.path for fault in source.faults}
    for path, text in reasons:
        if path_text(path) not in known:
            message = slip(source.data, path) or text
            yield Fault(*history.nearest(path), path_text(path), message)


def sweep_of_assumed(path: str | os.PathLike[str]) -> Sweep:
    """Return the sweep that moves every assumed number of a scenario file alone to both its ends.

    Raises ScenarioError for faults of the file, or if it has no such number.
    """
    file = FilePath(path)
    base = load(file)
    source = read_source(file, file.as_posix())
    written = SweepFile.model_validate(
        {
            "based_on": file.name,
            "title": {"fr": base.title.fr, "en": base.title.en},
            "uncertain": ALL_ASSUMED,
            "design": ONE_AT_A_TIME,
            "outcomes": list(ASSUMED_MOVE),
        }
    )
    if not assumed_levers(base, resolved(base), (), 0):
        _stop(source, [((), "no number is assumed with a range: there is nothing to vary")])
    return _Reading(file, source, written).sweep()


@dataclass(slots=True)
class _Reading:
    """One sweep file under way."""

    path: FilePath
    source: Source
    written: SweepFile

    def sweep(self) -> Sweep:
        """Return the sweep, or raise everything that is wrong with it."""
        file = find_file(self.path.parent, self.written.based_on)
        if file is None:
            there = os.path.normpath(self.path.parent / self.written.based_on).replace(os.sep, "/")
            text = f"there is no file {quoted(there, marks=False)}"
            _stop(self.source, [(("based_on",), text)])
            raise AssertionError  # stopped above
        base = self._base(file)
        data = resolved(base)
        collect = Collector()
        levers = self._grouped(collect, data)
        collect.faults += conflicts(levers, self.written.design.kind, data)
        outcomes = tuple(self._outcomes(collect, plan_of(base).outline))
        collect.faults += taken_names(self.written.levers, outcomes)
        _stop(self.source, collect.faults)
        if self.written.uncertain == ALL_ASSUMED:
            taken = [target.path for lever in levers for target in lever.targets]
            first = max((lever.group for lever in levers), default=-1) + 1
            levers += assumed_levers(base, data, taken, first)
        seed = base.run.seed if self.written.seed is None else self.written.seed
        replications = self.written.replications or base.run.replications
        if self.written.replications is None and self.written.design.kind in EFFECT_DESIGNS:
            replications = max(replications, EFFECTS_FROM)
        most = self.written.most
        if "most" not in self.written.model_fields_set:
            most = max(most, replications + look_ahead(replications))
        sweep = Sweep(
            file=self.source.file,
            written=self.written,
            base=base,
            data=data,
            levers=tuple(levers),
            seed=seed,
            replications=replications,
            until=self.written.until,
            most=most,
            outcomes=outcomes,
        )
        sweep = replace(sweep, **self._points(levers, data, seed))
        _stop(self.source, trials(sweep, self.source.data))
        return sweep

    def _base(self, file: FilePath) -> Scenario:
        try:
            return load(file)
        except ScenarioError:
            if is_sweep(read_source(file, file.as_posix()).data):
                text = f"'{self.written.based_on}' is a sweep: the base is a scenario"
                _stop(self.source, [(("based_on",), text)])
            raise

    def _points(self, levers: list[Lever], data: dict[str, Any], seed: int) -> dict[str, Any]:
        design = self.written.design
        collect = Collector()
        if design.kind == "list":
            listed = list(self._listed(collect, levers))
            _stop(self.source, collect.faults)
            known = [listed_values(lever, listed, data) for lever in levers]
            rows = tuple(
                tuple(chosen(lever, point[lever.name]) for lever in known) for point in listed
            )
            return {"rows": rows, "levers": tuple(known)}
        where = collect.trying(("design",), places, design, levers, seed)
        _stop(self.source, collect.faults)
        return {"places": where}

    def _listed(self, collect: Collector, levers: list[Lever]) -> Iterator[dict[str, Any]]:
        """Yield the values of each point of a list, by lever."""
        points = self.written.design.points
        if not isinstance(points, tuple) or not points:
            collect.note(("design",), "a list needs 'points': lines '- {lever: value, ...}'")
            return
        names = [lever.name for lever in levers]
        for number, point in enumerate(points):
            path: KeyPath = ("design", "points", number)
            for name in point:
                if name not in names:
                    hint = suggestion(name, names)
                    collect.note((*path, name), f"there is no lever '{name}'{hint}")
            missing = [name for name in names if name not in point]
            if missing:
                collect.note(path, f"a value of '{missing[0]}' is missing")
                continue
            for lever in levers:
                for _, text in unclear(lever, [point[lever.name]]):
                    collect.note((*path, lever.name), text)
            yield point

    def _outcomes(self, collect: Collector, outline: Outline) -> Iterator[Outcome]:
        done: set[Key] = set()
        for number, written in enumerate(self.written.outcomes):
            try:
                meant = outcome(written, outline)
            except ValueError as error:
                collect.note(("outcomes", number), str(error))
                continue
            if meant.key in done:
                collect.note(
                    ("outcomes", number), f"'{meant.name}' is written twice: leave one out"
                )
            done.add(meant.key)
            yield meant
        for number, text in enumerate(self.written.until):
            try:
                wanted(text, outline)
            except ValueError as error:
                collect.note(("until", number), str(error))

    # ------------------------------------------------------------------ levers

    def _grouped(self, collect: Collector, data: dict[str, Any]) -> list[Lever]:
        """Return the levers of the file; those that move together have the same group."""
        levers: list[Lever] = []
        groups: dict[str, int] = {}
        for name, written in self.written.levers.items():
            wrong = wrong_word(name)
            if wrong:
                collect.note(("levers", name), wrong)
            leader = written.moves_with
            if leader is not None and leader not in groups:
                hint = suggestion(leader, groups)
                collect.note(
                    ("levers", name, "moves_with"), f"no lever '{leader}' stands before this{hint}"
                )
                continue
            groups[name] = groups[leader] if leader else len(set(groups.values()))
            lever = collect.trying(("levers", name), self._lever, name, written, data)
            if lever is not None:
                levers.append(replace(lever, group=groups[name]))
        return with_shared_steps(levers) if self.written.design.kind == "grid" else levers

    def _lever(self, name: str, written: WrittenLever, data: dict[str, Any]) -> Lever:
        collect = Collector()
        targets = tuple(self._targets(collect, written, data))
        if not written.set and not written.scale:
            collect.note((), "what does it move? write 'set' or 'scale' with a path")
        listed = self.written.design.kind == "list"
        if (written.values is None) == (written.range is None) and not listed:
            collect.note((), "write either its 'values' or its 'range'")
        lever = Lever(name, targets, wording=written.names, each=written.each)
        if written.values is not None:
            listed_here = self.source.data["levers"][name]["values"]
            for label in listed_here if isinstance(listed_here, dict) else ():
                wrong = wrong_word(label)
                if wrong:
                    collect.note(("values", label), wrong)
            for path, text in unclear(lever, listed_here):
                collect.note(("values", *path), text)
            lever = with_choices(lever, written.values)
        elif written.range is not None:
            lever = collect.trying(("range",), with_range, lever, written) or lever
        collect.finish()
        return replace(lever, base=base_number(lever, data))

    def _targets(
        self, collect: Collector, written: WrittenLever, data: dict[str, Any]
    ) -> Iterator[Target]:
        for aim in written.set:
            path = locate(data, aim.path)
            if path is None:
                _no_path(collect, ("set",), aim.path, data)
            elif path[0] in HOW:
                text = "says how to simulate, not what: write 'seed', 'replications' or 'until'"
                collect.note(("set",), f"'{aim.path}' {text} in the sweep file itself")
            else:
                yield Target(path, aim.times, aim.plus)
        for text in written.scale:
            path = locate(data, text)
            if path is None:
                _no_path(collect, ("scale",), text, data)
                continue
            try:
                scaled(value_at(data, path), 1.0)
            except InvalidValue as refused:
                collect.note(("scale",), f"'{text}' cannot be multiplied: {refused}")
            yield Target(path, scale=True)


def _no_path(collect: Collector, where: KeyPath, text: str, data: dict[str, Any]) -> None:
    collect.note(where, no_value(data, text, "the base scenario"))
