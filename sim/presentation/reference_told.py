"""What is not as in the reference, in sentences."""

from __future__ import annotations

from sim.analysis.windows import WHOLE
from sim.experiments.reference import Finding
from sim.presentation.measures_called import measure_called
from sim.presentation.words import in_language, sentences


def told(finding: Finding, lang: str) -> str:
    """Return a finding as a sentence, without the name of its scenario."""
    t = sentences(lang)
    return t(
        f"reference_{finding.kind}",
        figure=finding.figure,
        number=_number(finding, lang),
        before=_short(finding.before, lang),
        after=_short(finding.after, lang),
        change=_change(finding, lang),
        unit=in_language(finding.unit, lang),
    )


def _number(finding: Finding, lang: str) -> str:
    """Return the measure, and the service where it is not of the whole pathway."""
    if not finding.measure:
        return ""
    name = measure_called(finding.measure, lang)
    if finding.service == WHOLE:
        return name
    place = in_language(finding.service, lang)
    return sentences(lang)("reference_number_of", measure=name, service=place)


def _change(finding: Finding, lang: str) -> str:
    """Return by how many per cent it moved, empty where it was nothing before."""
    if not finding.before:
        return ""
    return f" ({_decimal(f'{100 * (finding.after / finding.before - 1):+.2g} %', lang)})"


def _short(value: float, lang: str) -> str:
    """Return a number with six digits: enough to see a last one move."""
    return _decimal(f"{value:.6g}", lang)


def _decimal(text: str, lang: str) -> str:
    return text.replace(".", ",") if lang == "fr" else text
