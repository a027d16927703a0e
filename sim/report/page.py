"""From content to one HTML page that needs nothing from outside."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.analysis.measures import text_cell
from sim.text.translations import in_language, number, percent, sentences, signed

# --- From content to one HTML page that needs nothing from outside.
#
# Everything a template shows is escaped unless it is markup made here. The page names, in its
# Content-Security-Policy, the only script it may run, and forbids any request.


def render(template: str, lang: str, player: str = "script.js", **content: Any) -> str:
    """Return a page made from a template, in a language.

    ``player``: the script of the page. In templates ``t(key, ...)`` is a sentence, ``n(value,
    digits)`` a number, ``pct(share)`` a percentage, ``say(text)`` what a word of a scenario is
    called.
    """
    style, script = _part("style.css"), _part(player)
    text = (
        _environment()
        .get_template(template)
        .render(
            content,
            lang=lang,
            t=sentences(lang),
            n=lambda value, digits=0: number(value, lang, digits),
            signed=lambda value, digits=0: signed(value, lang, digits),
            pct=lambda share: percent(share, lang),
            say=lambda text: in_language(text, lang),
            style=style,
            script=script,
            policy=policy(script),
        )
    )
    return text.rstrip() + "\n"


def policy(script: str) -> str:
    """Return the Content-Security-Policy: no request at all, no script but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _part(name: str) -> Markup:
    text = (files("sim.report") / "templates" / name).read_text(encoding="utf-8")
    return Markup(text.strip())  # ours, not a reader's


# --- Intervals drawn beside their numbers: where the line and the point stand.

WIDE, HIGH, EDGE = 160.0, 18.0, 6.0
"""Size of one drawing, and the room left at both ends [points]."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its interval, and where they stand on a scale shared by all rows.

    ``x``: positions of zero, low, mean, high; ``has_ends``: whether there is an interval at all;
    ``is_sure``: whether the number is certain to differ from zero.
    """

    mean: float
    low: float
    high: float
    x: tuple[float, float, float, float]
    has_ends: bool
    is_sure: bool


def intervals(
    numbers: Sequence[tuple[float, float, float]], sure: Sequence[bool] | None = None
) -> list[Interval]:
    """Return (mean, low, high) of several rows as intervals on one scale that holds zero.

    ``sure``: which of them are certain, where a correction for several tests decides that; else
    those whose interval leaves zero out.
    """
    ends = [each for row in numbers for each in row if isfinite(each)] + [0.0]
    least, most = min(ends), max(ends)
    span = (most - least) or 1.0

    def at(value: float) -> float:
        value = min(max(value, least), most) if value == value else 0.0
        return round(EDGE + (WIDE - 2 * EDGE) * (value - least) / span, 1)

    if sure is None:
        sure = [high > low and (low > 0 or high < 0) for _, low, high in numbers]
    return [
        Interval(*row, (at(0.0), at(row[1]), at(row[0]), at(row[2])), row[2] - row[1] > 0, is_sure)
        for row, is_sure in zip(numbers, sure, strict=True)
    ]


# --- Figures inside a page: their SVG made safe to stand beside others, and the numbers behind.

DIGITS = 6
"""Digits of the numbers in downloads; the .csv beside a figure has all."""
MOST_ROWS = 400
"""Rows of a series that are shown, at most."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"url\(#")


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers to be opened and downloaded: heads, rows as shown, and the file as a data: address.

    ``text``: how many columns from the left hold words. ``every``: of a long series only each
    so-manieth row is shown; the file has all.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: int
    href: str
    every: int
    count: int


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure: its drawing as markup, its message and what it shows."""

    name: str
    title: str
    drawing: Markup
    wide: int


def picture(name: str, svg: str, title: str, description: str) -> Picture:
    """Return a figure ready to be inlined; ``description`` is its text alternative.

    Identifiers get the figure's name as prefix, styles hold for this drawing only, what refers
    to other files is dropped and coordinates are rounded to a tenth of a point.
    """
    root = ElementTree.fromstring(svg)
    for parent in root.iter():
        for child in list(parent):
            if _plain(child.tag) in ("metadata", "style", "title", "desc"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _plain(element.tag)
        attributes = {_plain(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update({key: _own(key, text, name) for key, text in attributes.items()})
    wide = float(root.get("width", "800pt").removesuffix("pt"))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"role": "img", "class": "drawing", "id": f"{name}-drawing"}
    root.attrib["aria-labelledby"] = f"{name}-title {name}-desc"
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(place, element)
    return Picture(name, title, Markup(ElementTree.tostring(root, encoding="unicode")), round(wide))


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _own(key: str, text: str, name: str) -> str:
    """Return an attribute whose identifiers are the figure's own, its numbers short."""
    if key == "id":
        return f"{name}-{text}"
    if key == "href":
        return f"#{name}-{text[1:]}" if text.startswith("#") else "#"
    text = _REFERENCE.sub(f"url(#{name}-", text)
    if key in ("d", "transform", "x", "y", "points", "x1", "x2", "y1", "y2"):
        text = _NUMBER.sub(lambda match: _short(match.group()), text)
    return " ".join(text.split())


def _short(text: str) -> str:
    return f"{float(text):.1f}".removesuffix(".0")


def table_of(path: Path, name: str, title: str, lang: str) -> Table:
    """Return the numbers of a .csv as a table; a long series (with dates) is shown thinned."""
    with path.open(newline="", encoding="utf-8") as file:
        heads, *rows = csv.reader(file)
    has_dates = any(_DATE.fullmatch(cell) for cell in rows[0]) if rows else False
    every = -(-len(rows) // MOST_ROWS) if has_dates else 1
    return table(name, title, heads, rows, lang, max(1, every))


def table(
    name: str,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    lang: str,
    every: int = 1,
) -> Table:
    """Return a table of cells written as in a .csv: numbers with a decimal point."""
    numeric = [all(_is_number(row[at]) for row in rows) for at in range(len(heads))]
    text = numeric.index(True) if True in numeric else len(heads)
    shown = [[*row[:text], *(_shown(cell, lang) for cell in row[text:])] for row in rows[::every]]
    return Table(name, title, heads, shown, text, _address([heads, *rows]), every, len(rows))


def _is_number(cell: str) -> bool:
    try:
        float(cell or 0)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=50_000)
def _shown(cell: str, lang: str) -> str:
    """Return a number as read in a table: whole from a hundred on, else three digits."""
    if not _is_number(cell) or cell == "":
        return cell
    value = float(cell)
    if not isfinite(value):
        return "∞" if value > 0 else ""
    size = abs(value)
    digits = next(d for d, least in enumerate((99.95, 9.995, 0.9995, 0.0)) if size >= least)
    digits = 0 if value == round(value) else digits
    return number(value, lang, digits)


def _address(rows: Sequence[Sequence[str]]) -> str:
    lines = [",".join(_cell(cell) for cell in row) for row in rows]
    return "data:text/csv;charset=utf-8," + quote("\n".join(lines) + "\n", safe=",:;()/+*!'-._~")


def _cell(cell: str) -> str:
    if re.fullmatch(r"-?\d+\.\d+(?:e-?\d+)?", cell):
        return f"{float(cell):.{DIGITS}g}"
    cell = text_cell(cell)
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[,"\n\r]', cell) else cell
