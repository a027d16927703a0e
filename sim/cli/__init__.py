"""The command ``maraude``: check, explain and run scenario files, without programming.

Nothing heavy is imported before a command needs it: ``--help`` and ``check`` answer at once.
"""

from __future__ import annotations

import click

from sim import __version__
from sim.cli.check import check, describe, explain, schema
from sim.cli.common import Commands, as_written
from sim.cli.compare import compare, diff, reference
from sim.cli.output import animate, figures, log, report
from sim.cli.run import run
from sim.cli.sweep import sweep, sweep_compact, sweep_export, sweep_report


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="maraude")
def main() -> None:
    r"""Simulate a care pathway whose places are full: who is blocked, where, and for want of what.

    A pathway is described in a scenario file (YAML). Start with:

    \b
      maraude check scenarios/paris.yaml      is the file in order, and can it keep up at all?
      maraude run scenarios/paris.yaml        simulate it; results go to results/paris/
      maraude COMMAND --help                  every option, with an example
    """


for _command in (
    check,
    explain,
    describe,
    run,
    report,
    compare,
    diff,
    figures,
    reference,
    sweep,
    sweep_report,
    sweep_export,
    sweep_compact,
    log,
    animate,
    schema,
):
    main.add_command(_command)
main.help = as_written(main.help or "")
