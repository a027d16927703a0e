"""Units, calendars, distributions, draws, events, errors: shared by all, imports none of them."""

from __future__ import annotations
