"""How much a scenario may ask for: every bound of the simulation, written once.

Whoever reads files refuses what lies beyond, with the place; the plan is the last to look. Within
these bounds both engines hold every number exactly (docs/model.md, section 8).
"""

from __future__ import annotations

UNLIMITED = 1_000_000_000
"""The number of places written as ``unlimited``; it stays apart from every real number."""

MOST_PLACES = UNLIMITED - 1
"""Places of a service or a room, seats of a waiting room."""
MOST_PEOPLE = 999_999_999
"""People of one class at the start, on a list at the start, met in one outing."""
MOST_PER_DAY = 1e9
"""Arrivals, outings, contacts, visits a day; a risk per day. Time goes in milliseconds."""
MOST_YEARS = 200
LONGEST_PERIOD = MOST_YEARS * 365 + 49
"""Years of a period; its days, with the leap days there can be."""
LONGEST_TIME = 1e9
"""Days of a drawn or declared duration: far beyond the longest period."""
HIGHEST_NUMBER = 1e9
"""Teams, factors, traits: numbers that multiply others."""
MOST_SERVICES = 4000
"""Services of a scenario, and arrival streams times classes: both stand in 12 bits of a timer."""
MOST_MONEY = 1e12
"""An amount [EUR]."""
SHORTEST_TIME = 1 / 86400
"""Days of a written duration that is not 0: one second."""
PLAIN_FACTOR = 5.0
"""A factor above this is written in per cent: a plain 70 could mean 70 %. Not traits, not cv."""

MOST_REPLICATIONS = 100_000
"""Simulated histories of one scenario."""
HIGHEST_SEED = 2**63 - 1
"""The seed of a run goes from 0 to this."""
MOST_WORKERS = 1024
"""Processes or threads of one command."""

MOST_BYTES = 1_000_000
"""Size of a file that is read."""
MOST_VALUES = 100_000
"""Values of a file; those that a name repeats (``*name``) count each time."""
DEEPEST = 40
"""Lists and mappings inside one another."""
LONGEST_NAME = 100
"""Characters of a name."""
MOST_AT_ONCE, AT_ONCE_PER_PERSON, AT_ONCE_PER_SERVICE = 100_000, 100, 10
"""Events of one millisecond, of everybody and more for each person (and service): a run that has
more of them stands still (docs/model.md, section 6)."""
