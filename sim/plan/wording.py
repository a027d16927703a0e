"""The sentences of the diagnostics, in French and in English."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plan.diagnostics import Diagnostics, ServiceLoad

WHEN = {
    "fr": (" (au début)", " (à la fin de la période)"),
    "en": (" (at the start)", " (at the end of the period)"),
}
KEEPS_NOT_UP = {
    "fr": "{name}{when} ne peut pas suivre, quelle que soit la chance : {inflow} demandes par an, "
    "alors que ses places ({places}) laissent passer {passes} personnes par an ; il en faudrait "
    "{missing} de plus{list}.",
    "en": "{name}{when} cannot keep up, whatever the luck: {inflow} requests a year, while its "
    "places ({places}) let {passes} people pass a year; {missing} more would be needed{list}.",
}
LIST_BOUNDED = {
    "fr": " ; la liste d'attente s'allonge d'abord de {growth} par an, et finit par compter "
    "environ {limit} personnes de la rue",
    "en": "; the waiting list grows by {growth} a year at first and settles at about {limit} "
    "people of the street",
}
LIST_UNBOUNDED = {
    "fr": " ; la liste d'attente s'allonge de {growth} par an, sans limite",
    "en": "; the waiting list grows by {growth} a year, without limit",
}
LIST_ELSEWHERE = {
    "fr": " ; ceux qui l'attendent gardent leur place dans les services qui précèdent",
    "en": "; those who wait for it keep their places in the services before it",
}
LIST_EMPTY = {
    "fr": " ; en fait il en vient moins, retenus dans les services qui précèdent",
    "en": "; in fact fewer come, held up in the services before it",
}
HELD_BACK = {
    "fr": "{name}{when} finit par n'admettre que {sustained} personnes par an au lieu de {passes} "
    ": {blocked} de ses places ({places}) sont bloquées, faute de places en aval ; ce qui limite "
    "le flux : {cause}.",
    "en": "{name}{when} ends up admitting {sustained} people a year instead of {passes}: {blocked} "
    "of its places ({places}) are blocked for want of places further on; what limits the flow: "
    "{cause}.",
}
LOCKS = {
    "fr": "Boucle qui peut se verrouiller : {names} ; chacun peut y attendre, sans limite, la "
    "place d'un autre.",
    "en": "A loop that can lock: {names}; everybody there may wait, without limit, for the place "
    "of another.",
}
UNREACHED = {
    "fr": "{name} : personne ne peut jamais y arriver.",
    "en": "{name}: nobody can ever come to it.",
}
UNUSED = {
    "fr": "La route de {name} vers {to} n'est jamais empruntée.",
    "en": "The route from {name} to {to} is never taken.",
}
PLACES_NOT_SERVICES = {
    "fr": {"street": "la rue", "left": "le départ", "died": "le décès", "housed": "le relogement"},
    "en": {"street": "the street", "left": "leaving", "died": "death", "housed": "a home"},
}


def number(value: float, language: str) -> str:
    """Return a number as people read it: whole, or with one decimal below 10."""
    if isinf(value):
        return "∞"
    value = round(value, 6)
    text = f"{value:,.0f}" if abs(value) >= 10.0 or value == round(value) else f"{value:.1f}"
    if language == "en":
        return text
    return text.replace(",", "\u202f").replace(".", ",")


def sentences(found: Diagnostics, language: str) -> list[str]:
    """Return what deserves attention: scarce services, what holds them back, loops, dead ends."""
    place = ("fr", "en").index(language)
    names = {name: both[place] for name, both in found.names.items()}
    lines = []
    for start, end in zip(found.at_start, found.at_end, strict=True):
        always = about(start, names, "", language)
        if always == about(end, names, "", language):
            lines += always
        else:
            lines += about(start, names, WHEN[language][0], language)
            lines += about(end, names, WHEN[language][1], language)
    lines += [
        LOCKS[language].format(names=", ".join(names[name] for name in loop))
        for loop in found.loops
    ]
    lines += [UNREACHED[language].format(name=names[name]) for name in found.unreached]
    named = PLACES_NOT_SERVICES[language] | names
    lines += [
        UNUSED[language].format(name=names[name], to=named[to])
        for name, to in found.unused_routes
        if name not in found.unreached
    ]
    return lines


def about(load: ServiceLoad, names: dict[str, str], when: str, language: str) -> list[str]:
    """Return the sentences about one service at one time."""
    told = {
        "name": names[load.name],
        "when": when,
        "inflow": number(load.inflow_per_year, language),
        "places": number(load.places, language),
        "passes": number(load.passes_per_year, language),
        "missing": number(load.load - load.places, language),
    }
    lines = []
    if not load.keeps_up:
        told["list"] = list_of(load, language)
        lines.append(KEEPS_NOT_UP[language].format(**told))
    if load.limited_by not in ("", load.name):
        told |= {
            "sustained": number(load.sustained_per_year, language),
            "passes": number(min(load.passes_per_year, load.inflow_per_year), language),
            "blocked": number(load.blocked, language),
            "cause": names[load.limited_by],
        }
        lines.append(HELD_BACK[language].format(**told))
    return lines


def list_of(load: ServiceLoad, language: str) -> str:
    """Return what becomes of the waiting list of a service that cannot keep up."""
    growth, limit = (number(each, language) for each in (load.growth_per_year, load.list_limit))
    if isinf(load.list_limit):
        words = LIST_UNBOUNDED
    elif load.list_limit > 0.0:
        words = LIST_BOUNDED
    else:
        words = LIST_ELSEWHERE if load.wait > 0.0 else LIST_EMPTY
    return words[language].format(growth=growth, limit=limit)
