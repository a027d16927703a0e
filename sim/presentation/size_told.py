"""How large a replication is, as a sentence."""

from __future__ import annotations

from sim.plan.size import LARGE_BYTES, LARGE_EVENTS, Size
from sim.presentation.words import number, sentences

SECONDS_PER_EVENT = 0.5e-6
"""Of the compiled engine, with analysis (docs/performance.md)."""


def size_sentence(size: Size, lang: str) -> str:
    """Return how much memory and how many events a large replication takes, else nothing."""
    t, found = sentences(lang), []
    if size.bytes > LARGE_BYTES:
        found.append(
            t(
                "size_memory",
                gb=number(size.bytes / 1e9, lang, 1),
                days=number(size.days, lang),
                services=number(size.services, lang),
                classes=number(size.classes, lang),
                people=number(size.everybody, lang),
            )
        )
    if size.events > LARGE_EVENTS:
        seconds = size.events * SECONDS_PER_EVENT
        millions = number(size.events / 1e6, lang)
        found.append(t("size_events", events=millions, time=time_told(seconds, lang)))
    return " ".join(found)


def fewer_workers(fit: int, wanted: int, lang: str) -> str:
    """Return that fewer workers are at work than wanted, because memory holds no more, or nothing.

    ``fit``: how many replications memory holds, at most as many as wanted.
    """
    return sentences(lang)("size_workers", n=fit, wanted=wanted) if fit < wanted else ""


def time_told(seconds: float, lang: str) -> str:
    """Return a time as people say it; nan is not known."""
    t = sentences(lang)
    if seconds != seconds:
        return t("time_unknown")
    if seconds < 90:
        return t("time_seconds", n=max(1, round(seconds)))
    if seconds < 5400:
        return t("time_minutes", n=round(seconds / 60))
    if seconds < 48 * 3600:
        return t("time_hours", n=number(seconds / 3600, lang, 1))
    return t("time_days", n=number(seconds / 86400, lang))
