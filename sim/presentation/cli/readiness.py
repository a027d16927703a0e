"""Before the first simulation: which engine works here, and compiling it once on each machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sim.presentation.cli.common import WIDTH
from sim.vocabulary.errors import quoted

if TYPE_CHECKING:
    from sim.scenario import Scenario


def ready(engine: str, quiet: bool = False, lang: str = "en") -> None:
    """Have an engine ready to run; show that it is being compiled, which takes some seconds once.

    Raises WishError for an engine that does not exist or does not work here.
    """
    from sim.experiments.engines import must_compile, prepare

    say_if_slow(engine, quiet, lang)
    if quiet or not sys.stderr.isatty() or not must_compile(engine):
        return
    from rich.console import Console

    with Console(stderr=True).status("Compiling the fast engine: some 10 seconds, once"):
        prepare(engine, silently=True)


def say_if_large(scenario: Scenario, workers: int | None, lang: str, quiet: bool = False) -> None:
    """Say how much work and memory a replication takes, if it is much, and if workers are left out.

    Raises WishError if memory cannot hold one replication.
    """
    from sim.experiments.machine import workers_that_fit
    from sim.experiments.pool import cores
    from sim.plan import plan_of
    from sim.plan.size import size_of
    from sim.presentation.size_told import fewer_workers, size_sentence

    plan, wanted = plan_of(scenario), workers or cores()
    fit = workers_that_fit(plan, wanted)
    for sentence in (size_sentence(size_of(plan), lang), fewer_workers(fit, wanted, lang)):
        if sentence and not quiet:
            click.echo(click.wrap_text(sentence, WIDTH), err=True)


def say_if_slow(engine: str, quiet: bool = False, lang: str = "en") -> None:
    """Say that the reference engine will run because the fast one cannot, why, and what to do."""
    from sim.experiments.engines import AUTO, ENGINES, OLDEST_NUMBA, engine_name, numba_fault
    from sim.presentation.words import sentences

    if quiet or engine != AUTO or engine_name(engine) == ENGINES[0]:
        return
    fault = numba_fault()
    key = "slow_broken"
    if fault is None or fault.is_missing:
        key = "slow_missing"
    elif not fault.error:
        key = "slow_old"
    oldest = ".".join(map(str, OLDEST_NUMBA))
    version, error = (fault.version, fault.error) if fault else ("", "")
    told = sentences(lang)(key, version=version or "?", error=quoted(error, False), oldest=oldest)
    click.echo(told, err=True)
