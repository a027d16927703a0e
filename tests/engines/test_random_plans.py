"""Random plans hold every column of the plan, every kind of value, and reach every rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from sim.engines import reference
from sim.plan import tables
from tests.support.random_plans import EXEMPT, columns, first_plans, unreached

ROWS = "timeddistribution.rows"

PLANS = 200
KINDS = [
    *(("plan.horizon", kind) for kind in ("two years", "part of a day")),
    *(("plan.classes", f"{count} rows") for count in range(1, 6)),
    *(("plan.rooms", f"{count} rows") for count in range(4)),
    *(("places.priority", f"{count} groups") for count in range(1, 5)),
    *(("places.fallback", to) for to in ("street", "left", "died", "housed", "before", "after")),
    *(("places.drop_out_to", to) for to in ("street", "left", "died", "housed")),
    *(("route.to", to) for to in ("street", "left", "died", "housed", "before", "itself", "after")),
    *(("places.evict", rule.name.lower()) for rule in tables.Evict),
    *(("places.evicted", rule.name.lower()) for rule in tables.Evicted),
    *(("startresidual.rule", rule.name.lower()) for rule in tables.Residual),
    *(("places.request_lead", lead) for lead in ("no", "0", "1", "3")),
    *(("outreach.makes_visitors", f"{count} rows") for count in range(3)),
    *(("outreach.at_random", kind) for kind in ("yes", "no")),
    *(("outreach.contacts", kind) for kind in ("0", "fraction", "changes")),
    *(("overnight.most_nights", f"{most}") for most in range(4)),
    *(("referral.delay_factor", kind) for kind in ("0", "changes", "fraction")),
    *(("referral.classes", kind) for kind in ("0 rows", "some", "nobody")),
    *(("places.open_places", kind) for kind in ("0", "changes", "without limit")),
    *(("timedprobability.share", kind) for kind in ("0", "changes", "fraction")),
    *(("timeddistribution.times", f"{count} rows") for count in (1, 2, 3)),
    *((ROWS, f"gamma, cv {spread}") for spread in ("below 0.4", "to 1.3", "above")),
    *((ROWS, f"lognormal, sigma {spread}") for spread in ("below 0.5", "above")),
    *((ROWS, f"weibull, shape {shape}") for shape in ("below 1", "1", "above 1")),
    *((ROWS, f"fixed, {value}") for value in ("0", "above 0")),
    *((ROWS, law) for law in ("exponential", "uniform", "triangular", "empirical")),
]


@pytest.fixture(scope="module")
def seen() -> dict[str, Counter[str]]:
    return columns(first_plans(PLANS))


def test_every_column_of_the_plan_varies(seen):
    rows = (
        tables.TimedDistribution,
        tables.TimedProbability,
        tables.Hazard,
        tables.ExitHazard,
        tables.Route,
        tables.Referral,
    )
    rows += (tables.MakesVisitor, tables.Stream, tables.StartGroup, tables.StartList)
    rows += (tables.StartResidual, tables.Plan, tables.Service)
    kinds = [kind.name.lower().replace("_", "-") for kind in tables.Kind]
    for row in rows:
        names = kinds if row is tables.Service else [row.__name__.lower()]
        for field in fields(row):
            if field.name in EXEMPT | {"kind"} or field.name.endswith("purpose"):
                continue
            items = [set(seen[f"{name}.{field.name}"]) for name in names]
            varies = any(len(kinds_of) > 1 for kinds_of in items)
            # what is always given varies in its own columns
            assert varies or {"given"} in items, f"{row.__name__}.{field.name}"


@pytest.mark.parametrize(("column", "kind"), KINDS)
def test_every_kind_of_value_stands_in_several_plans(seen, column, kind):
    assert seen[column][kind] >= 3


@pytest.mark.slow
def test_the_plans_reach_every_line_of_the_reference_engine():
    missed = unreached(reference, first_plans(50))
    # People are never above capacity, and the plans always move on: neither line may be reached.
    assert [line.split(": ", 1)[1] for line in missed] == [
        "state.tally.over_capacity += 1",
        "raise StandstillError(order >> 48, (order & _SERVICE_BITS) - 1)",
    ]
