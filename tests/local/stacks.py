"""Deploying small templates with boto3 and reading how it went."""

import json
import time
from typing import Any

ENDED = ("_COMPLETE", "_FAILED")


def deploy(
    cloudformation: Any, name: str, template: dict[str, Any], *, kind: str = "CREATE", **more: Any
) -> str:
    """Makes and executes a change set as the cdk CLI does; returns the stack's final status."""
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="cdk-deploy-change-set",
        ChangeSetType=kind,
        TemplateBody=json.dumps(template),
        **more,
    )
    cloudformation.execute_change_set(StackName=name, ChangeSetName="cdk-deploy-change-set")
    return ended(cloudformation, name)


def ended(cloudformation: Any, name: str, seconds: float = 30) -> str:
    """Waits for the stack's operation to end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if status.endswith(ENDED) and "CLEANUP" not in status:
            return status
        time.sleep(0.02)
    raise TimeoutError(f"{name} is {status}")


def deleted(cloudformation: Any, name: str, **more: Any) -> str:
    stack_id = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name, **more)
    return ended(cloudformation, stack_id)


def history(cloudformation: Any, name: str) -> list[str]:
    """The events, oldest first: `LogicalId STATUS`."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [f"{e['LogicalResourceId']} {e['ResourceStatus']}" for e in reversed(events)]


def reasons(cloudformation: Any, name: str) -> list[str]:
    """The reasons of the failures, oldest first."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [e["ResourceStatusReason"] for e in reversed(events) if e["ResourceStatus"].endswith("_FAILED")]


def queue(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **more}}
