"""How a sweep is to be carried out: by whom, how often, with which luck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

from sim.experiments.engines import AUTO
from sim.experiments.machine import workers_that_fit
from sim.experiments.pool import Processes, Threads, WorkerPool, cores
from sim.experiments.sweep.points import Sweep
from sim.plan.tables import Plan
from sim.vocabulary.errors import WishError


@dataclass(frozen=True, slots=True)
class Wish:
    """How to carry out a sweep; None: what the file says, or all cores.

    ``shard``: number of the part to do, from 1 on, and how many parts there are. ``assumed``: the
    file is a scenario, of which every assumed number is varied alone. Raises WishError.
    """

    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    threads: bool = False
    cluster: str | None = None
    shard: tuple[int, int] | None = None
    engine: str = AUTO
    assumed: bool = False

    def __post_init__(self) -> None:
        for name, least in (("replications", 1), ("seed", 0), ("workers", 1)):
            found = getattr(self, name)
            if found is not None and not (_is_whole(found) and found >= least):
                raise WishError(f"{name} is a whole number from {least} on, not {found!r}")
        if self.shard is not None and not _is_shard(self.shard):
            raise WishError(f"shard is two numbers, (1, 3) for the first of 3, not {self.shard!r}")


def _is_whole(found: object) -> bool:
    return isinstance(found, Integral) and not isinstance(found, bool)


def _is_shard(found: object) -> bool:
    """Say whether it is (number of the shard, how many there are)."""
    if not isinstance(found, tuple) or len(found) != 2 or not all(map(_is_whole, found)):
        return False
    return bool(1 <= found[0] <= found[1])


def with_wishes(found: Sweep, wish: Wish) -> Sweep:
    """Return the sweep with the replications and the seed asked for.

    Raises WishError if they leave no room for the precision the file asks for.
    """
    changes: dict[str, Any] = {}
    if wish.replications is not None:  # asking for a number means that number
        changes |= {"replications": wish.replications, "until": ()}
    if wish.seed is not None:
        changes["seed"] = wish.seed
    asked = replace(found, **changes, _text=[]) if changes else found
    is_written = "most" in found.written.model_fields_set
    if asked.until and is_written and asked.most < asked.replications:
        raise WishError(
            f"{found.file}: 'most: {asked.most}' is fewer than the {asked.replications} "
            "replications every point has: write a higher 'most' (replications after which a "
            f"precision is given up), or 'replications: {asked.most}' or fewer"
        )
    return asked


def pool_of(wish: Wish, plan: Plan) -> WorkerPool:
    """Return who does the work: no more workers of this machine than its memory holds.

    ``plan``: of one of the points. Raises WishError if memory cannot hold one replication of it.
    """
    if wish.cluster is not None:
        from sim.experiments.sweep.cluster import Cluster

        return Cluster(wish.cluster)
    workers = workers_that_fit(plan, wish.workers or cores())
    return Threads(workers) if wish.threads else Processes(workers)
