"""From content to one HTML page that needs nothing from outside.

Everything a template shows is escaped unless it is markup made here. The page names, in its
Content-Security-Policy, the only script it may run, and forbids any request.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.presentation.words import in_language, number, percent, sentences, signed


def render(template: str, lang: str, player: str = "script.js", **content: Any) -> str:
    """Return a page made from a template, in a language.

    ``player``: the script of the page. In templates ``t(key, ...)`` is a sentence, ``n(value,
    digits)`` a number, ``pct(share)`` a percentage, ``say(text)`` what a word of a scenario is
    called.
    """
    style, script = _part("style.css"), _part(player)
    text = (
        _environment()
        .get_template(template)
        .render(
            content,
            lang=lang,
            t=sentences(lang),
            n=lambda value, digits=0: number(value, lang, digits),
            signed=lambda value, digits=0: signed(value, lang, digits),
            pct=lambda share: percent(share, lang),
            say=lambda text: in_language(text, lang),
            style=style,
            script=script,
            policy=policy(script),
        )
    )
    return text.rstrip() + "\n"


def policy(script: str) -> str:
    """Return the Content-Security-Policy: no request at all, no script but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sim.presentation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _part(name: str) -> Markup:
    text = (files("sim.presentation.report") / "templates" / name).read_text(encoding="utf-8")
    return Markup(text.strip())  # ours, not a reader's
