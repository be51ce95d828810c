"""What moto does without our fixes for the data plane: a test that fails here tells of a fix to drop."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

REGION = "eu-west-1"
SESSION = boto3.Session()
ACCOUNT = "123456789012"


@pytest.fixture(autouse=True)
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unpatched moto, in this process; our fixes live in the server's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@cache
def client(service: str) -> Any:
    return SESSION.client(service, region_name=REGION)


def application() -> str:
    answer = client("emr-serverless").create_application(
        name="a", type="SPARK", releaseLabel="emr-7.12.0", clientToken="t", architecture="ARM64"
    )
    identifier: str = answer["applicationId"]
    return identifier


def test_a_budget_cannot_be_updated() -> None:
    limit = {"Amount": "1", "Unit": "USD"}
    budget = {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    client("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)
    with pytest.raises((ClientError, NotImplementedError)):
        client("budgets").update_budget(AccountId=ACCOUNT, NewBudget=budget)


def test_a_dashboard_cannot_be_tagged() -> None:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody="{}")
    arn = cloudwatch.get_dashboard(DashboardName="d")["DashboardArn"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])


def test_an_application_starts_at_once_and_forgets_its_architecture() -> None:
    found = client("emr-serverless").get_application(applicationId=application())["application"]
    assert found["state"] == "STARTED"
    assert "architecture" not in found


def test_the_tags_of_an_application_have_no_route() -> None:
    arn = client("emr-serverless").get_application(applicationId=application())["application"]["arn"]
    with pytest.raises(ClientError):
        client("emr-serverless").tag_resource(resourceArn=arn, tags={"a": "b"})


def test_a_job_succeeds_without_a_word() -> None:
    spark, identifier = client("emr-serverless"), application()
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    run = spark.start_job_run(applicationId=identifier, clientToken="t", executionRoleArn=role)["jobRunId"]
    found = spark.get_job_run(applicationId=identifier, jobRunId=run)["jobRun"]
    assert found["state"] == "SUCCESS"
    assert not found.get("stateDetails")


def test_a_bus_cannot_be_updated() -> None:
    client("events").create_event_bus(Name="b")
    with pytest.raises((ClientError, NotImplementedError)):
        client("events").update_event_bus(Name="b", Description="d")


def test_an_event_goes_by_the_last_part_of_a_bus_arn_whatever_its_account() -> None:
    """So nothing is refused: the default bus of another account is taken for one's own."""
    bus = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
    entry = {"EventBusName": bus, "Source": "s", "DetailType": "d", "Detail": "{}"}
    assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_a_rule_cannot_start_a_state_machine() -> None:
    events = client("events")
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["s"]}))
    target = {"Id": "t", "Arn": f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:m"}
    events.put_targets(Rule="r", Targets=[target])
    with pytest.raises((ClientError, NotImplementedError)):
        events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])


def test_events_of_s3_stop_at_the_first_target_that_is_unknown() -> None:
    events, s3, sqs = client("events"), client("s3"), client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    for name, arn in (
        ("a", f"arn:aws:sns:{REGION}:{ACCOUNT}:t"),
        ("b", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
    ):
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.s3"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket="bucket", Key="k", Body=b"")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_state_machine_takes_anything_and_runs_nothing() -> None:
    states = client("stepfunctions")
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    machine = states.create_state_machine(name="m", definition="{}", roleArn=role)["stateMachineArn"]
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    assert states.describe_execution(executionArn=run)["status"] == "RUNNING"


def test_a_schedule_takes_a_role_that_is_not_there() -> None:
    target = {"Arn": "arn:aws:sns:eu-west-1:123456789012:t", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}
    client("scheduler").create_schedule(
        Name="s",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )


def test_glue_has_no_rulesets() -> None:
    with pytest.raises((ClientError, NotImplementedError)):
        client("glue").create_data_quality_ruleset(Name="r", Ruleset="Rules = [ RowCount > 1 ]")
