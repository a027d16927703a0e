"""What readers call a measure. Apart from other names, because it needs nothing heavy."""

from __future__ import annotations

from sim.analysis.measures import MEASURES


def measure_called(name: str, lang: str) -> str:
    """Return what readers call a measure; its own name where this version has no such measure."""
    measure = next((one for one in MEASURES if one.name == name), None)
    return measure.name_fr if measure and lang == "fr" else name
