"""What a measure is: its name, unit and sentence, where it applies, and how it is computed."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.grids import Grid

OUTREACH, DROP_IN, OVERNIGHT, PLACES = "outreach", "drop-in", "overnight", "places"
STREET, PATHWAY = "street", "pathway"
"""Rows of the table that are not a service: the street, and the whole pathway."""
OUTSIDE = "outside"
"""Where people come from who enter the model."""
HOSTS = (OVERNIGHT, PLACES)
ROOMS = (DROP_IN, OVERNIGHT, PLACES)
MET = (OUTREACH, DROP_IN)
SERVICES = (OUTREACH, DROP_IN, OVERNIGHT, PLACES)
"""Kinds of service, and sets of kinds: that host people, have places, meet people; all."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A defined number of one replication.

    ``where``: kinds of service that have it, STREET, PATHWAY. ``by_class``: also counted class by
    class. ``pairs``: one number per service and other service (then ``compute`` gives such a
    table). ``yearly``: also taken over each model year.
    """

    name: str
    unit: str
    sentence: str
    name_fr: str
    sentence_fr: str
    where: tuple[str, ...]
    compute: Grid
    by_class: bool = True
    pairs: bool = False
    yearly: bool = True
