"""The recipes of docs/cluster.md, with stand-ins for what SLURM does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import SweepOptions
from tests.support.sweeps import tables, written

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "cluster.md"
JOBS = 3


def job_script() -> str:
    """Return the script of the job array."""
    text = re.search(r"```\n(#!/bin/bash\n#SBATCH --array.*?)```", PAGE.read_text("utf-8"), re.S)
    assert text is not None
    return text[1]


@pytest.mark.skipif(sys.platform == "win32", reason="the script is for bash")
def test_a_job_array_makes_the_table_of_one_undisturbed_sweep(tmp_path: Path) -> None:
    written(tmp_path, name="sweep")
    script = tmp_path / "job.sh"
    script.write_text(job_script(), encoding="utf-8")
    set_by_slurm = {"SLURM_ARRAY_TASK_COUNT": str(JOBS), "SLURM_CPUS_PER_TASK": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    jobs = [
        subprocess.Popen(
            ["bash", "-euo", "pipefail", script.name],
            cwd=tmp_path,
            env={**os.environ, **set_by_slurm, "PATH": path, "SLURM_ARRAY_TASK_ID": str(number)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(1, 1 + JOBS)
    ]
    output = [job.communicate() for job in jobs]
    assert [job.returncode for job in jobs] == [0] * JOBS, output
    assert any("sweeps/sweep/table.csv" in out for out, _ in output)
    alone = carry_out_sweep(
        tmp_path / "sweep.yaml", tmp_path / "alone", SweepOptions(threads=True, workers=1)
    ).folder
    assert tables(tmp_path / "sweeps" / "sweep") == tables(alone)
