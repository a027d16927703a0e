"""A small scenario whose every text tries to become markup, a formula or an address."""

from __future__ import annotations

from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"><img src=x onerror='alert(2)'>"
JINJA = "{{ 7 * 191 }}{% raw %}"
STYLE = "</style><style>body{display:none}</style>"
FORMULA = "=HYPERLINK(1)"

HOSTILE = f"""
title: {{fr: '{SCRIPT} Un titre', en: '{SCRIPT} A title'}}
summary: '{STYLE} {JINJA}'
period: {{start: 2024-01-01, length: 120 days}}
run: {{replications: 3, seed: 3}}
people:
  classes:
    men: {{share: 60 %, names: {{fr: '{SCRIPT}', en: '{SCRIPT}'}}}}
    women: 40 %
  arrivals:
    '{SCRIPT}': {{rate: 0.4 per day, to: shelter}}
start:
  street:
    value: 5
    status: assumed
    range: [1, 9]
    source: '</td></table>{SCRIPT}'
    note: '<a href="http://example.org/">here</a>'
services:
  shelter:
    kind: places
    names:
      fr: '{SCRIPT}'
      en: "{FORMULA} & <b>bold</b>"
    note: "{IMAGE.replace(chr(34), chr(39))}"
    places: 6
    stay: {{family: exponential, mean: 10 days}}
    routes: [{{to: housing, share: 70 %}}, {{to: street, share: 30 %}}]
  housing:
    kind: places
    places: 4
    housing: true
    names: {{fr: 'logement $x_1$ <i>', en: 'housing $x_1$ <i>'}}
    stay: {{family: exponential, mean: 20 days}}
    routes: [{{to: left, share: 100 %}}]
"""

WHAT_IF = f"""
based_on: hostile.yaml
title: {{fr: '{SCRIPT} Autre', en: '{SCRIPT} Other'}}
changes:
  - set: services.housing.places
    to: 12
    because: {{fr: 'Parce que <svg onload=alert(3)>', en: 'Because <svg onload=alert(3)>'}}
"""


def hostile(folder: Path) -> tuple[Path, Path]:
    """Write the scenario and a what-if of it; return both files."""
    base, other = folder / "hostile.yaml", folder / "other.yaml"
    base.write_text(HOSTILE, encoding="utf-8")
    other.write_text(WHAT_IF, encoding="utf-8")
    return base, other
