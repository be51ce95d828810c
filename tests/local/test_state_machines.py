"""State machines really run: they call the embedded AWS as their role, in their account."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.moto_data_plane import NO_SPARK
from tests.embedded import REGION, Aws

Account = Callable[[], str]
INTEGRATION = "arn:aws:states:::"


@dataclass
class Runner:
    """Runs definitions in one account, as one role."""

    aws: Aws
    number: str
    role: str = field(init=False)
    states: Any = field(init=False)

    def __post_init__(self) -> None:
        self.role = self.aws.role(self.number, "pipelines", "states.amazonaws.com")
        self.states = self.client("stepfunctions")

    def client(self, service: str) -> Any:
        return self.aws.client(service, self.number)

    def machine(self, states: dict[str, Any], **more: Any) -> str:
        definition = {"StartAt": next(iter(states)), "States": states, **more}
        name = f"m{time.monotonic_ns()}"
        made = self.states.create_state_machine(
            name=name, roleArn=self.role, definition=json.dumps(definition)
        )
        arn: str = made["stateMachineArn"]
        return arn

    def run(self, states: dict[str, Any], data: Any = None, **more: Any) -> dict[str, Any]:
        """The execution, once it has ended."""
        text = json.dumps({} if data is None else data)
        started = self.states.start_execution(stateMachineArn=self.machine(states, **more), input=text)
        return self.ended(started["executionArn"])

    def ended(self, arn: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while True:
            found: dict[str, Any] = self.states.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def events(self, arn: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.states.get_execution_history(executionArn=arn)["events"]
        return found


@pytest.fixture(scope="module")
def runner(aws: Aws, account: Account) -> Runner:
    return Runner(aws, account())


def task(resource: str, parameters: Any, **more: Any) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": f"{INTEGRATION}{resource}", "Parameters": parameters}
    return {**state, **({} if "Next" in more else {"End": True}), **more}


def test_calls_of_apis_are_made_as_the_role_and_answers_come_back(runner: Runner) -> None:
    found = runner.run(
        {
            "who": task("aws-sdk:sts:getCallerIdentity", {}, ResultPath="$.who", Next="keep"),
            "keep": task(
                "aws-sdk:ssm:putParameter",
                {"Name": "/kept", "Value.$": "$.text", "Type": "String"},
                ResultPath=None,
                Next="read",
            ),
            "read": task(
                "aws-sdk:ssm:getParameter",
                {"Name": "/kept"},
                ResultSelector={"value.$": "$.Parameter.Value"},
                ResultPath="$.read",
            ),
        },
        {"text": "hello"},
    )
    assert found["status"] == "SUCCEEDED"
    output = json.loads(found["output"])
    assert output["read"] == {"value": "hello"}
    assert output["who"]["Arn"].startswith(f"arn:aws:sts::{runner.number}:assumed-role/pipelines/")


def test_an_error_of_an_api_has_the_name_that_step_functions_gives_it(runner: Runner) -> None:
    found = runner.run({"A": task("aws-sdk:ssm:getParameter", {"Name": "/none"})})
    assert (found["status"], found["error"]) == ("FAILED", "Ssm.ParameterNotFoundException")
    assert found["cause"] == "Parameter /none not found."
    found = runner.run({"A": task("aws-sdk:glue:getDatabase", {"Name": "none"})})
    assert found["error"] == "Glue.EntityNotFoundException"


@pytest.mark.parametrize(
    ("resource", "parameters", "cause"),
    [
        ("aws-sdk:ssm:getParameter", {"Nmae": "/x"}, "The API has no parameter Nmae."),
        ("aws-sdk:ssm:fetch", {}, "The service ssm has no action fetch."),
        (
            "dynamodb:putItem",
            {},
            "The embedded AWS doesn't run the resource arn:aws:states:::dynamodb:putItem.",
        ),
    ],
)
def test_what_cannot_be_called_fails_the_run(
    runner: Runner, resource: str, parameters: Any, cause: str
) -> None:
    found = runner.run({"A": task(resource, parameters)})
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "States.Runtime", cause)


def test_a_refresh_is_told_to_a_bus_of_another_account_and_counted(
    aws: Aws, account: Account, runner: Runner
) -> None:
    governance = account()
    events, sqs = aws.client("events", governance), aws.client("sqs", governance)
    bus = events.create_event_bus(Name="acme")["EventBusArn"]
    statement = {
        "Sid": "domains",
        "Effect": "Allow",
        "Principal": {"AWS": runner.number},
        "Action": "events:PutEvents",
        "Resource": bus,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    events.put_permission(EventBusName="acme", Policy=policy)
    url = sqs.create_queue(QueueName="got")["QueueUrl"]
    events.put_rule(Name="r", EventBusName="acme", EventPattern=json.dumps({"account": [runner.number]}))
    queue = f"arn:aws:sqs:{REGION}:{governance}:got"
    events.put_targets(Rule="r", EventBusName="acme", Targets=[{"Id": "q", "Arn": queue}])
    entry = {
        "EventBusName": bus,
        "Source": "meshwright",
        "DetailType": "Data Product Refreshed",
        "Detail": {"product": "sales", "execution.$": "$$.Execution.Id"},
    }
    data = [{"MetricName": "Refreshed", "Value": 1, "Unit": "Count"}]
    found = runner.run(
        {
            "tell": task("events:putEvents", {"Entries": [entry]}, ResultPath=None, Next="count"),
            "count": task("aws-sdk:cloudwatch:putMetricData", {"Namespace": "mesh", "MetricData": data}),
        }
    )
    assert found["status"] == "SUCCEEDED", found.get("cause")
    run = found["executionArn"]
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
    event = json.loads(message["Body"])
    assert event["detail"] == {"product": "sales", "execution": run}
    assert event["resources"] == [found["stateMachineArn"], run]
    assert event["account"] == runner.number
    metrics = runner.client("cloudwatch").list_metrics(Namespace="mesh")["Metrics"]
    assert [each["MetricName"] for each in metrics] == ["Refreshed"]


def test_a_refused_event_fails_the_step(account: Account, aws: Aws, runner: Runner) -> None:
    bus = aws.client("events", account()).create_event_bus(Name="closed")["EventBusArn"]
    entry = {"EventBusName": bus, "Source": "s", "DetailType": "d", "Detail": {}}
    found = runner.run({"tell": task("events:putEvents", {"Entries": [entry]})})
    assert found["error"] == "EventBridge.FailedEntry"
    assert json.loads(found["cause"])["Entries"][0]["ErrorCode"] == "AccessDeniedException"


def test_a_query_is_waited_for(runner: Runner) -> None:
    bucket = f"results-{runner.number}"
    runner.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    given = {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"}}
    good = runner.run(
        {"sql": task("athena:startQueryExecution.sync", {"QueryString": "SELECT 1 AS one", **given})}
    )
    assert good["status"] == "SUCCEEDED", good.get("cause")
    assert json.loads(good["output"])["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
    bad = runner.run(
        {"sql": task("athena:startQueryExecution.sync", {"QueryString": "SELECT x FROM a.b", **given})}
    )
    assert (bad["status"], bad["error"]) == ("FAILED", "States.TaskFailed")
    status = json.loads(bad["cause"])["QueryExecution"]["Status"]
    assert "TABLE_NOT_FOUND" in status["StateChangeReason"]


def test_a_spark_job_says_that_it_was_not_run(runner: Runner) -> None:
    application = runner.client("emr-serverless").create_application(
        name="orders", type="SPARK", releaseLabel="emr-7.12.0", clientToken="t"
    )["applicationId"]
    parameters = {
        "ApplicationId": application,
        "ExecutionRoleArn": runner.role,
        "Name": "nightly correct",
        "JobDriver": {"SparkSubmit": {"EntryPoint": "s3://raw/x.py", "EntryPointArguments": ["--days", "1"]}},
    }
    found = runner.run({"job": task("emr-serverless:startJobRun.sync", parameters)})
    assert found["status"] == "SUCCEEDED", found.get("cause")
    job = json.loads(found["output"])
    assert (job["State"], job["StateDetails"]) == ("SUCCESS", NO_SPARK)
    kept = runner.client("emr-serverless").get_job_run(applicationId=application, jobRunId=job["JobRunId"])
    assert kept["jobRun"]["jobDriver"]["sparkSubmit"]["entryPointArguments"] == ["--days", "1"]
    assert any("Spark" in note for note in runner.aws.embedded.notes())


def test_a_history_tells_of_every_state(runner: Runner) -> None:
    states = {
        "A": {"Type": "Pass", "Result": 1, "ResultPath": "$.a", "Next": "B"},
        "B": task("aws-sdk:ssm:getParameter", {"Name": "/none"}),
    }
    arn = runner.run(states, {"x": 1})["executionArn"]
    events = runner.events(arn)
    assert [each["type"] for each in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskFailed",
        "ExecutionFailed",
    ]
    assert [each["id"] for each in events] == [1, 2, 3, 4, 5, 6, 7]
    assert json.loads(events[2]["stateExitedEventDetails"]["output"]) == {"x": 1, "a": 1}
    scheduled = events[4]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("ssm", "getParameter")
    assert events[6]["executionFailedEventDetails"]["error"] == "Ssm.ParameterNotFoundException"
    newest = runner.states.get_execution_history(executionArn=arn, reverseOrder=True)["events"]
    assert [each["id"] for each in newest] == [7, 6, 5, 4, 3, 2, 1]


def test_a_run_that_takes_too_long_is_timed_out(runner: Runner) -> None:
    wait = {"Type": "Wait", "Seconds": 86_400, "End": True}
    found = runner.run({"wait": wait}, TimeoutSeconds=3)
    assert (found["status"], found["error"]) == ("TIMED_OUT", "States.Timeout")


def test_a_run_can_be_stopped_and_its_name_is_taken(runner: Runner) -> None:
    machine = runner.machine({"wait": {"Type": "Wait", "Seconds": 86_400, "End": True}})

    def start(text: str = "{}") -> str:
        answer = runner.states.start_execution(stateMachineArn=machine, name="one", input=text)
        arn: str = answer["executionArn"]
        return arn

    arn = start()
    assert start() == arn
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start('{"x": 1}')
    runner.states.stop_execution(executionArn=arn, error="Enough", cause="by hand")
    found = runner.ended(arn)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "by hand")
    deadline = time.monotonic() + 5
    while runner.events(arn)[-1]["type"] != "ExecutionAborted":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert runner.states.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_a_machine_runs_as_it_was_when_the_run_began(runner: Runner) -> None:
    machine = runner.machine({"A": {"Type": "Pass", "Result": "old", "End": True}})
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "new", "End": True}}}
    runner.states.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
    run = runner.states.start_execution(stateMachineArn=machine)["executionArn"]
    assert runner.ended(run)["output"] == '"new"'


def test_no_definition_and_no_input_are_refused(runner: Runner) -> None:
    with pytest.raises(ClientError, match=r"InvalidDefinition.*The state B is missing"):
        runner.machine({"A": {"Type": "Pass", "Next": "B"}})
    machine = runner.machine({"A": {"Type": "Succeed"}})
    with pytest.raises(ClientError, match="InvalidDefinition"):
        runner.states.update_state_machine(stateMachineArn=machine, definition="{}")
    with pytest.raises(ClientError, match="InvalidExecutionInput"):
        runner.states.start_execution(stateMachineArn=machine, input="{")
    valid = runner.states.validate_state_machine_definition(definition="{}")
    assert (valid["result"], valid["diagnostics"][0]["severity"]) == ("FAIL", "ERROR")


def test_a_role_that_does_not_let_step_functions_assume_it_is_refused(aws: Aws, runner: Runner) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    roles = (
        aws.role(runner.number, "other", "glue.amazonaws.com"),
        f"arn:aws:iam::{runner.number}:role/none",
    )
    for role in roles:
        with pytest.raises(ClientError, match=r"AccessDenied.*states\.amazonaws\.com"):
            runner.states.create_state_machine(name="m", roleArn=role, definition=definition)
