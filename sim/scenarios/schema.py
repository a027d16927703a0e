"""The fields of a scenario file: the kinds of service, and the whole file."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, PrivateAttr, model_validator

from sim.core.errors import InvalidValue, KeyPath, counted, quoted
from sim.core.limits import MOST_REPLICATIONS
from sim.core.units import days_of_months
from sim.scenarios.fields import (
    DAY,
    GROUPS,
    PRECISIONS,
    ByClass,
    Classes,
    ClockTime,
    Count,
    Drawn,
    DrawnNumber,
    DrawnTime,
    Factor,
    Fixed,
    Flag,
    MaybeCount,
    MaybeDrawnTime,
    MaybeMoney,
    MaybePattern,
    MaybeRate,
    MaybeShare,
    MaybeWhole,
    MaybeWording,
    Named,
    NotGiven,
    Number,
    OneOf,
    Pattern,
    PerClass,
    PlacesCount,
    Rate,
    Section,
    Share,
    Title,
    Whole,
    declared,
)
from sim.scenarios.resolved import resolved
from sim.scenarios.source import parted
from sim.scenarios.values import History, Law, Place, Quantity, locate, plain_copy

# --- The kinds of service: one class each, every field declared once.

WAYS_OUT = ("street", "left", "died", "housed")
STREET_OR_LEFT = ("street", "left")

Priority = Annotated[tuple[tuple[str, ...], ...], GROUPS]
ServiceName = Annotated[str, Named(of="name of a service")]
MaybeService = Annotated[str | None, Named(optional=True, of="name of a service")]
Destination = Annotated[str, Named(of="`street`, `left`, `died`, `housed` or a service")]


class Leaving(Section):
    """Risks of leaving the model while living in one place."""

    left: MaybeRate = declared("Risk of leaving the scene or the region.", "none")
    died: MaybeRate = declared("Risk of dying.", "none")


class Cost(Section):
    """What a service costs; used for reports, never for decisions of the model."""

    per_year: MaybeMoney = declared("Fixed cost of a year.", "none")
    per_team_year: MaybeMoney = declared("Cost of one team for a year.", "none")
    per_place_year: MaybeMoney = declared(
        "Cost of one place that staff can open, for a year.", "none"
    )
    per_opening_hour: MaybeMoney = declared("Cost of one hour in which it is open.", "none")
    per_outing: MaybeMoney = declared("Cost of one outing.", "none")
    per_night: MaybeMoney = declared("Cost of one occupied place for one night.", "none")
    per_visit: MaybeMoney = declared("Cost of one visit or one contact.", "none")


COSTS = {
    "outreach": ("per_year", "per_team_year", "per_outing", "per_visit"),
    "drop-in": ("per_year", "per_place_year", "per_opening_hour", "per_visit"),
    "overnight": ("per_year", "per_place_year", "per_opening_hour", "per_night"),
    "places": ("per_year", "per_place_year", "per_night"),
}
"""The costs a service of each kind can have."""


class MakesVisitors(Section):
    """A contact can make the person a visitor of a drop-in."""

    of: ServiceName = declared("The drop-in.")
    share: Share = declared("Share of contacts after which the person is a visitor.")


class Referral(Section):
    """A contact or an interview can open a request to another service."""

    to: ServiceName = declared("The service of kind places the person is referred to.")
    share: Share = declared("Share of contacts or interviews in which the referral is opened.")
    success: Share = declared("Share of opened referrals that are accepted.", "100 %")
    delay: DrawnTime = declared("Time from opening to acceptance.", "0 days")
    classes: Classes = declared("Classes considered, among those the target serves.", "all")


class Interviews(Section):
    """Interviews held during visits; each opens referrals."""

    share: Share = declared("Share of visits in which an interview is sought.")
    per_day: Annotated[Quantity, Number(dimension="places")] = declared(
        "Most interviews held from midnight to midnight.", "unlimited"
    )


class DropOut(Section):
    """Stays that end early, without delay."""

    share: MaybeShare = declared("Share of stays that end early (with 'after').", "none")
    after: MaybeDrawnTime = declared("Time from admission to the early end.", "none")
    risk: MaybeRate = declared("Risk of ending the stay, all along it.", "none")
    to: Annotated[str, OneOf(choices=WAYS_OUT)] = declared("Where the person goes.", "street")

    @model_validator(mode="after")
    def _complete(self) -> DropOut:
        if (self.share is None) != (self.after is None):
            raise InvalidValue("'share' and 'after' belong together: write both, or neither")
        if self.share is None and self.risk is None:
            raise InvalidValue("write 'share' with 'after', or 'risk', or all three")
        return self


class Route(Section):
    """Where a stay leads."""

    to: Destination = declared("Where the stay leads.")
    share: Share = declared("Share of stays, among those of the same class, that lead there.")
    delay: DrawnTime = declared("Time the place is held after the stay, before moving.", "0 days")
    classes: Classes = declared("Classes this route is for.", "all")


class Blocked(Section):
    """What happens when the stay is over and the next service is full."""

    wait: Annotated[str, OneOf(choices=("in the place", "in the street"))] = declared(
        "Where the person waits.", "in the place"
    )
    at_most: MaybeDrawnTime = declared("Longest wait in the place.", "none")
    then: Destination = declared("Where the person goes after that, or if refused.", "street")


class Offers(Section):
    """How offers of a place can fail."""

    unreachable: Share = declared("Share of offers to people in the street not reached.", "0 %")
    declined: Share = declared("Share of offers declined; the request is closed.", "0 %")
    again_after: DrawnTime = declared(
        "Time before the next try with somebody not reached.", "7 days"
    )


class Assessment(Section):
    """What every request passes before it is put on the list."""

    accepted: Share = declared("Share of requests accepted.", "100 %")
    delay: DrawnTime = declared("Time the assessment takes.", "0 days")


class Service(Section):
    """What every service has."""

    names: MaybeWording = declared("The name in reports.", "none")
    note: Annotated[str | None, Named(optional=True, of="text")] = declared("A remark.", "none")
    cost: Cost = declared("What it costs.", {})


class WithPlaces(Service):
    """What every service with places has."""

    places: PlacesCount = declared("Places there are.")
    staffed: Share = declared("Share of the places that staff can open.", "100 %")
    room: Annotated[str | None, Named(optional=True, of="name of a room")] = declared(
        "Room shared with other services.", "none"
    )
    classes: Classes = declared("Classes served.", "all")


class Outreach(Service):
    """Meets people where they are: in outings, or in contacts at random."""

    kind: Literal["outreach"] = declared("The kind of service.")
    teams: Count = declared("Teams.", 1)
    outings: MaybeRate = declared("Outings of each team, spread over the hours.", "none")
    hours: Pattern = declared("Hours worked.", "always")
    contacts: MaybeCount = declared("People met in one outing; fractions are drawn.", "none")
    contacts_at_random: MaybeRate = declared(
        "Contacts one by one at random times, instead of outings.", "none"
    )
    makes_visitors: tuple[MakesVisitors, ...] = declared("Drop-ins shown to people met.", ())
    referrals: tuple[Referral, ...] = declared("Referrals a contact can open.", ())

    @model_validator(mode="after")
    def _one_way_of_meeting(self) -> Outreach:
        outings = self.outings is not None, self.contacts is not None
        if self.contacts_at_random is not None and any(outings):
            raise InvalidValue("write either 'outings' with 'contacts', or 'contacts_at_random'")
        if self.contacts_at_random is None and not all(outings):
            raise InvalidValue(
                "write 'outings' together with 'contacts', or else 'contacts_at_random'"
            )
        return self


class DropIn(WithPlaces):
    """A place people visit for some hours and leave again."""

    kind: Literal["drop-in"] = declared("The kind of service.")
    opening_hours: Pattern = declared("Hours open.", "always")
    visits: Rate = declared(
        "Visits a person with a trait of 1 would make if never hosted; they fall in opening hours."
    )
    trait: Annotated[str | None, Named(optional=True, of="name of a trait")] = declared(
        "Trait that multiplies the visits of a person.", "none"
    )
    visitors: Annotated[PerClass, ByClass(number=Number(dimension="share", high=1.0))] = declared(
        "Share of people who are visitors from the start.", "100 %"
    )
    visit_length: DrawnTime = declared("Length of a visit; cut at closing time.")
    wait_at_door: MaybeDrawnTime = declared(
        "Longest wait at the door when full; without it people are turned away.", "none"
    )
    hosted_people_attend: Flag = declared("Whether people who have a place visit too.", False)
    care_acts: Share = declared("Share of visits with a care act.", "0 %")
    interviews: Annotated[Interviews | None, NotGiven] = declared(
        "Interviews during visits.", "none"
    )
    referrals: tuple[Referral, ...] = declared("Referrals an interview can open.", ())


class Overnight(WithPlaces):
    """Gives out places for one night, every evening."""

    kind: Literal["overnight"] = declared("The kind of service.")
    priority: Priority = declared("Classes served first; others come last together.", ())
    from_: ClockTime = declared("When the places are given out.", alias="from")
    until: ClockTime = declared("When everybody leaves, next morning.")
    visitors_of: MaybeService = declared("Only that day's visitors of this drop-in apply.", "none")
    applies: Share = declared("Share of possible applicants who apply, each evening.", "100 %")
    returning_first: Flag = declared("Whether those of the night before come first.", False)
    most_consecutive_nights: Annotated[
        Quantity | None,
        Number(optional=True, dimension="count", low=1.0, whole=True, constant=True),
    ] = declared("Most nights in a row.", "none")
    leaving: Annotated[Leaving | None, NotGiven] = declared(
        "Risks while here, instead of those of all hosted.", "none"
    )


class Places(WithPlaces):
    """Places people stay in: a waiting list, a stay drawn at admission, routes onwards."""

    kind: Literal["places"] = declared("The kind of service.")
    priority: Priority = declared("Classes admitted first; others come last together.", ())
    stay: DrawnTime = declared("Length of a stay as planned at admission.")
    drop_out: Annotated[DropOut | None, NotGiven] = declared("Stays that end early.", "none")
    routes: tuple[Route, ...] = declared("Where stays lead; shares sum to 100 % for each class.")
    request: Annotated[
        str | Quantity,
        OneOf(
            choices=("at the end", "at admission"),
            otherwise=Number(dimension="duration", constant=True),
        ),
    ] = declared("When the request to the next service is made, or how long before.", "at the end")
    leave_early: Flag = declared("Whether people may leave before the planned end.", False)
    blocked: Blocked = declared("What happens when the next service is full.", {})
    blocked_time_credited: Share = declared(
        "Share of the time just spent blocked that counts towards the stay here.", "0 %"
    )
    turnaround: MaybeDrawnTime = declared("Time a place stays closed after a departure.", "none")
    admission_hours: MaybePattern = declared("Hours in which people are admitted.", "none")
    waiting_room: MaybeWhole = declared("Most people on the list when no place is free.", "none")
    turned_away_to: Annotated[str, OneOf(choices=STREET_OR_LEFT)] = declared(
        "Where people of the street go when the list is full.", "street"
    )
    patience: MaybeDrawnTime = declared("Time on the list before giving up.", "none")
    gives_up_to: Annotated[str, OneOf(choices=STREET_OR_LEFT)] = declared(
        "Where people of the street go when they give up.", "street"
    )
    offers: Annotated[Offers | None, NotGiven] = declared("How offers can fail.", "none")
    assessment: Annotated[Assessment | None, NotGiven] = declared(
        "What every request passes first.", "none"
    )
    when_places_fall: Annotated[
        str,
        OneOf(choices=("nobody new", "last in leaves", "first in leaves", "blocked leave first")),
    ] = declared("What happens when there are fewer places than people.", "nobody new")
    evicted_people: Annotated[
        str, OneOf(choices=("keep their rank", "join the end", "ask no more"))
    ] = declared(
        "Where people who had to leave before their stay was over stand on the list again.",
        "keep their rank",
    )
    leaving: Annotated[Leaving | None, NotGiven] = declared(
        "Risks while here, instead of those of all hosted.", "none"
    )
    housing: Flag = declared("Whether an admission here counts as long-term housing.", False)


AnyService = Outreach | DropIn | Overnight | Places
KINDS: dict[str, type[Service]] = {
    "outreach": Outreach,
    "drop-in": DropIn,
    "overnight": Overnight,
    "places": Places,
}
"""The kinds of service, by the word people write."""


# --- The whole scenario file: what it may hold, each field declared once.

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

    start: Annotated[datetime.date, DAY] = declared("First day.")
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
    """Number of replications and random seed of the scenario."""

    replications: Annotated[int, Whole(low=1, high=MOST_REPLICATIONS)] = declared(
        "Simulated histories.", 20
    )
    seed: Annotated[int, Whole()] = declared("Random seed.", 1)
    until: Annotated[tuple[str, ...], PRECISIONS] = declared(
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

    def origin(self, path: KeyPath | str) -> Place | None:
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
        data: dict[str, Any] = plain_copy(resolved(self))
        return data

    def save(self, path: str | PathLike[str]) -> None:
        """Write the scenario in full as a file that ``sim.load`` reads."""
        from sim.scenarios.resolved import resolved_yaml

        FilePath(path).write_text(resolved_yaml(self), encoding="utf-8", newline="\n")

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Scenario:
        """Return a copy; ``update`` is refused, because it would go unchecked."""
        if update:
            raise TypeError("a scenario is changed by with_changes, which checks the new values")
        return super().model_copy(deep=deep)

    def __repr__(self) -> str:
        services = counted(len(self.services), "service")
        days = counted(f"{self.period.length.value:g}", "day")
        title = quoted(self.title.en, False)
        return f'<Scenario "{title}", {services}, {days} from {self.period.start}>'

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]
