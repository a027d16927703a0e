"""How many people ask for each service before anything moves on: arrivals, contacts, interviews.

The street is taken as it is at the start of the period; with nobody there, as it settles between
arrivals and leaving; where nobody arrives and people return to it, as the people elsewhere leave it
(``circulation``). Requests under way and delays are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.plan.occupancy import Moment, accepted, taken_up
from sim.plan.tables import Kind, Plan, Referral, Service
from sim.vocabulary.calendars import product
from sim.vocabulary.events import STREET


@dataclass(frozen=True, slots=True)
class Demand:
    """Requests per day by service and class, and what else comes from the street.

    ``listed``: of arrival streams that come straight to a list. ``referred``: if nobody of those
    met had a request already. ``visits`` per day by service.
    """

    street: list[float]  # people by class
    listed: list[list[float]]
    referred: list[list[float]]
    visits: list[float]


def street_people(plan: Plan, moment: Moment) -> list[float]:
    """Return the people in the street by class at the start, or as they settle if there is none."""
    people = [0.0] * len(plan.classes)
    for group in plan.start_groups:
        if group.where == STREET:
            people[group.klass] += group.people
    if any(people):
        return people
    leaving = sum(moment.mean(risk.rate) for risk in plan.street_risks)
    if leaving > 0.0:
        for stream in plan.streams:
            if stream.to == STREET:
                people[stream.klass] += moment.mean(stream.rate) / leaving
    return people


def mix(plan: Plan, moment: Moment, street: list[float]) -> list[float]:
    """Return the share of each class among those met in the street."""
    people = list(street)
    if not any(people):
        for stream in plan.streams:
            people[stream.klass] += moment.mean(stream.rate)
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
        [0.0] * size,
    )
    for stream in plan.streams:
        if stream.to != STREET:
            rate = moment.mean(stream.rate) * taken_up(plan, moment, stream.to, False)
            demand.listed[stream.to][stream.klass] += rate
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
    """Add the requests that a referral opens and that are accepted."""
    share = (
        moment.mean(referral.opened.share)
        * moment.mean(referral.success.share)
        * accepted(plan, moment, referral.to)
        * taken_up(plan, moment, referral.to, False)
    )
    for klass, served in enumerate(plan.services[referral.to].classes):
        if served and (not referral.classes or referral.classes[klass]):
            demand.referred[referral.to][klass] += per_class[klass] * share


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
    found = []
    for klass, people in enumerate(street):
        share = moment.mean(service.visitor[klass].share) if service.visitor else 0.0
        if made > 0.0:  # newcomers who are no visitors become one, or leave first
            share += (1.0 - share) * made / (made + leaving)
        found.append(people * share * each if service.classes[klass] else 0.0)
    most = most_visits(service, moment)
    return [visits * min(1.0, most / sum(found)) if sum(found) > 0.0 else 0.0 for visits in found]


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
