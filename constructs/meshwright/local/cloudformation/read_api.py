"""CloudFormation's API, in place of moto's: requests that only look."""

import json
import time
from collections.abc import Sequence
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult

from meshwright.local.cloudformation.api import ChangeResponse
from meshwright.local.cloudformation.model import Change, Event, Resource, Stack
from meshwright.local.cloudformation.template import parse
from meshwright.local.paging import InvalidTokenError, start_of

PATIENCE_SECONDS = 20
"""For how long a question about a busy stack waits; far less than clients wait for an answer."""


class CloudFormationResponse(ChangeResponse):
    """All operations of CloudFormation that are emulated."""

    def describe_stacks(self) -> ActionResult:
        if self._get_param("StackName"):
            stack = self.stack()
            _wait_for(stack)
            # Anew: by its name a stack is not found once it is deleted.
            return ActionResult({"Stacks": [_stack(self.stack())]})
        stacks = self.service.store.all(self.current_account, self.region)
        return self._page("Stacks", [_stack(s) for s in stacks if s.status != "DELETE_COMPLETE"])

    def list_stacks(self) -> ActionResult:
        wanted = self._get_param("StackStatusFilter", [])
        stacks = self.service.store.all(self.current_account, self.region)
        return self._page("StackSummaries", [_summary(s) for s in stacks if not wanted or s.status in wanted])

    def describe_change_set(self) -> ActionResult:
        stack, change_set = self.change_set()
        values = bool(self._get_param("IncludePropertyValues"))
        return ActionResult(
            {
                "ChangeSetName": change_set.name,
                "ChangeSetId": change_set.change_set_id,
                "StackId": stack.stack_id,
                "StackName": stack.name,
                "Description": change_set.description,
                "Parameters": _parameters(change_set.values),
                "CreationTime": change_set.created,
                "ExecutionStatus": change_set.execution,
                "Status": change_set.status,
                "StatusReason": change_set.reason,
                "Tags": _pairs(change_set.tags),
                "Changes": [_change(change, values) for change in change_set.changes],
                "IncludeNestedStacks": False,
            }
        )

    def list_change_sets(self) -> ActionResult:
        stack = self.stack()
        return ActionResult(
            {
                "Summaries": [
                    {
                        "StackId": stack.stack_id,
                        "StackName": stack.name,
                        "ChangeSetId": c.change_set_id,
                        "ChangeSetName": c.name,
                        "ExecutionStatus": c.execution,
                        "Status": c.status,
                        "StatusReason": c.reason,
                        "CreationTime": c.created,
                    }
                    for c in stack.change_sets.values()
                ]
            }
        )

    def describe_stack_events(self) -> ActionResult:
        stack = self.stack()
        return self._page("StackEvents", [_event(stack, e) for e in reversed(list(stack.events))])

    def describe_events(self) -> ActionResult:
        """What the cdk CLI asks for why a change set failed; here the status reason says it already."""
        return ActionResult({"OperationEvents": []})

    def describe_stack_resources(self) -> ActionResult:
        stack, name = self.stack(), self._get_param("LogicalResourceId")
        wanted = [r for r in list(stack.resources.values()) if name in (None, r.logical_id)]
        return ActionResult({"StackResources": [_resource(stack, r) for r in wanted]})

    def describe_stack_resource(self) -> ActionResult:
        stack, name = self.stack(), self._get_param("LogicalResourceId")
        if name not in stack.resources:
            raise ValidationError(message=f"Resource {name} does not exist for stack {stack.name}")
        resource = stack.resources[name]
        detail = {**_resource(stack, resource), "LastUpdatedTimestamp": resource.changed}
        return ActionResult({"StackResourceDetail": detail})

    def list_stack_resources(self) -> ActionResult:
        stack = self.stack()
        resources = [
            {**_resource(stack, r), "LastUpdatedTimestamp": r.changed} for r in list(stack.resources.values())
        ]
        return self._page("StackResourceSummaries", resources)

    def get_template(self) -> ActionResult:
        text = self.change_set()[1].text if self._get_param("ChangeSetName") else self.stack().deployed.text
        return ActionResult({"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        stack = self.stack() if self._get_param("StackName") else None
        body = parse(stack.deployed.text if stack else self.template_text(None))
        return ActionResult(
            {
                "Parameters": [_declared(name, p) for name, p in body.get("Parameters", {}).items()],
                "Description": body.get("Description"),
                "ResourceTypes": sorted({r["Type"] for r in body["Resources"].values()}),
                "Version": body.get("AWSTemplateFormatVersion"),
                "Metadata": json.dumps(body["Metadata"]) if "Metadata" in body else None,
            }
        )

    def validate_template(self) -> ActionResult:
        body = parse(self.template_text(None))
        declared = body.get("Parameters", {}).items()
        return ActionResult(
            {
                "Parameters": [
                    {"ParameterKey": name, "DefaultValue": p.get("Default"), "NoEcho": False}
                    for name, p in declared
                ],
                "Description": body.get("Description"),
            }
        )

    def list_exports(self) -> ActionResult:
        exports = self.service.store.exports(self.current_account, self.region)
        return ActionResult(
            {
                "Exports": [
                    {"ExportingStackId": stack.stack_id, "Name": name, "Value": output.value}
                    for name, (stack, output) in sorted(exports.items())
                ]
            }
        )

    def get_stack_policy(self) -> ActionResult:
        return ActionResult({"StackPolicyBody": self.stack().policy})

    def _page(self, key: str, items: Sequence[Any], size: int = 100) -> ActionResult:
        try:
            start = start_of(self._get_param("NextToken"))
        except InvalidTokenError as error:
            raise ValidationError(message=error.message) from None
        more = start + size < len(items)
        return ActionResult(
            {key: items[start : start + size], "NextToken": str(start + size) if more else None}
        )


def _wait_for(stack: Stack) -> None:
    """Answer a question about a busy stack late rather than "in progress".

    The cdk CLI asks again only after five seconds, longer than most stacks take here.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while stack.busy and time.monotonic() < deadline:
        time.sleep(0.02)


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _parameters(values: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"ParameterKey": name, "ParameterValue": ",".join(v) if isinstance(v, list) else v}
        for name, v in values.items()
    ]


def _declared(name: str, parameter: dict[str, Any]) -> dict[str, Any]:
    default = parameter.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "ParameterType": parameter.get("Type", "String"),
        "NoEcho": bool(parameter.get("NoEcho")),
        "Description": parameter.get("Description"),
        "ParameterConstraints": {"AllowedValues": parameter.get("AllowedValues")},
    }


def _summary(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "TemplateDescription": stack.deployed.body.get("Description"),
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def _stack(stack: Stack) -> dict[str, Any]:
    deployed = stack.deployed
    return {
        **_summary(stack),
        "Description": deployed.body.get("Description"),
        "Parameters": _parameters(deployed.values),
        "Tags": _pairs(deployed.tags),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "EnableTerminationProtection": stack.protected,
        "DisableRollback": stack.rollback_disabled,
        "RoleARN": stack.role_arn,
        "NotificationARNs": [],
        "Outputs": [
            {"OutputKey": k, "OutputValue": o.value, "Description": o.description, "ExportName": o.export}
            for k, o in deployed.outputs.items()
        ],
    }


def _event(stack: Stack, event: Event) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        # moto's serializer would drop the milliseconds.
        "Timestamp": event.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ClientRequestToken": event.token,
    }


def _resource(stack: Stack, resource: Resource) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "Timestamp": resource.changed,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def _change(change: Change, values: bool) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type,
        "Replacement": change.replacement,
        "Scope": list(change.scope),
        "Details": [dict(item) for item in change.details],
        "PolicyAction": change.policy,
    }
    if values:
        detail |= {"BeforeContext": change.before, "AfterContext": change.after}
    return {"Type": "Resource", "ResourceChange": detail}
