"""Reports: one self-contained HTML page per run or comparison, in French or English."""

from __future__ import annotations

from pathlib import Path

REPORT = "report.html"
"""The name of a report in a folder of results."""


def report_of(folder: Path, lang: str) -> str:
    """Return the report of a folder of results; raises WishError where it cannot be read."""
    from sim.experiments.comparison_store import is_comparison, read_comparison
    from sim.experiments.one_more import read_one_more
    from sim.experiments.reading import read_results
    from sim.presentation.report.comparison_page import comparison_report
    from sim.presentation.report.run_page import run_report

    if is_comparison(folder):
        return comparison_report(read_comparison(folder), lang)
    more = folder / "one_more.csv"
    return run_report(read_results(folder), lang, read_one_more(more) if more.is_file() else ())
