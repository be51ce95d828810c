"""Cost allocation tags: on every resource that can have tags, whatever its type.

Which can is in CloudFormation's schemas, as cfn-lint has them.
"""

from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template

REGION = "eu-west-1"


def tag_property(kind: str) -> str | None:
    """Name of the property that holds the tags of a type; None: it can have none.

    A type that CloudFormation makes anew when its tags change counts as one that can't: another owner of the
    domain would interrupt whoever uses it.
    """
    if kind.startswith("Custom::"):
        return None
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    tagging = schema.get("tagging") or {}
    name = str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]
    changeable = tagging.get("taggable", True) and tagging.get("tagUpdatable", True)
    return name if changeable and name in schema["properties"] else None


def tags_in(value: Any) -> dict[str, str]:
    """Tags as a list or a mapping."""
    return value if isinstance(value, dict) else {each["Key"]: each["Value"] for each in value or []}


def test_every_resource_that_can_be_is_tagged(templates: dict[str, Template], mesh: Mesh) -> None:
    owners = {name: domain.file.owner.team for name, domain in mesh.domains.items()}
    properties: dict[str, str | None] = {}
    wrong = {}
    for stack, template in templates.items():
        _, domain, *_ = stack.split("-")
        expected = {"mesh": "acme", "environment": "dev", "owner": owners.get(domain, "governance")}
        if domain != "governance":
            expected["domain"] = domain
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            if kind not in properties:
                properties[kind] = tag_property(kind)
            name = properties[kind]
            if name is not None and tags_in(resource["Properties"].get(name)) != expected:
                wrong[f"{stack}/{logical_id}"] = kind
    taggable = {kind for kind, name in properties.items() if name is not None}
    assert {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::IAM::Role"} <= taggable
    assert {"AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::Budgets::Budget"} <= taggable
    assert wrong == {}
