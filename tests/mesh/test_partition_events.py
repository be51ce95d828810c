"""Partitions of landed tables: what registers them, worked out from the example's files, and run."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from meshwright.local.stepfunctions.clock import Limit
from meshwright.local.stepfunctions.failures import StateError
from meshwright.local.stepfunctions.machine import Machine
from meshwright.mesh.declared import Declared
from meshwright.mesh.documents import access_document
from meshwright.mesh.inventory import inventory
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts import partitions
from meshwright.mesh.policies import domain_role_policy, domain_role_trust
from tests.cdk.synthesis import mesh_of, raw_files

Files = dict[str, Any]
ROLE = "arn:aws:iam::222222222221:role/acme-orders-partitions"
STARTER = "acme-orders_start-partitions"
NAME = "acme-orders_sales-order_changes-partitions"
MACHINE = f"arn:aws:states:eu-west-1:222222222221:stateMachine:{NAME}"
TABLE = "s3://acme-orders-products-222222222221/sales/order_changes"
CALL = "arn:aws:states:::aws-sdk:glue:createPartition"
PARTITION = {
    "CatalogId": "111111111111",
    "DatabaseName": "acme_orders_sales",
    "TableName": "order_changes",
    "PartitionInput": {
        "Values": ["2026-11-24"],
        "StorageDescriptor": {
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                "Parameters": {"serialization.format": "1"},
            },
            "Columns": [
                {"Name": "order_id", "Type": "string"},
                {"Name": "status", "Type": "string"},
                {"Name": "country", "Type": "string"},
                {"Name": "total", "Type": "decimal(12,2)"},
                {"Name": "changed_at", "Type": "timestamp"},
            ],
            "Location": f"{TABLE}/arrived_on=2026-11-24/",
        },
    },
}


@pytest.fixture(scope="module")
def files() -> Files:
    return raw_files()


@pytest.fixture(scope="module")
def mesh(files: Files) -> Mesh:
    return mesh_of(files)


def declared(mesh: Mesh, domain: str = "orders") -> list[Declared]:
    return list(partitions.resources(mesh, mesh.domains[domain]))


def test_a_new_file_starts_the_state_machine_of_its_table(mesh: Mesh) -> None:
    role, machine, rule = declared(mesh)
    assert (role.type, role.name) == ("AWS::IAM::Role", STARTER)
    assert role.properties == {
        "RoleName": STARTER,
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole"],
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Condition": {"StringEquals": {"aws:SourceAccount": "222222222221"}},
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "start",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["states:StartExecution"], "Resource": [MACHINE]}
                    ],
                },
            }
        ],
        "PermissionsBoundary": "arn:aws:iam::222222222221:policy/acme-boundary",
    }
    assert (machine.type, machine.name) == ("AWS::StepFunctions::StateMachine", NAME)
    settings = {name: value for name, value in machine.properties.items() if name != "DefinitionString"}
    assert settings == {"StateMachineName": NAME, "StateMachineType": "STANDARD", "RoleArn": ROLE}
    assert rule == Declared(
        key="partitions-rule sales.order_changes",
        type="AWS::Events::Rule",
        name=NAME,
        properties={
            "Name": NAME,
            "Description": "New files of sales.order_changes.",
            "State": "ENABLED",
            "EventPattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": ["acme-orders-products-222222222221"]},
                    "object": {"key": [{"prefix": "sales/order_changes/arrived_on="}]},
                },
            },
            "Targets": [
                {
                    "Id": "register",
                    "Arn": MACHINE,
                    "RoleArn": f"arn:aws:iam::222222222221:role/{STARTER}",
                }
            ],
        },
        after=("partitions-role", "partitions sales.order_changes"),
    )


class Glue:
    """Answers the calls of a state machine with these errors, one after the other, then well."""

    def __init__(self, *errors: str) -> None:
        self.errors, self.calls = list(errors), list[tuple[str, Any]]()

    def __call__(self, resource: str, parameters: Any, limit: Limit) -> Any:
        self.calls.append((resource, parameters))
        if self.errors:
            raise StateError(self.errors.pop(0))
        return {}


@pytest.fixture
def run(mesh: Mesh) -> Callable[[Glue, str], list[str]]:
    """Runs the state machine for a file's key; the states that it entered."""
    definition = json.loads(declared(mesh)[1].properties["DefinitionString"])

    def run(glue: Glue, key: str) -> list[str]:
        entered = []

        def record(kind: str, details: Mapping[str, Any]) -> None:
            if kind.endswith("StateEntered"):
                entered.append(details["name"])

        event = {"detail": {"bucket": {"name": "b"}, "object": {"key": key}}}
        Machine(perform=glue, record=record, context={}).run(definition, event, Limit(speed=10_000))
        return entered

    return run


KEY = "sales/order_changes/arrived_on=2026-11-24/acme-orders-order-events-1-2026-11-24-08-00-00-a=b.parquet"


def test_the_first_file_of_a_day_registers_its_partition(run: Callable[[Glue, str], list[str]]) -> None:
    glue = Glue()
    assert run(glue, KEY) == ["Day", "IsDay", "Register", "Registered"]
    assert glue.calls == [(CALL, PARTITION)]


def test_a_partition_that_is_there_is_fine_at_once(run: Callable[[Glue, str], list[str]]) -> None:
    glue = Glue("Glue.AlreadyExistsException")
    assert run(glue, KEY) == ["Day", "IsDay", "Register", "Registered"]
    assert len(glue.calls) == 1


def test_other_errors_are_tried_again_six_times(run: Callable[[Glue, str], list[str]]) -> None:
    glue = Glue(*["Glue.ConcurrentModificationException"] * 6)
    assert run(glue, KEY)[-1] == "Registered"
    assert glue.calls == [(CALL, PARTITION)] * 7
    with pytest.raises(StateError, match="ConcurrentModification"):
        run(Glue(*["Glue.ConcurrentModificationException"] * 7), KEY)


@pytest.mark.parametrize("value", ["null", "2026/11/24", "24.11.2026", "", "2026-11-24T08"])
def test_what_is_no_day_is_not_registered_and_fails(
    run: Callable[[Glue, str], list[str]], value: str
) -> None:
    glue = Glue()
    with pytest.raises(StateError):
        run(glue, f"sales/order_changes/arrived_on={value}/file.parquet")
    assert glue.calls == []


def test_the_role_registers_and_is_assumed_by_step_functions(mesh: Mesh) -> None:
    orders = mesh.domains["orders"]
    role = orders.roles["partitions"]
    *_, last = domain_role_policy(mesh, orders, role, key_arn="key")
    catalog = "arn:aws:glue:eu-west-1:111111111111:"
    assert last.statement() == {
        "Effect": "Allow",
        "Action": ["glue:CreatePartition"],
        "Resource": [
            f"{catalog}catalog",
            f"{catalog}database/acme_orders_sales",
            f"{catalog}table/acme_orders_sales/order_changes",
        ],
    }
    [trusted] = domain_role_trust(mesh, orders, role)["Statement"]
    assert trusted["Principal"] == {"Service": "states.amazonaws.com"}


def test_lake_formation_lets_it_alter_that_table_alone(mesh: Mesh) -> None:
    granted = {
        resource: permissions
        for resource, by_permissions in access_document(mesh, mesh.domains["orders"])["Grants"].items()
        for permissions, principals in by_permissions.items()
        if ROLE in principals
    }
    assert {resource: each for resource, each in granted.items() if "ALTER" in each} == {
        "111111111111:table/acme_orders_sales/order_changes": "ALTER, DESCRIBE"
    }


def test_only_domains_with_such_a_table_announce_new_files(files: Files, mesh: Mesh) -> None:
    def announcing(mesh: Mesh) -> list[str]:
        return [
            resource.name
            for stack in inventory(mesh).values()
            for resource in stack.resources.values()
            if resource.properties.get("new objects") == "announced"
        ]

    assert announcing(mesh) == ["acme-orders-products-222222222221"]
    edited = deepcopy(files)
    del edited["domains"]["orders"]["products"]["sales"]["tables"]["order_changes"]["partition_by"]
    without = mesh_of(edited)
    assert announcing(without) == []
    assert declared(without) == []
    assert "partitions" not in without.domains["orders"].roles


def test_two_streams_into_one_table_have_one_rule(files: Files) -> None:
    edited = deepcopy(files)
    edited["domains"]["orders"]["streams"]["more"] = {
        "description": "More.",
        "lands_in": "sales.order_changes",
    }
    assert [each.key for each in declared(mesh_of(edited))] == [
        "partitions-role",
        "partitions sales.order_changes",
        "partitions-rule sales.order_changes",
    ]
