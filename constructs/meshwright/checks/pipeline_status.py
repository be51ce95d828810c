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
    told = {f"{name}.{product}" for name, spec in domains.items() for product in announced(spec)}
    for domain, spec in domains.items():
        started = {
            name: any(other in told and (domain, other) in agreed for other in pipeline.triggered_by or ())
            for name, pipeline in spec.pipelines.items()
        }
        for each in listenings(spec):
            producer, _, product = each.product.partition(".")
            if producer not in domains:
                continue
            if "wait_for" in each.path:
                then = "the step fails when its time is over"
            else:
                then = (
                    "only its other triggers start it" if started[each.pipeline] else "it starts only by hand"
                )
            if each.product not in told:
                what, fix = f"no pipeline of {producer} refreshes {product}", f"Until one does, {then}."
                yield Finding(files.paths[domain], each.path, "not-announced", what, fix, severity="notice")
            elif (domain, each.product) not in agreed:
                what = f"this domain hears of refreshes of {each.product} only once it may read it"
                fix = f"Until then, {then}."
                yield Finding(files.paths[domain], each.path, "not-agreed", what, fix, severity="notice")
