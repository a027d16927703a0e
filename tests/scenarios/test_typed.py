"""What people type: read as they mean it, or refused with what to type; typed, that is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.core.limits import UNLIMITED
from sim.scenarios.loading import load
from sim.scenarios.schema import Scenario

BASE = """title: A shelter
period: {start: 2024-01-01, length: 10 days}
people:
  classes: {everyone: 100 %}
  arrivals: {new: {rate: 3 per day, to: flats}}
services:
  flats:
    kind: places
    names: {fr: appartements PHASE, en: PHASE apartments}
    places: 10
    stay: 2 days
    routes: [{to: left, share: 100 %}]
    cost: {per_year: 1000 EUR}
"""


def scenario(folder: Path, text: str, encoding: str = "utf-8") -> Scenario:
    """Return the scenario of a text, as loaded from a file."""
    file = folder / "typed.yaml"
    file.write_bytes(text.encode(encoding))
    return load(file)


def with_line(line: str) -> str:
    """Return the scenario with a line of it, or of one of its sections, written differently."""
    key, _, value = line.partition(":")
    sections = {
        "length": "period: {start: 2024-01-01, length: 10 days}",
        "start": "period: {start: 2024-01-01, length: 10 days}",
        "warm_up": "length: 10 days",
        "rate": "rate: 3 per day",
        "to": "to: flats",
        "per_year": "per_year: 1000 EUR",
    }
    new = {
        "length": f"period: {{start: 2024-01-01, length:{value}}}",
        "start": f"period: {{start:{value}, length: 10 days}}",
        "warm_up": f"length: 10 days, warm_up:{value}",
    }
    if key in sections:
        return BASE.replace(sections[key], new.get(key, line), 1)
    if key in ("success", "delay"):
        return BASE + f"coordination: {{{line}}}\n"
    if key in ("replications", "seed", "until"):
        return BASE + f"run: {{{line}}}\n"
    if key in ("places", "stay"):
        old = {"places": "    places: 10\n", "stay": "    stay: 2 days\n"}[key]
        return BASE.replace(old, f"    {line}\n", 1)
    if key in ("title", "published"):
        return BASE.replace("title: A shelter", line if key == "title" else f"title: A\n{line}")
    return BASE + f"    {line}\n"


def refusal(folder: Path, text: str, encoding: str = "utf-8") -> list[str]:
    """Return what is told of a text, a fault a line, with the place; fails if it is accepted."""
    with pytest.raises(ScenarioError) as refused:
        scenario(folder, text, encoding)
    return [
        f"{fault.line}:{fault.column} {fault.path}: {fault.message}"
        for fault in refused.value.faults
    ]


MENDED = [
    # a dot or a comma before three digits could mean thousands or decimals
    ("places: 1.000", "places: 1000"),
    ("places: 1.000", "places: 1 "),
    ("places: '1.000'", "places: 1000"),
    ("places: 12.500", "places: 12500"),
    ("places: 12.500", "places: 12.5"),
    ("places: {value: 1.000, status: observed}", "places: 1000"),
    ("places: {calendar: {2024-01-01: 1.000}}", "places: 1000"),
    ("places: {weekly: {mon: 1.000, otherwise: 0}}", "places: 1000"),
    ("places: {value: 1500, range: [1.000, 2000]}", "places: 1000"),
    ("places: 1,000", "places: 1000"),
    ("places: {value: 1,000, source: x}", "places: 1000"),
    ("per_year: 20.000 EUR", "per_year: 20000 EUR"),
    ("per_year: 20.000 EUR", "per_year: 20 EUR"),
    ("per_year: 1.500 EUR", "per_year: 1.5 EUR"),
    ("per_year: 1.500 €", "per_year: 1500 €"),
    ("rate: 2.000 per year", "rate: 2000 per year"),
    ("rate: 2.000 per year", "rate: 2 per year"),
    ("stay: 2.125 days", "stay: 2.1250 days"),
    ("stay: 2.125 days", "stay: 2125 days"),
    ("stay: {family: empirical, values: [1.000 days]}", "stay: 1000 days"),
    # groups of digits, other bases
    ("places: 1_000", "places: 1000"),
    ("places: 1'000", "places: 1000"),
    ("places: 1\u2019000", "places: 1000"),
    ("places: 1.000.000", "places: 1000000"),
    ("places: 1,000,000", "places: 1000000"),
    ("places: 1.234,56", "places: 1234.56"),
    ("places: 1,234.56", "places: 1234.56"),
    ("places: 10 00", "places: 1000"),
    ("places: 0o10", "places: 8"),
    ("places: 0x1F", "places: 31"),
    ("places: 0b11", "places: 3"),
    ("places: 1k", "places: 1000"),
    ("places: '.5'", "places: 0.5"),
    ("per_year: 1.5 M€", "per_year: 1500000 EUR"),
    ("per_year: 20 k€", "per_year: 20000 EUR"),
    ("per_year: 20 000 euros", "per_year: 20000 EUR"),
    # decimal commas, also where a comma ends a value
    ("places: 30,5", "places: 30.5"),
    ("places: {value: 30,5, status: observed}", "places: 30.5"),
    ("places: {value: 12,5 , status: observed}", "places: 12.5"),
    ("stay: 2,5 jours", "stay: 2.5 jours"),
    ("stay: {value: 30,5 days, status: observed}", "stay: 30.5 days"),
    ("stay: {family: gamma, mean: 30,5 days, cv: 1}", "stay: 30.5 days"),
    ("stay: {family: gamma, mean: 30 days, cv: 0,5}", "stay: {family: gamma, mean: 9 h, cv: 0.5}"),
    ("until: [street nights within 2,5 %]", "until: [street nights within 2.5 %]"),
    ("until: ['street nights within 2,5 %']", "until: [street nights within 2.5 %]"),
    # a plain number where a factor is meant
    ("success: 70", "success: 70 %"),
    ("success: 700", "success: 70000 %"),
    ("delay: 12", "delay: 1200 %"),
    ("delay: 12", "delay: 12 %"),
    ("success: {value: 70, status: observed}", "success: 70 %"),
    ("success: {calendar: {2024-01-01: 70}}", "success: 70 %"),
    ("success: {value: 2, range: [1, 70]}", "success: 70 %"),
    ("stay: {family: gamma, mean: 2 days, cv: 70}", "stay: {family: gamma, mean: 9 h, cv: 70 %}"),
    # other units and forms
    ("stay: 1 h 30 min", "stay: 90 min"),
    ("rate: 3 / day", "rate: 3 per day"),
    ("rate: 3/jour", "rate: 3 per day"),
    ("start: 2024-1-2", "start: 2024-01-02"),
    ("start: 2024/1/2", "start: 2024-01-02"),
    ("admission_hours: mon-fri 9-17", "admission_hours: mon-fri 09:00-17:00"),
    ("admission_hours: lundi-vendredi 9h-17h30", "admission_hours: mon-fri 09:00-17:30"),
    (
        "admission_hours: du lundi au vendredi de 9 h à 17 h",
        "admission_hours: mon-fri 09:00-17:00",
    ),
    ("published: no", "published: false "),
    ("length: 36 h", "length: 1 day"),
    ("length: 36 h", "length: 2 days"),
    ("length: 25 h", "length: 1 day"),
    ("warm_up: 12 h", "warm_up: 0 days"),
    ("warm_up: 12 h", "warm_up: 1 day"),
    ("replications: 1.000", "replications: 1000"),
    ("replications: 1'000", "replications: 1000"),
    # names of reports
    ("to: appartements PHASE", "to: flats"),
    ("to: phase apartments", "to: flats"),
    # marks of printed texts, spaces and quotation marks
    ("places: \u201c34\u201d", 'places: "34"'),
    ("places: \u00ab\u00a034\u00a0\u00bb", 'places: "34"'),
    ("places:34", "places: 34"),
    ("places:\u00a034", "places: 34"),
    ("places:\u202f34", "places: 34"),
    ("places: {value:34}", "value: 34"),
    ("places: {value:34, status: observed}", "value: 34"),
    ("title: 'L'hébergement'", 'title: "L\'hébergement"'),
    ("title: 'L'hébergement d'urgence'", "title: \"L'hébergement d'urgence\""),
    ("title: #3 of May", 'title: "#3 of May"'),
    ("stay: 2 days\n      places:34", "places: 34"),
]


@pytest.mark.parametrize(("wrong", "right"), MENDED)
def test_what_the_message_says_to_type_is_accepted(wrong: str, right: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, with_line(wrong))
    assert len(message) == 1
    says = right.partition(": ")[2].rstrip() if right.partition(":")[0] != "value" else right
    says = says.removeprefix("{family: gamma, mean: 9 h, cv: ").rstrip("}")
    says = says.removeprefix("[street nights within ").rstrip("]")
    assert says in message[0].partition(": ")[2]
    scenario(tmp_path, with_line(f"places: {{{right}}}" if right.startswith("value") else right))


TAKEN = {
    "places: 0.125": 0.125,
    "places: 1000": 1000,
    "places: 2.1250": 2.125,
    "places: 1 000": 1000,
    "places: 1\u00a0000": 1000,
    "places: 1\u2007000": 1000,
    "places: \u00a034": 34,
    "places: 1e3": 1000,
    "places: illimité": UNLIMITED,
    "places: Illimitée": UNLIMITED,
    "stay: 9 mois": 9 * 365 / 12,
    "stay: 1 an": 365,
    "stay: 2 années": 730,
    "stay: 2 annees": 730,
    "stay: 36 heures": 1.5,
    "stay: 3 semaines": 21,
    "stay: 1 jour": 1,
    "stay: 30 secondes": 30 / 86400,
    "rate: 21 par semaine": 3,
    "rate: 365 par an": 1,
    "rate: 36.5 % par an": 0.001,
}


@pytest.mark.parametrize(("line", "meant"), TAKEN.items())
def test_what_is_typed_is_read_as_it_is_meant(line: str, meant: float, tmp_path: Path) -> None:
    result = scenario(tmp_path, with_line(line))
    flats = result.services["flats"]
    value = {
        "places": lambda: flats.places.value,
        "stay": lambda: flats.stay.parameters["value"].value,
        "rate": lambda: result.people.arrivals["new"].rate.value,
    }[line.partition(":")[0]]()
    assert value == pytest.approx(meant, rel=1e-12)


FRENCH = {
    "stay: 9 mois": ("stay", "9 months"),
    "stay: {value: 9 mois, range: [1 mois, 1 an]}": ("stay", "9 months"),
    "stay: {calendar: {2024-01-01: 2 jours}}": ("stay", {"calendar": {"2024-01-01": "2 days"}}),
    "admission_hours: lun.-ven. 09:00-17:00": ("admission_hours", "mon-fri 09:00-17:00"),
    "admission_hours: du lundi au vendredi 09:00-17:00": (
        "admission_hours",
        "mon-fri 09:00-17:00",
    ),
    "admission_hours: tous les jours 20:00-08:00": ("admission_hours", "every day 20:00-08:00"),
    "admission_hours: toujours": ("admission_hours", "always"),
    "admission_hours: [Lundi, Mer 09:00-12:00]": ("admission_hours", ["mon", "wed 09:00-12:00"]),
    "places: {weekly: {lun-ven: 6, sam-dim: 3}}": (
        "places",
        {"weekly": {"mon-fri": 6, "sat-sun": 3}},
    ),
    "places: {weekly: {lun-ven: 6, sinon: 3}}": (
        "places",
        {"weekly": {"mon-fri": 6, "otherwise": 3}},
    ),
}


@pytest.mark.parametrize(("line", "expected"), FRENCH.items())
def test_french_words_are_kept_in_english(
    line: str, expected: tuple[str, object], tmp_path: Path
) -> None:
    value = getattr(scenario(tmp_path, with_line(line)).services["flats"], expected[0])
    if expected[0] == "stay":
        value = value.parameters["value"]
    assert value.written == expected[1]
    if value.annotation.written_range is not None:
        assert value.annotation.written_range == ("1 month", "1 year")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("supposé", "assumed"), ("supposée", "assumed"), ("supposés", "assumed"),
        ("SUPPOSE", "assumed"), ("observé", "observed"), ("observées", "observed"),
        ("dérivé", "derived"), ("de\u0301rive\u0301", "derived"), ("assumed", "assumed"),
    ],
)  # fmt: skip
def test_statuses_in_french(word: str, status: str, tmp_path: Path) -> None:
    result = scenario(tmp_path, with_line(f"places: {{value: 3, status: {word}, range: [1, 4]}}"))
    assert result.services["flats"].places.annotation.status == status


MESSAGES = {
    # below 0: fields that hold one duration, however it is written
    "stay: -2 days": "11:11 services.flats.stay: -2 days is too small: 0 days is the smallest",
    "stay: {value: -2 days}": "services.flats.stay: -2 days is too small",
    "stay: {calendar: {2024-01-01: 2 days, 2024-01-03: -2 days}}": "-2 days is too small",
    "stay: {calendar: {2024-01-01: 2 days, 2024-01-03: -2 days}, between: ramp}": "-2 days is too",
    "stay: {weekly: {mon: -2 days, otherwise: 1 day}}": "-2 days is too small",
    "stay: {value: 2 days, range: [-1 days, 3 days]}": "flats.stay.range: -1 days is too small",
    "stay: {family: gamma, mean: 2 days, cv: 1, range: [-1 days, 3 days]}": "-1 days is too small",
    "stay: {family: uniform, low: -1 days, high: 3 days}": "stay.low: -1 days is too small",
    "stay: {family: empirical, values: [1 day, -1 days]}": "stay.values[1]: -1 days is too small",
    "places: {value: 3, range: [-1, 4]}": "flats.places.range[0]: -1 is too small: 0 is",
    "turnaround: -1 h": "services.flats.turnaround: -1 h is too small",
    "patience: -1 days": "services.flats.patience: -1 days is too small",
    "blocked: {at_most: -1 days}": "services.flats.blocked.at_most: -1 days is too small",
    "offers: {again_after: -1 days}": "services.flats.offers.again_after: -1 days is too small",
    "assessment: {delay: -1 days}": "services.flats.assessment.delay: -1 days is too small",
    "drop_out: {share: 5 %, after: -1 days}": "flats.drop_out.after: -1 days is too small",
    "request: -1 days": "services.flats.request: -1 days is too small",
    # hours of the week have neither values nor a range
    "admission_hours: {value: mon, range: [1, 2]}": "hours of the week have no range",
    "admission_hours: {weekly: {mon: 1, otherwise: 0}}": "without 'weekly' and values",
    "admission_hours: {calendar: {2024-01-01: {weekly: {mon: 1}}}}": "without 'weekly' and values",
    # a week
    "places: {weekly: {mon-fri: 6}}": "no value is given from sat 00:00 to sun 24:00",
    "places: {weekly: {mon-fri: 6, sun: 1}}": "no value is given from sat 00:00 to sat 24:00",
    "places: {weekly: {every day 08:00-20:00: 6}}": "no value is given from mon 00:00 to mon 08:00",
    "places: {weekly: {mon-fri: 6, fri: 1, otherwise: 0}}": "'mon-fri' and 'fri' overlap from",
    "places: {weekly: {mon-fri: 6, lun-ven: 1, otherwise: 0}}": "'lun-ven' and 'mon-fri' overlap",
    # limits
    "places: 2500000000": "999999999 is the largest number of places; where there is no limit",
    "places: 1e999": "999999999 is the largest number of places",
    f"places: {'9' * 5000}": "9... is too large: 999999999 is the largest number of places",
    "waiting_room: 1e300": "1e+300 is too large: 999999999 is the largest value",
    "stay: 1e308 years": "1e308 years is too long: 1000000000 days is the longest time",
    "stay: 1e-20 days": "1e-20 days is too short: 1 second is the shortest time above 0",
    "rate: 1e308 per second": "1e308 per second is too much: 1000000000 per day is the highest",
    "per_year: 1e300 EUR": "1e300 EUR is too much: 1000000000000 EUR is the largest amount",
    "length: 1e300 years": "1e300 years is too long",
    "length: 300 years": "200 years is the longest time that can be simulated",
    "start: 9999-12-30": "period.length: the period ends after the year 9999",
    "seed: -1": "a whole number from 0 to 9223372036854775807 was expected, not -1",
    "replications: 1,5": "a whole number was expected, not '1,5'",
    "places: +inf": "a number of places was expected, for instance '75', not '+inf'",
    "places: {calendar: {2024-01-01: 0, 2024-01-03: unlimited}, between: ramp}": "not to 'unl",
    "places: {value: 3, range: [2, unlimited]}": "a range ends with a number, not with 'unlimited'",
    "stay: " + "[" * 3000: "11:48 : more than 40 lists or mappings stand inside one another here",
    # lists that a comma splits
    "places: {value: 3, range: [1,5, 4,5]}": "write [1.5, 4.5] for decimals, or put a space",
    "places: {value: 3, range: [1,5,4,5]}": "decimals take a point: write [1.5, 4.5], not [1, 5, 4",
    "places: {value: 3, range: [1, 2, 3]}": "lowest and highest: [50, 100], not 3 (1, 2, 3)",
    "places: {value: 3, range: [4, 2]}": "write [2, 4], not [4, 2]",
    "stay: {family: empirical, values: [0,5 days, 1,5 days]}": "write [0.5 days, 1.5 days] for",
    "stay: {family: empirical, values: [1,5 days]}": "write [1.5 days] for decimals",
    "stay: {family: empirical, values: [1,500 days, 2 days]}": "write [1.5 days, 2 days] for dec",
    # marks of printed texts
    "title: \u201cParis: été\u201d": "type the quotation marks of the keyboard",
    "title: \"a \"b\" c\"": "put the whole in quotation marks of the other kind",
    "title: 'abc": "1:8 : the file cannot be read: a quotation mark that begins here is not closed",
    "title: [a": "1:8 : the file cannot be read: a bracket or brace that begins here is not closed",
    'title: "\\0"': "the character U+0000 cannot stand in a text; remove it",
    'title: "\\ud800"': "the character U+D800 cannot stand in a text; remove it",
    "places: !!int 3": "a word that begins with '!' has a meaning here",
    "cost:{per_year: 1 EUR}": "a plain space is missing after the colon",
}  # fmt: skip


@pytest.mark.parametrize(("line", "message"), MESSAGES.items(), ids=lambda text: text[:60])
def test_what_is_told(line: str, message: str, tmp_path: Path) -> None:
    refused_with = refusal(tmp_path, with_line(line))
    assert len(refused_with) == 1
    assert message in refused_with[0]


def test_numbers_that_mean_one_thing_are_told_again_as_they_can_be_typed(tmp_path: Path) -> None:
    from sim.scenarios.resolved import resolved_yaml

    raw = {
        "title": "x",
        "period": {"start": "2024-01-01", "length": "10 days"},
        "people": {"classes": {"all people": "100 %"}},
        "start": {"street": 3},
        "services": {
            "a": {"kind": "outreach", "outings": "1 per day", "contacts": 2.125},
        },
    }
    made = Scenario.model_validate(raw)
    again = scenario(tmp_path, resolved_yaml(made))
    assert again == made
    assert "2.1250" in resolved_yaml(made)


# ------------------------------------------------------------------- whole files


def test_a_service_may_be_written_as_another_with_other_places(tmp_path: Path) -> None:
    text = """title: Two shelters
period: {start: 2024-01-01, length: 10 days}
people:
  classes: {everyone: 100 %}
  arrivals: {new: {rate: 3 per day, to: north}}
services:
  north: &shelter
    kind: places
    places: 10
    stay: &stay {family: gamma, mean: 2 days, cv: 1}
    routes: [{to: south, share: 100 %}]
  south:
    <<: *shelter
    places: 4
    stay: {<<: [*stay], mean: 3 days}
    routes: [{to: left, share: 100 %}]
"""
    result = scenario(tmp_path, text)
    north, south = result.services["north"], result.services["south"]
    assert (south.places.value, south.routes[0].to) == (4, "left")
    assert south.stay.parameters["mean"].value == 3
    assert south.stay.parameters["cv"] == north.stay.parameters["cv"]
    assert result.origin("services.south.stay.cv")[1] == 10
    assert result.origin("services.south.places")[1] == 14


@pytest.mark.parametrize("value", ["3", "[3]", "{a: *missing}"])
def test_a_merge_key_takes_lines_with_a_name(value: str, tmp_path: Path) -> None:
    message = refusal(
        tmp_path, BASE.replace("    kind: places\n", f"    kind: places\n    <<: {value}\n")
    )
    assert (
        "'<<' takes the lines that have a name" in message[0] or "'*' repeats a value" in message[0]
    )


def test_two_forms_of_an_accent_are_one_name(tmp_path: Path) -> None:
    composed, decomposed = "h\u00e9b", "he\u0301b"
    text = BASE.replace("to: flats", f"to: {composed}").replace("  flats:", f"  {decomposed}:")
    assert list(scenario(tmp_path, text).services) == [composed]
    twice = BASE.replace("rooms", "").replace(
        "  flats:\n",
        f"  {composed}: {{kind: outreach}}\n  {decomposed}: {{kind: outreach}}\n  flats:\n",
    )
    assert "is written twice" in refusal(tmp_path, twice)[0]


def test_a_base_is_found_whatever_the_form_of_its_accents(tmp_path: Path) -> None:
    (tmp_path / "de\u0301part.yaml").write_text(BASE, encoding="utf-8")
    text = "based_on: d\u00e9part.yaml\ntitle: x\nchanges: []\n"
    assert scenario(tmp_path, text).title.en == "x"


def test_names_look_the_same_whatever_their_spaces(tmp_path: Path) -> None:
    text = BASE.replace("to: flats", "to: PHASE\u00a0flats").replace("  flats:", "  PHASE flats:")
    assert list(scenario(tmp_path, text).services) == ["PHASE flats"]
    text = BASE.replace("to: flats", "to: fl\u200bats").replace("  flats:", "  flats\ufeff:")
    assert list(scenario(tmp_path, text).services) == ["flats"]


@pytest.mark.parametrize("name", ["=a", "+a", "-a", "@a", "\uff1da", "'\ta'", '"\\ra"'])
@pytest.mark.parametrize("where", ["services", "classes", "arrivals", "rooms", "traits"])
def test_no_name_begins_a_formula(name: str, where: str, tmp_path: Path) -> None:
    key = name if name[0] in "'\"" else f'"{name}"'
    text = {
        "services": BASE.replace("  flats:", f"  {key}:").replace("to: flats", f"to: {key}"),
        "classes": BASE.replace("everyone:", f"{key}:"),
        "arrivals": BASE.replace("new:", f"{key}:"),
        "rooms": BASE + f"rooms: {{{key}: {{places: 3}}}}\n",
        "traits": BASE.replace("  classes:", f"  traits: {{{key}: 1}}\n  classes:"),
    }[where]
    if name[0] in "'\"":  # a tab or a line's end at the beginning is no part of the name
        scenario(tmp_path, text)
    else:
        assert "begins a formula in a table" in refusal(tmp_path, text)[0]


def test_a_name_has_an_end(tmp_path: Path) -> None:
    long = "s" * 101
    message = refusal(
        tmp_path, BASE.replace("  flats:", f"  {long}:").replace("to: flats", f"to: {long}")
    )
    assert "a name has at most 100 characters; this one has 101" in message[0]
    assert len(message[0]) < 300


def test_values_repeated_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["title: x", "a0: &a0 [1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    message = refusal(tmp_path, "\n".join(lines))
    assert "the file holds more than 100000 values" in message[0]


def test_a_name_of_a_value_is_given_once(tmp_path: Path) -> None:
    text = BASE.replace("places: 10", "places: &a 10").replace("stay: 2", "stay: &a 2")
    assert "'&a' is written twice" in refusal(tmp_path, text)[0]


ENCODED = {
    "utf-8-sig": "",
    "latin-1": "1:9 : the file is not written in UTF-8 (here probably 'héb', in Windows-1252",
    "cp1252": "1:9 : the file is not written in UTF-8 (here probably 'héb', in Windows-1252",
    "utf-16": "1:1 : the file is written in UTF-16; save it again as UTF-8",
    "utf-16-le": "1:1 : the file is written in UTF-16; save it again as UTF-8",
    "utf-32": "1:1 : the file is written in UTF-16; save it again as UTF-8",
}


@pytest.mark.parametrize(("encoding", "message"), ENCODED.items())
def test_how_a_file_was_saved(encoding: str, message: str, tmp_path: Path) -> None:
    text = BASE.replace("A shelter", "héb")
    if message:
        assert message in refusal(tmp_path, text, encoding)[0]
    else:
        assert scenario(tmp_path, text, encoding).title.en == "héb"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "a document of Word, Excel or LibreOffice"),
        (b"{\\rtf1", "a formatted text (RTF)"),
        (b"title: a\0b", "1:9 : the character U+0000 cannot stand in a file of text"),
        (b"title: a\n# \x1b[2J", "2:3 : the character U+001B cannot stand in a file of text"),
        (b"x" * 1_000_001, "1 MB is the largest file that is read"),
        (b"", "the file is empty"),
    ],
)
def test_what_is_no_text(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "typed.yaml"
    file.write_bytes(content)
    with pytest.raises(ScenarioError) as refused:
        load(file)
    (fault,) = refused.value.faults
    assert message in f"{fault.line}:{fault.column} {fault.path}: {fault.message}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="this is a folder"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["a\\0b", "a" * 5000, "", "."])
def test_a_base_that_cannot_be_a_file(name: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, f'based_on: "{name}"\ntitle: x\n')
    assert message[0].startswith("1:")
    assert len(message[0]) < 300


WHAT_IF = """based_on: base.yaml
title: x
changes:
  - set: {path}
    to: 12
    because: y
"""


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("services.appartements PHASE.places", "names are those of files, write 'services.flats"),
        ("services.PHASE apartments.stay", "names are those of files, write 'services.flats.stay'"),
        ("services.flats.routes.\u00b2.share", "no value 'services.flats.routes.\u00b2.share'"),
        ("services.flats.routes[99999999999999999999].share", "no value"),
        ("x" * 100000, "no value"),
    ],
)
def test_a_path_of_a_what_if(path: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    refused_with = refusal(tmp_path, WHAT_IF.replace("{path}", path))
    assert "changes[0].set: " in refused_with[0]
    assert message in refused_with[0]
    assert len(refused_with[0]) < 400


def test_a_dash_of_a_word_processor_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    text = WHAT_IF.replace("{path}", "services.flats.places").replace("  - set", "  \u2013 set")
    message = refusal(tmp_path, text)
    assert message[0].startswith("4:3 ")
    assert "'\u2013' is not the hyphen of the keyboard" in message[0]
    assert "write '- set: " in message[0]


@pytest.mark.parametrize(
    "spaces", ["\u00a0\u00a0\u00a0\u00a0", "  \u00a0 ", "\u3000", "\u2003\u2003"]
)
def test_an_indentation_of_other_spaces_is_told(spaces: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, BASE.replace("    places: 10", f"{spaces}places: 10"))
    assert message[0].startswith("10:")
    assert "no-break space" in message[0]


def test_a_remark_in_place_of_a_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    text = WHAT_IF.replace("{path}", "services.flats.places").replace("y\n", "#3 of the plan\n")
    messages = refusal(tmp_path, text)
    assert 'write because: "#3 of the plan" if this is the text' in messages[0]


@pytest.mark.parametrize("typed", ["1.000,5 per year", "1'000,5 per year", "1 000,5 per year"])
def test_thousands_before_a_decimal_comma_have_one_remedy(typed: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        scenario(tmp_path, BASE.replace("3 per day", typed))
    (fault,) = error.value.faults
    assert f"write 1000.5 per year, not {typed}" in fault.message
    assert scenario(tmp_path, BASE.replace("3 per day", "1000.5 per year")).people.arrivals
