"""Small scenario files with chance in them, quick enough to be run by tests of many runs."""

from __future__ import annotations

from pathlib import Path

CHAIN = """
title: {title}
period: {{start: 2024-01-01, length: {length}}}
run: {{replications: 6, seed: {seed}}}
people:
  classes: {{men: 60 %, women: 40 %}}
  arrivals: {{all: {{rate: 0.4 per day, to: shelter}}}}
start:
  street: 5
services:
  shelter:
    kind: places
    places: 6
    stay: {{family: exponential, mean: {stay}}}
    routes: [{{to: housing, share: 70 %}}, {{to: street, share: 30 %}}]
  housing:
    kind: places
    places: 4
    housing: true
    stay: {{family: exponential, mean: 20 days}}
    routes: [{{to: left, share: 100 %}}]
"""


def chain(
    path: Path,
    stay: str = "10 days",
    seed: int = 1,
    length: str = "150 days",
    title: str = "A chain",
) -> Path:
    """Write a shelter that leads to housing, which is full; return the file."""
    text = CHAIN.format(title=title, stay=stay, seed=seed, length=length)
    path.write_text(text, encoding="utf-8")
    return path


def what_if(path: Path, base: Path, value: str, to: str, because: str = "A test.") -> Path:
    """Write a what-if file with one change; return the file."""
    text = f"based_on: {base.name}\ntitle: A change\nchanges:\n"
    text += f"  - {{set: {value}, to: {to}, because: {because}}}\n"
    path.write_text(text, encoding="utf-8")
    return path
