"""What checks a change: hooks before a commit, the workflow, and which tests a run has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
LONG = ("slow", "browser", "cluster", "statistical")


def read(file: str) -> Any:
    return YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))


def hooks() -> dict[str, dict[str, Any]]:
    return {
        hook["id"]: hook
        for repo in read(".pre-commit-config.yaml")["repos"]
        for hook in repo["hooks"]
    }


# --- Hooks.


def test_hooks_fetch_nothing_and_use_the_tools_of_the_environment() -> None:
    assert {repo["repo"] for repo in read(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks().values()} == {"system"}
    assert set(hooks()) == {"ruff", "ruff-format", "mypy", "lint-imports", "schema"}


def test_hooks_check_what_the_whole_check_does() -> None:
    whole = CI.replace('"$python"', "python")
    for name, hook in hooks().items():
        assert name == "schema" or f"\n{hook['entry']}\n" in whole
    assert "maraude schema >" in whole
    assert "diff -u scenarios/scenario.schema.json" in whole


@pytest.mark.skipif(shutil.which("bash") is None, reason="the hook is a line of bash")
def test_the_hook_of_the_schema_sees_one_that_is_not_current(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    schema = (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    entry = hooks()["schema"]["entry"]
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(ROOT)}
    for text, code in ((schema, 0), (schema.replace("title", "titel"), 1)):
        (tmp_path / "scenarios" / "scenario.schema.json").write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["bash", "-c", entry], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert done.returncode == code, done.stderr.decode()


# --- The workflow.


def test_the_workflow_runs_the_whole_check_on_every_python_that_is_locked() -> None:
    (job,) = read(".github/workflows/ci.yml")["jobs"].values()
    assert job["runs-on"].startswith("ubuntu")
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    versions = job["strategy"]["matrix"]["python"]
    assert versions[0] == "3.11"
    lock = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    ends = {int(minor) for minor in re.findall(r"python_full_version < '3\.(\d+)'", lock)}
    assert versions == [f"3.{minor}" for minor in range(11, max(ends))]


def test_the_workflow_holds_no_address() -> None:
    assert "://" not in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


# --- Which tests a run has (tests/conftest.py).

TESTS = """
import pytest

@pytest.mark.{marker}
def test_long(): pass

def test_short(): pass
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project with this project's conftest.py, and a long and a short test of each marker."""
    folder = tmp_path / "checks"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    for marker in LONG:
        (folder / f"test_{marker}.py").write_text(TESTS.format(marker=marker), encoding="utf-8")
    markers = ", ".join(f'"{marker}: ..."' for marker in LONG)
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.pytest.ini_options]\ntestpaths = ["checks"]\naddopts = ["--strict-markers"]\n'
        f"markers = [{markers}]\n",
        encoding="utf-8",
    )
    return tmp_path


def last_lines(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return re.sub(r" in [\d.]+s.*", "", "\n".join(done.stdout.splitlines()[-2:]))


LEFT_OUT = "4 tests marked slow, browser, cluster, statistical were left out: --all runs them\n"


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ((), f"{LEFT_OUT}4 passed, 4 deselected"),
        (("-n1",), f"{LEFT_OUT}4 passed, 4 deselected"),
        (("--all",), "8 passed"),
        (("-m", "slow"), "1 passed, 7 deselected"),
        (("checks/test_slow.py",), "2 passed"),
        (("-k", "long"), "4 passed, 4 deselected"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_long_tests_are_left_out_only_where_nobody_chose(
    small: Path, arguments: tuple[str, ...], lines: str
) -> None:
    assert last_lines(small, *arguments).endswith(lines)


def test_the_readme_runs_every_test() -> None:
    (command,) = re.findall(r"^.*pytest.*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert command.endswith("-m pytest -n auto --all")


def test_an_unknown_marker_is_refused(small: Path) -> None:
    (small / "checks" / "test_slow.py").write_text(TESTS.format(marker="slwo"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=small, env=environment, capture_output=True, check=False)
    assert b"'slwo' not found in `markers`" in done.stdout
