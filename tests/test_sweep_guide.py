"""The guide to sweeps says what happens: all of it is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweep_guide import GUIDE, executed


def test_the_guide_says_what_comes_out(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert executed(text, tmp_path) == text, "run: python -m tests.sweep_guide"


def test_a_wrong_output_and_a_broken_command_would_be_seen(tmp_path: Path) -> None:
    wrong = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    assert executed(wrong, tmp_path) == wrong.replace("3", "2")
    with pytest.raises(RuntimeError, match="no such file"):
        executed("```console\n$ maraude sweep nowhere.yaml\n```\n", tmp_path)
