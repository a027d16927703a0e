"""Events of the log: their codes, names and order when simultaneous (docs/model.md, section 6)."""

from __future__ import annotations

from enum import IntEnum

STREET = -1
"""Living situation (and destination): no place anywhere."""
LEFT = -2
"""Gone: left the scene or the region."""
DIED = -3
"""Gone: died."""
HOUSED = -4
"""Gone: housed for good, outside the model."""

EXITS = {"left": LEFT, "died": DIED, "housed": HOUSED}
"""Ways of being gone, by the word people write."""
DESTINATIONS = {"street": STREET, **EXITS}
"""Destinations that are not services, by the word people write."""


class Event(IntEnum):
    """What can happen; the value of the calendar's own events (below 32) orders ties."""

    DAY_ENDS = 1  # never written to the log
    CENSUS = 2  # never written
    CAPACITY = 3  # number = places that can be used from now on (0: the drop-in is closed)
    GOES = 4  # other = exit
    DROP_OUT = 5  # other = destination
    REQUEST_DUE = 6  # never written: its consequences are
    STAY_ENDS = 7  # other = destination
    DELAY_ENDS = 8  # other = destination
    TURNAROUND_ENDS = 9
    VISIT_ENDS = 10
    MORNING = 11
    BLOCKED_LIMIT = 12  # other = fallback
    GIVES_UP = 13
    LEAVES_DOOR = 14
    DECIDED = 15  # never written: accepted or lapsed is
    OFFER_AGAIN = 16
    ARRIVES = 17  # number = class, service = where to (-1: street)
    OUTING = 18  # number = people met
    VISIT = 19  # the clock rings; the log row means: the visit begins
    EVENING = 20  # number = applicants
    # consequences and details
    PRESENT = 32  # at the start; service = where (-1: street), number = class
    CONTACT = 33
    BECOMES_VISITOR = 34
    REFERRED = 35  # service = target, other = who referred
    ACCEPTED = 36
    LAPSED = 37
    LISTED = 38
    TURNED_AWAY = 39  # from a waiting room, a drop-in or a night
    AT_DOOR = 40
    CARE_ACT = 41
    INTERVIEW = 42
    UNREACHABLE = 43
    DECLINES = 44
    WITHDRAWN = 45
    ADMITTED = 46  # other = where from (service or -1)
    NIGHT = 47  # admitted to an overnight service
    BLOCKED = 48  # other = waits for
    EVICTED = 49
    LEAVES_PLACE = 50  # service = place left, other = where to
    LOCKED = 51


def event_name(code: int) -> str:
    """Return the name an event has in exported logs, e.g. ``stay_ends``."""
    return Event(code).name.lower()
