"""Reports: one self-contained HTML page per run or comparison, in French or English."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.runs.run import Results
    from sim.sweeps.results import FinishedSweep


def report_of(folder: Path, lang: str, sweep: Path | None = None) -> str:
    """Return the report of a folder of results; raises ArgumentError where it cannot be read.

    ``sweep``: the folder of a finished sweep over what the scenario (the base) assumes.
    """
    # What only one kind of report needs is imported where it is needed.
    from sim.report.run import run_report
    from sim.runs.compare import is_comparison, read_comparison
    from sim.runs.marginal import read_one_more
    from sim.runs.read import read_results

    def swept_of(results: Results) -> FinishedSweep | None:
        if sweep is None:
            return None
        from sim.sweeps.results import read_sensitivity

        return read_sensitivity(sweep, results.hash, results.file)

    if is_comparison(folder):
        from sim.report.comparison import comparison_report

        comparison = read_comparison(folder)
        return comparison_report(comparison, lang, swept_of(comparison.base.results))
    results, more = read_results(folder), folder / "one_more.csv"
    values = read_one_more(more) if more.is_file() else ()
    return run_report(results, lang, values, swept=swept_of(results))
