"""What is known of a scenario before any simulation, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import TYPE_CHECKING

from sim.presentation.words import day, listing, number, percent, sentences

if TYPE_CHECKING:
    from sim.plan.diagnostics import Diagnostics, ServiceLoad
    from sim.scenario import Scenario


def amount(value: float, lang: str) -> str:
    """Return a number as people read it: whole, or with one decimal below 10."""
    if isinf(value):
        return "∞"
    value = round(value, 1 if abs(value) < 9.95 else 0)
    return number(value, lang, 0 if value == round(value) else 1)


def findings(found: Diagnostics, lang: str) -> list[str]:
    """Return sentences: the bottleneck, people turned away, closed services, loops, never used."""
    t = sentences(lang)
    lines = [
        *_bottleneck(found, lang),
        *_turned_away(found, lang),
        *closing_sentences(found, lang),
    ]
    if found.loops:
        lines.append(t("check_can_lock", loops=_loops(found, lang)))
    never = ", ".join(_never_used(found, lang))
    if never:
        lines.append(t("check_never", things=never))
    return lines


def _turned_away(found: Diagnostics, lang: str) -> Iterator[str]:
    """Yield how many each service turns away for want of a seat, and where they go."""
    t = sentences(lang)
    for one in found.turning_away:
        ways = []
        for to, people in one.turned_away_per_year.items():
            if amount(people, lang) == amount(0.0, lang):
                continue
            key = f"check_turned_{to}" if to not in found.names else "check_turned_on"
            there = found.name(to, lang) if to in found.names else ""
            ways.append(t(key, n=amount(people, lang), name=there))
        yield t(
            "check_turned_away" if one.seats else "check_turned_away_at_once",
            name=found.name(one.name, lang),
            people=amount(one.turned_away, lang),
            share=percent(one.turned_away / one.inflow_per_year, lang),
            seats=amount(one.seats or 0.0, lang),
            ways=listing(ways, lang),
            when="" if one in found.at_end else t("check_at_start"),
        )


def closing_sentences(found: Diagnostics, lang: str) -> list[str]:
    """Return what is asked for while it can admit nobody: of each service, the longest time."""
    from sim.plan.closings import Cause

    t = sentences(lang)
    lines = []
    for service in dict.fromkeys(one.service for one in found.closings):
        times = [one for one in found.closings if one.service == service]
        one = max(times, key=lambda each: each.end - each.begin)
        key = "check_no_places" if one.cause is Cause.PLACES else "check_no_admissions"
        begin, end = found.day(one.begin), found.day(one.end)
        values = {
            "name": found.name(one.service, lang),
            "start": day(begin, lang),
            "end": day(end, lang),
            "days": t("check_days", n=amount((end - begin).days, lang)),
            "origins": listing((_origin(found, each, lang) for each in one.origins), lang),
        }
        if isinf(one.opens):
            lines.append(t(f"{key}_again", **values))
        else:
            lines.append(t(key, opens=day(found.day(one.opens), lang), **values))
        if len(times) > 1:
            more = amount(len(times) - 1, lang)
            lines.append(t("check_closed_more", n=more, name=values["name"]))
    return lines


def _origin(found: Diagnostics, origin: str, lang: str) -> str:
    """Return where requests come from: the name of a service, or arrivals, the start, evictions."""
    if origin in found.names:
        return found.name(origin, lang)
    return sentences(lang)(f"check_from_{origin.strip('()')}")


def short(found: Diagnostics, lang: str) -> str:
    """Return the bottleneck and the loops that can lock in a few words."""
    t, load = sentences(lang), found.bottleneck
    if load is not None:
        text = t("check_short", **_told(found, load, lang))
    elif found.turning_away:
        people = sum(one.turned_away for one in found.turning_away)
        text = t("check_short_turned_away", n=amount(people, lang))
    elif found.closings:
        text = t("check_short_closed")
    else:
        text = t("check_short_enough" if found.at_end else "check_short_nothing")
    if found.loops:
        text = t("check_short_and_loops", text=text, loops=_loops(found, lang))
    return text


def _bottleneck(found: Diagnostics, lang: str) -> Iterator[str]:
    """Yield the service that holds the others up and what comes of it, or that there is none."""
    t, load = sentences(lang), found.bottleneck
    if load is None:
        if not found.turning_away and not found.closings:
            yield t("check_enough" if found.at_end else "check_nothing")
        return
    if found.blocked_by(load) > 0.0:
        effect = "check_effect_blocks"
    elif load.seats is not None:
        effect = "check_effect_turns_away"
    else:
        effect = "check_effect_endless_list" if isinf(load.list_limit) else "check_effect_list"
    if load in (*found.rooms_at_start, *found.rooms_at_end) and "list" in effect:
        effect = f"{effect}s"
    values = _told(found, load, lang)
    when = "" if found.is_at_end(load) else t("check_at_start")
    yield t("check_bottleneck", when=when, effect=t(effect, **values), **values)


def _told(found: Diagnostics, load: ServiceLoad, lang: str) -> dict[str, str]:
    """Return the numbers of a service as people read them."""
    values = {
        "inflow": load.inflow_per_year,
        "passes": load.passes_per_year,
        "growth": load.growth_per_year,
        "limit": load.list_limit,
        "blocked": found.blocked_by(load),
        "turned_away": load.turned_away,
    }
    name = found.name(load.name, lang)
    return {"name": name} | {word: amount(value, lang) for word, value in values.items()}


def _loops(found: Diagnostics, lang: str) -> str:
    """Return the loops that can lock, by the names of their services."""
    return "; ".join(listing((found.name(n, lang) for n in loop), lang) for loop in found.loops)


def _never_used(found: Diagnostics, lang: str) -> Iterator[str]:
    """Yield services that nobody can come to, and routes of the others that nobody takes."""
    t = sentences(lang)
    for name in found.unreached:
        yield t("check_unreached", name=found.name(name, lang))
    for name, to in found.unused_routes:
        if name not in found.unreached:
            there = found.name(to, lang) if to in found.names else t(f"check_to_{to}")
            yield t("check_route", name=found.name(name, lang), to=there)


def unpaid_sentence(scenario: Scenario, lang: str) -> str:
    """Return what was changed without any cost that follows it, empty if there is nothing."""
    from sim.plan.diagnostics import unpaid_changes
    from sim.presentation.report.saying import names_of

    t, names = sentences(lang), names_of(scenario, lang)
    things = [
        t(
            "check_unpaid_value" if one.value else "check_unpaid_service",
            name=names.get(one.service, one.service),
            value=one.value,
            costs=", ".join(one.costs),
        )
        for one in unpaid_changes(scenario)
    ]
    return t("check_unpaid", things="; ".join(things)) if things else ""
