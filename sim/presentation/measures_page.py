"""``docs/measures.md``, made from the declarations of the measures."""

from __future__ import annotations

from collections.abc import Iterable

from sim.analysis.measure import Measure
from sim.analysis.measures import MEASURES, OCCUPANCY, PEOPLE, WAITING
from sim.analysis.measures_of_events import EVENTS, WANTS

_GROUPS = {
    "People": PEOPLE,
    "Places": OCCUPANCY,
    "Waits": WAITING,
    "What happens": EVENTS,
    "Who is blocked, for want of what, at what cost": WANTS,
}
_HEAD = f"""# Measures

The {len(MEASURES)} numbers of a run. This page is made from their declarations in `sim/analysis`:
`python -m sim.presentation.measures_page > docs/measures.md`.

Rows of `measures.csv` and `estimates.csv` are named by measure, service, other, class and period.
*Service* is a service, `street`, or `all` (the whole pathway). *Other* is the second service of a
pair. *Class* is a class of people or `all`. *Period* is `all` (everything after the warm-up) or a
model year of 365 days, called by the calendar year in which it begins (`2026/27` if the period does
not start on 1 January). Classes are told apart over the whole period only. A number that does not
exist in a replication (a share of nobody) is left out of `measures.csv`; a time that half of the
people do not reach is `inf`. The daily numbers behind them are in `daily.parquet`, class by class.
"""


def measures_page() -> str:
    """Return the page: a table for each group of measures, in English and French."""
    return "\n".join((_HEAD, *(line for group in _GROUPS.items() for line in _table(*group))))


def _table(title: str, measures: Iterable[Measure]) -> Iterable[str]:
    yield f"## {title}\n"
    yield "| measure | unit | where | what it is | en français |"
    yield "|---|---|---|---|---|"
    for one in measures:
        where = ", ".join(one.where) + (" (pairs)" if one.pairs else "")
        french = f"**{one.name_fr}** : {one.sentence_fr}"
        yield f"| **{one.name}** | {one.unit} | {where} | {one.sentence} | {french} |"
    yield ""


if __name__ == "__main__":
    print(measures_page(), end="")
