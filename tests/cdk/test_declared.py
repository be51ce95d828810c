"""Declared resources in a stack."""

import aws_cdk as cdk
import pytest
from constructs import Construct

from meshwright.cdk.declared import add_declared, add_template, logical_id
from meshwright.mesh.declared import Attribute, AttributeText, Declared, below
from tests.cdk.synthesis import synthesize, templates_in


def queue(key: str, **properties: object) -> Declared:
    return Declared(key=key, type="AWS::SQS::Queue", name=key, properties=properties)


def test_keys_that_differ_by_a_sign_alone() -> None:
    def add(app: cdk.App) -> None:
        stack = cdk.Stack(app, "one")
        add_declared(stack, [queue("events a-b"), queue("events ab")], tags=None)
        cdk.CfnResource(stack, "Partseventsab", type="AWS::SQS::Queue")

    assert len(templates_in(synthesize(add))["one"]["Resources"]) == 3


@pytest.mark.parametrize(
    "path",
    [
        "Role-engineers",
        "Storage/Key/Key",
        "Storage/Default/Raw",
        "Tables-order_items/items",
        "Tables-items/items",
        "Parts/refreshes orders.sales 2h",
        "Parts/Resource",
        f"Parts/{'long' * 70}",
    ],
)
def test_logical_ids_are_as_the_cdk_makes_them(path: str) -> None:
    def add(app: cdk.App) -> None:
        scope: Construct = cdk.Stack(app, "one")
        *outer, last = path.split("/")
        for part in outer:
            scope = Construct(scope, part)
        cdk.CfnResource(scope, last, type="AWS::SQS::Queue")

    assert list(templates_in(synthesize(add))["one"]["Resources"]) == [logical_id(path)]


def test_a_template_refers_across_scopes() -> None:
    key = AttributeText("/Storage/Key/Key", "Arn")
    resources = [
        *below("Storage/Key", [queue("Key", QueueName="key")]),
        *below("Storage", [queue("Raw", QueueName=key)], after=["/Settings"]),
        *below("Parts", [queue("a"), queue("b", QueueName=Attribute("a"))]),
        queue("Settings", QueueName=Attribute("/Parts/b")),
    ]

    def add(app: cdk.App) -> None:
        add_template(cdk.Stack(app, "one"), resources, tags=None)

    found = templates_in(synthesize(add))["one"]["Resources"]
    assert {name: each.get("Properties", {}).get("QueueName") for name, each in found.items()} == {
        logical_id("Storage/Key/Key"): "key",
        logical_id("Storage/Raw"): {"Fn::GetAtt": [logical_id("Storage/Key/Key"), "Arn"]},
        logical_id("Parts/a"): None,
        logical_id("Parts/b"): {"Ref": logical_id("Parts/a")},
        "Settings": {"Ref": logical_id("Parts/b")},
    }
    assert found[logical_id("Storage/Raw")]["DependsOn"] == ["Settings"]


def test_attributes_tags_and_order() -> None:
    mail = {"Protocol": "email", "TopicArn": "arn:aws:sns:eu-west-1:111111111111:alarms"}
    resources = [
        queue("first", QueueName="first"),
        Declared(
            key="second",
            type="AWS::SQS::Queue",
            name="second",
            properties={"RedrivePolicy": {"deadLetterTargetArn": Attribute("first", "Arn"), "n": [1]}},
            after=("first",),
            keep=True,
        ),
        Declared(
            key="third",
            type="AWS::SSM::Parameter",
            name="third",
            properties={"Type": "String", "Value": Attribute("first")},
            tag_map=True,
        ),
        Declared(key="fourth", type="AWS::SNS::Subscription", name="fourth", properties=mail, tags=""),
    ]

    def add(app: cdk.App) -> None:
        add_declared(cdk.Stack(app, "one"), resources, tags={"owner": "team", "mesh": "acme"})

    found = templates_in(synthesize(add))["one"]["Resources"]
    first = next(name for name, each in found.items() if each["Properties"].get("QueueName"))
    second = next(each for each in found.values() if each.get("DependsOn"))
    tags = [{"Key": "mesh", "Value": "acme"}, {"Key": "owner", "Value": "team"}]
    assert len(found) == 4
    assert found[first]["Properties"] == {"QueueName": "first", "Tags": tags}
    assert second["DependsOn"] == [first]
    assert second["DeletionPolicy"] == "RetainExceptOnCreate"
    assert second["Properties"] == {
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": [first, "Arn"]}, "n": [1]},
        "Tags": tags,
    }
    (parameter,) = (each for each in found.values() if each["Type"] == "AWS::SSM::Parameter")
    assert parameter["Properties"] == {
        "Type": "String",
        "Value": {"Ref": first},
        "Tags": {"mesh": "acme", "owner": "team"},
    }
    (subscription,) = (each for each in found.values() if each["Type"] == "AWS::SNS::Subscription")
    assert subscription["Properties"] == mail


def test_two_resources_of_one_id_are_refused() -> None:
    stack = cdk.Stack(cdk.App(), "one")
    with pytest.raises(ValueError, match="Role-ab: another resource of the stack has the id Roleab"):
        add_template(stack, [queue("Role-a-b"), queue("Role-ab")], tags=None)
