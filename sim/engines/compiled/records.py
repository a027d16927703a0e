"""The records the compiled engine works on, field by field, and the arrays they stand in.

Whole numbers are 64 bits wide even where fewer would do: a function compiled for two widths would
be compiled twice. Numbers of calendars, laws, timers, requests and people are rows of the array of
that name; -1 means none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Kind = np.dtype[Any]


def _record(whole: str = "", real: str = "", words: str = "") -> Kind:
    fields = [(name, "f8") for name in real.split()] + [(name, "i8") for name in whole.split()]
    return np.dtype(fields + [(name, "u8") for name in words.split()])


# --- from the plan ------------------------------------------------------------------------------

STEP = _record(real="time value area")
CALENDAR = _record("first last current")  # of its steps; the one in force now
SHAPE = _record("family values values_end", "time a b c")  # one distribution of a law
LAW = _record("first last current purpose")  # of its shapes
ROUTE = _record("to share delay")
REFERRAL = _record("to opened opened_purpose success success_purpose delay factor classes")
MAKES = _record("of share purpose")
RISK = _record("exit rate clock")
GROUP = _record("klass people where rule law purpose", words="key")
START_LIST = _record("service people purpose")
STREAM = _record("klass rate to purpose rank", "due", words="key")
ROOM = _record("places inside open")  # calendar; people inside and places now

SITE = _record(
    # as declared; calendars, laws, shares (calendars) and purposes by number
    "kind classes priority places open_places room housing "
    "outings at_random contacts outing_purpose size_purpose meet_purpose "
    "first_makes last_makes first_referral last_referral "
    "drop_in opening visit_rate visit_purpose trait visitor visit_length door_wait hosted_attend "
    "care_act care_act_purpose interview interview_purpose interviews_per_day "
    "overnight visitors_of applies applies_purpose lottery_purpose returning_first most_nights "
    "stay drop_out drop_out_purpose drop_out_after drop_out_risk drop_out_risk_purpose drop_out_to "
    "routes route_purpose leave_early wait_in_place blocked_limit fallback blocked_credit "
    "turnaround window waiting_room turned_away_to patience renege_to "
    "unreachable declines offer_purpose offer_again assessment assessment_purpose "
    "assessment_delay evict first_risk last_risk "
    # now
    "open usable is_window_open occupied blocked under_turnaround listed ready_count "
    "first_ready first_present first_at_door last_at_door is_locked is_stuck is_in_first_loop "
    "may_take interviews_day interviews evening_day morning_day",
    "evening morning request_lead outings_due",
    words="key",
)

# --- while it runs ------------------------------------------------------------------------------

PERSON = _record(
    "number klass where roster_at is_born has_news exit "
    "risks_at leaving "  # the situation the risks run in; the timer
    "stage destination route fell_back stay_timer next_present previous_present "
    "first_request visiting at_door visit_timer next_at_door previous_at_door next_free",
    "since blocked_since credit first_stay ends drops_out",
    words="key",
)
REQUEST = _record(
    "person number service priority hosted_when_listed passed_over is_ready level accepted formal "
    "timer again next child sibling previous",
    "listed_at",
)
TIMER = _record("order person way_out next previous", "time")
VISIT_CLOCK = _record("state timer visit_day", "left area")
RISK_CLOCK = _record(real="left area")
NIGHTS = _record("last in_a_row")
RANKED = _record("first last person", "value")  # sorted by first, value, last
ROW = _record("event person service other number", "time")

REAL: Kind = np.dtype("f8")
WHOLE: Kind = np.dtype("i8")
WORD: Kind = np.dtype("u8")
SMALL: Kind = np.dtype("u4")

FROM_PLAN: dict[str, Kind] = {
    "steps": STEP,
    "calendars": CALENDAR,
    "shapes": SHAPE,
    "values": REAL,
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
}
TALLIED: dict[str, Kind] = dict.fromkeys(
    (
        *("level_means", "level_ends", "levels_now"),
        *("place_means", "place_ends", "places_now"),
        *("blocked_means", "blocked_now"),
        *("counts", "moves", "wants", "stay_days"),
    ),
    REAL,
)
PER_PERSON: dict[str, Kind] = {
    "people": PERSON,
    "draws": SMALL,  # how many times a person has drawn for each purpose
    "traits": REAL,
    "risk_clocks": RISK_CLOCK,
    "visit_clocks": VISIT_CLOCK,
    "seen_year": WHOLE,
    "nights": NIGHTS,
    "roster": WHOLE,
    "news": WHOLE,
    "refused": WHOLE,
    "unsettled": WHOLE,
    "ranked": RANKED,
}
GROWING: dict[str, Kind] = {
    "requests": REQUEST,
    "timers": TIMER,
    "heap": WHOLE,
    "waits": REAL,
    "milestones": REAL,
    "log": ROW,
}
OTHER: dict[str, Kind] = {"heads": WHOLE, "site_draws": SMALL}

ARRAYS = FROM_PLAN | TALLIED | PER_PERSON | GROWING | OTHER

WORLD = np.dtype(
    [(name, "f8") for name in ("now", "horizon", "day_end", "locked_at")]
    + [(name, "u8") for name in ("key_0", "key_1")]
    + [
        (name, "i8")
        for name in (
            *("day", "year", "logs", "events", "over_capacity", "newly_blocked"),
            *("site_count", "class_count", "purpose_count", "trait_count", "risk_count"),
            *("drop_in_count", "overnight_count", "first_risk", "last_risk", "rows_per_person"),
            *(
                "rows_needed",
                "group_count",
                "start_list_count",
                "stream_count",
                "next_timer",
                "steps_left",
                "has_started",
            ),
            *("on_roster", "news_count", "refused_first", "refused_last"),
            *("unsettled_first", "unsettled_last", "lowest_taker"),
            *("people_used", "free_person", "people_count", "requests_used", "free_request"),
            *("timers_used", "free_timer", "waits_count", "log_count", "heap_count"),
            *("queue_day", "last_day", "first_bucket", "buckets", "most_buckets", "bucket"),
            "day_events",
        )
    ]
    + [(name, "i8") for name in ARRAYS]  # their addresses
    + [(f"{name}_room", "i8") for name in ARRAYS]  # and lengths
)
"""Everything else that is true at one instant, and where the arrays are."""
