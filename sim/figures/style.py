"""What all figures share: look, title, small print, and how they are saved."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import as_file, files
from math import isnan
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple, Protocol

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.analysis.blocking import service_name
from sim.analysis.measures import text_cell
from sim.analysis.summary import Summary
from sim.analysis.windows import Array
from sim.core.log import Outline
from sim.text.translations import MONTHS, filled, typeset, words
from sim.text.translations import number as written

# --- What all figures share: look, colours, title and small print, dates, and how they are saved.

PALETTE = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#999933",
    "#332288", "#ddcc77", "#44aa99", "#aa4499", "#117733", "#f0e442",
)  # fmt: skip
"""Colours of services (Okabe and Ito; Tol, muted), told apart by colour-blind readers; no red."""
BLOCKED = "#cc1f1a"
"""Red is for blocked places and for nothing else."""
STREET = "#3d3d3d"
FREE = "#ffffff"
CLOSED = "#c8c8c8"
PAPER = "#f4f2ee"
QUIET = "#666666"
NO_BREAK = "\N{NO-BREAK SPACE}"
FORMATS = ("svg", "png", "pdf")
"""Forms of a figure; runs and comparisons have the first two."""
NAMELESS = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What matplotlib would write into a file about itself and the time."""
LIVED_IN = ("overnight", "places")
"""Kinds of service people can live in."""


class Dated(Protocol):
    """Anything with points in time of a simulated period."""

    @property
    def outline(self) -> Outline:
        """Words of the pathway and dates of the period."""

    @property
    def times(self) -> Array:
        """Points in time (T,) [days]."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with the settings of the style file and nothing else, then restore the caller's."""
    with mpl.rc_context():
        mpl.rcdefaults()
        with as_file(files("sim.figures") / "maraude.mplstyle") as path:
            mpl.rcParams.update(mpl.rc_params_from_file(path, use_default_template=False))
        yield


def lived_in(summary: Summary, kinds: Sequence[str] = LIVED_IN) -> list[int]:
    """Return the numbers of the services of these kinds, in pathway order."""
    return [n for n, each in enumerate(summary.outline.services) if each.kind in kinds]


def colours(summary: Summary) -> dict[int, str]:
    """Return the colour of each service people live in: the same in every figure."""
    return {n: PALETTE[i % len(PALETTE)] for i, n in enumerate(lived_in(summary))}


def label(summary: Summary, number: int, words: Mapping[str, str]) -> str:
    """Return the name of a service as a label, with a capital letter."""
    name = service_name(summary.outline, number, words["lang"])
    return name[:1].upper() + name[1:]


def tint(colour: str, strength: float) -> str:
    """Return a colour mixed with white; strength 1 leaves it, 0 is white."""
    red, green, blue = mpl.colors.to_rgb(colour)
    return mpl.colors.to_hex(
        (1 - strength * (1 - red), 1 - strength * (1 - green), 1 - strength * (1 - blue))
    )


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure (inches) drawn by Agg whatever the reader's settings."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _wrapped(text: str, letters: int) -> list[str]:
    """Return a text in lines, of which none begins with a % or a colon."""
    return [line.replace(NO_BREAK, " ") for line in wrap(typeset(text, "fr"), letters)]


def head_lines(width: float, title: str) -> tuple[list[str], float]:
    """Return a title in lines, and the height [inches] it takes with the subtitle."""
    lines = _wrapped(title, int(width * 8.2))
    return lines, 0.18 + 0.26 * len(lines) + 0.34


def head(figure: Figure, title: str, subtitle: str) -> float:
    """Write the message and what is shown; return the height [share] left below them."""
    width, height = figure.get_size_inches()
    left = 0.25 / width
    lines, used = head_lines(width, title)
    figure.text(left, 1 - 0.18 / height, "\n".join(lines), size=14, weight="bold", va="top")
    figure.text(left, 1 - (used - 0.3) / height, subtitle, size=9.5, color=QUIET, va="top")
    return float(1 - used / height)


def foot_lines(width: float, notes: Sequence[str], origin: str) -> tuple[list[str], float]:
    """Return the small print in lines, and the height [inches] it takes."""
    lines = _wrapped(" ".join(notes), int(width * 15.5))
    lines += wrap(origin, int(width * 15.5)) if origin else []
    return lines, 0.24 + 0.14 * len(lines)


def foot(figure: Figure, notes: Sequence[str], origin: str) -> float:
    """Write the small print; return the height [share] left above it."""
    width, height = figure.get_size_inches()
    lines, used = foot_lines(width, notes, origin)
    figure.text(
        0.25 / width, 0.12 / height, "\n".join(lines), size=7, color=QUIET, va="bottom",
        linespacing=1.35,
    )  # fmt: skip
    return float(used / height)


def shared_notes(summary: Summary, words: Mapping[str, str], series: str = "") -> list[str]:
    """Return what every figure must say about its numbers: replications, period, locked loops.

    ``series``: "midnight" for one counted at midnight, "open" for one of means while open.
    """
    lang = words["lang"]
    runs = summary.replications
    notes = [words["replications_1"] if runs == 1 else words["replications_n"].format(n=runs)]
    if series:
        key = "weekly" if summary.step > 1 else "daily"
        notes.append(words[f"{key}_open" if series == "open" else key])
        if summary.outline.warm_up > 0:
            notes.append(words["warm_up"])
    else:
        window = summary.window
        start, end = (day_words(summary, day, lang) for day in (window.first, window.last - 1))
        notes.append(words["measured"].format(start=start, end=end))
    if summary.locked:
        notes.append(filled(words, "locked", n=summary.locked, all=runs))
    return notes


def title_without_blocking(summary: Summary, words: Mapping[str, str], comfort: str) -> str:
    """Return the message where nobody is blocked: a comfort only if nobody is without room."""
    refused = float(summary.yearly["turned_away"].sum())
    left = sum(float(summary.yearly[name].sum()) for name in ("no_next_street", "no_next_gone"))
    waiting = float(summary.queue.sum())
    if refused == waiting == 0 and left > 0:
        return filled(words, "flow_title_without_next", n=whole(left, words))
    if refused > 0 or waiting > 0:
        return words["flow_title_unserved"].format(
            refused=whole(refused, words), waiting=whole(waiting, words)
        )
    closed = [
        label(summary, number, words)
        for number in lived_in(summary, ("drop-in", "overnight", "places"))
        if summary.open_at_end[number] == 0
    ]
    return words["flow_title_closed"].format(names=", ".join(closed)) if closed else comfort


def date_of(summary: Dated, day: float) -> date:
    """Return the calendar date of a day of the simulated period."""
    return date.fromisoformat(summary.outline.start) + timedelta(days=int(day))


def day_words(summary: Dated, day: float, lang: str) -> str:
    """Return a day as written in a language: 3 March 2026 as ``3 Mar 2026``, ``3 mars 2026``."""
    when = date_of(summary, day)
    return f"{when.day} {MONTHS[lang][when.month - 1]} {when.year}"


def date_axis(axes: Axes, summary: Dated, lang: str, most: int = 9) -> None:
    """Label the time axis (days) with dates, at most so many, and mark the warm-up."""
    first, last = float(summary.times[0]), float(summary.times[-1])
    if first == last:
        first, last = first - 0.5, last + 0.5
    ticks = _month_ticks if last > 75 else _day_ticks
    marks = ticks(summary, last, most, lang)
    # The first point is the middle of some days: their tick stands there, not just outside.
    days, texts = [max(day, first) for day, _ in marks], [text for _, text in marks]
    axes.set_xticks(days, labels=texts, size=8)
    axes.set_xlim(first, last)  # after the ticks, which would widen it
    if 0 < summary.outline.warm_up < last:
        axes.axvline(summary.outline.warm_up, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))


def _day_ticks(summary: Dated, last: float, most: int, lang: str) -> list[tuple[float, str]]:
    step = max(1, -(-int(last) // most))
    days = range(0, int(last) + 1, step)
    return [(float(day), day_words(summary, day, lang).rsplit(" ", 1)[0]) for day in days]


def _month_ticks(summary: Dated, last: float, most: int, lang: str) -> list[tuple[float, str]]:
    begin = date.fromisoformat(summary.outline.start)
    months = int(last / 30.4) + 2
    step = next(size for size in (1, 3, 6, 12, 24, 60, 120, 240, 1200) if months / size <= most)
    marks: list[tuple[float, str]] = []
    for count in range(begin.year * 12, begin.year * 12 + 12 + months):
        when = date(count // 12, count % 12 + 1, 1)
        day = float((when - begin).days)
        years = step // 12
        on = count % step == 0 if step < 12 else when.month == 1 and when.year % years == 0
        if on and 0 <= day <= last:
            marks.append((day, str(when.year) if when.month == 1 else MONTHS[lang][when.month - 1]))
    return marks


def number_axis(axes: Axes, words: Mapping[str, str], most: int = 8) -> None:
    """Write whole numbers on the upright axis as the language does."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=most, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, words["lang"])))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return heights near the wanted ones, at least ``gap`` apart where there is room for all."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    placed = list(wanted)
    floor = low
    for number in order:
        placed[number] = floor = max(floor, placed[number])
        floor += gap
    ceiling = high
    for number in reversed(order):
        placed[number] = ceiling = min(ceiling, placed[number])
        ceiling -= gap
    return placed


def broken(text: str, width: int) -> str:
    """Return a name over as many lines as it needs."""
    return "\n".join(wrap(text, width, break_long_words=False))


def whole(value: float, words: Mapping[str, str]) -> str:
    """Return a number for a label: whole from ten on, one digit below."""
    digits = 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1
    return written(value, words["lang"], digits)


def save(
    figure: Figure, path: Path, title: str, description: str, formats: Sequence[str] = FORMATS[:2]
) -> list[Path]:
    """Write ``path`` with .svg, .png or .pdf added, the same bytes every time."""
    written = []
    for form in formats:
        target = path.with_suffix(f".{form}")
        about = {"Title": title, "Subject" if form == "pdf" else "Description": description}
        figure.savefig(target, format=form, metadata=NAMELESS[form] | about)
        if form == "svg":
            # Readers without DejaVu fall back on a font of nearly the same widths.
            text = target.read_text(encoding="utf-8")
            text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
            target.write_text(text, encoding="utf-8", newline="\n")
        written.append(target)
    return written


# --- A figure becomes files: pictures with where they come from, and the numbers behind them.

LONG_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{8,}\b")
"""A hash, of which print shows the first twelve digits and the file's metadata all."""

Table = list[list[str | float]]


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure of one scenario: its message, its picture, and the numbers behind it.

    Each is a function of the summary of a run and the words of a language; ``draw`` is also given
    the small print.
    """

    title: Callable[[Summary, Mapping[str, str]], str]
    draw: Callable[[Summary, Mapping[str, str], str], Figure]
    table: Callable[[Summary, Mapping[str, str]], Table]


class Drawn(NamedTuple):
    """A figure, its title and the numbers drawn, heads first."""

    figure: Figure
    title: str
    table: Table


def write_figure(
    name: str,
    path: Path,
    draw: Callable[[str], Drawn],
    lang: str,
    provenance: Mapping[str, object] | None = None,
    formats: Sequence[str] = FORMATS[:2],
) -> list[Path]:
    """Write the figure ``name`` as ``path`` with .csv and each format added; return the files.

    ``draw`` is given the small print; ``provenance`` goes into it and into the metadata.
    """
    full = _small_print(lang, provenance)
    with house_style():
        # Two figures inlined in one page must not share the names of their clip paths.
        mpl.rcParams["svg.hashsalt"] = f"maraude {name} {lang}"
        drawn = draw(LONG_HASH.sub(r"\1", full))
        written = save(drawn.figure, path, drawn.title, full, formats)
    numbers = path.with_suffix(".csv")
    with numbers.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerows([_cell(value) for value in row] for row in drawn.table)
    return [*written, numbers]


def figure_alone(
    draw: Callable[[str], Drawn], lang: str, provenance: Mapping[str, object] | None = None
) -> Figure:
    """Return the figure that ``write_figure`` would write."""
    with house_style():
        return draw(LONG_HASH.sub(r"\1", _small_print(lang, provenance))).figure


def _small_print(lang: str, provenance: Mapping[str, object] | None) -> str:
    catalogue = words(lang)
    return " · ".join(f"{catalogue.get(k, k)} {v}" for k, v in (provenance or {}).items())


def _cell(value: str | float) -> str:
    """Return a number so that reading it back gives the same number; empty if there is none."""
    if isinstance(value, str):
        return text_cell(value)
    return "" if isnan(value) else repr(float(value))
