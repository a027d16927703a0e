"""What a benchmark finds: lines of a table, targets, and points of a curve."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.benchmarks.timing import Figure


@dataclass(frozen=True, slots=True)
class Line:
    """One measured number."""

    part: str
    name: str
    value: float
    unit: str
    spread: float = float("nan")  # half the interquartile range, as a share


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for, and the value reached."""

    name: str
    wanted: float
    at_least: bool
    reached: float
    unit: str = "times"

    @property
    def met(self) -> bool:
        """Whether the value reached is good enough."""
        good = self.reached >= self.wanted if self.at_least else self.reached <= self.wanted
        return good


@dataclass(slots=True)
class Findings:
    """Everything a benchmark found, and what it had to leave out."""

    lines: list[Line] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def note(self, part: str, name: str, figure: Figure | float, unit: str) -> None:
        """Keep a measured number."""
        if not isinstance(figure, Figure):
            figure = Figure(figure, float("nan"))
        self.lines.append(Line(part, name, figure.value, unit, figure.spread))

    def target(
        self,
        name: str,
        reached: float,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        unit: str = "times",
    ) -> None:
        """Hold a value against what was asked for."""
        wanted = at_least if at_least is not None else at_most
        assert wanted is not None
        self.targets.append(Target(name, wanted, at_least is not None, reached, unit))

    def of(self, part: str) -> list[Line]:
        """Return the lines of one part."""
        return [line for line in self.lines if line.part == part]
