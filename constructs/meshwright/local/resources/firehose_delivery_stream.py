"""AWS::KinesisFirehose::DeliveryStream."""

from collections.abc import Mapping
from typing import Any

from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
    only,
)

DESTINATIONS = {
    "ExtendedS3DestinationConfiguration": "ExtendedS3DestinationUpdate",
    "IcebergDestinationConfiguration": "IcebergDestinationUpdate",
}
"""The destinations that are known, each with the parameter of an update."""


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("DeliveryStreamName") or context.name(limit=64)
    context.call(
        "firehose",
        "create_delivery_stream",
        DeliveryStreamName=name,
        Tags=context.tag_list(properties.get("Tags")) or None,
        **_spelled(
            only(
                properties,
                "DeliveryStreamType",
                "KinesisStreamSourceConfiguration",
                "DeliveryStreamEncryptionConfigurationInput",
                *DESTINATIONS,
            ),
            _input(context, "CreateDeliveryStream"),
        ),
    )
    return name, {"Arn": _arn(context, name)}


def _input(context: Context, operation: str) -> Any:
    return context.client("firehose").meta.service_model.operation_model(operation).input_shape


def _spelled(value: Any, shape: Any) -> Any:
    """Names as the API has them: CloudFormation writes a few in another case, such as CatalogArn."""
    if isinstance(value, Mapping) and shape.type_name == "structure":
        known = {name.lower(): name for name in shape.members}
        names = {name: known.get(name.lower(), name) for name in value}
        return {
            names[name]: _spelled(each, shape.members[names[name]]) if names[name] in shape.members else each
            for name, each in value.items()
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_spelled(each, shape.member) for each in value]
    return value


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    for destination, parameter in DESTINATIONS.items():
        if new.get(destination) == old.get(destination):
            continue
        if destination not in new or destination not in old:
            raise HandlerError(f"{name}: the kind of its destination can't change.")
        described = context.call("firehose", "describe_delivery_stream", DeliveryStreamName=name)
        current = described["DeliveryStreamDescription"]
        context.call(
            "firehose",
            "update_destination",
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId=current["VersionId"],
            DestinationId=current["Destinations"][0]["DestinationId"],
            **_spelled({parameter: new[destination]}, _input(context, "UpdateDestination")),
        )
    _tag(context, name, new)
    return {"Arn": _arn(context, name)}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("firehose", "delete_delivery_stream", DeliveryStreamName=name)


def _tag(context: Context, name: str, properties: Properties) -> None:
    tags = context.all_tags(properties.get("Tags"))
    listed = context.call("firehose", "list_tags_for_delivery_stream", DeliveryStreamName=name)
    gone = [tag["Key"] for tag in listed["Tags"] if tag["Key"] not in tags]
    if gone:
        context.call("firehose", "untag_delivery_stream", DeliveryStreamName=name, TagKeys=gone)
    if tags:
        rows = context.tag_list(properties.get("Tags"))
        context.call("firehose", "tag_delivery_stream", DeliveryStreamName=name, Tags=rows)


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:firehose:{context.region}:{context.account}:deliverystream/{name}"


TYPE = ResourceType(
    name="AWS::KinesisFirehose::DeliveryStream",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"DeliveryStreamName", "DeliveryStreamType", "KinesisStreamSourceConfiguration"}),
    mutable=frozenset({*DESTINATIONS, "DeliveryStreamEncryptionConfigurationInput", "Tags"}),
)
