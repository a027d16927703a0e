"""What a sweep tells, in a few sentences and numbers: the top of its page."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.analysis.sensitivity import Exchange
from sim.experiments.sweep.results import Swept
from sim.presentation.figures.of_sweeps import figures_of
from sim.presentation.figures.sweep_bars import BARS_FIGURE, first_told, noise_told
from sim.presentation.figures.sweep_map import MAP_FIGURE, one_more, parts, unit_of
from sim.presentation.figures.sweep_pareto import PARETO_FIGURE
from sim.presentation.figures.sweep_parts import (
    change_told,
    ends_told,
    outcome_label,
    short,
    value_told,
    with_unit,
)
from sim.presentation.report.answers import Tile
from sim.presentation.words import sentences, words


def _question(swept: Swept) -> bool:
    """Say whether the sweep asks what one lever is worth in another."""
    return any(one.figure is MAP_FIGURE for one in figures_of(swept))


def answer(swept: Swept, lang: str) -> Iterator[str]:
    """Yield what the sweep tells, in sentences: the answer first."""
    if _question(swept):
        yield from _worth(swept, lang)
    else:
        for one in figures_of(swept)[:2]:
            if one.figure is BARS_FIGURE:
                yield first_told(swept, one.outcome, words(lang)) + "."
                noise = noise_told(swept, one.outcome, words(lang))
                if noise:
                    yield noise
            elif one.figure is not PARETO_FIGURE:
                yield _along(swept, one.outcome, lang) or one.title(swept, lang) + "."


def _along(swept: Swept, outcome: str, lang: str) -> str:
    """Return how an outcome changes from end to end; empty where that is not known."""
    found = swept.along(outcome)
    if found is None:
        return ""
    return sentences(lang)(
        "sweep_along_answer" if found.change.excludes_zero else "sweep_along_unsure",
        outcome=outcome_label(swept, outcome, words(lang)),
        change=change_told(found.change, lang),
        **ends_told(swept, found, lang),
    )


def _worth(swept: Swept, lang: str) -> Iterator[str]:
    """Yield the question of two levers and its answer, over all points and over parts of them."""
    t, outcome = sentences(lang), figures_of(swept)[0].outcome
    one, other = swept.axes[:2]
    named = {
        "each": one_more(one, words(lang)),
        "other": unit_of(other, words(lang)),
        "each_other": one_more(other, words(lang)),
    }
    yield t("sweep_question", **named)
    label = outcome_label(swept, outcome, words(lang))
    whole = swept.exchange(outcome)
    if whole is None or not whole.is_known:
        key = "sweep_answer_few" if whole is None else "sweep_answer_unknown"
        yield t(key, part=t("sweep_part_all"), **named)
        return
    key = _key_of(whole, "sweep_answer")
    all_points, rate = t("sweep_part_all"), _rate(whole, lang)
    yield _begun(t(key, part=all_points, outcome=label, **named, **rate))
    effects = {"first": whole.first.mean, "second": whole.second.mean}
    said = {key: short(value, lang) for key, value in effects.items()}
    yield _begun(t("sweep_worth", **named, **said))
    for text, rows in _parts(swept, lang):
        found = swept.exchange(outcome, rows)
        if found is not None:
            key = _key_of(found, "sweep_answer_part")
            yield t(key, part=text, outcome=label, **named, **_rate(found, lang))


def _key_of(found: Exchange, sure: str) -> str:
    """Return which sentence fits a rate; ``sure``: that of one which is above zero for certain."""
    if not found.is_known:
        return "sweep_answer_unknown"
    if found.low > 0:
        return sure
    return "sweep_answer_opposed" if found.high < 0 else "sweep_answer_nothing"


def _rate(found: Exchange, lang: str) -> dict[str, str]:
    return {name: short(getattr(found, name), lang) for name in ("rate", "low", "high")}


def _parts(swept: Swept, lang: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the points of each panel; without those, where the first lever is low, or high."""
    t, lever, rows = sentences(lang), swept.axes[0], swept.done
    if len(swept.axes) > 2:
        for value, chosen in parts(swept):
            third, is_at = swept.axes[2].title(lang), value_told(value, lang)
            yield t("sweep_part_is", one=third, n=is_at), chosen
        return
    values = sorted(rows[lever.name].unique())
    if len(values) < 4:
        return
    low, high = values[len(values) // 2 - 1], values[(len(values) + 1) // 2]
    for key, limit, chosen in (
        ("sweep_part_low", low, rows[rows[lever.name] <= low]),
        ("sweep_part_high", high, rows[rows[lever.name] >= high]),
    ):
        yield t(key, one=lever.title(lang), n=short(float(limit), lang)), chosen


def tiles(swept: Swept, lang: str) -> Iterator[Tile]:
    """Yield the numbers that stand large below the answer."""
    t = sentences(lang)
    found = swept.exchange(figures_of(swept)[0].outcome) if _question(swept) else None
    if found is not None and found.low > 0:
        one, other = swept.axes[:2]
        rate, each = _rate(found, lang), one_more(one, words(lang))
        interval = t("tile_interval", low=rate["low"], high=rate["high"])
        about = t("sweep_tile", each=each, other=unit_of(other, words(lang)))
        yield Tile(rate["rate"], _begun(about), interval)
    for outcome in swept.outcomes[:3]:
        values = swept.done[outcome].dropna()
        text = f"{short(values.min(), lang)} … {short(values.max(), lang)}"
        yield Tile(text, with_unit(swept, outcome, words(lang)), "")


def _begun(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]
