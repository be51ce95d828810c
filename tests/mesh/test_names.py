"""Names: as the contracts between stacks spell them, and within AWS's limits whatever the files allow."""

from typing import Any

from meshwright.commands.schema import json_schema
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.mesh.names import Names, partition_of

NAMES = Names(mesh="acme", region="eu-west-1", qualifier="hnb659fds")


def test_every_name_of_a_domain() -> None:
    assert [
        NAMES.governance_stack,
        NAMES.stack("orders", "foundation"),
        NAMES.bucket("orders", "222222222221", "products"),
        NAMES.key_alias("orders"),
        NAMES.stream("orders", "order-events"),
        NAMES.created_role("orders", "analysts"),
        NAMES.database("order-intake", "sales"),
        NAMES.provider_arn("222222222221"),
        NAMES.provider_role_arn("222222222221"),
        NAMES.registration_role_arn("111111111111"),
        NAMES.deploying_role_arn("222222222221"),
        NAMES.lookup_role_arn("222222222221"),
    ] == [
        "acme-governance",
        "acme-orders-foundation",
        "acme-orders-products-222222222221",
        "alias/acme-orders",
        "acme-orders-order-events",
        "acme-orders-analysts",
        "acme_order_intake_sales",
        "arn:aws:lambda:eu-west-1:222222222221:function:acme-lakeformation-provider",
        "arn:aws:iam::222222222221:role/acme-lakeformation-provider",
        "arn:aws:iam::111111111111:role/acme-lakeformation-registration",
        "arn:aws:iam::222222222221:role/cdk-hnb659fds-cfn-exec-role-222222222221-eu-west-1",
        "arn:aws:iam::222222222221:role/cdk-hnb659fds-lookup-role-222222222221-eu-west-1",
    ]


def test_partitions() -> None:
    regions = ("eu-west-1", "cn-north-1", "us-gov-west-1", "us-east-1")
    assert [partition_of(region) for region in regions] == ["aws", "aws-cn", "aws-us-gov", "aws"]


def test_no_pipeline_is_called_like_what_registers_partitions() -> None:
    """Both are state machines of one account."""
    registers = NAMES.partitions("orders", "sales", "changes")
    assert registers == "acme-orders_sales-changes-partitions"
    assert registers != NAMES.pipeline("orders", "sales-changes-partitions")


def _longest(schema: dict[str, Any], *path: str) -> str:
    for step in path:
        schema = schema[step]
    return "x" * int(schema["maxLength"])


def test_the_longest_names_that_the_files_allow_fit_into_aws() -> None:
    """Limits that no check looks at, because the lengths of the parts keep them."""
    mesh = _longest(json_schema(MeshFile), "properties", "mesh")
    domain_schema = json_schema(DomainFile)
    domain = _longest(domain_schema, "properties", "domain")
    stream = _longest(domain_schema, "properties", "streams", "propertyNames")
    product = _longest(domain_schema, "properties", "products", "propertyNames")
    names = Names(mesh=mesh, region="ap-southeast-1", qualifier="hnb659fds")
    assert len(mesh) == 20
    assert len(names.stack(domain, "foundation")) <= 128
    assert len(names.stream(domain, stream)) <= 128
    assert len(names.database(domain, product)) <= 255
    assert len(names.provider) <= 64
    assert len(names.registration_role) <= 64
    assert len(names.key_alias(domain)) <= 256
    assert len(domain) <= 50
