"""Two runs, perhaps of two versions: which numbers moved beyond noise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.analysis.pairs import paired, unpaired
from sim.experiments.compare import unlike
from sim.experiments.comparison import FAMILIES, Comparison, Member, Moved, Other, compared
from sim.experiments.reading import read_results
from sim.scenario import ValueChange
from sim.vocabulary.errors import WishError


@dataclass(frozen=True, slots=True, eq=False)
class Diff:
    """Old and new run, number by number; ``unpaired`` says why they were not paired, if so.

    Paired runs are judged by paired t tests, others by Welch's; both with Holm in each family of
    numbers, and the chance of any false alarm is at most 5 % in all families together.
    """

    comparison: Comparison
    unpaired: tuple[str, ...]

    @property
    def old(self) -> Member:
        """The first run."""
        return self.comparison.base

    @property
    def new(self) -> Other:
        """The second run, against the first."""
        return self.comparison.others[0]

    @property
    def changes(self) -> tuple[ValueChange, ...]:
        """What differs between the two scenarios."""
        return self.new.changes

    @property
    def moved(self) -> list[Moved]:
        """The numbers that moved beyond noise, family by family, the largest changes first."""
        found = [one for one in self.new.moved if one.is_sure]
        return sorted(found, key=lambda one: (FAMILIES.index(one.family), -_share(one)))

    @property
    def differing(self) -> int:
        """How many numbers differ at all."""
        return sum(one.base != one.other and one.mean != 0 for one in self.new.moved)

    @property
    def gone(self) -> tuple[str, ...]:
        """Measures only one of the two runs has."""
        mine, yours = (
            {key.measure for key in member.results.keys} for member in (self.old, self.new.member)
        )
        return tuple(sorted(mine ^ yours))

    @property
    def services_alone(self) -> tuple[str, ...]:
        """Services only one of the two runs has."""
        return tuple(self.new.services_alone)


def _share(one: Moved) -> float:
    return abs(one.mean) / max(abs(one.base), abs(one.other), 1e-300)


def differ(old: Path, new: Path) -> Diff:
    """Return what differs between two folders of runs, paired if they share their luck.

    Raises WishError where a folder cannot be used or has a single replication.
    """
    members = []
    for name, folder in zip(_names(old, new), (old, new), strict=True):
        results = read_results(folder)
        if results.replications < 2:
            raise WishError(
                f"{folder.as_posix()} has a single replication: nothing is known about its noise; "
                "run two or more"
            )
        members.append(Member(name, results, folder))
    reasons = unlike(members[0].results, members[1].results, versions=False)
    found = compared(members[0], members[1:], unpaired if reasons else paired, is_one_alarm=True)
    return Diff(found, tuple(reasons))


def _names(old: Path, new: Path) -> tuple[str, str]:
    """Return the names of two folders, with the folder above where they are the same."""
    paths = (old.resolve(), new.resolve())
    if paths[0].name != paths[1].name:
        return paths[0].name, paths[1].name
    first, second = (f"{path.parent.name}/{path.name}" for path in paths)
    return first, second
