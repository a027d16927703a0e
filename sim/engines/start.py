"""Who is there at the start, and what of their stay is left: knowledge both engines share."""

from __future__ import annotations

import math

from sim.core.distributions import equilibrium_residual
from sim.core.draws import Keyed, person_key
from sim.core.events import STREET
from sim.core.quantiles import quantile
from sim.plan.tables import Plan, Residual, StartResidual, TimedDistribution


def present(plan: Plan, keyed: Keyed) -> list[tuple[int, int, int, float]]:
    """Return (class, person key, where, remaining stay) of everybody present, in person order.

    The remaining stay [days] is nan for people in the street.
    """
    people = []
    for group in plan.start_groups:
        for rank in range(group.people):
            key = person_key(group.key, rank)
            people.append(
                (group.class_id, key, group.where, _residual(plan, keyed, key, group.where))
            )
    return people


def _residual(plan: Plan, keyed: Keyed, key: int, where: int) -> float:
    rule = plan.start_residuals[where] if where != STREET else None
    if rule is None:
        return math.nan
    purpose = plan.purposes[rule.residual_purpose]
    u = keyed.uniform(key, purpose, 0)
    law = _law(plan, rule, where)
    row = law.rows[0]
    if rule.rule is Residual.EQUILIBRIUM:
        return equilibrium_residual(row, u, keyed.uniform(key, purpose, 1))
    return quantile(row.family, row.a, row.b, row.c, row.values, u)


def _law(plan: Plan, rule: StartResidual, where: int) -> TimedDistribution:
    law = rule.given if rule.rule is Residual.GIVEN else plan.services[where].stay
    assert law is not None, "somebody hosted has a law for the stay"
    return law


def listed(plan: Plan, keyed: Keyed) -> list[tuple[int, list[int]]]:
    """Return (service, person numbers) for every list that is not empty at the start.

    They are the eligible people of the street with the smallest draws for that list (ties by
    number), in the order of their numbers.
    """
    street = [
        (number, class_id, key)
        for number, (class_id, key, where, _) in enumerate(present(plan, keyed))
        if where == STREET
    ]
    lists = []
    for wanted in plan.start_lists:
        classes = plan.services[wanted.service].classes
        purpose = plan.purposes[wanted.purpose]
        drawn = sorted(
            (keyed.uniform(key, purpose, 0), number)
            for number, class_id, key in street
            if classes[class_id]
        )
        lists.append((wanted.service, sorted(number for _, number in drawn[: wanted.people])))
    return lists
