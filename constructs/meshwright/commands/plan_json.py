"""What `plan` found, as JSON for programs."""

import json
from dataclasses import asdict
from typing import Any

from meshwright.access.changes import AccessChange
from meshwright.access.rows import Access
from meshwright.commands.access_text import row_json
from meshwright.commands.plan_cost import cost_json
from meshwright.commands.plan_model import EnvironmentPlan, Plan, Reason
from meshwright.commands.plan_streams import streams_json
from meshwright.config.problems import shown
from meshwright.mesh.model import Mesh
from meshwright.mesh.resource_changes import StackChange


def as_json(plan: Plan, review: dict[Reason, int]) -> str:
    """One object: `review` counts what needs one, `environments` have what changes in each.

    `left_out` counts the refusals and notices that are not shown, by file.
    """
    refused, notices = shown(plan.refused), shown(plan.notices)
    content = {
        "base": plan.base,
        "review": {reason.value: number for reason, number in review.items()},
        "refused": refused.objects(),
        "environments": [environment_json(each) for each in plan.environments],
        "notices": notices.objects(),
        "left_out": {"refused": refused.left_out, "notices": notices.left_out},
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def environment_json(plan: EnvironmentPlan) -> dict[str, Any]:
    """What changes in one environment."""
    return {
        "environment": plan.name,
        "access": [_access(plan, each) for each in plan.access],
        "streams": streams_json(plan.streams),
        "safeguards": [asdict(each) for each in plan.safeguards],
        "data": [asdict(each) for each in plan.risks],
        "cost": cost_json(plan.costs),
        "stacks": [_stack(each) for each in plan.stacks],
    }


def _access(plan: EnvironmentPlan, change: AccessChange) -> dict[str, Any]:
    access = change.access
    return {
        "kind": change.kind.value,
        "role": f"{access.domain}.{access.role}",
        "principal": access.principal,
        "table": access.table.reference,
        "gained": list(change.gained),
        "lost": list(change.lost),
        "rows": change.rows.value,
        "pii": list(change.pii),
        "stays_until_stacks_are_deleted": plan.lingers(change),
        "before": _side(change.before),
        "after": _side(change.after),
    }


def _side(access: Access | None) -> dict[str, Any] | None:
    """Without what is taken for granted: that is the same on both sides, and `access` says it."""
    if access is None:
        return None
    return {key: value for key, value in row_json(access).items() if key != "assumed"}


def _stack(stack: StackChange) -> dict[str, Any]:
    resources = [
        {
            "effect": each.effect.value,
            "type": each.type,
            "name": each.name,
            "former_name": each.former_name or None,
            "properties": [asdict(one) for one in each.properties],
        }
        for each in stack.resources
    ]
    return {
        "effect": stack.effect.value,
        "stack": stack.name,
        "account": stack.account,
        "region": stack.region,
        "domain": stack.domain,
        "resources": resources,
    }


def alike(plan: EnvironmentPlan) -> str:
    """The plan without the names of its accounts, Region and environment: equal where the same changes.

    Accounts are called by what is in them, so two environments of one mesh can be compared.
    """
    text = json.dumps(environment_json(plan))
    for mesh in (plan.after, plan.before):
        for number, name in _accounts(mesh):
            text = text.replace(number, name)
        text = text.replace(mesh.region, "<region>")
    return text.replace(json.dumps(plan.name), '"<environment>"')


def _accounts(mesh: Mesh) -> list[tuple[str, str]]:
    domains = [(domain.account, f"<{name}>") for name, domain in mesh.domains.items()]
    return [(mesh.governance_account, "<governance>"), *domains]
