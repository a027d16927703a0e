"""Every word shown to a reader, in French and in English, and how numbers are written in each.

A sentence is a format string; ``words(lang)`` gives the mapping of one language. Both languages
hold the same keys (held by a test).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal, format_percent

from sim.presentation import words_of_comparison, words_of_figures, words_of_sweeps
from sim.presentation.catalogues import FIELDS, catalogue
from sim.presentation.catalogues import WORDS as BY_KEY

LANGUAGES = ("fr", "en")

MONTHS: Mapping[str, tuple[str, ...]] = {
    lang: tuple(names[month] for month in range(1, 13))
    for lang in LANGUAGES
    for names in [get_month_names("abbreviated", "format", lang)]
}
"""Names of the months, short."""

_EN = {
    "lang": "en",
    # small words
    "street": "Street",
    "total": "Total",
    "housed": "Housed",
    "left": "Left",
    "died": "Died",
    "date": "date",
    "service": "service",
    "people": "people",
    "places": "places",
    "mean": "mean",
    "per_year": "{n} a year",
    "no_request": "no request open",
    # small print
    "scenario": "scenario",
    "seed": "seed",
    "replications": "replications",
    "version": "version",
    "replications_n": "Mean of {n} replications.",
    "replications_1": "One replication only: no uncertainty can be shown.",
    "weekly": "Counted at midnight; weekly means.",
    "daily": "Counted at midnight.",
    "measured": "Numbers of people and days: means over the period from {start} to {end}.",
    "warm_up": "Dashed line: end of the warm-up.",
    "locked": "In {n} of {all} replications blocked services lock one another.",
    # what is known before a simulation
    "check_one": "{file} is in order: {title} ({services}, {classes}, {days})",
    "check_several": "{file} is in order; {short}",
    "check_services_1": "1 service",
    "check_services": "{n} services",
    "check_classes_1": "1 class",
    "check_classes": "{n} classes",
    "check_days_1": "1 day",
    "check_days": "{n} days",
    "check_head": (
        "Before any simulation, with average luck; at the end of the period, or start → end:"
    ),
    "check_requests": "requests\na year",
    "check_passes": "room for\na year",
    "check_sustained": "admits\na year,\nlong run",
    "check_blocked": "blocked,\nlong run",
    "check_keeps_up": "keeps\nup",
    "check_limited_by": "limited by",
    "check_itself": "its own places",
    "check_fewer": "fewer come",
    "check_yes": "yes",
    "check_no": "no",
    # the terminal
    "occupied": "occupied",
    "waiting": "waiting",
    "turned_away_year": "turned away/year",
    "run_head": (
        "{title}: {n} replications, seed {seed}, engine {engine}; means with 95 % intervals"
    ),
    "run_street": "People in the street: {n}",
    "run_nights": "Street nights a year: {n}",
    "run_missed": "Not reached after {n} replications: {text}.",
    "one_more_head": (
        "Change for one more place (means of {step} more, same luck with and without):"
    ),
    "one_more_nights": "street nights a year",
    "one_more_cost": "cost a year [EUR]",
}

_FR = {
    "lang": "fr",
    "street": "Rue",
    "total": "Total",
    "housed": "Logés",
    "left": "Partis",
    "died": "Décédés",
    "date": "date",
    "service": "service",
    "people": "personnes",
    "places": "places",
    "mean": "moyenne",
    "per_year": "{n} par an",
    "no_request": "sans demande en cours",
    "scenario": "scénario",
    "seed": "graine",
    "replications": "réplications",
    "version": "version",
    "replications_n": "Moyenne de {n} réplications.",
    "replications_1": "Une seule réplication : aucune incertitude ne peut être montrée.",
    "weekly": "Comptage à minuit ; moyennes par semaine.",
    "daily": "Comptage à minuit.",
    "measured": "Nombres de personnes et de journées : moyennes du {start} au {end}.",
    "warm_up": "Tirets : fin de la mise en route.",
    "locked": "Dans {n} réplications sur {all}, des services bloqués se verrouillent entre eux.",
    "check_one": "{file} est en ordre : {title} ({services}, {classes}, {days})",
    "check_several": "{file} est en ordre ; {short}",
    "check_services_1": "1 service",
    "check_services": "{n} services",
    "check_classes_1": "1 classe",
    "check_classes": "{n} classes",
    "check_days_1": "1 jour",
    "check_days": "{n} jours",
    "check_head": (
        "Avant toute simulation, avec une chance moyenne ; en fin de période, ou début → fin :"
    ),
    "check_requests": "demandes\npar an",
    "check_passes": "entrées\npossibles\npar an",
    "check_sustained": "admis\npar an,\nà terme",
    "check_blocked": "bloqués,\nà terme",
    "check_keeps_up": "peut\nsuivre",
    "check_limited_by": "limité par",
    "check_itself": "ses propres places",
    "check_fewer": "il en vient moins",
    "check_yes": "oui",
    "check_no": "non",
    "occupied": "occupées",
    "waiting": "en attente",
    "turned_away_year": "refus/an",
    "run_head": (
        "{title} : {n} réplications, graine {seed}, moteur {engine} ; moyennes, intervalles à 95 %"
    ),
    "run_street": "Personnes à la rue : {n}",
    "run_nights": "Nuits à la rue par an : {n}",
    "run_missed": "Pas atteint après {n} réplications : {text}.",
    "one_more_head": "Effet d'une place de plus (moyenne de {step}, même hasard avec et sans) :",
    "one_more_nights": "nuits à la rue par an",
    "one_more_cost": "coût par an [EUR]",
}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": MappingProxyType(
            {
                **words_of_figures.FRENCH,
                **words_of_comparison.FRENCH,
                **words_of_sweeps.FRENCH,
                **_FR,
                **catalogue(BY_KEY, "fr"),
            }
        ),
        "en": MappingProxyType(
            {
                **words_of_figures.ENGLISH,
                **words_of_comparison.ENGLISH,
                **words_of_sweeps.ENGLISH,
                **_EN,
                **catalogue(BY_KEY, "en"),
            }
        ),
    }
)


def words(lang: str) -> Mapping[str, str]:
    """Return the words of a language (``fr`` or ``en``); raise ValueError for any other."""
    if lang not in WORDS:
        raise ValueError(f"no words in language {lang!r}; use one of {', '.join(LANGUAGES)}")
    return WORDS[lang]


def number(value: float, lang: str, digits: int = 0) -> str:
    """Return a number as written in a language: 12,345.6 or 12 345,6; never a minus zero."""
    shown = round(value, digits) + 0.0
    return format_decimal(
        shown, format=f"#,##0.{'0' * digits}".rstrip("."), locale=lang, decimal_quantization=True
    )


def signed(value: float, lang: str, digits: int = 0) -> str:
    """Return a number with its sign, none for what is written as zero."""
    text = number(value, lang, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def percent(share: float, lang: str) -> str:
    """Return a share as a percentage: 34% or 34 %; ``<1%`` for a small one that is not zero."""
    if 0 < share < 0.005:
        return f"<{' ' if lang == 'fr' else ''}{percent(0.01, lang)}"
    written = format_percent(round(share, 2) + 0.0, locale=lang)
    # One narrow space, as between thousands: the usual one is as wide as between words.
    return written.replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")


def day(when: date, lang: str) -> str:
    """Return a date: 3 Mar 2026 or 3 mars 2026."""
    return format_date(when, "d MMM y", locale=lang)


def in_language(text: str, lang: str) -> str:
    """Return what an English word or sentence of a scenario means in a language."""
    return catalogue(FIELDS, lang).get(text, text)
