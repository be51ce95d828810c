"""From a path of keys and indices to the place in the text."""

from dataclasses import dataclass
from functools import cached_property

from meshwright.config.nodes import Mark, Node, parse
from meshwright.config.problems import Finding, Path, Problem, dotted


@dataclass(frozen=True)
class Source:
    """A file that was read: its text and, once a place in it is asked for, its tree."""

    file: str
    text: str

    @cached_property
    def parsed(self) -> tuple[Node | None, list[Problem]]:
        """The top node, and what is wrong with single keys; see nodes.parse."""
        return parse(self.text, self.file)

    @property
    def top(self) -> Node:
        """The top node of a file that can be parsed; others have no source."""
        top, problems = self.parsed
        if top is None:
            raise ValueError(f"{self.file} can't be parsed: {problems}")
        return top

    def find(self, path: Path) -> tuple[Node | None, Node, Path]:
        """The key's node, the value's, and how far the path led: it ends early at what is not there."""
        key, node = None, self.top
        for depth, step in enumerate(path):
            if node.items is not None and step in node.items:
                key, node = node.items[str(step)]
            elif node.children is not None and isinstance(step, int) and step < len(node.children):
                key, node = None, node.children[step]
            else:
                return key, node, path[:depth]
        return key, node, path

    def locate(self, finding: Finding) -> Problem:
        """The finding with its place."""
        key, node, _ = self.find(finding.path)
        line, column = key.mark if finding.at_key and key is not None else self._inside(node, finding.offset)
        return Problem(
            file=finding.file,
            line=line,
            column=column,
            path=dotted(finding.path),
            code=finding.code,
            what=finding.what,
            fix=finding.fix,
            severity=finding.severity,
        )

    def _inside(self, node: Node, offset: int) -> Mark:
        """The place `offset` characters into a scalar, if its text stands in one line just as it is."""
        line, column = node.mark
        if not offset or node.text is None:
            return node.mark
        quote = 0 if node.plain else 1
        if not self.text.startswith(node.text, node.start + quote):
            return node.mark
        return Mark(line, column + quote + offset)
