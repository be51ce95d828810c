"""Service levels of products: promises that something can measure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from meshwright.checks.run_times import longest_gap
from meshwright.checks.sentences import quoted
from meshwright.config.domain_file import DomainFile, Product
from meshwright.config.loading import Files
from meshwright.config.pipeline_file import Pipeline
from meshwright.config.problems import Finding, Path
from meshwright.mesh.durations import seconds
from meshwright.mesh.quality.freshness import LONGEST, landing_streams, refreshing_pipelines, window
from meshwright.mesh.quality.rendering import completeness


def check(files: Files) -> Iterator[Finding]:
    """Mistakes in the `slo` of every product."""
    for domain, spec in files.domains.items():
        kept = _Kept(refreshing_pipelines(spec), landing_streams(spec))
        for name, product in spec.products.items():
            if product.slo is None:
                continue
            path = ("products", name, "slo")
            if product.slo.freshness is None and product.slo.completeness is None:
                fix = "Give `freshness` or `completeness`, or take it out."
                yield Finding(files.paths[domain], path, "no-promise", "`slo` promises nothing", fix)
            if product.slo.freshness is not None:
                here = (*path, "freshness")
                yield from _freshness(files.paths[domain], here, spec, kept, name, product.slo.freshness)
            if product.slo.completeness is not None:
                yield from _completeness(
                    files.paths[domain], (*path, "completeness"), product, product.slo.completeness
                )


class _Kept(NamedTuple):
    """What keeps the products of a domain fresh."""

    pipelines: dict[str, list[str]]
    streams: dict[str, dict[str, list[str]]]


def _freshness(
    file: str, path: Path, spec: DomainFile, kept: _Kept, name: str, promised: str
) -> Iterator[Finding]:
    age = seconds(promised)
    if pipelines := kept.pipelines.get(name):
        if window(age) is None:
            what = f"an alarm of CloudWatch can't wait {promised} for a refresh"
            fix = "It looks back 7 days at most." if age > LONGEST else "Longer than a day, use whole hours."
            yield Finding(file, path, "freshness-window", what, fix)
            return
        yield from _refreshes(file, path, {each: spec.pipelines[each] for each in pipelines}, promised)
        return
    landings = kept.streams[name]
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


def _refreshes(file: str, path: Path, pipelines: dict[str, Pipeline], promised: str) -> Iterator[Finding]:
    """Between two starts of the pipelines the data gets too old, whatever a run takes.

    Nothing is known of pipelines that something else starts, or of schedules in several time zones.
    """
    schedules = [each.schedule for each in pipelines.values() if each.schedule and not each.triggered_by]
    zones = {each.timezone for each in pipelines.values()}
    if len(schedules) < len(pipelines) or len(zones) > 1:
        return
    gap, age = longest_gap(schedules), seconds(promised)
    if gap is None or gap < age:
        return
    leaves = f"{quoted(list(pipelines))} {'leaves' if len(pipelines) == 1 else 'leave'} up to {_said(gap)}"
    if gap == age:
        what = f"{leaves} between two starts: as long as it promises, so that a run that is slower breaks it"
        fix = "Promise the time that a run takes on top."
        yield Finding(file, path, "freshness-gap", what, fix, severity="notice")
        return
    more = f"Promise more than {_said(gap)}, or start it more often."
    fix = more if gap < LONGEST else "Start it more often: an alarm looks back 7 days at most."
    yield Finding(file, path, "freshness-gap", f"{leaves} between two starts, more than {promised}", fix)


def _said(gap: int) -> str:
    return f"{gap // 3600}h" if gap % 3600 == 0 else f"{gap // 60}m"


def _completeness(file: str, path: Path, product: Product, promised: str) -> Iterator[Finding]:
    if Decimal(promised.removesuffix("%")) == 0:
        yield Finding(file, path, "no-promise", "0% promises nothing", "Promise more, or take it out.")
    if not any(text for table in product.tables.values() for text in completeness(table, promised)):
        what = "no column counts: each is optional or nested"
        fix = "Take `optional` off those that must be there."
        yield Finding(file, path, "no-promise", what, fix)
