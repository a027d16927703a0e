"""From tallies and event logs to numbers, and the exact theory they are tested against."""

from __future__ import annotations
