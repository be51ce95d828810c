"""Every check across the files, in one list."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from typing import Final

from meshwright.checks import (
    accounts,
    budgets,
    classifications,
    compute,
    dynamic_references,
    landing,
    lifecycle,
    monitoring,
    names,
    owners,
    partitions,
    pipeline_limits,
    pipeline_products,
    pipelines,
    quality,
    references,
    roles,
    rows,
    schedules,
    service_levels,
    share_sizes,
    stack_sizes,
    storage,
    stream_limits,
    stream_references,
    tables,
)
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Problem, in_order

CHECKS: Final[tuple[Callable[[Files], Iterator[Finding]], ...]] = (
    dynamic_references.check,
    names.file_names,
    names.lengths,
    names.collisions,
    names.twins,
    owners.teams,
    accounts.check,
    budgets.check,
    classifications.check,
    roles.check,
    compute.releases,
    compute.role_names,
    tables.check,
    landing.check,
    partitions.personal,
    partitions.excluded,
    lifecycle.check,
    monitoring.check,
    references.requests,
    references.approvals,
    stream_references.requests,
    stream_references.approvals,
    stream_limits.check,
    rows.requests,
    rows.approvals,
    storage.rules,
    quality.check,
    service_levels.check,
    pipelines.check,
    pipeline_products.references,
    pipeline_products.circles,
    pipeline_products.bus_policy,
    pipeline_limits.times,
    pipeline_limits.sizes,
)


DATED: Final[tuple[Callable[[Files, date], Iterator[Finding]], ...]] = (schedules.passed,)
"""Checks that have another outcome as days pass."""
AFTERWARDS: Final[tuple[Callable[[Files], Iterator[Finding]], ...]] = (stack_sizes.check, share_sizes.check)
"""Checks of what the files lead to, which only files without errors do."""


def check(files: Files, today: date | None = None) -> tuple[Problem, ...]:
    """What the files get wrong about each other or about AWS, with places, sorted, and notices among it.

    Files with problems of their own are left out, and nothing is said about what refers to them; without
    `today` nothing of what days have made wrong.
    """
    dated = (finding for each in DATED for finding in each(files, today)) if today is not None else ()
    found = locate(files, chain((finding for each in CHECKS for finding in each(files)), dated))
    if files.problems or any(each.severity == "error" for each in found):
        return found
    return (*found, *locate(files, (finding for each in AFTERWARDS for finding in each(files))))


def locate(files: Files, findings: Iterator[Finding]) -> tuple[Problem, ...]:
    """The findings with their places, sorted, each once."""
    return in_order(files.sources[finding.file].locate(finding) for finding in findings)
