"""What `validate` found, as text for people, JSON for programs, or annotations for a GitHub workflow."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshwright.config.problems import Problem, shown
from meshwright.mesh.subscriptions import Status


@dataclass(frozen=True, slots=True)
class Report:
    """A run of `validate`."""

    root: Path
    problems: tuple[Problem, ...]
    """Errors and notices, sorted by place."""
    domains: int
    """Domain files, broken ones included."""
    products: int
    """Products of the files that can be read."""
    statuses: tuple[Status, ...]
    """One per subscription. Empty when there are errors."""

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    def shown(self, file: str) -> str:
        """The file as seen from the folder in which the command runs."""
        return Path(os.path.relpath(self.root / file)).as_posix()


def text(report: Report) -> str:
    """One line per problem, and a summary."""
    lines = shown(report.problems).lines(
        lambda problem: problem.in_file(report.shown(problem.file)), report.shown
    )
    return "\n".join([*lines, summary(report)])


def summary(report: Report) -> str:
    """What was looked at, and the outcome: `4 domains, 4 products, 5 subscriptions agreed: no problems`."""
    parts = [_count(report.domains, "domain"), _count(report.products, "product")]
    for status in Status:
        number = report.statuses.count(status)
        if status is Status.AGREED and report.statuses:
            parts.append(f"{_count(number, 'subscription')} agreed")
        elif number:
            parts.append(f"{number} {status}")
    return f"{', '.join(parts)}: {_count(report.errors, 'problem') if report.errors else 'no problems'}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_json(report: Report) -> str:
    """One object: `problems`, each with its place and code, and the `summary` in numbers.

    `left_out` counts the problems that are not shown, by file.
    """
    found = shown(report.problems)
    numbers = {
        "domains": report.domains,
        "products": report.products,
        "errors": report.errors,
        "notices": len(report.problems) - report.errors,
        **{status.value: report.statuses.count(status) for status in Status},
    }
    content = {"problems": found.objects(), "left_out": found.left_out, "summary": numbers}
    return json.dumps(content, indent=2, ensure_ascii=False)


def github(report: Report) -> str:
    """Workflow commands, which GitHub shows beside the lines of a pull request
    (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
    """

    def annotation(problem: Problem) -> str:
        command = "error" if problem.severity == "error" else "notice"
        place = {
            "file": report.shown(problem.file),
            "line": str(problem.line),
            "col": str(problem.column),
            "title": problem.code,
        }
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        path = f"{problem.path}: " if problem.path else ""
        return f"::{command} {properties}::{_data(path + problem.message)}"

    return "\n".join([*shown(report.problems).lines(annotation, report.shown), summary(report)])


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMATS: Final[dict[str, Callable[[Report], str]]] = {"text": text, "json": as_json, "github": github}
