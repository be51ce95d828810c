"""A log stream is in its group, goes with its stack, and another name is another stream."""

from collections.abc import Callable
from typing import Any

from tests.embedded import Aws
from tests.local.stacks import deleted, deploy, reasons


def test_log_stream(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    cloudformation, logs = aws.client("cloudformation", here), aws.client("logs", here)
    stream: dict[str, Any] = {
        "Type": "AWS::Logs::LogStream",
        "DependsOn": "Group",
        "Properties": {"LogGroupName": "/acme/delivery", "LogStreamName": "first"},
    }
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/acme/delivery"}}
    template = {
        "Resources": {"Group": group, "Stream": stream},
        "Outputs": {"Name": {"Value": {"Ref": "Stream"}}},
    }

    def names() -> list[str]:
        found = logs.describe_log_streams(logGroupName="/acme/delivery")["logStreams"]
        return [each["logStreamName"] for each in found]

    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    assert names() == ["first"]
    [output] = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert output["OutputValue"] == "first"

    stream["Properties"]["LogStreamName"] = "second"
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE"
    assert names() == ["second"]

    assert deleted(cloudformation, "s") == "DELETE_COMPLETE"
    assert logs.describe_log_groups(logGroupNamePrefix="/acme/delivery")["logGroups"] == []
