"""The command ``maraude``: check, explain and run scenario files, without programming.

Nothing heavy is imported before a command needs it: ``--help`` and ``check`` answer at once.
"""

import click

from sim import __version__
from sim.presentation.cli.animate import animate
from sim.presentation.cli.check import check
from sim.presentation.cli.common import Commands, as_written
from sim.presentation.cli.compare import compare
from sim.presentation.cli.describe import describe
from sim.presentation.cli.diff import diff
from sim.presentation.cli.explain import explain, schema
from sim.presentation.cli.figures import figures
from sim.presentation.cli.log import log
from sim.presentation.cli.reference import reference
from sim.presentation.cli.report import report
from sim.presentation.cli.run import run
from sim.presentation.cli.sweep import sweep
from sim.presentation.cli.sweep_results import sweep_compact, sweep_export, sweep_report


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
