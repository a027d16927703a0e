"""``maraude diff``: which numbers of two runs moved beyond noise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.presentation.cli.common import WIDTH, as_json, language, plainly, write_json

if TYPE_CHECKING:
    from sim.experiments.differing import Diff

MOVED = 1
"""Exit code: something moved beyond noise."""
MOST_TOLD = 20
"""Numbers told on the terminal; the page has more."""


@click.command()
@click.argument("old", metavar="RUN_A", type=click.Path(file_okay=False))
@click.argument("new", metavar="RUN_B", type=click.Path(file_okay=False))
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="File of the page.  [default: results/diff-A-B.html]",
)
@language
@as_json
@plainly
def diff(old: str, new: str, out: str | None, lang: str, as_json: bool) -> None:
    r"""Say which numbers of two runs moved beyond noise, and show every figure old and new.

    Runs with the same seed, replications and period are judged in pairs, others by Welch's test;
    in both cases corrected for the number of tests (Holm), so that the chance of any false alarm is
    at most 5 %. A difference that is the same in all of a few replications is no alarm: with 2 next
    to nothing can be told, with 10 or more a clear change can. The versions of maraude may differ.
    Ends with 0 if nothing moved beyond noise, 1 if something did, 2 if a folder cannot be used.

    \b
    Example:
      maraude diff before/paris results/paris --out diff.html
    """
    from sim.experiments.differing import differ
    from sim.experiments.folder import plain_refusals
    from sim.presentation.diff_page import diff_page

    found = differ(Path(old), Path(new))
    page = Path(out) if out else Path("results") / _page_name(found)
    sentences = list(_sentences(found, lang))
    with plain_refusals(page):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(diff_page(found, sentences, lang), encoding="utf-8")
    if as_json:
        write_json(_record(found, page))
    else:
        _tell(found, sentences, lang)
        click.echo(click.style(page.as_posix(), bold=True))
    if found.moved:
        raise SystemExit(MOVED)


def _page_name(found: Diff) -> str:
    names = (found.old.name, found.new.member.name)
    return f"diff-{'-'.join(name.replace('/', '-') for name in names)}.html"


def _sentences(found: Diff, lang: str) -> Iterator[str]:
    from sim.presentation.words import filled, words

    spoken = words(lang)
    why = "; ".join(found.unpaired)
    yield spoken["diff_other_luck"].format(why=why) if why else spoken["diff_same_luck"]
    key = "diff_some" if found.moved else "diff_none"
    counts = {"n": len(found.moved), "all": len(found.new.moved), "some": found.differing}
    yield filled(spoken, key, **counts)
    if found.gone:
        yield spoken["diff_gone"].format(names=", ".join(found.gone))
    if found.services_alone:
        yield spoken["diff_alone"].format(names=", ".join(found.services_alone))


def _tell(found: Diff, sentences: list[str], lang: str) -> None:
    from sim.presentation.names import change_text, name_of

    for change in found.changes:
        more = f" ({change.difference})" if change.difference else ""
        told = f"{change.path}: {change.before} → {change.after}{more}"
        click.echo(click.wrap_text(told, WIDTH, "  ", "    "))
    outline = found.new.member.results.outline
    for one in found.moved[:MOST_TOLD]:
        click.echo(f"  {name_of(one, outline, lang)}: {change_text(one, lang)}")
    for sentence in sentences:
        click.echo(click.wrap_text(sentence, WIDTH))


def _record(found: Diff, page: Path) -> dict[str, Any]:
    return {
        "old": found.old.name,
        "new": found.new.member.name,
        "paired": not found.unpaired,
        "why_not_paired": found.unpaired,
        "numbers": len(found.new.moved),
        "differing": found.differing,
        "changed": [
            {"path": one.path, "from": one.before, "to": one.after} for one in found.changes
        ],
        "moved": [
            {**one.key._asdict(), "old": one.base, "new": one.other, "difference": one.mean,
             "low": one.low, "high": one.high, "p_adjusted": one.adjusted}
            for one in found.moved
        ],
        "page": page.as_posix(),
    }  # fmt: skip
