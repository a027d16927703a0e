"""The theory queues as somebody would write them in plain SimPy: resources and processes."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from tests.benchmarks.queues import Counted, Numbers

Process = Generator[simpy.Event, Any, None]


def simulate(queue: Numbers, seed: int) -> Counted:
    """Simulate a queue with SimPy's resources and the standard library's random numbers."""
    chance = random.Random(seed)
    env = simpy.Environment()
    services = [simpy.Resource(env, places) for places in queue.places]
    counted = Counted()
    life = one_service if len(services) == 1 else two_services

    def arrivals() -> Process:
        while True:
            yield env.timeout(chance.expovariate(queue.rate))
            counted.arrivals += 1
            if 0 <= queue.waiting_room <= len(services[0].queue):
                continue  # turned away; there is a queue only when every place is taken
            env.process(life(env, services, queue, chance, counted))

    env.process(arrivals())
    env.run(until=queue.horizon)
    return counted


def one_service(
    env: simpy.Environment,
    services: list[simpy.Resource],
    queue: Numbers,
    chance: random.Random,
    counted: Counted,
) -> Process:
    """Wait for a place, stay, leave."""
    asked = env.now
    with services[0].request() as place:
        yield place
        counted.admitted += 1
        counted.waited += env.now - asked
        yield env.timeout(chance.expovariate(1.0 / queue.means[0]))
        counted.stays_ended += 1


def two_services(
    env: simpy.Environment,
    services: list[simpy.Resource],
    queue: Numbers,
    chance: random.Random,
    counted: Counted,
) -> Process:
    """Keep the first place until there is one in the second service."""
    first, second = services
    asked = env.now
    first_place = first.request()
    yield first_place
    counted.admitted += 1
    counted.waited += env.now - asked
    yield env.timeout(chance.expovariate(1.0 / queue.means[0]))
    counted.stays_ended += 1
    with second.request() as second_place:
        yield second_place
        first.release(first_place)
        yield env.timeout(chance.expovariate(1.0 / queue.means[1]))
        counted.stays_ended += 1
