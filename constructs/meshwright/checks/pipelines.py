"""Pipelines: steps of one kind each, in an order, on engines and tables that the domain has."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshwright.checks.cycles import cycles, written
from meshwright.checks.duplicates import duplicates, twice
from meshwright.checks.landing import tables_of
from meshwright.checks.schedules import schedule_findings
from meshwright.checks.sentences import joined, quoted
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.pipeline_file import Pipeline, Step
from meshwright.config.problems import Finding, Path
from meshwright.config.suggest import suggestion
from meshwright.mesh.quality.rendering import has_rules

KINDS: Final = ("spark", "sql", "quality", "wait_for")


def check(files: Files) -> Iterator[Finding]:
    """Mistakes inside each pipeline."""
    for domain, spec in files.domains.items():
        for name, pipeline in spec.pipelines.items():
            file, path = files.paths[domain], ("pipelines", name)
            yield from _start(file, path, pipeline)
            yield from _order(file, path, pipeline)
            for key, step in pipeline.steps.items():
                here = (*path, "steps", key)
                yield from _kind(file, here, step)
                yield from _engine(file, here, step, spec)
            yield from _refreshes(file, path, pipeline, spec)


def _start(file: str, path: Path, pipeline: Pipeline) -> Iterator[Finding]:
    """At most one way to start it; neither is right too: it is then started by hand, or by other software."""
    if pipeline.schedule is not None and pipeline.triggered_by is not None:
        what = "a pipeline has either a `schedule` or `triggered_by`, so that one run is over before the next"
        fix = "Remove one; with a schedule, a step can `wait_for` the product."
        yield Finding(file, (*path, "triggered_by"), "one-of", what, fix)
    if pipeline.schedule is None and "timezone" in pipeline.model_fields_set:
        what, fix = "a `timezone` is for a `schedule`, and there is none", "Remove it, or add a schedule."
        yield Finding(file, (*path, "timezone"), "no-schedule", what, fix)
    elif pipeline.schedule is not None:
        yield from schedule_findings(file, path, pipeline.schedule, pipeline.timezone)


def _order(file: str, path: Path, pipeline: Pipeline) -> Iterator[Finding]:
    """`after` names other steps of the pipeline, and the steps do not wait for each other."""
    places: dict[str, dict[str, int]] = {}
    for key, step in pipeline.steps.items():
        seen = places.setdefault(key, {})
        for index, other in enumerate(step.after):
            here = (*path, "steps", key, "after", index)
            if other == key:
                yield Finding(file, here, "own-step", "a step can't wait for itself", "Remove it.")
            elif other not in pipeline.steps:
                others = partial(_others, pipeline, key)
                what = f"the pipeline has no step `{other}`"
                yield Finding(file, here, "unknown-step", what, suggestion(other, others, "Remove it."))
            elif seen.setdefault(other, index) != index:
                yield twice(file, here, other)
    for cycle in cycles(places):
        what = f"these steps wait for each other, so none would ever start: {written(cycle)}"
        here = (*path, "steps", cycle[0], "after", places[cycle[0]][cycle[-1]])
        yield Finding(file, here, "cycle", what, "Take one of them out of an `after`.")


def _others(pipeline: Pipeline, key: str) -> list[str]:
    return [step for step in pipeline.steps if step != key]


def _kind(file: str, path: Path, step: Step) -> Iterator[Finding]:
    kinds = [kind for kind in KINDS if getattr(step, kind) is not None]
    if len(kinds) != 1:
        what = f"a step has exactly one of {joined(KINDS)}; this has {quoted(kinds) if kinds else 'none'}"
        fix = "Make each a step of its own." if kinds else "Add one."
        yield Finding(file, path, "one-of", what, fix)
        return
    for key, kind in (("arguments", "spark"), ("within", "wait_for")):
        if key in step.model_fields_set and kinds != [kind]:
            what = f"`{key}` is for steps with `{kind}`; this one has `{kinds[0]}`"
            yield Finding(file, (*path, key), "wrong-kind", what, "Remove it.", at_key=True)


def _engine(file: str, path: Path, step: Step, spec: DomainFile) -> Iterator[Finding]:
    """What the step runs on is in the same file."""
    compute = spec.compute
    if step.spark is not None and (compute is None or compute.spark is None):
        what, fix = "the domain has no Spark to run it on", "Add `spark: {}` under `compute`."
        yield Finding(file, (*path, "spark"), "no-engine", what, fix)
    if step.sql is not None and (compute is None or compute.sql is None):
        what, fix = "the domain has no workgroup to run it in", "Add `sql: {}` under `compute`."
        yield Finding(file, (*path, "sql"), "no-engine", what, fix)
    if step.quality is not None:
        yield from _checked(file, (*path, "quality"), step.quality, spec)


def _checked(file: str, path: Path, reference: str, spec: DomainFile) -> Iterator[Finding]:
    product_name, _, table_name = reference.partition(".")
    product = spec.products.get(product_name)
    table = product.tables.get(table_name) if product is not None else None
    if product is None or table is None:
        what = f"this domain has no table `{reference}`"
        known = partial(tables_of, spec)
        yield Finding(file, path, "unknown-table", what, suggestion(reference, known, "Remove the step."))
    elif not has_rules(product, table):
        what = f"{reference} has no quality rules to evaluate"
        fix = f"Add `quality: {{rules: [...]}}` to products.{product_name}.tables.{table_name}."
        yield Finding(file, path, "no-rules", what, fix)


def _refreshes(file: str, path: Path, pipeline: Pipeline, spec: DomainFile) -> Iterator[Finding]:
    yield from duplicates(file, (*path, "refreshes"), pipeline.refreshes)
    for index, product in enumerate(pipeline.refreshes):
        if product not in spec.products:
            what = f"this domain has no product `{product}`"
            fix = suggestion(product, spec.products, "Remove it.")
            yield Finding(file, (*path, "refreshes", index), "unknown-product", what, fix)
