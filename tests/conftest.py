"""What several test modules use."""

from __future__ import annotations

import pytest

from sim.core.log import Tallies
from tests.support.engines import FASTEST


@pytest.fixture(scope="session")
def drafted() -> Tallies:
    """The tallies of two years of a small pathway with everything in it."""
    from tests.support.drafts import pathway

    tallies: Tallies = FASTEST(pathway(), 1, 1).tallies
    return tallies
