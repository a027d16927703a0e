"""The recipes of CONTRIBUTING.md, carried out in a copy of the project as they stand there."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^In `(?P<file>[^`]+)`, (?:at the (?P<end>end)|(?P<where>after|before|in place of)"
    r" `(?P<text>[^`]+)`):\n\n```\w+\n(?P<block>.*?)^```$"
    r"|^```bash\n(?P<commands>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COPIED = ("sim", "tests", "docs", "pyproject.toml")
TRANSLATED = "tests/text -k 'keys or translated or twice or form_for_one'"


def recipe(heading: str) -> str:
    """Return the section of the page under a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(section)


class Copy:
    """A copy of the project, in which commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.mo")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder / name)
        (folder / "scenarios").mkdir()  # two small ones: kept numbers are made anew for all
        for file in ("kinds/drop-in.yaml", "kinds/places.yaml", "scenario.schema.json"):
            shutil.copy(ROOT / "scenarios" / file, folder / "scenarios")

    def run(self, command: str) -> str:
        """Run a command line; return what it prints. The compiled engine runs as plain Python."""
        done = subprocess.run(
            ["bash", "-euc", command], capture_output=True, text=True, check=False, cwd=self.folder,
            env={
                **os.environ,
                "NUMBA_DISABLE_JIT": "1",
                "PYTHONPATH": str(self.folder),
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            },
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, section: str) -> None:
        """Carry out every step of a section."""
        steps = list(STEP.finditer(section))
        assert len(steps) == section.count("```") // 2, "a block that no step introduces"
        for step in steps:
            if step["commands"]:
                self.run(step["commands"])
                continue
            path = self.folder / step["file"]
            text = path.read_text(encoding="utf-8")
            path.write_text(changed(text, step), encoding="utf-8")
        self.run("ruff check sim && ruff format --check sim")

    def rows(self, path: str) -> list[dict[str, str]]:
        """Return the rows of a table."""
        with (self.folder / path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def changed(text: str, step: re.Match[str]) -> str:
    """Return the text of a file after a step that changes it."""
    if step["end"]:
        return text + step["block"]
    assert text.count(step["text"]) == 1, f"{step['file']}: {step['text']} must stand there once"
    start = text.index(step["text"])
    end = start + len(step["text"])
    if step["where"] == "in place of":
        return text[:start] + step["block"].removesuffix("\n") + text[end:]
    at = text.index("\n", end) + 1 if step["where"] == "after" else text.rfind("\n", 0, start) + 1
    return text[:at] + step["block"] + text[at:]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("bash") is None, reason="the page is written for bash"),
]


def test_a_measure(copy: Copy) -> None:
    copy.follow(recipe("A measure"))
    assert "| **care acts per visit** | care acts | drop-in |" in (
        copy.folder / "docs" / "measures.md"
    ).read_text(encoding="utf-8")
    kept = copy.rows("results/reference/drop-in/estimates.csv")
    assert any(row["measure"] == "care acts per visit" for row in kept)
    for engine in ("reference", "compiled"):
        copy.run(
            f"maraude run scenarios/drop-in.yaml --replications 1 --no-figures --engine {engine} "
            f"--out {engine}"
        )
        values = {
            (row["measure"], row["period"]): float(row["value"])
            for row in copy.rows(f"{engine}/drop-in/measures.csv")
            if row["class"] == "all" and row["replication"] == "1"
        }
        care_acts, visits = (values[name, "all"] for name in ("care acts", "visits"))
        assert visits > 0
        assert values["care acts per visit", "all"] == care_acts / visits


def test_a_figure(copy: Copy) -> None:
    copy.follow(recipe("A figure"))
    copy.run("maraude run scenarios/places.yaml --replications 2 --lang en --out english")
    copy.run("maraude run scenarios/places.yaml --replications 2 --lang fr --out french")
    for folder, title in (("english", "on a list at the end"), ("french", "sur une liste")):
        assert (copy.folder / folder / "places" / "figures" / "lists.svg").exists()
        report = (copy.folder / folder / "places" / "report.html").read_text(encoding="utf-8")
        assert title in report
    rows = copy.rows("english/places/figures/lists.csv")
    assert [float(row["People on all lists"]) for row in rows][:2] == [1.0, 1.0]
    copy.run(f"python -m pytest -q {TRANSLATED}")


RESPITE = """
title: Respite beds
period: {start: 2024-01-01, length: 30 days}
people: {classes: {everyone: 100 %}}
start:
  street: 2
services:
  team:
    kind: outreach
    contacts_at_random: 1 per day
    referrals: [{to: beds, share: 100 %}]
  beds: {kind: respite, places: 1, stay: 3 days}
"""


def test_a_kind_of_service(copy: Copy) -> None:
    copy.follow(recipe("A kind of service"))
    file = copy.folder / "respite.yaml"
    file.write_text(RESPITE, encoding="utf-8")
    copy.run("maraude check respite.yaml --lang fr")
    logs = [copy.run(f"maraude log respite.yaml --engine {e}") for e in ("reference", "compiled")]
    assert logs[0] == logs[1]
    rows = list(csv.DictReader(logs[0].splitlines()))
    admitted = [float(row["time"]) for row in rows if row["event"] == "admitted"]
    left = [float(row["time"]) for row in rows if row["event"] == "leaves_place"]
    assert left == [pytest.approx(time + 3) for time in admitted if time + 3 < 30]
    assert len(left) > 3
    copy.run(f"python -m pytest -q {TRANSLATED}")


def test_a_language(copy: Copy) -> None:
    copy.follow(recipe("A language"))
    with (copy.folder / "sim/text/locales/de/LC_MESSAGES/maraude.po").open("r+") as file:
        text = file.read().replace('msgstr "Street"', 'msgstr "Straße"')
        file.seek(0)
        file.write(text)
    copy.run("maraude run scenarios/places.yaml --replications 2 --lang de --out german")
    page = (copy.folder / "german" / "places" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de"' in page
    assert "Straße" in page


def test_a_step_that_no_longer_fits_is_seen(copy: Copy) -> None:
    section = recipe("A measure").replace("OCCUPANCY = (", "OCCUPATION = (")
    with pytest.raises(AssertionError, match="must stand there once"):
        copy.follow(section)
