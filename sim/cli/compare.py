"""``maraude compare``, ``diff`` and ``reference``: what moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import (
    WholeNumber,
    as_json,
    engine_option,
    language,
    replace_option,
    report_errors,
    say,
    say_replaced,
    seed_option,
    workers_type,
    write_json,
)
from sim.core.limits import MOST_REPLICATIONS

if TYPE_CHECKING:
    from sim.runs.compare import Announce, Comparison, Diff, Listed
    from sim.runs.kept import Finding

# --- ``maraude compare``: what was changed, what moved, and how sure that is.


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
@report_errors
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
    r"""Compare scenarios, with common random numbers: what the change alone does.

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
    from sim.cli.common import say_if_large
    from sim.runs.compare import compare as make
    from sim.runs.compare import contents_of_comparison, folder_name
    from sim.runs.files import refuse_unwritable

    folder = Path(out) if out else Path("results")

    def before(members: Sequence[Listed]) -> None:
        nonlocal folder
        if out is None:
            folder /= folder_name([member.name for member in members])
        ours = contents_of_comparison([member.source for member in members])
        refuse_unwritable(folder, ours, replace)
        for member in members:
            if member.results is None:
                say_if_large(member.scenario, workers, lang, as_json)

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
    _write(comparison, folder, None if no_figures else _drawing(lang), replace, lang, as_json)


def _write(
    comparison: Comparison,
    folder: Path,
    finish: Callable[[Comparison, Path], None] | None,
    replace: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Write the folder of a comparison and print what is in it."""
    from sim.cli.tables import comparison_record, print_comparison
    from sim.runs.compare import write_comparison
    from sim.runs.files import made_on

    earlier = made_on(folder)
    write_comparison(comparison, folder, finish, replace)
    if as_json:
        write_json({"folder": folder.as_posix()} | comparison_record(comparison))
    else:
        print_comparison(comparison, lang)
        click.echo(click.style(f"{folder.as_posix()}/", bold=True))
        say_replaced(folder, earlier)


def _announcing(shown: ExitStack, engine: str, lang: str, quiet: bool) -> Announce:
    """Return what shows how far each run is, one after the other."""
    from sim.cli.common import following, ready

    def announce(name: str) -> Callable[[int, int], None] | None:
        shown.close()
        ready(engine, quiet, lang)
        return shown.enter_context(following(name, quiet, lang))

    return announce


def _drawing(lang: str) -> Callable[[Comparison, Path], None]:
    def finish(comparison: Comparison, folder: Path) -> None:
        from sim.figures.compared import draw_comparison
        from sim.report.comparison import comparison_report
        from sim.runs.files import REPORT

        draw_comparison(comparison, folder / "figures", lang)
        page = comparison_report(comparison, lang)
        (folder / REPORT).write_text(page, encoding="utf-8", newline="\n")

    return finish


# --- ``maraude diff``: which numbers of two runs moved beyond noise.

MOVED = 1
"""Exit code: something moved beyond noise."""
MOST_PRINTED = 20
"""Numbers on the terminal; the page has more."""


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
@report_errors
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
    from sim.report.comparison import diff_page
    from sim.runs.compare import diff_folders
    from sim.runs.files import marked, refuse_other_page, translate_os_errors, write_text

    difference = diff_folders(Path(old), Path(new))
    names = [name.replace("/", "-") for name in (difference.old.name, difference.new.member.name)]
    page = Path(out) if out else Path("results") / f"diff-{'-'.join(names)}.html"
    if out is None:
        refuse_other_page(page, Path(old), Path(new))
    sentences = list(_sentences(difference, lang))
    with translate_os_errors(page):
        page.parent.mkdir(parents=True, exist_ok=True)
    write_text(page, marked(diff_page(difference, sentences, lang), Path(old), Path(new)))
    if as_json:
        write_json(_record(difference, page))
    else:
        _print_diff(difference, sentences, lang)
        click.echo(click.style(page.as_posix(), bold=True))
    if difference.moved:
        raise SystemExit(MOVED)


def _sentences(difference: Diff, lang: str) -> Iterator[str]:
    from sim.text.translations import filled, semicolons, words

    texts, new = words(lang), difference.new
    why = semicolons(difference.unpaired, lang)
    yield texts["diff_other_numbers"].format(why=why) if why else texts["diff_same_numbers"]
    key = "diff_some" if difference.moved else "diff_none"
    counts = {"n": len(difference.moved), "all": len(new.moved), "some": difference.differing}
    yield filled(texts, key, **counts)
    if difference.gone:
        yield texts["diff_gone"].format(names=", ".join(difference.gone))
    if new.services_alone:
        yield texts["diff_alone"].format(names=", ".join(new.services_alone))


def _print_diff(difference: Diff, sentences: list[str], lang: str) -> None:
    from sim.text.phrases import change_text, name_of

    for change in difference.new.changes:
        more = f" ({change.difference})" if change.difference else ""
        say(f"{change.path}: {change.before} → {change.after}{more}", "  ", "    ")
    outline = difference.new.member.results.outline
    for moved in difference.moved[:MOST_PRINTED]:
        click.echo(f"  {name_of(moved, outline, lang)}: {change_text(moved, lang)}")
    for sentence in sentences:
        say(sentence)


def _record(difference: Diff, page: Path) -> dict[str, Any]:
    return {
        "old": difference.old.name,
        "new": difference.new.member.name,
        "paired": not difference.unpaired,
        "why_not_paired": difference.unpaired,
        "numbers": len(difference.new.moved),
        "differing": difference.differing,
        "changed": [
            {"path": change.path, "from": change.before, "to": change.after}
            for change in difference.new.changes
        ],
        "moved": [
            {**moved.key._asdict(), "old": moved.base, "new": moved.other,
             "difference": moved.mean, "low": moved.low, "high": moved.high,
             "p_adjusted": moved.adjusted}
            for moved in difference.moved
        ],
        "page": page.as_posix(),
    }  # fmt: skip


# --- ``maraude reference``: what every shipped scenario gives, made or checked.

MOST_KEPT = 12
"""Differences printed of each scenario; all with --json."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; tell what is not as in the reference.")
@click.option(
    "--scenarios",
    type=click.Path(file_okay=False, exists=True),
    default="scenarios",
    show_default=True,
    help="Folder of the scenarios.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="results/reference",
    show_default=True,
    help="Folder of the reference.",
)
@replace_option
@click.option("--no-figures", is_flag=True, help="Numbers alone.")
@engine_option
@click.option("--workers", type=workers_type, default=1, show_default=True, help="Cores.")
@language
@as_json
@report_errors
def reference(
    check: bool,
    scenarios: str,
    out: str,
    replace: bool,
    no_figures: bool,
    engine: str,
    workers: int,
    lang: str,
    as_json: bool,
) -> None:
    r"""Run every shipped scenario a few times and keep numbers and figures, or check them.

    They are kept with the code: a change that moves a number or a picture must bring the new ones
    with it, so that whoever reviews it sees what moved. Ends with 0, with --check 1 if anything
    moved, 2 if a file or folder cannot be used, 3 if a run contradicts itself.

    \b
    Examples:
      maraude reference --check
      maraude reference
    """
    from sim.figures.compared import draw_reference
    from sim.runs.kept import make_reference

    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "reference" if check else Path(out)
        make_reference(
            Path(scenarios),
            made,
            engine=engine,
            workers=workers,
            draw=None if no_figures else draw_reference,
            replace=replace,
            announce=None if as_json else lambda name: click.echo(name, err=True),
        )
        if check:
            _report(Path(out), made, not no_figures, lang, as_json)
        elif as_json:
            write_json({"folder": made.as_posix()})
        else:
            click.echo(click.style(f"{made.as_posix()}/", bold=True))


def _report(kept: Path, made: Path, figures: bool, lang: str, as_json: bool) -> None:
    from sim.runs.kept import comparable_figures, what_moved
    from sim.text.phrases import finding_text
    from sim.text.translations import words

    findings = what_moved(kept, made, figures)
    compared = figures and comparable_figures(kept, made)
    if as_json:
        moved = [
            {"scenario": finding.scenario, "what": finding_text(finding, lang)}
            for finding in findings
        ]
        write_json({"figures_compared": compared, "moved": moved})
    else:
        _print_kept(findings, lang)
        if figures and not compared:
            click.echo(words(lang)["reference_not_compared"])
    if findings:
        raise SystemExit(MOVED)


def _print_kept(findings: list[Finding], lang: str) -> None:
    from sim.text.phrases import finding_text
    from sim.text.translations import sentences

    t = sentences(lang)
    for scenario, group in groupby(findings, key=lambda finding: finding.scenario):
        texts = [finding_text(finding, lang) for finding in group]
        click.echo(t("reference_head", scenario=scenario, n=len(texts)))
        for text in texts[:MOST_KEPT]:
            click.echo(f"  {text}")
        if len(texts) > MOST_KEPT:
            click.echo("  " + t("reference_more", n=len(texts) - MOST_KEPT))
    click.echo(t("reference_what_to_do" if findings else "reference_same"))
