"""How many replications are enough: "street nights within 2 %"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.measures import MEASURES
from sim.analysis.statistics import is_precise_enough
from sim.analysis.tables import Key, keys
from sim.analysis.windows import WHOLE, Array
from sim.log import Outline
from sim.vocabulary.errors import WishError, did_you_mean


@dataclass(frozen=True, slots=True)
class Wanted:
    """A precision wanted: the 95 % interval of number ``column`` is at most ``share`` each side."""

    text: str
    column: int
    share: float

    def reached(self, values: Array) -> bool:
        """Return whether replications (rows) by measures (columns) give that precision."""
        return is_precise_enough({self.text: values[:, self.column]}, self.share)


_FORM = re.compile(r"^(?P<what>.+?) within (?P<percent>\d+(\.\d+)?) ?%$")


def wanted(text: str, outline: Outline) -> Wanted:
    """Read "MEASURE within N %" or "MEASURE of SERVICE within N %"; WishError with the mending.

    Without a service: the street or the whole pathway if the measure has it, else its only service.
    """
    match = _FORM.match(text.strip())
    if not match or float(match["percent"]) <= 0:
        raise WishError(
            f"'{text}' is not a precision: write 'street nights within 2 %' or "
            "'blocked places of NAME OF SERVICE within 5 %'"
        )
    column = keys(outline).index(key_of(match["what"], outline))
    return Wanted(text, column, float(match["percent"]) / 100)


def key_of(what: str, outline: Outline) -> Key:
    """Return the number meant by "MEASURE" or "MEASURE of SERVICE"; ValueError with the mending."""
    names = sorted(
        (measure.name for measure in MEASURES if not measure.pairs), key=len, reverse=True
    )
    name = next((n for n in names if what == n or what.startswith(n + " of ")), None)
    if name is None:
        raise WishError(f"no measure '{what}'{did_you_mean(what, names)}")
    service = what[len(name) + len(" of ") :]
    found = [
        key for key in keys(outline)
        if key.measure == name and key.klass == WHOLE and key.period == WHOLE
    ]  # fmt: skip
    chosen = [key for key in found if key.service == service] if service else _default(found)
    if len(chosen) != 1:
        allowed = [key.service for key in found]
        hint = did_you_mean(service, allowed)
        raise WishError(f"'{name}' of which service? not '{service}'{hint}")
    return chosen[0]


def _default(found: Sequence[Key]) -> Sequence[Key]:
    for place in ("street", WHOLE):
        chosen = [key for key in found if key.service == place]
        if chosen:
            return chosen
    return found
