"""One simulated history as moving dots: who lives where, day by day, on one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.analysis.blocking import service_name
from sim.core.events import DIED, HOUSED, LEFT, Event
from sim.core.log import Outline, Row
from sim.figures.style import BLOCKED, LIVED_IN, PALETTE, STREET
from sim.report.page import render
from sim.scenarios.schema import Scenario
from sim.text.translations import sentences

TICKS = 100
"""Parts of a day in which moves are told."""
GONE = (HOUSED, LEFT, DIED)
"""Ways out, in the order of their states, which come after the street and the services."""
_CHANGES_PLACES = (Event.CAPACITY, Event.EVENING, Event.MORNING)
_ENTERS, _MOVES_IN = (Event.PRESENT, Event.ARRIVES), (Event.ADMITTED, Event.NIGHT)


@dataclass(frozen=True, slots=True)
class Steps:
    """A log made small: flat lists of whole numbers.

    ``moves``: (ticks since the last one, person, 2 x state + 1 if blocked) for every change of
    where somebody lives. States: 0 the street, then services people live in, then GONE.
    ``places``: (tick, state, places open): night places from the evening to the morning.
    """

    moves: list[int]
    places: list[int]
    people: int


def steps_of(log: Iterable[Row], outline: Outline) -> Steps:
    """Return where people live as the log tells it, at the end of every tick.

    Somebody who moves from one service to another is never shown in the street between.
    """
    states = states_of(outline)
    moves: list[int] = []
    places: list[int] = []
    before = most = 0
    nights = [service.kind == "overnight" for service in outline.services]
    usable = [0] * len(nights)
    for tick, rows in _instants(log):
        for row in rows:
            if row.service not in states or row.event not in _CHANGES_PLACES:
                continue
            if row.event == Event.CAPACITY:
                usable[row.service] = row.number
            if row.event == Event.MORNING:
                places += [tick, states[row.service], 0]
            elif row.event == Event.EVENING or not nights[row.service]:
                places += [tick, states[row.service], usable[row.service]]
        for person, state in _last_states(rows, states).items():
            moves += [tick - before, person, state]
            before, most = tick, max(most, person + 1)
    return Steps(moves, places, most)


def states_of(outline: Outline) -> dict[int, int]:
    """Return the state of each situation: the street (-1), services by number, ways out."""
    hosts = [n for n, service in enumerate(outline.services) if service.kind in LIVED_IN]
    situations = [-1, *hosts, *GONE]
    return {situation: state for state, situation in enumerate(situations)}


def _instants(log: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield (tick, rows) of everything that happens in the same tick."""
    place: list[Row] = []
    now = 0
    for row in log:
        tick = round(row.time * TICKS)
        if tick != now and place:
            yield now, place
            place = []
        now = tick
        place.append(row)
    if place:
        yield now, place


def _last_states(rows: list[Row], states: dict[int, int]) -> dict[int, int]:
    """Return 2 x state (+ 1 if blocked) in which each person mentioned is left."""
    result: dict[int, int] = {}
    for row in rows:
        event = row.event
        if event in _ENTERS:
            home = row.service if event == Event.PRESENT else -1
            result[row.person] = 2 * states[home]
        elif event in _MOVES_IN:
            result[row.person] = 2 * states[row.service]
        elif event == Event.BLOCKED:
            result[row.person] = 2 * states[row.service] + 1
        elif event == Event.LEAVES_PLACE:
            result[row.person] = 2 * states[-1]
        elif event == Event.GOES:
            result[row.person] = 2 * states[row.other]
    return result


def animation(
    scenario: Scenario, log: Iterable[Row], outline: Outline, seed: int, replication: int, lang: str
) -> str:
    """Return the page that plays one history."""
    t, steps = sentences(lang), steps_of(log, outline)
    hosts = [n for n, service in enumerate(outline.services) if service.kind in LIVED_IN]
    names = [t("animation_street"), *(service_name(outline, n, lang) for n in hosts)]
    colours = [STREET, *(PALETTE[i % len(PALETTE)] for i in range(len(hosts)))]
    content: dict[str, Any] = {
        "start": outline.start,
        "days": round(outline.horizon),
        "ticks": TICKS,
        "names": [name[:1].upper() + name[1:] for name in names],
        "colours": colours,
        "blocked": BLOCKED,
        "moves": steps.moves,
        "places": steps.places,
        "people": steps.people,
        "lang": lang,
        "words": {word: t(f"animation_{word}") for word in ("play", "pause", "said")},
    }
    return render(
        "animation.html",
        lang,
        player="animation.js",
        title=scenario.title.in_language(lang),
        head=[t("animation_of", replication=replication, seed=seed)],
        names=content["names"],
        content=content,
    )
