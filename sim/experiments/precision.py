"""How many replications are enough: "street nights within 2 %"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.measures import MEASURES
from sim.analysis.statistics import is_precise_enough
from sim.analysis.tables import Key, keys
from sim.analysis.windows import WHOLE, Array
from sim.log import Outline
from sim.scenario.source import normal
from sim.scenario.word_markers import refuse_precision
from sim.vocabulary.errors import Refused, WishError, by_report_name, did_you_mean, quoted
from sim.vocabulary.quantities import read, spaced


@dataclass(frozen=True, slots=True)
class Wanted:
    """A precision wanted: the 95 % interval of number ``column`` is at most ``share`` each side."""

    text: str
    column: int
    share: float

    def reached(self, values: Array) -> bool:
        """Return whether replications (rows) by measures (columns) give that precision."""
        return is_precise_enough({self.text: values[:, self.column]}, self.share)


def wanted(text: str, outline: Outline) -> Wanted:
    """Read "MEASURE within N %" or "MEASURE of SERVICE within N %"; WishError with the mending.

    Without a service: the street or the whole pathway if the measure has it, else its only service.
    """
    try:
        refuse_precision(text)
    except Refused as refused:
        raise WishError(str(refused)) from None
    what, _, share = text.rpartition(" within ")
    column = keys(outline).index(key_of(what, outline))
    return Wanted(text, column, read("share", share))


def key_of(what: str, outline: Outline) -> Key:
    """Return the number meant by "MEASURE" or "MEASURE of SERVICE"; ValueError with the mending."""
    what = spaced(normal(what))
    names = sorted(
        (measure.name for measure in MEASURES if not measure.pairs), key=len, reverse=True
    )
    name = next((n for n in names if what == n or what.startswith(n + " of ")), None)
    if name is None:
        raise WishError(f"no measure {quoted(what)}{did_you_mean(what, names)}")
    service = what[len(name) + len(" of ") :]
    found = [
        key for key in keys(outline)
        if key.measure == name and key.klass == WHOLE and key.period == WHOLE
    ]  # fmt: skip
    chosen = [key for key in found if key.service == service] if service else _default(found)
    if len(chosen) != 1:
        allowed = [key.service for key in found]
        meant = by_report_name(service, _shown(outline))
        if meant in allowed:
            raise WishError(f"{quoted(service)} is the name in reports: write '{name} of {meant}'")
        hint = did_you_mean(service, allowed)
        raise WishError(f"'{name}' of which service? not {quoted(service)}{hint}")
    return chosen[0]


def _shown(outline: Outline) -> list[tuple[str, tuple[str, str]]]:
    """Return the name of each service in files, and its names in reports."""
    return [(each.name, (each.name_fr, each.name_en)) for each in outline.services]


def _default(found: Sequence[Key]) -> Sequence[Key]:
    for place in ("street", WHOLE):
        chosen = [key for key in found if key.service == place]
        if chosen:
            return chosen
    return found
