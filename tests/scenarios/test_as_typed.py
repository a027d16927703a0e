"""What refusals repeat and advise is what people typed, in their words and units."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.scenarios.loading import load
from sim.sweeps.load import load_sweep
from tests.support.small_scenarios import CHAIN

NAMES = "    places: 6\n"
STAY = "{family: exponential, mean: 10 days}"
LENGTH, SEED = "length: 150 days", "seed: 1"


def message_of(path: Path, old: str, new: str) -> str:
    text = CHAIN.format(title="A chain", stay="10 days", seed=1, length="150 days")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as error:
        load(path)
    assert len(error.value.faults) == 1, str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (NAMES, NAMES + "    names: {fr: 'l'h\u00e9bergement', en: shelter}\n",
         'write it between quotation marks, "l\'h\u00e9bergement"'),
        (NAMES, NAMES + "    names: {fr: foyer, en: 'men's shelter'}\n",
         'write it between quotation marks, "men\'s shelter"'),
        (LENGTH, "length: 2 ans et demi", "write 2.5 years, not 2 ans et demi"),
        (STAY, "2 jours et quart", "write 2.25 days, not 2 jours et quart"),
        (STAY, "2 years and a half", "write 2.5 years, not 2 years and a half"),
        (STAY, "2 ans et plus", "'ans et plus' is not a unit of time"),
        ("0.4 per day", "2 fois par jour", "not '2 fois par jour'"),
        (STAY, "{famille: exponential, mean: 3 days}", "stay.famille: 'famille' is not known here; "
         "did you mean 'family'?"),
        (STAY, "{famille: gamma, moyenne: 3 days}", "did you mean 'family'?"),
        (STAY, "{mean: 3 days, cv: 1}", "'family' is missing: write one of fixed, exponential"),
        (STAY, "-1 h", "stay: -1 h is too small: 0 days"),
        (STAY, "-1 heure", "stay: -1 heure is too small: 0 days"),
        (STAY, "{family: exponential, mean: -3 h}", "stay.mean: -3 h is too small: 0 days"),
        (STAY, "{value: 1 h, range: [-2 h, 3 h]}", "stay.range: -2 h is too small"),
        ("0.4 per day", "-2 per week", "rate: -2 per week is too small: 0 per day"),
        ("0.4 per day", "{calendar: {2024-01-01: -2 % par an}}", ": -2 % par an is too small"),
        (LENGTH, "length: 3 h", "period.length: 3 h is too small: 1 day"),
        (SEED, "seed: " + "7" * 5000, "a whole number from 0 to 9223372036854775807 was expected"),
        (SEED, "seed: -" + "7" * 50, "a whole number from 0 to 9223372036854775807 was expected"),
        (NAMES, "    places: 0x" + "f" * 100 + "\n", "the digits 0 to 9 alone, not '0xfff"),
        (NAMES, "    places: 0xff\n", "write 255, not 0xff"),
    ],
)  # fmt: skip
def test_refusals_repeat_what_was_typed(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in message_of(tmp_path / "x.yaml", old, new)


def test_numbers_of_programs_may_be_of_any_size(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        CHAIN.format(title="x", stay="10 days", seed=1, length="150 days"), encoding="utf-8"
    )
    for value, message in ((10**400, "a whole number from 0 to"), (-(10**400), "a number below 0")):
        with pytest.raises(sim.ScenarioError, match=rf"run\.seed: {message}"):
            load(path).with_changes({"run.seed": value})


def test_a_sweep_is_told_where_its_settings_stand(tmp_path: Path) -> None:
    base = CHAIN.format(title="x", stay="10 days", seed=1, length="150 days")
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    sweep = tmp_path / "sweep.yaml"
    text = (
        "title: x\nbased_on: base.yaml\ndesign: grid\noutcomes: [street nights per year]\n"
        "levers: {n: {set: services.shelter.places, values: [1, 2]}}\n"
    )
    for line, message in (
        ("run: {replications: 3}\n", "in a sweep 'replications', 'seed', 'until' and 'most' stand"),
        ("rooms: {}\n", "a sweep says under 'levers' what is varied"),
    ):
        sweep.write_text(text + line, encoding="utf-8")
        with pytest.raises(sim.ScenarioError, match=message):
            load_sweep(sweep)
    what_if = tmp_path / "what-if.yaml"
    what_if.write_text("title: x\nbased_on: base.yaml\nrun: {seed: 3}\n", encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match="a what-if file says under 'changes'"):
        load(what_if)
