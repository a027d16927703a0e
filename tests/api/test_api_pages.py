"""The pages for Python say what happens, name everything there is, and are typed."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sim
from tests.sweep_guide import GUIDE, executed

pytestmark = pytest.mark.slow

ROOT = GUIDE.parent.parent
API, TUTORIAL = GUIDE.with_name("api.md"), GUIDE.with_name("tutorial.md")
CLASSES = ("Scenario", "Check", "Results", "Daily", "Comparison", "SweepResults")
INHERITED = ("model_",)
"""Names of methods that are those of pydantic."""
NOT_TOLD = ("data", "home", "history", "origin", "text")


@pytest.mark.parametrize("page", [API, TUTORIAL], ids=lambda page: page.stem)
def test_a_page_says_what_comes_out(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert executed(text, tmp_path) == text, f"run: python -m tests.sweep_guide {page.stem}"


def signature_of(function: object) -> str:
    """Return the arguments of a function as the page writes them: without types."""
    assert callable(function)
    shown = inspect.signature(function)
    plain = [
        item.replace(annotation=inspect.Parameter.empty)
        for name, item in shown.parameters.items()
        if name != "self"
    ]
    text = str(shown.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    return text.replace("'", '"')


@pytest.mark.parametrize("name", sim.__all__)
def test_every_public_name_is_on_the_page(name: str) -> None:
    page = API.read_text(encoding="utf-8")
    value = getattr(sim, name)
    if inspect.isfunction(value):
        assert f"**`sim.{name}{signature_of(value)}`**" in page
    else:
        assert f"`{name}`" in page or f"sim.{name}(" in page


@pytest.mark.parametrize("name", CLASSES)
def test_every_method_is_on_the_page_with_its_arguments(name: str) -> None:
    page = API.read_text(encoding="utf-8")
    missing = []
    for member in vars(getattr(sim, name)):
        if member.startswith(("_", *INHERITED)) or member in NOT_TOLD:
            continue
        value = inspect.getattr_static(getattr(sim, name), member)
        text = f"{member}{signature_of(value)}" if inspect.isfunction(value) else member
        if f"`{text}`" not in page and f"`{member}(...)`" not in page:
            missing.append(text)
    assert missing == []


def scripts(text: str) -> str:
    """Return the Python of a page as one script."""
    return "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


def checked(script: str, folder: Path) -> str:
    """Return what a strict type checker says of a script outside the project."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache")]
    done = subprocess.run(
        [*command, "script.py"], capture_output=True, text=True, cwd=folder, check=False
    )
    return done.stdout


def test_scripts_are_strictly_typed(tmp_path: Path) -> None:
    pages = "".join(scripts(page.read_text(encoding="utf-8")) for page in (TUTORIAL, API))
    wrong = "sim.run(base, replicatons=3)\nsim.run(base).plts\nsim.compare(base, 3)\n"
    end = len(pages.splitlines())
    text = checked(pages + wrong, tmp_path)
    lines = [int(line.split(":")[1]) for line in text.splitlines() if ": error:" in line]
    assert lines == [end + 1, end + 2, end + 3], text


def test_the_wheel_says_that_it_is_typed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert {"sim/py.typed", "sim/api/results.py"} <= set(packed.namelist())
