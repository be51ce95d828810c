"""Streams of other accounts on the embedded AWS: found by their ARN, guarded by their resource policies."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from meshwright.local.kinesis.policies import lets_in
from tests.embedded import REGION, Aws
from tests.local.stacks import deleted, deploy, reasons

Account = Callable[[], str]
READ = ["kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"]


def policy(arn: object, account: str, role: str, *actions: str) -> dict[str, Any]:
    """As the mesh has it: the account, under the condition that it is that role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root"]},
        "Action": list(actions),
        "Resource": [arn],
        "Condition": {"ArnEquals": {"aws:PrincipalArn": [f"arn:aws:iam::{account}:role/{role}"]}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    found: str = error.value.response["Error"]["Code"]
    return found


def test_who_is_let_in_reads_by_the_arn_and_nobody_else(aws: Aws, account: Account) -> None:
    owner, reader = account(), account()
    kinesis = aws.client("kinesis", owner)
    kinesis.create_stream(StreamName="events", ShardCount=1)
    arn = f"arn:aws:kinesis:{REGION}:{owner}:stream/events"
    kinesis.put_record(StreamName="events", Data=b"one", PartitionKey="k")
    for name in ("Agreed", "Other"):
        aws.role(reader, name)
    agreed, other = (
        aws.client("kinesis", reader, f"arn:aws:iam::{reader}:role/{name}") for name in ("Agreed", "Other")
    )

    with pytest.raises(ClientError) as nobody:
        agreed.list_shards(StreamARN=arn)
    kinesis.put_resource_policy(ResourceARN=arn, Policy=json.dumps(policy(arn, reader, "Agreed", *READ)))
    [shard] = agreed.list_shards(StreamARN=arn)["Shards"]
    iterator = agreed.get_shard_iterator(
        StreamARN=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = agreed.get_records(StreamARN=arn, ShardIterator=iterator)["Records"]
    with pytest.raises(ClientError) as another_role:
        other.list_shards(StreamARN=arn)
    with pytest.raises(ClientError) as another_action:
        agreed.put_record(StreamARN=arn, Data=b"two", PartitionKey="k")
    with pytest.raises(ClientError) as not_to_share:
        agreed.delete_stream(StreamARN=arn)

    assert [each["Data"] for each in records] == [b"one"]
    assert {code(each) for each in (nobody, another_role, another_action, not_to_share)} == {
        "AccessDeniedException"
    }
    assert str(another_action.value).endswith(
        f"User: arn:aws:iam::{reader}:role/Agreed is not authorized to perform: kinesis:PutRecord on "
        f"resource: {arn} because no resource-based policy allows the action"
    )


def test_an_iterator_that_was_asked_for_by_arn_knows_its_stream(aws: Aws, account: Account) -> None:
    owner = account()
    kinesis = aws.client("kinesis", owner)
    kinesis.create_stream(StreamName="events", ShardCount=1)
    kinesis.put_record(StreamName="events", Data=b"one", PartitionKey="k")
    iterator = kinesis.get_shard_iterator(
        StreamARN=f"arn:aws:kinesis:{REGION}:{owner}:stream/events",
        ShardId="shardId-000000000000",
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    assert [each["Data"] for each in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"one"]


def test_policy_and_consumer_as_resources_of_a_stack(aws: Aws, account: Account) -> None:
    here, reader = account(), account()
    cloudformation, kinesis = aws.client("cloudformation", here), aws.client("kinesis", here)
    arn = f"arn:aws:kinesis:{REGION}:{here}:stream/events"
    of_consumer = {"Fn::GetAtt": ["Consumer", "ConsumerARN"]}
    on_stream: dict[str, Any] = {"ResourceArn": arn, "ResourcePolicy": policy(arn, reader, "R", READ[0])}
    subscribing = policy(of_consumer, reader, "R", "kinesis:DescribeStreamConsumer")
    resources: dict[str, Any] = {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "events", "ShardCount": 1}},
        "Policy": {"Type": "AWS::Kinesis::ResourcePolicy", "Properties": on_stream, "DependsOn": "Stream"},
        "Consumer": {
            "Type": "AWS::Kinesis::StreamConsumer",
            "Properties": {"StreamARN": arn, "ConsumerName": "acme-reader"},
            "DependsOn": "Stream",
        },
        "ConsumerPolicy": {
            "Type": "AWS::Kinesis::ResourcePolicy",
            "Properties": {"ResourceArn": of_consumer, "ResourcePolicy": subscribing},
        },
    }
    outputs = {"Arn": {"Value": of_consumer}}

    def deploy_all(kind: str) -> str:
        status = deploy(cloudformation, "s", {"Resources": resources, "Outputs": outputs}, kind=kind)
        assert status == f"{kind}_COMPLETE", reasons(cloudformation, "s")
        [output] = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
        value: str = output["OutputValue"]
        return value

    consumer = deploy_all("CREATE")
    stem, _, stamp = consumer.rpartition(":")
    assert (stem, stamp.isdigit()) == (f"{arn}/consumer/acme-reader", True)
    held = json.loads(kinesis.get_resource_policy(ResourceARN=consumer)["Policy"])
    assert held == policy(consumer, reader, "R", "kinesis:DescribeStreamConsumer")

    on_stream["ResourcePolicy"] = policy(arn, reader, "R", *READ)
    assert deploy_all("UPDATE") == consumer
    assert json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]) == policy(
        arn, reader, "R", *READ
    )

    aws.role(reader, "R")
    seen = aws.client("kinesis", reader, f"arn:aws:iam::{reader}:role/R").describe_stream_consumer(
        ConsumerARN=consumer
    )["ConsumerDescription"]
    assert (seen["ConsumerName"], seen["StreamARN"]) == ("acme-reader", arn)

    del resources["Consumer"], resources["ConsumerPolicy"], resources["Policy"]
    outputs["Arn"]["Value"] = arn  # type: ignore[assignment]
    deploy_all("UPDATE")
    assert kinesis.list_stream_consumers(StreamARN=arn)["Consumers"] == []
    assert json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]) == {}
    assert deleted(cloudformation, "s") == "DELETE_COMPLETE"


def test_consumers_have_one_name_and_go_one_by_one(aws: Aws, account: Account) -> None:
    kinesis = aws.client("kinesis", account())
    kinesis.create_stream(StreamName="events", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="events")["StreamDescriptionSummary"]["StreamARN"]
    for name in ("one", "two"):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)
    with pytest.raises(ClientError) as twice:
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="one")
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="one")
    left = [each["ConsumerName"] for each in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]]
    with pytest.raises(ClientError) as gone:
        kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="one")
    with pytest.raises(ClientError) as no_such:
        kinesis.put_resource_policy(ResourceARN=f"{arn}-x", Policy="{}")
    assert left == ["two"]
    assert [code(each) for each in (twice, gone, no_such)] == [
        "ResourceInUseException",
        "ResourceNotFoundException",
        "ResourceNotFoundException",
    ]


def test_a_condition_that_cannot_be_told_lets_nobody_in() -> None:
    arn, role = f"arn:aws:kinesis:{REGION}:1:stream/s", "arn:aws:iam::222222222222:role/R"
    plain = policy(arn, "222222222222", "R", "kinesis:GetRecords")
    by_network = json.loads(json.dumps(plain))
    by_network["Statement"][0]["Condition"]["StringEquals"] = {"aws:SourceVpce": "vpce-1"}
    for document, expected in ((plain, True), (by_network, False)):
        found = lets_in(json.dumps(document), "kinesis:GetRecords", arn, caller=role, account="222222222222")
        assert found is expected
    assert not lets_in(None, "kinesis:GetRecords", arn, caller=role, account="222222222222")


def test_what_moto_does_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure here tells what can go: consumers' ARNs, their policies, iterators by ARN, deregistering."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        kinesis = boto3.client("kinesis", region_name=REGION)
        kinesis.create_stream(StreamName="s", ShardCount=1)
        arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
        consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="one")["Consumer"]
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="two")
        assert consumer["ConsumerARN"] == f"{arn}/consumer/one"
        with pytest.raises(ClientError):
            kinesis.get_resource_policy(ResourceARN=consumer["ConsumerARN"])
        iterator = kinesis.get_shard_iterator(
            StreamARN=arn, ShardId="shardId-000000000000", ShardIteratorType="LATEST"
        )["ShardIterator"]
        with pytest.raises(ClientError):
            kinesis.get_records(ShardIterator=iterator)
        kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="one")
        [left] = kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]
        assert left["ConsumerName"] == "one"
