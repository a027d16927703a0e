"""The records the compiled engine works on, field by field, and the arrays they stand in.

Numbers of calendars, laws, timers, requests and people are rows of the array of that name; -1
means none. What there is per person is kept narrow: with many people, the time goes into fetching
their records.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Kind = np.dtype[Any]
CACHE_LINE = 64
"""How many bytes a processor fetches at once."""


def _record(
    whole: str = "",
    real: str = "",
    words: str = "",
    small: str = "",
    short: str = "",
    tiny: str = "",
) -> Kind:
    kinds = {"f8": real, "i8": whole, "u8": words, "i4": small, "i2": short, "i1": tiny}
    fields = [(name, kind) for kind, names in kinds.items() for name in names.split()]
    return np.dtype(fields, align=True)


def _in_lines(kind: Kind) -> Kind:
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
GROUP = _record("klass people where rule law purpose", words="key")
START_LIST = _record("service people purpose")
STREAM = _record("klass rate to purpose rank", "due", words="key")
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
        small="number roster_at leaving stay_timer visit_timer first_request next_present "
        "previous_present next_at_door previous_at_door next_free",
        short="klass where destination route visiting at_door "
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

REAL: Kind = np.dtype("f8")
WHOLE: Kind = np.dtype("i8")
WORD: Kind = np.dtype("u8")
SMALL: Kind = np.dtype("i4")
COUNT: Kind = np.dtype("u4")

FROM_PLAN: dict[str, Kind] = {
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
TALLIED: dict[str, Kind] = dict.fromkeys(
    (
        *("level_means", "level_ends", "levels_now"),
        *("place_means", "place_ends", "places_now"),
        *("blocked_means", "blocked_now"),
        *("counts", "came", "went", "moves", "wants", "stay_days"),
    ),
    REAL,
)
PER_PERSON: dict[str, Kind] = {
    "people": PERSON,
    "draws": COUNT,  # how many times a person has drawn for each purpose
    "traits": REAL,
    "risk_clocks": RISK_CLOCK,
    "visit_clocks": VISIT_CLOCK,
    "seen_year": SMALL,  # per service of outreach
    "nights": NIGHTS,
    "roster": SMALL,
    "news": SMALL,
    "refused": SMALL,
    "unsettled": SMALL,
    "ranked": RANKED,
}
GROWING: dict[str, Kind] = {
    "requests": REQUEST,
    "timers": TIMER,
    "heap": SMALL,
    "waits": REAL,
    "milestones": REAL,
    "log": ROW,
}
OTHER: dict[str, Kind] = {"heads": SMALL, "site_draws": COUNT}

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
            *("on_roster", "news_count", "refused_first", "refused_last"),
            *("unsettled_first", "unsettled_last", "lowest_taker"),
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
