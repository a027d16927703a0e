"""Ending long work in order: what runs in a thread looks now and then whether it is to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""Signals by which somebody asks a program to end: Ctrl-C, a scheduler, a terminal that closes."""


class EndedError(KeyboardInterrupt):
    """A signal asks the program to end; ``number``: which one."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class StoppedError(Exception):
    """Work that was given up because it was asked to stop; nobody needs its result."""


_asked = threading.local()


def stop_thread_when(is_asked: Callable[[], bool]) -> None:
    """Have the work of this thread stop as soon as it looks and ``is_asked`` says so."""
    _asked.by = is_asked


def stop_if_asked() -> None:
    """Raise StoppedError if the work of this thread is to stop."""
    is_asked = getattr(_asked, "by", None)
    if is_asked is not None and is_asked():
        raise StoppedError


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Raise EndedError in this block when a signal asks to end, so that it is left in order.

    Python would drop everything where it is, except for Ctrl-C. A signal that is ignored (nohup) or
    that somebody else listens to is left alone.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise EndedError(number)

    with _handled(end, lambda usual: usual in (signal.SIG_DFL, signal.default_int_handler)):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and other requests to end until this block is done: it is short, or tidies up.

    Somebody who presses Ctrl-C twice would interrupt what the first time set going.
    """
    requests: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        requests.append(number)

    try:
        with _handled(note, callable):
            yield
    finally:
        for number in requests[:1]:
            signal.raise_signal(number)


@contextmanager
def _handled(
    handler: Callable[[int, FrameType | None], None], is_ours: Callable[[Any], bool]
) -> Iterator[None]:
    """Handle in this block the requests to end whose usual handler ``is_ours`` to replace."""
    if threading.current_thread() is not threading.main_thread():  # which alone gets signals
        yield
        return
    usual = {number: signal.getsignal(number) for number in ENDING}
    replaced = {number: how for number, how in usual.items() if is_ours(how)}
    for number in replaced:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, how in replaced.items():
            signal.signal(number, how)
