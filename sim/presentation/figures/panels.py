"""Small multiples: one panel per service, all of one size and style."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.summary import Summary
from sim.presentation.figures.style import broken, canvas, date_axis, label, number_axis

COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
"""Panels side by side for so many services; four beyond."""
KEY = 0.32
"""Height kept for a key below the title [inches]."""


def panels(
    summary: Summary,
    words: Mapping[str, str],
    services: Sequence[int],
    unit: str,
    head: Callable[[Figure], float],
    foot: Callable[[Figure], float],
    key: bool = False,
) -> tuple[Figure, list[Axes], float]:
    """Return figure, a named panel with a date axis per service, and the height below the title.

    ``head`` and ``foot`` write the title and the small print and return the height left. With
    ``key`` a line is kept free below the title.
    """
    across = COLUMNS.get(len(services), 4)
    down = max(1, -(-len(services) // across))
    tall = 4.0 if down == 1 else 2.35 * down
    figure = canvas(12.0, tall + 1.6 + (KEY if key else 0.0))
    width, height = figure.get_size_inches()
    below = head(figure)
    top = below - (KEY / height if key else 0.0)
    bottom = foot(figure)
    wide = 1.0 / across
    step = (top - bottom) / down
    grid = []
    for place, number in enumerate(services):
        row, column = divmod(place, across)
        left = column * wide + 0.55 / width
        axes = figure.add_axes(
            (left, top - (row + 1) * step + 0.36 / height,
             wide - 0.85 / width, step - 0.82 / height)
        )  # fmt: skip
        name = label(summary, number, words)
        axes.set_title(broken(name, max(19, 78 // across)))
        date_axis(axes, summary, words["lang"], most=max(4, 10 // across))
        number_axis(axes, words, most=4)
        if column == 0:
            axes.set_ylabel(unit)
        grid.append(axes)
    return figure, grid, below
