"""What-if files: numbers that are moved, things that are added or removed, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.core.log import sentence
from sim.plan.build import plan_of
from sim.scenarios.differences import changes_between
from sim.scenarios.loading import load
from sim.scenarios.resolved import resolved
from sim.scenarios.schema import Scenario
from sim.scenarios.values import Law, Quantity, locate, value_at
from tests.support.engines import ENGINES

BASE = """\
title: {fr: Un hébergement, en: A shelter}
period: {start: 2024-01-01, length: 2 years}
people:
  classes: {women: 40 %, men: {share: 60 %, names: {fr: hommes, en: men}}}
  arrivals: {newcomers: {rate: 100 per year}}
start: {street: {women: 20, men: 30}}
services:
  maraudes:
    kind: outreach
    teams: 2
    outings: 5 per week
    contacts: 3
    referrals: [{to: shelter, share: 10 %}]
  night places:
    kind: overnight
    places: {weekly: {mon-fri: 10, otherwise: 4}}
    from: "20:00"
    until: "08:00"
  shelter:
    kind: places
    places: {value: 20, source: The city, status: observed}
    priority: [women]
    stay: {family: gamma, mean: 9 months, cv: 1, source: A count, status: derived}
    request: 2 months
    routes:
      - {to: street, share: 60 %}
      - {to: left, share: {calendar: {2024-01-01: 40 %}}}
      - {to: housing, share: 0 %}
  housing:
    kind: places
    places:
      calendar: {2024-01-01: 0, 2025-01-01: 50}
      between: ramp
      source: The plan
      status: assumed
      range: [0, 60]
    cost: {per_place_year: 9000 EUR}
    stay: 3 years
    routes: [{to: left, share: 100 %}]
"""
HEAD = "based_on: base.yaml\ntitle: A change\nchanges:\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def what_if(changes: str, name: str = "what-if.yaml", base: str = "base.yaml") -> Scenario:
    """Return the scenario of these changes; a reason is added to each that has none."""
    head = HEAD.replace("base.yaml", base)
    Path(name).write_text(head + changes.strip("\n") + "\n", encoding="utf-8")
    return load(name)


def refusal(changes: str) -> list[str]:
    """Return ``line:column path: message`` of every fault; the first change is on line 4."""
    with pytest.raises(ScenarioError) as refused:
        what_if(changes)
    assert {fault.file for fault in refused.value.faults} == {"what-if.yaml"}
    return [
        f"{fault.line}:{fault.column} {fault.path}: {fault.message}"
        for fault in refused.value.faults
    ]


def moved(path: str, how: str) -> Scenario:
    return what_if(f"- set: {path}\n  {how}\n  because: A test.")


def written(scenario: Scenario, path: str) -> object:
    data = resolved(scenario)
    where = locate(data, path)
    assert where is not None, path
    return value_at(data, where)


# ---------------------------------------------------------------------- numbers that move


@pytest.mark.parametrize(
    ("path", "how", "after"),
    [
        ("services.shelter.places", "add: 20", 40),
        ("services.shelter.places", "add: -5", 15),
        ("services.shelter.places", "scale: 120 %", 24),
        ("services.shelter.places", "scale: 1.5", 30),
        ("services.shelter.places.value", "add: 20", 40),
        ("services.maraudes.outings", "add: 1 per day", "12 per week"),
        ("services.maraudes.outings", "scale: 80 %", "4 per week"),
        ("services.maraudes.contacts", "scale: 50 %", 1.5),
        ("services.shelter.stay.mean", "add: 1 month", "10 months"),
        ("services.shelter.stay.mean", "add: 2 weeks", "287.75 days"),
        ("services.shelter.stay.mean", "add: -8 months", "1 month"),
        ("services.shelter.stay.cv", "add: 0.5", 1.5),
        ("services.housing.stay", "scale: 50 %", "1.5 years"),
        ("services.shelter.request", "add: 10 days", "70.8333333333 days"),
        ("services.shelter.routes.left.delay", "add: 3 days", "3 days"),
        ("services.housing.cost.per_place_year", "add: 1000 EUR", "10000 EUR"),
        ("services.maraudes.referrals.shelter.share", "add: 2.5 %", "12.5 %"),
        ("services.maraudes.referrals.shelter.share", "scale: 150 %", "15 %"),
        ("coordination.success", "add: -30 %", "70 %"),
        ("coordination.delay", "scale: 150 %", 1.5),
        ("people.arrivals.newcomers.rate", "add: 1 per day", "465 per year"),
        ("start.street.men", "add: 5", 35),
        ("start.street", "scale: 150 %", {"women": 30, "men": 45}),
        ("run.replications", "add: 5", 25),
        ("services.night places.places", "add: 3", {"weekly": {"mon-fri": 13, "otherwise": 7}}),
        (
            "services.night places.places",
            "scale: 150 %",
            {"weekly": {"mon-fri": 15, "otherwise": 6}},
        ),
        (
            "services.housing.places",
            "add: 10",
            {"calendar": {"2024-01-01": 10, "2025-01-01": 60}, "between": "ramp"},
        ),
        (
            "services.housing.places.calendar.2025-01-01",
            "add: 10",
            {"calendar": {"2024-01-01": 0, "2025-01-01": 60}, "between": "ramp"},
        ),
        (
            "services.shelter.places",
            "add: {calendar: {2024-01-01: 0, 2024-06-01: 10}}",
            {"calendar": {"2024-01-01": 20, "2024-06-01": 30}},
        ),
        (
            "services.shelter.places",
            "add: {calendar: {2024-01-01: 0, 2025-01-01: 10}, between: ramp}",
            {"calendar": {"2024-01-01": 20, "2025-01-01": 30}, "between": "ramp"},
        ),
        (
            "services.shelter.routes.left.share",
            "scale: {calendar: {2024-01-01: 100 %}}",
            {"calendar": {"2024-01-01": "40 %"}},
        ),
    ],
)
def test_a_number_is_moved(folder, path, how, after) -> None:
    file = written(moved(path, how), path.removesuffix(".value").removesuffix(".2025-01-01")
                    .removesuffix(".calendar"))  # fmt: skip
    assert file == after
    assert type(file) is type(after)


def test_a_share_is_moved_by_points_and_the_routes_still_add_up(folder) -> None:
    scenario = what_if("""
- {set: services.shelter.routes.street.share, add: -5 %, because: A test.}
- {set: services.shelter.routes.left.share, add: 5 %, because: A test.}
""")
    routes = scenario.services["shelter"].routes
    assert routes[0].share.value == pytest.approx(0.55)
    assert list(routes[1].share.numbers()) == pytest.approx([0.45])


def test_a_calendar_and_a_week_are_joined_date_by_date(folder) -> None:
    path = written(
        moved("services.night places.places", "add: {calendar: {2023-06-01: 0, 2024-06-01: 2}}"),
        "services.night places.places",
    )
    assert path == {
        "calendar": {
            "2023-06-01": {"weekly": {"mon-fri": 10, "otherwise": 4}},
            "2024-06-01": {"weekly": {"mon-fri": 12, "otherwise": 6}},
        }
    }


def quantity(scenario: Scenario, service: str, name: str = "places") -> Quantity:
    result = getattr(scenario.services[service], name)
    return result.parameters["mean"] if isinstance(result, Law) else result


def test_what_the_base_says_of_a_number_does_not_hold_for_another(folder) -> None:
    for how in ("add: 20", "scale: 120 %", "to: 40"):
        text = quantity(moved("services.shelter.places", how), "shelter").annotation
        assert (text.source, text.status, text.range) == (None, None, None)


@pytest.mark.parametrize(
    ("service", "amount", "status", "between"),
    [
        ("shelter", "{value: 20, status: assumed, range: [0, 30], source: A project}",
         "assumed", (20, 50)),
        ("shelter", "{value: 20, status: observed, source: A project}", "derived", (40, 40)),
        ("housing", "{value: 10, status: observed, source: A project}", "assumed", (10, 70)),
        ("housing", "{value: 10, status: derived, range: [5, 15], source: A project}",
         "assumed", (5, 75)),
        ("shelter", "{value: 20, status: derived, source: A project}", "derived", None),
        ("shelter", "{value: -5, status: assumed, range: [-30, 0], source: A project}",
         "assumed", (0, 20)),
    ],
)  # fmt: skip
def test_what_is_said_of_an_amount_is_joined_with_the_base(
    folder, service, amount, status, between
) -> None:
    text = quantity(moved(f"services.{service}.places", f"add: {amount}"), service).annotation
    base = {"shelter": "The city", "housing": "The plan"}[service]
    assert text.source == f"A project (this much more than the base; base: {base})"
    assert (text.status, text.range) == (status, between)


def test_a_factor_stretches_the_range(folder) -> None:
    how = "scale: {value: 150 %, status: assumed, range: [100 %, 200 %], source: A guess}"
    text = quantity(moved("services.housing.places", how), "housing").annotation
    assert text.range == (0, 120)
    assert text.source == "A guess (this many times the base; base: The plan)"


def test_a_range_of_shares_ends_at_100_per_cent(folder) -> None:
    path = "services.maraudes.referrals.shelter.share"
    how = "add: {value: 50 %, status: assumed, range: [20 %, 95 %], source: A guess}"
    share = moved(path, how).services["maraudes"].referrals[0].share
    assert share.annotation.range == pytest.approx((0.3, 1.0))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("services.shelter.places.value", "30"),
        ("services.housing.places.calendar.2025-01-01", "40"),
    ],
)
def test_a_part_set_differently_loses_what_is_said_of_the_whole(folder, path, to) -> None:
    service = path.split(".")[1]
    text = quantity(moved(path, f"to: {to}"), service).annotation
    assert (text.source, text.status, text.range) == (None, None, None)


def test_what_the_file_itself_says_of_a_part_is_kept(folder) -> None:
    scenario = what_if("""
- {set: services.shelter.places.value, to: 30, because: A test.}
- {set: services.shelter.places.source, to: Another count, because: A test.}
""")
    text = quantity(scenario, "shelter").annotation
    assert (text.source, text.status) == ("Another count", None)


def test_what_is_said_of_a_law_stays_with_the_parameters_not_changed(folder) -> None:
    stay = moved("services.shelter.stay.mean", "to: 6 months").services["shelter"].stay
    assert stay.annotation.source is None
    mean, cv = (stay.parameters[name].annotation for name in ("mean", "cv"))
    assert (mean.source, mean.status) == (None, None)
    assert (cv.source, cv.status) == ("A count", "derived")


def test_a_date_added_to_a_calendar_stands_in_order_and_needs_its_own_source(folder) -> None:
    scenario = what_if("""
- {add: services.housing.places.calendar.2024-07-01, as: 40, because: A test.}
""")
    places = quantity(scenario, "housing")
    assert [value for _, value in places.steps] == [0, 40, 50]
    assert places.annotation.source is None


def test_moves_of_a_base_are_moved_again(folder) -> None:
    moved("services.shelter.places", "add: 20")
    scenario = what_if(
        "- {set: services.shelter.places, scale: 50 %, because: Half.}",
        "second.yaml",
        "what-if.yaml",
    )
    assert scenario.services["shelter"].places.value == 20
    assert [(c.verb, c.before, c.after, c.amount) for c in scenario.history.changes] == [
        ("add", {"value": 20, "source": "The city", "status": "observed"}, 40, 20),
        ("scale", 40, 20, "50 %"),
    ]
    assert scenario.origin("services.shelter.places") == ("second.yaml", 4, 41)


@pytest.mark.parametrize(
    ("path", "how", "message"),
    [
        ("services.shelter.places", "to: +20",
         "5:7 services.shelter.places: '+20' could mean 20 more, or 20 in all: write 20; in a "
         "what-if 'add: 20' is 20 more, 'to: 20' is 20 in all"),
        ("services.shelter.places", "to: {value: +20, status: assumed}",
         "5:15 services.shelter.places.value: '+20' could mean 20 more, or 20 in all: write 20; in "
         "a what-if 'add: 20' is 20 more, 'to: 20' is 20 in all"),
        ("services.shelter.stay", "to: {family: empirical, values: [+3 days]}",
         "5:36 services.shelter.stay.values[0]: '+3 days' could mean 3 days more, or 3 days in "
         "all: write 3 days; in a what-if 'add: 3 days' is 3 days more, 'to: 3 days' is 3 days in "
         "all"),
        ("services.shelter.places", "add: +20",
         "5:8 changes[0].add: '+20' could mean 20 more, or 20 in all: write 20; in a what-if "
         "'add: 20' is 20 more, 'to: 20' is 20 in all"),
        ("services.shelter.places", "scale: +20 %",
         "5:10 changes[0].scale: '+20 %' is no factor: for 20 % more write 'scale: 120 %', for "
         "20 % in all 'scale: 20 %'"),
        ("services.shelter.places", "scale: -20 %",
         "5:10 changes[0].scale: '-20 %' is no factor: for 20 % less write 'scale: 80 %'"),
        ("services.shelter.places", "scale: -3",
         "5:10 changes[0].scale: '-3' is no factor: 0 is the smallest one"),
        ("services.shelter.places", "to: -5",
         "5:7 changes[0].to: a number below 0 is not possible here; for 5 less write 'add: -5'"),
        ("services.shelter.places", "add: -25",
         "5:8 changes[0].add: 20 - 25 is -5: 0 is the smallest value"),
        ("services.housing.places", "add: -10",
         "5:8 changes[0].add: 0 - 10 is -10: 0 is the smallest value"),
        ("services.shelter.routes.street.share", "add: 45 %",
         "5:8 changes[0].add: 60 % + 45 % is 105 %: 100 % is the largest value"),
        ("services.shelter.routes.street.share", "scale: 200 %",
         "5:10 changes[0].scale: 60 % x 200 % is 120 %: 100 % is the largest value"),
        ("services.shelter.routes.street.share", "add: 5 %",
         "5:8 services.shelter.routes: the shares of the routes sum to 105 %, not to 100 %"),
        ("services.shelter.places", "scale: 112 %",
         "5:10 changes[0].scale: 20 x 112 % is 22.4, and only whole numbers are possible: write "
         "'to: 22' or 'to: 23' instead"),
        ("services.housing.places", "scale: 101 %",
         "5:10 changes[0].scale: 50 x 101 % is 50.5 from 2025-01-01 on, and only whole numbers are "
         "possible: write the whole calendar under 'to', with 50 or 51 there"),
        ("services.shelter.places", "scale: 50",
         "5:10 changes[0].scale: a factor above 5 is written in per cent: write '50 %', or "
         "'5000 %' for 50 times as much, not 50"),
        ("services.shelter.places", "add: 10 %",
         "5:8 changes[0].add: 'add' takes so much more; for 10 % more write 'scale: 110 %'"),
        ("services.shelter.places", "add: unlimited",
         "5:8 changes[0].add: for places without limit write 'to: unlimited'"),
        ("services.shelter.stay.mean", "add: 2",
         "5:8 changes[0].add: a duration needs a unit: write '2 days' or '2 months', not 2"),
        ("services.shelter.stay", "scale: 120 %",
         "5:10 changes[0].scale: a law has more than one number: set 'services.shelter.stay.mean' "
         "or 'services.shelter.stay.cv'"),
        ("services.shelter.patience", "add: 1 day",
         "5:8 changes[0].add: there is no number here to start from: write 'to' with the value"),
        ("services.night places.from", "add: 1 h",
         "5:8 changes[0].add: a time of day is not added to or multiplied: write 'to' with the new "
         "time"),
        ("services.maraudes.hours", "scale: 50 %",
         "5:10 changes[0].scale: hours are not added to or multiplied: write 'to' with the new "
         "hours"),
        ("services.shelter.priority", "add: 1",
         "5:8 changes[0].add: only numbers are added to or multiplied: write 'to' with the new "
         "value"),
        ("start.street", "add: 5",
         "5:8 changes[0].add: this is one number for each class: name the class: 'women' or 'men'"),
        ("services.housing.places", "add: {calendar: {2024-01-01: 0, 2025-01-01: 5}}",
         "5:8 changes[0].add: a ramp and another calendar cannot be joined: write both under 'to'"),
        ("services.shelter.places", "add: {weekly: {mon-fri: 3, otherwise: 0}}",
         "5:8 changes[0].add: hours of the week stand under 'to', with all values"),
        ("services.shelter.places", "add: {calendar: {2024-06-01: 10}}",
         "5:8 services.shelter.places.calendar.2024-06-01: the first date, 2024-06-01, is after "
         "the start of the period, 2024-01-01: say what holds before"),
        ("services.shelter.places", "add: {value: 20, status: assumed, range: [30, 40]}",
         "5:8 services.shelter.places.range: the value itself lies outside its range"),
        ("services.shelter.places", "add: {value: 20, status: sure}",
         "5:28 changes[0].add.status: 'sure' is not a status; allowed: observed, derived, assumed"),
        ("services.shelter.places", "subtract: 5",
         "5:13 changes[0].subtract: to take something away, write 'add' with a number below 0: "
         "add: -5"),
        ("services.shelter.places", "add: 5\n  to: 30",
         "4:3 changes[0]: 'to' and 'add' exclude one another: keep one of them"),
        ("services.shelter.places", "note: nothing",
         "4:3 changes[0]: write 'to' with the new value, 'add' with how much more, or 'scale' with "
         "how many times as much"),
    ],
)  # fmt: skip
def test_what_cannot_be_moved_is_refused_at_its_line(folder, path, how, message) -> None:
    assert refusal(f"- set: {path}\n  {how}\n  because: A test.") == [message]


def test_a_plus_sign_is_refused_in_a_complete_file_too(folder) -> None:
    Path("base.yaml").write_text(BASE.replace("value: 20", "value: +20"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"'\+20' could mean 20 more, or 20 in all: write 20;"):
        load("base.yaml")


@pytest.mark.parametrize(
    ("first", "other", "message"),
    [
        ("set: services.shelter.places, to: 30", "set: services.shelter.places, add: 5",
         "5:9 changes[1].set: another change of this file already changes "
         "'services.shelter.places'"),
        ("set: services.shelter.places, add: 5", "set: services.shelter.places.value, scale: 2",
         "5:9 changes[1].set: another change of this file already changes "
         "'services.shelter.places'"),
        ("set: services.shelter.routes, to: []", "remove: services.shelter.routes.left",
         "5:12 changes[1].remove: another change of this file already changes "
         "'services.shelter.routes'"),
        ("remove: services.shelter.routes.left",
         "set: services.shelter.routes.left.share, add: 1 %",
         "5:9 changes[1].set: another change of this file already removes "
         "'services.shelter.routes[1]'"),
        ("add: services.x, after: shelter, as: {}", "add: services.x, after: shelter, as: {}",
         "5:9 changes[1].add: another change of this file already adds 'services.x'"),
    ],
)  # fmt: skip
def test_a_value_is_changed_once(folder, first, other, message) -> None:
    changes = "".join(f"- {{{change}, because: A test.}}\n" for change in (first, other))
    assert refusal(changes) == [message]


# ------------------------------------------------------------------ what is added, removed

CENTRE = """
- add: services.centre
  after: shelter
  as:
    kind: places
    places: {value: 10, source: A plan, status: assumed, range: [5, 15]}
    stay: 6 months
    routes: [{to: housing, share: 100 %}]
  because: A new centre.
"""
SENT = "- {add: services.maraudes.referrals, as: {to: centre, share: 2 %}, because: Sent there.}\n"


def test_a_service_is_added_at_its_place_in_the_pathway(folder) -> None:
    scenario = what_if(CENTRE + SENT)
    assert list(scenario.services) == ["maraudes", "night places", "shelter", "centre", "housing"]
    assert scenario.services["centre"].places.annotation.source == "A plan"
    assert [referral.to for referral in scenario.services["maraudes"].referrals] == [
        "shelter",
        "centre",
    ]
    assert scenario.origin("services.centre.places") == ("what-if.yaml", 8, 13)
    assert scenario.origin("services.maraudes.referrals.centre.share") == ("what-if.yaml", 12, 62)
    assert scenario.origin("services.centre.staffed") is None
    assert load("base.yaml") == load(Path("base.yaml"))
    assert "centre" not in load("base.yaml").services


def test_what_is_added_is_told_value_by_value(folder) -> None:
    scenario = what_if(CENTRE + SENT)
    rows = [(c.path, c.before, c.after, c.because.en) for c in _sentences(scenario)]
    assert rows == [
        ("services.maraudes.referrals.centre", "none", "2 %", "Sent there."),
        ("services.centre", "none", "service of the kind places", "A new centre."),
        ("services.centre.places", "none", "10", "A new centre."),
        ("services.centre.stay", "none", "always 6 months", "A new centre."),
        ("services.centre.routes.housing", "none", "100 %", "A new centre."),
    ]


def _sentences(scenario: Scenario):
    return changes_between(load("base.yaml"), scenario)


def test_a_second_new_service_may_stand_beside_the_first(folder) -> None:
    flat = CENTRE.replace("services.centre", "services.flats")
    flat = flat.replace("after: shelter", "before: centre")
    both = (
        CENTRE + SENT + flat.replace("to: housing", "to: centre") + SENT.replace("centre", "flats")
    )
    scenario = what_if(both)
    names = ["maraudes", "night places", "shelter", "flats", "centre", "housing"]
    assert list(scenario.services) == names


def test_a_class_a_stream_a_trait_a_room_and_people_are_added(folder) -> None:
    scenario = what_if("""
- add: people.classes.children
  as: {share: 10 %, names: {fr: enfants, en: children}}
  before: men
  because: Counted apart.
- {set: people.classes.men.share, add: -10 %, because: Counted apart.}
- {add: start.street.children, as: 4, because: Counted apart.}
- {add: people.arrivals.returns, as: {rate: 20 per year, to: shelter}, because: They come back.}
- {add: people.traits.shyness, as: {family: gamma, mean: 1, cv: 1}, because: A test.}
- {add: rooms.house, as: {places: 12}, because: A test.}
- {add: start.services.shelter, as: {people: 7}, because: A test.}
- {add: services.shelter.priority, as: children, because: A test.}
""")
    assert list(scenario.people.classes) == ["women", "children", "men"]
    assert scenario.people.classes["men"].share.value == pytest.approx(0.5)
    assert scenario.start.street["children"].value == 4
    assert scenario.people.arrivals["returns"].to == "shelter"
    assert list(scenario.people.traits) == ["shyness"]
    assert scenario.rooms["house"].places.value == 12
    assert scenario.start.services["shelter"].people.value == 7
    assert scenario.services["shelter"].priority == (("women",), ("children",))


def test_items_of_a_list_keep_their_own_changes_and_places(folder) -> None:
    scenario = what_if("""
- {add: services.shelter.routes, before: left, as: {to: died, share: 5 %}, because: A.}
- {set: services.shelter.routes.left.share, to: 35 %, because: B.}
- {set: services.shelter.routes.2.delay, to: 1 day, because: C.}
""")
    routes = scenario.services["shelter"].routes
    assert [(r.to, r.share.value) for r in routes] == [
        ("street", 0.6), ("died", 0.05), ("left", 0.35), ("housing", 0.0)
    ]  # fmt: skip
    assert routes[3].delay.parameters["value"].value == 1
    assert scenario.origin("services.shelter.routes.street.share") == ("base.yaml", 26, 29)
    assert scenario.origin("services.shelter.routes.left.share") == ("what-if.yaml", 5, 49)
    assert scenario.origin("services.shelter.routes.housing.delay") == ("what-if.yaml", 6, 46)
    assert {(c.path, c.because.en) for c in _sentences(scenario)} == {
        ("services.shelter.routes.died", "A."),
        ("services.shelter.routes.left.share", "B."),
        ("services.shelter.routes.housing.delay", "C."),
    }


def test_what_is_removed_is_told_with_its_reason(folder) -> None:
    scenario = what_if("""
- {remove: services.housing, because: It is given up.}
- {remove: services.shelter.routes.housing, because: No way there.}
""")
    assert "housing" not in scenario.services
    assert [r.to for r in scenario.services["shelter"].routes] == ["street", "left"]
    assert [(c.path, c.before, c.after, c.because.en) for c in _sentences(scenario)] == [
        ("services.shelter.routes.housing", "0 %", "none", "No way there."),
        ("services.housing", "service of the kind places", "none", "It is given up."),
    ]
    assert [c.verb for c in scenario.history.changes] == ["gone", "gone"]


def test_what_a_base_added_can_be_changed_and_removed(folder) -> None:
    what_if(CENTRE + SENT)
    second = what_if(
        "- {set: services.centre.places, add: 5, because: More.}\n"
        "- {remove: services.maraudes.referrals.shelter, because: Full.}\n"
        "- {set: people.arrivals.newcomers.to, to: shelter, because: Full.}\n",
        "second.yaml",
        "what-if.yaml",
    )
    assert second.services["centre"].places.value == 15
    assert [referral.to for referral in second.services["maraudes"].referrals] == ["centre"]
    assert second.origin("services.maraudes.referrals.centre.share") == ("what-if.yaml", 12, 62)
    reasons = {c.path: c.because.en for c in changes_between(load("base.yaml"), second)}
    assert reasons["services.maraudes.referrals.centre"] == "Sent there."
    assert reasons["services.centre.places"] == "More."


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (CENTRE.replace("  after: shelter\n", "") + SENT,
         ["4:8 changes[0].add: where does it stand in the pathway? write 'after' or 'before' with "
          "the name of a service: maraudes, night places, shelter, housing"]),
        (CENTRE.replace("after: shelter", "after: shelters") + SENT,
         ["5:10 changes[0].after: there is no 'shelters' in 'services'; did you mean 'shelter'?"]),
        (CENTRE.replace("  because", "  before: housing\n  because") + SENT,
         ["11:11 changes[0].before: 'after' and 'before' exclude one another: keep one"]),
        (CENTRE.replace("stay: 6 months", "stay: 6").replace("kind: places", "kind: places\n"
                                                             "    romm: x") + SENT,
         ["8:5 services.centre.romm: 'romm' is not known here; did you mean 'room'?",
          "10:11 services.centre.stay: a duration needs a unit: write '6 days' or '6 months', "
          "not 6"]),
        (CENTRE.replace("kind: places", "kind: hotel") + SENT,
         ["7:11 services.centre.kind: there is no kind of service 'hotel'; allowed: outreach, "
          "drop-in, overnight, places"]),
        (CENTRE.replace("    stay: 6 months\n", "") + SENT,
         ["4:8 services.centre.stay: this is missing: Length of a stay as planned at admission "
          "(such as '9 months': law of a duration)"]),
        (CENTRE.replace("100 %", "90 %") + SENT.replace("to: centre", "to: centr"),
         ["10:5 services.centre.routes: the shares of the routes sum to 90 %, not to 100 %",
          "12:47 services.maraudes.referrals[1].to: 'centr' is not a service of kind places; did "
          "you mean 'centre'?"]),
        (CENTRE.replace("to: housing", "to: hosing") + SENT,
         ["10:19 services.centre.routes[0].to: 'hosing' is not a destination; did you mean "
          "'housing'?"]),
        (CENTRE,
         ["4:8 services.centre: nobody can come: no arrivals, referrals, routes or people at the "
          "start lead here"]),
        ("- {set: services.centre.places, to: 4, because: A.}",
         ["4:9 changes[0].set: no value 'services.centre.places' in base.yaml, where there are "
          "maraudes, night places, shelter, housing; something new begins with "
          "'add: services.centre'"]),
        ("- {set: services.sheltr.places, to: 4, because: A.}",
         ["4:9 changes[0].set: no value 'services.sheltr.places' in base.yaml; did you mean "
          "'services.shelter.places'? Something new begins with 'add: services.sheltr'"]),
        (CENTRE + SENT + "- {set: services.centre.places, to: 4, because: A.}",
         ["13:9 changes[2].set: 'services.centre' is added by another change of this file: write "
          "it there, under 'as'"]),
        ("- {add: services.shelter, after: maraudes, as: {kind: places}, because: A.}",
         ["4:9 changes[0].add: 'services.shelter' is there already: change it with 'set'"]),
        ("- {add: services.shelter.offers, as: {declined: 5 %}, because: A.}",
         ["4:9 changes[0].add: 'services.shelter.offers' is 'none' in base.yaml: change it with "
          "'set'"]),
        ("- {add: services.shelter.plaices, as: 3, because: A.}",
         ["4:9 changes[0].add: 'plaices' is not known in 'services.shelter'; did you mean "
          "'places'?"]),
        ("- {add: services, as: {kind: places}, because: A.}",
         ["4:9 changes[0].add: the name of the new item is missing: services.NAME"]),
        ("- {add: services.shelter.routes.died, as: {to: died, share: 5 %}, because: A.}",
         ["4:9 changes[0].add: an item joins a list by its path: write add: "
          "services.shelter.routes"]),
        ("- {add: 20, because: A.}",
         ["4:9 changes[0].add: 'add: 20' says how much, but not of what: write 'set' with the "
          "path of the value beside it"]),
        ("- {add: services.centre, after: shelter, to: {kind: places}, because: A.}",
         ["4:42 changes[0].to: what is added stands under 'as', as it would in a complete file"]),
        ("- {because: A.}",
         ["4:3 changes[0]: a change says 'set', 'add' or 'remove', with a path"]),
        ("- {remove: services.shelter.places, because: A.}",
         ["4:12 changes[0].remove: only an item of a list or a named line can be removed; to leave "
          "a value out, set it to 'none'"]),
        ("- {remove: services.housing, because: A.}",
         ["4:12 services.housing: 'services.shelter.routes[2].to' still names it: remove or change "
          "that as well"]),
        ("- {remove: services.shelter.routes.left, because: A.}",
         ["4:12 services.shelter.routes: the shares of the routes sum to 60 %, not to 100 %"]),
        ("- {remove: people.classes.women, because: A.}\n"
         "- {set: people.classes.men.share, to: 100 %, because: A.}",
         ["4:12 people.classes.women: 'services.shelter.priority[0]' still names it: remove or "
          "change that as well",
          "4:12 people.classes.women: 'start.street.women' still names it: remove or change that "
          "as well"]),
        ("- {add: people.classes.children, as: 10 %, because: A.}",
         ["4:9 people.classes: the shares of the classes sum to 110 %, not to 100 %"]),
        ("- {add: services.housing.places.calendar.2025-06-01, after: 2025-01-01, as: 3, because: "
         "A.}",
         ["4:61 changes[0].after: dates and hours stand in order by themselves: leave it out"]),
        ("- 5", ["4:3 changes[0]: a change says 'set', 'add' or 'remove', with a path"]),
        (CENTRE.replace("    kind: places\n", "    kind: places\n    start: 3\n") + SENT,
         ["8:5 services.centre.start: 'start' is not known here; did you mean 'stay'?"]),
    ],
)  # fmt: skip
def test_what_cannot_be_added_or_removed_is_refused_at_its_line(folder, changes, messages) -> None:
    assert refusal(changes) == messages


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("5", "3:10 changes: a list was expected here, not '5'"),
        ("", "3:1 changes: nothing is written here; write a value or remove the line"),
        ("{set: a}", "3:1 changes: a list was expected here, not lines 'key: value'"),
    ],
)
def test_changes_that_are_no_list_are_refused(folder, changes, message) -> None:
    file = folder / "what-if.yaml"
    file.write_text(f"based_on: base.yaml\ntitle: x\nchanges: {changes}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(file)
    (fault,) = error.value.faults
    assert f"{fault.line}:{fault.column} {fault.path}: {fault.message}" == message


def test_what_cannot_be_reached_any_more_is_told_where_the_way_was_removed(folder) -> None:
    assert refusal("- {remove: services.maraudes.referrals.shelter, because: Full.}") == [
        f"4:12 services.{name}: nobody can come: no arrivals, referrals, routes or people at the "
        "start lead here"
        for name in ("housing", "shelter")
    ]


def test_a_what_if_of_a_published_scenario_needs_sources_for_what_it_adds(folder) -> None:
    sourced = "source: a, status: observed"
    Path("base.yaml").write_text(f"""\
title: x
published: true
period: {{start: 2024-01-01, length: 2 years}}
people: {{classes: {{all people: {{share: {{value: 100 %, {sourced}}}}}}}}}
services:
  maraudes: {{kind: outreach, contacts_at_random: {{value: 2 per day, {sourced}}}}}
""", encoding="utf-8")  # fmt: skip

    def orders(rate: str) -> str:
        as_ = f"{{kind: outreach, contacts_at_random: {rate}}}"
        return f"- {{add: services.orders, after: maraudes, as: {as_}, because: A.}}"

    assert not what_if(orders("1 per day")).published
    assert what_if(orders(f"{{value: 1 per day, {sourced}}}")).published
    path = "services.maraudes.contacts_at_random"
    assert not moved(path, "add: 1 per day").published
    assert moved(
        path, f"add: {{value: 1 per day, {sourced}, range: [0 per day, 2 per day]}}"
    ).published
    assert not moved(path, "add: {value: 1 per day, source: a, status: assumed}").published


# --------------------------------------------------------------- the same random numbers

PATHWAY = """\
title: A pathway
period: {start: 2024-01-01, length: 200 days}
people:
  classes: {women: 40 %, men: 60 %}
  traits: {eagerness: {family: gamma, mean: 1, cv: 1}}
  arrivals: {newcomers: {rate: 200 per year}}
  leaving: {street: {left: 1 per year, died: 5 % per year}}
start: {street: 40, services: {shelter: {people: 8, waiting: 3}}}
services:
  maraudes:
    kind: outreach
    outings: 5 per week
    contacts: 3.5
    makes_visitors: [{of: rest space, share: 20 %}]
    referrals: [{to: shelter, share: 30 %, delay: {family: exponential, mean: 5 days}}]
  rest space:
    kind: drop-in
    places: 6
    visits: 2 per week
    trait: eagerness
    visitors: 50 %
    visit_length: {family: gamma, mean: 3 h, cv: 0.7}
  night places: {kind: overnight, places: 5, from: "20:00", until: "08:00", applies: 40 %}
  shelter:
    kind: places
    places: 10
    stay: {family: gamma, mean: 40 days, cv: 1}
    routes: [{to: housing, share: 60 %}, {to: street, share: 40 %}]
    offers: {unreachable: 20 %, declined: 10 %}
    patience: {family: exponential, mean: 60 days}
  housing:
    kind: places
    places: 6
    stay: {family: exponential, mean: 100 days}
    routes: [{to: left, share: 100 %}]
"""
UNUSED = {
    "outreach": "{kind: outreach, contacts_at_random: 3 per day}",
    "drop-in": "{kind: drop-in, places: 3, visits: 1 per day, visitors: 0 %, visit_length: 1 h}",
    "overnight": '{kind: overnight, places: 3, from: "21:00", until: "07:00", applies: 0 %}',
    "places": "{kind: places, places: 3, stay: {family: gamma, mean: 9 days, cv: 1}, "
    "routes: [{to: street, share: 100 %}]}",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", ["before: maraudes", "after: shelter", "after: housing"])
@pytest.mark.parametrize("kind", UNUSED)
def test_a_service_nobody_is_sent_to_changes_nothing_else(folder, kind, where, engine) -> None:
    Path("base.yaml").write_text(PATHWAY, encoding="utf-8")
    changes = f"- {{add: services.new one, {where}, as: {UNUSED[kind]}, because: A test.}}\n"
    path, item = {  # one nobody could come to is refused
        "places": ("referrals", "{to: new one, share: 0 %}"),
        "drop-in": ("makes_visitors", "{of: new one, share: 0 %}"),
    }.get(kind, ("", ""))
    if path:
        changes += f"- {{add: services.maraudes.{path}, as: {item}, because: A test.}}"
    before, after = (logged(engine, change) for change in (load("base.yaml"), what_if(changes)))
    assert len(before) > 1000
    assert [line for line in after if "new one" not in line] == before
    assert any("new one" in line for line in after)


def logged(engine: str, scenario: Scenario) -> list[str]:
    plan = plan_of(scenario)
    log = ENGINES[engine](plan, 7, 1, log=True).log
    assert log is not None
    return [sentence(row, plan.outline) for row in log]


def test_a_service_people_are_sent_to_does_change_something(folder) -> None:
    Path("base.yaml").write_text(PATHWAY, encoding="utf-8")
    changes = (
        f"- {{add: services.new one, after: shelter, as: {UNUSED['places']}, because: A test.}}\n"
        "- {add: services.maraudes.referrals, as: {to: new one, share: 5 %}, because: A test.}"
    )
    before, after = (
        logged("reference", change) for change in (load("base.yaml"), what_if(changes))
    )
    assert [line for line in after if "new one" not in line] != before


@pytest.mark.parametrize(
    ("how", "after"),
    [("scale: 600 %", "600 %"), ("add: 4.5", "550 %"), ("scale: 500 %", 5), ("scale: 150 %", 1.5)],
)
def test_a_factor_above_5_is_written_in_per_cent(folder, how: str, after: object) -> None:
    base = folder / "base.yaml"
    base.write_text(
        base.read_text(encoding="utf-8").replace("\nstart:", "\ncoordination: {delay: 1}\nstart:"),
        encoding="utf-8",
    )
    (folder / "more.yaml").write_text(
        HEAD + f"  - {{set: coordination.delay, {how}, because: x}}\n", encoding="utf-8"
    )
    assert resolved(load(folder / "more.yaml"))["coordination"]["delay"] == after
