"""Random scenario files: every kind of service, written as people write them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

DAYS = 60
DATES = ("2024-01-01", "2024-01-15", "2024-02-01", "2024-02-20")

Drawn = Any


def _maybe(draw: Drawn, field: str, strategy: st.SearchStrategy[Any]) -> dict[str, Any]:
    return {field: draw(strategy)} if draw(st.booleans()) else {}


def durations(most: int) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda days: f"{days} days")


def shares() -> st.SearchStrategy[str]:
    return st.integers(0, 100).map(lambda percent: f"{percent} %")


@st.composite
def laws(draw: Drawn, most: int = 20) -> Any:
    """Return a law as written; whole days often, so that ties happen."""
    mean = draw(durations(most))
    family = draw(
        st.sampled_from(["fixed", "fixed", "exponential", "gamma", "lognormal", "weibull"])
    )
    if family == "fixed":
        return mean
    extra = {"gamma": {"cv": 0.7}, "lognormal": {"cv": 1.5}, "weibull": {"shape": 1.5}}
    return {"family": family, "mean": mean, **extra.get(family, {})}


@st.composite
def capacities(draw: Drawn, most: int = 8) -> Any:
    number = st.integers(0, most)
    if draw(st.booleans()):
        return draw(number)
    dates = draw(st.lists(st.sampled_from(DATES[1:]), unique=True, max_size=3))
    return {"calendar": {date: draw(number) for date in [DATES[0], *sorted(dates)]}}


@st.composite
def places(draw: Drawn, names: list[str], name: str, classes: list[str]) -> dict[str, Any]:
    others = [other for other in names if other != name]
    targets = draw(
        st.lists(st.sampled_from(["street", "left", "housed", *others]), min_size=1, unique=True)
    )
    parts = [100 // len(targets)] * len(targets)
    parts[0] += 100 - sum(parts)
    routes: list[dict[str, Any]] = [
        {"to": to, "share": f"{part} %"} for to, part in zip(targets, parts, strict=True)
    ]
    for route in routes:
        route |= _maybe(draw, "delay", laws(6))
    blocked: dict[str, Any] = {"wait": draw(st.sampled_from(["in the place", "in the street"]))}
    if blocked["wait"] == "in the place":
        blocked |= _maybe(draw, "at_most", laws(20))
    blocked |= _maybe(draw, "then", st.sampled_from(["street", "left", *others]))
    service: dict[str, Any] = {
        "kind": "places",
        "places": draw(capacities()),
        "stay": draw(laws(30)),
        "routes": routes,
        "blocked": blocked,
        "leave_early": draw(st.booleans()),
        "request": draw(st.sampled_from(["at the end", "at admission", "3 days"])),
        "when_places_fall": draw(
            st.sampled_from(
                ["nobody new", "last in leaves", "first in leaves", "blocked leave first"]
            )
        ),
        "evicted_people": draw(st.sampled_from(["keep their rank", "join the end", "ask no more"])),
        "blocked_time_credited": draw(shares()),
        "priority": [draw(st.permutations(classes))[:1]],
    }
    service |= _maybe(draw, "staffed", shares())
    service |= _maybe(draw, "turnaround", laws(3))
    service |= _maybe(draw, "waiting_room", st.integers(0, 5))
    service |= _maybe(draw, "patience", laws(15))
    service |= _maybe(draw, "admission_hours", st.just("tue 10:00-12:00"))
    for field in ("turned_away_to", "gives_up_to"):
        service |= _maybe(draw, field, st.sampled_from(["street", "left"]))
    if draw(st.booleans()):
        service["offers"] = {"unreachable": "20 %", "declined": "10 %", "again_after": "2 days"}
    if draw(st.booleans()):
        service["assessment"] = {"accepted": "70 %", "delay": draw(laws(5))}
    if draw(st.booleans()):
        service["drop_out"] = {"share": "30 %", "after": draw(laws(5)), "risk": "1 per year"}
    return service


@st.composite
def scenarios(draw: Drawn) -> str:
    """Return the text of a valid scenario (JSON is YAML)."""
    classes = ["men", "women"]
    names = [f"place {letter}" for letter in "abcd"[: draw(st.integers(1, 4))]]
    services: dict[str, Any] = {
        "outreach": {
            "kind": "outreach",
            "outings": "7 per week",
            "contacts": draw(st.sampled_from([1, 2.5, 6])),
            "referrals": [
                {"to": name, "share": "60 %", "success": "80 %", "delay": draw(laws(4))}
                for name in names
            ],
            "makes_visitors": [{"of": "drop in", "share": "50 %"}],
        },
        "drop in": {
            "kind": "drop-in",
            "places": draw(capacities(3)),
            "opening_hours": draw(st.sampled_from(["always", "mon-fri 09:00-17:00"])),
            "visits": "150 per year",
            "visitors": "40 %",
            "visit_length": {"family": "exponential", "mean": "3 h"},
            "hosted_people_attend": draw(st.booleans()),
            "care_acts": "20 %",
            "interviews": {"share": "50 %", "per_day": 2},
            "referrals": [{"to": names[0], "share": "50 %"}],
            **_maybe(draw, "wait_at_door", st.just("1 h")),
        },
        "night": {
            "kind": "overnight",
            "places": draw(capacities(4)),
            "from": "20:00",
            "until": "08:00",
            "returning_first": draw(st.booleans()),
            "applies": draw(shares()),
            **_maybe(draw, "visitors_of", st.just("drop in")),
            **_maybe(draw, "most_consecutive_nights", st.integers(1, 4)),
        },
    }
    for name in names:
        services[name] = draw(places(names, name, classes))
    if draw(st.booleans()):
        for name in names[:2]:
            services[name]["room"] = "house"
    written = {
        "title": "a random pathway",
        "period": {"start": "2024-01-01", "length": f"{DAYS} days"},
        "people": {
            "classes": {"men": "70 %", "women": "30 %"},
            "arrivals": {"newcomers": {"rate": "1 per day", "to": "street"}},
            "leaving": {
                "street": {"left": "2 per year", "died": "5 % per year"},
                "hosted": {"died": "1 % per year"},
            },
        },
        "start": {
            "street": 20,
            "services": {
                name: {
                    "people": draw(st.integers(0, 9)),
                    "waiting": draw(st.integers(0, 5)),
                    "residual": draw(st.sampled_from(["equilibrium", "full"])),
                }
                for name in names
            },
        },
        "coordination": {"success": "90 %", "delay": 1.5},
        "services": services,
    }
    if any("room" in service for service in services.values()):
        written["rooms"] = {"house": {"places": draw(capacities(12))}}
    return json.dumps(written, indent=1)
