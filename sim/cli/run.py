"""``maraude run``: simulate scenario files and say what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import (
    BAD_INPUT,
    BAD_RUN,
    WholeNumber,
    as_json,
    engine_option,
    fail,
    files_argument,
    language,
    replace_option,
    replications_type,
    report_errors,
    say_replaced,
    seed_option,
    workers_type,
    write_json,
)
from sim.core.errors import ArgumentError, OutputError, RunError, ScenarioError
from sim.core.limits import MOST_PLACES

if TYPE_CHECKING:
    from sim.runs.marginal import OneMore
    from sim.runs.pool import LocalPool
    from sim.runs.run import Results
    from sim.scenarios.schema import Scenario


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What was asked for on the command line."""

    replications: int | None
    seed: int | None
    engine: str
    workers: int | None
    until: tuple[str, ...]
    most: int | None
    lang: str
    figures: bool
    daily: bool
    one_more: int | None
    quiet: bool
    replace: bool


@click.command()
@files_argument
@click.option(
    "--replications", type=replications_type, help="Simulated histories.  [default: the file's]"
)
@seed_option
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="results",
    show_default=True,
    help="Folder in which each file gets a folder of its own.",
)
@engine_option
@click.option("--workers", type=workers_type, help="Cores to use.  [default: all]")
@click.option(
    "--until",
    multiple=True,
    metavar="TEXT",
    help="Go on until this precision, e.g. 'street nights within 2 %', is reached and kept for 5 "
    "more replications, which are not part of the results; may be given several times.",
)
@click.option(
    "--most",
    type=replications_type,
    help="Replications after which --until is given up.  [default: 200]",
)
@click.option(
    "--one-more",
    type=WholeNumber(1, MOST_PLACES, "N"),
    help="Also say what N more places of each service would change, per place.",
)
@replace_option
@click.option("--no-figures", is_flag=True, help="Draw no figures and write no report.")
@click.option("--no-daily", is_flag=True, help="Write no daily.parquet (the largest file).")
@language
@as_json
@report_errors
def run(files: tuple[str, ...], out: str, as_json: bool, **options: Any) -> None:
    r"""Simulate scenario files; results go to one folder per file.

    A folder holds report.html, to be read first, the scenario in full, where every number comes
    from, days, measures, estimates with 95 % intervals and figures. It appears when it is complete,
    never half-made, and replaces an earlier run of the same file; other results are only replaced
    with --replace. Ends with 2 if a file or folder cannot be used, 3 if a run contradicts itself.

    \b
    Examples:
      maraude run scenarios/paris.yaml
      maraude run scenarios/paris.yaml --until "street nights within 2 %" --lang fr
      maraude run scenarios/paris.yaml --one-more 5 --no-figures
    """
    from sim.runs.files import refuse_unwritable
    from sim.runs.pool import shared_pool
    from sim.runs.run import contents_of_run
    from sim.scenarios.loading import load

    _refuse_same_names(files)
    settings = _run_options(options, as_json)
    answers: dict[str, dict[str, Any]] = {}
    scenarios: dict[str, Scenario] = {}
    code = 0

    @contextmanager
    def reported(file: str) -> Iterator[None]:
        """Report an error of one file, and go on with the others."""
        nonlocal code
        try:
            yield
        except (ScenarioError, ArgumentError, OutputError, RunError) as error:
            click.echo(str(error), err=True)
            code = max(code, BAD_RUN if isinstance(error, RunError) else BAD_INPUT)
            answers[file] = {"file": file, "error": str(error)}

    for file in files:  # what is refused is refused before the first run
        with reported(file):
            scenario = load(file)
            ours = contents_of_run(scenario)
            refuse_unwritable(Path(out) / Path(file).stem, ours, settings.replace)
            scenarios[file] = scenario
    with shared_pool(settings.engine, settings.workers) as pool:
        for file, scenario in scenarios.items():
            with reported(file):
                folder = Path(out) / Path(file).stem
                answers[file] = _run_one(file, scenario, folder, settings, pool)
    if as_json:
        write_json([answers[file] for file in files])
    if code:
        raise SystemExit(code)


def _run_options(options: dict[str, Any], as_json: bool) -> RunOptions:
    figures, daily = not options.pop("no_figures"), not options.pop("no_daily")
    return RunOptions(figures=figures, daily=daily, quiet=as_json, **options)


def _refuse_same_names(files: tuple[str, ...]) -> None:
    stems = [Path(file).stem for file in files]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        fail(f"two files would have the same folder of results: {', '.join(twice)}", BAD_INPUT)


def _run_one(
    file: str, scenario: Scenario, folder: Path, settings: RunOptions, pool: LocalPool
) -> dict[str, Any]:
    from sim.cli.common import following, ready, say_if_large
    from sim.cli.tables import as_record, print_one_more, print_results
    from sim.runs.files import made_on
    from sim.runs.run import run as simulate

    say_if_large(scenario, settings.workers, settings.lang, settings.quiet)
    ready(settings.engine, settings.quiet, settings.lang)
    more: list[OneMore] = []
    earlier = made_on(folder)
    with following(file, settings.quiet, settings.lang) as progress:
        results = simulate(
            scenario,
            replications=settings.replications,
            seed=settings.seed,
            engine=settings.engine,
            workers=pool,
            until=settings.until or None,
            most=settings.most,
            out=folder,
            replace=settings.replace,
            daily=settings.daily,
            summary=settings.figures,
            progress=progress,
            finish=_finishing(settings, more, pool),
        )
    if settings.quiet:
        return {"file": file, "folder": folder.as_posix()} | as_record(results, more, settings.lang)
    print_results(results, settings.lang)
    if more:
        print_one_more(results, more, settings.lang)
    click.echo(click.style(f"{folder.as_posix()}/", bold=True))
    say_replaced(folder, earlier)
    return {}


def _finishing(
    settings: RunOptions, more: list[OneMore], pool: LocalPool
) -> Callable[[Results, Path], None]:
    """Return what is added to the folder before it gets its name."""

    def finish(results: Results, folder: Path) -> None:
        if settings.one_more is not None:
            from sim.runs.marginal import marginal_value, write_one_more

            more.extend(marginal_value(results, step=settings.one_more, workers=pool))
            write_one_more(folder / "one_more.csv", more)
        if results.summary is not None:
            from sim.figures import draw_run
            from sim.report.run import run_report
            from sim.runs.files import REPORT

            draw_run(results, folder / "figures", settings.lang)
            page = run_report(results, settings.lang, more, folder / "figures")
            (folder / REPORT).write_text(page, encoding="utf-8", newline="\n")

    return finish
