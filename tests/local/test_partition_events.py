"""The declared rule and state machine register the partition of a new file, on the embedded AWS."""

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from meshwright.mesh.parts import partitions
from meshwright.mesh.policies import domain_role_trust
from tests.cdk.synthesis import mesh_of, raw_files
from tests.embedded import Aws
from tests.local.stacks import deploy, reasons

WAIT_SECONDS = 20


def test_a_new_file_of_a_landed_table(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    files = deepcopy(raw_files())
    files["mesh"]["environments"] = {"dev": {"governance_account": here, "region": "eu-west-1"}}
    del files["mesh"]["permissions_boundary"]
    files["domains"]["orders"]["accounts"] = {"dev": here}
    mesh = mesh_of(files)
    orders = mesh.domains["orders"]
    bucket, role = f"acme-orders-products-{here}", orders.roles["partitions"]
    columns = {"order_id": "string", "status": "string"}
    table = {
        "Name": "order_changes",
        "PartitionKeys": [{"Name": "arrived_on", "Type": "date"}],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
            "Location": f"s3://{bucket}/sales/order_changes/",
        },
    }
    given: dict[str, Any] = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": bucket,
                "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": role.name,
                "AssumeRolePolicyDocument": domain_role_trust(mesh, orders, role),
            },
        },
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": here, "DatabaseInput": {"Name": "acme_orders_sales"}},
        },
        "Table": {
            "Type": "AWS::Glue::Table",
            "DependsOn": "Database",
            "Properties": {"CatalogId": here, "DatabaseName": "acme_orders_sales", "TableInput": table},
        },
    }
    for number, each in enumerate(partitions.resources(mesh, orders)):
        # In the order in which they are declared, after what is there before them.
        before = [*given][-1]
        given[f"Declared{number}"] = {
            "Type": each.type,
            "DependsOn": before,
            "Properties": dict(each.properties),
        }
    cloudformation = aws.client("cloudformation", here)
    assert deploy(cloudformation, "s", {"Resources": given}) == "CREATE_COMPLETE", reasons(
        cloudformation, "s"
    )

    s3, glue = aws.client("s3", here), aws.client("glue", here)
    for name in ("one", "two"):
        s3.put_object(Bucket=bucket, Key=f"sales/order_changes/arrived_on=2026-11-24/{name}.parquet")
    s3.put_object(Bucket=bucket, Key="sales/order_changes/arrived_on=null/three.parquet")
    s3.put_object(Bucket=bucket, Key="failed-records/order-events/format-conversion-failed/four")

    [machine] = aws.client("stepfunctions", here).list_state_machines()["stateMachines"]
    ended = _ended(aws.client("stepfunctions", here), machine["stateMachineArn"], 3)
    assert sorted(ended) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    registered = glue.get_partitions(DatabaseName="acme_orders_sales", TableName="order_changes")[
        "Partitions"
    ]
    assert [(each["Values"], each["StorageDescriptor"]["Location"]) for each in registered] == [
        (["2026-11-24"], f"s3://{bucket}/sales/order_changes/arrived_on=2026-11-24/")
    ]


def _ended(client: Any, machine: str, count: int) -> list[str]:
    """How the executions of a state machine ended, once there are `count`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        found = [each["status"] for each in client.list_executions(stateMachineArn=machine)["executions"]]
        ended = [status for status in found if status != "RUNNING"]
        if len(ended) == count or time.monotonic() > deadline:
            return ended
        time.sleep(0.1)
