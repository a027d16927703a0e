"""The theory queues in salabim: components that request and release resources."""

from __future__ import annotations

from typing import Any

import salabim

from tests.benchmarks.queues import Counted, Numbers


class Arrivals(salabim.Component):
    """Creates the people."""

    def process(self) -> Any:
        """Let people come for ever."""
        model = self.model
        while True:
            yield self.hold(model.gap.sample())
            model.counted.arrivals += 1
            if 0 <= model.waiting_room <= len(model.services[0].requesters()):
                continue  # turned away; there is a queue only when every place is taken
            model.person()

    def setup(self, model: Model) -> None:
        """Remember the model."""
        self.model = model


class Person(salabim.Component):
    """Somebody who goes through all services, keeping each place until the next is had."""

    def setup(self, model: Model) -> None:
        """Remember the model."""
        self.model = model

    def process(self) -> Any:
        """Wait for a place, stay, and so on; blocked in between."""
        model, asked, before = self.model, self.env.now(), None
        for service, stay in zip(model.services, model.stays, strict=True):
            yield self.request(service)
            if before is None:
                model.counted.admitted += 1
                model.counted.waited += self.env.now() - asked
            else:
                self.release(before)
            yield self.hold(stay.sample())
            model.counted.stays_ended += 1
            before = service
        self.release(before)


class Model:
    """One queue with its environment."""

    def __init__(self, queue: Numbers, seed: int) -> None:
        self.env = salabim.Environment(trace=False, random_seed=seed, yieldless=False)
        self.gap = salabim.Exponential(1.0 / queue.rate, env=self.env)
        self.stays = [salabim.Exponential(mean, env=self.env) for mean in queue.means]
        self.services = [salabim.Resource(capacity=places, env=self.env) for places in queue.places]
        self.waiting_room = queue.waiting_room
        self.counted = Counted()
        Arrivals(model=self, env=self.env)

    def person(self) -> None:
        """Let somebody come."""
        Person(model=self, env=self.env)


def simulate(queue: Numbers, seed: int) -> Counted:
    """Simulate a queue with salabim in its generator (yield) style."""
    model = Model(queue, seed)
    model.env.run(till=queue.horizon)
    return model.counted
