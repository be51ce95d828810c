"""cdk-nag (AwsSolutions) and cfn-lint find nothing in the example mesh and in the examples of constructs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import cloudformation_include
from constructs import Construct

from meshwright.cdk import DomainKey, build
from meshwright.cdk.declared import add_declared
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import synthesize
from tests.cdk.test_examples import EXAMPLES, add_example

if TYPE_CHECKING:  # importing it takes a second, also where another worker runs these tests
    from cfnlint.rules import Rules


def nag(add_stacks: Callable[[cdk.App], object]) -> list[tuple[str, str]]:
    """Rule and path of what AwsSolutions finds and nobody acknowledged."""
    from cdk_nag import AwsSolutionsChecks

    app = cdk.App()
    add_stacks(app)
    report = AwsSolutionsChecks(app).validate_scope(app)
    return [
        (violation.rule_name, resource.construct_path or "")
        for violation in report.violations
        for resource in violation.violating_resources
    ]


def lint(folder: Path) -> list[str]:
    """What cfn-lint says about the templates in a folder."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import run_template_by_file_path

    paths = sorted(folder.glob("*.template.json"))
    assert paths
    return [
        f"{match.rule.id} {match.message}"
        for path in paths
        for match in run_template_by_file_path(
            str(path), ConfigMixIn([]), lint_rules(), ignore_bad_template=False
        )
    ]


@cache
def lint_rules() -> "Rules":
    """All rules of cfn-lint. `lint_file` loads them at each call, which takes longer than applying them."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn([])).rules


def test_nag_over_the_example_mesh(mesh: Mesh) -> None:
    assert nag(lambda app: build(app, mesh)) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_nag_over_an_example(name: str) -> None:
    assert nag(lambda app: add_example(name, app)) == []


def test_nag_finds_what_is_planted(mesh: Mesh) -> None:
    """An unversioned open bucket, and a wildcard without a reason in a role that has others with one."""

    def plant(app: cdk.App) -> None:
        stacks = build(app, mesh, domains=["orders"])
        s3.CfnBucket(stacks.governance, "Planted", bucket_name="planted")
        role = stacks.foundations["orders"].resource("Role-engineers")
        policies = [
            {
                "policyName": "planted",
                "policyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*", "arn:aws:s3:::x*"]}
                    ],
                },
            }
        ]
        role.policies = policies  # type: ignore[assignment]

    found = nag(plant)
    assert ("AwsSolutions-S10", "acme-governance/Planted") in found
    assert {rule for rule, path in found if path == "acme-orders-foundation/Template/Roleengineers"} == {
        "AwsSolutions-IAM5[Action::s3:*]",
        "AwsSolutions-IAM5[Resource::arn:aws:s3:::x*]",
    }


def read_back(assembly: Path, name: str) -> list[tuple[str, str]]:
    """What nag finds in a template whose resources have the classes of their types."""

    def include(app: cdk.App, name: str) -> None:
        stack = cdk.Stack(app, name, env=cdk.Environment(account="111111111111", region="eu-west-1"))
        cloudformation_include.CfnInclude(
            stack, "Template", template_file=str(assembly / f"{name}.template.json")
        )

    return nag(lambda app: include(app, name))


def test_nag_finds_no_more_where_nothing_is_acknowledged(assembly: Path) -> None:
    """A copy of the governance stack, read back from its template, has no reasons with it."""
    found = read_back(assembly, "acme-governance")
    assert "AwsSolutions-IAM5[Resource::*]" in {rule for rule, _ in found}  # not acknowledged in a copy
    assert [rule for rule, path in found if "Function" in path] == [
        "AwsSolutions-L1"
    ]  # see provider.WHY_RUNTIME
    rules = {rule.partition("[")[0] for rule, _ in found}
    assert rules == {"AwsSolutions-IAM5", "AwsSolutions-L1", "AwsSolutions-S1"}  # S1: see trail.py


def test_nag_looks_at_what_works_on_the_data(mesh: Mesh) -> None:
    """By their classes, as at all else: an alarm's topic that anybody may publish to in the clear."""

    def plant(app: cdk.App) -> None:
        stack = build(app, mesh, domains=["orders"]).workloads["orders"]
        topic = Declared(key="planted", type="AWS::SNS::Topic", name="planted", properties={})
        add_declared(Construct(stack, "Other"), [topic], tags=None)

    assert nag(plant) == [("AwsSolutions-SNS3", "acme-orders-workloads/Other/Parts/planted")]


@pytest.mark.slow
def test_lint_over_the_example_mesh(assembly: Path) -> None:
    assert lint(assembly) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_lint_over_an_example(name: str) -> None:
    assert lint(synthesize(lambda app: add_example(name, app))) == []


def test_lint_finds_what_is_planted() -> None:
    def plant(app: cdk.App) -> None:
        stack = cdk.Stack(app, "planted", env=cdk.Environment(account="111111111111", region="eu-west-1"))
        DomainKey(stack, "Key", alias="shop", registration_role_arn="arn:aws:iam::1:role/x", bucket_names=[])

    assert any(found.startswith("E3") for found in lint(synthesize(plant)))
