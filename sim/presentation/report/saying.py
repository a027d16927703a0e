"""Values of a scenario as people read them, in French or English: ``9 mois``, ``5 per week``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from sim.presentation.words import day, in_language, number, sentences
from sim.scenario import Scenario, ValueChange
from sim.scenario.comparing import NOTHING, goal_of, label_of_section
from sim.scenario.fields import Section
from sim.scenario.paths import Changed
from sim.scenario.reading import ANNOTATION_KEYS
from sim.scenario.resolving import plain_data
from sim.scenario.telling import Told
from sim.scenario.values import Law, Quantity, Wording
from sim.vocabulary.errors import Path
from sim.vocabulary.quantities import read_date

_AMOUNT = re.compile(r"(-?\d[\d \u00a0\u202f]*(?:\.\d+)?)(?![\d:-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[A-Za-z]+")


class Saying:
    """How the values of one scenario are said in one language."""

    def __init__(self, scenario: Scenario, lang: str) -> None:
        self.lang = lang
        self.t = sentences(lang)
        self.names = names_of(scenario, lang)

    def value(self, value: Any) -> str:
        """Return any value of a scenario in words."""
        if isinstance(value, Law):
            return self._law(value)
        if isinstance(value, Quantity):
            return self.written(value.written)
        if isinstance(value, Wording):
            return value.in_language(self.lang)
        if isinstance(value, bool):
            return self.t("yes" if value else "no")
        if isinstance(value, datetime.date):
            return day(value, self.lang)
        if isinstance(value, Mapping):
            return ", ".join(
                self.t("by_class", value=self.value(one), name=self.name(name))
                for name, one in value.items()
            )
        if isinstance(value, tuple):
            value = tuple(self._precision(e) if isinstance(e, str) else e for e in value)
            groups = (e if isinstance(e, tuple) else (e,) for e in value)
            said = (self.t("and_words").join(map(self.name, group)) for group in groups)
            return self.t("then_words").join(said)
        if value is None:
            return self.t("all_classes")
        return self.name(value) if isinstance(value, str) else str(plain_data(value))

    def _precision(self, text: str) -> str:
        """Return ``street nights within 2 %`` with the measure as it is called."""
        measure, within, share = text.partition(" within ")
        if not within:
            return text
        from sim.presentation.measures_called import measure_called  # numpy: not for every check

        called = measure_called(measure, self.lang)
        return self.t("precision", measure=called, share=self._plain(share))

    def meaning(self, told: Told) -> str:
        """Return what a value is, from the sentence of its field."""
        said = in_language(told.meaning + ".", self.lang).rstrip(".")
        return f"{said}, {in_language(told.below, self.lang)}" if told.below else said

    def subject(self, told: Told) -> str:
        """Return what tells a value apart from others of its kind, empty where there are none."""
        return ", ".join(map(self.name, told.subject))

    def between(self, ends: tuple[Any, Any]) -> str:
        """Return the two ends of a range as written by people."""
        low, high = map(self.written, ends)
        return self.t("range_words", low=low, high=high)

    def part(self, path: Path) -> str:
        """Return what readers call a part of the scenario."""
        if len(path) == 1:
            return in_language(str(path[0]).capitalize(), self.lang)
        name = self.name(path[1])
        return f"{name[:1].upper()}{name[1:]}"

    def name(self, word: object) -> str:
        """Return what readers call a service, a class or a word people choose from."""
        text = str(word)
        return self.names.get(text) or in_language(text, self.lang)

    def written(self, written: Any) -> str:
        """Return a quantity as written by people."""
        if isinstance(written, list | tuple):
            return self.t("and_words").join(map(self.written, written))
        if not isinstance(written, Mapping):
            return self._plain(str(written))
        if "weekly" in written:
            return ", ".join(
                self.t("otherwise", value=self.written(value))
                if hours == "otherwise"
                else self.t("on_hours", value=self.written(value), hours=self._plain(hours))
                for hours, value in written["weekly"].items()
            )
        parts = [
            self.t("from_date", value=self.written(value), date=day(read_date(date), self.lang))
            for date, value in written["calendar"].items()
        ]
        line = [self.t("in_a_line")] if written.get("between") == "ramp" else []
        return ", ".join(parts + line)

    def change(self, one: ValueChange) -> tuple[str, str]:
        """Return a value before and after a change, with how much more it is."""
        after = self._changed(one.after_value)
        if one.difference:
            more = self._more(one.difference)
            after = self.t("change_by", after=after, more=more)
        return self._changed(one.before_value), after

    def _changed(self, value: Any) -> str:
        """Return a value one scenario has; of a section what it is called by."""
        if value is None:
            return in_language(NOTHING, self.lang)
        if isinstance(value, Section):
            label = label_of_section(value)
            if isinstance(label, str):  # the kind of a service
                return self.t("change_service", kind=in_language(label, self.lang))
            return self.t("change_there") if label is None else self._changed(label)
        if isinstance(value, tuple) and any(isinstance(one, Section) for one in value):
            return "; ".join(
                self.t("by_class", value=self._changed(one), name=self.name(goal_of(one)))
                for one in value
            )
        if isinstance(value, tuple | dict) and not value:
            return in_language(NOTHING, self.lang)
        return self.value(value)

    def moved(self, change: Changed) -> str | None:
        """Return how much more than in the base a value is, if that is what a change says."""
        amount = change.amount
        if amount is None:
            return None
        if isinstance(amount, Mapping):
            said = {key: one for key, one in amount.items() if key not in ANNOTATION_KEYS}
            amount = said.get("value", said)
        return self.t(f"moved_{change.verb}", amount=self.written(amount))

    def _more(self, difference: str) -> str:
        """Return ``+2 weeks`` or ``x 1.2`` in this language."""
        if difference[:1] == "x":
            return f"\N{MULTIPLICATION SIGN} {self._plain(difference[2:])}"
        sign = difference[:1]
        return f"{sign}{self._plain(difference[1:])}"

    def _law(self, law: Law) -> str:
        found = law.parameters
        if law.family == "fixed" and isinstance(found["value"], Quantity):
            return self.t("law_always", value=self.value(found["value"]))
        parts = [
            f"{in_language(name, self.lang)} "
            + (", ".join(map(self.value, each)) if isinstance(each, list) else self.value(each))
            for name, each in found.items()
        ]
        family = in_language(law.family, self.lang)
        return self.t("law_of", family=family, parts=", ".join(parts))

    def _plain(self, text: str) -> str:
        """Return one written number or pattern of hours: digits and words of this language."""
        if _DATE.fullmatch(text):
            return day(read_date(text), self.lang)
        if text in ("always", "never", "unlimited"):
            return in_language(text, self.lang)
        text = text.replace("every day", in_language("every day", self.lang))
        found = _AMOUNT.match(text)
        if found and ":" not in text:
            amount = found[1].strip()
            digits = len(amount.partition(".")[2])
            shown = number(float(re.sub(r"\s", "", amount)), self.lang, digits)
            rest = text[found.end(1) :].strip()
            text = f"{shown} {rest}".strip()
        return _WORD.sub(lambda one: in_language(one.group(), self.lang), text)


def names_of(scenario: Scenario, lang: str) -> dict[str, str]:
    """Return what services and classes are called, by the names written in the file."""
    named: list[tuple[str, Any]] = [*scenario.services.items(), *scenario.people.classes.items()]
    return {key: one.names.in_language(lang) for key, one in named if one.names}
