"""``maraude report``, ``figures``, ``log`` and ``animate``: pages, pictures and tables of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import (
    WholeNumber,
    as_json,
    engine_option,
    file_argument,
    language,
    report_errors,
    seed_option,
    write_json,
)
from sim.core.errors import ArgumentError, counted
from sim.core.limits import MOST_REPLICATIONS

if TYPE_CHECKING:
    from sim.core.log import Outline, Row
    from sim.scenarios.schema import Scenario

replication_option = click.option(
    "--replication",
    type=WholeNumber(1, MOST_REPLICATIONS),
    default=1,
    show_default=True,
    help="Which simulated history.",
)


def _write_page(page: str, target: Path, key: str, as_json: bool) -> None:
    """Write a page and print its path, or as JSON under ``key``, with its size."""
    from sim.runs.files import translate_os_errors, write_text

    with translate_os_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, page)
    size = len(page.encode())
    if as_json:
        write_json({key: target.as_posix(), "bytes": size})
    else:
        click.echo(f"{target.as_posix()} ({size / 1000:.0f} kB)")


# --- ``maraude report``: one page that an official can read, from a folder of results.


@click.command()
@click.argument("folder", type=click.Path(file_okay=False))
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="File to write.  [default: report.html in the folder]",
)
@click.option(
    "--sensitivity",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="A finished sweep over what is assumed (see `maraude sweep --assumed`).",
)
@language
@as_json
@report_errors
def report(folder: str, out: str | None, sensitivity: str | None, lang: str, as_json: bool) -> None:
    r"""Write the report of a run or of a comparison: one HTML file that needs nothing else.

    FOLDER was written by `maraude run` or `maraude compare`. The file holds its figures, its data
    and every parameter; it opens in any browser, without a network, and prints from there. With
    --sensitivity it also says how much each assumed number matters; for a comparison the sweep is
    that of its base.

    \b
    Examples:
      maraude report results/paris --lang fr
      maraude report results/paris --sensitivity results/sweeps/paris
      maraude report results/compare-paris-with-more-housing --lang en --out for-the-council.html
    """
    from sim.report import report_of

    page = report_of(Path(folder), lang, Path(sensitivity) if sensitivity else None)
    _write_page(page, Path(out) if out else Path(folder) / "report.html", "report", as_json)


# --- ``maraude figures``: draw a run or a comparison again, in another language or format.


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(file_okay=False))
@click.option("--only", multiple=True, metavar="NAME", help="This figure; may be given again.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["svg", "png", "pdf"]),
    default=("svg", "png"),
    show_default=True,
    help="May be given again.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    help="Folder in which each run gets a folder of its own.  [default: RUN/figures]",
)
@language
@as_json
@report_errors
def figures(
    runs: tuple[str, ...],
    only: tuple[str, ...],
    formats: tuple[str, ...],
    out: str | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Draw the figures of finished runs or comparisons again; nothing is simulated.

    The numbers come from the folder itself, and go beside each figure as CSV. Ends with 2 if a
    folder does not hold what its figures need.

    \b
    Examples:
      maraude figures results/paris --lang fr --format pdf
      maraude figures results/paris results/more-housing --only flow --only blocked
    """
    written: list[Path] = []
    for run in runs:
        folder = Path(run)
        target = Path(out) / folder.resolve().name if out else None
        written += _draw(folder, target, only, formats, lang)
    if as_json:
        write_json([path.as_posix() for path in written])
    else:
        for path in written:
            click.echo(path.as_posix())


def _draw(
    folder: Path, target: Path | None, only: tuple[str, ...], formats: tuple[str, ...], lang: str
) -> list[Path]:
    """Draw into the folder, and update its manifest, or somewhere else."""
    from sim.figures import FIGURES, draw_run
    from sim.figures.compared import COMPARED, draw_comparison
    from sim.runs.compare import is_comparison, read_comparison
    from sim.runs.read import read_results
    from sim.runs.run import read_manifest, write_manifest

    into = target or folder / "figures"
    if is_comparison(folder):
        _refuse_unknown(only, list(COMPARED))
        comparison = read_comparison(folder)
        with _drawn_beside(into) as beside:
            written = draw_comparison(comparison, beside, lang, formats, only)
    else:
        results = read_results(folder)
        _refuse_unknown(only, list(FIGURES))
        if results.summary is None:
            raise ArgumentError(
                f"{folder.as_posix()} was run with --no-figures and does not hold what they are "
                "drawn from; run it again without"
            )
        with _drawn_beside(into) as beside:
            written = draw_run(results, beside, lang, formats, only)
    if target is None:
        write_manifest(folder, read_manifest(folder))
    return [into / path.name for path in written]


@contextmanager
def _drawn_beside(folder: Path) -> Iterator[Path]:
    """Give a temporary folder; when the block ends well, its files replace those of ``folder``."""
    from tempfile import TemporaryDirectory

    from sim.runs.files import UNFINISHED, translate_os_errors

    with translate_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as beside:
            yield Path(beside)
            for path in Path(beside).iterdir():
                path.replace(folder / path.name)


def _refuse_unknown(only: tuple[str, ...], known: list[str]) -> None:
    from sim.core.errors import suggestion

    for name in only:
        if name not in known:
            raise ArgumentError(f"no figure '{name}'{suggestion(name, known)}")


# --- ``maraude log``: every event of one replication.


@click.command()
@file_argument
@replication_option
@seed_option
@engine_option
@click.option(
    "--out", type=click.Path(dir_okay=False), help="File to write.  [default: the screen]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["canonical", "vidigi"]),
    default="canonical",
    show_default=True,
    help="canonical: every event in words. vidigi: people queueing for, taking and leaving places.",
)
@as_json
@report_errors
def log(
    file: str,
    replication: int,
    seed: int | None,
    engine: str,
    out: str | None,
    form: str,
    as_json: bool,
) -> None:
    r"""Write every event of one simulated history as CSV, in the order in which things happen.

    Any history (replication) of a run can be had alone: same file, seed and number, same events.
    A line has the time in days since the start, what happens, to whom (people are numbered as they
    enter the model, from 0), where, and the other service or place concerned (for an admission:
    where the person comes from). Section 11 of docs/model.md has a table of all events, what each
    means and which columns it fills.

    \b
    Examples:
      maraude log scenarios/kinds/places.yaml
      maraude log scenarios/paris.yaml --replication 7 --format vidigi --out log.csv
    """
    import csv
    import io

    from sim.runs.files import write_text
    from sim.runs.simulate import CANONICAL, write_log

    with _simulated(file, engine, seed, replication, "en", as_json) as (_, rows, outline, _):
        text = io.StringIO()
        written = write_log(text, rows, outline, form)
    content = text.getvalue()
    if as_json:
        write_json(list(csv.DictReader(io.StringIO(content))))
    elif out is None:
        click.echo(content, nl=False)
    else:
        write_text(Path(out), content)
        message = f"{counted(written, 'event')} in {out}"
        if form != CANONICAL:
            message = f"{counted(written, 'row')} in {out}, in the form of {form}, made of "
            message += counted(len(rows), "event")
        click.echo(message, err=True)


@contextmanager
def _simulated(
    file: str, engine: str, seed: int | None, replication: int, lang: str, quiet: bool
) -> Iterator[tuple[Scenario, Sequence[Row], Outline, int]]:
    """Simulate one replication of a file; give scenario, log, outline and seed."""
    from sim.cli.common import ready, say_if_large
    from sim.plan.build import plan_of
    from sim.runs.simulate import memory_for_one, simulate_with
    from sim.scenarios.loading import load

    scenario = load(file)
    say_if_large(scenario, 1, lang, quiet, log=True)
    ready(engine, quiet)
    plan = plan_of(scenario)
    seed = scenario.run.seed if seed is None else seed
    with memory_for_one(plan, log=True):
        rows = simulate_with(engine)(plan, seed, replication, log=True).log or ()
        yield scenario, rows, plan.outline, seed


# --- ``maraude animate``: one simulated history as a page of moving dots.


@click.command()
@file_argument
@replication_option
@seed_option
@engine_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="File to write.  [default: results/NAME-animation.html]",
)
@language
@as_json
@report_errors
def animate(
    file: str,
    replication: int,
    seed: int | None,
    engine: str,
    out: str | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Show one replication as people moving through the pathway, on one HTML page.

    The page opens in any browser, without a network: play, speed, and a slider over the days.
    It is one possible history; the report has what is common to all.

    \b
    Examples:
      maraude animate scenarios/paris.yaml --lang fr
      maraude animate scenarios/what-if/more-housing.yaml --replication 7 --out homes.html
    """
    from sim.report.animation import animation
    from sim.runs.files import marked, refuse_other_page

    target = Path(out) if out else Path("results") / f"{Path(file).stem}-animation.html"
    if out is None:
        refuse_other_page(target, Path(file))
    with _simulated(file, engine, seed, replication, lang, as_json) as simulated:
        page = animation(*simulated, replication, lang)
    _write_page(marked(page, Path(file)), target, "animation", as_json)
