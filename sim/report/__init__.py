"""Reports: one self-contained HTML page per run or comparison, in French or English."""

from __future__ import annotations

from pathlib import Path


def report_of(folder: Path, lang: str, sweep: Path | None = None) -> str:
    """Return the report of a folder of results; raises ArgumentError where it cannot be read.

    ``sweep``: the folder of a finished sweep over what the scenario (the base) assumes.
    """
    from sim.report.comparison import comparison_report
    from sim.report.run import run_report
    from sim.runs.compare import is_comparison, read_comparison
    from sim.runs.marginal import read_one_more
    from sim.runs.read import read_results
    from sim.runs.run import Results
    from sim.sweeps.results import FinishedSweep, read_sensitivity

    def swept_of(results: Results) -> FinishedSweep | None:
        return read_sensitivity(sweep, results.hash, results.file) if sweep else None

    if is_comparison(folder):
        comparison = read_comparison(folder)
        return comparison_report(comparison, lang, swept_of(comparison.base.results))
    results, more = read_results(folder), folder / "one_more.csv"
    values = read_one_more(more) if more.is_file() else ()
    return run_report(results, lang, values, swept=swept_of(results))
