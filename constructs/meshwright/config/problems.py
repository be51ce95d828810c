"""A problem of a file: what is wrong, where, and how to fix it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, Literal

from meshwright.texts import Later, cut, one_line, said

Severity = Literal["error", "notice"]
Path = tuple[str | int, ...]
"""Keys and list indices that lead from the top of a file to a value."""
Fix = str | Later
"""How to fix it, as a sentence."""
MOST_SHOWN: Final = 100
"""Problems of one file; of the others the number is told."""
MOST_CHARACTERS: Final = 1000
"""Of what is wrong and of how to fix it. Each text in them has its own limit: texts.MOST_SAID."""


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
    fix: Fix = field(compare=False)
    severity: Severity = "error"

    @property
    def message(self) -> str:
        return f"{cut(self.what, MOST_CHARACTERS)}. {cut(str(self.fix), MOST_CHARACTERS)}"

    def in_file(self, file: str) -> str:
        """The problem in a line that calls its file so."""
        path = f"{self.path}: " if self.path else ""
        mark = "notice: " if self.severity == "notice" else ""
        return one_line(f"{said(file)}:{self.line}:{self.column}: {mark}{path}{self.message}")

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "code": self.code,
            "what": cut(self.what, MOST_CHARACTERS),
            "fix": cut(str(self.fix), MOST_CHARACTERS),
            "severity": self.severity,
        }

    def __str__(self) -> str:
        return self.in_file(self.file)


_ORDER: Final = attrgetter("file", "line", "column", "path", "code", "what", "severity")


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each once, by place: by keys, for comparing two at a time takes long where there are many."""
    return tuple(sorted(dict.fromkeys(problems), key=_ORDER))


@dataclass(frozen=True, slots=True)
class Shown:
    """Problems as far as they are shown."""

    problems: tuple[Problem, ...]
    left_out: Mapping[str, int]
    """How many more there are, by file."""

    def lines(self, write: Callable[[Problem], str] = str, name: Callable[[str], str] = str) -> Iterator[str]:
        """A line for each problem, and one for those of a file that are left out; `name` names files."""
        last = {problem.file: number for number, problem in enumerate(self.problems)}
        for number, problem in enumerate(self.problems):
            yield write(problem)
            if problem.file in self.left_out and number == last[problem.file]:
                yield self._more(problem.file, name(problem.file))

    def objects(self) -> list[dict[str, Any]]:
        """The problems for programs."""
        return [problem.as_object() for problem in self.problems]

    def left_out_lines(self) -> list[str]:
        """The lines of those that are left out alone."""
        return [self._more(file, file) for file in self.left_out]

    def _more(self, file: str, name: str) -> str:
        return f"… and {self.left_out[file]:,} more in {said(name)}"


def shown(problems: Iterable[Problem]) -> Shown:
    """At most MOST_SHOWN of each file, in their order: errors before notices, and then the first ones."""
    found = list(problems)
    chosen: list[int] = []
    numbers: Counter[str] = Counter()
    for place in sorted(range(len(found)), key=lambda place: found[place].severity):
        numbers[found[place].file] += 1
        if numbers[found[place].file] <= MOST_SHOWN:
            chosen.append(place)
    left_out = {file: number - MOST_SHOWN for file, number in numbers.items() if number > MOST_SHOWN}
    return Shown(tuple(found[place] for place in sorted(chosen)), dict(sorted(left_out.items())))


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before its place in the text is known: what the checks return."""

    file: str
    path: Path
    code: str
    what: str
    fix: Fix
    at_key: bool = False
    """The place is the key itself, not its value."""
    offset: int = 0
    """Characters into the value where the problem is, for text with a grammar of its own."""
    severity: Severity = "error"


def dotted(path: Path) -> str:
    """The path as people write it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{said(step)}"
    return text.removeprefix(".")
