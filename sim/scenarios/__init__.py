"""What people write: scenario files, read, checked and resolved."""

from __future__ import annotations

from sim.scenarios.loading import load  # whoever has a scenario can change it: see ``loading``

__all__ = ["load"]
