"""Visits to a drop-in: the clock that brings people, the door, the visit (section 3.2)."""

from __future__ import annotations

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    CARE_ACT,
    CARE_ACTS_COUNT,
    DROP_IN,
    FIRST_SEEN_COUNT,
    INTERVIEW,
    INTERVIEWS_COUNT,
    LEAVES_DOOR,
    NONE,
    TURNED_AWAY,
    TURNED_AWAY_COUNT,
    VISIT,
    VISIT_ENDS,
    VISITS_COUNT,
)
from sim.engines.compiled.luck import (
    after,
    area_now,
    duration,
    exponential,
    happens,
    moment,
    next_change,
    strikes,
    value_now,
)
from sim.engines.compiled.moves import FIRST_CONTACT, milestone
from sim.engines.compiled.presence import join_door, leave_door, step_in, step_out
from sim.engines.compiled.requests import refer
from sim.engines.compiled.room import free_places
from sim.engines.compiled.tally import count, write
from sim.engines.compiled.timers import cancel, set_timer
from sim.engines.compiled.views import (
    milestones_of,
    people_of,
    seen_year_of,
    sites_of,
    traits_of,
    visit_clocks_of,
    world_of,
)
from sim.vocabulary.events import STREET

NO_CLOCK, PAUSED, RUNNING = 0, 1, 2
"""States of a visit clock."""


@compiled
def clock_of(world: int, person: int, service: int) -> int:
    """Return where somebody's clock for a drop-in stands."""
    return int(person * world_of(world)["drop_in_count"] + sites_of(world)[service]["drop_in"])


@compiled
def become_visitor(world: int, person: int, service: int) -> None:
    """Give somebody a clock for a drop-in, not yet running."""
    clock = visit_clocks_of(world)[clock_of(world, person, service)]
    clock["state"], clock["timer"] = PAUSED, NONE
    clock["left"] = exponential(world, person, sites_of(world)[service]["visit_purpose"])


@compiled
def _eagerness(world: int, person: int, service: int) -> float:
    trait = sites_of(world)[service]["trait"]
    if trait < 0:
        return 1.0
    return float(traits_of(world)[person * world_of(world)["trait_count"] + trait])


@compiled
def refresh_clocks(world: int, person: int) -> None:
    """Let a person's clocks run or pause, as where they are demands."""
    here, record, sites = world_of(world), people_of(world)[person], sites_of(world)
    if here["drop_in_count"] == 0:
        return
    elsewhere = record["exit"] != 0 or record["visiting"] >= 0 or record["at_door"] >= 0
    for service in range(here["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            state = visit_clocks_of(world)[clock_of(world, person, service)]["state"]
            may_come = record["where"] == STREET or sites[service]["hosted_attend"] != 0
            runs = may_come and not elsewhere
            if runs and state == PAUSED:
                _run(world, person, service)
            elif not runs and state == RUNNING:
                _pause(world, person, service)


@compiled
def _run(world: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(world)[clock_of(world, person, service)],
        sites_of(world)[service]["visit_rate"],
    )
    eagerness = _eagerness(world, person, service)
    clock["state"], clock["timer"], clock["area"] = RUNNING, NONE, area_now(world, rate)
    if eagerness > 0.0:
        rings = strikes(world, rate, clock["left"] / eagerness)
        number = people_of(world)[person]["number"]
        clock["timer"] = set_timer(world, rings, VISIT, person, number, service)


@compiled
def _pause(world: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(world)[clock_of(world, person, service)],
        sites_of(world)[service]["visit_rate"],
    )
    used = (area_now(world, rate) - clock["area"]) * _eagerness(world, person, service)
    clock["left"] = max(0.0, clock["left"] - used)
    cancel(world, clock["timer"])
    clock["state"], clock["timer"] = PAUSED, NONE


@compiled
def ring(world: int, person: int, service: int) -> None:
    """Come to the drop-in when the clock rings."""
    site = sites_of(world)[service]
    become_visitor(world, person, service)  # the clock is wound anew
    room = site["first_at_door"] < 0 and free_places(world, service) >= 1
    if site["is_window_open"] and room:
        begin_visit(world, person, service)
    elif site["is_window_open"] and site["door_wait"] >= 0:
        join_door(world, person, service)
        _set_visit_timer(world, person, service, site["door_wait"], LEAVES_DOOR)
    else:
        _turn_away(world, person, service)
    refresh_clocks(world, person)


@compiled
def _set_visit_timer(world: int, person: int, service: int, law: int, code: int) -> None:
    """Set a timer for a drawn time, cut at closing time."""
    record, opening = people_of(world)[person], sites_of(world)[service]["opening"]
    ends = after(world, duration(world, person, law))
    if opening >= 0:
        ends = min(ends, moment(next_change(world, opening)))
    record["visit_timer"] = set_timer(world, ends, code, person, record["number"], service)


@compiled
def _turn_away(world: int, person: int, service: int) -> None:
    record = people_of(world)[person]
    write(world, TURNED_AWAY, record["number"], service, NONE, 0)
    count(world, TURNED_AWAY_COUNT, service, record["klass"])


@compiled
def give_up_at_door(world: int, person: int, service: int) -> None:
    """Go away from the door."""
    record = people_of(world)[person]
    record["visit_timer"] = NONE
    write(world, LEAVES_DOOR, record["number"], service, NONE, 0)
    leave_door(world, person)
    _turn_away(world, person, service)
    refresh_clocks(world, person)


@compiled
def let_in(world: int, service: int) -> None:
    """Let the first at the door come in (a consequence)."""
    person = sites_of(world)[service]["first_at_door"]
    leave_door(world, person)
    begin_visit(world, person, service)


@compiled
def begin_visit(world: int, person: int, service: int) -> None:
    """Begin a visit, with what happens at its start."""
    record, site = people_of(world)[person], sites_of(world)[service]
    step_in(world, person, service)
    visit_clocks_of(world)[clock_of(world, person, service)]["visit_day"] = world_of(world)["day"]
    write(world, VISIT, record["number"], service, NONE, 0)
    count(world, VISITS_COUNT, service, record["klass"])
    seen(world, person, service)
    _set_visit_timer(world, person, service, site["visit_length"], VISIT_ENDS)
    if site["care_act"] >= 0 and happens(world, person, site["care_act"], site["care_act_purpose"]):
        write(world, CARE_ACT, record["number"], service, NONE, 0)
        count(world, CARE_ACTS_COUNT, service, record["klass"])
    if site["interview"] >= 0 and happens(
        world, person, site["interview"], site["interview_purpose"]
    ):
        _interview(world, person, service)


@compiled
def _interview(world: int, person: int, service: int) -> None:
    record, site, today = people_of(world)[person], sites_of(world)[service], world_of(world)["day"]
    if site["interviews_day"] != today:
        site["interviews_day"], site["interviews"] = today, 0
    most = site["interviews_per_day"]
    if most >= 0 and site["interviews"] >= value_now(world, most):
        return
    site["interviews"] += 1
    write(world, INTERVIEW, record["number"], service, NONE, 0)
    count(world, INTERVIEWS_COUNT, service, record["klass"])
    for referral in range(site["first_referral"], site["last_referral"]):
        refer(world, person, referral, service)


@compiled
def seen(world: int, person: int, service: int) -> None:
    """Note that a service has met a person: first contact, first time this year."""
    here, record = world_of(world), people_of(world)[person]
    site = sites_of(world)[service]
    if site["kind"] == DROP_IN:
        clock = visit_clocks_of(world)[clock_of(world, person, service)]
        known, clock["seen_year"] = clock["seen_year"] == here["year"], here["year"]
    else:
        years, at = seen_year_of(world), person * here["outreach_count"] + site["outreach"]
        known, years[at] = years[at] == here["year"], here["year"]
    if not known:
        count(world, FIRST_SEEN_COUNT, service, record["klass"])
    if not record["is_known"]:
        record["is_known"] = 1
        milestones_of(world)[milestone(world, person, FIRST_CONTACT)] = here["now"]


@compiled
def end_visit(world: int, person: int) -> None:
    """Leave the drop-in when the visit is over."""
    people_of(world)[person]["visit_timer"] = NONE
    step_out(world, person)
    refresh_clocks(world, person)
