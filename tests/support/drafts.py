"""A small pathway with everything in it that tallies can count."""

from __future__ import annotations

from sim.core.calendars import constant
from sim.core.distributions import distribution
from sim.core.events import DIED, LEFT, STREET
from sim.plan.tables import Plan, Route
from tests.support.plans import Drafting

SHELTER, NIGHT, CENTRE, HOMES = 0, 1, 2, 3


def exponential(mean: float):
    return distribution("exponential", mean=mean)


def pathway(horizon: float = 730.0) -> Plan:
    """Return two classes, four kinds of service, a chain that blocks, people who give up."""
    draft = Drafting(horizon, ("men", "women"))
    draft.place(
        "shelter",
        4,
        exponential(30.0),
        to=[Route(CENTRE, constant(0.7)), Route(STREET, constant(0.3))],
        patience=exponential(60.0),
    )
    draft.overnight("night", 2, applies=0.5)
    draft.place("centre", 2, exponential(40.0), to=HOMES, turnaround=1.0)
    draft.place("homes", 3, exponential(300.0), to=STREET, housing=True)
    draft.outreach("outreach", 0.5, 2.0, referrals=(draft.referral("outreach", SHELTER, 0.5),))
    draft.drop_in("rest", 3, 0.2, 0.1, care_act=0.5)
    draft.start(8)
    draft.start(3, where=SHELTER)
    draft.start(3, where=HOMES)
    draft.stream(0.03)
    draft.stream(0.02, class_id=1)
    draft.risk(LEFT, street=0.002, hosted=0.0005)
    draft.risk(DIED, street=0.0004, hosted=0.0004)
    return draft.plan()
