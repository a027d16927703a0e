"""A scenario stays as it is: nothing of it can be set, added or removed in place."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.support.small_scenarios import chain

CHANGED = "with_changes gives another one"


@pytest.fixture
def small(tmp_path: Path) -> sim.Scenario:
    return sim.load(chain(tmp_path / "x.yaml"))


def refused(change: Callable[[Any], object], error: type[Exception], small: sim.Scenario) -> None:
    before = small.as_dict()
    with pytest.raises(error, match=CHANGED) as raised:
        change(small)
    assert "http" not in str(raised.value)
    assert small.as_dict() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.services.__setitem__("shelter", x.services["housing"]),
        lambda x: x.services.__delitem__("shelter"),
        lambda x: x.services.__ior__({}),
        lambda x: x.people.classes.clear(),
        lambda x: x.people.arrivals.pop("new"),
        lambda x: x.people.traits.update(slow=1),
        lambda x: x.rooms.setdefault("hall", None),
        lambda x: x.start.services.popitem(),
        lambda x: x.services["shelter"].stay.parameters.update(mean=3),
    ],
)
def test_mappings_refuse_changes(change: Callable[[Any], object], small: sim.Scenario) -> None:
    refused(change, TypeError, small)


def test_lists_of_values_refuse_changes(small: sim.Scenario) -> None:
    law = {"family": "empirical", "values": ["1 day", "2 days"]}
    changed = small.with_changes({"services.shelter.stay": law})
    for name, given in (("append", (1,)), ("clear", ()), ("__setitem__", (0, 1)), ("sort", ())):
        refused(
            lambda x, name=name, given=given: getattr(  # type: ignore[misc]
                x.services["shelter"].stay.parameters["values"], name
            )(*given),
            TypeError,
            changed,
        )


def test_attributes_refuse_changes(small: sim.Scenario) -> None:
    refused(lambda x: setattr(x, "title", "x"), AttributeError, small)
    refused(lambda x: setattr(x.services["shelter"], "places", 3), AttributeError, small)
    refused(lambda x: setattr(x, "new", 3), AttributeError, small)
    refused(lambda x: delattr(x.period, "start"), AttributeError, small)


def test_the_dictionary_of_a_scenario_is_a_copy(small: sim.Scenario) -> None:
    changed = small.with_changes({"services.shelter.places": {"calendar": {"2023-01-01": 5}}})
    data = changed.as_dict()
    data["services"]["shelter"]["places"]["calendar"]["2023-01-01"] = 7
    data["services"].clear()
    assert changed.as_dict()["services"]["shelter"]["places"]["calendar"]["2023-01-01"] == 5


def test_a_scenario_is_copied_pickled_and_dumped(small: sim.Scenario) -> None:
    for load in (copy.deepcopy(small), copy.copy(small), pickle.loads(pickle.dumps(small))):
        assert load == small
        refused(lambda x: x.services.clear(), TypeError, load)
    assert set(small.model_dump()["services"]) == set(small.services)
    assert sim.scenario(small.as_dict()) == small
    assert isinstance(small.services, dict)


def test_two_spaces_side_by_side_are_kept_in_a_scenario_written_in_full(
    small: sim.Scenario, tmp_path: Path
) -> None:
    title = "word " * 18 + " and a line is broken after two spaces"
    data = small.as_dict() | {"title": title}
    sim.scenario(data).save(tmp_path / "again.yaml")
    assert sim.load(tmp_path / "again.yaml").as_dict()["title"] == title
