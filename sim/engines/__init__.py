"""Two independent movers of people, and the keyed draws they share."""

from __future__ import annotations
