"""Measures of what happens, what is wanted and what it costs (list: ``measures.MEASURES``)."""

from __future__ import annotations

from sim.analysis import grids
from sim.analysis.grids import per_day, total
from sim.analysis.measure import (
    DROP_IN,
    HOSTS,
    MET,
    OUTREACH,
    OVERNIGHT,
    PATHWAY,
    PLACES,
    ROOMS,
    SERVICES,
    STREET,
    Measure,
)


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
        MET, grids.persons_seen,
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
        (OVERNIGHT,), grids.nights_offered, by_class=False,
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
        SERVICES, grids.moves_by_pair, by_class=False, pairs=True, yearly=False,
    ),
)  # fmt: skip

WANTS = (
    Measure(
        "blocked place-days", "place-days", "Days places spent blocked, added up.",
        "journées bloquées", "Journées-places bloquées, additionnées.",
        (PLACES, PATHWAY), grids.blocked_days, by_class=False,
    ),
    Measure(
        "blocked place-days for want of", "place-days",
        "Days places of all services spent blocked by people who wait for this service.",
        "journées bloquées faute de",
        "Journées-places bloquées, tous services, par des personnes qui attendent ce service.",
        (PLACES,), grids.blocked_for_want, by_class=False,
    ),
    Measure(
        "blocked place-days rooted in", "place-days",
        "The same traced to the root: where the service waited for is itself held by blocked "
        "people, that share is passed on to what blocks them.",
        "journées bloquées, à la racine",
        "Les mêmes rapportées à la racine : quand le service attendu est lui-même tenu par des "
        "personnes bloquées, cette part est reportée sur ce qui les bloque.",
        (PLACES,), grids.blocked_root, by_class=False,
    ),
    Measure(
        "blocked place-days by service and want", "place-days",
        "Days places of the service spent blocked by people who wait for the other one.",
        "journées bloquées par service et manque",
        "Journées-places du service bloquées par des personnes qui attendent l'autre.",
        (PLACES,), grids.blocked_by_pair, by_class=False, pairs=True,
    ),
    Measure(
        "blocked place-days by service and root", "place-days",
        "Days places of the service spent blocked whose root is the other service.",
        "journées bloquées par service et racine",
        "Journées-places du service bloquées dont la racine est l'autre service.",
        (PLACES,), grids.root_by_pair, by_class=False, pairs=True,
    ),
    Measure(
        "street nights for want of", "nights",
        "Street nights of people on the list of this service (shared equally between the lists "
        "somebody is on); street: no request open.",
        "nuits à la rue faute de",
        "Nuits à la rue de personnes inscrites pour ce service (partagées également entre les "
        "listes d'une personne) ; rue : aucune demande en cours.",
        (PLACES, STREET), grids.street_want, by_class=False,
    ),
    Measure(
        "street nights rooted in", "nights",
        "Street nights traced to the root as blocked place-days are; street: no request open.",
        "nuits à la rue, à la racine",
        "Nuits à la rue rapportées à la racine comme les journées bloquées ; rue : sans demande.",
        (PLACES, STREET), grids.street_root, by_class=False,
    ),
    Measure(
        "cost", "EUR",
        "Cost of the service in the period: each unit cost in force, times what the day counts "
        "(a year's share, teams, places that staff can open, hours open, outings, nights, visits).",
        "coût",
        "Coût du service sur la période : chaque coût unitaire en vigueur, multiplié par ce que "
        "compte la journée (part d'année, équipes, places que le personnel permet d'ouvrir, heures "
        "d'ouverture, sorties, nuits, visites).",
        (*SERVICES, PATHWAY), grids.cost, by_class=False,
    ),
    Measure(
        "cost per year", "EUR a year", "Cost in a mean year of 365 days.",
        "coût par an", "Coût en moyenne par année de 365 jours.",
        (*SERVICES, PATHWAY), grids.cost_per_year, by_class=False,
    ),
)  # fmt: skip
