"""Execute pages of docs: their files, commands and Python, in order, in one folder.

``python -m tests.sweep_guide`` writes the outputs of the guide to sweeps anew,
``python -m tests.sweep_guide tutorial api`` those of other pages.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sim.cli import main

RSCRIPT = shutil.which("Rscript")
NO_PACKAGE = "there is no package called"
GUIDE = Path(__file__).parent.parent / "docs" / "sweeps.md"
_BLOCK = re.compile(r"```(yaml|console|python|r|text)\n(.*?)```", re.DOTALL)


def executed(text: str, folder: Path) -> str:
    """Return the guide with every output as it comes out now; files go to ``folder``.

    Where R, or a package of R, is not installed, what it prints stays as it stands.
    """
    names: dict[str, Any] = {"__name__": "guide"}
    printed: str | None = ""

    def run(match: re.Match[str]) -> str:
        nonlocal printed
        kind, body = match.groups()
        if kind == "yaml":
            name = body.split("\n", 1)[0].removeprefix("# ")
            (folder / name).write_text(body, encoding="utf-8")
        elif kind == "console":
            body = "".join(_output(line) for line in body.splitlines() if line.startswith("$ "))
        elif kind == "python":
            printed = _printed(body, names)
        elif kind == "r":
            printed = _printed_by_r(body)
        elif printed is not None:
            body = printed
        return f"```{kind}\n{body}```"

    before = Path.cwd()
    os.chdir(folder)
    try:
        return _BLOCK.sub(run, text)
    finally:
        os.chdir(before)


def _output(line: str) -> str:
    """Return a command of the guide with what it writes to standard output."""
    result = CliRunner().invoke(main, line.split()[2:])
    if result.exit_code:
        raise RuntimeError(f"{line}: {result.stderr}")
    return f"{line}\n{result.stdout}"


def _printed(code: str, names: dict[str, Any]) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's packages
        exec(compile(code, str(GUIDE), "exec"), names)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _printed_by_r(code: str) -> str | None:
    if RSCRIPT is None:
        return None
    done = subprocess.run([RSCRIPT, "-e", code], capture_output=True, text=True, check=False)
    if NO_PACKAGE in done.stderr:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for name in sys.argv[1:] or ["sweeps"]:
            page = GUIDE.with_name(f"{name}.md")
            page.write_text(executed(page.read_text("utf-8"), Path(scratch)), encoding="utf-8")
