"""Read a YAML file into plain data that remembers where every value was written.

Scalars are read from their text by YAML 1.2's few rules: ``no`` and ``8:30`` stay texts, and dates
too. Repeated keys, empty values and circular references are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.scenario.paths import Place
from sim.vocabulary.errors import Fault, Path, ScenarioError, path_text

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip


@dataclass(slots=True)
class Source:
    """One file: its data, and the places of its keys and values by path."""

    file: str
    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, path: Path, message: str) -> None:
        """Note something wrong."""
        self.faults.append(Fault(*place, path_text(path), message))


def read_source(path: FilePath, file: str) -> Source:
    """Return the content of a file, named ``file`` in messages; raises ``ScenarioError``."""
    source = Source(file)
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = YAML(typ="safe", pure=True).compose(text)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ScenarioError(file, [_unreadable(file, error)]) from None
    if isinstance(root, MappingNode):
        source.data = _plain(source, root, (), frozenset())
    else:
        source.fault((file, 1, 1), (), "the file is empty or not made of lines 'key: value'")
    return source


def _unreadable(file: str, error: Exception) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault(file, 1, 1, "", "there is no such file")
    if isinstance(error, UnicodeDecodeError):
        return Fault(file, 1, 1, "", "the file is not written in UTF-8; save it again as UTF-8")
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        problem = _PROBLEMS.get(str(error.problem), str(error.problem))
        return Fault(
            file, mark.line + 1, mark.column + 1, "", f"the file cannot be read: {problem}"
        )
    return Fault(file, 1, 1, "", f"the file cannot be read: {error}")


_PROBLEMS = {
    "mapping values are not allowed here": "a ':' stands where none is expected; a text with ': ' "
    "in it needs quotation marks around it",
    "found character '\\t' that cannot start any token": "lines are indented with spaces, not tabs",
    "could not find expected ':'": "a line 'key: value' was expected",
    "expected <block end>, but found '<block mapping start>'": "this line is indented differently "
    "from those before it",
}


def _plain(source: Source, node: Node, path: Path, above: frozenset[int]) -> Any:
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
        return [_plain(source, each, (*path, i), inside) for i, each in enumerate(node.value)]
    value = _scalar(node)
    if value is None:
        message = "nothing is written here; write a value or remove the line"
        source.fault(source.keys.get(path, _place(source, node)), path, message)
    return value


def _mapping(source: Source, node: MappingNode, path: Path, above: frozenset[int]) -> Any:
    found: dict[str, Any] = {}
    bare: list[tuple[Node, Path]] = []
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            source.fault(_place(source, key_node), path, "a key is a name, not a list")
            continue
        key = str(key_node.value)
        below = (*path, key)
        if key in found:
            line = source.keys[below][1]
            message = f"'{key}' is written twice, here and on line {line}; keep one"
            source.fault(_place(source, key_node), below, message)
            continue
        source.keys[below] = _place(source, key_node)
        if _is_bare(node, key_node, value_node):
            bare.append((key_node, below))
            continue
        if bare:
            _after_comma(source, found, bare)
            bare = []
        found[key] = _plain(source, value_node, below, above)
    if bare:
        _after_comma(source, found, bare)
    return found


def _is_bare(around: MappingNode, key: Node, value: Node) -> bool:
    """Say whether a key between braces has neither a colon nor a value."""
    is_empty = isinstance(value, ScalarNode) and value.style is None and not value.value
    return bool(around.flow_style and is_empty and value.start_mark.index == key.end_mark.index)


def _after_comma(source: Source, before: dict[str, Any], bare: list[tuple[Node, Path]]) -> None:
    """Note keys without values after a comma, and what was meant where a text stands before."""
    first, path = bare[0]
    texts = [str(one[-1]) for _, one in bare]
    name, value = list(before.items())[-1] if before else ("", None)
    if isinstance(value, str):
        whole = ", ".join([value, *texts])
        message = (
            f"a comma between {{ and }} begins a new entry, and '{texts[0]}' has no value; if it "
            f'belongs to the text before it, put the whole in quotation marks: {name}: "{whole}"'
        )
    else:
        message = f"nothing is written after '{texts[0]}'; write ': value' there, or remove it"
    source.fault(_place(source, first), path, message)


def _place(source: Source, node: Node) -> Place:
    return (source.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: Node) -> Any:
    text = str(node.value)
    if isinstance(node, ScalarNode) and node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
