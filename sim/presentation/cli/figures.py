"""``maraude figures``: draw a run or a comparison again, in another language or format."""

from __future__ import annotations

from pathlib import Path

import click

from sim.presentation.cli.common import as_json, language, plainly, write_json
from sim.vocabulary.errors import WishError


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
@plainly
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
    """Draw into the folder, and tell its manifest so, or somewhere else."""
    from sim.experiments.comparison_store import is_comparison, read_comparison
    from sim.experiments.folder import plain_refusals
    from sim.experiments.reading import read_results
    from sim.experiments.store import read_manifest, write_manifest
    from sim.presentation.figures import FIGURES
    from sim.presentation.figures.compared import COMPARED, draw_comparison
    from sim.presentation.figures.of_runs import draw_run

    into = target or folder / "figures"
    if is_comparison(folder):
        _refuse_unknown(only, list(COMPARED))
        comparison = read_comparison(folder)
        with plain_refusals(into):
            written = draw_comparison(comparison, into, lang, formats, only)
    else:
        results = read_results(folder)
        _refuse_unknown(only, list(FIGURES))
        if results.summary is None:
            raise WishError(
                f"{folder.as_posix()} was run with --no-figures and does not hold what they are "
                "drawn from; run it again without"
            )
        with plain_refusals(into):
            written = draw_run(results, into, lang, formats, only)
    if target is None:
        write_manifest(folder, read_manifest(folder))
    return written


def _refuse_unknown(only: tuple[str, ...], known: list[str]) -> None:
    from sim.vocabulary.errors import did_you_mean

    for name in only:
        if name not in known:
            raise WishError(f"no figure '{name}'{did_you_mean(name, known)}")
