"""Loading, what-if files, the resolved form, the hash and where values come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.scenarios.loading import load
from sim.scenarios.resolved import numbers_in, resolved, resolved_yaml, scenario_hash
from sim.scenarios.schema import Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(
    path.relative_to(SCENARIOS).as_posix()
    for path in SCENARIOS.rglob("*.yaml")
    if path.parent.name != "sweeps"  # plans of many runs, not scenarios
)

BASE = """\
title: {fr: Un hébergement, en: A shelter}
period: {start: 2024-01-01, length: 2 years}
people:
  classes: {women: 40 %, men: {share: 60 %, names: {fr: hommes, en: men}}}
  arrivals: {newcomers: {rate: 100 per year}}
services:
  maraudes:
    kind: outreach
    contacts_at_random: 10 per week
    referrals: [{to: shelter, share: 10 %}]
  shelter:
    kind: places
    places: {value: 20, source: The city, status: observed}
    priority: [women]
    stay: {family: gamma, mean: 9 months, cv: 1, source: A count, status: derived}
    routes:
      - {to: street, share: 60 %}
      - {to: left, share: {calendar: {2024-01-01: 40 %}}}
"""
WHAT_IF = """\
based_on: base.yaml
title: More places
changes:
  - {set: services.shelter.places, to: 30, because: A plan.}
  - {set: services.shelter.stay.mean, to: 6 months, because: Faster.}
  - {set: services.shelter.patience, to: 1 year, because: People give up.}
  - {set: people.classes.women.share, to: 50 %, because: Counted again.}
  - {set: people.classes.men.share, to: 50 %, because: Counted again.}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "what-if.yaml").write_text(WHAT_IF, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(folder: Path, text: str) -> Scenario:
    (folder / "other.yaml").write_text(text, encoding="utf-8")
    return load("other.yaml")


@pytest.mark.parametrize("file", FILES)
def test_every_scenario_is_equal_to_its_resolved_form(file: str, tmp_path: Path) -> None:
    scenario = load(SCENARIOS / file)
    (tmp_path / "resolved.yaml").write_text(resolved_yaml(scenario), encoding="utf-8")
    again = load(tmp_path / "resolved.yaml")
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)
    assert resolved_yaml(again) == resolved_yaml(scenario)


def test_values_are_in_the_units_of_the_plan(folder: Path) -> None:
    scenario = load("base.yaml")
    shelter = scenario.services["shelter"]
    assert scenario.period.length.value == 731  # to 1 January 2026, by the calendar
    assert shelter.places.value == 20
    assert shelter.stay.parameters["mean"].value == 273.75
    assert shelter.priority == (("women",),)
    assert shelter.classes is None
    assert shelter.patience is None
    assert scenario.people.arrivals["newcomers"].rate.value == 100 / 365
    assert scenario.people.classes["men"].names.in_language("fr") == "hommes"


def test_defaults_are_filled(folder: Path) -> None:
    full = resolved(load("base.yaml"))
    assert full["run"] == {"replications": 20, "seed": 1, "until": []}
    shelter = full["services"]["shelter"]
    assert shelter["blocked"] == {"wait": "in the place", "at_most": "none", "then": "street"}
    assert shelter["routes"][0]["delay"] == "0 days"
    assert shelter["classes"] == "all"


def test_a_scenario_cannot_be_altered(folder: Path) -> None:
    scenario = load("base.yaml")
    with pytest.raises(AttributeError, match="with_changes gives another one"):
        scenario.published = True


def test_changes_are_applied_and_the_base_stays(folder: Path) -> None:
    base, what_if = load("base.yaml"), load("what-if.yaml")
    assert what_if != base
    shelter = what_if.services["shelter"]
    assert shelter.places.value == 30
    assert shelter.stay.parameters["mean"].value == 182.5
    assert shelter.stay.parameters["cv"].value == 1
    assert shelter.patience.parameters["value"].value == 365
    assert base.services["shelter"].places.value == 20
    assert what_if.title.fr == "More places"


def test_what_changed_tells_before_and_after(folder: Path) -> None:
    changes = load("what-if.yaml").history.changes
    assert [(c.path[-1], c.before, c.after, c.because.en) for c in changes[:3]] == [
        ("places", {"value": 20, "source": "The city", "status": "observed"}, 30, "A plan."),
        ("mean", "9 months", "6 months", "Faster."),
        ("patience", "none", "1 year", "People give up."),
    ]


def test_a_what_if_of_a_what_if(folder: Path) -> None:
    text = """\
based_on: what-if.yaml
title: Even more places
changes: [{set: services.shelter.places, to: 40, because: A second plan.}]
"""
    scenario = loaded(folder, text)
    assert scenario.services["shelter"].places.value == 40
    assert scenario.services["shelter"].stay.parameters["mean"].value == 182.5
    assert [c.after for c in scenario.history.changes] == [
        30,
        "6 months",
        "1 year",
        *["50 %"] * 2,
        40,
    ]
    assert scenario.history.files == ("base.yaml", "what-if.yaml", "other.yaml")


def test_two_files_cannot_be_based_on_each_other(folder: Path) -> None:
    (folder / "base.yaml").write_text(WHAT_IF.replace("base.yaml", "what-if.yaml"), "utf-8")
    with pytest.raises(ScenarioError, match="cannot be its own what-if"):
        load("what-if.yaml")


@pytest.mark.parametrize("item", ["0", "street"])
def test_items_of_lists_are_named_by_number_or_by_where_they_lead(folder: Path, item: str) -> None:
    other = {"0": "1", "street": "left"}[item]
    text = f"""\
based_on: base.yaml
title: Fewer returns
changes:
  - {{set: services.shelter.routes.{item}.share, to: 20 %, because: An aim.}}
  - {{set: services.shelter.routes.{other}.share, to: 80 %, because: An aim.}}
"""
    routes = loaded(folder, text).services["shelter"].routes
    assert [route.share.value for route in routes] == [0.2, 0.8]


def test_a_name_two_items_have_is_refused(folder: Path) -> None:
    (folder / "base.yaml").write_text(
        BASE.replace("to: left, share: {cal", "to: street, share: {cal"), "utf-8"
    )
    text = "based_on: base.yaml\ntitle: x\nchanges: [{set: services.shelter.routes.street.share,"
    with pytest.raises(ScenarioError, match=r"no value 'services\.shelter\.routes\.street\.share'"):
        loaded(folder, f"{text} to: 20 %, because: An aim.}}]\n")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("period.length", ("base.yaml", 2, 37)),
        ("services.shelter.routes.street.share", ("base.yaml", 17, 29)),
        ("services.shelter.routes[0].share", ("base.yaml", 17, 29)),
        ("services.shelter.stay.cv", ("base.yaml", 15, 47)),
        ("people.classes.women.share", ("base.yaml", 4, 20)),  # written in the short form
        ("people.classes.women.names", ("base.yaml", 4, 20)),
        ("services.shelter.patience", None),  # a default
        ("services.shelter.blocked.wait", None),
        ("services.shelter.plaices", None),  # nothing there
    ],
)
def test_where_a_value_was_written(
    folder: Path, path: str, place: tuple[str, int, int] | None
) -> None:
    assert load("base.yaml").origin(path) == place


def test_where_a_changed_value_was_written(folder: Path) -> None:
    scenario = load("what-if.yaml")
    assert scenario.origin("services.shelter.places") == ("what-if.yaml", 4, 40)
    assert scenario.origin("services.shelter.stay.mean") == ("what-if.yaml", 5, 43)
    assert scenario.origin("services.shelter.stay.cv") == ("base.yaml", 15, 47)
    assert scenario.origin("title") == ("what-if.yaml", 2, 8)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A shelter", "Another title"),
        ("9 months", "273.75 days"),
        ("source: The city", "source: The State, note: counted twice"),
        ("status: derived", "status: assumed, range: [0 days, 12 months]"),
        ("{women: 40 %,", "{women: {share: 40 %, names: {fr: femmes, en: women}},"),
        ("priority: [women]", "priority: [[women]]"),
        ("share: 60 %}", "share: 60 %, delay: 0 days}"),
    ],
)
def test_wording_does_not_move_the_hash(folder: Path, before: str, after: str) -> None:
    assert before in BASE
    same = loaded(folder, BASE.replace(before, after))
    assert scenario_hash(same) == scenario_hash(load("base.yaml"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("9 months", "9.01 months"),
        ("value: 20", "value: 21"),
        ("cv: 1", "cv: 1.1"),
        ("family: gamma", "family: lognormal"),
        ("40 %}}}", "40 %}, between: ramp}}"),
        (
            "  classes: {women: 40 %, men: {share: 60 %",
            "  classes: {women: 50 %, men: {share: 50 %",
        ),
        ("priority: [women]", "priority: [men]"),
        ("kind: places", "kind: places\n    leave_early: true"),
        ("shelter", "hotel"),
    ],
)
def test_any_other_change_moves_the_hash(folder: Path, before: str, after: str) -> None:
    assert before in BASE
    other = loaded(folder, BASE.replace(before, after))
    assert scenario_hash(other) != scenario_hash(load("base.yaml"))


def test_every_number_is_found_with_its_path(folder: Path) -> None:
    paths = [".".join(map(str, path)) for path, _ in numbers_in(load("base.yaml"), defaults=False)]
    assert paths == [
        "period.length",
        "people.classes.women.share",
        "people.classes.men.share",
        "people.arrivals.newcomers.rate",
        "services.maraudes.contacts_at_random",
        "services.maraudes.referrals.0.share",
        "services.shelter.places",
        "services.shelter.stay",
        "services.shelter.routes.0.share",
        "services.shelter.routes.1.share",
    ]


def test_texts_are_never_taken_for_something_else(folder: Path) -> None:
    text = BASE.replace("source: The city", "source: no").replace("A shelter", "'8:30'")
    scenario = loaded(folder, text)
    assert scenario.services["shelter"].places.annotation.source == "no"
    assert scenario.title.en == "8:30"


PUBLISHED = """\
title: x
published: true
period: {start: 2024-01-01, length: 2 years}
people: {classes: {all people: {share: {value: 100 %, source: a, status: observed}}}}
services:
  maraudes:
    kind: outreach
    contacts_at_random: {value: 2 per day, source: a, status: observed}
"""


@pytest.mark.parametrize(
    ("to", "published"),
    [("20 per week", False), ("{value: 20 per week, source: a, status: observed}", True)],
)
def test_a_what_if_stays_published_if_it_gives_sources(
    folder: Path, to: str, published: bool
) -> None:
    (folder / "base.yaml").write_text(PUBLISHED, "utf-8")
    change = f"{{set: services.maraudes.contacts_at_random, to: {to}, because: b}}"
    scenario = loaded(folder, f"based_on: base.yaml\ntitle: y\nchanges: [{change}]\n")
    assert load("base.yaml").published
    assert scenario.published == published
    assert scenario.origin("services.maraudes.contacts_at_random")[0] == "other.yaml"
