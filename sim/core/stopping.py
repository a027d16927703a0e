"""Ending long work in order: what runs in a thread looks now and then whether it is to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

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
    if threading.current_thread() is not threading.main_thread():  # who alone hears signals
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise EndedError(number)

    usual = {number: signal.getsignal(number) for number in ENDING}
    ours = [one for one in usual if usual[one] in (signal.SIG_DFL, signal.default_int_handler)]
    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, usual[number])


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and other requests to end until this block is done: it is short, or tidies up.

    Somebody who presses Ctrl-C twice would interrupt what the first time set going.
    """
    if threading.current_thread() is not threading.main_thread():  # who alone hears signals
        yield
        return
    heard: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    usual = {number: signal.getsignal(number) for number in ENDING}
    put_off = {number: how for number, how in usual.items() if callable(how)}
    for number in put_off:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, how in put_off.items():
            signal.signal(number, how)
        for number in heard[:1]:
            signal.raise_signal(number)
