"""Being at a drop-in: inside, or waiting at its door."""

from __future__ import annotations

from sim.engines.reference.people import Person
from sim.engines.reference.world import World
from sim.vocabulary.events import Event


def step_in(world: World, person: Person, drop_in: int) -> None:
    """Count somebody in."""
    person.visiting = drop_in
    world.sites[drop_in].occupied += 1
    world.count_places(world.sites[drop_in])
    world.tally.level("visiting", drop_in, person.klass, 1.0, world.now)


def step_out(world: World, person: Person) -> None:
    """Count somebody out, at the end of a visit or because it is broken off."""
    drop_in = person.visiting
    world.write(Event.VISIT_ENDS, person.number, drop_in)
    world.sites[drop_in].occupied -= 1
    world.count_places(world.sites[drop_in])
    world.tally.level("visiting", drop_in, person.klass, -1.0, world.now)
    person.visiting = -1


def join_door(world: World, person: Person, drop_in: int) -> None:
    """Queue at the door."""
    person.at_door = drop_in
    world.sites[drop_in].door.append(person)
    world.tally.level("at_door", drop_in, person.klass, 1.0, world.now)
    world.write(Event.AT_DOOR, person.number, drop_in)


def leave_door(world: World, person: Person) -> None:
    """Leave the queue at the door, to go in or away."""
    world.sites[person.at_door].door.remove(person)
    world.tally.level("at_door", person.at_door, person.klass, -1.0, world.now)
    person.at_door = -1
    if person.visit_timer is not None:
        person.visit_timer.cancel()


def break_off(world: World, person: Person) -> None:
    """End a visit or a wait at a door, because the person moves."""
    if person.visiting >= 0:
        step_out(world, person)
        if person.visit_timer is not None:
            person.visit_timer.cancel()
    elif person.at_door >= 0:
        world.write(Event.LEAVES_DOOR, person.number, person.at_door)
        leave_door(world, person)
