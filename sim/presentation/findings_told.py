"""What was found in a run, in a sentence each."""

from __future__ import annotations

from sim.analysis.blocking import Cause, service_name
from sim.experiments.findings import bottleneck, locked
from sim.experiments.run import Results
from sim.log import Outline
from sim.presentation.words import listing, number, sentences


def bottleneck_sentence(results: Results, lang: str) -> str:
    """Return who is blocked and for want of what."""
    return cause_sentence(bottleneck(results), results.outline, lang)


def cause_sentence(cause: Cause | None, outline: Outline, lang: str) -> str:
    """Return what a main bottleneck does, or that there is none."""
    t = sentences(lang)
    if cause is None:
        return t("cause_none")
    return t(
        "cause",
        blocked=_people(cause.blocked, lang),
        occupied=_people(cause.occupied, lang),
        where=service_name(outline, cause.where, lang),
        want=service_name(outline, cause.want, lang),
        share=round(100 * cause.share),
        street=round(100 * cause.street_share),
    )


def locked_sentence(results: Results, lang: str) -> str:
    """Return a warning for each set of services that locked, else an empty text."""
    t = sentences(lang)
    return " ".join(
        t(
            "locked_services",
            some=found.replications,
            all=results.replications,
            names=listing(
                (service_name(results.outline, one, lang) for one in found.services), lang
            ),
            day=round(found.day),
        )
        for found in locked(results)
    )


def _people(value: float, lang: str) -> str:
    return number(value, lang, 0 if value >= 9.5 else 1)
