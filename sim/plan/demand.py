"""What one admission means, and how many people ask for each service."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from math import exp, expm1, log

from sim.core.calendars import Calendar, product
from sim.core.distributions import Distribution
from sim.core.events import STREET
from sim.core.limits import UNLIMITED
from sim.core.quantiles import Family
from sim.plan.tables import AT_ADMISSION, Evict, Kind, Plan, Referral, Service, TimedDistribution

# --- What one admission means: how long the place is taken, and what the person does next.

POINTS = 200
"""Quantiles by which a mean over a law is taken."""
WEEK = 7.0
YEAR = 371.0  # 53 weeks: holds what changes once a year, meets a weekly pattern at the same hours
LEAST_WEEKS = 7
"""Weeks between two moments from which on a steady opening differs visibly from one step."""
OFF_THE_LINE, FEW_OFF_THE_LINE = 0.1, 0.35
"""Part of what opens by which places that open at a steady rate may be off a straight line, and
where less than one place is that far off; one step is off by more than three eighths of it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The week a plan is looked at: rates and shares are its means, laws those in force.

    ``beside``: begin of the week, a year later or earlier, up to which places have to open or
    close steadily to count.
    """

    begin: float
    end: float
    beside: float

    def mean(self, calendar: Calendar) -> float:
        """Return the mean of a calendar over the week; without limit if it is so at any time."""
        first = bisect_right(calendar.times, self.begin) - 1
        in_force = calendar.values[first : bisect_left(calendar.times, self.end)]
        if max(in_force) >= UNLIMITED:
            return float(UNLIMITED)
        return (calendar.area(self.end) - calendar.area(self.begin)) / (self.end - self.begin)

    def falls(self, calendar: Calendar) -> bool:
        """Say whether a calendar goes down in the week."""
        steps = zip(calendar.times[1:], pairwise(calendar.values), strict=True)
        return any(self.begin < time < self.end and b < a for time, (a, b) in steps)

    def opening(self, service: Service) -> float:
        """Return the places of a service that open per day, if they open at a steady rate.

        Below 0 if they close. Places whose people have to leave when they close take nothing from
        the others: 0.
        """
        more = self.growth(service.open_places)
        return 0.0 if more < 0.0 and service.evict is not Evict.NOBODY else more

    def growth(self, places: Calendar) -> float:
        """Return by how much places grow per day, if they grow at a steady rate, else 0.

        Steady: in each week between this one and the one beside it (a year away, or as far as the
        period goes), the mean is on a straight line, but for a tenth of the growth, or for one
        place where few whole places open one by one. One step, or a few large ones, are no rate:
        what opens or closes at another time makes no room in this week.
        """
        days = self.beside - self.begin
        weeks = round(abs(days) / WEEK)
        if weeks < LEAST_WEEKS:
            return 0.0
        there = [
            replace(self, begin=begin, end=begin + self.end - self.begin).mean(places)
            for begin in (self.begin + days * k / weeks for k in range(weeks + 1))
        ]
        if max(there) >= UNLIMITED:
            return 0.0
        more = there[-1] - there[0]
        most = max(OFF_THE_LINE * abs(more), min(1.0, FEW_OFF_THE_LINE * abs(more)))
        steady = all(
            abs(mean - there[0] - more * k / weeks) <= most for k, mean in enumerate(there)
        )
        return more / days if steady else 0.0

    def law(self, law: TimedDistribution | None) -> Distribution | None:
        """Return the distribution in force at the beginning of the week."""
        if law is None:
            return None
        return law.rows[bisect_right(law.times, self.begin) - 1]


def moments(plan: Plan) -> tuple[Moment, Moment]:
    """Return the first and the last week of the period."""
    week = min(WEEK, plan.horizon)
    last = plan.horizon - week
    apart = min(YEAR, WEEK * (last // WEEK))
    return Moment(0.0, week, apart), Moment(last, plan.horizon, last - apart)


InVain = dict[tuple[int, int], float]
"""Requests that come to nothing, by the service asked for and where the person goes instead."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One admission of one class to one service, as long as nothing blocks it.

    ``taken``: mean days the place is taken (stay, delays before moving on, turnaround). ``lived``:
    those the person lives there. ``onward``: expected requests for each service.
    ``back``: expected returns to the street. ``ahead``: how long before the readiness to go the
    request for a service is decided. ``refused``, ``declined``: expected requests that an
    assessment refuses, and offers that are declined, by the service asked for and where the person
    goes instead.
    """

    taken: float
    lived: float
    onward: dict[int, float]
    back: float
    hazard: float  # leaving the model while hosted, per day
    ahead: dict[int, HeadStart]
    blocks: bool  # waits in the place
    longest: float  # mean of the limit to being blocked
    refused: InVain
    declined: InVain

    def blocked(self, to: int, wait: float) -> float:
        """Return the mean days one waits for a service with such a wait, at most the limit to it.

        Without risks; in the place if ``blocks``, else in the street.
        """
        return min(self.ahead[to].left_of(wait), self.longest)

    @property
    def undisturbed(self) -> float:
        """Return the mean days the place is taken if every service has room at once.

        Some are for the assessments of the next services.
        """
        return self.taken + self.blocks * sum(
            part * survived(self.hazard, self.blocked(to, 0.0)) for to, part in self.onward.items()
        )

    def asking(self, number: int) -> float:
        """Return the people who ask for a service after one stay, whatever comes of it."""
        in_vain = (self.refused.items(), self.declined.items())
        return self.onward.get(number, 0.0) + sum(
            part for ways in in_vain for (to, _), part in ways if to == number
        )


def survived(hazard: float, days: float) -> float:
    """Return the mean of so many days that nobody at a risk spends in full."""
    return -expm1(-hazard * days) / hazard if hazard > 0.0 else days


# The same few laws are looked at for each class, for both weeks and for several questions.
@lru_cache(maxsize=1024)
def points(row: Distribution) -> Sequence[float]:
    """Return equally likely values that stand for a distribution."""
    if row.family == Family.FIXED:
        return (row.a,)
    if row.family == Family.EMPIRICAL:
        return row.values
    return tuple(row.quantile((k + 0.5) / POINTS) for k in range(POINTS))


@lru_cache(maxsize=1024)
def lasting(row: Distribution, hazard: float) -> tuple[float, float]:
    """Return the mean time until a time ends or a risk occurs, and the chance that none does."""
    if hazard == 0.0:
        return row.mean, 1.0
    if row.family == Family.EXPONENTIAL:
        return row.a / (1.0 + hazard * row.a), 1.0 / (1.0 + hazard * row.a)
    values = points(row)
    return (
        sum(-expm1(-hazard * value) / hazard for value in values) / len(values),
        sum(exp(-hazard * value) for value in values) / len(values),
    )


@lru_cache(maxsize=1024)
def planned(
    stay: Distribution, hazard: float, share: float, after: Distribution | None
) -> tuple[float, float]:
    """Return the mean time lived in planned stay, and the share that reaches its planned end.

    A ``share`` of stays ends early if the time ``after`` is over before the stay.
    """
    time, reached = lasting(stay, hazard)
    if after is None or share == 0.0:
        return time, reached
    spent, ended = early(points(stay), points(after), hazard)
    return time + share * (spent - time), reached + share * (ended - reached)


def early(stays: Sequence[float], afters: Sequence[float], hazard: float) -> tuple[float, float]:
    """Return the mean of the shorter of both times, and how often the stay is over first."""

    def lived(value: float) -> float:
        return value if hazard == 0.0 else -expm1(-hazard * value) / hazard

    ends = sorted(afters)
    sums = [0.0, *accumulate(lived(end) for end in ends)]
    time = reached = 0.0
    for stay in stays:
        before = bisect_left(ends, stay)  # so many end earlier
        time += sums[before] + (len(ends) - before) * lived(stay)
        reached += (len(ends) - before) * exp(-hazard * stay)
    pairs = len(stays) * len(ends)
    return time / pairs, reached / pairs


class HeadStart:
    """How long before somebody is ready to go their request is decided; below 0: so long after.

    Equally likely times, in days.
    """

    def __init__(self, times: Iterable[float]) -> None:
        """Sort the times and add them up."""
        self.times = sorted(times)
        self.sums = [0.0, *accumulate(self.times)]

    @property
    def early(self) -> float:
        """Return the share of requests decided before the person is ready."""
        return 1.0 - bisect_right(self.times, 0.0) / len(self.times)

    def left_of(self, wait: float) -> float:
        """Return how long people wait once they are ready, on average.

        For the decision, and then for what is left of a wait of so many days.
        """
        before = bisect_left(self.times, wait)
        return (before * wait - self.sums[before]) / len(self.times)


@lru_cache(maxsize=1024)
def head_start(
    stay: Distribution, lead: float, delay: Distribution | None, assessment: Distribution | None
) -> HeadStart:
    """Return the head start of requests made ``lead`` days before the end of the stay.

    At most when the stay begins. The ``delay`` of the route comes on top.
    """
    if lead == AT_ADMISSION:
        leads: Sequence[float] = points(stay)
    else:
        leads = tuple(min(lead, days) for days in points(stay)) if lead > 0.0 else (0.0,)
    ready = leads if delay is None else pairs(leads, points(delay))
    if assessment is None:
        return HeadStart(ready)
    return HeadStart(pairs(ready, [-days for days in points(assessment)]))


def pairs(first: Sequence[float], second: Sequence[float]) -> Sequence[float]:
    """Return equally likely values that stand for the sum of two independent times."""
    sums = sorted(a + b for a in first for b in second)
    if len(sums) <= 10 * POINTS:
        return sums
    parts = [round(len(sums) * k / POINTS) for k in range(POINTS + 1)]
    return [sum(sums[a:b]) / (b - a) for a, b in pairwise(parts)]


def accepted(plan: Plan, moment: Moment, number: int) -> float:
    """Return the share of decided requests that the assessment accepts."""
    assessment = plan.services[number].assessment
    return 1.0 if assessment is None else moment.mean(assessment.share)


def taken_up(plan: Plan, moment: Moment, number: int, hosted: bool) -> float:
    """Return the share of listed people who do not decline, once they are reached."""
    service = plan.services[number]
    if service.declines is None:
        return 1.0
    declined = moment.mean(service.declines)
    missed = 0.0 if hosted or service.unreachable is None else moment.mean(service.unreachable)
    return 1.0 - declined / (1.0 - missed) if missed < 1.0 else 1.0


def offers(plan: Plan, moment: Moment, number: int) -> list[tuple[float, float]]:
    """Return (share, days) of those reached so long after their first offer, within the period.

    A share ``unreachable`` of offers to people in the street fails, and is made again after a time:
    a geometric number of times. The other shares, up to 1, are not reached by the end.
    """
    service = plan.services[number]
    missed = 0.0 if service.unreachable is None else min(1.0, moment.mean(service.unreachable))
    if missed <= 0.0 or service.offer_again is None:
        return [(1.0, 0.0)]
    if missed == 1.0:
        return []
    law = moment.law(service.offer_again)
    again = 0.0 if law is None else law.mean
    tries = Counter(int(log((k + 0.5) / POINTS) / log(missed)) for k in range(POINTS))
    return [
        (n / POINTS, again * failed)
        for failed, n in sorted(tries.items())
        if again * failed <= plan.horizon
    ]


def refusals(plan: Plan, moment: Moment, number: int, early: float) -> tuple[float, float]:
    """Return the shares of requests of hosted people that are refused, and that they decline.

    Whoever is refused before the stay and its delay are over, a share ``early``, asks once more.
    """
    accept = accepted(plan, moment, number)
    refused = (1.0 - accept) * (1.0 - early * accept)
    return refused, (1.0 - refused) * (1.0 - taken_up(plan, moment, number, True))


def through(plan: Plan, moment: Moment, number: int, early: float) -> float:
    """Return the share of hosted people whose request for a service comes to something."""
    return 1.0 - sum(refusals(plan, moment, number, early))


@dataclass(slots=True)
class _Requests:
    """What those who end a stay ask for, and what of it comes to nothing, for each stay."""

    plan: Plan
    moment: Moment
    onward: dict[int, float] = field(default_factory=dict)
    refused: InVain = field(default_factory=dict)
    declined: InVain = field(default_factory=dict)

    def ask(self, to: int, part: float, early: float, then: int) -> float:
        """Add the requests of a part of those who end the stay; return the part left without."""
        coming = part * through(self.plan, self.moment, to, early)
        self.onward[to] = self.onward.get(to, 0.0) + coming
        shares = refusals(self.plan, self.moment, to, early)
        for in_vain, share in zip((self.refused, self.declined), shares, strict=True):
            if part * share > 0.0:
                in_vain[to, then] = in_vain.get((to, then), 0.0) + part * share
        return part - coming


def stay_of(plan: Plan, moment: Moment, service: Service, class_id: int) -> Stay:
    """Return what one admission of a class to a service of kind places means."""
    hazard = sum(moment.mean(risk.rate) for risk in service.risks)
    drop = 0.0 if service.drop_out_risk is None else moment.mean(service.drop_out_risk.rate)
    share = 0.0 if service.drop_out is None else moment.mean(service.drop_out.share)
    stay = moment.law(service.stay)
    assert stay is not None
    lived, reached = planned(stay, hazard + drop, share, moment.law(service.drop_out_after))
    requests = _Requests(plan, moment)
    ahead: dict[int, HeadStart] = {}
    ends_early = max(0.0, 1.0 - reached - hazard * lived)  # neither to the end nor by a risk
    back = ends_early if service.drop_out_to == STREET else 0.0
    for route in service.routes[class_id]:
        part = reached * moment.mean(route.share)
        delay = moment.law(route.delay)
        if delay is not None:
            held, staying = lasting(delay, hazard)
            lived += part * held
            part *= staying
        if route.to >= 0 and part > 0.0:
            takes = moment.law(plan.services[route.to].assessment_delay)
            start = ahead[route.to] = head_start(stay, service.request_lead, delay, takes)
            other = service.fallback
            part = requests.ask(route.to, part, start.early, other)
            if other >= 0 and part > 0.0 and plan.services[other].classes[class_id]:
                back += requests.ask(other, part, 0.0, STREET)  # refused twice
            elif other == STREET:
                back += part
        elif route.to == STREET:
            back += part
    if service.fallback >= 0:  # asked for when ready to go
        takes = moment.law(plan.services[service.fallback].assessment_delay)
        ahead.setdefault(service.fallback, head_start(stay, 0.0, None, takes))
    turnaround, limit = moment.law(service.turnaround), moment.law(service.blocked_limit)
    return Stay(
        taken=lived + (0.0 if turnaround is None else turnaround.mean),
        lived=lived,
        onward=requests.onward,
        back=back,
        hazard=hazard,
        ahead=ahead,
        blocks=service.wait_in_place,
        longest=plan.horizon if limit is None else limit.mean,
        refused=requests.refused,
        declined=requests.declined,
    )


Stays = dict[tuple[int, int], Stay]
"""By service and class, for every class a service of kind places may serve."""


def stays(plan: Plan, moment: Moment) -> Stays:
    """Return what one admission means, for each service of kind places and class it serves."""
    return {
        (number, class_id): stay_of(plan, moment, plan.services[number], class_id)
        for number in plan.hosts
        for class_id, served in enumerate(plan.services[number].classes)
        if served
    }


# --- How many people ask for each service before anything moves on: arrivals, contacts,
# interviews.
#
# The street is taken, class by class, as it is at the start, and at the end of the period as
# arrivals and leaving have made it until then, without those in services; where nobody arrives
# and people return to it, as the people elsewhere leave it (``fluid.conserved``). Requests under
# way and delays of referrals are left out.


@dataclass(frozen=True, slots=True)
class Demand:
    """Requests per day by service and class, and what else comes from the street.

    ``listed``: of arrival streams that come straight to a list. ``referred``: if nobody of those
    met had a request already. Both without those that an assessment refuses and those whose offers
    are declined; ``asked``: all of them. ``visits`` per day by service.
    """

    street: list[float]  # people by class
    listed: list[list[float]]
    referred: list[list[float]]
    asked: list[list[float]]
    visits: list[float]


@dataclass(frozen=True, slots=True)
class Present:
    """Where people are by class, and how many leave the model per day from services."""

    street: list[float]
    hosted: list[float]
    gone: list[float]


def grown(first: float, coming: float, leaving: float, days: float) -> float:
    """Return how many people are there after a time, of the linear equation.

    ``coming`` per day, ``leaving``: rate per day and person, both steady.
    """
    if leaving * days < 1e-9:
        return first + coming * days
    kept = exp(-leaving * days)
    return first * kept + coming / leaving * (1.0 - kept)


def street_people(plan: Plan, moment: Moment, now: Present | None = None) -> list[float]:
    """Return the people in the street by class, at the start or as they are by the moment.

    By then those of the start have left or stayed and arrivals have come, at the mean rates of the
    time before. ``now``: everybody of the start and all arrivals count; they leave at the rate, and
    are in the street as often, as those present. Without it: people of the street alone. At the
    start a class with nobody there counts as it settles between arrivals and leaving.
    """
    classes, days = range(len(plan.classes)), moment.begin

    def rate(calendar: Calendar) -> float:
        return calendar.area(days) / days if days > 0.0 else moment.mean(calendar)

    leaving = sum(rate(risk.rate) for risk in plan.street_risks)
    people, arriving = [0.0 for _ in classes], [0.0 for _ in classes]
    for group in plan.start_groups:
        if now is not None or group.where == STREET:
            people[group.class_id] += group.people
    for stream in plan.streams:
        if now is not None or stream.to == STREET:
            arriving[stream.class_id] += rate(stream.rate)
    for class_id in classes:
        if days == 0.0:
            if people[class_id] == 0.0 and leaving > 0.0:
                people[class_id] = arriving[class_id] / leaving
            continue
        share, going = 1.0, leaving
        if now is not None and (outside := now.street[class_id]) > 0.0:
            share = outside / (outside + now.hosted[class_id])
            going = leaving * share + now.gone[class_id] / (outside + now.hosted[class_id])
        people[class_id] = share * grown(people[class_id], arriving[class_id], going, days)
    return people


def mix(plan: Plan, moment: Moment, street: list[float]) -> list[float]:
    """Return the share of each class among those met in the street."""
    people = list(street)
    if not any(people):
        for stream in plan.streams:
            people[stream.class_id] += moment.mean(stream.rate)
    total = sum(people)
    return [each / total if total > 0.0 else 0.0 for each in people]


def demand_of(plan: Plan, moment: Moment, street: list[float]) -> Demand:
    """Return what is asked for in one week with so many people in the street, by class."""
    met = mix(plan, moment, street)
    size = len(plan.services)
    demand = Demand(
        street,
        [[0.0] * len(met) for _ in range(size)],
        [[0.0] * len(met) for _ in range(size)],
        [[0.0] * len(met) for _ in range(size)],
        [0.0] * size,
    )
    for stream in plan.streams:
        if stream.to != STREET:
            rate = moment.mean(stream.rate)
            demand.asked[stream.to][stream.class_id] += rate
            rate *= accepted(plan, moment, stream.to) * taken_up(plan, moment, stream.to, False)
            demand.listed[stream.to][stream.class_id] += rate
    for number, service in enumerate(plan.services):
        if service.kind is Kind.OUTREACH:
            contacts = contacts_of(service, moment, sum(street))
            per_class = [contacts * share for share in met]
        elif service.kind is Kind.DROP_IN:
            visits = visits_of(plan, moment, number, street)
            demand.visits[number] = sum(visits)
            per_class = interviews(service, moment, visits)
        else:
            continue
        for referral in service.referrals:
            add(plan, moment, demand, referral, per_class)
    return demand


def add(
    plan: Plan, moment: Moment, demand: Demand, referral: Referral, per_class: list[float]
) -> None:
    """Add the requests that a referral opens, and those of them that come to something."""
    share = moment.mean(referral.opened.share) * moment.mean(referral.success.share)
    come = accepted(plan, moment, referral.to) * taken_up(plan, moment, referral.to, False)
    for class_id, served in enumerate(plan.services[referral.to].classes):
        if served and (not referral.classes or referral.classes[class_id]):
            demand.asked[referral.to][class_id] += per_class[class_id] * share
            demand.referred[referral.to][class_id] += per_class[class_id] * share * come


def contacts_of(service: Service, moment: Moment, street: float) -> float:
    """Return contacts per day; an outing meets nobody twice, so never more than are there."""
    assert service.outings is not None
    assert service.contacts is not None
    each = moment.mean(service.contacts)
    if street > 0.0:
        each = min(each, street)
    return moment.mean(service.outings) * each


def visits_of(plan: Plan, moment: Moment, number: int, street: list[float]) -> list[float]:
    """Return visits per day by class, if as many come in as the places can hold at most."""
    service = plan.services[number]
    assert service.visits is not None
    each = moment.mean(service.visits.rate)
    if service.trait >= 0:
        trait = moment.law(plan.traits[service.trait].law)
        each *= 1.0 if trait is None else trait.mean
    leaving = sum(moment.mean(risk.rate) for risk in plan.street_risks)
    made = 0.0
    for other in plan.services:
        for makes in other.makes_visitors:
            if makes.of == number:
                contacts = contacts_of(other, moment, sum(street))
                made += contacts * moment.mean(makes.chance.share) / max(sum(street), 1.0)
    wanted = []
    for class_id, people in enumerate(street):
        share = moment.mean(service.visitor[class_id].share) if service.visitor else 0.0
        if made > 0.0:  # newcomers who are no visitors become one, or leave first
            share += (1.0 - share) * made / (made + leaving)
        wanted.append(people * share * each if service.classes[class_id] else 0.0)
    most = most_visits(service, moment)
    return [
        visits * min(1.0, most / sum(wanted)) if sum(wanted) > 0.0 else 0.0 for visits in wanted
    ]


def most_visits(service: Service, moment: Moment) -> float:
    """Return how many visits a day the places can hold."""
    assert service.opening is not None
    length = moment.law(service.visit_length)
    if length is None or length.mean == 0.0:
        return float("inf")
    # Places and hours may follow the same week: what counts is what is open at the same time.
    return moment.mean(product(service.open_places, service.opening)) / length.mean


def interviews(service: Service, moment: Moment, visits: list[float]) -> list[float]:
    """Return interviews held per day by class: never more than the staff can hold."""
    if service.interview is None or service.interviews_per_day is None:
        return [0.0] * len(visits)
    wanted = sum(visits) * moment.mean(service.interview.share)
    held = min(wanted, moment.mean(service.interviews_per_day))
    return [held * each / sum(visits) if wanted > 0.0 else 0.0 for each in visits]
