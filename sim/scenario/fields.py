"""The types of the fields of a scenario file.

A field is declared once, as ``name: Type = declared(sentence, default)``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sim.scenario.markers import NONE, Drawn, Hours, Number
from sim.scenario.values import Law, Quantity, Wording
from sim.scenario.word_markers import ClassNames, Text, YesNo


class Section(BaseModel):
    """A part of a scenario file: immutable, without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, arbitrary_types_allowed=True
    )


def declared(sentence: str, default: Any = ..., **more: Any) -> Any:
    """Return the declaration of a field: what it means and its default, written as in a file."""
    return Field(default, description=sentence, **more)


NotGiven = BeforeValidator(lambda raw: None if raw == NONE else raw)
"""Lets an optional section be written as ``none``."""

Share = Annotated[Quantity, Number(dimension="share", high=1.0)]
Count = Annotated[Quantity, Number(dimension="count")]
PlacesCount = Annotated[Quantity, Number(dimension="places")]
Rate = Annotated[Quantity, Number(dimension="rate")]
Factor = Annotated[Quantity, Number(dimension="factor")]
ClockTime = Annotated[Quantity, Number(dimension="time", high=1.0, constant=True)]
Fixed = Annotated[Quantity, Number(dimension="duration", constant=True)]
MaybeRate = Annotated[Quantity | None, Number(optional=True, dimension="rate")]
MaybeShare = Annotated[Quantity | None, Number(optional=True, dimension="share", high=1.0)]
MaybeCount = Annotated[Quantity | None, Number(optional=True, dimension="count")]
MaybeWhole = Annotated[
    Quantity | None, Number(optional=True, dimension="count", whole=True, constant=True)
]
MaybeMoney = Annotated[Quantity | None, Number(optional=True, dimension="money")]
Pattern = Annotated[Quantity, Hours()]
MaybePattern = Annotated[Quantity | None, Hours(optional=True)]
DrawnTime = Annotated[Law, Drawn()]
MaybeDrawnTime = Annotated[Law | None, Drawn(optional=True)]
DrawnNumber = Annotated[Law, Drawn(dimension="factor")]
MaybeWording = Annotated[Wording | None, Text(optional=True)]
Title = Annotated[Wording, Text()]
Classes = Annotated[tuple[str, ...] | None, ClassNames()]
Flag = Annotated[bool, YesNo()]
