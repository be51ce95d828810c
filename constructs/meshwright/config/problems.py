"""A problem of a file: what is wrong, where, and how to fix it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "notice"]
Path = tuple[str | int, ...]
"""Keys and list indices that lead from the top of a file to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something to fix (`error`) or to know (`notice`) about a place in a file. Sorts by place."""

    file: str
    """Path below the mesh's root, with `/`."""
    line: int
    column: int
    """Both count from 1; the column counts characters."""
    path: str
    """The key path, as `products.sales.shared_with[0].domain`; empty for the whole file."""
    code: str
    """Stable name of the kind of problem, for machines."""
    what: str
    """What is wrong, without a full stop."""
    fix: str
    """How to fix it, as a sentence."""
    severity: Severity = "error"

    @property
    def message(self) -> str:
        return f"{self.what}. {self.fix}"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: "
        path = f"{self.path}: " if self.path else ""
        mark = "notice: " if self.severity == "notice" else ""
        return f"{place}{mark}{path}{self.message}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before its place in the text is known: what the checks return."""

    file: str
    path: Path
    code: str
    what: str
    fix: str
    at_key: bool = False
    """The place is the key itself, not its value."""
    offset: int = 0
    """Characters into the value where the problem is, for text with a grammar of its own."""
    severity: Severity = "error"


def dotted(path: Path) -> str:
    """The path as people write it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
