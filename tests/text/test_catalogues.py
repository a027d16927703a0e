"""Catalogues: what is compiled is what is written, and nothing is left untranslated."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from sim.analysis.measures import MEASURES
from sim.core.distributions import DECLARATIONS
from sim.core.units import DAYS, UNITS
from sim.scenarios.differences import ValueChange, changes_between, difference
from sim.scenarios.fields import OneOf, Section, read_law, read_quantity
from sim.scenarios.loading import load
from sim.scenarios.resolved import fields_of, marker_of
from sim.scenarios.schema import Scenario
from sim.scenarios.values import STATUSES, Wording
from sim.text import translations
from sim.text.scenario import COUNTED, ScenarioText, parameters
from sim.text.translations import FIELDS_DOMAIN, WORDS_DOMAIN, catalogue, compiled, filled, sources

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml")) + sorted(
    (ROOT / "scenarios" / "what-if").glob("*.yaml")
)
SAME = {"mode", "gamma", "min", "h", "s", "minute", "minutes", "EUR", "places", "classes", "phases",
        "services", "traits", "cv", "Coordination"}  # fmt: skip
"""Words that are the same in French."""
ENGLISH = re.compile(
    r"\b(?:per|days?|weeks?|months?|years?|from|law|mean|and|yes|always|never|every|mon|fri|"
    r"the|of|who|what|where|street)\b"
)


def sections() -> Iterator[type[Section]]:
    """Yield every section of a scenario file; those of sweep files are told nowhere in French."""
    rows = [Section]
    while rows:
        kind = rows.pop()
        if not kind.__module__.startswith(("sim.runs", "sim.sweeps")):
            yield kind
        rows += kind.__subclasses__()


def said_of_fields() -> set[str]:
    assert Scenario  # its sections are all known now
    return {str(field.description) for kind in sections() for _, _, field in fields_of(kind)}


def words_of_files() -> set[str]:
    """Every word of scenario files that a French page shows translated."""
    markers = [marker_of(field) for kind in sections() for _, _, field in fields_of(kind)]
    choices = {word for marker in markers if isinstance(marker, OneOf) for word in marker.choices}
    laws = {value.name for value in DECLARATIONS.values()}
    laws |= {field.name for value in DECLARATIONS.values() for field in value.fields}
    units = {*UNITS, *DAYS, *COUNTED.values(), *(measure.unit for measure in MEASURES)}
    return choices | laws | {*STATUSES} | (units - {"%"})


def messages_of(compiled_bytes: bytes) -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for message in read_mo(io.BytesIO(compiled_bytes))
        if message.id
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues as they are written."""
    shutil.copytree(translations.FOLDER, tmp_path / "l", ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(translations, "FOLDER", tmp_path / "l")
    return tmp_path / "l"


def read_again(domain: str, lang: str) -> Mapping[str, str]:
    return catalogue.__wrapped__(domain, lang)


@pytest.mark.parametrize("source", sources(), ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_a_catalogue_is_compiled_when_it_is_first_read(source: Path, folder: Path) -> None:
    lang = source.parts[-3]
    words = read_again(source.stem, lang)
    assert words == messages_of(compiled(source))
    assert len(words) > 50
    kept = folder / lang / "LC_MESSAGES" / f"{source.stem}.mo"
    assert kept.read_bytes() == compiled(source) == compiled(source)
    assert [path.name for path in kept.parent.iterdir() if path.name.startswith(".")] == []


def test_a_changed_catalogue_is_compiled_again_and_an_unchanged_one_is_not(folder: Path) -> None:
    source = folder / "fr" / "LC_MESSAGES" / f"{FIELDS_DOMAIN}.po"
    before = read_again(FIELDS_DOMAIN, "fr")
    kept = source.with_suffix(".mo")
    os.utime(source, ns=(0, 0))
    kept.write_bytes(kept.read_bytes().replace(b"les", b"LES"))
    assert read_again(FIELDS_DOMAIN, "fr") != before
    with source.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "A new sentence."\nmsgstr "Une phrase nouvelle."\n')
    later = kept.stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))
    assert read_again(FIELDS_DOMAIN, "fr") == {**before, "A new sentence.": "Une phrase nouvelle."}


def test_where_nothing_can_be_written_words_are_still_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(translations, "_write", refused)
    assert len(read_again(WORDS_DOMAIN, "fr")) > 50
    assert list(folder.rglob("*.mo")) == []


@pytest.mark.parametrize("source", sources(), ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_no_message_is_empty_doubtful_or_written_twice(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    with source.open("rb") as file:
        messages = [message for message in read_po(file, abort_invalid=True) if message.id]
    assert [message.id for message in messages if not message.string or message.fuzzy] == []
    assert len(re.findall(r"^msgid ", text, re.M)) == len(messages) + 1


def test_the_keys_are_the_same_in_both_languages_and_all_are_used() -> None:
    french, english = catalogue(WORDS_DOMAIN, "fr"), catalogue(WORDS_DOMAIN, "en")
    assert french.keys() == english.keys()
    code = "".join(
        path.read_text(encoding="utf-8")
        for kind in ("py", "html")
        for path in SIM.rglob(f"*.{kind}")
    )
    made = [
        re.escape(before) + "[\\w-]+" + re.escape(after)
        for before, after in (
            *re.findall(r'f[\'"]([a-z_]*)\{[^{}"\']+\}([a-z_]*)[\'"]', code),
            *((prefix, "") for prefix in re.findall(r'"([a-z_]+_)" ~ ', code)),
        )
        if before or after
    ]
    built = re.compile("|".join(made))
    unused = [
        key for key in english
        if f'"{_of_many(key)}"' not in code and f"'{_of_many(key)}'" not in code
        and not built.fullmatch(_of_many(key))
    ]  # fmt: skip
    assert unused == []


def _of_many(key: str) -> str:
    """Return the key of a sentence on many things from that of the same on one of them."""
    return key.removesuffix("_1")


def test_every_sentence_of_a_field_and_every_word_of_a_file_is_translated() -> None:
    french = catalogue(FIELDS_DOMAIN, "fr")
    assert sorted((said_of_fields() | words_of_files()) - set(french)) == []
    untouched = {text for text in french if french[text] == text}
    assert untouched - SAME == set()


def test_a_sentence_without_translation_would_be_found() -> None:
    class Unheard(Section):
        """A section nobody translated."""

        model_config = Section.model_config

    assert Unheard in set(sections())
    assert "The services, in pathway order." in said_of_fields()
    assert "An untranslated sentence." not in catalogue(FIELDS_DOMAIN, "fr")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_parameters_are_told_in_french_without_english_words(path: Path) -> None:
    scenario = load(path)
    rows = [row for part in parameters(scenario, "fr", {}) for row in part.rows]
    assert len(rows) > 300
    own = {*scenario.people.traits, *scenario.people.arrivals}
    for row in rows:
        if not row.path.endswith("note"):
            text = f"{row.about} {row.value} {row.unit} {row.range}"
            for name in own:
                text = text.replace(name, "")
            assert not ENGLISH.search(text), f"{row.path}: {text}"


@pytest.mark.parametrize("path", SCENARIOS[1:], ids=lambda path: path.stem)
def test_changes_are_told_in_french_without_english_words(path: Path) -> None:
    scenario = load(path)
    french = ScenarioText(scenario, "fr")
    for item in changes_between(load(SCENARIOS[0]), scenario):
        for text in french.change(item):
            assert text
            assert not ENGLISH.search(text), f"{item.path}: {text}"
        assert all(ScenarioText(scenario, "en").change(item))


def change(before: object, after: object, lang: str = "fr") -> tuple[str, str]:
    """Return how a change of one value is told."""
    more = difference(before, after)
    item = ValueChange("", "", "", "", None, None, more, Wording("", ""), "", before, after)
    output = ScenarioText(load(SCENARIOS[0]), lang).change(item)
    return tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in output)  # type: ignore[return-value]


def test_a_change_keeps_its_numbers_in_french() -> None:
    calendar = {"calendar": {"2024-01-01": "0 %", "2026-06-01": "5.5 %"}}
    before, after = read_quantity("share", calendar), read_quantity("share", "2 %")
    expected = "0 % à partir du 1 janv. 2024, 5,5 % à partir du 1 juin 2026"
    assert change(before, after) == (expected, "2 %")
    law = read_law("duration", {"family": "gamma", "mean": "9 months", "cv": 0.8})
    text, absent = change(law, None)
    assert text == "loi gamma : moyenne 9 mois, coefficient de variation 0,8"
    assert absent == "aucun"
    assert change(read_law("duration", "2 days"), law)[0] == "toujours 2 jours"
    assert change("nobody new", True) == ("plus d'entrées", "oui")


@pytest.mark.parametrize(
    ("dimension", "before", "after", "french", "english"),
    [
        ("places", 14, 34, "34 (+20)", "34 (+20)"),
        ("places", 34, 14, "14 (-20)", "14 (-20)"),
        ("share", "25 %", "30.5 %", "30,5 % (+5,5 points)", "30.5 % (+5.5 points)"),
        ("duration", "9 months", "1 month", "1 mois (-8 mois)", "1 month (-8 months)"),
        ("duration", "9 months", "10 months", "10 mois (+1 mois)", "10 months (+1 month)"),
        ("duration", "2 weeks", "20 days", "20 jours (+6 jours)", "20 days (+6 days)"),
        ("rate", "5 per week", "6 per week", "6 par semaine (+1 par semaine)",
         "6 per week (+1 per week)"),
        ("factor", "100 %", "70 %", "70 % (-30 points)", "70 % (-30 points)"),
        ("money", "1000 EUR", "1500 EUR", "1\N{NARROW NO-BREAK SPACE}500 EUR (+500 EUR)",
         "1,500 EUR (+500 EUR)"),
        ("places", 14, 14, "14", "14"),
        ("places", 14, "unlimited", "illimité", "unlimited"),
    ],
)  # fmt: skip
def test_a_change_says_how_much_more(dimension, before, after, french, english) -> None:
    values = read_quantity(dimension, before), read_quantity(dimension, after)
    assert change(*values)[1] == french
    assert change(*values, "en")[1] == english


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ((0, 25), (50, 75), " (+50)"),
        ((25, 50), (30, 60), " (x 1.2)"),
        ((0, 50), (0, 75), " (x 1.5)"),
        ((0, 50), (10, 75), ""),
    ],
)
def test_a_calendar_says_how_much_more_if_it_is_the_same_at_all_dates(before, after, more) -> None:
    def calendar(values: tuple[int, int]) -> object:
        dates = dict(zip(("2024-01-01", "2025-01-01"), values, strict=True))
        return read_quantity("places", {"calendar": dates})

    text = change(calendar(before), calendar(after), "en")[1]
    assert text.replace("\N{MULTIPLICATION SIGN}", "x").endswith(f"1 Jan 2025{more}")


def test_english_words_in_french_would_be_seen() -> None:
    assert ENGLISH.search("9 months")
    assert ENGLISH.search("5 per semaine")
    assert not ENGLISH.search("9 mois, 5 par semaine, places de nuit")


def test_a_language_without_catalogue_has_no_messages() -> None:
    assert catalogue(FIELDS_DOMAIN, "en") == {}


NEVER_ONE = {
    # means of thousands of nights or people, shares in points, those among several
    "answer_more", "answer_street", "answer_street_once", "compared_best", "points",
    "sensitivity_one_of", "sensitivity_one_of_many",
    "replications_n",  # "replications_1" stands in for it
    "sweep_says_mine", "flow_turned_away", "check_short_turned_away",  # "{n} dans", "{n} refus"
}  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_count_followed_by_a_plural_has_a_form_for_one(lang: str) -> None:
    words = catalogue(WORDS_DOMAIN, lang)
    lacking = {
        key for key, text in words.items()
        if re.search(r"\{n\}[ \u00a0](?!%)[^\W\d_]+s\b(?! plus)", text)
        and not key.endswith("_1") and f"{key}_1" not in words
    }  # fmt: skip
    assert lacking - NEVER_ONE == set()
    assert filled(words, "sweep_failed", n=1) != filled(words, "sweep_failed", n=2)
