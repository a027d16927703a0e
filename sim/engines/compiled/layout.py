"""Records of the compiled engine, field by field, and the numbers that stand for names."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.events import Event
from sim.core.log import COUNTS, LEVELS, PLACE_LEVELS
from sim.plan.tables import Evict, Evicted, Kind, Residual

# --- The records the compiled engine works on, field by field, and the arrays they stand in.
#
# Numbers of calendars, laws, timers, requests and people are rows of the array of that name; -1
# means none. What there is per person is kept narrow: with many people, the time goes into
# fetching their records.

DType = np.dtype[Any]
CACHE_LINE = 64
"""How many bytes a processor fetches at once."""


def _record(
    whole: str = "",
    real: str = "",
    words: str = "",
    small: str = "",
    short: str = "",
    tiny: str = "",
) -> DType:
    kinds = {"f8": real, "i8": whole, "u8": words, "i4": small, "i2": short, "i1": tiny}
    fields = [(name, kind) for kind, names in kinds.items() for name in names.split()]
    return np.dtype(fields, align=True)


def _in_lines(kind: DType) -> DType:
    """Return a record made as long as whole lines of the processor's cache."""
    assert kind.fields is not None
    formats, offsets = zip(*(field[:2] for field in kind.fields.values()), strict=True)
    size = -(-kind.itemsize // CACHE_LINE) * CACHE_LINE
    return np.dtype(
        {"names": list(kind.fields), "formats": formats, "offsets": offsets, "itemsize": size}
    )


# --- from the plan ------------------------------------------------------------------------------

STEP = _record(real="time value area")
CALENDAR = _record("first last current")  # of its steps; the one in force now
SHAPE = _record("family values values_end pieces", "time a b c")  # one distribution of a law
LAW = _record("first last current purpose")  # of its shapes
ROUTE = _record("to share delay")
REFERRAL = _record("to opened opened_purpose success success_purpose delay factor classes")
MAKES = _record("of share purpose")
RISK = _record("exit rate clock")
GROUP = _record("class_id people where rule law purpose", words="key")
START_LIST = _record("service people purpose")
STREAM = _record("class_id rate to purpose rank", "due", words="key")
ROOM = _record("places inside open")  # calendar; people inside and places now

SITE = _record(
    # as declared; calendars, laws, shares (calendars) and purposes by number
    "kind classes priority places open_places room housing "
    "outings at_random contacts outing_purpose size_purpose meet_purpose "
    "first_makes last_makes first_referral last_referral "
    "outreach drop_in opening visit_rate visit_purpose trait visitor visit_length door_wait "
    "hosted_attend care_act care_act_purpose interview interview_purpose interviews_per_day "
    "overnight visitors_of applies applies_purpose lottery_purpose returning_first most_nights "
    "stay drop_out drop_out_purpose drop_out_after drop_out_risk drop_out_risk_purpose drop_out_to "
    "routes route_purpose leave_early wait_in_place blocked_limit fallback blocked_credit "
    "turnaround window waiting_room turned_away_to patience gives_up_to "
    "unreachable declines offer_purpose offer_again assessment assessment_purpose "
    "assessment_delay evict evicted first_risk last_risk "
    # now
    "open usable tonight is_window_open occupied blocked under_turnaround listed ready_count "
    "first_ready first_present first_at_door last_at_door "
    "was_stuck is_loose is_stuck is_known is_reached is_in_first_loop "
    "may_take interviews_day interviews evening_day morning_day",
    "evening morning request_lead outings_due",
    words="key",
)

# --- while it runs ------------------------------------------------------------------------------

PERSON = _in_lines(
    _record(
        small="number street_list_at leaving stay_timer visit_timer first_request next_present "
        "previous_present next_at_door previous_at_door next_free",
        short="class_id where destination route visiting at_door "
        "risks_at",  # the situation whose risks run; ``leaving`` is their timer
        tiny="is_born has_news is_known exit stage fell_back",
        real="since blocked_since ranked_from credit first_stay ends drops_out",
        words="key",
    )
)
REQUEST = _record(
    small="person number service priority hosted_when_listed passed_over is_ready level accepted "
    "formal timer again next child sibling previous",
    real="listed_at ranks_from",
)
TIMER = _record("order", "due", small="person way_out next previous")  # due: a millisecond
VISIT_CLOCK = _record(real="left area", small="state timer visit_day seen_year")
RISK_CLOCK = _record(real="left area")
NIGHTS = _record(small="last in_a_row")
RANKED = _record(real="value", small="first last person")  # sorted by first, value, last
ROW = _record(real="time", small="event person service other number")

REAL: DType = np.dtype("f8")
WHOLE: DType = np.dtype("i8")
WORD: DType = np.dtype("u8")
SMALL: DType = np.dtype("i4")
COUNT: DType = np.dtype("u4")

FROM_PLAN: dict[str, DType] = {
    "steps": STEP,
    "calendars": CALENDAR,
    "shapes": SHAPE,
    "values": REAL,
    "pieces": REAL,  # of the gamma laws, one table per shape
    "laws": LAW,
    "routes": ROUTE,
    "routes_of": WHOLE,  # first and last route, per service and class
    "referrals": REFERRAL,
    "makes": MAKES,
    "risks": RISK,
    "sites": SITE,
    "rooms": ROOM,
    "streams": STREAM,
    "groups": GROUP,
    "start_lists": START_LIST,
    "trait_laws": WHOLE,
    "risk_purposes": WHOLE,
    "purposes": WORD,
    "flags": WHOLE,  # per class, wherever a record points
    "pair_of": WHOLE,  # column of the blocked, per service and service waited for
}
TALLIED: dict[str, DType] = dict.fromkeys(
    (
        *("level_means", "level_ends", "levels_now"),
        *("place_means", "place_ends", "places_now"),
        *("blocked_means", "blocked_now"),
        *("counts", "came", "went", "moves", "wants", "stay_days"),
    ),
    REAL,
)
PER_PERSON: dict[str, DType] = {
    "people": PERSON,
    "draws": COUNT,  # how many times a person has drawn for each purpose
    "traits": REAL,
    "risk_clocks": RISK_CLOCK,
    "visit_clocks": VISIT_CLOCK,
    "seen_year": SMALL,  # per service of outreach
    "nights": NIGHTS,
    "street_list": SMALL,
    "news": SMALL,
    "refused": SMALL,
    "ready": SMALL,
    "ranked": RANKED,
}
GROWING: dict[str, DType] = {
    "requests": REQUEST,
    "timers": TIMER,
    "heap": SMALL,
    "waits": REAL,
    "milestones": REAL,
    "log": ROW,
}
OTHER: dict[str, DType] = {"heads": SMALL, "site_draws": COUNT}

ARRAYS = FROM_PLAN | TALLIED | PER_PERSON | GROWING | OTHER

WORLD = np.dtype(
    [(name, "f8") for name in ("now", "moment", "horizon", "day_end", "locked_at")]
    + [(name, "u8") for name in ("key_0", "key_1")]
    + [
        (name, "i8")
        for name in (
            *("day", "year", "logs", "events", "over_capacity", "newly_blocked"),
            *("before", "at_once", "at_once_per_person"),
            *("cells", "levels_today", "places_today", "counts_today", "moves_now"),
            *("pair_count", "first_counted", "whole_days"),
            *("site_count", "class_count", "purpose_count", "trait_count", "risk_count"),
            *("drop_in_count", "overnight_count", "outreach_count"),
            *("first_risk", "last_risk", "rows_per_person"),
            *(
                "rows_needed",
                "group_count",
                "start_list_count",
                "stream_count",
                "next_timer",
                "steps_left",
                "until_pause",
                "has_started",
            ),
            *("on_street_list", "news_count", "refused_first", "refused_last"),
            *("ready_first", "ready_last", "lowest_taker"),
            *("people_used", "free_person", "people_count", "requests_used", "free_request"),
            *("timers_used", "timers_set", "free_timer", "waits_count", "log_count", "heap_count"),
            *("queue_day", "last_day", "first_bucket", "buckets", "most_buckets", "bucket"),
            "day_events",
        )
    ]
    + [(name, "i8") for name in ARRAYS]  # their addresses
    + [(f"{name}_room", "i8") for name in ARRAYS]  # and lengths
)
"""Everything else that is true at one instant, and where the arrays are."""


# --- Plain numbers for what ``core`` names: compiled code reads them as constants.

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
GIVES_UP = int(Event.GIVES_UP)
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
GAVE_UP_COUNT = COUNTS.index("gave_up")
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
OFFERED_COUNT = COUNTS.index("offered")
NO_NEXT_STREET_COUNT = COUNTS.index("no_next_street")
NO_NEXT_GONE_COUNT = COUNTS.index("no_next_gone")
TURNED_AWAY_GONE_COUNT = COUNTS.index("turned_away_gone")

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
STAFFED_PLACES_LEVEL = PLACE_LEVELS.index("staffed_places")
OPEN_PLACES_LEVEL = PLACE_LEVELS.index("open_places")
TURNAROUND_LEVEL = PLACE_LEVELS.index("turnaround")
FREE_PLACES_LEVEL = PLACE_LEVELS.index("free_places")
PEOPLE_WHILE_OPEN_LEVEL = PLACE_LEVELS.index("people_while_open")
IS_OPEN_LEVEL = PLACE_LEVELS.index("is_open")

# kinds and rules
OUTREACH = int(Kind.OUTREACH)
DROP_IN = int(Kind.DROP_IN)
OVERNIGHT = int(Kind.OVERNIGHT)
PLACES = int(Kind.PLACES)
NOBODY = int(Evict.NOBODY)
LAST_IN = int(Evict.LAST_IN)
FIRST_IN = int(Evict.FIRST_IN)
ASK_NO_MORE = int(Evicted.ASK_NO_MORE)
KEEP_RANK = int(Evicted.KEEP_RANK)
EQUILIBRIUM = int(Residual.EQUILIBRIUM)

# how far somebody hosted in a place has come
STAYING, HELD, READY, BLOCKED_STAGE = 0, 1, 2, 3

OUTSIDE = -9
"""Living situation before a person has entered the model."""
NONE = -1
"""No person, no timer, no calendar, no law: nothing there."""
