"""AWS::StepFunctions::StateMachine."""

import json
import re
from typing import Any

from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
)
from meshwright.local.resources.spelling import spelled

SETTINGS = ("EncryptionConfiguration", "LoggingConfiguration", "RoleArn", "TracingConfiguration")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("StateMachineName") or context.name(limit=80)
    given = {key: properties[key] for key in SETTINGS if key in properties}
    arn = context.call(
        "stepfunctions",
        "create_state_machine",
        **spelled(context, "stepfunctions", "create_state_machine", given),
        name=name,
        definition=definition(properties),
        type=properties.get("StateMachineType", "STANDARD"),
        tags=_tags(context, properties) or None,
    )["stateMachineArn"]
    return arn, {"Arn": arn, "Name": name}


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    given = {key: new[key] for key in SETTINGS if key in new}
    context.call(
        "stepfunctions",
        "update_state_machine",
        **spelled(context, "stepfunctions", "update_state_machine", given),
        stateMachineArn=arn,
        definition=definition(new),
    )
    tags = _tags(context, new)
    present = context.call("stepfunctions", "list_tags_for_resource", resourceArn=arn)["tags"]
    gone = [tag["key"] for tag in present if tag["key"] not in {tag["key"] for tag in tags}]
    if gone:
        context.call("stepfunctions", "untag_resource", resourceArn=arn, tagKeys=gone)
    if tags:
        context.call("stepfunctions", "tag_resource", resourceArn=arn, tags=tags)
    return {"Arn": arn, "Name": arn.rsplit(":", 1)[-1]}


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("stepfunctions", "delete_state_machine", stateMachineArn=arn)


def definition(properties: Properties) -> str:
    """The definition as text, its `${name}` replaced by the substitutions.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    """
    text = properties.get("DefinitionString")
    if text is None:
        if "Definition" not in properties:
            raise HandlerError("Either DefinitionString or Definition must be given.")
        text = json.dumps(properties["Definition"])
    known = properties.get("DefinitionSubstitutions", {})

    def replaced(match: re.Match[str]) -> str:
        return str(known[match[1]]) if match[1] in known else match[0]

    return re.sub(r"\$\{([A-Za-z0-9_]+)\}", replaced, text)


def _tags(context: Context, properties: Properties) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context.all_tags(properties.get("Tags")).items()]


TYPE = ResourceType(
    name="AWS::StepFunctions::StateMachine",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"StateMachineName", "StateMachineType"}),
    mutable=frozenset({*SETTINGS, "Definition", "DefinitionString", "DefinitionSubstitutions", "Tags"}),
)
