"""YAML text to a tree of nodes that know their place, and to plain data.

Only YAML that reads the same to everyone: no tags, no merge keys, no duplicate keys. A plain scalar is a
number, true, false, null, or else the text as written; YAML 1.1 would read `no` as false, 012 as octal, 1:30
as 90. Built from the parser's events, since PyYAML composes nodes by recursion in C, where a deep file ends
the process.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from meshwright.config.problems import Path, Problem, dotted
from meshwright.config.scalars import read_scalar
from meshwright.config.syntax import YamlError, explain
from meshwright.texts import said

MAX_DEPTH = 50
MAX_EXPANDED = 200_000
"""Keys and values of a file, with aliases written out."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Mark(NamedTuple):
    """A place in the text, counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value of the file. Exactly one of `items` (a mapping), `children` (a list) and `text` is set."""

    mark: Mark
    data: Any
    text: str | None = None
    plain: bool = False
    """Written without quotes."""
    items: "dict[str, tuple[Node, Node]] | None" = None
    """By key: the key's node and the value's."""
    children: "list[Node] | None" = None
    start: int = 0
    end: int = 0
    """Indices into the text: of its first character, and of the first one behind it."""
    size: int = 1
    """Nodes in it, aliases written out."""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.text is None:
            return "a mapping" if self.items is not None else "a list"
        if self.data is None:
            return "empty"
        if isinstance(self.data, bool):
            return "true or false"
        return "text" if isinstance(self.data, str) else "a number"


def parse(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The document's top node, and what is wrong with single keys.

    None when there is no telling what the text means; the problems then say why.
    """
    builder = _Builder(file)
    try:
        return builder.build(text), builder.problems
    except YamlError as error:
        found = error
    except yaml.YAMLError as error:
        found = explain(error, text)
    problem = Problem(
        file=file,
        line=found.line,
        column=found.column,
        path="",
        code=found.code,
        what=found.what,
        fix=found.fix,
    )
    return None, [problem]


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been met."""

    node: Node
    path: Path
    key: Node | None = None
    anchor: str | None = None


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.stack: list[_Open] = []
        self.top: Node | None = None

    def build(self, text: str) -> Node:
        seen = False
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close(event)
            elif isinstance(event, yaml.AliasEvent):
                self._put(self._aliased(event))
            elif isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _stop(
                        event,
                        "several-documents",
                        "a second document begins here (`---`)",
                        "A file holds one: remove the line, or move what follows to a file of its own.",
                    )
                seen = True
        if self.top is None or (self.top.plain and self.top.data is None):
            raise YamlError(1, 1, "empty-file", "the file is empty", "Fill it in, or remove it.")
        return self.top

    def _scalar(self, event: Any) -> None:
        plain = not event.style
        data = read_scalar(event.value) if plain else event.value
        start, end = event.start_mark.index, event.end_mark.index
        node = Node(_mark(event), data, text=event.value, plain=plain, start=start, end=end)
        _refuse_tag(event)
        if event.anchor:
            self.anchors[event.anchor] = node
        self._put(node)

    def _open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _stop(
                event,
                "too-deep",
                f"more than {MAX_DEPTH} levels inside each other",
                "Remove the inner levels.",
            )
        _refuse_tag(event)
        start = event.start_mark.index
        if isinstance(event, yaml.MappingStartEvent):
            node = Node(_mark(event), {}, items={}, start=start)
        else:
            node = Node(_mark(event), [], children=[], start=start)
        self.stack.append(_Open(node, self._path(), anchor=event.anchor))

    def _close(self, event: Any) -> None:
        opened = self.stack.pop()
        opened.node.end = event.end_mark.index
        if opened.anchor:
            self.anchors[opened.anchor] = opened.node
        self._put(opened.node)

    def _aliased(self, event: Any) -> Node:
        if any(opened.anchor == event.anchor for opened in self.stack):
            raise _stop(
                event,
                "bad-alias",
                f"`*{said(event.anchor)}` is inside what it repeats",
                "Write the value out.",
            )
        if event.anchor not in self.anchors:
            anchor = said(event.anchor)
            what = f"`*{anchor}` repeats a value, but none above it is marked `&{anchor}`"
            raise _stop(
                event, "bad-alias", what, "Write the value out; text that begins with * goes in quotes."
            )
        return self.anchors[event.anchor]

    def _path(self) -> Path:
        """Where the next node will stand."""
        if not self.stack:
            return ()
        parent = self.stack[-1]
        if parent.node.children is not None:
            return (*parent.path, len(parent.node.children))
        return (*parent.path, parent.key.text or "") if parent.key else parent.path

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.top = node
            return
        parent = self.stack[-1]
        parent.node.size += node.size
        if parent.node.size > MAX_EXPANDED:
            line, column = parent.node.mark
            what = f"this holds more than {MAX_EXPANDED:,} values, with those that aliases (`*name`) repeat"
            fix = "Write fewer; a domain can be divided into several."
            raise YamlError(line, column, "alias-bomb", what, fix)
        if parent.node.children is not None:
            parent.node.children.append(node)
            parent.node.data.append(node.data)
        elif parent.key is None:
            parent.key = _checked_key(node)
        else:
            self._put_value(parent, parent.key, node)
            parent.key = None

    def _put_value(self, parent: _Open, key: Node, value: Node) -> None:
        text, items = key.text or "", parent.node.items
        path = (*parent.path, text)
        if not isinstance(key.data, str):
            what = f"the key `{said(text)}` is {'null' if key.data is None else key.kind}, not text"
            self._problem(key, path, "bad-key", what, f'Put it in quotes: "{said(text)}".')
        if items is not None and text in items:
            first = items[text][0].mark.line
            what = f"the key `{said(text)}` is here a second time; the first is in line {first}"
            self._problem(key, path, "duplicate-key", what, "Remove one of the two.")
        elif value.text is not None and value.data is None:
            self._problem(
                key, path, "empty-value", f"`{said(text)}` has no value", "Give it one, or remove the key."
            )
        if items is not None:
            items[text] = (key, value)
        parent.node.data[text] = value.data

    def _problem(self, key: Node, path: Path, code: str, what: str, fix: str) -> None:
        line, column = key.mark
        self.problems.append(
            Problem(
                file=self.file, line=line, column=column, path=dotted(path), code=code, what=what, fix=fix
            )
        )


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _stop(event: Any, code: str, what: str, fix: str) -> YamlError:
    line, column = _mark(event)
    return YamlError(line, column, code, what, fix)


def _refuse_tag(event: Any) -> None:
    if event.tag is not None and event.tag != "!":
        shown = said(str(event.tag)).replace("tag:yaml.org,2002:", "!!")
        raise _stop(
            event, "yaml-tag", f"the tag `{shown}` means nothing here", "Remove it; text can go in quotes."
        )


def _checked_key(node: Node) -> Node:
    line, column = node.mark
    if node.text is None:
        what = f"{node.kind} stands where a key is expected"
        raise YamlError(line, column, "bad-key", what, "Text that begins with { or [ goes in quotes.")
    if node.plain and node.text == "<<":
        raise YamlError(
            line, column, "merge-key", "merge keys (`<<`) are not supported", "Write the keys out."
        )
    return node
