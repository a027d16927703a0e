"""The answer of a run in a few sentences and numbers, made from its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from sim.analysis.blocking import Cause, service_name
from sim.analysis.windows import WHOLE, Array
from sim.event_log import Outline
from sim.experiments.findings import blocking_found, bottleneck, headlines_by_year
from sim.experiments.one_more import OneMore
from sim.experiments.run import Results
from sim.experiments.store import estimate_rows
from sim.presentation.by_year_told import hiding_sentences, two_years
from sim.presentation.findings_told import bottleneck_sentences
from sim.presentation.words import number, percent, sentences

CITED = ("street nights per year", "occupied places", "blocked places")
"""Headline numbers that the sentences of an answer give as means."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One large number, what it is, and its interval in words (empty: none).

    ``years``: two years that its mean hides, empty if it hides none.
    """

    number: str
    about: str
    interval: str
    is_alarm: bool = False
    years: str = ""


class Answers:
    """What a run says, in one language."""

    def __init__(self, results: Results, lang: str, more: Sequence[OneMore] = ()) -> None:
        self.results, self.lang, self.more = results, lang, more
        self.t = sentences(lang)
        self.cause: Cause | None = bottleneck(results)
        self.years = headlines_by_year(results)
        self.numbers = {
            (key.measure, key.service): found
            for key, found, _ in estimate_rows(results)
            if key.klass == WHOLE and key.period == WHOLE and not key.other
        }

    def sentences(self) -> list[str]:
        """Return the answer in three sentences, and what their means hide."""
        cited = [one for one in self.years if one.measure in CITED]
        said = hiding_sentences(cited, self.results.outline, self.lang)
        return [self._street(), self._blocked(), self._last(), *said]

    def tiles(self) -> list[Tile]:
        """Return the numbers to be seen first."""
        found = [self._tile("people without a place per night", "street", "tile_street")]
        occupied = self._mean("occupied places", WHOLE)
        blocked = self._tile("blocked places", WHOLE, "tile_blocked", all=self._whole(occupied))
        found.append(replace(blocked, is_alarm=True))
        if self.cause is not None:
            want = self.named(self.cause.want)
            share = percent(self.cause.share, self.lang)
            found.append(Tile(share, self.t("tile_root", want=want), ""))
        housed = self.numbers.get(("housed within 12 months", WHOLE))
        if housed is not None and housed[0] > 0:
            found.append(Tile(percent(housed[0], self.lang), self.t("tile_housed"), ""))
        return found

    def named(self, place: int) -> str:
        """Return what readers call a service."""
        return service_name(self.results.outline, place, self.lang)

    def _street(self) -> str:
        mean, low, high = self.numbers["people without a place per night", "street"][:3]
        nights = self._whole(self._mean("street nights per year", "street"))
        key = "answer_street" if isfinite(low) else "answer_street_once"
        return self.t(
            key, n=self._whole(mean), nights=nights, low=self._whole(low), high=self._whole(high)
        )

    def _blocked(self) -> str:
        if self.cause is None:
            return " ".join(bottleneck_sentences(self.results, self.lang))
        others = bottleneck_sentences(self.results, self.lang)[1:]
        first = self.t(
            "answer_blocked",
            blocked=self._whole(self._mean("blocked places", WHOLE)),
            occupied=self._whole(self._mean("occupied places", WHOLE)),
            share=percent(self.cause.share, self.lang),
            want=self.named(self.cause.want),
        )
        return " ".join([first, *others])

    def _last(self) -> str:
        """Return what one more place is worth where that is known, else whose the nights are."""
        if self.more:
            return self._best() or self.t("answer_more_unsure")
        found = blocking_found(self.results)
        nights = found.wanted_root.sum()
        if self.cause is None or nights <= 0:
            return self.t("answer_alone", alone=percent(_share(found.wanted_root), self.lang))
        return self.t(
            "answer_nights",
            share=percent(self.cause.street_share, self.lang),
            want=self.named(self.cause.want),
            alone=percent(_share(found.wanted_root), self.lang),
        )

    def _best(self) -> str:
        """Return the service where one more place saves most for certain, else an empty text."""
        sure = [one for one in self.more if one.street_nights[2] < 0]
        if not sure:
            return ""
        best = min(sure, key=lambda one: one.street_nights[0])
        place = [service.name for service in self.results.outline.services].index(best.service)
        mean, low, high = (self._whole(-value) for value in best.street_nights)
        return self.t("answer_more", service=self.named(place), n=mean, low=high, high=low)

    def _tile(self, measure: str, service: str, key: str, **blanks: str) -> Tile:
        mean, low, high = self.numbers.get((measure, service), (0.0, 0.0, 0.0))[:3]
        interval = ""
        if high - low > 0.5:
            interval = self.t(
                "tile_interval", low=self._whole(max(low, 0.0)), high=self._whole(high)
            )
        return Tile(self._whole(mean), self.t(key, **blanks), interval, years=self._years(measure))

    def _years(self, measure: str) -> str:
        """Return two years that the mean of a headline number hides, empty if it hides none."""
        hiding = [one for one in self.years if one.measure == measure and one.unlike]
        return two_years(hiding[0], self.lang, "tile_years") if hiding else ""

    def _mean(self, measure: str, service: str) -> float:
        return self.numbers.get((measure, service), (0.0,))[0]

    def _whole(self, value: float) -> str:
        if not isfinite(value):
            return "-"
        digits = 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1
        return number(value, self.lang, digits)


def _share(nights: Array) -> float:
    """Return the share of the last entry: nights of people on no list."""
    total = nights.sum()
    return float(nights[-1] / total) if total > 0 else 0.0


def blocked_rows(results: Results, lang: str) -> Iterator[tuple[str, float, float, str, str]]:
    """Yield service, blocked places, share of places taken, main want, main root, where any is."""
    found = blocking_found(results)
    outline = results.outline
    for place, service in enumerate(outline.services):
        if found.blocked_by[place].sum() > 0:
            yield (
                service_name(outline, place, lang),
                float(results.number("blocked places", service.name).mean()),
                float(found.passed_on[place]),
                _most(found.blocked_by[place], outline, lang),
                _most(found.rooted_in[place], outline, lang),
            )


def _most(days: Array, outline: Outline, lang: str) -> str:
    place = int(days.argmax())
    share = percent(float(days[place] / days.sum()), lang)
    return f"{service_name(outline, place, lang)} ({share})"
