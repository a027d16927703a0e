"""The parameters of a scenario as a page of text (Markdown), for reporting checklists."""

from __future__ import annotations

from collections.abc import Iterator

from sim.presentation.report.parameters import Parameter, known_of, parameters
from sim.presentation.report.saying import Saying
from sim.presentation.words import in_language, sentences
from sim.scenario import Scenario, reasons_of, scenario_hash
from sim.vocabulary.errors import path_text


def description(scenario: Scenario, file: str, lang: str) -> str:
    """Return every value of a scenario with unit, status, range and source, as Markdown."""
    return "\n".join(_lines(scenario, file, lang)).rstrip() + "\n"


def _lines(scenario: Scenario, file: str, lang: str) -> Iterator[str]:
    t, parts = sentences(lang), parameters(scenario, lang, reasons_of(scenario))
    saying = Saying(scenario, lang)
    moved = {path_text(one.path): saying.moved(one) or "" for one in scenario.history.changes}
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
            yield _row(row, moved.get(row.path, ""), lang)


def _row(row: Parameter, moved: str, lang: str) -> str:
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
