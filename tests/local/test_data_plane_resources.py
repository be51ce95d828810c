"""What a template says of the data plane's resources can be read back: created, updated, gone.

One row a type: properties, what changes, and what the service tells of it before and after.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.cloudformation.handler import HandlerError
from meshwright.local.resources.registry import EMULATED
from tests.embedded import REGION, Aws
from tests.local.stacks import deleted, deploy, reasons

Account = Callable[[], str]
Read = Callable[[Callable[[str], Any], str], Any]
HERE = "{account}"
"""Stands for the account in properties and expectations."""
TOPIC = f"arn:aws:sns:{REGION}:{HERE}:given"
ROLE = f"arn:aws:iam::{HERE}:role/given"


@dataclass(frozen=True)
class Row:
    type: str
    properties: Mapping[str, Any]
    change: Mapping[str, Any]
    read: Read
    """Of clients by service, and the resource's Ref."""
    created: Any
    updated: Any
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Fn::GetAtt, as far as they are known beforehand."""
    tags: str = "Tags"
    """Property of the tags; empty: it has none."""
    tag_map: bool = False
    gone: bool = True
    """Reading it after the deletion is an error; False: it then gives None."""


def topic(client: Callable[[str], Any], ref: str) -> Any:
    found = client("sns").get_topic_attributes(TopicArn=ref)["Attributes"]
    tags = client("sns").list_tags_for_resource(ResourceArn=ref)["Tags"]
    return found["KmsMasterKeyId"], found["DisplayName"], {tag["Key"]: tag["Value"] for tag in tags}


def subscription(client: Callable[[str], Any], ref: str) -> Any:
    found = client("sns").get_subscription_attributes(SubscriptionArn=ref)["Attributes"]
    return found["Endpoint"], json.loads(found["FilterPolicy"])


def alarm(client: Callable[[str], Any], ref: str) -> Any:
    found = client("cloudwatch").describe_alarms(AlarmNames=[ref])["MetricAlarms"]
    if not found:
        return None
    listed = client("cloudwatch").list_tags_for_resource(ResourceARN=found[0]["AlarmArn"])["Tags"]
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    return found[0]["Threshold"], found[0]["AlarmActions"], found[0]["Dimensions"], tags


def dashboard(client: Callable[[str], Any], ref: str) -> Any:
    found = client("cloudwatch").get_dashboard(DashboardName=ref)
    tags = client("cloudwatch").list_tags_for_resource(ResourceARN=found["DashboardArn"])["Tags"]
    return json.loads(found["DashboardBody"]), {tag["Key"]: tag["Value"] for tag in tags}


def bus(client: Callable[[str], Any], ref: str) -> Any:
    found = client("events").describe_event_bus(Name=ref)
    tags = client("events").list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    return found.get("Description"), {tag["Key"]: tag["Value"] for tag in tags}


def bus_statements(client: Callable[[str], Any], ref: str) -> Any:
    policy = client("events").describe_event_bus(Name="default").get("Policy")
    return json.loads(policy)["Statement"] if policy else None


def rule(client: Callable[[str], Any], ref: str) -> Any:
    name = ref.rsplit("|", 1)[-1]
    found = client("events").describe_rule(Name=name)
    targets = client("events").list_targets_by_rule(Rule=name)["Targets"]
    tags = client("events").list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    listed = {tag["Key"]: tag["Value"] for tag in tags}
    return json.loads(found["EventPattern"]), found["State"], targets, listed


def schedule(client: Callable[[str], Any], ref: str) -> Any:
    found = client("scheduler").get_schedule(Name=ref)
    kept = ("ScheduleExpression", "ScheduleExpressionTimezone", "Target")
    return {key: found[key] for key in kept}


def machine(client: Callable[[str], Any], ref: str) -> Any:
    """A deleted one isn't told of by an error here, but by its absence from the list."""
    states = client("stepfunctions")
    if ref not in [each["stateMachineArn"] for each in states.list_state_machines()["stateMachines"]]:
        return None
    found = states.describe_state_machine(stateMachineArn=ref)
    tags = states.list_tags_for_resource(resourceArn=ref)["tags"]
    logging = found["loggingConfiguration"]
    return (
        json.loads(found["definition"])["Comment"],
        (logging["level"], logging["includeExecutionData"]),
        {tag["key"]: tag["value"] for tag in tags},
    )


def application(client: Callable[[str], Any], ref: str) -> Any:
    found = client("emr-serverless").get_application(applicationId=ref)["application"]
    kept = ("releaseLabel", "architecture", "maximumCapacity", "runtimeConfiguration", "tags")
    return None if found["state"] == "TERMINATED" else {key: found[key] for key in kept}


def budget(client: Callable[[str], Any], ref: str) -> Any:
    budgets, account = client("budgets"), client("sts").get_caller_identity()["Account"]
    found = budgets.describe_budget(AccountId=account, BudgetName=ref)["Budget"]
    notifications = budgets.describe_notifications_for_budget(AccountId=account, BudgetName=ref)
    return found["BudgetLimit"], [each["Threshold"] for each in notifications["Notifications"]]


def trail(client: Callable[[str], Any], ref: str) -> Any:
    cloudtrail = client("cloudtrail")
    found = cloudtrail.get_trail(Name=ref)["Trail"]
    selectors = cloudtrail.get_event_selectors(TrailName=ref)["AdvancedEventSelectors"]
    logging = cloudtrail.get_trail_status(Name=ref)["IsLogging"]
    listed = cloudtrail.list_tags(ResourceIdList=[found["TrailARN"]])["ResourceTagList"][0]["TagsList"]
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    return found["KmsKeyId"], [each["Name"] for each in selectors], logging, tags


def ruleset(client: Callable[[str], Any], ref: str) -> Any:
    found = client("glue").get_data_quality_ruleset(Name=ref)
    account = client("sts").get_caller_identity()["Account"]
    arn = f"arn:aws:glue:{REGION}:{account}:dataQualityRuleset/{ref}"
    return found["Ruleset"], found["TargetTable"], client("glue").get_tags(ResourceArn=arn)["Tags"]


def queue_policy(client: Callable[[str], Any], ref: str) -> Any:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="given")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    return json.loads(found["Policy"])["Statement"] if found.get("Policy") else None


def log_stream(client: Callable[[str], Any], ref: str) -> Any:
    found = client("logs").describe_log_streams(logGroupName="given")["logStreams"]
    return [each["logStreamName"] for each in found] or None


def allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Sid": "one", "Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def definition(comment: str) -> str:
    states = {"Done": {"Type": "Succeed"}}
    return json.dumps({"Comment": comment, "StartAt": "Done", "States": states})


PUT = allow(
    "events:PutEvents", f"arn:aws:events:{REGION}:{HERE}:event-bus/default", Principal={"AWS": f"{HERE}"}
)
PUT_ONE_SOURCE = {**PUT, "Condition": {"StringEquals": {"events:source": "meshwright"}}}
QUEUE = f"arn:aws:sqs:{REGION}:{HERE}:given"
SEND = allow("sqs:SendMessage", QUEUE, Principal={"Service": "events.amazonaws.com"})
NOTIFICATION = {
    "Notification": {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 80,
        "ThresholdType": "PERCENTAGE",
    },
    "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "owner@acme.example"}],
}
LAKE_FORMATION = {"spark.emr-serverless.lakeformation.enabled": "true"}


def monthly(usd: int) -> dict[str, Any]:
    limit = {"Amount": usd, "Unit": "USD"}
    return {"BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}


ROWS = {
    "topic": Row(
        "AWS::SNS::Topic",
        {"TopicName": "alarms", "KmsMasterKeyId": "alias/orders", "DisplayName": "Orders"},
        {"KmsMasterKeyId": "alias/other"},
        topic,
        ("alias/orders", "Orders", {"mesh": "acme", "domain": "orders"}),
        ("alias/other", "Orders", {"mesh": "acme", "owner": "x"}),
        {"TopicName": "alarms", "TopicArn": f"arn:aws:sns:{REGION}:{HERE}:alarms"},
    ),
    "subscription": Row(
        "AWS::SNS::Subscription",
        {
            "TopicArn": TOPIC,
            "Protocol": "email",
            "Endpoint": "owner@acme.example",
            "FilterPolicy": {"kind": ["a"]},
        },
        {"FilterPolicy": {"kind": ["b"]}},
        subscription,
        ("owner@acme.example", {"kind": ["a"]}),
        ("owner@acme.example", {"kind": ["b"]}),
        tags="",
    ),
    "alarm": Row(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": "late",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": "0",
            "MetricName": "m",
            "Namespace": "n",
            "Dimensions": [{"Name": "a", "Value": "b"}],
            "Period": 60,
            "Statistic": "Sum",
            "AlarmActions": [TOPIC],
        },
        {"Threshold": 2.5},
        alarm,
        (0.0, [TOPIC], [{"Name": "a", "Value": "b"}], {"mesh": "acme", "domain": "orders"}),
        (2.5, [TOPIC], [{"Name": "a", "Value": "b"}], {"mesh": "acme", "owner": "x"}),
        {"Arn": f"arn:aws:cloudwatch:{REGION}:{HERE}:alarm:late"},
        gone=False,
    ),
    "dashboard": Row(
        "AWS::CloudWatch::Dashboard",
        {"DashboardName": "orders", "DashboardBody": '{"widgets": []}'},
        {"DashboardBody": '{"widgets": [], "start": "-PT3H"}'},
        dashboard,
        ({"widgets": []}, {"mesh": "acme", "domain": "orders"}),
        ({"widgets": [], "start": "-PT3H"}, {"mesh": "acme", "owner": "x"}),
    ),
    "bus": Row(
        "AWS::Events::EventBus",
        {"Name": "mesh", "Description": "Refreshes"},
        {"Description": "Refreshes of products"},
        bus,
        ("Refreshes", {"mesh": "acme", "domain": "orders"}),
        ("Refreshes of products", {"mesh": "acme", "owner": "x"}),
        {"Name": "mesh", "Arn": f"arn:aws:events:{REGION}:{HERE}:event-bus/mesh"},
    ),
    "bus policy": Row(
        "AWS::Events::EventBusPolicy",
        {"StatementId": "one", "Statement": PUT},
        {"Statement": PUT_ONE_SOURCE},
        bus_statements,
        [PUT],
        [PUT_ONE_SOURCE],
        tags="",
        gone=False,
    ),
    "rule": Row(
        "AWS::Events::Rule",
        {
            "Name": "refreshed",
            "EventPattern": {"source": ["a"]},
            "Targets": [{"Id": "t", "Arn": TOPIC}, {"Id": "u", "Arn": TOPIC, "RoleArn": ROLE}],
        },
        {
            "EventPattern": {"source": ["b"]},
            "State": "DISABLED",
            "Targets": [{"Id": "u", "Arn": TOPIC, "Input": "{}"}],
        },
        rule,
        (
            {"source": ["a"]},
            "ENABLED",
            [{"Id": "t", "Arn": TOPIC}, {"Id": "u", "Arn": TOPIC, "RoleArn": ROLE}],
            {"mesh": "acme", "domain": "orders"},
        ),
        (
            {"source": ["b"]},
            "DISABLED",
            [{"Id": "u", "Arn": TOPIC, "Input": "{}"}],
            {"mesh": "acme", "owner": "x"},
        ),
        {"Arn": f"arn:aws:events:{REGION}:{HERE}:rule/refreshed"},
    ),
    "schedule": Row(
        "AWS::Scheduler::Schedule",
        {
            "Name": "nightly",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": TOPIC, "RoleArn": ROLE, "RetryPolicy": {"MaximumRetryAttempts": "3"}},
        },
        {"ScheduleExpression": "rate(1 hour)"},
        schedule,
        {
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "Target": {"Arn": TOPIC, "RoleArn": ROLE, "RetryPolicy": {"MaximumRetryAttempts": 3}},
        },
        {
            "ScheduleExpression": "rate(1 hour)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "Target": {"Arn": TOPIC, "RoleArn": ROLE, "RetryPolicy": {"MaximumRetryAttempts": 3}},
        },
        {"Arn": f"arn:aws:scheduler:{REGION}:{HERE}:schedule/default/nightly"},
        tags="",
    ),
    "state machine": Row(
        "AWS::StepFunctions::StateMachine",
        {
            "StateMachineName": "nightly",
            "RoleArn": ROLE,
            "DefinitionString": definition("${what}, ${!what} and ${other}"),
            "DefinitionSubstitutions": {"what": "one"},
            "LoggingConfiguration": {
                "Level": "ERROR",
                "IncludeExecutionData": False,
                "Destinations": [
                    {
                        "CloudWatchLogsLogGroup": {
                            "LogGroupArn": f"arn:aws:logs:{REGION}:{HERE}:log-group:given:*"
                        }
                    }
                ],
            },
        },
        {"DefinitionSubstitutions": {"what": "two"}},
        machine,
        ("one, ${!what} and ${other}", ("ERROR", False), {"mesh": "acme", "domain": "orders"}),
        ("two, ${!what} and ${other}", ("ERROR", False), {"mesh": "acme", "owner": "x"}),
        {"Name": "nightly", "Arn": f"arn:aws:states:{REGION}:{HERE}:stateMachine:nightly"},
        gone=False,
    ),
    "spark": Row(
        "AWS::EMRServerless::Application",
        {
            "Name": "orders",
            "Type": "Spark",
            "ReleaseLabel": "emr-7.12.0",
            "Architecture": "ARM64",
            "MaximumCapacity": {"Cpu": "16 vCPU", "Memory": "64 GB"},
            "RuntimeConfiguration": [{"Classification": "spark-defaults", "Properties": LAKE_FORMATION}],
        },
        {"ReleaseLabel": "emr-7.13.0", "MaximumCapacity": {"Cpu": "32 vCPU", "Memory": "128 GB"}},
        application,
        {
            "releaseLabel": "emr-7.12.0",
            "architecture": "ARM64",
            "maximumCapacity": {"cpu": "16 vCPU", "memory": "64 GB"},
            "runtimeConfiguration": [{"classification": "spark-defaults", "properties": LAKE_FORMATION}],
            "tags": {"mesh": "acme", "domain": "orders"},
        },
        {
            "releaseLabel": "emr-7.13.0",
            "architecture": "ARM64",
            "maximumCapacity": {"cpu": "32 vCPU", "memory": "128 GB"},
            "runtimeConfiguration": [{"classification": "spark-defaults", "properties": LAKE_FORMATION}],
            "tags": {"mesh": "acme", "owner": "x"},
        },
        gone=False,
    ),
    "budget": Row(
        "AWS::Budgets::Budget",
        {"Budget": monthly(100), "NotificationsWithSubscribers": [NOTIFICATION]},
        {"Budget": monthly(200)},
        budget,
        ({"Amount": "100", "Unit": "USD"}, [80]),
        ({"Amount": "200", "Unit": "USD"}, [80]),
        tags="ResourceTags",
    ),
    "trail": Row(
        "AWS::CloudTrail::Trail",
        {
            "TrailName": "data-access",
            "S3BucketName": f"trail-{HERE}",
            "IsLogging": True,
            "KMSKeyId": "alias/orders",
            "AdvancedEventSelectors": [
                {"Name": "reads", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
            ],
        },
        {"IsLogging": "false"},
        trail,
        ("alias/orders", ["reads"], True, {"mesh": "acme", "domain": "orders"}),
        ("alias/orders", ["reads"], False, {"mesh": "acme", "owner": "x"}),
        {"Arn": f"arn:aws:cloudtrail:{REGION}:{HERE}:trail/data-access"},
    ),
    "ruleset": Row(
        "AWS::Glue::DataQualityRuleset",
        {
            "Name": "orders",
            "Ruleset": "Rules = [ RowCount > 1 ]",
            "TargetTable": {"DatabaseName": "sales", "TableName": "orders"},
        },
        {"Ruleset": "Rules = [ RowCount > 2 ]"},
        ruleset,
        (
            "Rules = [ RowCount > 1 ]",
            {"DatabaseName": "sales", "TableName": "orders"},
            {"mesh": "acme", "domain": "orders"},
        ),
        (
            "Rules = [ RowCount > 2 ]",
            {"DatabaseName": "sales", "TableName": "orders"},
            {"mesh": "acme", "owner": "x"},
        ),
        tag_map=True,
    ),
    "queue policy": Row(
        "AWS::SQS::QueuePolicy",
        {"Queues": ["{queue}"], "PolicyDocument": policy(SEND)},
        {"PolicyDocument": policy({**SEND, "Sid": "two"})},
        queue_policy,
        [SEND],
        [{**SEND, "Sid": "two"}],
        tags="",
        gone=False,
    ),
    "log stream": Row(
        "AWS::Logs::LogStream",
        {"LogGroupName": "given", "LogStreamName": "delivery"},
        {"LogStreamName": "other"},
        log_stream,
        ["delivery"],
        ["other"],
        tags="",
        gone=False,
    ),
}


def here(value: Any, account: str, queue: str = "") -> Any:
    """`value` with the account's number, and its queue's URL, in place."""
    return json.loads(json.dumps(value).replace(HERE, account).replace("{queue}", queue))


def given(client: Callable[[str], Any], account: str) -> str:
    """What the rows refer to; the URL of the queue."""
    services = {"Service": ["states.amazonaws.com", "scheduler.amazonaws.com"]}
    trust = json.dumps(policy({"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}))
    client("iam").create_role(RoleName="given", AssumeRolePolicyDocument=trust)
    client("sns").create_topic(Name="given")
    client("logs").create_log_group(logGroupName="given")
    client("s3").create_bucket(
        Bucket=f"trail-{account}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    url: str = client("sqs").create_queue(QueueName="given")["QueueUrl"]
    return url


def tags(row: Row, name: str, value: str) -> dict[str, Any]:
    if not row.tags:
        return {}
    return {row.tags: {name: value} if row.tag_map else [{"Key": name, "Value": value}]}


@pytest.fixture(scope="module")
def place(aws: Aws, account: Account) -> tuple[str, Callable[[str], Any], str]:
    """One account for all rows: its number, its clients, the URL of its queue."""
    number = account()
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = aws.client(service, number)
        return clients[service]

    return number, client, given(client, number)


@pytest.mark.parametrize("name", ROWS)
def test_resource(place: tuple[str, Callable[[str], Any], str], name: str) -> None:
    (number, client, queue), row = place, ROWS[name]
    cloudformation, stack = client("cloudformation"), name.replace(" ", "-")
    outputs = {key: {"Value": {"Fn::GetAtt": ["It", key]}} for key in row.attributes}

    def template(change: Mapping[str, Any]) -> dict[str, Any]:
        properties = here({**row.properties, **change}, number, queue)
        resources = {"It": {"Type": row.type, "Properties": properties}}
        return {"Resources": resources, "Outputs": {**outputs, "Ref": {"Value": {"Ref": "It"}}}}

    def told() -> dict[str, str]:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return {each["OutputKey"]: each["OutputValue"] for each in found}

    mesh = [{"Key": "mesh", "Value": "acme"}]
    status = deploy(cloudformation, stack, template(tags(row, "domain", "orders")), Tags=mesh)
    assert status == "CREATE_COMPLETE", reasons(cloudformation, stack)
    ref = told().pop("Ref")
    assert json.loads(json.dumps(row.read(client, ref))) == here(row.created, number)
    assert {key: value for key, value in told().items() if key != "Ref"} == here(row.attributes, number)

    changed = template({**tags(row, "owner", "x"), **row.change})
    status = deploy(cloudformation, stack, changed, kind="UPDATE", Tags=mesh)
    assert status == "UPDATE_COMPLETE", reasons(cloudformation, stack)
    ref = told()["Ref"]
    assert json.loads(json.dumps(row.read(client, ref))) == here(row.updated, number)

    assert deleted(cloudformation, stack) == "DELETE_COMPLETE", reasons(cloudformation, stack)
    if row.gone:
        with pytest.raises(ClientError):
            row.read(client, ref)
    else:
        assert row.read(client, ref) is None


@pytest.mark.parametrize("name", ROWS)
def test_an_unknown_property_fails_by_name(name: str) -> None:
    kind = next(each for each in EMULATED if each.name == ROWS[name].type)
    kind.check(ROWS[name].properties)
    with pytest.raises(HandlerError) as caught:
        kind.check({**ROWS[name].properties, "Surprise": "x"})
    assert str(caught.value) == f"The embedded AWS doesn't emulate {kind.name}: Surprise."


def test_a_topic_policy_gives_way_to_the_default(place: tuple[str, Callable[[str], Any], str]) -> None:
    number, client, _ = place
    arn = here(TOPIC, number)
    document = policy(allow("sns:Publish", arn, Principal={"Service": "cloudwatch.amazonaws.com"}))
    properties = {"Topics": [arn], "PolicyDocument": document}
    template = {"Resources": {"It": {"Type": "AWS::SNS::TopicPolicy", "Properties": properties}}}

    def sids() -> list[str]:
        attributes = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        return [each["Sid"] for each in json.loads(attributes["Policy"])["Statement"]]

    assert deploy(client("cloudformation"), "topic-policy", template) == "CREATE_COMPLETE"
    assert sids() == ["one"]
    assert deleted(client("cloudformation"), "topic-policy") == "DELETE_COMPLETE"
    assert sids() == ["__default_statement_ID"]


def test_a_rule_on_a_bus_of_ones_own(place: tuple[str, Callable[[str], Any], str]) -> None:
    _, client, _ = place
    properties = {"Name": "r", "EventBusName": {"Ref": "Bus"}, "EventPattern": {"source": ["a"]}}
    template = {
        "Resources": {
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "own"}},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": properties},
        },
        "Outputs": {"Ref": {"Value": {"Ref": "Rule"}}},
    }
    cloudformation = client("cloudformation")
    assert deploy(cloudformation, "own-bus", template) == "CREATE_COMPLETE"
    outputs = cloudformation.describe_stacks(StackName="own-bus")["Stacks"][0]["Outputs"]
    assert [each["OutputValue"] for each in outputs] == ["own|r"]
    assert client("events").describe_rule(Name="r", EventBusName="own")["EventPattern"] == '{"source": ["a"]}'
    assert deleted(cloudformation, "own-bus") == "DELETE_COMPLETE"


def test_other_notifications_of_a_budget_need_another_name(
    place: tuple[str, Callable[[str], Any], str],
) -> None:
    _, client, _ = place
    cloudformation = client("cloudformation")
    other: dict[str, Any] = json.loads(json.dumps(NOTIFICATION).replace("80", "90"))

    def template(name: str, *notifications: Any) -> dict[str, Any]:
        properties = {
            "Budget": {**monthly(100), "BudgetName": name},
            "NotificationsWithSubscribers": list(notifications),
        }
        return {"Resources": {"It": {"Type": "AWS::Budgets::Budget", "Properties": properties}}}

    assert deploy(cloudformation, "spend", template("a", NOTIFICATION)) == "CREATE_COMPLETE"
    status = deploy(cloudformation, "spend", template("a", other), kind="UPDATE")
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "the budget already exists" in reasons(cloudformation, "spend")[0]
    status = deploy(cloudformation, "spend", template("b", other), kind="UPDATE")
    assert status == "UPDATE_COMPLETE", reasons(cloudformation, "spend")
    assert budget(client, "b")[1] == [90]
    status = deploy(cloudformation, "spend", template("c", other), kind="UPDATE")
    assert status == "UPDATE_COMPLETE", reasons(cloudformation, "spend")
    with pytest.raises(ClientError):
        budget(client, "b")


def test_a_schedule_needs_a_role_that_the_scheduler_may_assume(aws: Aws, account: Account) -> None:
    number = account()
    row = ROWS["schedule"]
    target = {"Arn": here(TOPIC, number), "RoleArn": aws.role(number, "given", "events.amazonaws.com")}
    template = {"Resources": {"It": {"Type": row.type, "Properties": {**row.properties, "Target": target}}}}
    cloudformation = aws.client("cloudformation", number)
    assert deploy(cloudformation, "s", template) == "ROLLBACK_COMPLETE"
    assert "must allow AWS EventBridge Scheduler to assume the role" in reasons(cloudformation, "s")[0]


def test_a_permission_stands_in_the_functions_policy(aws: Aws, account: Account) -> None:
    number = account()
    functions, cloudformation = aws.client("lambda", number), aws.client("cloudformation", number)
    role = aws.role(number, "chat")
    code = {"ZipFile": "def handler(event, context):\n    return event\n"}
    function = {"FunctionName": "chat", "Role": role, "Runtime": "python3.12", "Handler": "index.handler"}
    properties = {
        "FunctionName": {"Ref": "Function"},
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        "SourceArn": here(TOPIC, number),
        "SourceAccount": number,
    }
    resources: dict[str, Any] = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {**function, "Code": code}},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": properties},
    }
    assert deploy(cloudformation, "s", {"Resources": resources}) == "CREATE_COMPLETE"
    statement = json.loads(functions.get_policy(FunctionName="chat")["Policy"])["Statement"][0]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {"AWS:SourceArn": here(TOPIC, number)},
        "StringEquals": {"AWS:SourceAccount": number},
    }
    del resources["Permission"]
    assert deploy(cloudformation, "s", {"Resources": resources}, kind="UPDATE") == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        functions.get_policy(FunctionName="chat")
