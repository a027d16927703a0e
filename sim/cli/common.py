"""What the commands share: options, exit codes, progress, the engine made ready."""

from __future__ import annotations

import codecs
import errno
import functools
import gc
import io
import json
import os
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

import click

from sim.core.errors import (
    ArgumentError,
    InvalidValue,
    OutputError,
    RunError,
    ScenarioError,
    quoted,
)
from sim.core.limits import HIGHEST_SEED, MOST_REPLICATIONS, MOST_WORKERS
from sim.core.stopping import EndedError, ended_in_order
from sim.core.units import read_whole
from sim.text import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenarios.schema import Scenario

# --- What the commands share: options, exit codes, and plain words instead of tracebacks.

P = ParamSpec("P")

WIDTH = 100
"""Columns of tables and sentences, on whatever terminal."""

BAD_INPUT, BAD_RUN, SIGNALLED = 2, 3, 128
"""Exit codes: a file or folder cannot be used; a run contradicts itself; 128 and the number of the
signal that asked to end: 130 for Ctrl-C, 143 for SIGTERM."""


def report_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors a reader can mend into a message and an exit code, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with ended_in_order():
                command(*args, **kwargs)
        except KeyboardInterrupt as request:
            kept = "what was complete is kept, nothing half-made was left behind"
            fail(f"stopped; {kept}", stopped_by(request))
        except (ScenarioError, OutputError, ArgumentError) as error:
            fail(str(error), BAD_INPUT)
        except RunError as error:
            fail(str(error), BAD_RUN)
        except MemoryError:
            fail(_out_of_memory(), BAD_RUN)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on, as before `| head`: no fault
                raise
            if error.filename is None:
                sys.stdout = io.StringIO()  # what is left to write cannot be written either
            what = error.filename or "the output"
            fail(f"{what} could not be read or written: {error.strerror or error}", BAD_INPUT)

    wrapped.__doc__ = as_written(command.__doc__ or "")
    return wrapped


def _out_of_memory() -> str:
    """Return what to do when memory ends outside any replication; not every command has workers."""
    context = click.get_current_context(silent=True)
    if context is not None and "workers" in context.params:
        return "out of memory: close other programs, or write fewer --workers"
    return "out of memory: close other programs"


def stopped_by(request: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was asked to end."""
    number = request.number if isinstance(request, EndedError) else signal.SIGINT
    return SIGNALLED + number


def as_written(text: str) -> str:
    """Return help in which click leaves the lines after each mark as they are written.

    In a raw text the mark is two characters, a backslash and a b; click looks for one.
    """
    return text.replace(r"\b", "\b")


PLAIN = {
    "\u2009": " ", "\u202f": " ", "\u2192": "->", "\u2190": "<-", "\u2212": "-", "\u2013": "-",
    "\u2014": "-", "\u2026": "...", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
    "\u00ab": '"', "\u00bb": '"', "\u00d7": "x", "\u2264": "<=", "\u2265": ">=", "\u00b1": "+/-",
    "\u20ac": "EUR", "\u0153": "oe", "\u0152": "OE", "\u00e6": "ae", "\u00c6": "AE",
    "\u25cf": "*", "\u25cb": "o", "\u2713": "v",
}  # fmt: skip
"""What is written where a code page has no such sign; accents are left out, the rest is '?'."""


def _in_plain_signs(error: UnicodeError) -> tuple[str, int]:
    """Write what a code page does not have in signs that all of them have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(sign: str) -> str:
    if sign in PLAIN:
        return PLAIN[sign]
    if unicodedata.combining(sign):
        return ""
    return unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?"


codecs.register_error("plain signs", _in_plain_signs)


class Commands(click.Group):
    """Commands that can write whatever they have to say, on any terminal and into any file."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Carry a command out.

        A file or a pipe gets UTF-8 unless PYTHONIOENCODING asks for something else; where a code
        page has no such sign, another is written in its place. ASCII stands for a system that was
        not told its encoding: click writes UTF-8 there, and so do we.
        """
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                is_asked = stream.isatty() or os.environ.get("PYTHONIOENCODING")
                is_known = codecs.lookup(stream.encoding).name != "ascii"
                encoding = stream.encoding if is_asked and is_known else "utf-8"
                stream.reconfigure(encoding=encoding, errors="plain signs")
        given = args[0] if args else kwargs.get("args")
        for text in sys.argv[1:] if given is None else given:
            if any("\ud800" <= sign <= "\udfff" for sign in text):
                fail(f"'{text}' is no text in UTF-8: rename the file or folder", BAD_INPUT)
        with _rare_collections():
            return super().main(*args, **kwargs)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for circular garbage less often in this block.

    Nearly all that a command makes (modules, a scenario, figures) is used until its end. Looking
    through it after every 700 new objects, Python's usual number, takes a tenth of its time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def fail(message: str, code: int) -> None:
    """Write a message to standard error and end with this exit code."""
    click.echo(message, err=True)
    raise SystemExit(code)


def say_replaced(folder: Path, earlier: str) -> None:
    """Say that an earlier result was replaced; ``earlier``: when it was made, "" if there was none.

    On standard error: it is no part of an answer.
    """
    if earlier:
        click.echo(f"{folder.as_posix()}/ replaces the results of {earlier}", err=True)


def say(text: str, first: str = "", rest: str = "") -> None:
    """Print a sentence in lines of WIDTH, the first and the others indented by these."""
    click.echo(click.wrap_text(text, WIDTH, first, rest))


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    width: int,
    justify: Literal["left", "right"] = "right",
    last_width: int | None = None,
) -> None:
    """Print a table: names in the first column, folded at a width, then numbers to the right.

    ``justify``: of the last column; ``last_width``: folds it too.
    """
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    first, *numbers, last = heads
    table.add_column(first, overflow="fold", max_width=width)
    for head in numbers:
        table.add_column(head, justify="right", no_wrap=True)
    if last_width is None:
        table.add_column(last, justify=justify, no_wrap=True)
    else:
        table.add_column(last, justify=justify, overflow="fold", max_width=last_width)
    for row in rows:
        table.add_row(*row)
    Console(file=sys.stdout, width=WIDTH, highlight=False).print(table)


def write_json(content: Any) -> None:
    """Write a value as JSON, in the order given; numbers that do not exist are null.

    What a code page does not have is written as JSON writes it in plain signs.
    """
    text = json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(_finite(content), indent=2, allow_nan=False)
    click.echo(text)


def _finite(content: Any) -> Any:
    if isinstance(content, float) and not abs(content) < float("inf"):
        return None
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return content


def _language() -> str:
    """Return the language of the terminal: French where it says so, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return "fr" if (locale or "").lower().startswith("fr") else "en"


language = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=_language,
    help="Language of tables, sentences and figures.  [default: that of the terminal]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
file_argument = click.argument("file", type=click.Path(dir_okay=False))
files_argument = click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(dir_okay=False)
)


class WholeNumber(click.ParamType):  # type: ignore[type-arg]  # generic in the newest alone
    """A whole number within bounds, written as in files: ``1 000`` is one, ``1,5`` is none."""

    name = "whole number"

    def __init__(self, low: int, high: int, metavar: str = "NUMBER") -> None:
        self.low, self.high, self.metavar = low, high, metavar

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what stands for the number in the help."""
        return self.metavar

    def convert(self, value: Any, param: Any, ctx: click.Context | None) -> int:
        """Return the number; what is none is refused with what to write."""
        try:
            number = read_whole(value)
        except InvalidValue as refused:
            self.fail(f"{refused}.", param, ctx)
        if not self.low <= number <= self.high:
            self.fail(
                f"a whole number from {self.low} to {self.high} was expected, "
                f"not {quoted(value, marks=False)}.",
                param,
                ctx,
            )
        return number


replications_type = WholeNumber(1, MOST_REPLICATIONS)
workers_type = WholeNumber(1, MOST_WORKERS)
seed_option = click.option(
    "--seed",
    type=WholeNumber(0, HIGHEST_SEED),
    help=f"Random seed: a whole number from 0 to {HIGHEST_SEED}.  [default: the file's]",
)
replace_option = click.option(
    "--replace",
    is_flag=True,
    help="Also replace a folder that holds results of something else.",
)
engine_option = click.option(
    "--engine",
    default="auto",
    show_default=True,
    help="Which engine moves the people: auto (the fastest here), compiled, reference.",
)


# --- How far a run is: a bar on a terminal, a line now and then in a log.

EVERY_SECONDS = 20.0
"""Time between two lines in a log."""


@contextmanager
def following(name: str, quiet: bool, lang: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give the function to call after each replication with (done, at most to do).

    Before the first one too, something shows now and then that the run goes on.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(name) as progress:
            yield progress
    else:
        with _lines(name, lang) as progress:
            yield progress


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # Drawn once a second: a long replication is seen to go on, and no time is taken from it.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, refresh_per_second=1
    ) as bar:
        task = bar.add_task(name, total=None)
        bar.refresh()

        def show(done: int, most: int) -> None:
            bar.update(task, completed=done, total=most, refresh=True)

        yield show


@contextmanager
def _lines(name: str, lang: str) -> Iterator[Callable[[int, int], None]]:
    from sim.text.scenario import time_text
    from sim.text.translations import sentences

    t, started = sentences(lang), time.monotonic()
    latest = started
    ended = threading.Event()
    counts = (0, 0)

    def show(done: int, most: int) -> None:
        nonlocal latest, counts
        counts = (done, most)
        if done == most or time.monotonic() - latest >= EVERY_SECONDS:
            latest = time.monotonic()
            click.echo(t("progress_done", name=name, done=done, n=most), err=True)

    def live() -> None:
        nonlocal latest
        while not ended.wait(EVERY_SECONDS):
            if time.monotonic() - latest >= EVERY_SECONDS and counts[0] == 0:
                latest = time.monotonic()
                past = time_text(latest - started, lang)
                click.echo(t("progress_lives", name=name, time=past), err=True)

    threading.Thread(target=live, daemon=True).start()
    try:
        yield show
    finally:
        ended.set()


# --- Before the first simulation: which engine works here, and compiling it once on each machine.


def ready(engine: str, quiet: bool = False, lang: str = "en") -> None:
    """Have an engine ready to run; show that it is being compiled, which takes some seconds once.

    Raises ArgumentError for an engine that does not exist or does not work here.
    """
    from sim.runs.simulate import must_compile, prepare

    say_if_slow(engine, quiet, lang)
    if quiet or not sys.stderr.isatty() or not must_compile(engine):
        return
    from rich.console import Console

    with Console(stderr=True).status("Compiling the fast engine: some 15 seconds, once"):
        prepare(engine, silently=True)


def say_if_large(
    scenario: Scenario, workers: int | None, lang: str, quiet: bool = False, log: bool = False
) -> None:
    """Say how much work and memory a replication takes, if it is much, and if workers are left out.

    ``log``: whether the log is kept. Raises ArgumentError if memory cannot hold one replication.
    """
    from sim.plan.build import plan_of
    from sim.plan.size import size_of
    from sim.runs.pool import cores
    from sim.runs.simulate import workers_that_fit
    from sim.text.scenario import fewer_workers, size_sentence

    plan, wanted = plan_of(scenario), workers or cores()
    fit = workers_that_fit(plan, wanted, log)
    for sentence in (size_sentence(size_of(plan, log), lang), fewer_workers(fit, wanted, lang)):
        if sentence and not quiet:
            click.echo(click.wrap_text(sentence, WIDTH), err=True)


def say_if_slow(engine: str, quiet: bool = False, lang: str = "en") -> None:
    """Say that the reference engine will run because the fast one cannot, why, and what to do."""
    from sim.runs.simulate import AUTO, ENGINES, OLDEST_NUMBA, engine_name, numba_fault
    from sim.text.translations import sentences

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
    sentence = sentences(lang)(
        key, version=version or "?", error=quoted(error, False), oldest=oldest
    )
    click.echo(sentence, err=True)
