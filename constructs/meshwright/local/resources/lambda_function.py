"""AWS::Lambda::Function, with code from an S3 asset or inline."""

import io
import zipfile
from typing import Any

from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
    only,
)

CONFIGURATION = (
    "Description",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "KmsKeyArn",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("FunctionName") or context.name(limit=64)
    made = context.call(
        "lambda",
        "create_function",
        FunctionName=name,
        Code=_code(properties),
        Tags=context.all_tags(properties.get("Tags")) or None,
        **only(properties, "Architectures"),
        **_configuration(properties),
    )
    context.created(name)
    _concurrency(context, name, properties, {})
    return name, {"Arn": made["FunctionArn"]}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    if new["Code"] != old["Code"] or new.get("Architectures") != old.get("Architectures"):
        code = _code(new)
        context.call(
            "lambda", "update_function_code", FunctionName=name, **code, **only(new, "Architectures")
        )
    made = context.call("lambda", "update_function_configuration", FunctionName=name, **_configuration(new))
    _concurrency(context, name, new, old)
    tags = context.all_tags(new.get("Tags"))
    gone = [
        key
        for key in context.call("lambda", "list_tags", Resource=made["FunctionArn"])["Tags"]
        if key not in tags
    ]
    if gone:
        context.call("lambda", "untag_resource", Resource=made["FunctionArn"], TagKeys=gone)
    if tags:
        context.call("lambda", "tag_resource", Resource=made["FunctionArn"], Tags=tags)
    return {"Arn": made["FunctionArn"]}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("lambda", "delete_function", FunctionName=name)


def _configuration(properties: Properties) -> dict[str, Any]:
    return only(properties, *CONFIGURATION)


def _concurrency(context: Context, name: str, new: Properties, old: Properties) -> None:
    reserved = new.get("ReservedConcurrentExecutions")
    if reserved is not None:
        context.call(
            "lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=reserved
        )
    elif "ReservedConcurrentExecutions" in old:
        context.call("lambda", "delete_function_concurrency", FunctionName=name)


def _code(properties: Properties) -> dict[str, Any]:
    code = properties["Code"]
    if "ZipFile" in code:
        if not str(properties.get("Runtime", "")).startswith("python"):
            raise HandlerError("The embedded AWS runs inline code in Python only.")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("index.py", code["ZipFile"])
        return {"ZipFile": archive.getvalue()}
    return only(code, "S3Bucket", "S3Key", "S3ObjectVersion")


TYPE = ResourceType(
    name="AWS::Lambda::Function",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"FunctionName", "PackageType"}),
    mutable=frozenset(
        {
            "Architectures",
            "Code",
            "LoggingConfig",
            "RecursiveLoop",
            "ReservedConcurrentExecutions",
            "Tags",
            *CONFIGURATION,
        }
    ),
)
