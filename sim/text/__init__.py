"""Words for readers, in each language."""

from __future__ import annotations

LANGUAGES = ("fr", "en")
"""Languages of tables, figures, reports and sentences: each has a folder of ``locales``."""
