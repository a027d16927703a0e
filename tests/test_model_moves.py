"""Stories of sections 4 and 5 of docs/model.md: ends of stays, being blocked, requests."""

from __future__ import annotations

import pytest

from sim.vocabulary.calendars import calendar
from sim.vocabulary.events import LEFT
from tests.engines import ENGINES, just, story, tell
from tests.plans import Drafting
from tests.stories import tells

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))


@tells("Rank on a list: priority of class, then time of listing, then person number.")
def test_a_list_is_served_by_priority_then_time_of_listing_then_number(engine):
    draft = Drafting(horizon=30, classes=("men", "women"))
    places = calendar([0, 10, 11, 12, 13], [0, 1, 2, 3, 4])
    draft.place("shelter", places, stay=50, to=LEFT, priority=(1, 0))
    draft.gate("a", 5, to=0)
    draft.gate("b", 3, to=0)
    draft.gate("c", 3, to=0)
    draft.gate("d", 8, to=0, klass=1)
    lines = story(engine, draft.plan())
    assert just(lines, "listed", "admitted") == tell("""
        3 listed #1 shelter - 0
        3 listed #2 shelter - 0
        5 listed #0 shelter - 0
        8 listed #3 shelter - 0
        10 admitted #3 shelter - 0
        11 admitted #1 shelter - 0
        12 admitted #2 shelter - 0
        13 admitted #0 shelter - 0
    """)
