"""``maraude compare``: what was changed, what moved, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.presentation.cli.common import (
    WholeNumber,
    as_json,
    engine_option,
    language,
    plainly,
    replace_option,
    say_replaced,
    seed_option,
    workers_type,
    write_json,
)
from sim.vocabulary.limits import MOST_REPLICATIONS

if TYPE_CHECKING:
    from sim.experiments.compare import Announce, Listed
    from sim.experiments.comparison import Comparison


@click.command()
@click.argument("files", metavar="BASE OTHER...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--replications",
    type=WholeNumber(2, MOST_REPLICATIONS),
    help="Simulated histories.  [default: the base's]",
)
@seed_option
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    help="Folder of the comparison.  [default: results/compare-BASE-with-OTHER+OTHER...]",
)
@replace_option
@engine_option
@click.option("--workers", type=workers_type, help="Cores to use.  [default: all]")
@click.option("--no-figures", is_flag=True, help="Draw no figures and write no report.")
@language
@as_json
@plainly
def compare(
    files: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    out: str | None,
    replace: bool,
    engine: str,
    workers: int | None,
    no_figures: bool,
    lang: str,
    as_json: bool,
) -> None:
    r"""Compare scenarios: the same luck for all, so that only what was changed makes a difference.

    BASE and OTHERs are scenario files, or folders of runs made with the same seed, replications and
    period (else they are refused, with the reason). A file alone is compared with do-nothing.yaml
    beside it, else with the file it is based on. The folder replaces an earlier comparison of the
    same files; other results are only replaced with --replace. Ends with 2 if a file or folder
    cannot be used or paired, 3 if a run contradicts itself.

    \b
    Examples:
      maraude compare scenarios/what-if/more-housing.yaml
      maraude compare scenarios/paris.yaml scenarios/what-if/*.yaml --lang fr
      maraude compare results/paris results/more-housing --out results/housing
    """
    from sim.experiments.compare import compare as make
    from sim.experiments.comparison_store import (
        contents_of_comparison,
        folder_name,
        write_comparison,
    )
    from sim.experiments.folder import made_on, refuse_unwritable
    from sim.presentation.cli.comparison_tables import as_record, print_comparison
    from sim.presentation.cli.readiness import say_if_large
    from sim.scenario import load

    folder = Path(out) if out else Path("results")

    def before(members: Sequence[Listed]) -> None:
        nonlocal folder
        if out is None:
            folder /= folder_name([one.name for one in members])
        refuse_unwritable(folder, contents_of_comparison(members), replace)
        for one in members:
            if one.folder is None:
                say_if_large(load(one.file), workers, lang, as_json)

    with ExitStack() as shown:
        comparison = make(
            *files,
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            summary=not no_figures,
            announce=_announcing(shown, engine, lang, as_json),
            before=before,
        )
    earlier = made_on(folder)
    write_comparison(comparison, folder, None if no_figures else _drawing(lang), replace)
    if as_json:
        write_json({"folder": folder.as_posix()} | as_record(comparison))
        return
    print_comparison(comparison, lang)
    click.echo(click.style(f"{folder.as_posix()}/", bold=True))
    say_replaced(folder, earlier)


def _announcing(shown: ExitStack, engine: str, lang: str, quiet: bool) -> Announce:
    """Return what shows how far each run is, one after the other."""
    from sim.presentation.cli.progress import following
    from sim.presentation.cli.readiness import ready

    def announce(name: str) -> Callable[[int, int], None] | None:
        shown.close()
        ready(engine, quiet, lang)
        return shown.enter_context(following(name, quiet, lang))

    return announce


def _drawing(lang: str) -> Callable[[Comparison, Path], None]:
    def finish(comparison: Comparison, folder: Path) -> None:
        from sim.experiments.folder import REPORT
        from sim.presentation.figures.compared import draw_comparison
        from sim.presentation.report.comparison_page import comparison_report

        draw_comparison(comparison, folder / "figures", lang)
        page = comparison_report(comparison, lang)
        (folder / REPORT).write_text(page, encoding="utf-8", newline="\n")

    return finish
