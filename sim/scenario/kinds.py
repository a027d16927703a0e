"""The kinds of service: one class each, every field declared once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from sim.scenario.fields import (
    Classes,
    ClockTime,
    Count,
    DrawnTime,
    Flag,
    MaybeCount,
    MaybeDrawnTime,
    MaybeMoney,
    MaybePattern,
    MaybeRate,
    MaybeShare,
    MaybeWhole,
    MaybeWording,
    NotGiven,
    Pattern,
    PlacesCount,
    Rate,
    Section,
    Share,
    declared,
)
from sim.scenario.markers import ByClass, Number, PerClass
from sim.scenario.values import Law, Quantity
from sim.scenario.word_markers import Groups, Named, OneOf
from sim.vocabulary.errors import Refused

WAYS_OUT = ("street", "left", "died", "housed")
STREET_OR_LEFT = ("street", "left")

Priority = Annotated[tuple[tuple[str, ...], ...], Groups()]
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
            raise Refused("'share' and 'after' belong together: write both, or neither")
        if self.share is None and self.risk is None:
            raise Refused("write 'share' with 'after', or 'risk', or all three")
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
            raise Refused("write either 'outings' with 'contacts', or 'contacts_at_random'")
        if self.contacts_at_random is None and not all(outings):
            raise Refused("write 'outings' together with 'contacts', or else 'contacts_at_random'")
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

__all__ = [
    "COSTS",
    "KINDS",
    "AnyService",
    "DropIn",
    "Law",
    "Outreach",
    "Overnight",
    "Places",
    "Service",
]
