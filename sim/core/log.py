"""The contract out: the event log and the tallies of one replication.

A log is a list of rows in the order in which things happened. Tallies are what an engine counts
while it runs: everything the analysis needs, so that the full log is written only on request.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from sim.core.calendars import MILLISECONDS, Calendar
from sim.core.errors import RunError
from sim.core.events import Event, event_name


class Row(NamedTuple):
    """One event: time [days], event code, person (-1 none), service (-1 none), two details."""

    time: float
    event: int
    person: int
    service: int = -1
    other: int = -1
    number: int = 0


LEVELS = ("living", "blocked", "held", "waiting", "waiting_hosted", "visiting", "at_door")
"""Numbers of people that last, counted by service and class.

living: in a place of the service (in the last row: in the street). blocked, held: of those living
there. waiting: listed and living in the street or a night place; waiting_hosted: listed and living
in a place of another service. visiting, at_door: at a drop-in.
"""

PLACE_LEVELS = (
    "places", "staffed_places", "open_places", "turnaround", "free_places", "people_while_open",
    "is_open",
)  # fmt: skip
"""Numbers of places that last, counted by service (docs/model.md, section 10).

places: nominal. staffed_places: effective capacity. open_places: usable at the instant. turnaround:
closed between two people. free_places: open, with nobody in them. people_while_open: people there
(living or visiting), 0 while no place is open. is_open: 1 while a place is open, else 0.
"""

COUNTS = (
    "arrivals", "contacts", "first_seen", "visits", "care_acts", "interviews", "turned_away",
    "referred", "accepted", "lapsed", "listed", "unreachable", "declines", "gave_up", "withdrawn",
    "admissions", "nights", "completions", "drop_outs", "evictions", "departures", "to_street",
    "left", "died", "housed", "street_nights", "outings", "applicants", "offered",
    "no_next_street", "no_next_gone", "turned_away_gone",
)  # fmt: skip
"""Things that happen, counted by day, service and class.

The service is where it happens; the last row stands for the street and the whole pathway
(arrivals to the street, people who left or died from the street, street nights). ``referred``,
``accepted``, ``lapsed``, ``listed`` are counted at the service asked for; ``left``, ``died``,
``housed`` where the person lived. ``to_street`` counts departures whose destination is the street.
``outings`` and ``offered`` (nights offered) are counted under class 0. ``no_next_street`` and
``no_next_gone`` count people who leave without a next place, in the service they leave;
``turned_away_gone`` people of the street who leave the model because a waiting room was full.
"""

ADMITTED, GAVE_UP, WITHDREW, STILL_WAITING = 0, 1, 2, 3
"""How a wait ended (``Tallies.waits``); a declined offer counts as GAVE_UP."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a service costs [EUR], as calendars; None is nothing.

    ``per_day``: what the calendar alone decides, in a day: fixed costs, teams, places that staff
    can open, hours open. ``per_place_day``: of that, for one place. The others are for each
    time it is counted: ``per_night`` for each night place given out, or each person and day
    in a service of kind places; ``per_visit`` for each visit or contact.
    """

    per_day: Calendar | None = None
    per_place_day: Calendar | None = None
    per_outing: Calendar | None = None
    per_night: Calendar | None = None
    per_visit: Calendar | None = None


@dataclass(frozen=True, slots=True)
class ServiceOutline:
    """What the analysis must know of a service: words, and what it costs."""

    name: str
    kind: str  # outreach, drop-in, overnight, places
    housing: bool
    unlimited: bool
    mean_stay: float  # [days], at the start; nan where there is none
    costs: Costs = Costs()
    name_fr: str = ""  # names for figures and reports; empty: the name
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """Names and sizes that give a log or tallies their meaning without the plan."""

    title: str
    start: str  # ISO date of day 0
    horizon: float  # [days]
    warm_up: float  # [days]
    classes: tuple[str, ...]
    services: tuple[ServiceOutline, ...]


DAYS_PER_YEAR = 365
"""Days in a model year."""


def stretches(outline: Outline) -> tuple[int, ...]:
    """Return the first days of the stretches that moves are added up over.

    Whatever is measured begins and ends with some of them: the warm-up's end and model years. Day
    by day the moves between all pairs of many services would fill the memory.
    """
    days = int(outline.horizon)
    warm = min(math.ceil(outline.warm_up), max(days - 1, 0))
    return tuple(sorted({0, warm, *range(0, days, DAYS_PER_YEAR)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What one replication counted, over D days, S services and C classes.

    Arrays are nested sequences or numpy arrays; the last service row stands for the street.

    - ``level_mean``, ``level_end``: for each name in LEVELS (D, S+1, C), the mean over the day and
      the value at its end; ``places_mean``, ``places_end``: for each in PLACE_LEVELS (D, S).
    - ``counts``: for each name in COUNTS (D, S+1, C).
    - ``blocked_for`` (D, B): person-days blocked in the first service, waiting for the second, for
      each of the ``blocked_pairs`` (service, service waited for): those that can be at all.
    - ``came``, ``went`` (D, S+1): people who came to live in a service or the street, or went away.
    - ``moves`` (T, S+2, S+4): people moving from a row (services, street, outside: those who enter
      the model) to a column (services, street, left, died, housed), in each of T ``stretches``.
    - ``street_wants`` (D, S+1): street nights for want of each service; last: no request open.
    - ``waits``: a row for every listing: service, class, listed at, ended at, outcome, hosted (1 if
      living in a place when listed).
    - ``people``: a row per person: class, entered, first contact, housed at, gone at, exit code;
      nan where it did not happen, exit 0 if still here.
    - ``stay_days`` (S,): person-days lived per service, added up stay by stay.
    - ``over_capacity``: admissions that found no room; must be 0.
    - ``locked_at``, ``locked``: time of the first locked loop (nan if none), its services.
    - ``events``: calendar events taken.
    """

    outline: Outline
    seed: int
    replication: int
    level_mean: dict[str, Any]
    level_end: dict[str, Any]
    places_mean: dict[str, Any]
    places_end: dict[str, Any]
    counts: dict[str, Any]
    blocked_pairs: tuple[tuple[int, int], ...]
    blocked_for: Any
    came: Any
    went: Any
    moves: Any
    street_wants: Any
    waits: Sequence[Sequence[float]]
    people: Sequence[Sequence[float]]
    stay_days: Sequence[float]
    over_capacity: int
    locked_at: float
    locked: tuple[int, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Replication:
    """One simulated history: its tallies and, if asked for, its log."""

    tallies: Tallies
    log: Sequence[Row] | None


def first_difference(
    log: Iterable[Row], other: Iterable[Row]
) -> tuple[int, Row | None, Row | None] | None:
    """Return (row number, row of one, row of other) where two logs part, or None if equal.

    Equal means equal to the last bit of every time.
    """
    for number, (a, b) in enumerate(zip_longest(log, other)):
        if a is None or b is None or tuple(a) != tuple(b):
            return number, a, b
    return None


def standstill(outline: Outline, time: float, event: int, place: str) -> RunError:
    """Return the error of a run that stands still (docs/model.md, section 6)."""
    whole = date.fromisoformat(outline.start) + timedelta(days=int(time))
    seconds, milliseconds = divmod(round(time % 1.0 * MILLISECONDS), 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds:03d}"
    return RunError(
        f"the run stands still on {whole} at {clock} ({place}): the event {event_name(event)} "
        "happens there again and again in the same millisecond. Something that takes no time leads "
        "back to itself: give the stays, delays and waits there a time of a minute or more, and "
        "the visits and arrivals a rate of less than one a second"
    )


def sentence(row: Row, outline: Outline) -> str:
    """Return one log row as a short line, for hand-traced examples and error messages."""
    names = [service.name for service in outline.services]

    def word(code: int) -> str:
        return names[code] if code >= 0 else {-1: "-", -2: "left", -3: "died", -4: "housed"}[code]

    who = f"#{row.person}" if row.person >= 0 else "-"
    return (
        f"{row.time:g} {Event(row.event).name.lower()} {who} {word(row.service)} "
        f"{word(row.other)} {row.number}"
    )
