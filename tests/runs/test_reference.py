"""Reference results: the same bytes every time, and whatever moved is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.figures import compared
from sim.figures.compared import draw_reference
from sim.runs.kept import make_reference, shipped, what_moved
from sim.text.phrases import finding_text
from tests.support.small_scenarios import chain, what_if

STAY = "mean: 10 days"


@pytest.fixture(autouse=True)
def few_figures(monkeypatch):
    monkeypatch.setattr(compared, "MAIN", ("flow",))
    monkeypatch.setattr(compared, "WHAT_IF", ("blocked",))


def write_scenarios(folder: Path, stay: str = STAY) -> Path:
    (folder / "what-if").mkdir(parents=True)
    (folder / "sweeps").mkdir()
    base = chain(folder / "main.yaml", length="60 days")
    base.write_text(base.read_text(encoding="utf-8").replace(STAY, stay), encoding="utf-8")
    more = what_if(folder / "what-if" / "more.yaml", base, "services.housing.places", "9")
    text = more.read_text(encoding="utf-8").replace("main.yaml", "../main.yaml")
    more.write_text(text, encoding="utf-8")
    (folder / "sweeps" / "sweep.yaml").write_text("about: something else\n", encoding="utf-8")
    return folder


def make(scenarios: Path, out: Path, figures: bool = False) -> Path:
    make_reference(scenarios, out, engine="reference", draw=draw_reference if figures else None)
    return out


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory) -> Path:
    return write_scenarios(tmp_path_factory.mktemp("shipped") / "scenarios")


@pytest.fixture(scope="module")
def kept(scenarios, tmp_path_factory) -> Path:
    patch = pytest.MonkeyPatch()
    patch.setattr(compared, "MAIN", ("flow",))
    patch.setattr(compared, "WHAT_IF", ("blocked",))
    yield make(scenarios, tmp_path_factory.mktemp("kept") / "reference", figures=True)
    patch.undo()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def findings_of(scenarios: Path, kept: Path, tmp_path: Path) -> list[tuple[str, str]]:
    now = make(scenarios, tmp_path / "now")
    return [
        (change.scenario, finding_text(change, "en"))
        for change in what_moved(kept, now, figures=False)
    ]


def test_every_scenario_but_no_sweep_is_in_the_reference(scenarios):
    assert list(shipped(scenarios)) == ["main", "what-if/more"]


@pytest.mark.slow
def test_made_again_every_file_is_the_same_and_nothing_moved(scenarios, kept, tmp_path):
    again = make(scenarios, tmp_path / "again", figures=True)
    assert bytes_of(again) == bytes_of(kept)
    assert what_moved(kept, again) == []
    assert sorted(bytes_of(kept)) == [
        "main/estimates.csv",
        "main/flow.svg",
        "manifest.json",
        "what-if/compared/blocked.svg",
        "what-if/compared/occupied.svg",
        "what-if/compared/street-nights.svg",
        "what-if/compared/street.svg",
        "what-if/more/blocked.svg",
        "what-if/more/estimates.csv",
    ]


def test_one_per_cent_of_one_stay_is_told_with_what_it_moved(kept, tmp_path):
    changed = write_scenarios(tmp_path / "scenarios", "mean: 10.1 days")
    result = findings_of(changed, kept, tmp_path)
    assert result[0] == ("main", "says something else than when the reference was made")
    assert result[1][1].startswith("blocked places: ")
    assert {scenario for scenario, _ in result} == {"main", "what-if/more"}


def test_the_same_stay_written_otherwise_moves_nothing(kept, tmp_path):
    rewritten = write_scenarios(tmp_path / "scenarios", "mean: {value: 240 hours, note: same}")
    assert findings_of(rewritten, kept, tmp_path) == []


def test_scenarios_that_come_and_go_are_told(kept, tmp_path):
    other = write_scenarios(tmp_path / "scenarios")
    (other / "what-if" / "more.yaml").rename(other / "what-if" / "less.yaml")
    assert findings_of(other, kept, tmp_path) == [
        ("what-if/less", "is a scenario, but not in the reference"),
        ("what-if/more", "is in the reference, but no longer a scenario"),
    ]


def test_a_number_moved_by_the_code_alone_is_told(scenarios, kept, tmp_path):
    wrong = tmp_path / "wrong"
    shutil.copytree(kept, wrong)
    file = wrong / "main" / "estimates.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("occupied places,shelter"))
    words = lines[at].split(",")
    words[5] = repr(float(words[5]) * 1.001)
    lines[at] = ",".join(words)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ((scenario, text),) = findings_of(scenarios, wrong, tmp_path)
    assert (scenario, text[:27]) == ("main", "occupied places of shelter:")
    assert "(-0.1 %)" in text


def test_a_last_digit_of_another_machine_is_no_change(scenarios, kept, tmp_path):
    near = tmp_path / "near"
    shutil.copytree(kept, near)
    file = near / "main" / "estimates.csv"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("people,street"))
    number = line.split(",")[5]
    file.write_text(text.replace(number, repr(float(number) * (1 + 1e-8))), encoding="utf-8")
    assert findings_of(scenarios, near, tmp_path) == []


def test_a_picture_that_looks_different_is_told_unless_another_matplotlib_drew_it(kept, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(kept, other)
    picture = other / "main" / "flow.svg"
    picture.write_bytes(picture.read_bytes().replace(b"A chain", b"A Chain"))
    assert [finding_text(first, "en") for first in what_moved(kept, other)] == [
        "flow.svg looks different"
    ]
    manifest = other / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["versions"]["matplotlib"] = "1.0"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert what_moved(kept, other) == []


@pytest.mark.slow
def test_the_command_ends_with_one_where_something_moved(scenarios, kept, tmp_path):
    rows = ["--engine", "reference", "--check", "--no-figures", "--out", str(kept)]
    done = CliRunner().invoke(main, ["reference", "--scenarios", str(scenarios), *rows])
    assert (done.exit_code, done.stdout) == (0, "Everything is as in the reference.\n")
    french = [*rows, "--lang", "fr"]
    done = CliRunner().invoke(main, ["reference", "--scenarios", str(scenarios), *french])
    assert done.stdout == "Tout est comme dans la référence.\n"
    changed = write_scenarios(tmp_path / "scenarios", "mean: 10.1 days")
    done = CliRunner().invoke(main, ["reference", "--scenarios", str(changed), *french])
    assert "main\N{NO-BREAK SPACE}: " in done.stdout
    assert "places bloquées" in done.stdout
    assert "reference" not in done.stdout.replace("maraude reference", "")
    done = CliRunner().invoke(main, ["reference", "--scenarios", str(changed), *rows])
    assert done.exit_code == 1
    assert "main: " in done.stdout
    assert "commit it" in done.stdout
    nowhere = [*rows[:-1], str(tmp_path / "nowhere")]
    done = CliRunner().invoke(main, ["reference", "--scenarios", str(scenarios), *nowhere])
    assert done.exit_code == 2
    assert "make it with 'maraude reference'" in done.stderr
