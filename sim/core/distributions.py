"""The families of distributions: what people write for each, its rules, mean and constants.

Each family is declared once, in ``DECLARATIONS``; forms, schema and messages derive from it. The
quantile functions, the length-biased ones too, are in ``quantiles``.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sim.core.quantiles import Family, length_biased_quantile, quantile, residual_quantile


@dataclass(frozen=True, slots=True)
class Distribution:
    """A family with its constants, ready for an engine: what they mean is written at ``Family``."""

    family: int
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    values: tuple[float, ...] = ()

    def quantile(self, u: float) -> float:
        """Return the value of a draw ``u`` in [0, 1)."""
        return quantile(self.family, self.a, self.b, self.c, self.values, u)

    @property
    def mean(self) -> float:
        """Return the mean, in the unit of the values."""
        return _moments(self)[0]

    @property
    def variance(self) -> float:
        """Return the variance, in the squared unit of the values."""
        return _moments(self)[1]


def _moments(row: Distribution) -> tuple[float, float]:
    """Return mean and variance from the constants."""
    a, b, c = row.a, row.b, row.c
    match row.family:
        case Family.FIXED:
            return a, 0.0
        case Family.EXPONENTIAL:
            return a, a * a
        case Family.UNIFORM:
            return (a + b) / 2, (b - a) ** 2 / 12
        case Family.TRIANGULAR:
            return (a + b + c) / 3, ((b - a) ** 2 + (c - b) ** 2 + (c - a) ** 2) / 36
        case Family.GAMMA:
            return a * b, a * b * b
        case Family.WEIBULL:
            mean = b * math.gamma(1 + 1 / a)
            return mean, b * b * math.gamma(1 + 2 / a) - mean * mean
        case Family.LOGNORMAL:
            mean = math.exp(a + b * b / 2)
            return mean, mean * mean * math.expm1(b * b)
        case Family.EMPIRICAL:
            return statistics.fmean(row.values), statistics.pvariance(row.values)
    raise ValueError(f"there is no family with code {row.family}")


def length_biased(distribution: Distribution) -> Callable[[float], float]:
    """Return the quantile function of the length-biased version: density x f(x) / mean."""
    if not distribution.mean > 0.0:
        raise ValueError("a length-biased draw needs a distribution whose mean is above 0")
    row = distribution
    return lambda u: length_biased_quantile(row.family, row.a, row.b, row.c, row.values, u)


def equilibrium_residual(distribution: Distribution, u: float, v: float) -> float:
    """Return what is left of a stay met at a random moment, from two draws in [0, 1)."""
    row = distribution
    return residual_quantile(row.family, row.a, row.b, row.c, row.values, u, v)


# ------------------------------------------------------------------ what people write


@dataclass(frozen=True, slots=True)
class Field:
    """A field people write; a quantity has the unit of what is drawn, a number and a count none."""

    name: str
    kind: Literal["quantity", "number", "count", "quantities"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A family as people write it; of the fields in ``either`` exactly one is given."""

    name: str
    sentence: str
    fields: tuple[Field, ...]
    build: Callable[..., Distribution]
    either: tuple[str, ...] = ()


def _between(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {value:g}")
    return float(value)


def _above_zero(name: str, value: float) -> float:
    if not 0.0 < value < math.inf:
        raise ValueError(f"{name} must be above 0, not {value:g}")
    return float(value)


def _from_zero(name: str, value: float) -> float:
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{name} must be 0 or more, not {value:g}")
    return float(value)


def _spread(mean: float, cv: float | None, sd: float | None) -> float:
    """Return the coefficient of variation, given itself or by the standard deviation."""
    ratio = cv if cv is not None else (sd or 0.0) / mean
    if ratio == 0.0:
        raise ValueError("a distribution without spread (cv or sd 0) is written 'fixed'")
    if cv is not None and cv > 30.0:
        share = f"for {cv:g} % write '{cv:g} %'"
        raise ValueError(f"cv (sd / mean) must lie between 0.01 and 30, not {cv:g}: {share}")
    return _between("cv (sd / mean)", ratio, 0.01, 30.0)


def _fixed(value: float) -> Distribution:
    return Distribution(Family.FIXED, _from_zero("value", value))


def _exponential(mean: float) -> Distribution:
    return Distribution(Family.EXPONENTIAL, _above_zero("mean", mean))


def _uniform(low: float, high: float) -> Distribution:
    if not _from_zero("low", low) < _from_zero("high", high):
        raise ValueError(f"high must be above low ({low:g}), not {high:g}")
    return Distribution(Family.UNIFORM, float(low), float(high))


def _triangular(low: float, mode: float, high: float) -> Distribution:
    if not _from_zero("low", low) < _from_zero("high", high):
        raise ValueError(f"high must be above low ({low:g}), not {high:g}")
    return Distribution(
        Family.TRIANGULAR, float(low), _between("mode", mode, low, high), float(high)
    )


def _gamma(mean: float, cv: float | None = None, sd: float | None = None) -> Distribution:
    shape = _spread(_above_zero("mean", mean), cv, sd) ** -2.0
    return Distribution(Family.GAMMA, shape, mean / shape, math.lgamma(shape))


def _erlang(mean: float, phases: int) -> Distribution:
    if phases != int(phases) or not 1 <= phases <= 10_000:
        raise ValueError(f"phases must be a whole number from 1 to 10000, not {phases:g}")
    shape = float(phases)
    return Distribution(Family.GAMMA, shape, _above_zero("mean", mean) / shape, math.lgamma(shape))


def _weibull(mean: float, shape: float) -> Distribution:
    whole = 1.0 + 1.0 / _between("shape", shape, 0.1, 100.0)
    scale = _above_zero("mean", mean) / math.gamma(whole)
    return Distribution(Family.WEIBULL, float(shape), scale, math.lgamma(whole))


def _lognormal(mean: float, cv: float | None = None, sd: float | None = None) -> Distribution:
    variance = math.log1p(_spread(_above_zero("mean", mean), cv, sd) ** 2)
    return Distribution(Family.LOGNORMAL, math.log(mean) - variance / 2, math.sqrt(variance))


def _empirical(values: Sequence[float]) -> Distribution:
    if not values:
        raise ValueError("values must hold at least one value")
    kept = tuple(_from_zero(f"values[{place}]", value) for place, value in enumerate(values))
    return Distribution(Family.EMPIRICAL, values=kept)


_MEAN = Field("mean", "quantity", "The mean; above 0.")
_CV = Field("cv", "number", "Standard deviation divided by the mean.")
_SD = Field("sd", "quantity", "Standard deviation, instead of cv.")
_LOW = Field("low", "quantity", "The smallest value; 0 or more.")
_HIGH = Field("high", "quantity", "The largest value; above low.")
_MODE = Field("mode", "quantity", "The most likely value, from low to high.")
_VALUES = Field("values", "quantities", "Observed values, each as likely; 0 or more.")
_PHASES = Field("phases", "count", "Number of equal phases; a whole number from 1.")
_SHAPE = Field("shape", "count", "Below 1: the longer the likelier to go on; above 1 the reverse.")

DECLARATIONS: dict[str, Declaration] = {
    declaration.name: declaration
    for declaration in (
        Declaration(
            "fixed",
            "Always the same value.",
            (Field("value", "quantity", "The value; 0 or more."),),
            _fixed,
        ),
        Declaration(
            "exponential", "Ends at a risk that does not change with time.", (_MEAN,), _exponential
        ),
        Declaration("uniform", "Any value of a range, equally likely.", (_LOW, _HIGH), _uniform),
        Declaration(
            "triangular", "A range with a most likely value.", (_LOW, _MODE, _HIGH), _triangular
        ),
        Declaration(
            "gamma",
            "A mean with a chosen spread, skewed to long values.",
            (_MEAN, _CV, _SD),
            _gamma,
            either=("cv", "sd"),
        ),
        Declaration("erlang", "A sequence of equal phases.", (_MEAN, _PHASES), _erlang),
        Declaration(
            "weibull", "Ends at a risk that grows or falls with time.", (_MEAN, _SHAPE), _weibull
        ),
        Declaration(
            "lognormal",
            "A mean with a chosen spread, with a heavy tail of long values.",
            (_MEAN, _CV, _SD),
            _lognormal,
            either=("cv", "sd"),
        ),
        Declaration(
            "empirical",
            "One of a list of observed values, or of those in a column of a CSV file (below).",
            (_VALUES,),
            _empirical,
        ),
    )
}
"""All that can be written, by name."""


def distribution(name: str, **fields: Any) -> Distribution:
    """Return the distribution written as ``name``; a ValueError says what is wrong with it."""
    declaration = DECLARATIONS.get(name)
    if declaration is None:
        raise ValueError(f"there is no family '{name}'; choose among {', '.join(DECLARATIONS)}")
    allowed = [field.name for field in declaration.fields]
    unknown = [field for field in fields if field not in allowed]
    if unknown:
        raise ValueError(f"{name} has no field '{unknown[0]}'; it has {', '.join(allowed)}")
    needed = [field for field in allowed if field not in declaration.either]
    missing = [field for field in needed if field not in fields]
    if missing:
        raise ValueError(f"{name} needs '{missing[0]}'")
    given = [field for field in declaration.either if field in fields]
    if declaration.either and len(given) != 1:
        raise ValueError(f"{name} needs either {' or '.join(declaration.either)}, and only one")
    try:
        return declaration.build(**fields)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
