"""Outcomes: the numbers a sweep tabulates, named as people name them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.measures import measure_named
from sim.analysis.tables import Key, keys
from sim.analysis.windows import WHOLE
from sim.event_log import Outline
from sim.experiments.precision import key_of
from sim.experiments.sweep.written import Written
from sim.vocabulary.errors import did_you_mean
from sim.vocabulary.quantities import spaced


@dataclass(frozen=True, slots=True)
class Outcome:
    """A number to tabulate, and its name in the table."""

    name: str
    key: Key

    @property
    def unit(self) -> str:
        """Return the unit of its measure."""
        return measure_named(self.key.measure).unit


def outcome(written: str | Written, outline: Outline) -> Outcome:
    """Return the outcome meant; ValueError with what could be meant."""
    if isinstance(written, str):
        return Outcome(spaced(written), key_of(written, outline))
    key = Key(written.measure, written.service, written.other, written.class_, written.period)
    if key not in keys(outline):
        same = {one for one in keys(outline) if one.measure == key.measure}
        if not same:
            names = dict.fromkeys(one.measure for one in keys(outline))
            raise ValueError(f"no measure '{key.measure}'{did_you_mean(key.measure, names)}")
        raise ValueError(f"no number {_words(key)}; see estimates.csv of a run for what there is")
    return Outcome(_words(key), key)


def _words(key: Key) -> str:
    said = [key.measure, f"of {key.service}"] if key.service != WHOLE else [key.measure]
    said += [key.other] if key.other else []
    said += [one for one in (key.klass, key.period) if one != WHOLE]
    return ", ".join([" ".join(said[:2]), *said[2:]])
