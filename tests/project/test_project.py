"""What must hold for the project as a whole: its locks, its README, its modules, its habits."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
MODULES = sorted((ROOT / "sim").rglob("*.py"))

ADDRESS = re.compile(r"\w+://|\bfile:|(?<![\w.])/(?!/)\w")
MACHINE_PATH = re.compile(r"(?<![\w.])(?:/(?:work|root|home|Users|opt|mnt|srv)|[A-Z]:\\Users)[/\\]")
NOT_OURS = {"__pycache__", "build", "dist", "results"}


def own_files() -> Iterator[Path]:
    """Yield every file of the project, without environments, caches and results."""
    folders = [ROOT]
    while folders:
        for path in folders.pop().iterdir():
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.is_dir() and not hidden and path.name not in NOT_OURS:
                folders.append(path)
            elif path.is_file():
                yield path


def requirement_name(text: str) -> str:
    """Return the normal form of the name at the start of a requirement."""
    name = re.match(r"[A-Za-z0-9._-]+", text)
    assert name, text
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def locked(lock: str) -> set[str]:
    """Return the pinned lines of a lock, without their hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {line.rstrip(" \\") for line in text.splitlines() if re.match(r"\w", line)}


def fenced_lines(word: str) -> list[str]:
    """Return the lines of the README's code blocks which hold ``word``."""
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1::2]
    return [line for block in blocks for line in block.splitlines()[1:] if word in line]


@pytest.mark.parametrize(
    "text", ["--index-url https://example.org/simple", "x @ file:x.whl", "--find-links /wheels"]
)
def test_an_address_is_recognised(text: str) -> None:
    assert ADDRESS.search(text)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_and_hashes_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\w)", text.strip()):
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_locks_cover_what_the_project_asks_for() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, extras = settings["project"], settings["project"]["optional-dependencies"]
    build = settings["build-system"]["requires"]
    runtime = {requirement_name(r) for r in (*build, *project["dependencies"], *extras["fast"])}
    test = {requirement_name(r) for r in extras["test"]}
    assert runtime <= {requirement_name(pin) for pin in locked("requirements.lock")}
    assert test <= {requirement_name(pin) for pin in locked("requirements-test.lock")}


def test_what_is_tested_is_what_is_run() -> None:
    assert locked("requirements.lock") <= locked("requirements-test.lock")


@pytest.mark.parametrize("folder", ["work", "root", "home", "Users", "opt"])
def test_a_machine_path_is_recognised(folder: str) -> None:
    assert MACHINE_PATH.search(f"see '/{folder}/somebody/notes.txt'")


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    rows = []
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # pictures
            continue
        rows += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in MACHINE_PATH.finditer(text)]
    assert rows == []


@pytest.mark.parametrize(
    ("word", "lock"),
    [("maraude run", "requirements.lock"), ("pytest", "requirements-test.lock")],
)
def test_readme_has_one_line_that_installs_and_runs(word: str, lock: str) -> None:
    whole = [
        line for line in fenced_lines(word) if line.startswith("python3 -m venv --clear .venv && ")
    ]
    assert len(whole) == 1
    steps = whole[0].split(" && ")
    assert all(step.startswith(".venv/bin/") for step in steps[1:])  # whatever else is activated
    assert f"--require-hashes -r {lock}" in steps[1]
    assert word in steps[-1]


def test_readme_names_pytest_once_in_code() -> None:
    assert len(fenced_lines("pytest")) == 1  # .ci/run takes its test command from there


def test_readme_points_at_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_says_what_it_is(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))


def test_folders_of_tests_are_those_of_the_package() -> None:
    tests, package = ROOT / "tests", ROOT / "sim"
    folders = {path.parent.name for path in tests.rglob("test_*.py")}
    packages = {path.parent.name for path in package.glob("*/__init__.py")}
    assert folders == packages | {"project"}
    names = [path.name for path in tests.rglob("test_*.py")]
    assert len(set(names)) == len(names)
