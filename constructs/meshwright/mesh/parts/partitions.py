"""Partitions of the tables that streams land in: registered in the catalog as their first files arrive.

Firehose makes folders, not partitions. Athena could compute them (partition projection), but not for a
reader with a data filter, which every consumer has, and no other engine can
(https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html). So each new file is an event of S3
that starts a state machine, which creates the partition unless it is there.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from meshwright.mesh.alarms import Alarm, Metric
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.delivery_policy import catalog_tables
from meshwright.mesh.parts.landing import Landing, partitioned
from meshwright.mesh.parts.partition_machine import data_columns, definition
from meshwright.mesh.parts.state_machine import ACCEPTED
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import PARTITIONS
from meshwright.mesh.statements import Allow, identity_policy, trust

STARTER: Final = "start-partitions"
"""Use of the role with which EventBridge starts the state machines."""


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """For each table a rule and a state machine; one role that lets the rules start them."""
    landings = partitioned(domain)
    if not landings:
        return
    place = place_in(mesh.region, account=domain.account)
    machines = {
        each.folder: place.arn("states", f"stateMachine:{_name(mesh, domain, each)}") for each in landings
    }
    yield _starter(mesh, domain, list(machines.values()))
    for landing in landings:
        about = f"{landing.product}.{landing.table_name}"
        name, machine = _name(mesh, domain, landing), f"partitions {about}"
        yield Declared(
            key=machine,
            type="AWS::StepFunctions::StateMachine",
            name=name,
            properties={
                "StateMachineName": name,
                "StateMachineType": "STANDARD",
                "RoleArn": domain.roles[PARTITIONS].arn,
                "DefinitionString": json.dumps(definition(mesh, domain, landing)),
            },
            accepted=ACCEPTED,
            shown={"registers partitions of": about, "columns": ", ".join(data_columns(landing))},
        )
        bucket = mesh.names.bucket(domain.name, domain.account, "products")
        yield Declared(
            key=f"partitions-rule {about}",
            type="AWS::Events::Rule",
            name=name,
            properties={
                "Name": name,
                "Description": f"New files of {about}.",
                "State": "ENABLED",
                "EventPattern": {
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": {
                        "bucket": {"name": [bucket]},
                        "object": {"key": [{"prefix": f"{landing.folder}/{landing.partition_column}="}]},
                    },
                },
                "Targets": [
                    {
                        "Id": "register",
                        "Arn": machines[landing.folder],
                        "RoleArn": place.iam(f"role/{_starter_name(mesh, domain)}"),
                    }
                ],
            },
            after=("partitions-role", machine),
        )


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What the role of the state machines may do besides looking up tables.

    Lake Formation asks for ALTER on the table, which a writer has.
    """
    del key_arn  # It touches no data.
    tables = [
        (mesh.names.database(domain.name, each.product), each.table_name) for each in partitioned(domain)
    ]
    yield Allow(
        actions=["glue:CreatePartition"],
        resources=catalog_tables(place_in(mesh.region, account=mesh.governance_account), tables),
        why_wildcard="More tables than fit by name; Lake Formation's grants decide which.",
    )


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Partitions that could not be registered."""
    place = place_in(mesh.region, account=domain.account)
    for landing in partitioned(domain):
        about = f"{landing.product}.{landing.table_name}"
        machine = place.arn("states", f"stateMachine:{_name(mesh, domain, landing)}")
        yield Alarm(
            key=f"partitions {about}",
            runbook="partition-not-registered",
            text=f"A file has arrived in the table {about}, but its partition could not be registered in the "
            "catalog: queries do not see it.",
            metric=Metric(
                namespace="AWS/States", name="ExecutionsFailed", dimensions={"StateMachineArn": machine}
            ),
            threshold=0,
            product=landing.product,
        )


def _name(mesh: Mesh, domain: Domain, landing: Landing) -> str:
    return mesh.names.partitions(domain.name, landing.product, landing.table_name)


def _starter_name(mesh: Mesh, domain: Domain) -> str:
    return mesh.names.service_role(domain.name, STARTER)


def _starter(mesh: Mesh, domain: Domain, machines: list[str]) -> Declared:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    place = place_in(mesh.region, account=domain.account)
    name, boundary = _starter_name(mesh, domain), mesh.file.permissions_boundary
    policy = identity_policy([Allow(actions=["states:StartExecution"], resources=machines)])
    properties: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust(
            {"Service": "events.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": place.account}}
        ),
        "Policies": [{"PolicyName": "start", "PolicyDocument": policy}],
    }
    if boundary:
        properties["PermissionsBoundary"] = place.iam(f"policy/{boundary}")
    return Declared(
        key="partitions-role",
        type="AWS::IAM::Role",
        name=name,
        properties=properties,
        shown={"may be assumed by": "events.amazonaws.com", "starts": ", ".join(machines)},
    )
