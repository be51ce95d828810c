"""AWS::Events::EventBus and AWS::Events::EventBusPolicy."""

from typing import Any

from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
)

SETTINGS = {"Description": "Description", "KmsKeyIdentifier": "KmsKeyIdentifier"}


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties["Name"]
    context.call(
        "events",
        "create_event_bus",
        Name=name,
        DeadLetterConfig=properties.get("DeadLetterConfig"),
        Tags=context.tag_list(properties.get("Tags")) or None,
        **{key: properties[key] for key in SETTINGS if key in properties},
    )
    context.created(name)
    _put_policy(context, name, properties)
    return name, _attributes(context, name)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call(
        "events",
        "update_event_bus",
        Name=name,
        DeadLetterConfig=new.get("DeadLetterConfig"),
        **{key: new.get(key, "") for key in SETTINGS if key in new or key in old},
    )
    if new.get("Policy") != old.get("Policy"):
        context.call("events", "remove_permission", EventBusName=name, RemoveAllPermissions=True)
        _put_policy(context, name, new)
    arn, tags = _arn(context, name), context.tag_list(new.get("Tags"))
    present = context.call("events", "list_tags_for_resource", ResourceARN=arn)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("events", "untag_resource", ResourceARN=arn, TagKeys=gone)
    if tags:
        context.call("events", "tag_resource", ResourceARN=arn, Tags=tags)
    return _attributes(context, name)


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("events", "delete_event_bus", Name=name)


def create_statement(context: Context, properties: Properties) -> tuple[str, Attributes]:
    put_statement(context, properties["StatementId"], properties, {})
    return properties["StatementId"], {}


def put_statement(context: Context, sid: str, new: Properties, old: Properties) -> Attributes:
    """Either a whole `Statement`, or `Action`, `Principal` and `Condition` of one."""
    bus = new.get("EventBusName", "default")
    statement = new.get("Statement")
    if statement:
        if statement.get("Sid", sid) != sid:
            raise HandlerError(f"The Sid of the statement, {statement['Sid']}, isn't its StatementId, {sid}.")
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": sid}]}
        context.call("events", "put_permission", EventBusName=bus, Policy=policy)
    else:
        context.call(
            "events",
            "put_permission",
            EventBusName=bus,
            StatementId=sid,
            Action=new["Action"],
            Principal=new["Principal"],
            Condition=new.get("Condition"),
        )
    return {}


def delete_statement(context: Context, sid: str, properties: Properties) -> None:
    bus = properties.get("EventBusName", "default")
    context.call("events", "remove_permission", EventBusName=bus, StatementId=sid)


def _put_policy(context: Context, name: str, properties: Properties) -> None:
    policy: Any = properties.get("Policy")
    if policy:
        context.call("events", "put_permission", EventBusName=name, Policy=policy)


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:events:{context.region}:{context.account}:event-bus/{name}"


def _attributes(context: Context, name: str) -> Attributes:
    return {"Arn": _arn(context, name), "Name": name}


TYPE = ResourceType(
    name="AWS::Events::EventBus",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name"}),
    mutable=frozenset({*SETTINGS, "DeadLetterConfig", "Policy", "Tags"}),
)
POLICY = ResourceType(
    name="AWS::Events::EventBusPolicy",
    create=create_statement,
    update=put_statement,
    delete=delete_statement,
    immutable=frozenset({"StatementId", "EventBusName"}),
    mutable=frozenset({"Action", "Condition", "Principal", "Statement"}),
)
