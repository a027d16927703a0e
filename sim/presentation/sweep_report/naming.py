"""What readers call the levers of a sweep: as its author does, else as reports of its base do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sim.experiments.sweep.results import Swept, SweptLever
from sim.presentation.report.parameters import Parameter, PartOfParameters, parameters
from sim.presentation.words import in_language, words

_WORD = re.compile(r"[A-Za-z]+")


def for_readers(swept: Swept, lang: str, parts: Sequence[PartOfParameters] | None = None) -> Swept:
    """Return a sweep whose levers have the names and units of a language.

    ``parts``: the parameters of its base scenario, where they are at hand.
    """
    if parts is None:
        parts = parameters(swept.base, lang, {}) if swept.base else ()
    rows = {row.path: row for part in parts for row in part.rows}
    named = [_named(lever, rows, lang) for lever in swept.levers]
    return replace(swept, levers=tuple(_with_others(one, named, lang) for one in named))


def _with_others(lever: SweptLever, named: Sequence[SweptLever], lang: str) -> SweptLever:
    """Return a lever under a name that says what moves with it, if it is the first of a group."""
    first, *others = (one for one in named if one.group == lever.group)
    if lever is not first or not others:
        return lever
    name = lever.names[lang] if lever.names else lever.name
    told = ", ".join(one.title(lang) for one in others)
    text = words(lang)["sweep_with"].format(name=name, others=told)
    return replace(lever, names={lang: text})


def _named(lever: SweptLever, rows: dict[str, Parameter], lang: str) -> SweptLever:
    lever = replace(lever, unit=_WORD.sub(lambda one: in_language(one[0], lang), lever.unit))
    row = row_of(lever, rows) if lever.is_assumed else None
    if row is None:
        return lever
    return replace(lever, names={lang: row.label}, reach=row.range)


def row_of(lever: SweptLever, rows: dict[str, Parameter]) -> Parameter | None:
    """Return the parameter that a lever moves, None if it moves only a part of one."""
    return next((rows[path] for path in lever.paths if path in rows), None)
