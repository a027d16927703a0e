"""A YAML file as plain data that remembers where each value stands; numbers with their units."""

from __future__ import annotations

import contextlib
import itertools
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.core.errors import Fault, InvalidValue, KeyPath, ScenarioError, path_text, quoted
from sim.core.limits import DEEPEST, MOST_BYTES, MOST_VALUES
from sim.core.units import (
    TOO_LARGE,
    UNITS,
    clear,
    in_english,
    is_ambiguous,
    read,
    refuse_ambiguous,
    spaced,
    split_number,
)
from sim.scenarios.values import Place

# --- Read a YAML file into plain data that remembers where every value was written.
#
# Scalars are read from their text by YAML 1.2's few rules: ``no`` and ``8:30`` stay texts, and
# dates too. A number with a dot before three digits stays a text: whoever reads it says whether
# it could mean thousands. Merge keys (``<<``) are taken. Two forms of an accent are one, all
# kinds of spaces in keys too, and invisible characters are left out. Repeated keys, empty values,
# circular references and what no scenario is as large as are refused.

_INTEGER = re.compile(r"-?[0-9]+")  # with a plus it stays a text, and is refused
_FLOAT = re.compile(r"-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 300
"""Digits of a number that is read as one."""
_WORDS: dict[str, Any] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_DASHES = "\u2010-\u2015\u2022\u2212"
PRINTED_MARKS = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"
"""Quotation marks of printed texts, which YAML takes for letters."""


@dataclass(slots=True)
class Source:
    """One file: its data, and the places of its keys and values by path."""

    file: str
    data: Any = None
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    text: str = ""
    lines: list[str] = field(default_factory=list)

    def fault(self, place: Place, path: KeyPath, message: str) -> None:
        """Note something wrong."""
        self.faults.append(Fault(*place, path_text(path), message))

    def fault_at(self, path: KeyPath, message: str) -> None:
        """Note something wrong at a path, or at the nearest value around it that was written."""
        written = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in self.values)
        self.fault(self.values[written], path, message)


def read_source(path: FilePath, file: str) -> Source:
    """Return the content of a file, named ``file`` in messages; raises ``ScenarioError``."""
    source = Source(file)
    source.text = _text(path, file)
    source.lines = source.text.splitlines()
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Bounded
    try:
        root = yaml.compose(source.text)
    except YAMLError as error:
        raise ScenarioError(file, [_unreadable(source, error)]) from None
    if isinstance(root, MappingNode):
        source.data = _plain(source, root, (), frozenset())
    else:
        source.fault((file, 1, 1), (), "the file is empty or not made of lines 'key: value'")
    return source


def find_file(folder: FilePath, name: str) -> FilePath | None:
    """Return the file of this name, None if there is none; accents may be in either form."""
    for form in ("NFC", "NFD"):
        path = folder / unicodedata.normalize(form, name)
        with contextlib.suppress(OSError, ValueError):  # too long, or no name at all
            if path.is_file():
                return path
    return None


# ------------------------------------------------------------------- characters


def _text(path: FilePath, file: str) -> str:
    """Return the text of a file; a ``ScenarioError`` says why it has none."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ScenarioError(file, [Fault(file, 1, 1, "", _not_opened(error))]) from None
    line, column, message = _not_a_text(raw)
    if not message:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line, column, message = _not_utf_8(raw, error.start)
        else:
            control = _CONTROL.search(text.replace("\r", "\n"))
            if control is None:
                return text
            line, column = _line_and_column(text, control.start())
            code = ord(control.group())
            message = f"the character U+{code:04X} cannot stand in a file of text; remove it"
    raise ScenarioError(file, [Fault(file, line, column, "", message)])


def _not_opened(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder; name a file in it"
    if isinstance(error, PermissionError):
        return "this file may not be read: ask who owns it, or copy it"
    reason = getattr(error, "strerror", None) or "this is no name of a file"
    return f"the file cannot be read: {reason}"


_FORMATS = {
    b"PK\x03\x04": "this is a document of Word, Excel or LibreOffice, not a file of text",
    b"\xd0\xcf\x11\xe0": "this is a document of Word or Excel, not a file of text",
    b"{\\rtf": "this is a formatted text (RTF), not a plain one",
    b"%PDF": "this is a PDF, not a file of text",
    b"\x1f\x8b": "this file is packed (gzip); unpack it first",
}


def _not_a_text(raw: bytes) -> tuple[int, int, str]:
    """Return (line, column, reason) why a file holds no text, with an empty reason if it does."""
    for start, message in _FORMATS.items():
        if raw.startswith(start):
            return 1, 1, f"{message}; save the scenario as plain text, in UTF-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:200].count(b"\0") > len(raw[:200]) / 4:
        return 1, 1, "the file is written in UTF-16; save it again as UTF-8"
    if len(raw) > MOST_BYTES:
        message = "the file is too large: {megabytes} MB is the largest file that is read"
        return 1, 1, message.format(megabytes=MOST_BYTES // 1_000_000)
    return 1, 1, ""


def _not_utf_8(raw: bytes, start: int) -> tuple[int, int, str]:
    line, begin = raw.count(b"\n", 0, start) + 1, raw.rfind(b"\n", 0, start) + 1
    end = next((at for at in range(start, len(raw)) if raw[at : at + 1] in b" \r\n,:\"'"), len(raw))
    first = max((raw.rfind(mark, begin, start) for mark in (b" ", b'"', b"'")), default=-1) + 1
    word = raw[max(first, begin) : end].decode("cp1252", "replace")
    column = len(raw[begin:start].decode("utf-8", "replace")) + 1
    message = (
        f"the file is not written in UTF-8 (here probably {quoted(word)}, in Windows-1252 or "
        "Latin-1); save it again as UTF-8"
    )
    return line, column, message


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index].splitlines(keepends=True)
    if not before or before[-1].endswith(("\n", "\r")):
        return len(before) + 1, 1
    return len(before), len(before[-1]) + 1


def normal(text: str) -> str:
    """Return a text with one form of each accent, and without invisible characters."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


# -------------------------------------------------------------------- structure


class _Bounded(Composer):
    """Makes the nodes of a file, and refuses what no scenario has."""

    nodes = 0
    level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if not isinstance(event, AliasEvent):
            self._refuse(event)
        self.level += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.level -= 1

    def _refuse(self, event: Any) -> None:
        self.nodes += 1
        problem = ""
        if self.level >= DEEPEST:
            problem = f"more than {DEEPEST} lists or mappings stand inside one another here"
        elif self.nodes > MOST_VALUES:
            problem = _TOO_MANY
        elif event.anchor is not None and event.anchor in self.anchors:
            problem = f"'&{event.anchor}' is written twice; give each value a name of its own"
        elif getattr(event, "tag", None) is not None:
            problem = (
                "a word that begins with '!' has a meaning here; put the text in quotation marks"
            )
        if problem:
            raise _NotTaken(None, None, problem, event.start_mark)


class _NotTaken(MarkedYAMLError):  # noqa: N818 - reads as what it says
    """Something YAML allows and a scenario does not."""


_TOO_MANY = (
    f"the file holds more than {MOST_VALUES} values, each counted as often as '*' repeats it: "
    "leave some out"
)


def _unreadable(source: Source, error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, MarkedYAMLError) or mark is None:
        return Fault(
            source.file, 1, 1, "", f"the file cannot be read: {quoted(error, marks=False)}"
        )
    context = error.context_mark
    first = mark.line if context is None else min(context.line, mark.line)
    slip = None if isinstance(error, _NotTaken) else _slip(source.lines, first, mark.line)
    if slip is not None:
        return Fault(source.file, slip[0], slip[1], "", slip[2])
    problem = str(error.problem)
    message = next(
        (message for start, message in _PROBLEMS.items() if problem.startswith(start)), problem
    )
    line, column = mark.line + 1, mark.column + 1
    if context is not None and message in (_NOT_CLOSED, _NOT_ENDED):
        line, column = context.line + 1, context.column + 1
    if not isinstance(error, _NotTaken):
        message = f"the file cannot be read: {message}"
    return Fault(source.file, line, column, "", message)


_NOT_CLOSED = "a bracket or brace that begins here is not closed, or a comma is missing after it"
_NOT_ENDED = "a quotation mark that begins here is not closed"
_PROBLEMS = {
    "mapping values are not allowed here": "a ':' stands where none is expected; a text with ': ' "
    "in it needs quotation marks around it",
    "found character '\\t' that cannot start any token": "lines are indented with spaces, not tabs",
    "found character": "a text that begins with this character needs quotation marks around it",
    "could not find expected ':'": "a line 'key: value' was expected",
    "expected <block end>, but found '<block mapping start>'": "this line is indented differently "
    "from those before it",
    "expected <block end>, but found '<scalar>'": "a text goes on after its closing quotation "
    "mark; put the whole in quotation marks of the other kind",
    "expected <block end>": "this line does not go on as those before it began: an item of a list "
    "begins with '- ', another line has 'key: value', and lines of one list or service begin in "
    "one column",
    "sequence entries are not allowed here": "an item of a list ('- ...') begins on a line of its "
    "own",
    "mapping keys are not allowed here": "a text that begins with '?' needs quotation marks",
    "found unexpected end of stream": _NOT_ENDED,
    "found unexpected document separator": _NOT_ENDED,
    "found unknown escape character": 'a backslash in a text between " has a meaning of its own; '
    "put the text between '",
    "expected escape sequence": 'a backslash in a text between " has a meaning of its own; put '
    "the text between '",
    "expected ',' or ']'": _NOT_CLOSED,
    "expected ',' or '}'": _NOT_CLOSED,
    "expected the node content": "a value is missing here, or a comma or bracket is one too many",
    "but found another document": "'---' begins another file; a scenario is one alone",
    "found undefined alias": "'*' repeats a value that has a name: write '&name' before the value, "
    "above; a text that begins with '*' needs quotation marks",
    "expected alphabetic or numeric character": "'&' and '*' begin the name of a value; a text "
    "that begins with one needs quotation marks",
    "expected chomping or indentation": "a text that begins with '|' or '>' needs quotation marks",
    "found unexpected ':'": "a space is missing after this ':'",
}
"""What a reader of YAML says, and what people can do about it."""


def _slip(lines: Sequence[str], first: int, last: int) -> tuple[int, int, str] | None:
    """Return (line, column, message) of a slip of typing in or above the lines of a problem."""
    start = max(0, first - 2, last - 20)
    for number in range(min(last, len(lines) - 1), start - 1, -1):
        line = lines[number]
        if len(line) > LONGEST_LINE:
            continue
        column = len(line) - len(line.lstrip()) + 1
        for pattern, message in _SLIPS:
            match = pattern.match(line)
            if match is not None:
                parts = {
                    name: quoted(text or "", marks=False)
                    for name, text in match.groupdict().items()
                }
                return number + 1, column, message.format(**parts)
    return None


LONGEST_LINE = 1000
"""Characters of a line that is looked through for slips of typing."""
_SLIPS = [
    (
        re.compile(f"[ \t]*[{_SPACES}]"),
        "this line begins with a no-break space; type plain spaces in its place",
    ),
    (
        re.compile(f"\\s*(?P<dash>[{_DASHES}])[ {_SPACES}]+(?P<rest>\\S.{{0,40}})"),
        "'{dash}' is not the hyphen of the keyboard, which begins an item of a list: write "
        "'- {rest}'",
    ),
    (
        re.compile(
            f"\\s*(?:- )?(?P<key>[a-z][a-z_]*):(?:[{_SPACES}]+|(?=[^\\s/]))(?P<rest>.{{1,40}})"
        ),
        "a plain space is missing after the colon: write '{key}: {rest}'",
    ),
    (
        re.compile(r".*?[ ,{](?P<key>[a-z_]+):(?P<rest>[\[{\"'].{0,40})"),
        "a plain space is missing after the colon: write '{key}: {rest}'",
    ),
    (
        re.compile(r"(?:.*?[:,\[{-] +)?'(?P<text>[^']*'\w.*)'\s*$"),
        "an apostrophe ends a text that begins with one: write it between quotation marks, "
        '"{text}"',
    ),
    (
        re.compile(
            r".*?[{,\[]\s*(?:[^\s'{},\[\]]+: +)?'(?P<text>[^',{}\[\]]*'\w[^',{}\[\]]*)'\s*[,}\]]"
        ),
        "an apostrophe ends a text that begins with one: write it between quotation marks, "
        '"{text}"',
    ),
    (
        re.compile(f".*?: *(?P<open>[{PRINTED_MARKS}])"),
        "'{open}' is a mark of printed texts: type the quotation marks of the keyboard",
    ),
]
"""Slips of typing that make a file unreadable, and what to type."""


def _plain(source: Source, node: Node, path: KeyPath, above: frozenset[int]) -> Any:
    if len(source.values) >= MOST_VALUES or len(path) > DEEPEST:
        raise ScenarioError(source.file, [Fault(*_place(source, node), "", _TOO_MANY)])
    source.values[path] = _place(source, node)
    if id(node) in above:
        source.fault(
            _place(source, node),
            path,
            "this value contains itself: '*' may not stand inside its own '&'",
        )
        return None
    inside = above | {id(node)}
    if isinstance(node, MappingNode):
        return _mapping(source, node, path, inside)
    if isinstance(node, SequenceNode):
        return _sequence(source, node, path, inside)
    value = _scalar(source, node, path)
    if value is None:
        source.fault(
            source.keys.get(path, _place(source, node)), path, _nothing(source, node, path)
        )
    return value


def _nothing(source: Source, node: Node, path: KeyPath) -> str:
    """Say that nothing is written, and what looks as if it were."""
    place = source.keys.get(path, _place(source, node))
    line = source.lines[place[1] - 1] if place[1] <= len(source.lines) else ""
    before, mark, after = line.partition(" #")
    if mark and path and before.rstrip().endswith(":") and not before.lstrip().startswith("#"):
        key, text = str(path[-1]), f"#{after}".rstrip()
        return (
            f"'#' begins a remark, so that nothing is written here: write "
            f'{key}: "{quoted(text, marks=False)}" if this is the text'
        )
    return "nothing is written here; write a value or remove the line"


def _mapping(source: Source, node: MappingNode, path: KeyPath, above: frozenset[int]) -> Any:
    content: dict[str, Any] = {}
    bare: list[tuple[ScalarNode, KeyPath]] = []
    before: tuple[str, Node] | None = None
    for key_node, value_node, is_merged in _pairs(source, node, path, above):
        key = _key(source, key_node, path)
        if key is None:
            continue
        below = (*path, key)
        if key in content or below in source.keys:
            if not is_merged:
                line = source.keys[below][1]
                message = f"{quoted(key)} is written twice, here and on line {line}; keep one"
                source.fault(_place(source, key_node), below, message)
            continue
        source.keys[below] = _place(source, key_node)
        if isinstance(key_node, ScalarNode) and _is_bare(source, node, key_node, value_node):
            bare.append((key_node, below))
            continue
        if bare:
            _after_comma(source, content, before, bare)
            bare = []
        content[key] = _plain(source, value_node, below, above)
        before = key, value_node
    if bare:
        _after_comma(source, content, before, bare)
    return content


Pair = tuple[Node, Node, bool]
"""Key, value, and whether a merge key brings them in."""


def _pairs(
    source: Source,
    node: MappingNode,
    path: KeyPath,
    above: frozenset[int],
    done: set[int] | None = None,
) -> Iterator[Pair]:
    """Yield the lines of a mapping, and where ``<<`` stands those it brings in and no line sets.

    ``done``: mappings brought in already, whose lines need not come again.
    """
    own = {_key_text(key) for key, _ in node.value}
    done = set() if done is None else done
    for key_node, value_node in node.value:
        is_plain = isinstance(key_node, ScalarNode) and key_node.style is None
        if not is_plain or key_node.value != "<<":
            yield key_node, value_node, False
            continue
        several = value_node.value if isinstance(value_node, SequenceNode) else [value_node]
        for named in several:
            message = ""
            if not isinstance(named, MappingNode):
                message = "'<<' takes the lines that have a name: '<<: *shelter' after '&shelter'"
            elif id(named) in above:
                message = "this value contains itself: '*' may not stand inside its own '&'"
            if message:
                source.fault(_place(source, key_node), (*path, "<<"), message)
            elif id(named) not in done:
                done.add(id(named))
                for key, value, _ in _pairs(source, named, path, above | {id(named)}, done):
                    if _key_text(key) not in own:
                        yield key, value, True


def _key_text(node: Node) -> str:
    return spaced(normal(str(node.value))) if isinstance(node, ScalarNode) else ""


def _key(source: Source, node: Node, path: KeyPath) -> str | None:
    """Return a key, None after noting that it is none."""
    if not isinstance(node, ScalarNode):
        source.fault(_place(source, node), path, "a key is a name, not a list")
        return None
    text, written = _key_text(node), str(node.value)
    place = _place(source, node)
    if _CONTROL.search(text):
        source.fault(
            place, path, "this key has a character in it that cannot be shown; type it again"
        )
        return None
    if node.style is None and re.match(f"[{_DASHES}][ {_SPACES}]", written):
        rest = spaced(written[1:])
        message = (
            f"{quoted(written[0])} is not the hyphen of the keyboard, which begins an item of a "
            f"list: write '- {rest}: ...'"
        )
        source.fault(place, (*path, text), message)
        return None
    if node.style is None and re.match(r"[a-z_]+:[\[{]", written):
        source.fault(place, path, no_space(written))
        return None
    return text


def _is_bare(source: Source, around: MappingNode, key: Node, value: Node) -> bool:
    """Say whether a key between braces has neither a colon nor a value."""
    is_empty = isinstance(value, ScalarNode) and value.style is None and not value.value
    between = source.text[key.end_mark.index : value.start_mark.index]
    return bool(around.flow_style) and is_empty and not between.strip()


_TIGHT = re.compile(
    rf"([^\W\d](?:[^\W\d]|[ -](?=[^\W\d]))*):[{_SPACES}]*(?!//)([^\s{_SPACES}].*)", re.DOTALL
)
"""A key whose colon has no space after it, or one of another kind."""


def _after_comma(
    source: Source,
    content: dict[str, Any],
    before: tuple[str, Node] | None,
    bare: list[tuple[ScalarNode, KeyPath]],
) -> None:
    """Note keys without values after a comma, and what was meant where a text stands before."""
    kept = []
    for node, path in bare:
        tight = _TIGHT.fullmatch(str(node.value)) if node.style is None else None
        if tight is None:
            kept.append((node, path))
            continue
        source.fault(_place(source, node), path, _no_space(tight))
        content[tight[1]] = _typed(tight[2])
    if not kept:
        return
    first, path = kept[0]
    texts = [str(path[-1]) for _, path in kept]
    name, number = before if before is not None else ("", first)
    value = content.get(name)
    if (
        isinstance(number, ScalarNode)
        and number.style is None
        and re.fullmatch("[-+]?([0-9][0-9 ]*|[0-9]{1,3}([.'\u2019][0-9]{3})+)", str(number.value))
        and texts[0][:1].isdigit()
    ):
        content[name] = f"{number.value},{texts[0]}"  # whoever reads it says what to write
        return
    if isinstance(value, str):
        whole = quoted(", ".join([value, *texts]), marks=False)
        message = (
            f"a comma between {{ and }} begins a new entry, and {quoted(texts[0])} has no value; "
            f"if it belongs to the text before it, put the whole in quotation marks: "
            f'{name}: "{whole}"'
        )
    else:
        message = (
            f"nothing is written after {quoted(texts[0])}; write ': value' there, or remove it"
        )
    source.fault(_place(source, first), path, message)


def no_space(text: str) -> str:
    """Say that the colon of a key has no space after it, nothing if the text is no such key."""
    tight = _TIGHT.fullmatch(text)
    return _no_space(tight) if tight is not None else ""


def _no_space(tight: re.Match[str]) -> str:
    key, rest = spaced(tight[1]), quoted(tight[2], marks=False)
    return f"a plain space is missing after the colon: write '{key}: {rest}'"


def _sequence(
    source: Source, node: SequenceNode, path: KeyPath, above: frozenset[int]
) -> list[Any]:
    items = [_plain(source, each, (*path, i), above) for i, each in enumerate(node.value)]
    split = _split_decimals(node) if node.flow_style else set()
    if not split:
        return items
    texts = [str(each.value) for each in node.value]
    joined = _joined(texts, split, ".")
    thousands = "for decimals"
    if any(is_ambiguous(f"{texts[i]}.{re.sub('[^0-9].*', '', texts[i + 1])}") for i in split):
        thousands = f"for decimals, {_listed(_joined(texts, split, ''))} for thousands"
    message = (
        f"a comma between digits begins a new value: write {_listed(joined)} {thousands}, "
        f"or put a space after each comma: {_listed(texts)}"
    )
    source.fault(_place(source, node.value[min(split)]), path, message)
    return [_typed(text) for text in joined]


def _listed(texts: Sequence[str]) -> str:
    """Return a list as it is typed, its end left out if it is long."""
    shown = ", ".join(quoted(text, marks=False) for text in texts[:8])
    return f"[{shown}]" if len(texts) <= 8 else f"[{shown}, ...]"


def _joined(texts: Sequence[str], split: set[int], mark: str) -> list[str]:
    """Return the texts with those put together again that a comma split."""
    joined_texts = []
    for i, text in enumerate(texts):
        if i - 1 in split:
            continue
        if i in split:
            digits, rest = re.match("([0-9]*)(.*)", texts[i + 1], re.DOTALL).groups()  # type: ignore[union-attr]
            number = f"{text}{mark}{digits}"
            if is_ambiguous(number):
                number = number.rstrip("0").rstrip(".") if number.endswith("0") else f"{number}0"
            text = f"{number}{rest}"
        joined_texts.append(text)
    return joined_texts


def _split_decimals(node: SequenceNode) -> set[int]:
    """Return the items that end before a decimal comma: ``[0,5, 1,5]`` has two, ``[1,2,3]`` none.

    A comma without a space splits a number where other commas have a space, and where the unit
    stands behind it alone (``[30,5 %]``).
    """
    items = node.value
    if not all(isinstance(each, ScalarNode) and each.style is None for each in items):
        return set()
    gaps = [  # whether nothing but a comma stands between two items
        other.start_mark.index == item.end_mark.index + 1
        for item, other in itertools.pairwise(items)
    ]
    split = {
        i for i, tight in enumerate(gaps)
        if tight and re.fullmatch(r"(?:.*\s)?[-+]?[0-9]+", items[i].value)
        and re.fullmatch(r"[0-9]+(\s*[^\W0-9_.:-].*|\s*%.*)?", items[i + 1].value)
    }  # fmt: skip
    have_units = all(not items[i + 1].value.isdigit() for i in split)
    are_apart = not any(i + 1 in split for i in split)
    return split if are_apart and (have_units or not all(gaps)) else set()


def _place(source: Source, node: Node) -> Place:
    return (source.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(source: Source, node: Node, path: KeyPath) -> Any:
    text = normal(str(node.value))
    if _SURROGATE.search(text):  # a JSON file writes some characters as pairs of codes
        with contextlib.suppress(UnicodeDecodeError):  # half a pair is refused below
            text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    wrong = _CONTROL.search(text.replace("\r", "\n"))
    if wrong:
        message = f"the character U+{ord(wrong.group()):04X} cannot stand in a text; remove it"
        source.fault(_place(source, node), path, message)
        return _CONTROL.sub("", text)
    if isinstance(node, ScalarNode) and node.style is not None:
        return text
    if node.end_mark.line > node.start_mark.line:
        _continued(source, node, path)
    return _typed(text)


def _typed(text: str) -> Any:
    """Return what a text without quotation marks means."""
    text = text.strip() if not text.isascii() else text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _MOST_DIGITS or is_ambiguous(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _continued(source: Source, node: Node, path: KeyPath) -> None:
    """Note a line that was read as more of the text before it, but is a key and its value."""
    for number in range(node.start_mark.line + 1, node.end_mark.line + 1):
        line = source.lines[number].strip() if number < len(source.lines) else ""
        tight = _TIGHT.fullmatch(line)
        if tight is not None and re.fullmatch("[a-z_]+", tight[1]):
            start = len(source.lines[number]) - len(source.lines[number].lstrip())
            message = f"{_no_space(tight)}, or put the whole text in quotation marks"
            source.fault((source.file, number + 1, start + 1), path, message)
            return


# --- Written numbers with their units, taken apart and put together again.

DIGITS = 6
"""Significant digits of a sampled value: enough to distinguish points, the same on any machine."""


def parted(written: object) -> tuple[float, str]:
    """Return number and unit of a written value: (9.0, "months"); InvalidValue if it has none."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise InvalidValue("a number with its unit was expected here")
    text = in_english(spaced(normal(str(written))))
    split = split_number(text)
    if split is None or re.match(r"[-:/0-9]", split[1]):
        raise InvalidValue(f"a number with its unit was expected here, not {quoted(written)}")
    number = float(split[0])
    if not abs(number) <= TOO_LARGE:
        raise InvalidValue(f"{quoted(split[0], marks=False)} is too large a number")
    return number, split[1]


def as_typed(written: object, is_factor: bool) -> tuple[float, str]:
    """Return number and unit of what stands in a sweep file; InvalidValue if it is ambiguous."""
    if isinstance(written, str) and not is_factor:
        refuse_ambiguous(written)
    number, unit = parted(written)
    if is_factor:
        read("factor", written)
    return number, unit


def is_number(written: object) -> bool:
    """Say whether a written value is one number with a unit or without."""
    try:
        parted(written)
    except InvalidValue:
        return False
    return True


def joined(number: float, unit: str) -> float | int | str:
    """Return a number with its unit as people write it."""
    if unit:
        return f"{clear(number) if abs(number) >= 1e-4 or not number else repr(number)} {unit}"
    return int(number) if number == int(number) else number


def in_unit(number: float, unit: str, wanted: str) -> float:
    """Return a number of one unit in another of the same dimension; InvalidValue if there is none.

    ``1 month`` and ``2 months`` have the same unit.
    """
    if unit.rstrip("s") == wanted.rstrip("s") or not number:
        return number
    mine, theirs = _days(unit), _days(wanted)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        both = " and ".join(f"'{each}'" if each else "no unit" for each in (unit, wanted))
        raise InvalidValue(f"{both} are different units: write both values in one")
    per = theirs[1] / mine[1] if "per" in mine[0] else mine[1] / theirs[1]
    return float(f"{number * per:.12g}")


def _days(unit: str) -> tuple[str, float] | None:
    """Return (form, days) of a unit of time or of a rate: ("% per", 365.0)."""
    form, _, time = unit.rpartition(" ")
    return (form, UNITS[time]) if time in UNITS else None


def rounded(number: float) -> float:
    """Return a number with ``DIGITS`` significant digits."""
    return float(f"{number:.{DIGITS}g}")
