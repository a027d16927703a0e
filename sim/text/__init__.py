"""Words for readers, in French and English."""

from __future__ import annotations
