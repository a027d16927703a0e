"""The whole scenario file: what it may hold, each field declared once."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, PrivateAttr, model_validator

from sim.scenario.fields import (
    Classes,
    DrawnNumber,
    Factor,
    Fixed,
    Flag,
    MaybeWording,
    PlacesCount,
    Rate,
    Section,
    Title,
    declared,
)
from sim.scenario.kinds import AnyService, Leaving
from sim.scenario.markers import ByClass, Drawn, Number, PerClass
from sim.scenario.paths import History, Place, locate
from sim.scenario.resolving import resolved
from sim.scenario.units import parted
from sim.scenario.values import Law, Quantity
from sim.scenario.word_markers import Day, Named, OneOf, Precisions, Whole
from sim.vocabulary.errors import Path, quoted
from sim.vocabulary.limits import MOST_REPLICATIONS
from sim.vocabulary.quantities import days_of_months

People = Annotated[PerClass, ByClass(number=Number(dimension="count", whole=True, constant=True))]
WholeCount = Annotated[Quantity, Number(dimension="count", whole=True, constant=True)]


MONTHS = {"month": 1, "year": 12}
"""Units of the length of a period that follow the calendar, in months."""


class Period(Section):
    """The simulated time.

    A ``length`` of whole years or months ends at the same date of a later year or month, the last
    of the month where there is no such date: one year from 1 January 2024 has 366 days. Every other
    duration has 365 days in a year, so has the warm-up.
    """

    start: Annotated[datetime.date, Day()] = declared("First day.")
    length: Annotated[Quantity, Number(dimension="duration", low=1.0, constant=True)] = declared(
        "Simulated time, warm-up included; whole years and months end at the same date."
    )
    warm_up: Fixed = declared("First part, left out of the results.", "0 days")

    @model_validator(mode="after")
    def _to_the_same_date(self) -> Period:
        if not isinstance(self.length.written, str):
            return self
        number, unit = parted(self.length.written)
        months = number * MONTHS.get(unit.removesuffix("s"), math.nan)
        days = days_of_months(self.start, months) if months % 1 == 0 else None
        if days:
            # before anybody sees the section, which is immutable from then on
            self.__dict__["length"] = replace(self.length, steps=((None, float(days)),))
        return self


class Run(Section):
    """How often and with which luck the scenario is simulated."""

    replications: Annotated[int, Whole(low=1, high=MOST_REPLICATIONS)] = declared(
        "Simulated histories.", 20
    )
    seed: Annotated[int, Whole()] = declared("Where the luck comes from.", 1)
    until: Annotated[tuple[str, ...], Precisions()] = declared(
        "Precision at which replications stop, once it holds for 5 more.", ()
    )


class ClassOfPeople(Section):
    """A kind of person."""

    share: Annotated[Quantity, Number(dimension="share", high=1.0, constant=True)] = declared(
        "Share of all people; the shares of all classes sum to 100 %."
    )
    names: MaybeWording = declared("The name in reports.", "none")

    @model_validator(mode="before")
    @classmethod
    def _share_alone(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and any(key in ("share", "names") for key in raw):
            return raw
        return raw if isinstance(raw, ClassOfPeople) else {"share": raw}


class Arrivals(Section):
    """A stream of people who enter the model."""

    rate: Rate = declared("People per time, all classes of the stream together.")
    classes: Classes = declared("Classes, in the proportion of their shares.", "all")
    to: Annotated[str, Named(of="`street` or a service of kind places")] = declared(
        "Where they come: the street, or straight onto a waiting list.", "street"
    )


class LeavingAnywhere(Section):
    """Risks of leaving the model."""

    street: Leaving = declared("Risks of people in the street.", {})
    hosted: Leaving = declared("Risks of people who have a place.", {})


class PeopleSection(Section):
    """Who the people are, how they come and how they leave."""

    classes: dict[str, ClassOfPeople] = declared("Kinds of person.")
    traits: dict[str, DrawnNumber] = declared("Numbers drawn once per person; mean usually 1.", {})
    arrivals: dict[str, Arrivals] = declared("Streams of people who enter.", {})
    leaving: LeavingAnywhere = declared("Risks of leaving the model.", {})


class StartService(Section):
    """People of one service at the start."""

    people: People = declared("People who have a place.", 0)
    waiting: WholeCount = declared("People of the street on the waiting list.", 0)
    residual: Annotated[str | Law, OneOf(choices=("equilibrium", "full"), otherwise=Drawn())] = (
        declared("How the rest of their stays is drawn.", "equilibrium")
    )


class Start(Section):
    """Who is there at the start."""

    street: People = declared("People in the street.", 0)
    services: dict[str, StartService] = declared("People of the services of kind places.", {})


class Coordination(Section):
    """Factors on every referral: how well the services work together."""

    success: Factor = declared("Multiplies the success of referrals (at most 100 %).", "100 %")
    delay: Factor = declared("Multiplies the delay of referrals.", 1)


class Room(Section):
    """A room several services share."""

    places: PlacesCount = declared("People all services in it may hold together.")


class Scenario(Section):
    """One described pathway with all its inputs, checked; immutable.

    Values are reached by the keys people write: ``scenario.services["shelter"].places``.
    """

    title: Title = declared("What the scenario is, in a few words.")
    summary: MaybeWording = declared("What it describes, in a few sentences.", "none")
    published: Flag = declared("Whether every number must have its source and status.", False)
    period: Period = declared("The simulated time.")
    run: Run = declared("How often it is simulated.", {})
    people: PeopleSection = declared("Who the people are, how they come and leave.")
    start: Start = declared("Who is there at the start.", {})
    coordination: Coordination = declared("How well the services work together.", {})
    rooms: dict[str, Room] = declared("Rooms several services share.", {})
    services: dict[str, Annotated[AnyService, Discriminator("kind")]] = declared(
        "The services, in pathway order."
    )

    _changed_by: ClassVar[Callable[..., Scenario]]
    """Set by ``data``, which reads what people write and needs this class."""
    _history: History = PrivateAttr(default_factory=History)

    @property
    def history(self) -> History:
        """Return the files it was made from, the places of its values, and its changes."""
        return self._history

    def origin(self, path: Path | str) -> Place | None:
        """Return (file, line, column) of a value, None if it is a default or there is none.

        The parts of a value written in a short form (``men: 87 %``) are where that is.
        """
        parts = locate(resolved(self), path) if isinstance(path, str) else path
        return None if parts is None else self._history.place(parts)

    def with_changes(
        self,
        changes: Mapping[str, Any],
        *,
        because: str | Mapping[str, str] | None = None,
        title: str | Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> Scenario:
        """Return this scenario with other values: the checks and messages of a what-if file.

        ``changes``: from paths (``services.shelter.places``) to new values, or to a verb:
        ``{"to": 34}``, ``{"add": 20}``, ``{"scale": "120 %"}``, for new items ``{"as": ...,
        "after": "shelter"}``, ``{"remove": True}``; each may have a ``because`` of its own.
        ``because``: why, for reports (default: "changed in Python"). ``name``: what stands for the
        file in tables and folders. Raises ScenarioError with everything that is wrong.
        """
        return type(self)._changed_by(self, changes, because, title, name)

    def as_dict(self) -> dict[str, Any]:
        """Return the scenario in full as plain data, every default filled in."""
        return resolved(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the scenario in full as a file that ``sim.load`` reads."""
        from sim.scenario.resolving import resolved_yaml

        FilePath(path).write_text(resolved_yaml(self), encoding="utf-8", newline="\n")

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Scenario:
        """Return a copy; ``update`` is refused, because it would go unchecked."""
        if update:
            raise TypeError("a scenario is changed by with_changes, which checks the new values")
        return super().model_copy(deep=deep)

    def __repr__(self) -> str:
        days = self.period.length.value
        services = len(self.services)
        return (
            f'<Scenario "{quoted(self.title.en, False)}", {services} '
            f"service{'s' if services != 1 else ''}, {days:g} days from {self.period.start}>"
        )

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]
