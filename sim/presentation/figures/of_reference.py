"""The figures kept with the reference results: few and small, to see in a review what moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sim.experiments.compare import unlike
from sim.experiments.comparison import Member, compared
from sim.experiments.run import Results
from sim.presentation.figures.compared import draw_comparison
from sim.presentation.figures.of_runs import draw_run

LANGUAGE = "en"
MAIN = ("where", "places", "waiting", "blocked", "flow")
"""Figures of the scenarios at the top of the folder."""
WHAT_IF = ("blocked", "flow")
"""Figures of each what-if scenario."""
WHAT_IF_FOLDER, COMPARED = "what-if", "what-if/compared"
"""Scenarios that are compared with a main one, and where the figures of that go."""


def draw_reference(ran: Mapping[str, Results], folder: Path) -> None:
    """Write the figures of main and what-if scenarios, and of their comparison, as .svg alone."""
    mains = [name for name in ran if "/" not in name]
    what_ifs = [name for name in ran if name.startswith(f"{WHAT_IF_FOLDER}/")]
    for names, only in ((mains, MAIN), (what_ifs, WHAT_IF)):
        for name in names:
            draw_run(ran[name], folder / name, LANGUAGE, ("svg",), only)
    if mains and what_ifs:
        base = Member(mains[0], ran[mains[0]])
        others = [Member(PurePosixPath(name).name, ran[name]) for name in what_ifs]
        paired = [one for one in others if not unlike(base.results, one.results)]
        if paired:
            draw_comparison(compared(base, paired), folder / COMPARED, LANGUAGE, ("svg",))
    for path in folder.rglob("*.csv"):
        if path.with_suffix(".svg").is_file():
            path.unlink()  # the estimates hold the numbers; these would only fill the project
