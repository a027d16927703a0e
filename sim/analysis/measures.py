"""Every measure, declared once, and tables of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis import measure_functions
from sim.analysis.measure_functions import (
    DROP_IN,
    HOSTS,
    MET,
    OUTREACH,
    OUTSIDE,
    OVERNIGHT,
    PATHWAY,
    PLACES,
    ROOMS,
    SERVICES,
    STREET,
    Incidence,
    Measure,
    level,
    level_at_end,
    per_day,
    per_year,
    ratio,
    total,
)
from sim.analysis.windows import WHOLE, YEAR, Array, Window, as_arrays, windows
from sim.core.events import EXITS
from sim.core.log import Outline, Tallies

# --- Measures of what happens, what is wanted and what it costs (list: ``measures.MEASURES``).


def _count(
    name: str,
    counted: str,
    sentence: str,
    name_fr: str,
    sentence_fr: str,
    where: tuple[str, ...],
    unit: str = "number",
) -> Measure:
    return Measure(name, unit, sentence, name_fr, sentence_fr, where, total(counted))


EVENTS = (
    _count("contacts", "contacts", "Meetings of a person with outreach.",
           "contacts", "Rencontres d'une personne avec une maraude.", (OUTREACH,)),
    Measure(
        "outings", "number", "Outings of the teams.", "sorties", "Sorties des équipes.",
        (OUTREACH,), total("outings"), by_class=False,
    ),
    _count("visits", "visits", "Visits that began.", "visites", "Visites commencées.", (DROP_IN,)),
    Measure(
        "visits per day", "visits a day", "Visits on a mean day, closing days included.",
        "visites par jour", "Visites un jour moyen, jours de fermeture compris.",
        (DROP_IN,), per_day("visits"),
    ),
    _count("turned away", "turned_away",
           "Times somebody found no room: at a drop-in, for the night, or in a waiting room.",
           "refus", "Refus faute de place : accueil de jour, nuit, ou liste fermée.", ROOMS),
    _count("care acts", "care_acts", "Care acts during visits.",
           "actes de soin", "Actes de soin pendant les visites.", (DROP_IN,)),
    _count("interviews", "interviews", "Interviews held during visits.",
           "entretiens", "Entretiens tenus pendant les visites.", (DROP_IN,)),
    Measure(
        "distinct people seen per year", "people a year",
        "Distinct people met or received at least once in a model year (mean of whole years).",
        "personnes différentes vues par an",
        "Personnes différentes rencontrées ou reçues au moins une fois dans une année du modèle.",
        MET, measure_functions.persons_seen,
    ),
    _count("referrals opened", "referred", "Referrals opened towards the service.",
           "orientations ouvertes", "Orientations ouvertes vers le service.", (PLACES,)),
    _count("requests accepted", "accepted", "Referrals and requests that were accepted.",
           "demandes acceptées", "Orientations et demandes acceptées.", (PLACES,)),
    _count("requests lapsed", "lapsed", "Referrals and requests that came to nothing.",
           "demandes sans suite", "Orientations et demandes restées sans suite.", (PLACES,)),
    _count("listed", "listed", "Requests put on the waiting list.",
           "inscrits", "Demandes inscrites sur la liste d'attente.", (PLACES,)),
    _count("unreachable", "unreachable", "Offers that failed: the person could not be reached.",
           "injoignables", "Offres manquées : la personne était injoignable.", (PLACES,)),
    _count("declines", "declines", "Offers declined.", "offres déclinées", "Offres déclinées.",
           (PLACES,)),
    _count("gave up", "gave_up", "People who gave up waiting.",
           "abandons de liste", "Personnes qui ont renoncé à attendre.", (PLACES,)),
    _count("withdrawn", "withdrawn", "Requests withdrawn: admitted elsewhere or gone.",
           "demandes retirées", "Demandes retirées : admis ailleurs ou partis.", (PLACES,)),
    _count("admissions", "admissions", "Admissions to a place.",
           "admissions", "Admissions dans une place.", (PLACES, PATHWAY)),
    _count("nights", "nights", "Night places given out.",
           "nuits attribuées", "Places de nuit attribuées.", (OVERNIGHT,)),
    Measure(
        "nights offered", "number",
        "Night places that could be given out: open for the night, whether somebody came or not.",
        "nuits proposées",
        "Places de nuit qui pouvaient être attribuées, que quelqu'un soit venu ou non.",
        (OVERNIGHT,), measure_functions.nights_offered, by_class=False,
    ),
    _count("night applicants", "applicants", "Applications for a night place.",
           "demandes de nuit", "Demandes d'une place de nuit.", (OVERNIGHT,)),
    _count("completions", "completions", "Stays that reached their planned end.",
           "séjours achevés", "Séjours allés à leur terme.", (PLACES, PATHWAY)),
    _count("drop-outs", "drop_outs", "Stays left early.",
           "ruptures", "Séjours quittés avant terme.", (PLACES, PATHWAY)),
    _count("evictions", "evictions", "People who lost their place because capacity fell.",
           "évictions", "Personnes qui ont perdu leur place parce que la capacité a baissé.",
           (PLACES, PATHWAY)),
    _count("departures", "departures", "Departures from a place, for whatever reason.",
           "départs", "Départs d'une place, quelle qu'en soit la raison.", HOSTS),
    _count("departures to the street", "to_street", "Departures that lead to the street.",
           "retours à la rue", "Départs qui mènent à la rue.", HOSTS),
    _count("to the street without next place", "no_next_street",
           "People ready to move on who went to the street because the next service had not taken "
           "them.",
           "à la rue faute de suite",
           "Personnes prêtes à partir, retournées à la rue parce que la suite ne les avait pas "
           "prises.", (PLACES, PATHWAY), "people"),
    _count("gone without next place", "no_next_gone",
           "People ready to move on who left the pathway because the next service had not taken "
           "them.",
           "sorties faute de suite",
           "Personnes prêtes à partir, sorties du parcours parce que la suite ne les avait pas "
           "prises.", (PLACES, PATHWAY), "people"),
    _count("turned away and gone", "turned_away_gone",
           "People in the street who left the pathway because a waiting room turned them away.",
           "refusés et sortis",
           "Personnes à la rue sorties du parcours parce qu'une liste fermée les a refusées.",
           (PLACES, PATHWAY), "people"),
    Measure(
        "moves", "people", "People who moved from one living situation to another.",
        "passages", "Personnes passées d'une situation de vie à une autre.",
        SERVICES, measure_functions.moves_by_pair, by_class=False, pairs=True, yearly=False,
    ),
)  # fmt: skip

WANTS = (
    Measure(
        "blocked place-days", "place-days", "Days places spent blocked, added up.",
        "journées bloquées", "Journées-places bloquées, additionnées.",
        (PLACES, PATHWAY), measure_functions.blocked_days, by_class=False,
    ),
    Measure(
        "blocked place-days for want of", "place-days",
        "Days places of all services spent blocked by people who wait for this service.",
        "journées bloquées faute de",
        "Journées-places bloquées, tous services, par des personnes qui attendent ce service.",
        (PLACES,), measure_functions.blocked_for_want, by_class=False,
    ),
    Measure(
        "blocked place-days rooted in", "place-days",
        "The same traced to the root: where the service waited for is itself held by blocked "
        "people, that share is passed on to what blocks them.",
        "journées bloquées, à la racine",
        "Les mêmes rapportées à la racine : quand le service attendu est lui-même tenu par des "
        "personnes bloquées, cette part est reportée sur ce qui les bloque.",
        (PLACES,), measure_functions.blocked_root, by_class=False,
    ),
    Measure(
        "blocked place-days by service and want", "place-days",
        "Days places of the service spent blocked by people who wait for the other one.",
        "journées bloquées par service et manque",
        "Journées-places du service bloquées par des personnes qui attendent l'autre.",
        (PLACES,), measure_functions.blocked_by_pair, by_class=False, pairs=True,
    ),
    Measure(
        "blocked place-days by service and root", "place-days",
        "Days places of the service spent blocked whose root is the other service.",
        "journées bloquées par service et racine",
        "Journées-places du service bloquées dont la racine est l'autre service.",
        (PLACES,), measure_functions.root_by_pair, by_class=False, pairs=True,
    ),
    Measure(
        "street nights for want of", "nights",
        "Street nights of people on the list of this service (shared equally between the lists "
        "somebody is on); street: no request open.",
        "nuits à la rue faute de",
        "Nuits à la rue de personnes inscrites pour ce service (partagées également entre les "
        "listes d'une personne) ; rue : aucune demande en cours.",
        (PLACES, STREET), measure_functions.street_want, by_class=False,
    ),
    Measure(
        "street nights rooted in", "nights",
        "Street nights traced to the root as blocked place-days are; street: no request open.",
        "nuits à la rue, à la racine",
        "Nuits à la rue rapportées à la racine comme les journées bloquées ; rue : sans demande.",
        (PLACES, STREET), measure_functions.street_root, by_class=False,
    ),
    Measure(
        "cost", "EUR",
        "Cost of the service in the period: each unit cost in force, times what the day counts "
        "(a year's share, teams, places that staff can open, hours open, outings, nights, visits).",
        "coût",
        "Coût du service sur la période : chaque coût unitaire en vigueur, multiplié par ce que "
        "compte la journée (part d'année, équipes, places que le personnel permet d'ouvrir, heures "
        "d'ouverture, sorties, nuits, visites).",
        (*SERVICES, PATHWAY), measure_functions.cost, by_class=False,
    ),
    Measure(
        "cost per year", "EUR a year", "Cost in a mean year of 365 days.",
        "coût par an", "Coût en moyenne par année de 365 jours.",
        (*SERVICES, PATHWAY), measure_functions.cost_per_year, by_class=False,
    ),
)  # fmt: skip


# --- Measures of people, places and waits, and the whole list; docs/measures.md is made from it.


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
        (*HOSTS, PATHWAY), measure_functions.hosted,
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
        ROOMS, measure_functions.places("places"), by_class=False,
    ),
    Measure(
        "open places", "places",
        "Mean number of places that can be used, over all instants: those staff can open, inside "
        "opening hours or, of night places, those offered, during the night; none outside.",
        "places ouvertes",
        "Nombre moyen de places utilisables, à tout instant : celles que le personnel permet "
        "d'ouvrir, pendant les heures d'ouverture ou, pour la nuit, celles proposées, pendant la "
        "nuit ; aucune en dehors.",
        ROOMS, measure_functions.places("open_places"), by_class=False,
    ),
    Measure(
        "open places at the start", "places",
        "Places open in the first seven days of the period, mean over the time any is open.",
        "places ouvertes au début",
        "Places ouvertes pendant les sept premiers jours de la période, en moyenne sur le temps "
        "d'ouverture.",
        ROOMS, measure_functions.open_at(end=False), by_class=False,
    ),
    Measure(
        "open places at the end", "places",
        "Places open in the last seven days of the period, mean over the time any is open.",
        "places ouvertes à la fin",
        "Places ouvertes pendant les sept derniers jours de la période, en moyenne sur le temps "
        "d'ouverture.",
        ROOMS, measure_functions.open_at(end=True), by_class=False,
    ),
    Measure(
        "time open", "share", "Share of the time in which a place is open.",
        "temps d'ouverture", "Part du temps pendant laquelle une place est ouverte.",
        ROOMS, measure_functions.time_open, by_class=False,
    ),
    Measure(
        "closed places", "places",
        "Mean number of places that are not open: outside opening hours or the night, for want of "
        "staff, or not offered because a shared room was full.",
        "places fermées",
        "Nombre moyen de places qui ne sont pas ouvertes : hors des heures d'ouverture ou de la "
        "nuit, faute de personnel, ou non proposées parce qu'une salle partagée était pleine.",
        ROOMS, measure_functions.places_without("places", "open_places"), by_class=False,
    ),
    Measure(
        "places without staff", "places", "Mean number of places closed for want of staff.",
        "places sans personnel", "Nombre moyen de places fermées faute de personnel.",
        ROOMS, measure_functions.places_without("places", "staffed_places"), by_class=False,
    ),
    Measure(
        "places under turnaround", "places", "Mean number of places closed between two people.",
        "places en remise en état", "Nombre moyen de places fermées entre deux personnes.",
        (PLACES,), measure_functions.places("turnaround"), by_class=False,
    ),
    Measure(
        "free places", "places",
        "Mean number of open places with nobody in them, at each instant never below zero.",
        "places libres",
        "Nombre moyen de places ouvertes et vides, à tout instant, jamais négatif.",
        ROOMS, measure_functions.places("free_places"), by_class=False,
    ),
    Measure(
        "people while open", "people",
        "Mean number of people there (living or in a visit) while a place is open.",
        "personnes pendant l'ouverture",
        "Nombre moyen de personnes présentes (hébergées ou en visite) tant qu'une place est "
        "ouverte.",
        ROOMS, measure_functions.people_while_open, by_class=False,
    ),
    Measure(
        "occupied share", "share",
        "Of night places: nights given out by nights offered. Elsewhere: people there while a "
        "place is open, by open places (above 1: more people than places).",
        "part occupée",
        "Pour la nuit : nuits attribuées rapportées aux nuits proposées. Ailleurs : personnes "
        "présentes pendant l'ouverture rapportées aux places ouvertes (plus de 1 : sureffectif).",
        ROOMS, measure_functions.occupied_share, by_class=False,
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
        (PLACES,), measure_functions.wait(Incidence.median),
    ),
    Measure(
        "mean wait up to a year", "days",
        "Mean time to admission of people listed in the period, counting at most 365 days of each "
        "(area under the Kaplan-Meier curve; censored as in the median wait).",
        "attente moyenne jusqu'à un an",
        "Temps moyen jusqu'à l'admission des personnes inscrites dans la période, compté au plus "
        "365 jours (aire sous la courbe de Kaplan-Meier ; censure comme pour la médiane).",
        (PLACES,), measure_functions.wait(_mean_within(YEAR)),
    ),
    Measure(
        "admitted within 30 days", "share",
        "Share of the people listed in the period who are admitted within 30 days (who gives up or "
        "withdraws is not; who still waits at the end is censored).",
        "admis en 30 jours",
        "Part des personnes inscrites dans la période admises en 30 jours (qui abandonne ou se "
        "retire ne l'est pas ; qui attend encore à la fin est censuré).",
        (PLACES,), measure_functions.wait(_by(30), rule_out=True),
    ),
    Measure(
        "admitted within 90 days", "share",
        "Share of the people listed in the period who are admitted within 90 days (as for 30).",
        "admis en 90 jours",
        "Part des personnes inscrites dans la période admises en 90 jours (comme pour 30).",
        (PLACES,), measure_functions.wait(_by(90), rule_out=True),
    ),
    Measure(
        "median time to housing", "days",
        "Time from first contact or visit within which half are housed, for people first met in "
        "the period (Kaplan-Meier; people who left or died before are censored).",
        "temps médian jusqu'au logement",
        "Temps depuis le premier contact ou la première visite dans lequel la moitié sont logés, "
        "personnes rencontrées dans la période (Kaplan-Meier ; partis et décédés : censurés).",
        (PATHWAY,), measure_functions.housing(Incidence.median),
    ),
    Measure(
        "housed within 12 months", "share",
        "Share of the people first met in the period who are housed within 365 days (who left or "
        "died before is not; who is not yet housed at the end is censored).",
        "logés en 12 mois",
        "Part des personnes rencontrées dans la période logées en 365 jours (parties ou décédées "
        "avant : non ; pas encore logées à la fin : censurées).",
        (PATHWAY,), measure_functions.housing(_by(YEAR), rule_out=True),
    ),
    Measure(
        "housed within 24 months", "share",
        "Share of the people first met in the period who are housed within 730 days (as for 12).",
        "logés en 24 mois",
        "Part des personnes rencontrées dans la période logées en 730 jours (comme pour 12).",
        (PATHWAY,), measure_functions.housing(_by(2 * YEAR), rule_out=True),
    ),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (*PEOPLE, *OCCUPANCY, *WAITING, *EVENTS, *WANTS)


def measure_named(name: str) -> Measure:
    """Return the measure of that name; KeyError if there is none."""
    return _BY_NAME[name]


_BY_NAME = {measure.name: measure for measure in MEASURES}


# --- Tables of measures: which numbers there are, and their values in one replication.


def text_cell(text: str) -> str:
    """Return a text as a cell of a .csv that no spreadsheet takes for a formula."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


class Key(NamedTuple):
    """Which number it is, in words; ``other`` is the second service of a pair, else empty."""

    measure: str
    service: str
    other: str
    class_id: str
    period: str


class Cell(NamedTuple):
    """Where a number stands in the grid of its measure and window."""

    key: Key
    row: int
    column: int


@lru_cache(maxsize=16)
def layout(outline: Outline) -> tuple[tuple[Measure, Window, tuple[Cell, ...]], ...]:
    """Return every number there is for this pathway and period, in the order of the tables.

    Class by class only over the whole period; year by year only for all classes together.
    """
    parts = []
    for measure in MEASURES:
        for window in windows(outline):
            if measure.yearly or not window.year:
                make = _pairs if measure.pairs else _singles
                parts.append((measure, window, tuple(make(measure, window, outline))))
    return tuple(parts)


def keys(outline: Outline) -> list[Key]:
    """Return the keys of ``values``, in the same order."""
    return [cell.key for _, _, cells in layout(outline) for cell in cells]


def values(tallies: Tallies) -> Array:
    """Return every measure of one replication, in the order of ``keys``.

    nan: no such number in this replication; inf: a time that was not reached.
    """
    counted = as_arrays(tallies)
    parts = [
        _grid(measure, counted, window)[rows, columns]
        for measure, window, rows, columns in _cells(counted.outline)
    ]
    return np.concatenate(parts, dtype=np.float64)


@lru_cache(maxsize=16)
def _cells(
    outline: Outline,
) -> tuple[tuple[Measure, Window, NDArray[np.intp], NDArray[np.intp]], ...]:
    """Return ``layout`` with the rows and columns of the cells as arrays."""
    parts = []
    for measure, window, cells in layout(outline):
        places = np.array([(cell.row, cell.column) for cell in cells], np.intp).reshape(-1, 2)
        parts.append((measure, window, places[:, 0], places[:, 1]))
    return tuple(parts)


def values_of(tallies: Tallies, wanted: tuple[Key, ...]) -> Array:
    """Return these numbers of one replication, in the order wanted: what ``values`` gives for them.

    Costs only what they need: a sweep keeps one in ten.
    """
    counted = as_arrays(tallies, by_class=any(key.class_id != WHOLE for key in wanted))
    chosen = np.empty(len(wanted), dtype=np.float64)
    for measure, window, places in _needed(counted.outline, wanted):
        grid = _grid(measure, counted, window)
        for place, row, column in places:
            chosen[place] = grid[row, column]
    return chosen


SHARE = "share"
"""Unit of the measures that lie between 0 and 1."""
NOISE = 1e-11
"""Rounding of sums of shares, far below one person in any share."""


def _grid(measure: Measure, counted: Tallies, window: Window) -> Array:
    """Return a measure of a window; a share that is whole but for rounding is exactly 1."""
    grid: Array = measure.compute(counted, window)
    return np.where(np.abs(grid - 1.0) < NOISE, 1.0, grid) if measure.unit == SHARE else grid


@lru_cache(maxsize=16)
def _needed(
    outline: Outline, wanted: tuple[Key, ...]
) -> tuple[tuple[Measure, Window, tuple[tuple[int, int, int], ...]], ...]:
    """Return measure and window of these numbers, with (position, row, column) of each."""
    place = {key: number for number, key in enumerate(wanted)}
    parts = []
    for measure, window, cells in layout(outline):
        places = tuple((place[c.key], c.row, c.column) for c in cells if c.key in place)
        if places:
            parts.append((measure, window, places))
    return tuple(parts)


def _rows(measure: Measure, outline: Outline) -> Iterator[tuple[int, str]]:
    for number, service in enumerate(outline.services):
        if service.kind in measure.where:
            yield number, service.name
    if STREET in measure.where:
        yield len(outline.services), STREET
    if PATHWAY in measure.where:
        yield len(outline.services) + 1, WHOLE


def _singles(measure: Measure, window: Window, outline: Outline) -> Iterator[Cell]:
    classes = list(enumerate((*outline.classes, WHOLE)))
    one_by_one = measure.by_class and not window.year and len(outline.classes) > 1
    for row, service in _rows(measure, outline):
        for column, class_id in classes if one_by_one else classes[-1:]:
            yield Cell(Key(measure.name, service, "", class_id, window.label), row, column)


def _pairs(measure: Measure, window: Window, outline: Outline) -> Iterator[Cell]:
    """Yield pairs of services; moves also come from and lead to the street and outside."""
    services = [service.name for service in outline.services]
    if measure.name == "moves":
        sources = list(enumerate([*services, STREET, OUTSIDE]))
        targets = list(enumerate([*services, STREET, *EXITS]))
    else:
        sources = list(_rows(measure, outline))
        targets = sources
    for row, service in sources:
        for column, other in targets:
            yield Cell(Key(measure.name, service, other, WHOLE, window.label), row, column)


# --- What readers call a measure. Apart from other names, because it needs nothing heavy.


def measure_called(name: str, lang: str) -> str:
    """Return what readers call a measure; its own name where this version has no such measure."""
    measure = next((each for each in MEASURES if each.name == name), None)
    return measure.name_fr if measure and lang == "fr" else name


# --- ``docs/measures.md``, made from the declarations of the measures.

_GROUPS = {
    "People": PEOPLE,
    "Places": OCCUPANCY,
    "Waits": WAITING,
    "What happens": EVENTS,
    "Who is blocked, for want of what, at what cost": WANTS,
}
_HEAD = f"""# Measures

The {len(MEASURES)} numbers of a run. This page is made from their declarations in `sim/analysis`:
`python -m sim.analysis.measures > docs/measures.md`.

Rows of `measures.csv` and `estimates.csv` are named by measure, service, other, class and period.
*Service* is a service, `street`, or `all` (the whole pathway). *Other* is the second service of a
pair. *Class* is a class of people or `all`. *Period* is `all` (everything after the warm-up) or a
model year of 365 days, called by the calendar year in which it begins (`2026/27` if the period does
not start on 1 January). Classes are told apart over the whole period only. A number that does not
exist in a replication (a share of nobody) is left out of `measures.csv`; a time that half of the
people do not reach is `inf`. The daily numbers behind them are in `daily.parquet`, class by class;
rows of zeros are left out there, so a plain mean over its rows is too high: `Results.daily` in
Python ([api.md](api.md)) gives them with their zeros.
"""


def measures_page() -> str:
    """Return the page: a table for each group of measures, in English and French."""
    return "\n".join((_HEAD, *(line for group in _GROUPS.items() for line in _table(*group))))


def _table(title: str, measures: Iterable[Measure]) -> Iterable[str]:
    yield f"## {title}\n"
    yield "| measure | unit | where | what it is | en français |"
    yield "|---|---|---|---|---|"
    for measure in measures:
        where = ", ".join(measure.where) + (" (pairs)" if measure.pairs else "")
        french = f"**{measure.name_fr}** : {measure.sentence_fr}"
        yield f"| **{measure.name}** | {measure.unit} | {where} | {measure.sentence} | {french} |"
    yield ""


if __name__ == "__main__":
    print(measures_page(), end="")
