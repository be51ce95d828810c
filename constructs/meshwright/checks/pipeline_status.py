"""Refreshes that a pipeline listens to and won't hear of, as things are. To know, not to fix."""

from collections.abc import Iterator, Mapping

from meshwright.checks.pipeline_products import listenings
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.parts.refreshes import announced
from meshwright.mesh.subscriptions import Status, Subscription


def notices(
    files: Files, domains: Mapping[str, DomainFile], subscriptions: tuple[Subscription, ...]
) -> Iterator[Finding]:
    """A notice at each place that starts with, or waits for, what nobody announces, or is not agreed."""
    agreed = {(each.consumer, each.reference) for each in subscriptions if each.status is Status.AGREED}
    for domain, spec in domains.items():
        for each in listenings(spec):
            producer, _, product = each.product.partition(".")
            if producer not in domains:
                continue
            waits = "wait_for" in each.path
            if product not in announced(domains[producer]):
                what = f"no pipeline of {producer} refreshes {product}"
                fix = "Until one does, the step fails when its time is over." if waits else _NEVER
                yield Finding(files.paths[domain], each.path, "not-announced", what, fix, severity="notice")
            elif (domain, each.product) not in agreed:
                what = f"this domain hears of refreshes of {each.product} only once it may read it"
                fix = "Until then, the step fails when its time is over." if waits else _NOT_YET
                yield Finding(files.paths[domain], each.path, "not-agreed", what, fix, severity="notice")


_NEVER = "Until one does, it starts only by hand."
_NOT_YET = "Until then, it starts only by hand."
