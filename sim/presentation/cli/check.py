"""``maraude check``: is a file in order, and what is known before any simulation?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from sim.presentation.cli.common import (
    BAD_INPUT,
    as_json,
    files_argument,
    language,
    plainly,
    write_json,
)
from sim.vocabulary.errors import ScenarioError


@click.command()
@files_argument
@language
@as_json
@plainly
def check(files: tuple[str, ...], lang: str, as_json: bool) -> None:
    r"""Say whether scenario files are in order, and which services cannot keep up.

    Nothing is simulated. Of a faulty file all faults are told, each with its line and how to mend
    it; the other files are still checked. Ends with 0 if all are in order, else with 2.

    \b
    Example:
      maraude check scenarios/paris.yaml scenarios/what-if/*.yaml
    """
    answers = [_answer(file, lang) for file in files]
    if as_json:
        write_json(answers)
    else:
        for answer in answers:
            _tell(answer)
    if not all(answer["ok"] for answer in answers):
        raise SystemExit(BAD_INPUT)


def _answer(file: str, lang: str) -> dict[str, Any]:
    from sim.plan import plan_of
    from sim.plan.diagnostics import diagnose
    from sim.scenario import load

    try:
        scenario = load(file)
    except ScenarioError as error:
        faults = [asdict(fault) for fault in error.faults]
        return {"file": file, "ok": False, "text": str(error), "faults": faults}
    plan = plan_of(scenario)
    found = diagnose(plan)
    loads = [asdict(load) | {"utilisation": load.utilisation} for load in found.at_end]
    return {
        "file": file,
        "ok": True,
        "title": plan.outline.title,
        "services": len(plan.services),
        "classes": len(plan.classes),
        "days": plan.horizon,
        "findings": found.sentences(lang),
        "loads_at_end": loads,
        "loops": found.loops,
    }


def _tell(answer: dict[str, Any]) -> None:
    if not answer["ok"]:
        click.echo(answer["text"], err=True)
        return
    click.echo(
        f"{answer['file']} is in order: {answer['title']} ({answer['services']} services, "
        f"{answer['classes']} classes, {answer['days']:g} days)"
    )
    for sentence in answer["findings"]:
        click.echo(click.wrap_text(sentence, 100, "  - ", "    "))
