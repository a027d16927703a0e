"""One self-contained HTML page about two runs: numbers that moved; figures old, new, difference."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.experiments.differing import Diff
from sim.experiments.run import Results
from sim.presentation.figures import FIGURES
from sim.presentation.figures.of_runs import draw_run
from sim.presentation.figures.pixels import difference_of
from sim.presentation.names import change_text, digits_of, name_of
from sim.presentation.words import number, percent, words

MOST = 300
"""Numbers in the table; all are in the folders' own files."""

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 75rem; margin: auto;
  padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
caption, th, td { text-align: left; padding: .3rem .8rem .3rem 0; }
th, td { border-bottom: 1px solid #ccc; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.three { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; } img { width: 100%; border: 1px solid #ccc; }
"""


def diff_page(diff: Diff, sentences: Iterable[str], lang: str) -> str:
    """Return the page; ``sentences`` say what was found."""
    spoken = words(lang)
    title = escape(spoken["diff_title"].format(old=diff.old.name, new=diff.new.member.name))
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    parts = [
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{title}</h1>",
        *(f"<p>{escape(sentence)}</p>" for sentence in sentences),
        f"<h2>{escape(spoken['diff_scenario'])}</h2>",
        *_changes(diff, lang),
        f"<h2>{escape(spoken['diff_numbers'])}</h2>",
        *_numbers(diff, lang),
        f"<h2>{escape(spoken['diff_figures'])}</h2>",
        *_figures(diff, lang),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _changes(diff: Diff, lang: str) -> Iterator[str]:
    spoken = words(lang)
    if not diff.changes:
        yield f"<p>{escape(spoken['compare_same'])}</p>"
        return
    yield from _table(
        (spoken["diff_path"], spoken["diff_old"], spoken["diff_new"]),
        [(one.path, one.before, one.after) for one in diff.changes],
    )


def _numbers(diff: Diff, lang: str) -> Iterator[str]:
    spoken = words(lang)
    headlines = [one for one in diff.new.headlines() if not one.is_sure]
    outline = diff.new.member.results.outline
    rows = [
        (
            name_of(one, outline, lang),
            _plain(one.base, digits_of(one), lang),
            _plain(one.other, digits_of(one), lang),
            change_text(one, lang),
            spoken["diff_moved" if one.is_sure else "diff_noise"],
        )
        for one in [*diff.moved[:MOST], *headlines]
    ]
    heads = ("diff_number", "diff_old", "diff_new", "compare_change", "compare_sure")
    yield from _table([spoken[head] for head in heads], rows, numbers=(1, 2, 3))


def _plain(value: float, digits: int, lang: str) -> str:
    return number(value, lang, digits) if abs(value) < float("inf") else "-"


def _table(
    heads: Iterable[str], rows: Iterable[Iterable[str]], numbers: tuple[int, ...] = ()
) -> Iterator[str]:
    yield "<table>\n<thead><tr>"
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield "</tr></thead>\n<tbody>"
    for row in rows:
        first, *rest = row
        cells = [f'<th scope="row">{escape(first)}</th>']
        for column, text in enumerate(rest, start=1):
            kind = ' class="number"' if column in numbers else ""
            cells.append(f"<td{kind}>{escape(text)}</td>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>\n</table>"


# ------------------------------------------------------------------------------- figures


def _figures(diff: Diff, lang: str) -> Iterator[str]:
    spoken = words(lang)
    with TemporaryDirectory() as scratch:
        found = [
            (folder / "figures", member.results, Path(scratch) / side)
            for side, member in (("old", diff.old), ("new", diff.new.member))
            if (folder := member.folder) is not None
        ]
        for name in FIGURES:
            pictures = _pictures(name, found, lang)
            yield f"<h3>{escape(name)}</h3>"
            if pictures is None:
                yield f"<p>{escape(spoken['diff_no_figure'])}</p>"
            else:
                yield from _three(name, *pictures, lang=lang)


def _pictures(
    name: str, found: list[tuple[Path, Results, Path]], lang: str
) -> tuple[Path, Path] | None:
    """Return both pictures as they were drawn then, else drawn now from both runs, else None."""
    kept = [folder / f"{name}.png" for folder, _, _ in found]
    if all(path.is_file() for path in kept):
        return kept[0], kept[1]
    if any(results.summary is None for _, results, _ in found):
        return None
    for _, results, scratch in found:
        draw_run(results, scratch, lang, formats=("png",), only=(name,))
    return found[0][2] / f"{name}.png", found[1][2] / f"{name}.png"


def _three(name: str, old: Path, new: Path, lang: str) -> Iterator[str]:
    spoken = words(lang)
    picture, share = difference_of(old, new)
    said = (
        spoken["diff_differs"].format(share=percent(share, lang)) if share else spoken["diff_equal"]
    )
    yield '<div class="three">'
    for bytes_, text in (
        (old.read_bytes(), spoken["diff_old"]),
        (new.read_bytes(), spoken["diff_new"]),
        (picture, said),
    ):
        shown = base64.b64encode(bytes_).decode()
        alternative = escape(f"{name}: {text}", quote=True)
        yield (
            f'<figure><img alt="{alternative}" src="data:image/png;base64,{shown}">'
            f"<figcaption>{escape(text)}</figcaption></figure>"
        )
    yield "</div>"
