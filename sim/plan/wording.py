"""The sentences of the diagnostics, in French and in English."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plan.diagnostics import Diagnostics, ServiceLoad

THIN = "\N{NARROW NO-BREAK SPACE}"
WORDS = {
    "fr": {
        "bottleneck": "Goulet d'étranglement{when} : {name} ; {inflow} demandes par an, {passes} "
        "personnes par an peuvent y entrer ; {effect}.",
        "start": " (au début de la période)",
        "blocks": "à terme, {blocked} places d'autres services sont tenues par des personnes qui "
        "l'attendent",
        "list": "sa liste d'attente finit par compter environ {limit} personnes de la rue",
        "endless list": "sa liste d'attente s'allonge de {growth} personnes par an, sans limite",
        "enough": "Avec une chance moyenne, chaque service peut suivre.",
        "nothing": "Aucun service de type « places » : rien à peser avant une simulation.",
        "loops": "Peuvent se verrouiller : {loops} ; chacun peut y attendre, sans limite, la place "
        "d'un autre.",
        "never": "Ne sert jamais : {things}.",
        "unreached": "{name} (personne ne peut y arriver)",
        "route": "la route de {name} vers {to}",
        "short": "goulet d'étranglement : {name} ({inflow} demandes par an, {passes} entrées "
        "possibles)",
        "short enough": "chaque service peut suivre",
        "short nothing": "aucun service de type « places »",
        "short loops": "peuvent se verrouiller : {loops}",
        "and": " et ",
        "street": "la rue",
        "left": "le départ",
        "died": "le décès",
        "housed": "le relogement",
    },
    "en": {
        "bottleneck": "Bottleneck{when}: {name}; {inflow} requests a year, room for {passes} "
        "people a year; {effect}.",
        "start": " (at the start of the period)",
        "blocks": "in the long run {blocked} places of other services are held by people who wait "
        "for it",
        "list": "its waiting list settles at about {limit} people of the street",
        "endless list": "its waiting list grows by {growth} people a year, without limit",
        "enough": "With average luck every service keeps up.",
        "nothing": "No service of kind places: nothing to weigh before a simulation.",
        "loops": "Can lock: {loops}; everybody there may wait, without limit, for the place of "
        "another.",
        "never": "Never used: {things}.",
        "unreached": "{name} (nobody can come to it)",
        "route": "the route from {name} to {to}",
        "short": "bottleneck: {name} ({inflow} requests a year, room for {passes})",
        "short enough": "every service keeps up",
        "short nothing": "no service of kind places",
        "short loops": "can lock: {loops}",
        "and": " and ",
        "street": "the street",
        "left": "leaving",
        "died": "death",
        "housed": "a home",
    },
}


def number(value: float, language: str) -> str:
    """Return a number as people read it: whole, or with one decimal below 10."""
    if isinf(value):
        return "∞"
    value = round(value, 1 if abs(value) < 9.95 else 0)
    text = f"{value:,.0f}" if value == round(value) else f"{value:.1f}"
    if language == "en":
        return text
    return text.replace(",", THIN).replace(".", ",")


def sentences(found: Diagnostics, language: str) -> list[str]:
    """Return at most three: the bottleneck, loops that can lock, what is never used."""
    lines = [bottleneck(found, language)]
    if found.loops:
        lines.append(WORDS[language]["loops"].format(loops=loops(found, language)))
    never = ", ".join(never_used(found, language))
    if never:
        lines.append(WORDS[language]["never"].format(things=never))
    return [unbroken(line, language) for line in lines]


def unbroken(line: str, language: str) -> str:
    """Keep French punctuation on the line of the word before it."""
    if language == "en":
        return line
    return line.replace(" ;", f"{THIN};").replace(" :", f"{THIN}:")


def short(found: Diagnostics, language: str) -> str:
    """Return the bottleneck and the loops that can lock in a few words."""
    words = WORDS[language]
    load = found.bottleneck
    if load is not None:
        text = words["short"].format(**told(found, load, language))
    else:
        text = words["short enough" if found.at_end else "short nothing"]
    if found.loops:
        text += (" ; " if language == "fr" else "; ") + words["short loops"].format(
            loops=loops(found, language)
        )
    return unbroken(text, language)


def bottleneck(found: Diagnostics, language: str) -> str:
    """Return the service that holds the others up, and what comes of it."""
    words = WORDS[language]
    load = found.bottleneck
    if load is None:
        return words["enough" if found.at_end else "nothing"]
    if found.blocked_by(load) > 0.0:
        effect = "blocks"
    else:
        effect = "endless list" if isinf(load.list_limit) else "list"
    values = told(found, load, language)
    when = "" if load in found.at_end else words["start"]
    return words["bottleneck"].format(when=when, effect=words[effect].format(**values), **values)


def told(found: Diagnostics, load: ServiceLoad, language: str) -> dict[str, str]:
    """Return the numbers of a service as people read them."""
    values = {
        "inflow": load.inflow_per_year,
        "passes": load.passes_per_year,
        "growth": load.growth_per_year,
        "limit": load.list_limit,
        "blocked": found.blocked_by(load),
    }
    name = found.name(load.name, language)
    return {"name": name} | {word: number(value, language) for word, value in values.items()}


def loops(found: Diagnostics, language: str) -> str:
    """Return the loops that can lock, by the names of their services."""
    joint = WORDS[language]["and"]
    return ", ".join(
        joint.join(found.name(name, language) for name in loop) for loop in found.loops
    )


def never_used(found: Diagnostics, language: str) -> Iterator[str]:
    """Yield services that nobody can come to, and routes of the others that nobody takes."""
    words = WORDS[language]
    for name in found.unreached:
        yield words["unreached"].format(name=found.name(name, language))
    for name, to in found.unused_routes:
        if name not in found.unreached:
            there = found.name(to, language) if to in found.names else words[to]
            yield words["route"].format(name=found.name(name, language), to=there)
