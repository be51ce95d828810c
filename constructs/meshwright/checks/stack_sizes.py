"""CloudFormation's limit of resources in a stack, which a domain of many parts reaches."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Final

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.mesh_file import MeshFile
from meshwright.config.problems import Finding
from meshwright.mesh.inventory import inventory
from meshwright.mesh.model import resolve
from meshwright.mesh.names import Names
from meshwright.mesh.parts.refreshes import listens_to
from meshwright.mesh.slicing import asked_of_others, concerning

MOST: Final = 500
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
FIX: Final = f"A stack takes {MOST}: divide the domain, or declare less."


def check(files: Files) -> Iterator[Finding]:
    """Domains with a stack that would not fit, each stack once. The files must be without errors.

    Requests count as agreed whatever their dates: an approval should not be what breaks a deployment.
    """
    if files.mesh is None:
        return
    large = {name for name, bounds in at_most(files).items() if max(bounds.values()) > MOST}
    for name in sorted(large):
        if (found := _far_too_large(files, files.mesh, name)) is not None:
            large.remove(name)
            yield found
    if not large:
        return
    products = asked_of_others(files.domains, large)
    domains = concerning(files.domains, changed=large, products=products)
    reported: set[str] = set()
    for environment in files.mesh.environments:
        mesh = resolve(files.mesh, domains, environment=environment, today=date.min, unread=files.unread)
        for stack in inventory(mesh).values():
            resources = stack.resources.values()
            if stack.domain in large and len(resources) > MOST and stack.name not in reported:
                reported.add(stack.name)
                kinds = Counter(each.type for each in resources).most_common(3)
                listed = ", ".join(f"{count} {kind}" for kind, count in kinds)
                what = f"its stack {stack.name} has {len(resources)} resources in {environment} ({listed} …)"
                yield Finding(files.paths[stack.domain], ("domain",), "stack-too-large", what, FIX)


def _far_too_large(files: Files, mesh: MeshFile, name: str) -> Finding | None:
    """A stack of the domain that has far more than MOST, whatever else is in it: what it has is not made."""
    file = files.domains[name]
    kind, least = max(at_least(file).items(), key=itemgetter(1))
    environment = next((each for each in file.accounts if each in mesh.environments), None)
    if least <= 2 * MOST or environment is None:
        return None
    stack = Names(mesh=mesh.mesh, region="", qualifier="").stack(name, kind)
    what = f"its stack {stack} has {least} resources and more in {environment}"
    return Finding(files.paths[name], ("domain",), "stack-too-large", what, FIX)


def at_least(file: DomainFile) -> dict[str, int]:
    """No more resources than the domain's stacks have."""
    products = len(file.products)
    querying = len(file.roles) if file.compute is not None and file.compute.sql is not None else 0
    return {
        "foundation": len(file.streams) + sum(role.create for role in file.roles.values()),
        "share": products + sum(len(product.tables) for product in file.products.values()),
        "access": products,
        "workloads": querying + len(file.pipelines),
    }


def at_most(files: Files) -> dict[str, dict[str, int]]:
    """No fewer resources than each domain's stacks can have, by domain and kind of stack; quickly told."""
    listeners, readers = _listeners(files), _readers(files)
    return {name: _bounds(file, listeners[name], readers[name]) for name, file in files.domains.items()}


def _listeners(files: Files) -> Counter[str]:
    """How many domains listen to the refreshes of each."""
    heard: Counter[str] = Counter()
    for file in files.domains.values():
        heard.update({each.partition(".")[0] for each in listens_to(file)})
    return heard


def _readers(files: Files) -> Counter[str]:
    """How many requests for streams of each domain ask for fan-out."""
    return Counter(
        request.stream.partition(".")[0]
        for file in files.domains.values()
        for _, request in file.stream_requests()
        if request.fan_out
    )


def _bounds(file: DomainFile, listeners: int, readers: int) -> dict[str, int]:
    tables = sum(len(product.tables) for product in file.products.values())
    querying = len(file.roles) + 1 if file.compute is not None and file.compute.sql is not None else 0
    waits = sum(len(pipeline.steps) for pipeline in file.pipelines.values())
    workloads = (
        30
        + 12 * len(file.streams)
        + 12 * len(file.pipelines)
        + 4 * waits
        + 8 * tables
        + 4 * len(file.products)
        + querying * (1 + len(file.consumes))
    )
    return {
        "foundation": 30 + 2 * len(file.streams) + 2 * readers + len(file.roles),
        "share": 10 + len(file.products) + tables + 2 * listeners,
        "access": 10 + len(file.products) + len(file.consumes),
        "workloads": workloads,
    }
