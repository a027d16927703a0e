"""The command, as policy staff use it: exit codes, plain words, light start."""

from __future__ import annotations

import csv
import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.cli.common import ready
from sim.core.errors import RunError
from sim.runs import simulate
from sim.text.translations import WORDS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PLACES = str(SCENARIOS / "kinds" / "places.yaml")
TANDEM = """
title: {fr: Deux services, en: Two services}
period: {start: 2024-01-01, length: 60 days}
people:
  classes: {everyone: 100 %}
  arrivals: {newcomers: {rate: 1 per day, to: shelter}}
services:
  shelter:
    kind: places
    names: {fr: hébergement, en: shelter}
    places: 2
    stay: {family: exponential, mean: 3 days}
    routes: [{to: home, share: 100 %}]
  home:
    kind: places
    names: {fr: logement, en: home}
    places: 2
    stay: {family: exponential, mean: 20 days}
    routes: [{to: left, share: 100 %}]
"""


@pytest.fixture
def tandem(tmp_path) -> str:
    path = tmp_path / "tandem.yaml"
    path.write_text(TANDEM, encoding="utf-8")
    return str(path)


@pytest.fixture
def faulty(tmp_path) -> str:
    path = tmp_path / "faulty.yaml"
    path.write_text(TANDEM.replace("stay: {family: exponential, mean: 3 days}", "stay: 3"))
    return str(path)


def maraude(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def run(*args: str) -> Result:
    return maraude("run", "--engine", "reference", "--workers", "1", *args)


# ----------------------------------------------------------------------------- start


def test_it_is_also_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "sim", "--version"], capture_output=True, text=True
    )
    assert done.stdout.startswith("maraude, version ")


def test_every_public_name_is_there():
    import sim

    assert all(getattr(sim, name) is not None for name in sim.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = sim.nothing


# ------------------------------------------------------------------------------- mistakes


def test_a_faulty_file_is_told_on_standard_error_and_the_others_are_still_checked(faulty, tandem):
    done = maraude("check", faulty, tandem)
    assert done.exit_code == 2
    assert "cannot be used" in done.stderr
    assert "services.shelter.stay" in done.stderr
    assert "Traceback" not in done.output
    assert "tandem.yaml is in order" in done.stdout


def test_a_faulty_file_does_not_keep_the_others_from_running(faulty, tandem, tmp_path):
    out = tmp_path / "results"
    done = run(faulty, tandem, "--replications", "2", "--out", str(out), "--no-figures")
    assert done.exit_code == 2
    assert "cannot be used" in done.stderr
    assert [path.name for path in out.iterdir()] == ["tandem"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["rum"], "No such command 'rum'"),
        (["run"], "Missing argument 'FILE...'"),
        (["run", PLACES, "--replicatons", "3"], "--replications"),
        (["run", PLACES, "--replications", "0"], "from 1 to 100000 was expected, not 0"),
        (["run", PLACES, "--replications", "1,5"], "a whole number was expected, not '1,5'"),
        (["run", PLACES, "--replications", "1'000"], "write 1000, not 1'000"),
        (["run", PLACES, "--seed", "-1"], "from 0 to 9223372036854775807 was expected, not -1"),
        (["run", PLACES, "--until", "street nights within 2,5 %"], "write 2.5 %, not 2,5 %"),
        (["sweep", PLACES, "--shard", "1/9999999999999"], "a shard is written like 3/40"),
        (["run", PLACES, "--engine", "steam"], "choose one of: auto"),
        (["run", PLACES, "--until", "street nigts within 2 %"], "did you mean 'street nights'"),
        (["run", PLACES, f"../kinds/{Path(PLACES).name}"], "same folder of results: places"),
        (["log", PLACES, "--engine", "steam"], "choose one of: auto"),
        (["explain", "nowhere.yaml"], "nowhere.yaml"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_mistake_ends_with_2_and_says_how_to_mend_it(args, words):
    done = maraude(*args)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.output


def test_a_place_that_cannot_be_written_ends_with_2(tandem, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = run(tandem, "--out", str(tmp_path / "taken" / "results"), "--replications", "1")
    assert done.exit_code == 2
    assert "could not be written" in done.stderr


def test_a_run_that_contradicts_itself_ends_with_3(tandem, tmp_path, monkeypatch):
    def contradict(tallies: object) -> None:
        raise RunError("occupancy, shelter: 1 counted one way, 2 the other")

    monkeypatch.setattr("sim.runs.simulate.check", contradict)
    done = run(tandem, "--out", str(tmp_path / "results"), "--replications", "1")
    assert done.exit_code == 3
    assert "occupancy, shelter" in done.stderr
    assert list((tmp_path / "results").iterdir()) == []


def test_an_interruption_ends_with_130_and_leaves_nothing(tandem, tmp_path, monkeypatch):
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.runs.run.write_estimates", interrupt)
    out = tmp_path / "results"
    done = run(tandem, "--out", str(out), "--replications", "1", "--no-figures")
    assert done.exit_code == 130
    assert "nothing half-made" in done.stderr
    assert list(out.iterdir()) == []


# --------------------------------------------------------------------------------- answers


def test_a_check_of_one_file_gives_a_table_and_at_most_three_sentences(tandem):
    done = maraude("check", tandem, "--lang", "en")
    assert done.exit_code == 0
    verdict, _, *table, shelter, home, sentence, more = done.stdout.splitlines()
    assert verdict.endswith("is in order: Two services (2 services, 1 class, 60 days)")
    assert all(len(line) <= 100 for line in done.stdout.splitlines()[1:])
    assert "requests" in table[1]
    # a stay of 20 days lets 36 people a year pass in two places; who waits holds the shelter
    assert shelter.split() == ["shelter", "2", "365", "243", "36", "1.7", "no", "home"]
    assert home.split()[:7] == ["home", "2", "365", "36", "36", "0", "no"]
    assert f"{sentence} {more}" == (
        "Bottleneck: home; 365 requests a year, room for 36 people a year; in the long run 1.7 "
        "places of other services are held by people who wait for it."
    )


def test_a_check_of_several_files_gives_a_line_each_unless_more_is_asked_for(tandem):
    done = maraude("check", tandem, PLACES, "--lang", "en")
    first, second = done.stdout.splitlines()
    assert first.endswith(
        "tandem.yaml is in order; bottleneck: home (365 requests a year, room for 36)"
    )
    assert second.endswith("places.yaml is in order; every service of kind places keeps up")
    assert maraude("check", tandem, PLACES, "-v", "--lang", "en").stdout.count("keeps") == 3


def test_a_check_speaks_french(tandem):
    done = maraude("check", tandem, "--lang", "fr")
    assert "est en ordre : Deux services (2 services, 1 classe, 60 jours)" in done.stdout
    assert "logement" in done.stdout
    assert "Goulet d'étranglement" in done.stdout
    assert "requests" not in done.stdout


def test_a_check_in_json_has_both_ends_of_the_period(tandem):
    (answer,) = json.loads(maraude("check", tandem, "--json").stdout)
    assert answer["bottleneck"] == "home"
    for loads in (answer["loads_at_start"], answer["loads_at_end"]):
        assert [load["name"] for load in loads] == ["shelter", "home"]
        assert [load["keeps_up"] for load in loads] == [False, False]


def test_a_run_ends_with_a_table_the_bottleneck_and_its_folder(tandem, tmp_path):
    out = tmp_path / "results"
    done = run(tandem, "--replications", "3", "--out", str(out), "--lang", "en", "--no-figures")
    assert done.exit_code == 0, done.output
    assert all(len(line) <= 100 for line in done.stdout.splitlines()[:-1])
    assert done.stdout.startswith("Two services, 1 Jan 2024 to 29 Feb 2024: 3 replications, seed")
    upper, lower = done.stdout.splitlines()[2:4]
    assert upper.split() == ["turned", "away"]
    columns = ["service", "places", "people", "occupied", "blocked", "waiting", "a", "year"]
    assert lower.split() == columns
    assert "Street nights a year" in done.stdout
    assert "Bottleneck: home. In shelter" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("results/tandem/")
    assert (out / "tandem" / "manifest.json").is_file()
    assert "3 of 3 replications" in done.stderr


def test_a_run_speaks_french(tandem, tmp_path):
    done = run(
        tandem, "--replications", "2", "--out", str(tmp_path), "--lang", "fr", "--no-figures"
    )
    assert "Goulet d'étranglement\N{NO-BREAK SPACE}: logement. Dans hébergement" in done.stdout
    assert "en attente" in done.stdout


def test_folders_that_cannot_be_replaced_are_named_before_the_first_run(
    tandem, tmp_path, monkeypatch
):
    files = [tandem]
    for name in ("second", "third"):
        files.append(str(tmp_path / f"{name}.yaml"))
        Path(files[-1]).write_text(TANDEM, encoding="utf-8")
    for name in ("tandem", "second"):
        (tmp_path / "out" / name).mkdir(parents=True)
    options = ("--replications", "2", "--out", str(tmp_path / "out"), "--no-figures", "--json")
    done = run(*files, *options)
    assert done.exit_code == 2
    refused, also, made = json.loads(done.stdout)
    for answer, name in ((refused, "tandem"), (also, "second")):
        assert f"{name} exists and is not a folder of results" in answer["error"]
        assert answer["error"] in done.stderr
    assert made["folder"] == str(tmp_path / "out" / "third")
    before = files_in(tmp_path / "out" / "third")
    (tmp_path / "out" / "tandem").rmdir()
    monkeypatch.setattr("sim.runs.files._swap", disk_full)  # only noticed after the run
    done = run(*files[::2], *options)
    assert len(json.loads(done.stdout)) == 2
    assert all("the disk is full" in answer["error"] for answer in json.loads(done.stdout))
    assert done.exit_code == 2
    assert files_in(tmp_path / "out" / "third") == before


def disk_full(*paths: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_run_draws_figures(tandem, tmp_path):
    done = run(tandem, "--replications", "2", "--out", str(tmp_path / "results"))
    assert done.exit_code == 0, done.output
    figures = {path.suffix for path in (tmp_path / "results" / "tandem" / "figures").iterdir()}
    assert {".svg", ".png", ".csv"} <= figures


def test_a_file_that_cannot_be_written_whole_leaves_the_earlier_one(tandem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        assert run(tandem, "--replications", "2", "--out", folder).exit_code == 0
    each, two = "one/tandem", "two/tandem"
    page = f"{each}/report.html"
    commands = {
        ("report", each): page,
        ("figures", each, "--only", "flow"): f"{each}/figures/flow.svg",
        ("diff", each, two, "--out", "diff.html"): "diff.html",
        ("animate", tandem, "--out", "moves.html"): "moves.html",
        ("log", tandem, "--out", "log.csv"): "log.csv",
        ("describe", tandem, "--out", "all.md"): "all.md",
    }
    whole = Path.write_text

    def half(path: Path, text: str, **options: str) -> None:
        if tmp_path not in path.resolve().parents:  # pictures of a page
            whole(path, text, **options)
            return
        whole(path, text[: len(text) // 2], **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    for command, file in commands.items():
        (tmp_path / file).write_text("earlier", encoding="utf-8")
        folder = (tmp_path / file).parent
        names = sorted(folder.iterdir())
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_text", half)
            refused = maraude(*command)
        assert (refused.exit_code, "the disk is full" in refused.stderr) == (2, True), command
        assert (tmp_path / file).read_text(encoding="utf-8") == "earlier", command
        assert sorted(folder.iterdir()) == names
        assert maraude(*command).exit_code == 0
        assert (tmp_path / file).read_text(encoding="utf-8") != "earlier"


def test_a_page_of_others_of_the_same_name_is_not_replaced(tandem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, seed in (("one", "1"), ("two", "2")):
        Path(folder).mkdir()
        Path(folder, "town.yaml").write_text(TANDEM, encoding="utf-8")
        for name in ("a", "b"):
            options = ("--replications", "2", "--seed", seed, "--no-figures", "--out")
            assert run(tandem, *options, f"{folder}/{name}").exit_code == 0
            Path(folder, name, "tandem").rename(Path(folder, f"run-{name}"))
    for command, mine, others in (
        ("animate", ["one/town.yaml"], ["two/town.yaml"]),
        ("diff", ["one/run-a", "one/run-b"], ["two/run-a", "two/run-b"]),
    ):
        assert maraude(command, *mine).exit_code == 0
        (page,) = Path("results").glob("*.html")
        assert maraude(command, *mine, "--lang", "fr").exit_code == 0  # of the same: replaced
        before = page.read_bytes()
        refused = maraude(command, *others)
        assert refused.exit_code == 2
        shown = " and ".join(others)
        assert f"{page} is not replaced: it is not a page of {shown}. Choose" in refused.stderr
        assert page.read_bytes() == before
        assert maraude(command, *others, "--out", str(page)).exit_code == 0  # asked for
        page.write_text("notes")
        assert maraude(command, *mine).exit_code == 2
        page.unlink()


def test_a_page_may_go_to_a_device_or_through_a_link(tandem, tmp_path):
    assert maraude("log", tandem, "--out", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()
    (tmp_path / "link.csv").symlink_to(tmp_path / "log.csv")
    assert maraude("log", tandem, "--out", str(tmp_path / "link.csv")).exit_code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "log.csv").read_text().startswith("time,")


def test_one_more_place_is_told_and_stored(tandem, tmp_path):
    done = run(
        tandem, "--replications", "3", "--out", str(tmp_path), "--no-figures", "--one-more", "2"
    )
    assert done.exit_code == 0, done.output
    with (tmp_path / "tandem" / "one_more.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["service"] for row in rows] == ["shelter", "shelter", "home", "home"]
    assert {row["step"] for row in rows} == {"2"}


@pytest.mark.parametrize("command", ["check", "run", "explain", "log", "schema"])
def test_every_command_speaks_json(command, tandem, tmp_path):
    more = {"run": ["--replications", "2", "--out", str(tmp_path / "r"), "--no-figures"]}
    files = [] if command == "schema" else [tandem]
    done = maraude(command, *files, *more.get(command, []), "--json")
    assert done.exit_code == 0, done.output

    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(done.stdout, parse_constant=refuse)


def test_json_of_a_faulty_file_has_its_faults(faulty):
    done = maraude("check", faulty, "--json")
    assert done.exit_code == 2
    (answer,) = json.loads(done.stdout)
    assert answer["ok"] is False
    assert answer["faults"][0]["path"] == "services.shelter.stay"


def test_the_log_of_a_replication_goes_to_a_file(tandem, tmp_path):
    for number in ("1", "2"):
        path = tmp_path / f"{number}.csv"
        done = maraude("log", tandem, "--replication", number, "--out", str(path))
        assert done.exit_code == 0, done.output
    first, second = ((tmp_path / f"{number}.csv").read_text() for number in ("1", "2"))
    assert first.startswith("time,event,person,service,other,number\n")
    assert first != second
    assert maraude("log", tandem, "--replication", "1").stdout == first


@pytest.mark.parametrize("form", ["canonical", "vidigi"])
def test_a_log_says_how_many_rows_it_wrote(form, tmp_path):
    path = tmp_path / "log.csv"
    done = maraude("log", PLACES, "--format", form, "--out", str(path))
    rows = len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert done.stderr.startswith(f"{rows} ")
    assert f"{path}" in done.stderr


def test_every_command_has_an_example_in_its_help():
    for name in main.commands:
        lines = maraude(name, "--help").stdout.splitlines()
        assert any(line.startswith(f"    maraude {name}") for line in lines), name
        assert not any(r"\b" in line for line in lines)
    assert "    maraude COMMAND --help " in maraude("--help").stdout


def test_explain_tells_the_numbers_of_a_law_once_unless_sources_are_asked_for(tmp_path):
    law = "{family: gamma, mean: {value: 3 days, status: assumed}, cv: 1}"
    path = tmp_path / "told.yaml"
    path.write_text(TANDEM.replace("{family: exponential, mean: 3 days}", law), encoding="utf-8")
    once, sources = (maraude("explain", str(path), *more).stdout for more in ((), ("--sources",)))
    assert "gamma law: mean 3 days" in once
    assert "planned at admission, mean" not in once
    assert "planned at admission, mean" in sources


def test_both_languages_have_the_same_words():
    assert set(WORDS["fr"]) == set(WORDS["en"])


def test_without_numba_the_reference_engine_runs_and_that_is_said(monkeypatch, tandem, tmp_path):
    monkeypatch.setattr(simulate, "_works", lambda engine: engine == "reference")
    out = ("--out", str(tmp_path / "out"), "--no-figures", "--workers", "1")
    result = maraude("run", tandem, "--replications", "1", *out)
    assert result.exit_code == 0
    assert "numba is not installed here: the reference engine" in result.stderr
    asked = maraude("run", tandem, "--replications", "1", "--engine", "reference", *out)
    assert "numba is" not in asked.stderr  # who asks for it needs no reason


def test_compiling_is_shown_on_a_terminal(monkeypatch, capsys):
    prepared = []
    monkeypatch.setattr(simulate, "must_compile", lambda engine: not prepared)
    monkeypatch.setattr(simulate, "prepare", lambda *asked, **how: prepared.append((asked, how)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich looks for itself whether this is a terminal
    ready("auto", quiet=True)
    assert prepared == []  # JSON on the way to a program
    ready("auto")
    assert prepared == [(("auto",), {"silently": True})]
    assert "Compiling the fast engine" in capsys.readouterr().err
    ready("auto")
    assert capsys.readouterr().err == ""


# ------------------------------------------------------------------------------ code pages


EXOTIC = TANDEM.replace(
    "title: {fr: Deux services, en: Two services}",
    'title: "\u2192 \u03a9 \u65e5\u672c \U0001f600 \u202f e\u0301"',
).replace(
    "names: {fr: hébergement, en: shelter}",
    'names: {fr: "hébergement \u2192 \u0153", en: "\u2265 \u65e5"}',
)
"""The same pathway with signs that hardly any code page has."""


@pytest.mark.slow
@pytest.mark.parametrize("page", ["cp1252", "cp437", "ascii"])
def test_every_command_can_write_in_every_code_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONIOENCODING", page)
    for name, old in (("base", ""), ("other", "mean: 3 days")):
        changed = EXOTIC.replace(old, "mean: 4 days") if old else EXOTIC
        Path(f"{name}.yaml").write_text(changed, encoding="utf-8")
    Path("wrong.yaml").write_text(
        EXOTIC.replace("places: 2", "places: \u2192 \u65e5", 1), encoding="utf-8"
    )
    levers = "levers: {\u03a9: {set: services.home.places, values: [1, 2]}}\ndesign: grid\n"
    sweep = f"based_on: base.yaml\ntitle: \u2192\n{levers}outcomes: [street nights per year]\n"
    Path("swept.yaml").write_text(sweep, encoding="utf-8")
    shown = ("--replications", "2", "--lang", "fr")
    for code, *command in (
        (0, "check", "base.yaml", "--lang", "fr"),
        (2, "check", "wrong.yaml", "--lang", "fr"),
        (0, "check", "base.yaml", "--json"),
        (0, "explain", "other.yaml", "--lang", "fr"),
        (0, "describe", "base.yaml", "--lang", "fr"),
        (0, "log", "base.yaml"),
        (0, "log", "base.yaml", "--json"),
        (0, "animate", "base.yaml", "--lang", "fr"),
        (0, "schema"),
        (0, "run", "base.yaml", "other.yaml", *shown, "--one-more", "1", "--no-figures"),
        (0, "run", "base.yaml", *shown, "--no-figures", "--json"),
        (0, "compare", "base.yaml", "other.yaml", *shown, "--no-figures"),
        (0, "compare", "base.yaml", "other.yaml", *shown, "--no-figures", "--json"),
        (0, "diff", "results/base", "results/base", "--lang", "fr"),
        (0, "sweep", "swept.yaml", "--replications", "2", "--threads"),
        (0, "sweep-report", "results/sweeps/swept", "--lang", "fr"),
        (0, "sweep-compact", "results/sweeps"),
    ):
        done = CliRunner(charset=page).invoke(main, command)
        assert done.exit_code == code, (command, done.exception, done.stderr)
        written = done.stdout_bytes.decode("utf-8" if page == "ascii" else page)
        if "--json" in command:
            assert json.loads(written)
        elif page in ("cp1252", "cp437"):
            assert "\ufffd" not in written
    result = CliRunner(charset=page).invoke(main, ("check", "base.yaml", "--lang", "fr"))
    assert ("h\u00e9bergement ->" if page == "cp1252" else "bergement") in result.stdout


def test_a_name_that_is_no_text_is_refused(tmp_path):
    refused = maraude("run", str(tmp_path / "caf\udce9.yaml"))
    assert refused.exit_code == 2
    assert "caf?.yaml' is no text in UTF-8: rename the file or folder" in refused.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_an_answer_that_cannot_be_written_is_told():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=SCENARIOS.parent,
            check=False,
        )
    assert done.stderr == "the output could not be read or written: No space left on device\n"
    assert done.returncode == 2
