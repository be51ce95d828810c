"""The inventory of what files declare is what the templates hold: same stacks, same resources, same names."""

from collections import Counter

import pytest

from meshwright.mesh.inventory import KEPT, Inventory, inventory
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, resources

NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::S3::BucketPolicy": "Bucket",
}
"""The property that has the resource's name."""


@pytest.fixture(scope="module")
def declared(mesh: Mesh) -> Inventory:
    return inventory(mesh)


def test_the_same_stacks_with_as_many_resources_of_each_type(
    declared: Inventory, templates: dict[str, Template]
) -> None:
    expected = {
        name: Counter(each["Type"] for each in template["Resources"].values())
        for name, template in templates.items()
    }
    assert {
        stack.name: Counter(each.type for each in stack.resources.values()) for stack in declared.values()
    } == expected


@pytest.mark.parametrize("kind", NAMES)
def test_the_same_names(declared: Inventory, templates: dict[str, Template], kind: str) -> None:
    expected = sorted(
        (place.partition("/")[0], resource["Properties"][NAMES[kind]])
        for place, resource in resources(templates, kind)
    )
    assert expected
    found = [
        (stack.name, each.name)
        for stack in declared.values()
        for each in stack.resources.values()
        if each.type == kind
    ]
    assert sorted(found) == expected


def test_the_same_types_are_kept(templates: dict[str, Template]) -> None:
    every = [each for template in templates.values() for each in template["Resources"].values()]
    kept = {each["Type"] for each in every if each.get("DeletionPolicy") == "RetainExceptOnCreate"}
    assert kept == KEPT


def test_the_metadata_of_products(declared: Inventory, templates: dict[str, Template]) -> None:
    """What the catalog has as parameters of a database, the inventory has as its properties."""
    keys = {
        "meshwright.classification": "classification",
        "meshwright.owner": "owner",
        "meshwright.owner_email": "owner's address",
        "meshwright.documentation": "documentation",
        "meshwright.status": "status",
        "meshwright.sunset": "sunset",
    }
    expected = {}
    for _, resource in resources(templates, "AWS::Glue::Database"):
        written = resource["Properties"]["DatabaseInput"]
        if "Parameters" in written:
            known = {keys[key]: value for key, value in written["Parameters"].items() if key in keys}
            expected[written["Name"]] = {"description": written["Description"], **known}
    assert len(expected) == 4
    found = {
        each.name: {key: value for key, value in each.properties.items() if key != "location"}
        for stack in declared.values()
        for each in stack.resources.values()
        if each.key.startswith("database ")
    }
    assert found == expected
