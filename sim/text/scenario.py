"""A scenario in words: values, parameters, diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, Any

from sim.core.errors import KeyPath, path_text
from sim.core.units import read_date
from sim.plan.size import LARGE_BYTES, LARGE_EVENTS, Size
from sim.scenarios.differences import (
    Entry,
    ValueChange,
    ValueText,
    change_of,
    entries_by_part,
    goal_of,
    reasons_of,
)
from sim.scenarios.fields import ANNOTATION_KEYS, Section
from sim.scenarios.resolved import numbers_in, scenario_hash
from sim.scenarios.schema import Scenario
from sim.scenarios.values import STATUSES, Changed, Law, Place, Quantity, Wording
from sim.text.translations import day, in_language, listing, number, percent, semicolons, sentences

if TYPE_CHECKING:
    from sim.plan.diagnostics import Diagnostics, ServiceLoad

# --- Values of a scenario as people read them, in French or English: ``9 mois``, ``5 per week``.

_AMOUNT = re.compile(r"(-?\d[\d \u00a0\u202f]*(?:\.\d+)?)(?![\d:-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[A-Za-z]+")


class ScenarioText(ValueText):
    """The values of one scenario in one language."""

    def __init__(self, scenario: Scenario, lang: str) -> None:
        self.lang = lang
        self.names = names_of(scenario, lang)

    def t(self, key: str, **blanks: object) -> str:
        """Return a sentence with its blanks filled."""
        return sentences(self.lang)(key, **blanks)

    def word(self, word: str) -> str:
        """Return a word of scenario files in this language."""
        return in_language(word, self.lang)

    def name(self, word: object) -> str:
        """Return what readers call a service, a class or a word people choose from."""
        return self.names.get(str(word)) or self.word(str(word))

    def item(self, text: str) -> str:
        """Return one text of a list; of ``street nights within 2 %`` the measure by its name."""
        measure, within, share = text.partition(" within ")
        if not within:
            return self.name(text)
        from sim.analysis.measures import measure_called  # numpy: not for every check

        called = measure_called(measure, self.lang)
        return self.t("precision", measure=called, share=self.plain(share))

    def meaning(self, entry: Entry) -> str:
        """Return what a value is, from the sentence of its field."""
        meaning = self.word(entry.meaning + ".").rstrip(".")
        return f"{meaning}, {self.word(entry.below)}" if entry.below else meaning

    def subject(self, entry: Entry) -> str:
        """Return the names around a value, which distinguish it from others of its kind."""
        return ", ".join(map(self.name, entry.subject))

    def between(self, ends: tuple[Any, Any] | None) -> str:
        """Return the two ends of a range as written by people, empty if there is none."""
        low, high = map(self.written, ends or ("", ""))
        return self.t("range_words", low=low, high=high) if ends else ""

    def part(self, path: KeyPath) -> str:
        """Return what readers call a part of the scenario."""
        if len(path) == 1:
            return self.word(str(path[0]).capitalize())
        name = self.name(path[1])
        return f"{name[:1].upper()}{name[1:]}"

    def change(self, change: ValueChange) -> tuple[str, str]:
        """Return a value before and after a change, with how much more it is."""
        after, more = self.changed(change.after_value), change.difference
        if more:
            sign = "\N{MULTIPLICATION SIGN} " if more[:1] == "x" else more[:1]
            number = self.plain(more.removeprefix("x ").removeprefix(sign))
            after = self.t("change_by", after=after, more=f"{sign}{number}")
        return self.changed(change.before_value), after

    def keyed(self, values: Mapping[str, Any]) -> str:
        """Return the values of a mapping with their names."""
        return ", ".join(self._named(name, value) for name, value in values.items())

    def listed(self, sections: Sequence[Section]) -> str:
        """Return the items of a list by what they are called."""
        texts = (self._named(goal_of(section), section) for section in sections)
        return semicolons(texts, self.lang)

    def _named(self, name: object, value: Any) -> str:
        return self.t("by_class", value=self.changed(value), name=self.name(name))

    def moved(self, change: Changed) -> str | None:
        """Return how much more than in the base a value is, if that is what a change says."""
        amount = change.amount
        if amount is None:
            return None
        if isinstance(amount, Mapping):
            bare = {key: value for key, value in amount.items() if key not in ANNOTATION_KEYS}
            amount = bare.get("value", bare)
        return self.t(f"moved_{change.verb}", amount=self.written(amount))

    def plain(self, text: str) -> str:
        """Return one written number, date or pattern of hours, in this language."""
        if _DATE.fullmatch(text):
            return day(read_date(text), self.lang)
        if text in ("always", "never", "unlimited"):
            return self.word(text)
        text = text.replace("every day", self.word("every day"))
        match = _AMOUNT.match(text)
        if match and ":" not in text:
            amount = match[1].strip()
            digits = len(amount.partition(".")[2])
            shown = number(float(re.sub(r"\s", "", amount)), self.lang, digits)
            text = f"{shown} {text[match.end(1) :].strip()}".strip()
        return _WORD.sub(lambda word: self.word(word.group()), text)


def names_of(scenario: Scenario, lang: str) -> dict[str, str]:
    """Return what services and classes are called, by the names written in the file."""
    named: list[tuple[str, Any]] = [*scenario.services.items(), *scenario.people.classes.items()]
    return {key: each.names.in_language(lang) for key, each in named if each.names}


# --- A scenario in sentences: every value with what it means, where it stands and how it is
# known.


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its path, a sentence, where it was written (none: a default), how it is known.

    ``subject`` distinguishes values of the same kind: ``referrals, shelter``.
    """

    path: str
    subject: str
    sentence: str
    place: Place | None
    source: str | None
    status: str | None
    range: str | None
    because: str | None  # the reason of the change that set it
    moved: str | None  # how much more than in the base, if that is what the change says


@dataclass(frozen=True, slots=True)
class Part:
    """The lines about one part of a scenario: its name as written, and its title for readers."""

    name: str
    title: str
    lines: tuple[Line, ...]


def explain(scenario: Scenario, lang: str = "en") -> tuple[Part, ...]:
    """Return the whole scenario as sentences, part by part in the order of the file.

    Optional values that are not given are left out.
    """
    text = ScenarioText(scenario, lang)
    return tuple(
        Part(
            name=".".join(map(str, path)),
            title=title_of_part(path, scenario, text),
            lines=tuple(_line(scenario, entry, text) for entry in entries),
        )
        for path, entries in entries_by_part(scenario)
    )


def title_of_part(path: KeyPath, scenario: Scenario, text: ScenarioText) -> str:
    """Return what readers call a part of a scenario, a service with its kind."""
    if len(path) == 1:
        return text.part(path)
    return f"{text.part(path)} ({text.word(scenario.services[str(path[1])].kind)})"


def _line(scenario: Scenario, entry: Entry, text: ScenarioText) -> Line:
    annotation, change = entry.annotation, change_of(scenario, entry.path)
    value = text.value(entry.value).rstrip(".")
    return Line(
        path=path_text(entry.path),
        subject=text.subject(entry),
        sentence=text.t("explain_sentence", what=text.meaning(entry), value=value),
        place=scenario.history.place(entry.path),
        source=annotation.source,
        status=annotation.status,
        range=text.between(annotation.written_range) or None,
        because=change.because.in_language(text.lang) if change else None,
        moved=text.moved(change) if change else None,
    )


# --- Every value of a scenario with its unit, source, status and plausible range.

COUNTED = {
    "share": "%",
    "count": "number",
    "money": "EUR",
    "time": "time of day",
    "hours": "hours of the week",
}
"""What numbers are written in that carry no unit of time."""
_BRIEF = re.compile(r"\s?[;(]")
"""Where what is only an explanation begins in the sentence of a field."""
_UNIT = re.compile(r"(%\s*)?(per )?[a-z]+$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: what it is, its path in the file, value, unit, and how it is known."""

    about: str
    path: str
    value: str
    unit: str
    status: str  # one of STATUSES, or empty
    range: str
    source: str
    note: str
    because: str
    label: str  # its part and, in few words, what it is
    counts: bool  # a number somebody had to choose, counted once
    is_default: bool


@dataclass(frozen=True, slots=True)
class PartOfParameters:
    """The parameters of one part of a scenario, under the title readers see."""

    name: str
    title: str
    rows: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """How many numbers have each status; ``all`` counts those of no status too."""

    observed: int
    derived: int
    assumed: int
    unknown: int

    @property
    def all(self) -> int:
        """All numbers that somebody wrote."""
        return self.observed + self.derived + self.assumed + self.unknown


def parameters(
    scenario: Scenario, lang: str, reasons: Mapping[str, Wording]
) -> tuple[PartOfParameters, ...]:
    """Return all values of a scenario, part by part; ``reasons`` of its changes, by path."""
    text = ScenarioText(scenario, lang)
    chosen = {path for path, _ in numbers_in(scenario, defaults=False)}
    return tuple(
        PartOfParameters(
            name=".".join(map(str, path)),
            title=title_of_part(path, scenario, text),
            rows=tuple(_row(entry, text.part(path), text, reasons, chosen) for entry in entries),
        )
        for path, entries in entries_by_part(scenario)
    )


def _row(
    entry: Entry,
    part: str,
    text: ScenarioText,
    reasons: Mapping[str, Wording],
    chosen: set[KeyPath],
) -> Parameter:
    annotation, path = entry.annotation, path_text(entry.path)
    subject = text.subject(entry)
    of = f" ({subject})" if subject else ""
    is_number = isinstance(entry.value, Quantity | Law)
    is_default = is_number and not any(
        entry.path[: len(path_chosen)] == path_chosen for path_chosen in chosen
    )
    is_setting = entry.path[0] in ("period", "run")  # how long or often is simulated
    because = next(
        (
            reason.in_language(text.lang)
            for changed, reason in reasons.items()
            if path == changed or path.startswith((f"{changed}.", f"{changed}["))
        ),
        "",
    )
    return Parameter(
        about=text.meaning(entry) + of,
        path=path,
        value=text.value(entry.value),
        unit=unit_of(entry.value, text),
        status=annotation.status or "",
        range=text.between(annotation.written_range),
        source=annotation.source or "",
        note=annotation.note or "",
        because=because,
        label=text.t("parameter_label", part=part, what=_brief(entry, text) + of),
        counts=is_number and not is_default and not is_setting and not _is_nested(entry),
        is_default=is_default,
    )


def _brief(entry: Entry, text: ScenarioText) -> str:
    """Return what a value is, without the explanations in the sentence of its field."""
    meaning, *below = (
        text.meaning(entry).rpartition(", ") if entry.below else (text.meaning(entry),)
    )
    meaning = _BRIEF.split(meaning)[0]
    return "".join((meaning[:1].lower(), meaning[1:], *below))


def _is_nested(entry: Entry) -> bool:
    """Say whether a law only repeats what its parameters say."""
    if not isinstance(entry.value, Law) or entry.value.annotation.status:
        return False
    return any(quantity.annotation.status for _, quantity in entry.value.quantities())


def unit_of(value: object, text: ScenarioText) -> str:
    """Return the unit in which a number was written, or what it counts."""
    if isinstance(value, Law):
        value = next((quantity for _, quantity in value.quantities()), None)
    if not isinstance(value, Quantity):
        return ""
    first = value.written
    while isinstance(first, Mapping):
        first = next(iter((first.get("weekly") or first["calendar"]).values()))
    written = _UNIT.search(str(first)) if value.dimension in ("rate", "duration") else None
    if written:
        return text.written(written[0].strip())
    return text.word(COUNTED.get(value.dimension, value.dimension))


def label_of(path: str, parts: Sequence[PartOfParameters]) -> str:
    """Return what a value is in few words, or what it is a part of; empty if nothing is known.

    An item (a route, a service) is called by its share or rate, or by its name.
    """
    labels = {part.name: part.title for part in parts}
    labels |= {row.path: row.label for part in parts for row in part.rows}
    for name in (f"{path}.share", f"{path}.rate"):
        if path not in labels and name in labels:
            return labels[name]
    while path and path not in labels:
        path = path.rpartition(".")[0]
    return labels.get(path, "")


def known_of(parts: tuple[PartOfParameters, ...]) -> Known:
    """Return how many of the numbers somebody had to choose have each status."""
    rows = [row for part in parts for row in part.rows if row.counts]
    counts = [sum(row.status == status for row in rows) for status in STATUSES]
    observed, derived, assumed = counts
    return Known(observed, derived, assumed, sum(not row.status for row in rows))


# --- The parameters of a scenario as a page of text (Markdown), for reporting checklists.


def description(scenario: Scenario, file: str, lang: str) -> str:
    """Return every value of a scenario with unit, status, range and source, as Markdown."""
    return "\n".join(_lines(scenario, file, lang)).rstrip() + "\n"


def _lines(scenario: Scenario, file: str, lang: str) -> Iterator[str]:
    t, parts = sentences(lang), parameters(scenario, lang, reasons_of(scenario))
    text = ScenarioText(scenario, lang)
    moved = {path_text(each.path): text.moved(each) or "" for each in scenario.history.changes}
    known = known_of(parts)
    yield f"# {t('describe_title', title=_plain(scenario.title.in_language(lang)))}\n"
    yield t("describe_made", command=f"maraude describe {file} --lang {lang}") + "\n"
    yield t("describe_hash", hash=scenario_hash(scenario)) + "\n"
    yield t(
        "assumed_count",
        all=known.all,
        observed=known.observed,
        derived=known.derived,
        assumed=known.assumed,
        unknown=known.unknown,
    )
    heads = ("parameter", "parameter_value", "parameter_unit", "parameter_status",
             "parameter_range", "parameter_source")  # fmt: skip
    for part in parts:
        yield f"\n## {_plain(part.title)}\n"
        yield "| " + " | ".join(t(head) for head in heads) + " |"
        yield "|---" * len(heads) + "|"
        for row in part.rows:
            yield _markdown_row(row, moved.get(row.path, ""), lang)


def _markdown_row(row: Parameter, moved: str, lang: str) -> str:
    t = sentences(lang)
    status = in_language(row.status, lang) if row.status else ""
    if row.is_default:
        status = t("parameter_default")
    because = f" ({t('parameter_set_by', text=row.because)})" if row.because else ""
    because += f" ({moved})" if moved else ""
    cells = (
        f"{_plain(row.about)} `{row.path.replace('`', '')}`".replace("|", "\\|"),
        _plain(row.value + because),
        _plain(row.unit),
        status,
        _plain(row.range),
        _plain(f"{row.source} {row.note}".strip()),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return a text that stays one cell and no markup."""
    for sign in ("\\", "`", "*", "_", "[", "]", "|", "#"):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


# --- What is known of a scenario before any simulation, in sentences.


def amount(value: float, lang: str) -> str:
    """Return a number as people read it: whole, or with one decimal below 10."""
    if isinf(value):
        return "∞"
    value = round(value, 1 if abs(value) < 9.95 else 0)
    return number(value, lang, 0 if value == round(value) else 1)


def findings(diagnostics: Diagnostics, lang: str) -> list[str]:
    """Return sentences: the bottleneck, people turned away, closed services, loops, never used."""
    t = sentences(lang)
    lines = [
        *_bottleneck(diagnostics, lang),
        *_turned_away(diagnostics, lang),
        *_in_vain(diagnostics, lang),
        *_not_reached(diagnostics, lang),
        *_omitted(diagnostics, lang),
        *closing_sentences(diagnostics, lang),
    ]
    if diagnostics.loops:
        lines.append(t("check_can_lock", loops=_loops(diagnostics, lang)))
    never = ", ".join(_never_used(diagnostics, lang))
    if never:
        lines.append(t("check_never", things=never))
    return lines


def _turned_away(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield how many each service turns away for want of a seat, and where they go."""
    t = sentences(lang)
    for load in diagnostics.turning_away:
        yield t(
            "check_turned_away" if load.seats else "check_turned_away_at_once",
            name=diagnostics.name(load.name, lang),
            people=amount(load.turned_away, lang),
            share=percent(load.turned_away / load.asked_per_year, lang),
            seats=amount(load.seats or 0.0, lang),
            ways=_ways(diagnostics, load.turned_away_per_year, lang),
            when="" if load in diagnostics.at_end else t("check_at_start"),
        )


def _in_vain(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield how many requests are refused, and offers declined, at which service, and where to.

    None of it is for want of room.
    """
    t = sentences(lang)
    for key, which in (
        ("check_refused", "refused_per_year"),
        ("check_declined", "declined_per_year"),
    ):
        things = []
        for load in diagnostics.refusing:
            ways = getattr(load, which)
            n = amount(sum(ways.values()), lang)
            if n != amount(0.0, lang):
                name = diagnostics.name(load.name, lang)
                things.append(t(f"{key}_at", n=n, name=name, ways=_ways(diagnostics, ways, lang)))
        if things:
            when = "" if diagnostics.refusing[0] in diagnostics.at_end else t("check_at_start")
            yield t(key, things=semicolons(things, lang), when=when)


def _not_reached(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield which services do not reach some of those in the street who ask."""
    t = sentences(lang)
    for load in diagnostics.hard_to_reach:
        yield t(
            "check_not_reached",
            name=diagnostics.name(load.name, lang),
            share=percent(load.not_reached, lang),
            when="" if load in diagnostics.at_end else t("check_at_start"),
        )


def _omitted(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield what the mean flows leave out, in one sentence."""
    from sim.plan.diagnostics import Omitted

    t = sentences(lang)
    keys = {
        Omitted.HOURS: "check_omitted_hours",
        Omitted.EVICTIONS: "check_omitted_evictions",
        Omitted.OFFERS: "check_omitted_offers",
    }
    things = [
        t(keys[what], name=diagnostics.name(name, lang)) for name, what in diagnostics.omitted
    ]
    if things:
        yield t("check_omitted", things=semicolons(things, lang))


def _ways(diagnostics: Diagnostics, people: Mapping[str, float], lang: str) -> str:
    """Return how many go where instead of the place they asked for."""
    t, ways = sentences(lang), []
    for to, each in people.items():
        if amount(each, lang) != amount(0.0, lang):
            key = f"check_turned_{to}" if to not in diagnostics.names else "check_turned_on"
            there = diagnostics.name(to, lang) if to in diagnostics.names else ""
            ways.append(t(key, n=amount(each, lang), name=there))
    return listing(ways, lang)


def closing_sentences(diagnostics: Diagnostics, lang: str) -> list[str]:
    """Return what is asked for while it can admit nobody: of each service, the longest time."""
    from sim.plan.diagnostics import Cause
    from sim.plan.tables import Kind

    t = sentences(lang)
    lines = []
    for service in dict.fromkeys(closing.service for closing in diagnostics.closings):
        times = [closing for closing in diagnostics.closings if closing.service == service]
        closing = max(times, key=lambda each: each.end - each.begin)
        key = "check_no_places" if closing.cause is Cause.PLACES else "check_no_admissions"
        if closing.kind is Kind.DROP_IN:
            key = "check_no_visits" if closing.cause is Cause.PLACES else "check_no_hours"
        begin, end = diagnostics.day(closing.begin), diagnostics.day(closing.end)
        values = {
            "name": diagnostics.name(closing.service, lang),
            "start": day(begin, lang),
            "end": day(end, lang),
            "days": t("check_days", n=amount((end - begin).days, lang)),
            "origins": listing(
                (_origin(diagnostics, each, lang) for each in closing.origins), lang
            ),
        }
        if isinf(closing.opens):
            lines.append(t(f"{key}_again", **values))
        else:
            lines.append(t(key, opens=day(diagnostics.day(closing.opens), lang), **values))
        if len(times) > 1:
            more = amount(len(times) - 1, lang)
            lines.append(t("check_closed_more", n=more, name=values["name"]))
    return lines


def _origin(diagnostics: Diagnostics, origin: str, lang: str) -> str:
    """Return where requests come from: the name of a service, or arrivals, the start, evictions."""
    if origin in diagnostics.names:
        return diagnostics.name(origin, lang)
    return sentences(lang)(f"check_from_{origin.strip('()')}")


def short(diagnostics: Diagnostics, lang: str) -> str:
    """Return the bottleneck and the loops that can lock in a few words."""
    t, load = sentences(lang), diagnostics.bottleneck
    if load is not None:
        text = t("check_short", **_load_numbers(diagnostics, load, lang))
    elif diagnostics.turning_away:
        people = sum(each.turned_away for each in diagnostics.turning_away)
        text = t("check_short_turned_away", n=amount(people, lang))
    elif diagnostics.closings:
        text = t("check_short_closed")
    elif diagnostics.refusing:
        text = t(
            "check_short_in_vain",
            n=amount(sum(each.in_vain for each in diagnostics.refusing), lang),
        )
    elif diagnostics.hard_to_reach:
        text = t("check_short_not_reached")
    elif diagnostics.omitted:
        text = t("check_short_omitted")
    else:
        text = t("check_short_enough" if diagnostics.at_end else "check_short_nothing")
    if diagnostics.loops:
        text = t("check_short_and_loops", text=text, loops=_loops(diagnostics, lang))
    return text


def _withheld(diagnostics: Diagnostics) -> bool:
    """Say whether people do not come in for another reason than places, or may not."""
    return bool(
        diagnostics.turning_away
        or diagnostics.refusing
        or diagnostics.hard_to_reach
        or diagnostics.omitted
    )


def _bottleneck(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield the service that holds the others up and what comes of it, or that there is none."""
    from sim.plan.tables import Kind

    t, load = sentences(lang), diagnostics.bottleneck
    if load is None:
        closed = any(closing.kind is Kind.PLACES for closing in diagnostics.closings)
        if not (closed or _withheld(diagnostics)):
            yield t("check_enough" if diagnostics.at_end else "check_nothing")
        return
    if diagnostics.blocked_by(load) > 0.0:
        effect = "check_effect_blocks"
        if load.wait == 0.0 and load.decided_after > 0.0:
            effect = "check_effect_assesses"
    elif load.seats is not None:
        effect = "check_effect_turns_away"
    else:
        effect = "check_effect_endless_list" if isinf(load.list_limit) else "check_effect_list"
    if load in (*diagnostics.rooms_at_start, *diagnostics.rooms_at_end) and "list" in effect:
        effect = f"{effect}s"
    values = _load_numbers(diagnostics, load, lang)
    when = "" if diagnostics.is_at_end(load) else t("check_at_start")
    yield t("check_bottleneck", when=when, effect=t(effect, **values), **values)


def _load_numbers(diagnostics: Diagnostics, load: ServiceLoad, lang: str) -> dict[str, str]:
    """Return the numbers of a service as people read them."""
    values = {
        "inflow": load.asked_per_year,
        "passes": load.passes_per_year,
        "growth": load.growth_per_year,
        "limit": load.list_limit,
        "blocked": diagnostics.blocked_by(load),
        "turned_away": load.turned_away,
    }
    name = diagnostics.name(load.name, lang)
    return {"name": name} | {word: amount(value, lang) for word, value in values.items()}


def _loops(diagnostics: Diagnostics, lang: str) -> str:
    """Return the loops that can lock, by the names of their services."""
    named = (listing((diagnostics.name(n, lang) for n in loop), lang) for loop in diagnostics.loops)
    return semicolons(named, lang)


def _never_used(diagnostics: Diagnostics, lang: str) -> Iterator[str]:
    """Yield services that nobody can come to, and routes of the others that nobody takes."""
    t = sentences(lang)
    for name in diagnostics.unreached:
        yield t("check_unreached", name=diagnostics.name(name, lang))
    for name, to in diagnostics.unused_routes:
        if name not in diagnostics.unreached:
            there = diagnostics.name(to, lang) if to in diagnostics.names else t(f"check_to_{to}")
            yield t("check_route", name=diagnostics.name(name, lang), to=there)


def unpaid_sentence(scenario: Scenario, lang: str) -> str:
    """Return what was changed without any cost that follows it, empty if there is nothing."""
    from sim.plan.diagnostics import unpaid_changes

    t, names = sentences(lang), names_of(scenario, lang)
    things = []
    for unpaid in unpaid_changes(scenario):
        key = "check_unpaid_value" if unpaid.value else "check_unpaid_service"
        things.append(
            t(
                "check_unpaid_room" if unpaid.room else key,
                name=names.get(unpaid.service, unpaid.service),
                value=unpaid.value,
                costs=", ".join(unpaid.costs),
                room=unpaid.room,
            )
        )
    return t("check_unpaid", things=semicolons(things, lang)) if things else ""


# --- How large a replication is, as a sentence.

SECONDS_PER_EVENT = 0.5e-6
"""Of the compiled engine, with analysis (docs/performance.md)."""


def size_sentence(size: Size, lang: str) -> str:
    """Return how much memory and how many events a large replication takes, else nothing."""
    t, texts = sentences(lang), []
    if size.bytes > LARGE_BYTES:
        texts.append(
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
        texts.append(t("size_events", events=millions, time=time_text(seconds, lang)))
    return " ".join(texts)


def fewer_workers(fit: int, wanted: int, lang: str) -> str:
    """Return that fewer workers are at work than wanted, because memory holds no more, or nothing.

    ``fit``: how many replications memory holds, at most as many as wanted.
    """
    return sentences(lang)("size_workers", n=fit, wanted=wanted) if fit < wanted else ""


def time_text(seconds: float, lang: str) -> str:
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
