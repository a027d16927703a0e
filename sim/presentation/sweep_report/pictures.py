"""The figures of a sweep inside a page, and the numbers behind them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from sim.experiments.sweep.results import Swept
from sim.presentation.figures.of_sweeps import draw_chosen, figures_of
from sim.presentation.figures.sweep_parts import notes
from sim.presentation.report.pictures import Picture, Table, picture, table_of
from sim.presentation.words import words


def pictures_of_sweep(swept: Swept, lang: str) -> tuple[list[Picture], list[Table]]:
    """Return every figure a sweep can have, and the numbers of each."""
    pictures, tables = [], []
    description = " ".join(notes(swept, words(lang)))
    with TemporaryDirectory() as name_of_folder:
        for one in figures_of(swept):
            path = Path(name_of_folder) / one.name
            files = draw_chosen(one, swept, path, lang, ("svg",))
            title = one.title(swept, lang)
            svg = files[0].read_text(encoding="utf-8")
            pictures.append(picture(one.name, svg, title, description))
            tables.append(table_of(files[-1], one.name, title, lang))
    return pictures, tables
