"""SimPy's calendar with the written order of simultaneous events (docs/model.md, section 6)."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import Any

import simpy

from sim.vocabulary.calendars import rounded
from sim.vocabulary.events import Event
from sim.vocabulary.stopping import stop_if_asked

Timeline = Generator[simpy.Event, Any, None]
"""What a SimPy process runs: it waits by yielding timers."""

_SERVICE_BITS = (1 << 12) - 1
_FIRST_OWN = int(Event.DAY_ENDS) << 48
"""Priorities below this are SimPy's own bookkeeping (a process begins); it comes first."""

EVENTS = 2**12
"""Events after which a thread looks whether it is to stop."""


class Timer(simpy.Event):
    """An event that comes at a fixed time unless it is cancelled."""

    cancelled = False

    def cancel(self) -> None:
        """Make the timer pass without effect; whoever waits for it waits for ever."""
        self.cancelled = True
        if self.callbacks is not None:
            self.callbacks.clear()


class StandstillError(Exception):
    """Too many events at the same time: the code and the service of the next one."""


class Clockwork(simpy.Environment):
    """A SimPy environment whose ties are broken by event code, person and service."""

    def at(self, time: float, code: Event, person: int = -1, service: int = -1) -> Timer:
        """Return a timer for a time [days], rounded to milliseconds; ``math.inf`` means never.

        SimPy sorts its calendar by (time, priority, serial). The time is entered as it is, because
        ``now + (time - now)`` can differ from it in the last digit; the priority carries the
        written order, so that the serial never decides.
        """
        timer = Timer(self)
        timer._ok, timer._value = True, None
        if time < math.inf:
            order = int(code) << 48 | (person + 1) << 12 | (service + 1)
            entry = (rounded(time), order, next(self._eid), timer)
            heappush(self._queue, entry)  # type: ignore[misc]
        return timer

    def begin(self) -> None:
        """Let processes that were started at this instant run up to their first timer."""
        while self._queue and self._queue[0][1] < _FIRST_OWN:
            self.step()

    def run_until(
        self,
        horizon: float,
        after_each: Callable[[], None],
        most_at_once: Callable[[], float] = lambda: math.inf,
    ) -> int:
        """Take events in order up to the horizon [days]; return how many.

        ``after_each`` is called after every event that was not cancelled. At the horizon itself
        only the end of the last day is taken. Raises StandstillError instead of taking more than
        ``most_at_once`` events at the same time.
        """
        last = (horizon, int(Event.DAY_ENDS) + 1 << 48)
        events = before = 0  # before: this instant
        self.begin()
        while self._queue and self._queue[0][:2] < last:
            timer = self._queue[0][3]
            if isinstance(timer, Timer) and timer.cancelled:
                heappop(self._queue)  # also if somebody began to wait after it was cancelled
                continue
            time, order = self._queue[0][:2]
            if time > self.now:
                before = events
            elif events - before >= most_at_once():
                raise StandstillError(order >> 48, (order & _SERVICE_BITS) - 1)
            self.step()
            self.begin()
            events += 1
            after_each()
            if events % EVENTS == 0:
                stop_if_asked()
        return events
