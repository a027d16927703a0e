"""Scenarios written in a test, read as a file is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from textwrap import dedent, indent

from sim.scenarios.loading import load
from sim.scenarios.schema import Scenario

HEAD = """
title: a test
period: {start: 2024-01-01, length: 2 years}
"""
ONE_CLASS = """
people:
  classes: {everybody: 100 %}
"""


def scenario(services: str, people: str = ONE_CLASS, more: str = "", head: str = HEAD) -> Scenario:
    """Return the scenario with these services; Monday 2024-01-01 is day 0."""
    text = head + dedent(people) + dedent(more) + "services:\n" + indent(dedent(services), "  ")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)
