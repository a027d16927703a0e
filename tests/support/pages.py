"""What is wrong with an HTML page: outside requests, stray markup, what a screen reader misses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "br", "img", "input", "hr"}
ADDRESSES = {"src", "href", "action", "data", "poster", "srcset", "xlink:href", "formaction"}
TAGS = {
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "main", "nav",
    "section", "p", "h1", "h2", "h3", "ol", "ul", "li", "dl", "dt", "dd", "div", "span", "em",
    "code", "pre", "br",
    "figure", "figcaption", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "script", "button", "input", "label", "output", "canvas", "select", "option", "noscript",
    # of drawings
    "svg", "g", "defs", "path", "use", "clippath", "rect", "text", "tspan", "desc", "line",
    "circle", "polygon", "polyline", "ellipse", "pattern", "lineargradient", "stop",
}  # fmt: skip


class Page(HTMLParser):
    """The tags of a page, with what is needed to judge them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inside: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "script":
            self.scripts.append(data)

    def of(self, *names: str) -> Iterator[dict[str, str]]:
        """Yield the attributes of every such tag."""
        return (attributes for tag, attributes in self.tags if tag in names)


def outside(text: str) -> list[str]:
    """Return everything in a page that could ask for something from elsewhere."""
    page, result = Page(text), []
    for tag, attributes in page.tags:
        for key, value in attributes.items():
            if key in ADDRESSES and not value.startswith(("#", "data:")):
                result.append(f"{tag} {key}={value[:60]}")
            if "url(" in value.replace(" ", "") and "url(#" not in value:
                result.append(f"{tag} {key}={value[:60]}")
    styles = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
    result += re.findall(r"@import[^;]*|@font-face|url\([^#)][^)]*\)", styles)
    result += [
        script[:60] for script in page.scripts if re.search(r"fetch|XMLHttp|import\(|http", script)
    ]
    return result


def stray(text: str) -> list[str]:
    """Return tags and attributes that no page of ours has: injected markup."""
    page = Page(text)
    rows = [tag for tag, _ in page.tags if tag not in TAGS]
    rows += [
        f"{tag} {key}"
        for tag, attributes in page.tags
        for key in attributes
        if key.startswith("on")
    ]
    run = [item for item in page.of("script") if item.get("type") != "application/json"]
    rows += ["script"] * (len(run) - 1)
    return rows + ["style"] * (len(list(page.of("style"))) - 1)


def inaccessible(text: str, lang: str) -> list[str]:
    """Return what a reader with a keyboard or a screen reader would miss."""
    page, result = Page(text), []
    if next(page.of("html")).get("lang") != lang:
        result.append("no language")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    if levels[:1] != [1] or levels.count(1) != 1:
        result.append("not one first heading")
    result += [f"h{b} after h{a}" for a, b in pairwise(levels) if b > a + 1]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    result += [f"twice: {item}" for item in {item for item in ids if ids.count(item) > 1}]
    for tag, attributes in page.tags:
        named = (attributes.get("aria-labelledby") or "").split()
        result += [f"{tag} names {item}" for item in named if item not in ids]
        target = attributes.get("href", "")
        if target.startswith("#") and target != "#" and target[1:] not in ids:
            result.append(f"{tag} leads to {target}")
        if tag == "th" and attributes.get("scope") not in ("col", "row"):
            result.append("th without scope")
        if tag == "svg" and not _has_alternative(attributes):
            result.append("drawing without text alternative")
    if text.count("<table") != text.count("<caption"):
        result.append("table without caption")
    return result


def _has_alternative(attributes: dict[str, str]) -> bool:
    hidden = attributes.get("aria-hidden") == "true"
    return hidden or (attributes.get("role") == "img" and bool(attributes.get("aria-labelledby")))


def answer(page: str) -> str:
    """Return what the page answers, as one line of text."""
    result = re.search(r'<section id="answer".*?</section>', page, re.S)
    assert result
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", result[0])).split())
