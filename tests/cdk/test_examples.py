"""Each construct by its example: the whole template, with paths for logical ids."""

import runpy
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from meshwright.cdk.declared import logical_id
from tests.cdk.synthesis import ROOT, readable, synthesize

DOMAIN = cdk.Environment(account="222222222222", region="eu-west-1")
GOVERNANCE = cdk.Environment(account="111111111111", region="eu-west-1")
CONSUMER = cdk.Environment(account="333333333333", region="eu-west-1")

EXAMPLES: dict[str, Callable[[dict[str, Any], cdk.App], object]] = {
    "storage": lambda names, app: names["StorageStack"](app, "storage", env=DOMAIN),
    "streams": lambda names, app: names["StreamsStack"](app, "streams"),
    "delivery": lambda names, app: names["DeliveryStack"](app, "delivery", env=DOMAIN),
    "pipeline": lambda names, app: names["PipelineStack"](app, "pipeline", env=DOMAIN),
    "catalog": lambda names, app: names["CatalogStack"](app, "catalog", env=GOVERNANCE),
    "sharing": lambda names, app: names["SharingStack"](app, "sharing", env=CONSUMER),
    "roles": lambda names, app: names["RolesStack"](app, "roles", env=DOMAIN),
    "governance": lambda names, app: names["GovernanceStack"](app, "governance", env=GOVERNANCE),
}


def add_example(name: str, app: cdk.App) -> None:
    EXAMPLES[name](runpy.run_path(str(ROOT / "examples" / f"{name}.py")), app)


@pytest.mark.parametrize("name", EXAMPLES)
def test_template(name: str, snapshot: SnapshotAssertion) -> None:
    folder = synthesize(lambda app: add_example(name, app))
    assert readable(folder, name) == snapshot(extension_class=JSONSnapshotExtension)


def test_every_example_is_tested() -> None:
    files = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert files == {*EXAMPLES, "mesh"}


def test_a_mesh_in_an_app_of_ones_own() -> None:
    add_mesh = runpy.run_path(str(ROOT / "examples" / "mesh.py"))["add_mesh"]
    folder = synthesize(lambda app: add_mesh(app, ROOT))
    outputs = readable(folder, "acme-orders-foundation")["Outputs"]
    assert outputs == {"RawBucket": {"Value": {"Ref": logical_id("Storage/Raw")}}}
