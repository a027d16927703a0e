"""The guide to sweeps says what happens: all of it is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweep_guide import GUIDE, RSCRIPT, executed

pytestmark = pytest.mark.slow


def test_the_guide_says_what_comes_out(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert executed(text, tmp_path) == text, "run: python -m tests.sweep_guide"


def test_a_wrong_output_and_a_broken_command_would_be_seen(tmp_path: Path) -> None:
    wrong = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    assert executed(wrong, tmp_path) == wrong.replace("3", "2")
    with pytest.raises(RuntimeError, match="no such file"):
        executed("```console\n$ maraude sweep nowhere.yaml\n```\n", tmp_path)


@pytest.mark.skipif(RSCRIPT is None, reason="R is not installed: its recipe stays unread")
def test_what_r_prints_is_read_too(tmp_path: Path) -> None:
    wrong = "```r\nprint(1 + 1)\n```\n\n```text\n[1] 3\n```\n"
    assert executed(wrong, tmp_path) == wrong.replace("3", "2")
    with pytest.raises(RuntimeError, match="no-such-table"):
        executed('```r\nread.csv("no-such-table.csv")\n```\n', tmp_path)
