"""Every measure, declared once; here those of people, places and waits, and the whole list.

Those of events, wants and costs are in ``measures_of_events``. ``docs/measures.md`` is made from
these declarations.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.analysis import grids
from sim.analysis.grids import level, level_at_end, per_day, per_year, ratio, total
from sim.analysis.measure import DROP_IN, HOSTS, PATHWAY, PLACES, ROOMS, STREET, Measure
from sim.analysis.measures_of_events import EVENTS, WANTS
from sim.analysis.survival import Incidence
from sim.analysis.windows import YEAR


def _by(days: float) -> Callable[[Incidence], float]:
    return lambda curve: curve.by(days)


def _mean_within(days: float) -> Callable[[Incidence], float]:
    return lambda curve: curve.restricted_mean(days)


_OCCUPIED = level("living")
_BLOCKED = level("blocked")

PEOPLE = (
    Measure(
        "people", "people",
        "Mean number of people living in the street, over all hours (by day with those who have a "
        "night place), and alive in the whole pathway.",
        "personnes",
        "Nombre moyen de personnes à la rue, à toute heure (le jour avec celles qui ont une place "
        "de nuit), et dans tout le parcours.",
        (STREET, PATHWAY), _OCCUPIED,
    ),
    Measure(
        "people at the end", "people", "People living there at the end of the last day.",
        "personnes à la fin", "Personnes présentes à la fin du dernier jour.",
        (*HOSTS, STREET, PATHWAY), level_at_end("living"),
    ),
    Measure(
        "street nights", "nights",
        "Nights spent without any place, counted each night at 03:00 and added up over the period.",
        "nuits à la rue",
        "Nuits passées sans aucune place, comptées chaque nuit à 3 h, additionnées sur la période.",
        (STREET,), total("street_nights"),
    ),
    Measure(
        "street nights per year", "nights a year", "Street nights in a mean year of 365 days.",
        "nuits à la rue par an", "Nuits à la rue, en moyenne par année de 365 jours.",
        (STREET,), per_year("street_nights"),
    ),
    Measure(
        "people without a place per night", "people",
        "People without any place at 03:00, mean of all nights: what tables, figures and reports "
        "call people in the street.",
        "personnes sans place par nuit",
        "Personnes sans aucune place à 3 h, en moyenne par nuit : ce que tableaux, figures et "
        "rapports appellent personnes à la rue.",
        (STREET,), per_day("street_nights"),
    ),
    Measure(
        "arrivals", "people", "People who entered the pathway, where they entered it.",
        "arrivées", "Personnes entrées dans le parcours, là où elles y sont entrées.",
        (PLACES, STREET, PATHWAY), total("arrivals"),
    ),
    Measure(
        "left", "people", "People who left the scene or the region, by where they lived.",
        "partis", "Personnes parties de la scène ou de la région, selon où elles vivaient.",
        (*HOSTS, STREET, PATHWAY), total("left"),
    ),
    Measure(
        "died", "people", "People who died, by where they lived.",
        "décédés", "Personnes décédées, selon où elles vivaient.",
        (*HOSTS, STREET, PATHWAY), total("died"),
    ),
    Measure(
        "housed for good", "people", "People housed for good outside the pathway.",
        "logés durablement", "Personnes logées durablement, hors du parcours.",
        (*HOSTS, STREET, PATHWAY), total("housed"),
    ),
)  # fmt: skip

OCCUPANCY = (
    Measure(
        "occupied places", "places",
        "Mean number of people living there, whether in a planned stay, held or blocked.",
        "places occupées",
        "Nombre moyen de personnes hébergées : séjour prévu, place retenue ou personne bloquée.",
        (*HOSTS, PATHWAY), grids.hosted,
    ),
    Measure(
        "blocked places", "places",
        "Mean number of places held by people whose stay has ended and whose next service is full.",
        "places bloquées",
        "Nombre moyen de places tenues par des personnes dont le séjour est fini et la suite "
        "pleine.",
        (PLACES, PATHWAY), _BLOCKED,
    ),
    Measure(
        "held places", "places",
        "Mean number of places held by people whose stay has ended, during a delay of the route.",
        "places retenues",
        "Nombre moyen de places tenues pendant le délai d'une orientation, séjour fini.",
        (PLACES, PATHWAY), level("held"),
    ),
    Measure(
        "places", "places", "Mean number of places there are, staffed or not.",
        "places existantes", "Nombre moyen de places existantes, dotées en personnel ou non.",
        ROOMS, grids.places("places"), by_class=False,
    ),
    Measure(
        "open places", "places",
        "Mean number of places that can be used, over all instants: those staff can open, inside "
        "opening hours or, of night places, those offered, during the night; none outside.",
        "places ouvertes",
        "Nombre moyen de places utilisables, à tout instant : celles que le personnel permet "
        "d'ouvrir, pendant les heures d'ouverture ou, pour la nuit, celles proposées, pendant la "
        "nuit ; aucune en dehors.",
        ROOMS, grids.places("open_places"), by_class=False,
    ),
    Measure(
        "open places at the start", "places",
        "Places open in the first seven days of the period, mean over the time any is open.",
        "places ouvertes au début",
        "Places ouvertes pendant les sept premiers jours de la période, en moyenne sur le temps "
        "d'ouverture.",
        ROOMS, grids.open_at(end=False), by_class=False,
    ),
    Measure(
        "open places at the end", "places",
        "Places open in the last seven days of the period, mean over the time any is open.",
        "places ouvertes à la fin",
        "Places ouvertes pendant les sept derniers jours de la période, en moyenne sur le temps "
        "d'ouverture.",
        ROOMS, grids.open_at(end=True), by_class=False,
    ),
    Measure(
        "time open", "share", "Share of the time in which a place is open.",
        "temps d'ouverture", "Part du temps pendant laquelle une place est ouverte.",
        ROOMS, grids.time_open, by_class=False,
    ),
    Measure(
        "closed places", "places",
        "Mean number of places that are not open: outside opening hours or the night, for want of "
        "staff, or not offered because a shared room was full.",
        "places fermées",
        "Nombre moyen de places qui ne sont pas ouvertes : hors des heures d'ouverture ou de la "
        "nuit, faute de personnel, ou non proposées parce qu'une salle partagée était pleine.",
        ROOMS, grids.places_without("places", "open_places"), by_class=False,
    ),
    Measure(
        "places without staff", "places", "Mean number of places closed for want of staff.",
        "places sans personnel", "Nombre moyen de places fermées faute de personnel.",
        ROOMS, grids.places_without("places", "staffed_places"), by_class=False,
    ),
    Measure(
        "places under turnaround", "places", "Mean number of places closed between two people.",
        "places en remise en état", "Nombre moyen de places fermées entre deux personnes.",
        (PLACES,), grids.places("turnaround"), by_class=False,
    ),
    Measure(
        "free places", "places",
        "Mean number of open places with nobody in them, at each instant never below zero.",
        "places libres",
        "Nombre moyen de places ouvertes et vides, à tout instant, jamais négatif.",
        ROOMS, grids.places("free_places"), by_class=False,
    ),
    Measure(
        "people while open", "people",
        "Mean number of people there (living or in a visit) while a place is open.",
        "personnes pendant l'ouverture",
        "Nombre moyen de personnes présentes (hébergées ou en visite) tant qu'une place est "
        "ouverte.",
        ROOMS, grids.people_while_open, by_class=False,
    ),
    Measure(
        "occupied share", "share",
        "Of night places: nights given out by nights offered. Elsewhere: people there while a "
        "place is open, by open places (above 1: more people than places).",
        "part occupée",
        "Pour la nuit : nuits attribuées rapportées aux nuits proposées. Ailleurs : personnes "
        "présentes pendant l'ouverture rapportées aux places ouvertes (plus de 1 : sureffectif).",
        ROOMS, grids.occupied_share, by_class=False,
    ),
    Measure(
        "blocked share", "share", "Blocked places as a share of occupied places.",
        "part bloquée", "Places bloquées rapportées aux places occupées.",
        (PLACES,), ratio(_BLOCKED, _OCCUPIED),
    ),
    Measure(
        "visitors at once", "people", "Mean number of people in a visit, over all hours.",
        "visiteurs à la fois", "Nombre moyen de personnes en visite, toutes heures confondues.",
        (DROP_IN,), level("visiting"),
    ),
    Measure(
        "people at the door", "people", "Mean number of people waiting at the door.",
        "personnes à la porte", "Nombre moyen de personnes qui attendent à la porte.",
        (DROP_IN,), level("at_door"),
    ),
)  # fmt: skip

WAITING = (
    Measure(
        "waiting", "people", "Mean number of people on the list, wherever they live.",
        "en attente", "Nombre moyen de personnes sur la liste, où qu'elles vivent.",
        (PLACES,), level("waiting", "waiting_hosted"),
    ),
    Measure(
        "waiting in the street", "people",
        "Mean number of people on the list who live in the street or a night place.",
        "en attente à la rue",
        "Nombre moyen de personnes sur la liste qui vivent à la rue ou dans une place de nuit.",
        (PLACES,), level("waiting"),
    ),
    Measure(
        "waiting at the end", "people", "People on the list at the end of the last day.",
        "en attente à la fin", "Personnes sur la liste à la fin du dernier jour.",
        (PLACES,), level_at_end("waiting", "waiting_hosted"),
    ),
    Measure(
        "median wait", "days",
        "Time within which half of the people listed in the period are admitted (Kaplan-Meier; "
        "people still waiting, or who gave up or withdrew, are censored).",
        "attente médiane",
        "Temps dans lequel la moitié des personnes inscrites dans la période sont admises "
        "(Kaplan-Meier ; attentes en cours, abandonnées ou retirées : censurées).",
        (PLACES,), grids.wait(Incidence.median),
    ),
    Measure(
        "mean wait up to a year", "days",
        "Mean time to admission of people listed in the period, counting at most 365 days of each "
        "(area under the Kaplan-Meier curve; censored as in the median wait).",
        "attente moyenne jusqu'à un an",
        "Temps moyen jusqu'à l'admission des personnes inscrites dans la période, compté au plus "
        "365 jours (aire sous la courbe de Kaplan-Meier ; censure comme pour la médiane).",
        (PLACES,), grids.wait(_mean_within(YEAR)),
    ),
    Measure(
        "admitted within 30 days", "share",
        "Share of the people listed in the period who are admitted within 30 days (who gives up or "
        "withdraws is not; who still waits at the end is censored).",
        "admis en 30 jours",
        "Part des personnes inscrites dans la période admises en 30 jours (qui abandonne ou se "
        "retire ne l'est pas ; qui attend encore à la fin est censuré).",
        (PLACES,), grids.wait(_by(30), rule_out=True),
    ),
    Measure(
        "admitted within 90 days", "share",
        "Share of the people listed in the period who are admitted within 90 days (as for 30).",
        "admis en 90 jours",
        "Part des personnes inscrites dans la période admises en 90 jours (comme pour 30).",
        (PLACES,), grids.wait(_by(90), rule_out=True),
    ),
    Measure(
        "median time to housing", "days",
        "Time from first contact or visit within which half are housed, for people first met in "
        "the period (Kaplan-Meier; people who left or died before are censored).",
        "temps médian jusqu'au logement",
        "Temps depuis le premier contact ou la première visite dans lequel la moitié sont logés, "
        "personnes rencontrées dans la période (Kaplan-Meier ; partis et décédés : censurés).",
        (PATHWAY,), grids.housing(Incidence.median),
    ),
    Measure(
        "housed within 12 months", "share",
        "Share of the people first met in the period who are housed within 365 days (who left or "
        "died before is not; who is not yet housed at the end is censored).",
        "logés en 12 mois",
        "Part des personnes rencontrées dans la période logées en 365 jours (parties ou décédées "
        "avant : non ; pas encore logées à la fin : censurées).",
        (PATHWAY,), grids.housing(_by(YEAR), rule_out=True),
    ),
    Measure(
        "housed within 24 months", "share",
        "Share of the people first met in the period who are housed within 730 days (as for 12).",
        "logés en 24 mois",
        "Part des personnes rencontrées dans la période logées en 730 jours (comme pour 12).",
        (PATHWAY,), grids.housing(_by(2 * YEAR), rule_out=True),
    ),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (*PEOPLE, *OCCUPANCY, *WAITING, *EVENTS, *WANTS)


def measure_named(name: str) -> Measure:
    """Return the measure of that name; KeyError if there is none."""
    return {measure.name: measure for measure in MEASURES}[name]
