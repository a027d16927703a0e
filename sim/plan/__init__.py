"""The plan: the flat tables an engine receives, and how a scenario becomes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.core.limits import UNLIMITED
from sim.plan.tables import (
    AT_ADMISSION,
    Chance,
    Clock,
    Evict,
    Evicted,
    Kind,
    Law,
    MakesVisitor,
    Plan,
    Referral,
    Residual,
    Risk,
    Route,
    Service,
    StartGroup,
    StartList,
    StartResidual,
    Stream,
    Trait,
)

if TYPE_CHECKING:
    from sim.plan.build import plan_of

__all__ = [
    "AT_ADMISSION", "UNLIMITED", "Chance", "Clock", "Evict", "Evicted", "Kind", "Law",
    "MakesVisitor", "Plan", "Referral", "Residual", "Risk", "Route", "Service", "StartGroup",
    "StartList", "StartResidual", "Stream", "Trait", "plan_of",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import ``plan_of`` when it is asked for: an engine needs the tables, never a scenario."""
    if name == "plan_of":
        from sim.plan.build import plan_of

        return plan_of
    raise AttributeError(f"module 'sim.plan' has no attribute '{name}'")
