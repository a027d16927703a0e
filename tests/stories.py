"""Which sentences of docs/model.md are shown by a story computed by hand.

A test says with ``@shows("...")`` which words of the page it shows (marks of bold aside). A
sentence is told when every word of it is quoted by some story, or stands in ``EXPLAINED``;
``tests/engines/test_model_sentences.py`` fails for any other. ``python -m tests.stories`` prints
the table.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from sim.core.calendars import Calendar, calendar
from sim.core.draws import key_of, person_key
from sim.core.events import STREET

Test = TypeVar("Test", bound=Callable[..., object])

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parent / "docs" / "model.md"

EXPLAINED: dict[str, str] = {
    "What happens to people in a simulated pathway, rule by rule. Both engines follow this page; "
    "where they and the page differ, the page is right and the engine is wrong. Words in bold are "
    "defined where they first appear.": "says what the page is, not what happens",
    "Shelter, hotel programme, care, residential centre, long-term housing.": (
        "examples of services of this kind"
    ),
    "in the order they became ready": "one event makes one person ready at most: no order shows",
    "where the shape of a gamma law is 0.1 or more (cv up to 3.16), from polynomial pieces of it, "
    "within 1 part in 1e12 (remaining stays at the start: always from the quantile itself)": (
        "pieces and quantile look the same in a story; see tests/core/test_gamma_pieces.py"
    ),
    "A service that is added to a scenario, and to which nobody is sent, changes nothing that "
    "happens elsewhere.": (
        "two files compared, on both engines; see tests/scenarios/test_changes.py"
    ),
    "Section 11 has its events.": "points to the table of events",
    "A row of the log has a time, an event and up to four details. This table has every event by "
    "the name it has in files, tables and logs. An empty cell is an empty column (0 for the "
    "number).": "says how the table is read; see tests/cli/test_export.py",
    "A period is at most 200 years long.": "longer ones are refused before an engine sees them",
    "On one machine, both engines give the same log, bit for bit, and the same numbers to the last "
    "digit, on any number of cores; this is tested on thousands of random plans and on every "
    "shipped scenario. On another machine (another processor, another mathematical library) a "
    "logarithm may come out one last digit apart: an event then falls into the next millisecond "
    "only if it lay on the very edge between two, and the kept numbers of the shipped scenarios "
    "must agree to one in a million. That is checked, not proven. Every run says so in its "
    "manifest.": (
        "a promise about all runs; see tests/engines/test_agreement.py and "
        "tests/runs/test_reference.py"
    ),
}

"""Words of the page that no story can show, and why."""


def plain(text: str) -> str:
    """Return text without line breaks and marks of bold, italics and code."""
    return " ".join(re.sub(r"[*`]", "", text).split())


# --- the page in sentences ------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """A sentence of the page (or a row of a table), and where it stands in ``Page.text``."""

    section: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")
_RUN_IN_HEADING = re.compile(r"^\*\*[^*]+\.\*\*\s+(?=\S)")


def _blocks(page: str) -> Iterator[tuple[str, str]]:
    """Yield (section, block): a paragraph, a point of a list or a row of a table, as written."""
    section, block, in_table = "", "", False
    for line in [*page.splitlines(), ""]:
        begins = re.match(r"#|\||[-*] |\s*$", line) is not None
        if begins and block:
            yield section, block
            block = ""
        if line.startswith("#"):
            section = line.strip("# ")
        elif line.startswith("|"):
            if in_table and not re.match(r"\|[-|]+$", line):  # neither head nor rule
                yield section, line.strip("| ")
            in_table = True
        else:
            in_table = False
            block += re.sub(r"^[-*] ", "", line) + "\n" if line.strip() else ""


class Page:
    """The words of a page: all sentences one after the other."""

    def __init__(self, page: str) -> None:
        self.sentences: list[Sentence] = []
        at = 0
        for section, block in _blocks(page):
            text = plain(_RUN_IN_HEADING.sub("", block))
            for words in _SENTENCE_ENDS.split(text):
                self.sentences.append(Sentence(section, words, at))
                at += len(words) + 1
        self.text = " ".join(sentence.text for sentence in self.sentences)

    def place(self, quote: str) -> tuple[int, int]:
        """Return where a quote stands; ValueError unless it stands there exactly once."""
        quote = plain(quote)
        result = self.text.count(quote)
        if result != 1:
            often = "does not say" if not result else f"says {result} times (quote more of it)"
            raise ValueError(f"docs/model.md {often}: {quote!r}")
        start = self.text.index(quote)
        return start, start + len(quote)

    def not_shown(self, sentence: Sentence, quotes: Iterator[str] | list[str]) -> str:
        """Return the words of a sentence that none of the quotes covers; empty if it is told."""
        rows = [self.place(quote) for quote in quotes]
        words = [
            word[0]
            for word in re.finditer(r"[\w%/']+", self.text)
            if sentence.start <= word.start() < sentence.end
            and not any(start <= word.start() and word.end() <= end for start, end in rows)
        ]
        return " ".join(words)

    def shown_by(self, quote: str, output: dict[str, list[str]]) -> list[str]:
        """Return the stories whose quotes overlap with a quote."""
        start, end = self.place(quote)
        rows = []
        for other, names in output.items():
            first, last = self.place(other)
            if first < end and start < last:
                rows += names
        return sorted(set(rows))


MODEL = Page(PAGE.read_text(encoding="utf-8"))

# --- draws worked out by hand ---------------------------------------------------------------------


@dataclass(frozen=True)
class Draws:
    """The draws of a replication, worked out with numpy's Philox as section 9 of the page says."""

    seed: int = 1
    replication: int = 0

    def share(self, who: int, purpose: str, time: int = 0) -> float:
        """Return the draw in 0..1 of somebody for a purpose; ``time``: how often they drew before.

        numpy counts one on before its first word.
        """
        counter = (who + (key_of(purpose) << 64) + (time << 128) - 1) % 2**256
        words = np.random.Philox(key=self.seed + (self.replication << 64), counter=counter)
        return (int(words.random_raw()) >> 11) * 2.0**-53

    def unit(self, who: int, purpose: str, time: int = 0) -> float:
        """Return a unit exponential draw."""
        return -math.log(1.0 - self.share(who, purpose, time))


def met(rank: int = 0, class_id: int = 0, where: int = STREET) -> int:
    """Return the key of somebody present at the start of a small plan (tests/support/plans.py)."""
    return person_key(key_of(f"start:{where}:{class_id}"), rank)


def draws_with(wanted: Callable[[Draws], bool]) -> Draws:
    """Return the draws of the first seed for which something holds."""
    return next(draws for draws in map(Draws, count(1)) if wanted(draws))


def rate_until(time: float, area: float) -> Calendar:
    """Return the rate that has used up an area exactly at a time, a power of 2, and stops then."""
    return calendar([0.0, time], [area / time, 0.0])


# --- the stories ----------------------------------------------------------------------------------

SHOWN: dict[str, list[str]] = {}
"""Stories by quote, filled while the test modules are imported."""
ASTRAY: list[str] = []
"""What is said of quotes that are not on the page (any more)."""


def shows(*quotes: str) -> Callable[[Test], Test]:
    """Mark a test as the story of words of docs/model.md; words not there are kept in ASTRAY."""

    def mark(test: Test) -> Test:
        name = f"{test.__module__.rpartition('.')[2]}.{test.__qualname__}"
        for quote in quotes:
            try:
                MODEL.place(quote)
            except ValueError as error:
                ASTRAY.append(f"{name}: {error}")
            else:
                SHOWN.setdefault(plain(quote), []).append(name)
        return pytest.mark.story(test)

    return mark


def modules() -> dict[str, str]:
    """Return the test modules that hold stories, by the names that stories are called with."""
    return {
        path.stem: ".".join(("tests", *path.relative_to(FOLDER).with_suffix("").parts))
        for path in sorted(FOLDER.rglob("test_*.py"))
        if "@shows(" in path.read_text(encoding="utf-8")
    }


def gather() -> dict[str, list[str]]:
    """Import all stories and return ``SHOWN``."""
    for name in modules().values():
        import_module(name)
    return SHOWN


def main() -> int:
    """Print every sentence with the stories that show it; return how many are not told."""
    output, untold, section = gather(), 0, ""
    for sentence in MODEL.sentences:
        if sentence.section != section:
            section = sentence.section
            print(f"\n== {section}")
        print(f"\n{sentence.text}")
        missing = MODEL.not_shown(sentence, [*output, *EXPLAINED])
        for name in MODEL.shown_by(sentence.text, output) if sentence.text else []:
            print(f"    {name}")
        for quote, reason in EXPLAINED.items():
            start, end = MODEL.place(quote)
            if start < sentence.end and sentence.start < end:
                print(f"    (no story: {reason})")
        if missing:
            untold += 1
            print(f"    NOT SHOWN: {missing}")
    stories = {name for names in output.values() for name in names}
    print(f"\n{len(MODEL.sentences)} sentences, {untold} not shown, {len(stories)} stories.")
    return untold


if __name__ == "__main__":
    from tests import stories  # the module that the tests fill, not this copy of it

    sys.exit(min(1, stories.main()))
