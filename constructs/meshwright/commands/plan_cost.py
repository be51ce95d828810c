"""What a change does to the cost, as `plan` words it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from meshwright.commands.cost_text import THE_MESH
from meshwright.commands.plan_model import EnvironmentPlan
from meshwright.cost.changes import CostChange, LineChange
from meshwright.mesh.resource_changes import Effect, StackChange

HEADING: Final = "Cost, estimated, in US dollars a month"
NOTE: Final = "What it assumes of use: meshwright cost."
COSTS_ON: Final = "What stays in the account costs on until somebody deletes it there."


def cost_lines(changes: tuple[CostChange, ...]) -> Iterator[tuple[str, list[str]]]:
    """Each domain whose cost changes, with its lines that do."""
    for change in changes:
        yield f"{change.domain or THE_MESH}: {_whole(change)}", [_line(each) for each in change.lines]


def cost_rows(changes: tuple[CostChange, ...]) -> Iterator[tuple[str, ...]]:
    """The same for a table: domain, what of it, before, after, difference."""
    for change in changes:
        name = change.domain or THE_MESH
        for line in change.lines:
            yield name, _name(line), _amount(line.before), _amount(line.after), signed(line.difference)
        yield name, "all", _amount(change.before), _amount(change.after), signed(change.difference)


def cost_json(changes: tuple[CostChange, ...]) -> list[dict[str, Any]]:
    """The same for programs; amounts are texts."""
    return [
        {
            "domain": change.domain,
            "before": _text(change.before),
            "after": _text(change.after),
            "difference": str(change.difference),
            "lines": [
                {
                    "part": line.part,
                    "resource": line.resource,
                    "before": _text(line.before),
                    "after": _text(line.after),
                    "difference": str(line.difference),
                }
                for line in change.lines
            ],
        }
        for change in changes
    ]


def costs_on(plan: EnvironmentPlan) -> bool:
    """Whether a line goes from the estimate of what stays: kept, in a stack that is left, or files."""
    staying = {stack.domain for stack in plan.stacks if _stays(stack)}
    return any(
        line.after is None and (change.domain in staying or line.part == "storage")
        for change in plan.costs
        for line in change.lines
    )


def _stays(stack: StackChange) -> bool:
    return stack.effect is Effect.LEFT or any(each.effect is Effect.KEPT for each in stack.resources)


def _whole(change: CostChange) -> str:
    if change.before is None or change.after is None:
        return signed(change.difference)
    return f"{change.before} → {change.after} ({signed(change.difference)})"


def _line(line: LineChange) -> str:
    name = _name(line)
    if line.before is None:
        return f"+ {name}: {line.after}"
    if line.after is None:
        return f"- {name}: {line.before}"
    return f"~ {name}: {line.before} → {line.after}"


def _name(line: LineChange) -> str:
    return f"{line.part}, {line.resource}" + (f" ({line.detail})" if line.detail else "")


def signed(value: Decimal) -> str:
    """`+1.20`, `-0.30`."""
    return f"{value:+}"


def _amount(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
