"""What pipelines hear of other domains: products that exist and were asked for, and no circle among them."""

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from meshwright.checks.cycles import cycles, written
from meshwright.checks.duplicates import duplicates
from meshwright.checks.references import other_domains, products_of
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.pipeline_file import Pipeline
from meshwright.config.problems import Finding, Fix, Path
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion
from meshwright.mesh.parts.refreshes import announced

MAX_BUS_POLICY: Final = 10_240
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html"""
_FRAME, _ACCOUNT = 600, len('"arn:aws-us-gov:iam::123456789012:root",')
"""Characters of the bus's policy: without accounts, and of each."""


class Listening(NamedTuple):
    """A place where a pipeline asks to hear of a product's refresh."""

    pipeline: str
    path: Path
    product: str


def listenings(spec: DomainFile) -> Iterator[Listening]:
    """All such places of a domain."""
    for name, pipeline in spec.pipelines.items():
        yield from _of(name, pipeline)


def _of(name: str, pipeline: Pipeline) -> Iterator[Listening]:
    for index, product in enumerate(pipeline.triggered_by or ()):
        yield Listening(name, ("pipelines", name, "triggered_by", index), product)
    for key, step in pipeline.steps.items():
        if step.wait_for is not None:
            yield Listening(name, ("pipelines", name, "steps", key, "wait_for"), step.wait_for)


def references(files: Files) -> Iterator[Finding]:
    """Products that pipelines start with or wait for."""
    known = {*files.domains, *files.broken}
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        asked = {request.product for _, request in spec.product_requests()}
        for pipeline, pipeline_spec in spec.pipelines.items():
            triggers = pipeline_spec.triggered_by or ()
            yield from duplicates(file, ("pipelines", pipeline, "triggered_by"), triggers)
        for each in listenings(spec):
            producer, _, name = each.product.partition(".")
            fix: Fix
            if producer == domain:
                what = "the mesh carries refreshes to other domains only"
                fix = "Put the steps of both into one pipeline, with `after`."
                yield Finding(file, each.path, "own-product", what, fix)
            elif producer not in known:
                what = f"there is no domain `{producer}`"
                fix = suggestion(producer, partial(other_domains, files, domain), "Remove it.")
                yield Finding(file, each.path, "unknown-domain", what, fix)
            elif producer in files.domains and name not in files.domains[producer].products:
                products = partial(products_of, files.domains[producer])
                what = f"{producer} has no product `{name}`"
                fix = suggestion(each.product, products, f"{producer} has no products yet.")
                yield Finding(file, each.path, "unknown-product", what, fix)
            elif each.product not in asked:
                what = f"this domain does not ask for {each.product}"
                fix = "Ask for it under `consumes`: whoever may read a product may hear of its refreshes."
                yield Finding(file, each.path, "not-asked", what, fix)


def circles(files: Files) -> Iterator[Finding]:
    """Pipelines that start or wait for each other through refreshes, across domains."""
    refreshers: dict[str, list[str]] = {}
    for domain, spec in files.domains.items():
        for name, pipeline in spec.pipelines.items():
            for product in dict.fromkeys(pipeline.refreshes):
                refreshers.setdefault(f"{domain}.{product}", []).append(f"{domain}.{name}")
    heard: dict[str, dict[str, Path]] = {}
    for domain, spec in files.domains.items():
        for each in listenings(spec):
            node = heard.setdefault(f"{domain}.{each.pipeline}", {})
            if not each.product.startswith(f"{domain}."):
                for refresher in refreshers.get(each.product, ()):
                    node.setdefault(refresher, each.path)
    for cycle in cycles(heard):
        domain = cycle[0].partition(".")[0]
        what = f"these pipelines start or wait for each other without end: {written(cycle)}"
        fix = "Take one of them out of the circle, or give it a schedule."
        yield Finding(files.paths[domain], heard[cycle[0]][cycle[-1]], "cycle", what, fix)


def bus_policy(files: Files) -> Iterator[Finding]:
    """Without an organization the mesh's bus names each account, as far as its policy has room for them."""
    if files.mesh is None or files.mesh.organization is not None:
        return
    producers = sum(bool(announced(spec)) for spec in files.domains.values())
    most = (MAX_BUS_POLICY - _FRAME) // _ACCOUNT
    if producers > most:
        what = (
            f"{producers} domains refresh products, and the policy of the mesh's event bus has room for the "
            f"accounts of {most}"
        )
        fix = "Put all accounts into one AWS organization and add `organization: <id>`."
        yield Finding(MESH_FILE, ("mesh",), "bus-policy-too-long", what, fix)
