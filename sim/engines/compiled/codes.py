"""Plain numbers for what the vocabulary names: compiled code reads them as constants."""

from __future__ import annotations

from sim.log import COUNTS, LEVELS, PLACE_LEVELS
from sim.plan.tables import Evict, Kind, Residual
from sim.vocabulary.events import Event

# events
DAY_ENDS = int(Event.DAY_ENDS)
CENSUS = int(Event.CENSUS)
CAPACITY = int(Event.CAPACITY)
GOES = int(Event.GOES)
DROP_OUT = int(Event.DROP_OUT)
REQUEST_DUE = int(Event.REQUEST_DUE)
STAY_ENDS = int(Event.STAY_ENDS)
DELAY_ENDS = int(Event.DELAY_ENDS)
TURNAROUND_ENDS = int(Event.TURNAROUND_ENDS)
VISIT_ENDS = int(Event.VISIT_ENDS)
MORNING = int(Event.MORNING)
BLOCKED_LIMIT = int(Event.BLOCKED_LIMIT)
RENEGES = int(Event.RENEGES)
LEAVES_DOOR = int(Event.LEAVES_DOOR)
DECIDED = int(Event.DECIDED)
OFFER_AGAIN = int(Event.OFFER_AGAIN)
ARRIVES = int(Event.ARRIVES)
OUTING = int(Event.OUTING)
VISIT = int(Event.VISIT)
EVENING = int(Event.EVENING)
PRESENT = int(Event.PRESENT)
CONTACT = int(Event.CONTACT)
BECOMES_VISITOR = int(Event.BECOMES_VISITOR)
REFERRED = int(Event.REFERRED)
ACCEPTED = int(Event.ACCEPTED)
LAPSED = int(Event.LAPSED)
LISTED = int(Event.LISTED)
TURNED_AWAY = int(Event.TURNED_AWAY)
AT_DOOR = int(Event.AT_DOOR)
CARE_ACT = int(Event.CARE_ACT)
INTERVIEW = int(Event.INTERVIEW)
UNREACHABLE = int(Event.UNREACHABLE)
DECLINES = int(Event.DECLINES)
WITHDRAWN = int(Event.WITHDRAWN)
ADMITTED = int(Event.ADMITTED)
NIGHT = int(Event.NIGHT)
BLOCKED = int(Event.BLOCKED)
EVICTED = int(Event.EVICTED)
LEAVES_PLACE = int(Event.LEAVES_PLACE)
LOCKED = int(Event.LOCKED)

# what is counted
COUNTED = len(COUNTS)
ARRIVALS_COUNT = COUNTS.index("arrivals")
CONTACTS_COUNT = COUNTS.index("contacts")
FIRST_SEEN_COUNT = COUNTS.index("first_seen")
VISITS_COUNT = COUNTS.index("visits")
CARE_ACTS_COUNT = COUNTS.index("care_acts")
INTERVIEWS_COUNT = COUNTS.index("interviews")
TURNED_AWAY_COUNT = COUNTS.index("turned_away")
REFERRED_COUNT = COUNTS.index("referred")
ACCEPTED_COUNT = COUNTS.index("accepted")
LAPSED_COUNT = COUNTS.index("lapsed")
LISTED_COUNT = COUNTS.index("listed")
UNREACHABLE_COUNT = COUNTS.index("unreachable")
DECLINES_COUNT = COUNTS.index("declines")
RENEGES_COUNT = COUNTS.index("reneges")
WITHDRAWN_COUNT = COUNTS.index("withdrawn")
ADMISSIONS_COUNT = COUNTS.index("admissions")
NIGHTS_COUNT = COUNTS.index("nights")
COMPLETIONS_COUNT = COUNTS.index("completions")
DROP_OUTS_COUNT = COUNTS.index("drop_outs")
EVICTIONS_COUNT = COUNTS.index("evictions")
DEPARTURES_COUNT = COUNTS.index("departures")
TO_STREET_COUNT = COUNTS.index("to_street")
LEFT_COUNT = COUNTS.index("left")
DIED_COUNT = COUNTS.index("died")
HOUSED_COUNT = COUNTS.index("housed")
STREET_NIGHTS_COUNT = COUNTS.index("street_nights")
OUTINGS_COUNT = COUNTS.index("outings")
APPLICANTS_COUNT = COUNTS.index("applicants")

# levels
LEVELLED = len(LEVELS)
LIVING_LEVEL = LEVELS.index("living")
BLOCKED_LEVEL = LEVELS.index("blocked")
HELD_LEVEL = LEVELS.index("held")
WAITING_LEVEL = LEVELS.index("waiting")
WAITING_HOSTED_LEVEL = LEVELS.index("waiting_hosted")
VISITING_LEVEL = LEVELS.index("visiting")
AT_DOOR_LEVEL = LEVELS.index("at_door")
PLACE_LEVELLED = len(PLACE_LEVELS)
PLACES_LEVEL = PLACE_LEVELS.index("places")
OPEN_PLACES_LEVEL = PLACE_LEVELS.index("open_places")
TURNAROUND_LEVEL = PLACE_LEVELS.index("turnaround")

# kinds and rules
OUTREACH = int(Kind.OUTREACH)
DROP_IN = int(Kind.DROP_IN)
OVERNIGHT = int(Kind.OVERNIGHT)
PLACES = int(Kind.PLACES)
NOBODY = int(Evict.NOBODY)
LAST_IN = int(Evict.LAST_IN)
FIRST_IN = int(Evict.FIRST_IN)
EQUILIBRIUM = int(Residual.EQUILIBRIUM)

# how far somebody hosted in a place has come
STAYING, HELD, READY, BLOCKED_STAGE = 0, 1, 2, 3

OUTSIDE = -9
"""Living situation before a person has entered the model."""
NONE = -1
"""No person, no timer, no calendar, no law: nothing there."""
