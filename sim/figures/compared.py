"""Figures of a comparison and of kept results."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread, imsave
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from sim import __version__
from sim.figures import draw_run
from sim.figures.style import (
    BLOCKED,
    FORMATS,
    PALETTE,
    QUIET,
    STREET,
    Drawn,
    Table,
    broken,
    canvas,
    date_axis,
    date_of,
    figure_alone,
    foot,
    head,
    number_axis,
    tint,
    write_figure,
)
from sim.runs.compare import (
    HEADLINE,
    Comparison,
    MeasureChange,
    ScenarioRun,
    SeriesDifference,
    compared,
    pairing_problems,
)
from sim.runs.compare import apart as series_of
from sim.runs.run import Results
from sim.text.phrases import title_of
from sim.text.translations import filled, number, signed, words

# --- Two pictures, point by point.

CHANGED = (0.8, 0.0, 0.6)
"""Colour of what differs (red stands for blocked places)."""
FADED = 0.25
"""Strength of what is the same."""


def difference_of(old: Path, new: Path) -> tuple[bytes, float]:
    """Return a .png of the new picture, faded, with what differs marked, and its share of points.

    Pictures of different size are laid on one another at their upper left corner.
    """
    first, second = _on_white(imread(old)), _on_white(imread(new))
    height, width = (max(a, b) for a, b in zip(first.shape[:2], second.shape[:2], strict=True))
    first, second = _enlarged(first, height, width), _enlarged(second, height, width)
    differs = (first != second).any(axis=2)
    shown = 1.0 - FADED * (1.0 - second)
    shown[differs] = CHANGED
    stream = io.BytesIO()
    imsave(stream, shown, format="png", metadata={"Software": ""})
    return stream.getvalue(), float(differs.mean())


def _on_white(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    colours = picture[:, :, :3].astype(np.float64)
    if picture.shape[2] == 4:
        strength = picture[:, :, 3:].astype(np.float64)
        colours = colours * strength + 1.0 - strength
    return np.round(colours * 255) / 255


def _enlarged(picture: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    whole = np.ones((height, width, 3))
    whole[: picture.shape[0], : picture.shape[1]] = picture
    return whole


# --- The headline of a comparison: the change of street nights by each scenario, with its
# interval.

ROW = 0.52
"""Height of a row [inches]."""
NAMES, NUMBERS = 3.0, 2.6
"""Room for the names on the left and the numbers on the right [inches]."""


def drawn(comparison: Comparison, words: Mapping[str, str], origin: str) -> Drawn:
    """Return the figure, its title and its numbers."""
    changes = [other.number("street nights per year", "street") for other in comparison.others]
    lang = words["lang"]
    names = [title_of(other.member.results, lang) for other in comparison.others]
    title = _title(names, changes, words)
    figure = canvas(11.0, 2.3 + ROW * len(changes))
    width, height = figure.get_size_inches()
    base = title_of(comparison.base.results, lang)
    top = head(figure, title, words["headline_subtitle"].format(base=base))
    note = filled(words, "headline_note", n=comparison.tests[HEADLINE])
    bottom = foot(figure, [note], origin)
    low = bottom + 0.55 / height
    wide = 1 - (NAMES + NUMBERS) / width
    axes = figure.add_axes((NAMES / width, low, wide, top - low - 0.1 / height))
    _rows(axes, names, changes, words)
    return Drawn(figure, title, _table(comparison, names, changes, words))


def _title(names: Sequence[str], changes: Sequence[MeasureChange], words: Mapping[str, str]) -> str:
    """Return the message: the scenario that changes them most, if any does for certain."""
    sure = [
        (change.mean, name) for name, change in zip(names, changes, strict=True) if change.is_sure
    ]
    if not sure:
        return words["headline_title_none"]
    mean, name = max(sure, key=lambda pair: abs(pair[0]))
    return words["headline_title"].format(name=name, change=signed(mean, words["lang"]))


def _rows(
    axes: Axes, names: Sequence[str], changes: Sequence[MeasureChange], words: Mapping[str, str]
) -> None:
    axes.axvline(0, color=QUIET, linewidth=1.0)
    for row, change in enumerate(changes):
        if not math.isnan(change.low):
            axes.plot(
                [change.low, change.high],
                [row, row],
                color=STREET,
                linewidth=3.0,
                solid_capstyle="butt",
            )
        inside = STREET if change.is_sure else "white"
        axes.plot(
            [change.mean], [row], "o", markersize=5, markeredgecolor=STREET, markerfacecolor=inside
        )
        axes.text(
            1.03, row, _shown(change, words), transform=axes.get_yaxis_transform(), va="center",
            weight="bold" if change.is_sure else "normal",
        )  # fmt: skip
    ends = [
        end
        for change in changes
        for end in (change.mean, change.low, change.high)
        if not math.isnan(end)
    ]
    room = 0.06 * max(max(ends, default=0.0) - min(ends, default=0.0), 1.0)
    axes.set_xlim(min([*ends, 0.0]) - room, max([*ends, 0.0]) + room)
    axes.set_ylim(len(changes) - 0.5, -0.5)
    axes.set_yticks(range(len(changes)), labels=[broken(name, 34) for name in names], size=9)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(words["headline_axis"])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: number(at, words["lang"])))


def _shown(number: MeasureChange, words: Mapping[str, str]) -> str:
    mean, low, high = (
        signed(value, words["lang"]) for value in (number.mean, number.low, number.high)
    )
    if not number.high - number.low > 0:
        return mean
    return words["headline_shown"].format(change=mean, low=low, high=high)


def _table(
    comparison: Comparison,
    names: Sequence[str],
    changes: Sequence[MeasureChange],
    words: Mapping[str, str],
) -> Table:
    heads = (words["compare_base"], words["compare_here"], words["nights_change"])
    rows: Table = [[words["scenario"], "", *heads, words["low"], words["high"], "p", "p (Holm)"]]
    for other, name, change in zip(comparison.others, names, changes, strict=True):
        rows.append([other.member.name, name, *change.numbers])
    return rows


# --- How people or places go in the base and in each scenario, and how far they are apart.

SHADES = {"street": STREET, "blocked": BLOCKED, "occupied": PALETTE[0], "waiting": PALETTE[1]}
"""Colour of each course: what it has in the other figures."""
ACROSS = (3, 4, 5)
"""Scenarios side by side, where they are more than one row holds: what leaves fewest gaps."""
LEVEL, DIFFERENCE, NAME = 1.75, 1.35, 0.5
"""Heights of the two rows of a scenario, and of its name [inches]."""
GAP = 0.38
"""Between the two rows [inches]."""


def apart_drawn(
    comparison: Comparison, words: Mapping[str, str], origin: str, course: str
) -> Drawn:
    """Return the figure of one of COURSES, its title and its numbers."""
    base = comparison.base.results
    series = [series_of(course, base, other.member.results) for other in comparison.others]
    names = [title_of(other.member.results, words["lang"]) for other in comparison.others]
    title = _apart_title(course, names, series, words)
    figure = _figure(title, course, names, series, words, origin)
    return Drawn(figure, title, _apart_table(comparison, series, words))


def _apart_title(
    course: str, names: Sequence[str], series: Sequence[SeriesDifference], words: Mapping[str, str]
) -> str:
    """Return the message: the scenario furthest apart at the end, if its band leaves out zero."""
    what = words[f"course_{course}"]
    what = what[:1].upper() + what[1:]
    sure = [
        (abs(difference.mean[-1]), difference.mean[-1], name)
        for difference, name in zip(series, names, strict=True)
        if difference.low[-1] > 0 or difference.high[-1] < 0
    ]
    if not sure:
        return words["course_title_none"].format(course=what)
    _, mean, name = max(sure)
    digits = 0 if abs(mean) >= 9.95 else 1
    change = signed(float(mean), words["lang"], digits)
    return words["course_title"].format(course=what, name=name, change=change)


def _figure(
    title: str,
    course: str,
    names: Sequence[str],
    series: Sequence[SeriesDifference],
    words: Mapping[str, str],
    origin: str,
) -> Figure:
    across, down = _grid(len(series))
    block = NAME + LEVEL + GAP + DIFFERENCE + 0.45
    figure = canvas(12.0, 1.7 + block * down)
    width, height = figure.get_size_inches()
    top = head(figure, title, words["course_subtitle"])
    step = series[0].step
    means = words["course_means"].format(step=step) if step > 1 else words["course_mean_1"]
    foot(figure, [words["course_note"], means], origin)
    limits = _limits(series)
    for place, (name, shown) in enumerate(zip(names, series, strict=True)):
        row, column = divmod(place, across)
        left, wide = column / across + 0.6 / width, 1 / across - 0.8 / width
        upper = top - (row * block + NAME) / height
        level = figure.add_axes((left, upper - LEVEL / height, wide, LEVEL / height))
        lower = upper - (LEVEL + GAP + DIFFERENCE) / height
        difference = figure.add_axes((left, lower, wide, DIFFERENCE / height))
        level.set_title(broken(name, 108 // across))
        _draw_level(level, shown, SHADES[course], limits[0])
        _draw_difference(difference, shown, SHADES[course], limits[1:])
        for axes in (level, difference):
            date_axis(axes, shown, words["lang"], most=max(4, 12 // across))
            number_axis(axes, words, most=4)
        if column == 0:
            level.set_ylabel(words[f"course_{course}"])
            difference.set_ylabel(words["course_difference"])
    return figure


def _grid(scenarios: int) -> tuple[int, int]:
    """Return how many scenarios stand side by side and how many rows that makes."""
    if scenarios < ACROSS[1]:
        return max(2, scenarios), 1
    rows = {across: -(-scenarios // across) for across in ACROSS}
    across = min(ACROSS, key=lambda each: (rows[each], rows[each] * each - scenarios))
    return across, rows[across]


def _limits(series: Sequence[SeriesDifference]) -> tuple[float, float, float]:
    """Return the top of the levels, and bottom and top of the differences: the same for all."""
    top = max(max(each.base.max(), each.other.max()) for each in series)
    low = min(np.nanmin([each.mean, each.low]) for each in series)
    high = max(np.nanmax([each.mean, each.high]) for each in series)
    room = 0.06 * max(high - low, 1.0)
    return max(1.0, 1.06 * top), min(low, 0.0) - room, max(high, 0.0) + room


def _draw_level(axes: Axes, series: SeriesDifference, shade: str, top: float) -> None:
    axes.plot(series.times, series.base, color="#a8a8a8", linewidth=2.4)
    axes.plot(series.times, series.other, color=shade, linewidth=1.5)
    axes.set_ylim(0, top)


def _draw_difference(
    axes: Axes, series: SeriesDifference, shade: str, limits: tuple[float, float]
) -> None:
    axes.axhline(0, color=QUIET, linewidth=0.9)
    if not np.isnan(series.low).all():
        axes.fill_between(series.times, series.low, series.high, color=tint(shade, 0.3))
    axes.plot(series.times, series.mean, color=shade, linewidth=1.5)
    axes.set_ylim(*limits)


def _apart_table(
    comparison: Comparison, series: Sequence[SeriesDifference], words: Mapping[str, str]
) -> Table:
    """Return a row per scenario and point in time; empty where unknown."""
    heads = (words["compare_base"], words["compare_here"], words["course_difference"])
    rows: Table = [[words["scenario"], words["date"], *heads, words["low"], words["high"]]]
    for other, difference in zip(comparison.others, series, strict=True):
        for at, day in enumerate(difference.times):
            columns = (
                difference.base,
                difference.other,
                difference.mean,
                difference.low,
                difference.high,
            )
            numbers = [float(column[at]) for column in columns]
            rows.append([other.member.name, date_of(difference, day).isoformat(), *numbers])
    return rows


# --- Figures of a comparison: one headline, and how the pathway goes with and without each
# change.

COMPARED: Mapping[str, Callable[..., Drawn]] = {
    "street-nights": drawn,
    "street": partial(apart_drawn, course="street"),
    "blocked": partial(apart_drawn, course="blocked"),
    "occupied": partial(apart_drawn, course="occupied"),
}
"""The figures of a comparison by file name."""


def draw_comparison(
    comparison: Comparison,
    out_dir: Path,
    lang: str,
    formats: Sequence[str] = FORMATS[:2],
    only: Sequence[str] = (),
) -> list[Path]:
    """Write the figures of a comparison (all, or ``only`` those); return the files written."""
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, draw in COMPARED.items():
        if not only or name in only:
            made = partial(draw, comparison, words(lang))
            written += write_figure(
                name, out_dir / name, made, lang, provenance_of(comparison), formats
            )
    return written


def figure_of_comparison(comparison: Comparison, name: str, lang: str) -> Figure:
    """Return one of COMPARED."""
    draw = partial(COMPARED[name], comparison, words(lang))
    return figure_alone(draw, lang, provenance_of(comparison))


def provenance_of(comparison: Comparison) -> Mapping[str, object]:
    """Return where the numbers of a comparison come from."""
    base = comparison.base.results
    return {
        "scenario": " ".join(member.results.hash for member in comparison.members),
        "seed": base.seed,
        "replications": base.replications,
        "version": __version__,
    }


# --- The figures kept with the reference results: few and small, to see in a review what moved.

LANGUAGE = "en"
MAIN = ("where", "places", "waiting", "blocked", "flow")
"""Figures of the scenarios at the top of the folder."""
WHAT_IF = ("blocked", "flow")
"""Figures of each what-if scenario."""
WHAT_IF_FOLDER, COMPARED_FOLDER = "what-if", "what-if/compared"
"""Scenarios that are compared with a main one, and where the figures of that go."""


def draw_reference(ran: Mapping[str, Results], folder: Path) -> None:
    """Write the figures of main and what-if scenarios, and of their comparison, as .svg alone."""
    mains = [name for name in ran if "/" not in name]
    what_ifs = [name for name in ran if name.startswith(f"{WHAT_IF_FOLDER}/")]
    for names, only in ((mains, MAIN), (what_ifs, WHAT_IF)):
        for name in names:
            draw_run(ran[name], folder / name, LANGUAGE, ("svg",), only)
    if mains and what_ifs:
        base = ScenarioRun(mains[0], ran[mains[0]])
        others = [ScenarioRun(PurePosixPath(name).name, ran[name]) for name in what_ifs]
        paired = [other for other in others if not pairing_problems(base.results, other.results)]
        if paired:
            draw_comparison(compared(base, paired), folder / COMPARED_FOLDER, LANGUAGE, ("svg",))
    for path in folder.rglob("*.csv"):
        if path.with_suffix(".svg").is_file():
            path.unlink()  # the estimates hold the numbers; these would only fill the project
