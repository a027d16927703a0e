"""The theory queues in Ciw: a network of nodes, declared rather than programmed."""

from __future__ import annotations

import math

import ciw

from tests.benchmarks.queues import Counted, Numbers


def simulate(queue: Numbers, seed: int) -> Counted:
    """Simulate a queue; Ciw keeps one record per stay, from which the rest is counted."""
    ciw.seed(seed)
    simulation = ciw.Simulation(_network(queue))
    simulation.simulate_until_max_time(queue.horizon)
    # A record is written when somebody leaves a node (or is turned away): who is blocked at the
    # horizon has none yet.
    records = simulation.get_all_records()
    first = [row for row in records if row.node == 1 and row.record_type == "service"]
    return Counted(
        arrivals=simulation.nodes[0].number_of_individuals,
        stays_ended=sum(row.record_type == "service" for row in records),
        admitted=len(first),
        waited=sum(row.waiting_time for row in first),
    )


def _network(queue: Numbers) -> ciw.network.Network:
    pair = len(queue.places) == 2
    arrivals = [ciw.dists.Exponential(rate=queue.rate)]
    room = math.inf if queue.waiting_room < 0 else queue.waiting_room
    if not pair:
        return ciw.create_network(
            arrival_distributions=arrivals,
            service_distributions=[ciw.dists.Exponential(rate=1.0 / queue.means[0])],
            number_of_servers=list(queue.places),
            queue_capacities=[room],
        )
    return ciw.create_network(
        arrival_distributions=[*arrivals, None],
        service_distributions=[ciw.dists.Exponential(rate=1.0 / mean) for mean in queue.means],
        routing=[[0.0, 1.0], [0.0, 0.0]],
        number_of_servers=list(queue.places),
        queue_capacities=[room, 0],  # nobody waits between the two: blocked in the first
    )
