"""Every check across the files, in one list."""

from collections.abc import Callable, Iterator
from typing import Final

from meshwright.checks import (
    accounts,
    classifications,
    lifecycle,
    names,
    partitions,
    references,
    roles,
    rows,
    tables,
)
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Problem

CHECKS: Final[tuple[Callable[[Files], Iterator[Finding]], ...]] = (
    names.file_names,
    names.lengths,
    names.collisions,
    accounts.check,
    classifications.check,
    roles.check,
    tables.check,
    partitions.personal,
    partitions.excluded,
    lifecycle.check,
    references.requests,
    references.approvals,
    rows.requests,
    rows.approvals,
)


def check(files: Files) -> tuple[Problem, ...]:
    """What the files get wrong about each other or about AWS, with places, sorted.

    Files with problems of their own are left out, and nothing is said about what refers to them.
    """
    return locate(files, (finding for each in CHECKS for finding in each(files)))


def locate(files: Files, findings: Iterator[Finding]) -> tuple[Problem, ...]:
    """The findings with their places, sorted, each once."""
    return tuple(sorted({files.sources[finding.file].locate(finding) for finding in findings}))
