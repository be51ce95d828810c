"""Service levels of products: promises that something can measure."""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.checks.sentences import quoted
from meshwright.config.domain_file import DomainFile, Product
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.mesh.durations import seconds
from meshwright.mesh.quality.freshness import LONGEST, landing_streams, refreshing_pipelines, window
from meshwright.mesh.quality.rendering import completeness


def check(files: Files) -> Iterator[Finding]:
    """Mistakes in the `slo` of every product."""
    for domain, spec in files.domains.items():
        for name, product in spec.products.items():
            if product.slo is None:
                continue
            path = ("products", name, "slo")
            if product.slo.freshness is not None:
                yield from _freshness(
                    files.paths[domain], (*path, "freshness"), spec, name, product.slo.freshness
                )
            if product.slo.completeness is not None:
                yield from _completeness(
                    files.paths[domain], (*path, "completeness"), product, product.slo.completeness
                )


def _freshness(file: str, path: Path, spec: DomainFile, name: str, promised: str) -> Iterator[Finding]:
    age = seconds(promised)
    if refreshing_pipelines(spec, name):
        if window(age) is None:
            what = f"an alarm of CloudWatch can't wait {promised} for a refresh"
            fix = "It looks back 7 days at most." if age > LONGEST else "Longer than a day, use whole hours."
            yield Finding(file, path, "freshness-window", what, fix)
        return
    landings = landing_streams(spec, name)
    missing = [table for table, streams in landings.items() if not streams]
    if missing:
        what = f"nothing tells how fresh {quoted(missing)} {'is' if len(missing) == 1 else 'are'}"
        fix = f"Let a pipeline say `refreshes: [{name}]`, or let a stream land in every table."
        yield Finding(file, path, "freshness-unknown", what, fix)
        return
    for stream in (each for streams in landings.values() for each in streams):
        lands = spec.streams[stream].lands_in
        if lands is not None and lands.buffer_seconds >= age:
            what = f"`{stream}` is delivered every {lands.buffer_seconds} s, which is not within {promised}"
            yield Finding(
                file, path, "freshness-buffer", what, "Promise more, or set `buffer_seconds` lower."
            )


def _completeness(file: str, path: Path, product: Product, promised: str) -> Iterator[Finding]:
    if Decimal(promised.removesuffix("%")) == 0:
        yield Finding(file, path, "no-promise", "0% promises nothing", "Promise more, or take it out.")
    if not any(text for table in product.tables.values() for text in completeness(table, promised)):
        what = "no column counts: each is optional or nested"
        fix = "Take `optional` off those that must be there."
        yield Finding(file, path, "no-promise", what, fix)
