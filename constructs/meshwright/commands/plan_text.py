"""What `plan` found, as text for people or Markdown for a pull request."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from meshwright.commands.access_wording import counted, wrapped
from meshwright.commands.plan_cost import COSTS_ON, HEADING, NOTE, cost_lines, cost_rows, costs_on
from meshwright.commands.plan_json import as_json
from meshwright.commands.plan_model import EnvironmentPlan, Plan, Reason
from meshwright.commands.plan_wording import (
    access_lines,
    grouped,
    resource_lines,
    safeguard_text,
    stack_line,
    verdict,
)
from meshwright.config.problems import Problem, shown
from meshwright.markdown import code, escaped, preformatted, table
from meshwright.texts import one_line

MARKER = "<!-- meshwright plan -->"
"""First line of the Markdown: by it a workflow finds the comment that it wrote before."""


def text(plan: Plan, review: dict[Reason, int]) -> str:
    """The verdict, then what changes: access, refusals, safeguards, data, resources, notices."""
    lines = [wrapped(verdict(plan, review), first="", rest="  ")]
    if not plan.empty:
        lines.append(f"Compared with {plan.base}.")
    if plan.refused:
        lines += ["", "Refused, because live consumers rely on it", *_problems(plan.refused)]
    for heading, environment in [] if plan.empty else grouped(plan):
        lines += ["", heading, *_environment(environment)]
    if plan.notices:
        lines += ["", "To know", *_problems(plan.notices)]
    return "\n".join(lines)


def _environment(plan: EnvironmentPlan) -> Iterator[str]:
    if plan.access or plan.streams:
        yield from ("", "Access")
        for line in access_lines(plan):
            yield wrapped(f"{line.who} {line.what}", first=f"  {line.kind:10s}", rest=" " * 12)
    if plan.safeguards:
        yield from ("", "Safeguards")
        yield from _listed(safeguard_text(each) for each in plan.safeguards)
    if plan.risks:
        yield from ("", "Data")
        yield from _listed(f"{each.subject}: {each.text}" for each in plan.risks)
    if plan.costs:
        yield from ("", f"{HEADING}. {NOTE}")
        for domain, lines in cost_lines(plan.costs):
            yield f"  {domain}"
            yield from (wrapped(each, first="    ", rest="      ") for each in lines)
        if costs_on(plan):
            yield f"  {COSTS_ON}"
    if plan.stacks:
        yield from ("", "Resources")
        for stack in plan.stacks:
            yield wrapped(stack_line(stack), first="  ", rest="    ")
            for resource, properties in resource_lines(stack):
                yield wrapped(resource, first="    ", rest="      ")
                for each in properties:
                    yield wrapped(each, first="        ", rest="          ")


def _listed(texts: Iterable[str]) -> Iterator[str]:
    return (wrapped(each, first="  - ", rest="    ") for each in texts)


def _problems(problems: Iterable[Problem]) -> Iterator[str]:
    return (wrapped(each, first="  ", rest="    ") for each in shown(problems).lines())


def markdown(plan: Plan, review: dict[Reason, int]) -> str:
    """A comment for a pull request: tables, and the resources folded away."""
    lines = [MARKER, f"### {verdict(plan, review)}", "", f"Compared with {code(plan.base)}."]
    if plan.refused:
        lines += ["", "#### Refused, because live consumers rely on it", "", *_problem_table(plan.refused)]
    for heading, environment in [] if plan.empty else grouped(plan):
        lines += ["", f"**{escaped(heading)}**", *_environment_markdown(environment)]
    if plan.notices:
        lines += ["", "#### To know", "", *_problem_table(plan.notices)]
    return "\n".join(lines)


def _environment_markdown(plan: EnvironmentPlan) -> Iterator[str]:
    if plan.access or plan.streams:
        yield from ("", "#### Access", "")
        rows = [(line.kind, line.who, line.what) for line in access_lines(plan)]
        yield from table(("", "who", "what"), rows)
    if plan.safeguards:
        yield from ("", "#### Safeguards", "")
        yield from table(
            ("of", "what", "before", "after"),
            [(each.subject, each.what, each.before, each.after) for each in plan.safeguards],
        )
    if plan.risks:
        yield from ("", "#### Data", "")
        yield from table(("of", "what"), [(each.subject, each.text) for each in plan.risks])
    if plan.costs:
        yield from ("", f"#### {HEADING}", "")
        yield from table(("of", "what", "before", "after", "difference"), cost_rows(plan.costs))
        yield from ("", f"{NOTE} {COSTS_ON}" if costs_on(plan) else NOTE)
    if plan.stacks:
        count = (
            f"{sum(len(stack.resources) for stack in plan.stacks)} in {counted(len(plan.stacks), 'stack')}"
        )
        yield from ("", f"<details><summary>Resources ({count})</summary>", "")
        yield from preformatted(_stack_lines(plan))
        yield from ("", "</details>")


def _stack_lines(plan: EnvironmentPlan) -> Iterator[str]:
    for stack in plan.stacks:
        yield one_line(stack_line(stack))
        for resource, properties in resource_lines(stack):
            yield f"  {one_line(resource)}"
            yield from (f"      {one_line(each)}" for each in properties)


def _problem_table(problems: Iterable[Problem]) -> Iterator[str]:
    found = shown(problems)
    yield from table(
        ("where", "what", "what to do"),
        [
            (
                f"{each.file}:{each.line}",
                f"{f'{each.path}: ' if each.path else ''}{each.what}.",
                str(each.fix),
            )
            for each in found.problems
        ],
    )
    if found.left_out:
        yield ""
        yield from (escaped(each) for each in found.left_out_lines())


FORMATS: Final[dict[str, Callable[[Plan, dict[Reason, int]], str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
