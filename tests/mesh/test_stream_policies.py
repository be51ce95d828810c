"""The policies of a shared stream, whole: of stream, consumer, key, and of the role that reads it."""

from pathlib import Path

import pytest

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.sharing import resources
from meshwright.mesh.policies import domain_role_policy, existing_role_policy
from meshwright.mesh.statements import Allow, identity_policy
from meshwright.mesh.stream_policies import BUDGET, key_use_for_streams, reads_streams
from meshwright.project import load_mesh
from tests.config.small_mesh import ANALYTICS, ANALYTICS_FILE, ORDERS, ORDERS_FILE, TODAY, write_mesh
from tests.config.stream_mesh import (
    ANALYSTS,
    ANALYTICS_ACCOUNT,
    EVENTS,
    ORDERS_ACCOUNT,
    STREAM,
    STREAM_ARN,
    stream_mesh,
)

ONLY_ANALYSTS = {"ArnEquals": {"aws:PrincipalArn": [ANALYSTS]}}
ACCOUNT = {"AWS": [f"arn:aws:iam::{ANALYTICS_ACCOUNT}:root"]}
SHARED_ACTIONS = [
    "kinesis:DescribeStreamSummary",
    "kinesis:ListShards",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
]
LISTING = ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]
SUBSCRIBING = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
BY_KINESIS = {
    "kms:ViaService": "kinesis.eu-west-1.amazonaws.com",
    "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
}


def loaded(root: Path, texts: dict[str, str]) -> Mesh:
    return load_mesh(write_mesh(root, texts), environment=None, today=TODAY)


def statement(actions: list[str], resource: object) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Principal": ACCOUNT,
        "Resource": [resource],
        "Condition": ONLY_ANALYSTS,
    }


def policy(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_shared_throughput(tmp_path: Path) -> None:
    mesh = loaded(tmp_path, stream_mesh())
    assert list(resources(mesh, mesh.domains["orders"])) == [
        Declared(
            key="stream-policy order-events",
            type="AWS::Kinesis::ResourcePolicy",
            name=STREAM,
            properties={
                "ResourceArn": STREAM_ARN,
                "ResourcePolicy": policy(statement(SHARED_ACTIONS, STREAM_ARN)),
            },
            shown={"read by analytics analysts": "shared throughput"},
            tags="",
        )
    ]
    assert list(resources(mesh, mesh.domains["analytics"])) == []


def test_fan_out_has_a_consumer_and_no_shared_reads(tmp_path: Path) -> None:
    mesh = loaded(tmp_path, stream_mesh(fan_out=True))
    arn = Attribute("stream-consumer order-events analytics", "ConsumerARN")
    assert list(resources(mesh, mesh.domains["orders"])) == [
        Declared(
            key="stream-policy order-events",
            type="AWS::Kinesis::ResourcePolicy",
            name=STREAM,
            properties={"ResourceArn": STREAM_ARN, "ResourcePolicy": policy(statement(LISTING, STREAM_ARN))},
            shown={"read by analytics analysts": "fan-out"},
            tags="",
        ),
        Declared(
            key="stream-consumer order-events analytics",
            type="AWS::Kinesis::StreamConsumer",
            name=f"{STREAM}/acme-analytics",
            properties={"StreamARN": STREAM_ARN, "ConsumerName": "acme-analytics"},
            tags="",
        ),
        Declared(
            key="stream-consumer-policy order-events analytics",
            type="AWS::Kinesis::ResourcePolicy",
            name=f"{STREAM}/acme-analytics",
            properties={"ResourceArn": arn, "ResourcePolicy": policy(statement(SUBSCRIBING, arn))},
            shown={"read by analytics analysts": "fan-out"},
            tags="",
        ),
    ]


@pytest.mark.parametrize("fan_out", [False, True])
def test_the_key_is_for_decrypting_that_stream_through_kinesis(fan_out: bool, tmp_path: Path) -> None:
    mesh = loaded(tmp_path, stream_mesh(fan_out=fan_out))
    assert list(key_use_for_streams(mesh, mesh.domains["orders"])) == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Principal": ACCOUNT,
            "Resource": ["*"],
            "Condition": {"StringEquals": BY_KINESIS, **ONLY_ANALYSTS},
        }
    ]
    assert list(key_use_for_streams(mesh, mesh.domains["analytics"])) == []


def test_what_the_reading_role_has(tmp_path: Path) -> None:
    decrypt = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [f"arn:aws:kms:eu-west-1:{ORDERS_ACCOUNT}:key/*"],
        "Condition": {"StringEquals": {**BY_KINESIS, "kms:EncryptionContext:aws:kinesis:arn": [STREAM_ARN]}},
    }
    mesh = loaded(tmp_path / "shared", stream_mesh())
    analytics = mesh.domains["analytics"]
    assert statements(reads_streams(mesh, analytics, analytics.roles["analysts"])) == [
        {"Effect": "Allow", "Action": SHARED_ACTIONS, "Resource": [STREAM_ARN]},
        decrypt,
    ]
    mesh = loaded(tmp_path / "fan-out", stream_mesh(fan_out=True))
    analytics = mesh.domains["analytics"]
    assert statements(reads_streams(mesh, analytics, analytics.roles["analysts"])) == [
        {"Effect": "Allow", "Action": LISTING, "Resource": [STREAM_ARN]},
        {
            "Effect": "Allow",
            "Action": SUBSCRIBING,
            "Resource": [f"{STREAM_ARN}/consumer/acme-analytics:*"],
        },
        decrypt,
    ]


def statements(allows: object) -> list[dict[str, object]]:
    assert isinstance(allows, list) or hasattr(allows, "__next__")
    found: list[dict[str, object]] = identity_policy(allows)["Statement"]  # type: ignore[arg-type]
    return found


def test_it_is_part_of_the_role_that_is_created_and_of_what_an_existing_one_needs(tmp_path: Path) -> None:
    mesh = loaded(tmp_path, stream_mesh())
    analytics = mesh.domains["analytics"]
    role = analytics.roles["analysts"]
    reading = list(reads_streams(mesh, analytics, role))
    created = domain_role_policy(mesh, analytics, role, key_arn="key")
    existing = existing_role_policy(mesh, analytics, role)
    assert len(reading) == 2
    assert all(each in created and each in existing for each in reading)


def test_many_streams_go_by_the_prefix_of_the_mesh_but_not_in_the_own_account(tmp_path: Path) -> None:
    names = [f"events-{number}" for number in range(10)]
    streams = "".join(
        f"  {name}: {{description: d, shared_with: [{{domain: analytics}}]}}\n" for name in names
    )
    wanted = "".join(f"  - {{stream: orders.{name}, purpose: p, roles: [analysts]}}\n" for name in names)
    texts = stream_mesh()
    texts |= {ORDERS_FILE: ORDERS.replace(EVENTS, streams), ANALYTICS_FILE: f"{ANALYTICS}{wanted}"}
    mesh = loaded(tmp_path, texts)
    analytics = mesh.domains["analytics"]
    assert sum(len(f"{STREAM_ARN[:-12]}{name}") for name in names) > BUDGET
    of_mesh = "arn:aws:kinesis:eu-west-1:*:stream/acme-*"
    abroad = {"StringNotEquals": {"aws:ResourceAccount": ANALYTICS_ACCOUNT}}
    found = list(reads_streams(mesh, analytics, analytics.roles["analysts"]))
    assert all(isinstance(each, Allow) and each.why_wildcard for each in found)
    assert statements(found) == [
        {"Effect": "Allow", "Action": SHARED_ACTIONS, "Resource": [of_mesh], "Condition": abroad},
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": ["arn:aws:kms:eu-west-1:*:key/*"],
            "Condition": {
                **abroad,
                "StringEquals": {"kms:ViaService": "kinesis.eu-west-1.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:aws:kinesis:arn": of_mesh},
            },
        },
    ]


def test_what_has_ended_is_not_wired(tmp_path: Path) -> None:
    texts = stream_mesh()
    texts[ORDERS_FILE] = texts[ORDERS_FILE].replace("until: 2027-09-30", "until: 2026-12-31")
    mesh = loaded(tmp_path, texts)
    orders, analytics = mesh.domains["orders"], mesh.domains["analytics"]
    assert list(resources(mesh, orders)) == []
    assert list(key_use_for_streams(mesh, orders)) == []
    assert list(reads_streams(mesh, analytics, analytics.roles["analysts"])) == []
