"""The plan: the flat tables an engine receives, and how a scenario becomes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.core.limits import UNLIMITED
from sim.plan.tables import (
    AT_ADMISSION,
    Evict,
    Evicted,
    ExitHazard,
    Hazard,
    Kind,
    MakesVisitor,
    Plan,
    Referral,
    Residual,
    Route,
    Service,
    StartGroup,
    StartList,
    StartResidual,
    Stream,
    TimedDistribution,
    TimedProbability,
    Trait,
)

if TYPE_CHECKING:
    from sim.plan.build import plan_of

__all__ = [
    "AT_ADMISSION",
    "UNLIMITED",
    "Evict",
    "Evicted",
    "ExitHazard",
    "Hazard",
    "Kind",
    "MakesVisitor",
    "Plan",
    "Referral",
    "Residual",
    "Route",
    "Service",
    "StartGroup",
    "StartList",
    "StartResidual",
    "Stream",
    "TimedDistribution",
    "TimedProbability",
    "Trait",
    "plan_of",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import ``plan_of`` when it is asked for: an engine needs the tables, never a scenario."""
    if name == "plan_of":
        from sim.plan.build import plan_of

        return plan_of
    raise AttributeError(f"module 'sim.plan' has no attribute '{name}'")
