"""Shared streams in the templates: order, references, and the choice of domains."""

from typing import Any

import pytest

from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, mesh_of, raw_files, templates_of


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def test_policies_and_consumer_wait_for_what_they_are_about(templates: dict[str, Template]) -> None:
    template = templates["acme-orders-foundation"]
    [stream] = of_type(template, "AWS::Kinesis::Stream")
    [consumer] = of_type(template, "AWS::Kinesis::StreamConsumer")
    policies = of_type(template, "AWS::Kinesis::ResourcePolicy")
    arn = {"Fn::GetAtt": [consumer, "ConsumerARN"]}
    targets = [each["Properties"]["ResourceArn"] for each in policies.values()]
    assert targets == ["arn:aws:kinesis:eu-west-1:222222222221:stream/acme-orders-order-events", arn]
    assert all(stream in each["DependsOn"] for each in policies.values())
    assert stream in template["Resources"][consumer]["DependsOn"]
    of_consumer = list(policies.values())[1]["Properties"]["ResourcePolicy"]["Statement"][0]
    assert of_consumer["Resource"] == [arn]


def test_no_policy_of_a_foundation_names_a_role_of_another_domain_as_principal(
    templates: dict[str, Template],
) -> None:
    """Foundations deploy at the same time, and AWS refuses a role that does not exist yet."""
    seen = 0
    for template in templates.values():
        for kind, name in (
            ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
            ("AWS::KMS::Key", "KeyPolicy"),
        ):
            for each in of_type(template, kind).values():
                for statement in each["Properties"][name]["Statement"]:
                    listed = statement["Principal"].get("AWS", [])
                    for arn in [listed] if isinstance(listed, str) else listed:
                        seen += 1
                        assert arn.endswith((":root", "role/acme-lakeformation-registration"))
    assert seen > 8


@pytest.fixture(scope="module")
def by_stream_alone() -> Mesh:
    """Payments consumes nothing but the stream of orders."""
    files = raw_files()
    payments = files["domains"]["payments"]
    payments["consumes"] = [each for each in payments["consumes"] if "stream" in each]
    return mesh_of(files)


def test_who_reads_a_stream_alone_is_chosen_with_its_producer(by_stream_alone: Mesh) -> None:
    whole, chosen = templates_of(by_stream_alone), templates_of(by_stream_alone, ["payments"])
    assert sorted(chosen) == [
        "acme-governance",
        "acme-orders-foundation",
        "acme-orders-share",
        "acme-payments-access",
        "acme-payments-foundation",
        "acme-payments-share",
        "acme-payments-workloads",
    ]
    assert chosen == {name: whole[name] for name in chosen}
