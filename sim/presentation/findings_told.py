"""What was found in a run, in a sentence each."""

from __future__ import annotations

from sim.analysis.blocking import Cause, service_name
from sim.event_log import Outline
from sim.experiments.findings import Unserved, bottleneck, locked, unserved
from sim.experiments.manifest import warm_up_found
from sim.experiments.run import Results
from sim.presentation.words import listing, number, sentences

_TOLD = {
    "visits": "unserved_visits",
    "nights": "unserved_nights",
    "requests": "unserved_requests",
    "to the street": "unserved_to_the_street",
    "gone": "unserved_gone",
    "turned away and gone": "unserved_turned_away_and_gone",
    "evicted": "unserved_evicted",
    "waiting": "unserved_waiting",
    "closed": "unserved_closed",
    "closed at the end": "unserved_closed_at_the_end",
}
_WITHOUT_NEXT = ("to the street", "gone")
"""What is told even where people are blocked: blocked people are not the only ones without room."""


def bottleneck_sentences(results: Results, lang: str) -> list[str]:
    """Return who is blocked and for want of what, and who found no room in another way.

    That everybody finds room is said only where nobody is refused, waits or meets closed doors.
    """
    t, cause, missing = sentences(lang), bottleneck(results), unserved(results)
    if cause is not None:
        missing = [one for one in missing if one.what in _WITHOUT_NEXT and one.number >= 1]
        first = cause_sentence(cause, results.outline, lang)
    else:
        first = t("cause_none_but" if missing else "cause_none")
    return [first, *(_missing(one, results.outline, lang) for one in missing)]


def _missing(one: Unserved, outline: Outline, lang: str) -> str:
    """Return who found no room in a service."""
    return sentences(lang)(
        _TOLD[one.what],
        service=service_name(outline, one.service, lang),
        number=_small(one.number, lang),
        of=_small(one.of, lang),
    )


def cause_sentence(cause: Cause, outline: Outline, lang: str) -> str:
    """Return what a main bottleneck does."""
    t = sentences(lang)
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
            n=found.replications,
            all=results.replications,
            names=listing(
                (service_name(results.outline, one, lang) for one in found.services), lang
            ),
            day=round(found.day),
        )
        for found in locked(results)
    )


def warm_up_sentence(results: Results, lang: str) -> str:
    """Return a sentence where MSER-5 would leave out more than the scenario does, else nothing."""
    found, chosen = warm_up_found(results), round(results.outline.warm_up)
    if found is None or (found.is_settled and found.left_out <= chosen):
        return ""
    key = "warm_up_short" if found.is_settled else "warm_up_unsettled"
    return sentences(lang)(key, n=found.left_out, chosen=chosen)


def _people(value: float, lang: str) -> str:
    return number(value, lang, 0 if value >= 9.5 else 1)


def _small(value: float, lang: str) -> str:
    """Return a number of people; a small one is not written as none."""
    if 0 < value < 0.05:
        return f"<{number(0.1, lang, 1)}"
    return number(value, lang, 0 if value >= 9.5 or value == round(value) else 1)
