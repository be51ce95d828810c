"""Lambda-backed custom resources, run from an inline function."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.embedded import Aws
from tests.local.stacks import deleted, deploy, history, reasons

Account = Callable[[], str]

CODE = """
import json, os, time, urllib.request
import boto3

def handler(event, context):
    properties = event["ResourceProperties"]
    boto3.client("sqs").create_queue(QueueName="log")
    queue = boto3.client("sqs").get_queue_url(QueueName="log")["QueueUrl"]
    told = ("RequestType", "PhysicalResourceId", "ResourceProperties", "OldResourceProperties")
    seen = {k: event.get(k) for k in told}
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(seen))
    mode = properties.get("Mode", "")
    if mode == "crash":
        raise RuntimeError("no such luck")
    if mode == "silent":
        return
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "id-" + properties.get("Id", "1")}
    answer["Data"] = {"Caller": boto3.client("sts").get_caller_identity()["Arn"]}
    if mode == "fail" and event["RequestType"] != "Delete":
        answer |= {"Status": "FAILED", "Reason": "the lake is dry"}
    if mode == "long":
        answer["Data"] = {"Text": "x" * 4096}
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        answer[key] = event[key]
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))
"""


def template(**properties: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": "provider",
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "provider",
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Timeout": 30,
                    "Code": {"ZipFile": CODE},
                },
            },
            "Thing": {
                "Type": "Custom::Thing",
                "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, **properties},
            },
        },
        "Outputs": {"Caller": {"Value": {"Fn::GetAtt": ["Thing", "Caller"]}}},
    }


def requests(aws: Aws, account: str) -> list[dict[str, Any]]:
    """What the function was sent since the last call, without the token."""
    sqs = aws.client("sqs", account)
    url = sqs.get_queue_url(QueueName="log")["QueueUrl"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            request = json.loads(message["Body"])
            for key in ("ResourceProperties", "OldResourceProperties"):
                (request[key] or {}).pop("ServiceToken", None)
            found.append({key: value for key, value in request.items() if value})
    return found


def test_life_of_a_custom_resource(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", (here := account()))
    first = template(Id="1", Count=3, On=True, Deep={"List": [1.5, False]})
    assert deploy(cloudformation, "s", first) == "CREATE_COMPLETE"
    outputs = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"] == f"arn:aws:sts::{here}:assumed-role/provider/provider"
    sent = {"Id": "1", "Count": "3", "On": "true", "Deep": {"List": ["1.5", "false"]}}
    assert requests(aws, here) == [{"RequestType": "Create", "ResourceProperties": sent}]

    assert deploy(cloudformation, "s", template(Id="2"), kind="UPDATE") == "UPDATE_COMPLETE"
    assert requests(aws, here) == [
        {
            "RequestType": "Update",
            "PhysicalResourceId": "id-1",
            "ResourceProperties": {"Id": "2"},
            "OldResourceProperties": sent,
        },
        {"RequestType": "Delete", "PhysicalResourceId": "id-1", "ResourceProperties": sent},
    ]

    assert (
        deploy(cloudformation, "s", template(Id="2", Mode="fail"), kind="UPDATE")
        == "UPDATE_ROLLBACK_COMPLETE"
    )
    assert reasons(cloudformation, "s") == [
        "Received response status [FAILED] from custom resource. Message returned: the lake is dry"
    ]
    assert requests(aws, here) == [
        {
            "RequestType": "Update",
            "PhysicalResourceId": "id-2",
            "ResourceProperties": {"Id": "2", "Mode": "fail"},
            "OldResourceProperties": {"Id": "2"},
        },
        {
            "RequestType": "Update",
            "PhysicalResourceId": "id-2",
            "ResourceProperties": {"Id": "2"},
            "OldResourceProperties": {"Id": "2", "Mode": "fail"},
        },
    ]

    assert deleted(cloudformation, "s") == "DELETE_COMPLETE"
    assert requests(aws, here) == [
        {"RequestType": "Delete", "PhysicalResourceId": "id-2", "ResourceProperties": {"Id": "2"}}
    ]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("fail", "Message returned: the lake is dry"),
        ("long", "Response object is too long."),
        (
            "silent",
            "did not receive a response from your Custom Resource: the function ended without sending one",
        ),
        ("crash", "did not receive a response from your Custom Resource: RuntimeError: no such luck"),
    ],
)
def test_failures_carry_their_reason(aws: Aws, account: Account, mode: str, reason: str) -> None:
    cloudformation = aws.client("cloudformation", account())
    made = template(Mode=mode)
    del made["Outputs"]
    assert deploy(cloudformation, "s", made) == "ROLLBACK_COMPLETE"
    assert reason in reasons(cloudformation, "s")[0]
    assert history(cloudformation, "s")[-1] == "s ROLLBACK_COMPLETE"


def test_a_response_that_never_comes_times_out(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    made = template(ServiceTimeout=1)
    del made["Outputs"]
    slow = "import time\ndef handler(event, context):\n    time.sleep(3)\n"
    made["Resources"]["Function"]["Properties"]["Code"] = {"ZipFile": slow}
    made["Resources"]["Thing"]["Properties"]["ServiceTimeout"] = 1
    assert deploy(cloudformation, "s", made) == "ROLLBACK_COMPLETE"
    assert "in time" in reasons(cloudformation, "s")[0]
