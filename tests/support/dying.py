"""Work for worker processes that die, or stall, in the middle of handing back a large result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from multiprocessing import connection
from pathlib import Path
from typing import Any

LARGE = 1_000_000
"""Bytes of a result: a pipe takes some 100,000 before its reader must have read."""


def dies_within_result() -> bytes:
    """Die when half of the result is in the pipe."""
    _break_off(lambda: os.kill(os.getpid(), 9))
    return bytes(LARGE)


def stalls_within_result(mark: str) -> bytes:
    """Write half of the result, make the file ``mark``, and never go on."""

    def stall() -> None:
        Path(mark).touch()
        time.sleep(600)

    _break_off(stall)
    return bytes(LARGE)


def _break_off(after_half: Callable[[], None]) -> None:
    whole: Any = connection.Connection._send  # type: ignore[attr-defined]

    def half(pipe: Any, content: Any, write: Any = os.write) -> None:
        if len(content) > LARGE // 2:
            left = memoryview(content)[: LARGE // 2]
            while left:
                left = left[os.write(pipe.fileno(), left) :]
            after_half()
        whole(pipe, content)

    connection.Connection._send = half  # type: ignore[attr-defined]
