"""CloudFormation's limit of resources in a stack, which only what works on a domain's data can reach."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.model import resolve
from meshwright.mesh.parts.registry import in_workloads

MOST: Final = 500
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def workloads(files: Files) -> Iterator[Finding]:
    """Domains whose workloads don't fit into a stack. The files must be without errors.

    Requests count as agreed whatever their dates: an approval should not be what breaks a deployment.
    """
    large = [name for name, file in files.domains.items() if _at_most(file) > MOST]
    if files.mesh is None or not large:
        return
    for environment in files.mesh.environments:
        mesh = resolve(
            files.mesh, files.domains, environment=environment, today=date.min, unread=files.unread
        )
        for name in large:
            if name in mesh.domains:
                declared = in_workloads(mesh, mesh.domains[name])
                if len(declared) > MOST:
                    kinds = Counter(each.type for each in declared).most_common(3)
                    listed = ", ".join(f"{count} {kind}" for kind, count in kinds)
                    what = f"its workloads are {len(declared)} resources in {environment} ({listed} …)"
                    fix = f"A stack takes {MOST}: divide the domain, or declare less."
                    yield Finding(files.paths[name], ("domain",), "stack-too-large", what, fix)


def _at_most(file: DomainFile) -> int:
    """No fewer resources than the file's workloads can be."""
    tables = [table for product in file.products.values() for table in product.tables.values()]
    querying = len(file.roles) + 1 if file.compute is not None and file.compute.sql is not None else 0
    waits = sum(len(pipeline.steps) for pipeline in file.pipelines.values())
    return (
        30
        + 12 * len(file.streams)
        + 12 * len(file.pipelines)
        + 4 * waits
        + 8 * len(tables)
        + 4 * len(file.products)
        + querying * (1 + len(file.consumes))
    )
