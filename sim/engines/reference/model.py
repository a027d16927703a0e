"""The rules of the model in SimPy, in the order of docs/model.md."""

from __future__ import annotations

import math

from sim.core.calendars import ALMOST, Calendar, next_change, rounded
from sim.core.draws import person_key
from sim.core.events import EXITS, STREET, Event
from sim.core.log import ADMITTED, GAVE_UP, WITHDREW
from sim.engines.reference.state import (
    OUTSIDE,
    Person,
    Request,
    ServiceState,
    Stage,
    State,
    Timeline,
    Timer,
    VisitClock,
    break_off,
    join_door,
    leave_door,
    step_in,
    step_out,
)
from sim.plan.tables import (
    AT_ADMISSION,
    Evict,
    Evicted,
    ExitHazard,
    Hazard,
    Kind,
    Referral,
    Service,
    Stream,
    TimedDistribution,
)

# --- A person is a process: the living situations one after the other, and the risks of leaving.


def life(state: State, person: Person) -> Timeline:
    """Live: in the street or in a place, until news come that one lives elsewhere now."""
    while person.exit == 0:
        person.moved = state.env.event()
        risks = _risks(state, person)
        _let_risks_run(state, person, risks)
        refresh_clocks(state, person)
        if state.is_hosted(person):
            state.env.process(stay(state, person))
        yield person.moved
        _use_up_risks(state, person, risks)
    refresh_clocks(state, person)


def _risks(state: State, person: Person) -> tuple[ExitHazard, ...]:
    if person.where == STREET:
        return state.plan.street_risks
    return state.sites[person.where].plan.risks


def _let_risks_run(state: State, person: Person, risks: tuple[ExitHazard, ...]) -> None:
    """Set the timer of the risk that would occur first here."""
    person.risks_since = state.now
    soonest, way_out = math.inf, 0
    for risk in risks:
        time = state.event_time(risk.rate, person.risks_left[risk.clock])
        if time < soonest:
            soonest, way_out = time, risk.exit
    person.leaving = state.env.at(soonest, Event.GOES, person.number)
    state.env.process(_leaves(state, person, person.leaving, way_out))


def _leaves(state: State, person: Person, timer: Timer, way_out: int) -> Timeline:
    yield timer
    go(state, person, way_out)


def _use_up_risks(state: State, person: Person, risks: tuple[ExitHazard, ...]) -> None:
    """Take from each clock what was used up in the situation that ends now."""
    if person.leaving is not None:
        person.leaving.cancel()
    for risk in risks:
        used = risk.rate.area(state.now) - risk.rate.area(person.risks_since)
        person.risks_left[risk.clock] = max(0.0, person.risks_left[risk.clock] - used)


def enter(
    state: State, class_id: int, key: int, where: int, first_stay: float = math.nan
) -> Person:
    """Let somebody enter the model, with everything that is drawn once."""
    number, plan = len(state.people), state.plan
    person = Person(number, key, class_id, state.now, draws=[0] * len(plan.purposes))
    state.people.append(person)
    person.traits = tuple(state.duration(person, trait.law) for trait in plan.traits)
    person.risks_left = [state.exponential(person, purpose) for purpose in plan.risk_purposes]
    for drop_in in state.sites:
        chances = drop_in.plan.visitor
        if drop_in.plan.kind is Kind.DROP_IN and state.bernoulli(person, chances[class_id]):
            become_visitor(state, person, drop_in.number)
    person.first_stay = first_stay
    state.tally.move(OUTSIDE, where)
    if where == STREET:
        state.join_street_list(person)
    else:
        move_in(state, person, state.sites[where])
    state.env.process(life(state, person))
    return person


def arrivals(state: State, number: int, stream: Stream) -> Timeline:
    """Let the people of one stream arrive: exact inversion of the cumulated rate."""
    due, rank = 0.0, 0
    while True:
        draw = state.keyed.uniform(stream.key, state.plan.purposes[stream.gap_purpose], rank)
        due += -math.log(1.0 - draw)
        yield state.env.at(stream.rate.when(due), Event.ARRIVES, service=number)
        key = person_key(stream.key, rank)
        rank += 1
        state.write(Event.ARRIVES, len(state.people), stream.to, number=stream.class_id)
        state.tally.count("arrivals", stream.to, stream.class_id)
        person = enter(state, stream.class_id, key, STREET)
        if stream.to != STREET:
            ask(state, person, stream.to)


# --- From one living situation to another: admission, leaving a place, going for good.

_COUNT_OF_EXIT = {code: word for word, code in EXITS.items()}


def admit(state: State, person: Person, site: ServiceState) -> None:
    """Give somebody a place; every consequence in the written order (docs/model.md, section 6)."""
    origin = person.where
    blocked = state.now - person.blocked_since if person.stage is Stage.BLOCKED else 0.0
    break_off(state, person)
    _leave_situation(state, person, site.number)
    if site.plan.kind is Kind.PLACES:
        person.ranked_from = person.requests[site.number].ranks_from
        state.remove_request(person.requests[site.number], ADMITTED)
        withdraw(state, person, site.number)
    if state.free(site) < 1:
        state.tally.over_capacity += 1
    overnight = site.plan.kind is Kind.OVERNIGHT
    event = Event.NIGHT if overnight else Event.ADMITTED
    state.write(event, person.number, site.number, origin)
    state.tally.count("nights" if overnight else "admissions", site.number, person.class_id)
    state.tally.move(origin, site.number)
    if site.plan.housing and math.isnan(person.housed_at):
        person.housed_at = state.now
    person.credit = blocked
    move_in(state, person, site)


def move_in(state: State, person: Person, site: ServiceState) -> None:
    """Let somebody live in a place from now on, and tell their process."""
    person.where = site.number
    person.since = state.now
    person.stage = Stage.STAYING
    person.blocked_since = math.nan
    person.route = -1
    person.destination = STREET
    person.fell_back = False
    site.occupied += 1
    site.present[person.number] = person
    state.loosened.add(site.number)
    state.count_places(site)
    state.tally.level("living", site.number, person.class_id, 1.0, state.now)
    _news(state, person)


def depart(state: State, person: Person, to: int, turnaround: bool = True) -> None:
    """Leave a place for the street (requests are kept) or for good."""
    if to != STREET:
        go(state, person, to)
        return
    origin = person.where
    break_off(state, person)
    _leave_place(state, person, STREET, turnaround)
    state.tally.move(origin, STREET)
    state.join_street_list(person)
    _news(state, person)


def go(state: State, person: Person, way_out: int) -> None:
    """Leave the model: left, died or housed."""
    origin = person.where
    break_off(state, person)
    _leave_situation(state, person, way_out)
    withdraw(state, person, len(state.sites))
    state.write(Event.GOES, person.number, origin, way_out)
    state.tally.count(_COUNT_OF_EXIT[way_out], origin, person.class_id)
    state.tally.move(origin, way_out)
    person.where = person.exit = way_out
    person.gone_at = state.now
    _news(state, person)


def evict(state: State, person: Person) -> None:
    """Lose a place because capacity fell; a place that is no more needs no turnaround."""
    state.write(Event.EVICTED, person.number, person.where)
    state.tally.count("evictions", person.where, person.class_id)
    depart(state, person, STREET, turnaround=False)


def withdraw(state: State, person: Person, up_to: int) -> None:
    """Withdraw the requests for services up to a number, in file order."""
    for service in sorted(person.requests):
        if service <= up_to:
            state.remove_request(person.requests[service], WITHDREW)
            state.write(Event.WITHDRAWN, person.number, service)
            state.tally.count("withdrawn", service, person.class_id)


def _leave_situation(state: State, person: Person, to: int) -> None:
    if person.where == STREET:
        state.leave_street_list(person)
    else:
        _leave_place(state, person, to)


def _leave_place(state: State, person: Person, to: int, turnaround: bool = True) -> None:
    site, class_id = state.sites[person.where], person.class_id
    number = site.number
    state.write(Event.LEAVES_PLACE, person.number, number, to)
    state.tally.count("departures", number, class_id)
    if to == STREET:
        state.tally.count("to_street", number, class_id)
    state.tally.level("living", number, class_id, -1.0, state.now)
    state.tally.stay_days[number] += state.now - person.since
    _end_stage(state, person)
    if person.stay_timer is not None:
        person.stay_timer.cancel()
    site.occupied -= 1
    del site.present[person.number]
    state.loosened.add(number)
    if turnaround and site.plan.turnaround is not None:
        site.turnaround += 1
        ends = state.after(state.duration(person, site.plan.turnaround))
        state.env.process(_turnaround(state, person.number, site, ends))
    state.count_places(site)


def _end_stage(state: State, person: Person) -> None:
    number, now = person.where, state.now
    if person.stage is Stage.BLOCKED:
        state.sites[number].blocked -= 1
        state.tally.level("blocked", number, person.class_id, -1.0, now)
        state.tally.blocked_for(number, person.destination, -1.0, now)
    elif person.stage is Stage.HELD:
        state.tally.level("held", number, person.class_id, -1.0, now)
    person.stage = Stage.STAYING


def _turnaround(state: State, person: int, site: ServiceState, ends: float) -> Timeline:
    yield state.env.at(ends, Event.TURNAROUND_ENDS, person, site.number)
    state.write(Event.TURNAROUND_ENDS, person, site.number)
    site.turnaround -= 1
    state.count_places(site)


def _news(state: State, person: Person) -> None:
    """Tell the person's process that they live somewhere else now."""
    state.refresh_all(person)
    if person.moved is not None and not person.moved.triggered:
        person.moved.succeed()


# --- Outreach: outings and random contacts (section 3.1).


def outings(state: State, site: ServiceState) -> Timeline:
    """Go out whenever the cumulated rate of outings says so."""
    rate = site.plan.outings
    assert rate is not None, "outreach declares its outings"
    due, enough = 0.0, 1.0 if site.plan.at_random else ALMOST
    while True:
        due += state.exponential(site, site.plan.outing_purpose) if site.plan.at_random else 1.0
        yield state.env.at(rate.when(due, enough), Event.OUTING, service=site.number)
        met = _meet(state, site)
        state.write(Event.OUTING, -1, site.number, number=len(met))
        state.tally.count("outings", site.number, 0)
        for person in met:
            _contact(state, person, site)


def _how_many(state: State, site: ServiceState) -> int:
    """Return how many people the outing would meet; a fraction is rounded by chance."""
    assert site.plan.contacts is not None, "outreach declares the people met per outing"
    wanted = site.plan.contacts.at(state.now)
    number = math.floor(wanted)
    if wanted > number and state.uniform(site, site.plan.size_purpose) < wanted - number:
        number += 1
    return min(number, len(state.street_list))


def _meet(state: State, site: ServiceState) -> list[Person]:
    """Pick distinct people of the street, each set equally likely."""
    number = _how_many(state, site)
    remaining = state.street_list[:]
    met = []
    for _ in range(number):
        position = math.floor(state.uniform(site, site.plan.meet_purpose) * len(remaining))
        met.append(remaining[position])
        last = remaining.pop()
        if position < len(remaining):
            remaining[position] = last
    return met


def _contact(state: State, person: Person, site: ServiceState) -> None:
    state.write(Event.CONTACT, person.number, site.number)
    state.tally.count("contacts", site.number, person.class_id)
    state.record_contact(person, site.number)
    for made in site.plan.makes_visitors:
        serves = state.sites[made.of].plan.classes[person.class_id]
        if serves and made.of not in person.clocks and state.bernoulli(person, made.chance):
            become_visitor(state, person, made.of)
            state.write(Event.BECOMES_VISITOR, person.number, made.of, site.number)
            refresh_clocks(state, person)
    for referral in site.plan.referrals:
        refer(state, person, referral, site.number)


# --- Visits to a drop-in: the clock that brings people, the door, the visit (section 3.2).


def become_visitor(state: State, person: Person, drop_in: int) -> None:
    """Give somebody a clock for a drop-in, not yet running."""
    person.clocks[drop_in] = VisitClock(drop_in, _wind(state, person, drop_in))


def _visits(state: State, drop_in: int) -> Hazard:
    clock = state.sites[drop_in].plan.visits
    assert clock is not None, "only drop-ins have visitors"
    return clock


def _wind(state: State, person: Person, drop_in: int) -> float:
    return state.exponential(person, _visits(state, drop_in).purpose)


def _eagerness(state: State, person: Person, drop_in: int) -> float:
    trait = state.sites[drop_in].plan.trait
    return person.traits[trait] if trait >= 0 else 1.0


def refresh_clocks(state: State, person: Person) -> None:
    """Let a person's clocks run or pause, as where they are demands."""
    elsewhere = person.exit != 0 or person.visiting >= 0 or person.at_door >= 0
    for drop_in in sorted(person.clocks):
        clock = person.clocks[drop_in]
        may_come = person.where == STREET or state.sites[drop_in].plan.hosted_attend
        runs = may_come and not elsewhere
        if runs and clock.timer is None:
            _run(state, person, clock)
        elif not runs and clock.timer is not None:
            _pause(state, person, clock)


def _run(state: State, person: Person, clock: VisitClock) -> None:
    rate, eagerness = _visits(state, clock.drop_in).rate, _eagerness(state, person, clock.drop_in)
    clock.since = state.now
    rings = math.inf
    if eagerness > 0.0:
        rings = state.event_time(rate, clock.left / eagerness)
    clock.timer = state.env.at(rings, Event.VISIT, person.number, clock.drop_in)
    state.env.process(_ring(state, person, clock, clock.timer))


def _pause(state: State, person: Person, clock: VisitClock) -> None:
    assert clock.timer is not None
    rate, eagerness = _visits(state, clock.drop_in).rate, _eagerness(state, person, clock.drop_in)
    used = (rate.area(state.now) - rate.area(clock.since)) * eagerness
    clock.left = max(0.0, clock.left - used)
    clock.timer.cancel()
    clock.timer = None


def _ring(state: State, person: Person, clock: VisitClock, timer: Timer) -> Timeline:
    """Come to the drop-in when the clock rings."""
    yield timer
    clock.timer = None
    clock.left = _wind(state, person, clock.drop_in)
    site = state.sites[clock.drop_in]
    if state.window[site.number] and not site.door and state.free(site) >= 1:
        begin_visit(state, person, site)
    elif state.window[site.number] and site.plan.door_wait is not None:
        join_door(state, person, site.number)
        person.visit_timer = _timer(state, person, site, site.plan.door_wait, Event.LEAVES_DOOR)
        state.env.process(_at_door(state, person, person.visit_timer))
    else:
        _turn_visitor_away(state, person, site)
    refresh_clocks(state, person)


def _timer(
    state: State, person: Person, site: ServiceState, law: TimedDistribution, code: Event
) -> Timer:
    """Return a timer for a drawn time, cut at closing time."""
    ends = state.after(state.duration(person, law))
    if site.plan.opening is not None:
        ends = min(ends, next_change(site.plan.opening, state.now))
    return state.env.at(ends, code, person.number, site.number)


def _turn_visitor_away(state: State, person: Person, site: ServiceState) -> None:
    state.write(Event.TURNED_AWAY, person.number, site.number)
    state.tally.count("turned_away", site.number, person.class_id)


def _at_door(state: State, person: Person, timer: Timer) -> Timeline:
    """Give up at the door, unless let in before."""
    site = state.sites[person.at_door]
    yield timer
    state.write(Event.LEAVES_DOOR, person.number, site.number)
    leave_door(state, person)
    _turn_visitor_away(state, person, site)
    refresh_clocks(state, person)


def let_in(state: State, site: ServiceState) -> None:
    """Let the first at the door come in (a consequence)."""
    person = site.door[0]
    leave_door(state, person)
    begin_visit(state, person, site)


def begin_visit(state: State, person: Person, site: ServiceState) -> None:
    """Begin a visit, with what happens at its start."""
    plan = site.plan
    step_in(state, person, site.number)
    person.visit_day[site.number] = int(state.now // 1.0)
    state.write(Event.VISIT, person.number, site.number)
    state.tally.count("visits", site.number, person.class_id)
    state.record_contact(person, site.number)
    assert plan.visit_length is not None, "a drop-in declares the length of visits"
    person.visit_timer = _timer(state, person, site, plan.visit_length, Event.VISIT_ENDS)
    state.env.process(_visit(state, person, person.visit_timer))
    if plan.care_act is not None and state.bernoulli(person, plan.care_act):
        state.write(Event.CARE_ACT, person.number, site.number)
        state.tally.count("care_acts", site.number, person.class_id)
    if plan.interview is not None and state.bernoulli(person, plan.interview):
        _interview(state, person, site)


def _interview(state: State, person: Person, site: ServiceState) -> None:
    today = int(state.now // 1.0)
    if site.interviews_day != today:
        site.interviews_day, site.interviews = today, 0
    most = site.plan.interviews_per_day
    if most is not None and site.interviews >= most.at(state.now):
        return
    site.interviews += 1
    state.write(Event.INTERVIEW, person.number, site.number)
    state.tally.count("interviews", site.number, person.class_id)
    for referral in site.plan.referrals:
        refer(state, person, referral, site.number)


def _visit(state: State, person: Person, timer: Timer) -> Timeline:
    yield timer
    step_out(state, person)
    refresh_clocks(state, person)


# --- Overnight places: given out each evening, left each morning (section 3.3).


def evenings(state: State, site: ServiceState) -> Timeline:
    """Run one overnight service, evening after evening."""
    plan, day = site.plan, 0
    while True:
        yield state.env.at(day + plan.evening, Event.EVENING, service=site.number)
        _give_out(state, site, day)
        day += 1


def mornings(state: State, site: ServiceState) -> Timeline:
    """Empty one overnight service, morning after morning."""
    day = 0
    while True:
        yield state.env.at(day + site.plan.morning, Event.MORNING, service=site.number)
        state.write(Event.MORNING, -1, site.number)
        state.tonight[site.number] = 0
        state.count_places(site)
        for number in sorted(site.present):
            depart(state, site.present[number], STREET)
        day += 1


def _give_out(state: State, site: ServiceState, day: int) -> None:
    """Offer tonight's places in order of priority, last night's guests, lottery, number."""
    ranked = []
    for person in state.street_list:
        if _applies(state, person, site, day):
            returning = site.plan.returning_first and _last_night(person, site) == day - 1
            lottery = state.uniform(person, site.plan.lottery_purpose)
            priority = site.plan.priority[person.class_id]
            ranked.append((priority, not returning, lottery, person.number))
    ranked.sort()
    state.tonight[site.number] = max(0, state.free(site))
    state.tally.count("offered", site.number, 0, state.tonight[site.number])
    state.count_places(site)
    state.write(Event.EVENING, -1, site.number, number=len(ranked))
    for *_, number in ranked:
        person = state.people[number]
        state.tally.count("applicants", site.number, person.class_id)
        if state.free(site) < 1:
            state.write(Event.TURNED_AWAY, number, site.number)
            state.tally.count("turned_away", site.number, person.class_id)
            continue
        in_a_row = person.nights[site.number][1] if _last_night(person, site) == day - 1 else 0
        person.nights[site.number] = (day, in_a_row + 1)
        admit(state, person, site)


def _last_night(person: Person, site: ServiceState) -> int:
    return person.nights.get(site.number, (-9, 0))[0]


def _applies(state: State, person: Person, site: ServiceState, day: int) -> bool:
    plan = site.plan
    if not plan.classes[person.class_id]:
        return False
    if plan.visitors_of >= 0 and person.visit_day.get(plan.visitors_of, -1) != day:
        return False
    again = plan.most_nights > 0 and _last_night(person, site) == day - 1
    if again and person.nights[site.number][1] >= plan.most_nights:
        return False
    return plan.applies is None or state.bernoulli(person, plan.applies)


# --- A stay in a place, its end, and being blocked (docs/model.md, sections 3.4 and 4).


def stay(state: State, person: Person) -> Timeline:
    """Live in a place: until drop-out, or the end of the stay and of the route's delay."""
    plan = state.sites[person.where].plan
    ends = state.after(_length(state, person, plan))
    drops_out = _drop_out(state, person, plan)
    lead = plan.request_lead
    due = state.now if lead == AT_ADMISSION else max(state.now, rounded(ends - lead))
    if lead > 0.0 and due < drops_out:
        yield _stay_timer(state, person, due, Event.REQUEST_DUE)
    if lead == AT_ADMISSION or (lead > 0.0 and due < drops_out):
        _draw_route(state, person, plan)
        _ask(state, person)
    if drops_out <= ends:
        yield _stay_timer(state, person, drops_out, Event.DROP_OUT)
        state.write(Event.DROP_OUT, person.number, person.where, plan.drop_out_to)
        state.tally.count("drop_outs", person.where, person.class_id)
        depart(state, person, plan.drop_out_to)
        return
    yield _stay_timer(state, person, ends, Event.STAY_ENDS)
    _draw_route(state, person, plan)
    state.write(Event.STAY_ENDS, person.number, person.where, person.destination)
    state.tally.count("completions", person.where, person.class_id)
    delay = plan.routes[person.class_id][person.route].delay
    if delay is not None:
        yield from _held(state, person, state.duration(person, delay))
    _get_ready_to_move(state, person)


def _stay_timer(state: State, person: Person, time: float, code: Event) -> Timer:
    person.stay_timer = state.env.at(time, code, person.number, person.where)
    return person.stay_timer


def _length(state: State, person: Person, plan: Service) -> float:
    """Draw the stay [days]; blocked time that counts is taken off."""
    if not math.isnan(person.first_stay):
        first, person.first_stay = person.first_stay, math.nan
        return first
    assert plan.stay is not None, "a service of kind places declares a stay"
    length = state.duration(person, plan.stay)
    if plan.blocked_credit is not None:
        length = max(0.0, length - plan.blocked_credit.at(state.now) * person.credit)
    return length


def _drop_out(state: State, person: Person, plan: Service) -> float:
    """Draw the time of an early drop-out [days]; ``math.inf`` if none."""
    drops_out = math.inf
    after = plan.drop_out_after
    if plan.drop_out is not None and after is not None and state.bernoulli(person, plan.drop_out):
        drops_out = state.after(state.duration(person, after))
    if plan.drop_out_risk is not None:
        unit = state.exponential(person, plan.drop_out_risk.purpose)
        drops_out = min(drops_out, state.event_time(plan.drop_out_risk.rate, unit))
    return drops_out


def _draw_route(state: State, person: Person, plan: Service) -> None:
    """Draw where the stay leads, unless that is known already."""
    if person.route >= 0:
        return
    routes = plan.routes[person.class_id]
    draw, cumulated = state.uniform(person, plan.route_purpose), 0.0
    person.route = len(routes) - 1
    for number, route in enumerate(routes[:-1]):
        cumulated += route.share.at(state.now)
        if draw < cumulated:
            person.route = number
            break
    person.destination = routes[person.route].to


def _ask(state: State, person: Person) -> None:
    if person.destination >= 0:
        ask(state, person, person.destination)


def _held(state: State, person: Person, delay: float) -> Timeline:
    """Keep the place while papers or travel take their time."""
    person.stage = Stage.HELD
    state.tally.level("held", person.where, person.class_id, 1.0, state.now)
    if state.sites[person.where].plan.request_lead == 0.0:  # otherwise they have asked already
        _ask(state, person)
    yield _stay_timer(state, person, state.after(delay), Event.DELAY_ENDS)
    person.stage = Stage.STAYING
    state.tally.level("held", person.where, person.class_id, -1.0, state.now)
    state.write(Event.DELAY_ENDS, person.number, person.where, person.destination)


def _get_ready_to_move(state: State, person: Person) -> None:
    """Go at once, or be ready for an offer within this instant."""
    if person.destination < 0:
        depart(state, person, person.destination)
        return
    person.stage = Stage.READY
    state.ready.append(person)
    state.refresh_all(person)
    _ask(state, person)


def move_ready(state: State, person: Person) -> None:
    """Decide for somebody whom no offer has reached: blocked in the place, or to the street."""
    if person.stage is not Stage.READY:
        return
    plan = state.sites[person.where].plan
    if not plan.wait_in_place:
        _leave_without_next(state, person, STREET)
        return
    person.stage = Stage.BLOCKED
    person.blocked_since = state.now
    state.newly_blocked = True
    state.sites[person.where].blocked += 1
    state.tally.level("blocked", person.where, person.class_id, 1.0, state.now)
    state.tally.blocked_for(person.where, person.destination, 1.0, state.now)
    state.write(Event.BLOCKED, person.number, person.where, person.destination)
    if plan.blocked_limit is not None and not person.fell_back:
        until = state.after(state.duration(person, plan.blocked_limit))
        timer = _stay_timer(state, person, until, Event.BLOCKED_LIMIT)
        state.env.process(_blocked_limit(state, person, timer, plan.fallback))


def _blocked_limit(state: State, person: Person, timer: Timer, to: int) -> Timeline:
    yield timer
    state.write(Event.BLOCKED_LIMIT, person.number, person.where, to)
    fall_back(state, person)


def fall_back(state: State, person: Person) -> None:
    """Give up the destination: another service once, otherwise the street or leaving."""
    plan = state.sites[person.where].plan
    to = STREET if person.fell_back else plan.fallback
    person.fell_back = True
    if to < 0:
        _leave_without_next(state, person, to)
        return
    if person.stay_timer is not None:
        person.stay_timer.cancel()
    given_up = person.requests.get(person.destination)
    if given_up is not None:
        state.remove_request(given_up, WITHDREW)
        state.write(Event.WITHDRAWN, person.number, person.destination)
        state.tally.count("withdrawn", person.destination, person.class_id)
    if person.stage is Stage.BLOCKED:
        state.tally.blocked_for(person.where, person.destination, -1.0, state.now)
        state.tally.blocked_for(person.where, to, 1.0, state.now)
        state.write(Event.BLOCKED, person.number, person.where, to)
        state.newly_blocked = True
    person.destination = to
    ask(state, person, to)


def _leave_without_next(state: State, person: Person, to: int) -> None:
    """Leave a place for want of the next one."""
    name = "no_next_street" if to == STREET else "no_next_gone"
    state.tally.count(name, person.where, person.class_id)
    depart(state, person, to)


# --- Referrals and requests: opened, decided, listed, given up (docs/model.md, section 5).


def refer(state: State, person: Person, referral: Referral, source: int) -> None:
    """Consider one declared referral for somebody met (who may have gone on the one before)."""
    if person.exit != 0:
        return
    target = state.sites[referral.to].plan
    if not target.classes[person.class_id] or referral.to in person.requests:
        return
    if referral.classes and not referral.classes[person.class_id]:
        return
    if state.is_hosted(person) and referral.to <= person.where:
        return
    if not state.bernoulli(person, referral.opened):
        return
    state.write(Event.REFERRED, person.number, referral.to, source)
    state.tally.count("referred", referral.to, person.class_id)
    accepted = state.bernoulli(person, referral.success)
    delay = 0.0
    if referral.delay is not None:
        factor = referral.delay_factor.at(state.now)
        delay = state.duration(person, referral.delay) * factor
    _apply(state, person, referral.to, accepted, delay, formal=True)


def ask(state: State, person: Person, service: int) -> None:
    """Open the request that a route (or an arrival straight to a service) calls for.

    An open request keeps its rank. A service that does not serve the class refuses.
    """
    if service in person.requests:
        return
    if not state.sites[service].plan.classes[person.class_id]:
        state.queue_refusal(person, service)
        return
    _apply(state, person, service, accepted=True, delay=0.0, formal=False)


def _apply(
    state: State, person: Person, service: int, accepted: bool, delay: float, formal: bool
) -> None:
    """Begin a request: the assessment is drawn at once, its delay comes on top."""
    target = state.sites[service].plan
    if target.assessment is not None:
        accepted = state.bernoulli(person, target.assessment) and accepted
        formal = True
    if target.assessment_delay is not None:
        delay = delay + state.duration(person, target.assessment_delay)
    request = Request(person, service)
    person.requests[service] = request
    due = state.after(delay)
    if due > state.now:
        timer = state.env.at(due, Event.DECIDED, person.number, service)
        request.timers.append(timer)
        state.env.process(_under_way(state, request, accepted, formal))
    else:
        _decide(state, request, accepted, formal)


def _under_way(state: State, request: Request, accepted: bool, formal: bool) -> Timeline:
    yield request.timers[-1]
    _decide(state, request, accepted, formal)


def _decide(state: State, request: Request, accepted: bool, formal: bool) -> None:
    person, service = request.person, request.service
    if formal:
        event, name = (Event.ACCEPTED, "accepted") if accepted else (Event.LAPSED, "lapsed")
        state.write(event, person.number, service)
        state.tally.count(name, service, person.class_id)
    if not accepted:
        del person.requests[service]
        state.queue_refusal(person, service)
    elif _is_full(state, service):
        _turn_away(state, request)
    else:
        join_list(state, request)


def ask_again(state: State, person: Person, service: int) -> None:
    """Ask for the service that has just evicted somebody, by the declared rule."""
    rule = state.sites[service].plan.evicted
    if rule is Evicted.ASK_NO_MORE or service in person.requests:
        return
    request = Request(person, service)
    if rule is Evicted.KEEP_RANK:
        request.ranks_from = person.ranked_from
    person.requests[service] = request
    _decide(state, request, accepted=True, formal=False)


def _is_full(state: State, service: int) -> bool:
    """Return whether no place is free for a newcomer and the waiting room is full too.

    Those on the list whom this very instant will admit take no seat in the waiting room.
    """
    site = state.sites[service]
    if site.plan.waiting_room < 0:
        return False
    free = max(0, state.free(site)) if state.window[service] else 0
    return free <= len(site.ready) and len(site.listed) - free >= site.plan.waiting_room


def _turn_away(state: State, request: Request) -> None:
    person, service = request.person, request.service
    del person.requests[service]
    state.write(Event.TURNED_AWAY, person.number, service)
    state.tally.count("turned_away", service, person.class_id)
    if not state.is_hosted(person) and state.sites[service].plan.turned_away_to != STREET:
        state.tally.count("turned_away_gone", service, person.class_id)
    close(state, person, service, state.sites[service].plan.turned_away_to)


def join_list(state: State, request: Request) -> None:
    """Put a request on the list; the patience clock starts."""
    person, site = request.person, state.sites[request.service]
    request.listed_at = state.now
    if math.isnan(request.ranks_from):
        request.ranks_from = state.now
    request.hosted_when_listed = state.is_hosted(person)
    site.listed[person.number] = request
    state.write(Event.LISTED, person.number, site.number)
    state.tally.count("listed", site.number, person.class_id)
    state.refresh(request)
    if site.plan.patience is not None:
        until = state.after(state.duration(person, site.plan.patience))
        request.timers.append(state.env.at(until, Event.GIVES_UP, person.number, site.number))
        state.env.process(_patience(state, request, request.timers[-1]))


def _patience(state: State, request: Request, timer: object) -> Timeline:
    yield timer  # type: ignore[misc]
    person, service = request.person, request.service
    state.write(Event.GIVES_UP, person.number, service)
    state.tally.count("gave_up", service, person.class_id)
    state.remove_request(request, GAVE_UP)
    close(state, person, service, state.sites[service].plan.gives_up_to)


def close(state: State, person: Person, service: int, street_goes_to: int) -> None:
    """Follow up a request that has come to nothing: a fallback, or leaving from the street."""
    state.queue_refusal(person, service)
    if not state.is_hosted(person) and street_goes_to != STREET:
        go(state, person, street_goes_to)


# --- Conditional events: consequences of an event, one at a time (docs/model.md, section 6).


def run_conditional_events(state: State) -> None:
    """Do consequences until none is possible."""
    while run_conditional_event(state):
        state.env.begin()
    if state.newly_blocked:
        state.newly_blocked = False
        _look_for_locked(state)


def run_conditional_event(state: State) -> bool:
    """Do the next consequence; return whether there was one."""
    if state.refused:
        person = state.refused.pop(0)
        still_waits = state.is_hosted(person) and person.stage >= Stage.READY
        if still_waits and person.destination not in person.requests:
            fall_back(state, person)
        return True
    if any(_take_one(state, site) for site in state.sites):
        return True
    if state.ready:
        move_ready(state, state.ready.pop(0))
        return True
    return False


def _take_one(state: State, site: ServiceState) -> bool:
    """Let a service take somebody, if it can."""
    if site.plan.kind is Kind.PLACES and site.ready:
        if state.window[site.number] and state.free(site) >= 1:
            _offer(state, site)
            return True
    elif site.door and state.window[site.number] and state.free(site) >= 1:
        let_in(state, site)
        return True
    return False


def _offer(state: State, site: ServiceState) -> None:
    """Offer a place to the highest rank; one draw decides whether the offer holds."""
    plan = site.plan
    request = site.listed[site.ready[0][2]]
    person = request.person
    if plan.offer_purpose >= 0:
        assert plan.unreachable is not None
        assert plan.declines is not None
        draw = state.uniform(person, plan.offer_purpose)
        missed = 0.0 if state.is_hosted(person) else plan.unreachable.at(state.now)
        if draw < missed:
            _pass_over(state, request, site)
            return
        if draw < missed + plan.declines.at(state.now):
            state.write(Event.DECLINES, person.number, site.number)
            state.tally.count("declines", site.number, person.class_id)
            state.remove_request(request, GAVE_UP)
            state.queue_refusal(person, site.number)
            return
    admit(state, person, site)


def _pass_over(state: State, request: Request, site: ServiceState) -> None:
    person, plan = request.person, site.plan
    state.write(Event.UNREACHABLE, person.number, site.number)
    state.tally.count("unreachable", site.number, person.class_id)
    request.passed_over = True
    state.refresh(request)
    assert plan.offer_again is not None
    until = state.after(state.duration(person, plan.offer_again))
    timer = state.env.at(until, Event.OFFER_AGAIN, person.number, site.number)
    request.timers.append(timer)
    state.env.process(_offer_again(state, request, timer))


def _offer_again(state: State, request: Request, timer: object) -> Timeline:
    yield timer  # type: ignore[misc]
    request.passed_over = False
    state.write(Event.OFFER_AGAIN, request.person.number, request.service)
    state.refresh(request)


def _look_for_locked(state: State) -> None:
    """Find full services whose people all wait for each other (section 7)."""
    known = _in_loops(state, _without_way_out(state, state.stuck_now - state.loosened))
    stuck = _without_way_out(
        state, {site.number for site in state.sites if _all_stuck(state, site)}
    )
    locked = _in_loops(state, stuck)
    for number in sorted(locked - known):
        state.write(Event.LOCKED, -1, number)
    state.stuck_now, state.loosened = stuck, set()
    if locked and math.isnan(state.tally.locked_at):
        state.tally.locked_at, state.tally.locked = state.now, tuple(sorted(locked))


def _without_way_out(state: State, services: set[int]) -> set[int]:
    """Return those of a set of services whose people wait for each other only."""
    stuck, shrinking = set(services), True
    while shrinking:
        free = {number for number in stuck if _has_way_out(state, number, stuck)}
        stuck -= free
        shrinking = bool(free)
    return stuck


def _in_loops(state: State, stuck: set[int]) -> set[int]:
    """Return the stuck services from which those waited for lead back to them."""
    return {number for number in stuck if number in _waited_for(state, number, stuck)}


def _waited_for(state: State, number: int, stuck: set[int]) -> set[int]:
    """Return the services that fill what the people of a service wait for, and these in turn."""
    reached: set[int] = set()
    left = [number]
    while left:
        present = state.sites[left.pop()].present.values()
        wanted = {to for person in present for to in person.requests} & stuck
        fill = {each for to in wanted for each in _filling(state, state.sites[to])}
        left += sorted(fill - reached)
        reached |= fill
    return reached


def _filling(state: State, site: ServiceState) -> set[int]:
    """Return the services whose people keep others out of a full service: its own, or its room."""
    if _is_full_itself(state, site):
        return {site.number}
    room = site.plan.room
    return {each.number for each in state.sites if each.plan.room == room and each.occupied > 0}


def _is_full_itself(state: State, site: ServiceState) -> bool:
    """Return whether the places of a full service are taken, not only those of the shared room."""
    return site.occupied >= state.open[site.number]


def _all_stuck(state: State, site: ServiceState) -> bool:
    """Return whether a service is full, and everybody in it blocked."""
    if site.plan.kind is not Kind.PLACES or site.turnaround > 0 or state.free(site) >= 1:
        return False
    closed = site.occupied == 0 and _is_full_itself(state, site)
    return site.blocked == site.occupied and not closed


def _has_way_out(state: State, number: int, stuck: set[int]) -> bool:
    """Return whether somebody in a service may move without anybody in the set moving first."""
    site = state.sites[number]
    if state.free(site) >= 1 or not (
        _is_full_itself(state, site) or _filling(state, site) <= stuck
    ):
        return True
    for person in site.present.values():
        if not person.fell_back and site.plan.blocked_limit is not None:
            return True
        for service, request in person.requests.items():
            patience = state.sites[service].plan.patience is not None
            gives_up = service == person.destination and patience
            if service not in stuck or not request.is_listed or gives_up:
                return True
    return False


# --- What time itself brings: days, the census, capacity and hours that change.

_CENSUS = 3.0 / 24.0


def days(state: State) -> Timeline:
    """Close the tallies every midnight."""
    day = 1
    while True:
        yield state.env.at(float(day), Event.DAY_ENDS)
        state.tally.close_day()
        day += 1


def census(state: State) -> Timeline:
    """Count, at 03:00, the people without any place, and what they wait for."""
    day = 0
    while True:
        yield state.env.at(day + _CENSUS, Event.CENSUS)
        for person in state.street_list:
            state.tally.count("street_nights", STREET, person.class_id)
            _count_wants(state, person)
        day += 1


def _count_wants(state: State, person: Person) -> None:
    wanted = [number for number in sorted(person.requests) if person.requests[number].is_listed]
    if not wanted:
        state.tally.wants_today[-1] += 1.0
    for service in wanted:
        state.tally.wants_today[service] += 1.0 / len(wanted)


def _calendars(state: State, site: ServiceState) -> list[Calendar]:
    """Return all calendars whose changes concern a service."""
    plan = site.plan
    calendars = [plan.places, plan.open_places, plan.window, plan.opening]
    if plan.room >= 0:
        calendars.append(state.plan.rooms[plan.room])
    return [calendar for calendar in calendars if calendar is not None]


def open_site(state: State, site: ServiceState) -> None:
    """Bring places, staffed places, window and doors of a service up to date."""
    number, plan, now = site.number, site.plan, state.now
    if plan.kind is Kind.OUTREACH:
        return
    usable_before = state.usable[number]
    state.open[number] = int(plan.open_places.at(now))
    state.tally.place_level("places", number, plan.places.at(now), now)
    state.tally.place_level("staffed_places", number, state.open[number], now)
    hours = plan.opening if plan.kind is Kind.DROP_IN else plan.window
    state.window[number] = hours is None or hours.at(now) > 0.0
    if plan.room >= 0:
        state.rooms[plan.room] = int(state.plan.rooms[plan.room].at(now))
    closed = plan.kind is Kind.DROP_IN and not state.window[number]
    state.usable[number] = 0 if closed else state.open[number]
    if state.usable[number] != usable_before:
        state.write(Event.CAPACITY, -1, number, number=state.usable[number])
    state.count_places(site)


def changes(state: State, site: ServiceState) -> Timeline:
    """Follow the calendars of a service; people may have to leave when places go."""
    while True:
        due = min(
            (next_change(calendar, state.now) for calendar in _calendars(state, site)),
            default=math.inf,
        )
        yield state.env.at(due, Event.CAPACITY, service=site.number)
        open_site(state, site)
        if site.plan.evict is not Evict.NOBODY:
            _evict(state, site)


def _evict(state: State, site: ServiceState) -> None:
    """Let people leave until the rest fit the service and its room, in the declared order."""
    over = -state.free(site)
    people = sorted(site.present.values(), key=lambda person: _order(person, site.plan.evict))
    for person in people[: max(0, over)]:
        stay_is_over = person.stage is not Stage.STAYING
        evict(state, person)
        if not stay_is_over:
            ask_again(state, person, site.number)


def _order(person: Person, rule: Evict) -> tuple[float, ...]:
    if rule is Evict.LAST_IN:
        return (-person.since, -person.number)
    if rule is Evict.FIRST_IN:
        return (person.since, person.number)
    if person.stage is Stage.BLOCKED:
        return (0.0, person.blocked_since, person.number)
    return (1.0, -person.since, person.number)
