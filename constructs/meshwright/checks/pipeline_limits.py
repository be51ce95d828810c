"""Pipelines within the limits of time, and of what AWS takes."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from meshwright.checks.run_times import shortest_gap
from meshwright.config.loading import Files
from meshwright.config.pipeline_file import Pipeline, Retry, Step
from meshwright.config.problems import Finding, Path
from meshwright.mesh.durations import seconds
from meshwright.mesh.names import Names
from meshwright.mesh.parts.step_states import QUALITY_LOOKS, REFRESH_LOOKS, Engines, limit, pause, step_states

DAY: Final = 86_400
MAX_RUN: Final = 365 * DAY
MAX_EVENTS: Final = 25_000
"""Both https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
MAX_KEPT: Final = 14 * DAY
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
MAX_SCHEDULE, MAX_MACHINE = 64, 80
"""https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html"""
MAX_DEFINITIONS: Final = 700_000
"""Bytes of all definitions of a domain in its template, which has 1 MB for everything
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""
_PIPELINE, _REFRESH = 300, 1_000
"""Bytes of a definition besides its steps, and of what tells of a refresh."""
_ENGINES: Final = Engines(
    partition="aws",
    scripts_bucket="b" * 63,
    spark_application="${SparkApplication}",
    spark_role_arn="r" * 80,
    workgroup="w" * 60,
    evaluations=defaultdict(lambda: {"DataSource": "d" * 700}),
    queues=defaultdict(lambda: "${Queue1}"),
)
"""As long as what steps run on is called."""


def times(files: Files) -> Iterator[Finding]:
    """Timeouts, waits and schedules that contradict each other."""
    for domain, spec in files.domains.items():
        for name, pipeline in spec.pipelines.items():
            yield from _times(files.paths[domain], ("pipelines", name), pipeline)


def _times(file: str, path: Path, pipeline: Pipeline) -> Iterator[Finding]:
    whole = seconds(pipeline.timeout)
    if whole > MAX_RUN:
        what = f"a run can take 365 days at most, not {pipeline.timeout}"
        yield Finding(file, (*path, "timeout"), "too-long", what, "Give it less.")
        return
    gap = shortest_gap(pipeline.schedule) if pipeline.schedule is not None else None
    if gap is not None and gap < whole:
        what = (
            f"a run may take {pipeline.timeout}, and the next starts {_in_words(gap)} after it: two would "
            "work on the same tables at once"
        )
        fix = f"Add `timeout: {_short(gap)}` or less, or start it less often."
        yield Finding(file, (*path, "schedule"), "runs-overlap", what, fix)
    if pipeline.retry.attempts and seconds(pipeline.retry.wait) >= whole:
        yield _never_again(file, (*path, "retry"), pipeline.retry, pipeline)
    for key, step in pipeline.steps.items():
        here = (*path, "steps", key)
        if "timeout" in step.model_fields_set and seconds(step.timeout) > whole:
            what = f"the step may take {step.timeout}, longer than the whole run: {pipeline.timeout}"
            fix = "Give it less, or the pipeline a longer `timeout`."
            yield Finding(file, (*here, "timeout"), "too-long", what, fix)
        if step.retry is not None and step.retry.attempts and seconds(step.retry.wait) >= whole:
            yield _never_again(file, (*here, "retry"), step.retry, pipeline)
        if step.wait_for is not None and seconds(step.within) > MAX_KEPT:
            what = f"refreshes are kept for 14 days at most, not {step.within}"
            yield Finding(file, (*here, "within"), "too-long", what, "Give it 14d or less.")


def _never_again(file: str, path: Path, retry: Retry, pipeline: Pipeline) -> Finding:
    what = f"after a wait of {retry.wait} the run is over, for it may take {pipeline.timeout}"
    return Finding(file, (*path, "wait"), "too-long", what, "Wait less, or give the run more time.")


def sizes(files: Files) -> Iterator[Finding]:
    """Names, definitions and histories that AWS would refuse."""
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        total = 0
        for name, pipeline in spec.pipelines.items():
            total += definition_bytes(pipeline)
            events = sum(_events(step, pipeline) for step in pipeline.steps.values())
            if events > MAX_EVENTS:
                what = f"a run could have {events:,} events; Step Functions ends it after {MAX_EVENTS:,}"
                fix = "Use fewer steps, or fewer `attempts`, or make two pipelines of it."
                yield Finding(file, ("pipelines", name), "too-many-steps", what, fix, at_key=True)
            if files.mesh is not None:
                names = Names(mesh=files.mesh.mesh, region="", qualifier="")
                yield from _name(names, domain, name, pipeline, file)
        if total > MAX_DEFINITIONS:
            what = (
                f"the definitions of all pipelines have about {total:,} bytes; the template of the domain "
                f"has room for {MAX_DEFINITIONS:,}"
            )
            fix = "Put long statements into views, or into scripts."
            yield Finding(file, ("pipelines",), "too-long", what, fix, at_key=True)


def _name(names: Names, domain: str, name: str, pipeline: Pipeline, file: str) -> Iterator[Finding]:
    given = names.pipeline(domain, name)
    most = MAX_SCHEDULE if pipeline.schedule is not None else MAX_MACHINE
    if len(given) > most:
        over = len(given) - most
        kind = "schedule" if pipeline.schedule is not None else "state machine"
        what = f"its {kind} would have a name of {len(given)} characters, and AWS takes {most}"
        fix = f"Shorten it by {over}."
        yield Finding(file, ("pipelines", name), "name-too-long", what, fix, at_key=True)


def _events(step: Step, pipeline: Pipeline) -> int:
    """Events of a step in the history of a run, at most. A task has five or six, another state two; a look at
    a run of rules takes a task and two states, at a queue one more.
    """
    timeout = limit(step, pipeline)
    if step.wait_for is not None:
        return 20 + 11 * (timeout // pause(timeout, REFRESH_LOOKS) + 1)
    one_try = 12
    if step.quality is not None:
        one_try = 20 + 9 * (timeout // pause(timeout, QUALITY_LOOKS) + 1)
    return one_try * (1 + (step.retry or pipeline.retry).attempts)


def definition_bytes(pipeline: Pipeline) -> int:
    """Of the definition in a template, in which JSON stands inside JSON."""
    states = step_states(pipeline, name="n" * 30, engines=_ENGINES).values()
    texts = [json.dumps(state, ensure_ascii=False, separators=(",", ":")) for state in states]
    steps = sum(len(json.dumps(text, ensure_ascii=False).encode()) for text in texts)
    return _PIPELINE + _REFRESH * len(pipeline.refreshes) + steps


def _in_words(duration: int) -> str:
    for name, size in (("day", DAY), ("hour", 3600), ("minute", 60)):
        if duration % size == 0:
            number = duration // size
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise ValueError(f"not whole minutes: {duration}")


def _short(duration: int) -> str:
    """As the files write it."""
    number, name = _in_words(duration).split(" ")
    return f"{number}{name[0]}"
