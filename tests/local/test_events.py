"""Events go from bus to bus, across accounts, to state machines, topics and queues, as AWS delivers them."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.events.event import target_input
from meshwright.local.events.policy import may_put
from tests.embedded import REGION, Aws

Account = Callable[[], str]
REFRESHED = "Data Product Refreshed"


@dataclass
class Place:
    """An account with clients."""

    aws: Aws
    number: str

    def client(self, service: str, role: str | None = None) -> Any:
        return self.aws.client(service, self.number, *([role] if role else []))

    def bus(self, name: str, *senders: str, **conditions: str) -> str:
        """A bus on which these accounts may put events; its ARN."""
        events = self.client("events")
        arn: str = events.create_event_bus(Name=name)["EventBusArn"]
        for number, sender in enumerate(senders):
            statement: dict[str, Any] = {
                "Sid": f"s{number}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{sender}:root"},
                "Action": "events:PutEvents",
                "Resource": arn,
            }
            if conditions:
                keys = {f"events:{key.replace('_', '-')}": value for key, value in conditions.items()}
                statement["Condition"] = {"StringEquals": keys}
            events.put_permission(
                EventBusName=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            )
        return arn

    def rule(self, name: str, bus: str, pattern: Any, arn: str, **more: str) -> str:
        """A rule with one target; the rule's ARN."""
        events = self.client("events")
        answer = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": arn, **more}])
        rule: str = answer["RuleArn"]
        return rule

    def queue(self, name: str = "got") -> tuple[str, str]:
        """URL and ARN."""
        url = self.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:{self.number}:{name}"

    def received(self, url: str) -> Any:
        """The next message, waited for."""
        return json.loads(
            self.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]["Body"]
        )

    def empty(self, url: str) -> bool:
        attributes = self.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return bool(attributes["Attributes"]["ApproximateNumberOfMessages"] == "0")

    def put(self, bus: str, role: str | None = None, **more: str) -> dict[str, str]:
        """Puts an event; what became of the entry."""
        entry = {
            "EventBusName": bus,
            "Source": "meshwright",
            "DetailType": REFRESHED,
            "Detail": json.dumps({"product": "sales"}),
            **more,
        }
        answer: dict[str, str] = self.client("events", role).put_events(Entries=[entry])["Entries"][0]
        return answer


def test_an_event_keeps_its_senders_account_from_bus_to_bus(aws: Aws, account: Account) -> None:
    orders, governance, analytics = (Place(aws, account()) for _ in range(3))
    role = aws.role(governance.number, "forward")
    url, queue = analytics.queue()
    mesh = governance.bus("acme", orders.number, source="meshwright", detail_type=REFRESHED)
    mine = analytics.bus("mine", governance.number)
    pattern = {"source": ["meshwright"], "account": [orders.number], "detail": {"product": ["sales"]}}
    governance.rule("forward", "acme", pattern, mine, RoleArn=role)
    analytics.rule("keep", "mine", {"detail-type": [REFRESHED]}, queue)
    entry = orders.put(mesh, role="acme-orders-pipelines", Time="2026-11-24T08:50:00Z")
    got = analytics.received(url)
    assert got == {
        "version": "0",
        "id": entry["EventId"],
        "detail-type": REFRESHED,
        "source": "meshwright",
        "account": orders.number,
        "time": "2026-11-24T08:50:00Z",
        "region": REGION,
        "resources": [],
        "detail": {"product": "sales"},
    }


def test_a_bus_refuses_whom_its_policy_does_not_let_in(aws: Aws, account: Account) -> None:
    orders, governance, stranger = (Place(aws, account()) for _ in range(3))
    url, queue = governance.queue()
    mesh = governance.bus("acme", orders.number, source="meshwright")
    governance.rule("all", "acme", {"source": [{"exists": True}]}, queue)
    refused = (stranger.put(mesh, role="thief"), orders.put(mesh, Source="someone.else"))
    assert [each["ErrorCode"] for each in refused] == ["AccessDeniedException"] * 2
    assert refused[0]["ErrorMessage"] == (
        f"User: arn:aws:iam::{stranger.number}:role/thief is not authorized to perform: events:PutEvents on "
        f"resource: {mesh} because no resource-based policy allows the events:PutEvents action"
    )
    assert "EventId" in governance.put("acme")
    assert governance.received(url)["account"] == governance.number
    assert governance.empty(url)


def test_a_rule_cannot_carry_to_a_bus_that_does_not_let_it(aws: Aws, account: Account) -> None:
    """The event is lost for that target, and reaches the others."""
    governance, analytics = Place(aws, account()), Place(aws, account())
    url, queue = governance.queue()
    (lost_url, lost), pattern = analytics.queue(), {"source": ["meshwright"]}
    closed = analytics.bus("mine")
    governance.bus("acme")
    governance.rule("a-forward", "acme", pattern, closed, RoleArn=aws.role(governance.number, "forward"))
    governance.rule("b-keep", "acme", pattern, queue)
    analytics.rule("keep", "mine", pattern, lost)
    governance.put("acme")
    assert governance.received(url)["detail"] == {"product": "sales"}
    assert analytics.empty(lost_url)
    assert f"the policy of {closed} doesn't let" in aws.embedded.log.read_text()


def test_an_event_is_carried_once_so_two_buses_make_no_loop(aws: Aws, account: Account) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html"""
    one, two = Place(aws, account()), Place(aws, account())
    pattern = {"source": ["meshwright"]}
    first, second = one.bus("bus", two.number), two.bus("bus", one.number)
    (url, queue), (back_url, back) = two.queue(), one.queue()
    one.rule("over", "bus", pattern, second, RoleArn=aws.role(one.number, "over"))
    two.rule("back", "bus", pattern, first, RoleArn=aws.role(two.number, "back"))
    two.rule("keep", "bus", pattern, queue)
    one.rule("keep", "bus", pattern, back)
    one.put("bus")
    assert two.received(url)["account"] == one.number
    assert one.received(back_url)["account"] == one.number
    assert one.empty(back_url)


def test_a_rule_starts_a_state_machine_and_tells_a_topic(aws: Aws, account: Account) -> None:
    here = Place(aws, account())
    role = aws.role(here.number, "start", "states.amazonaws.com")
    url, queue = here.queue()
    topic = here.client("sns").create_topic(Name="told")["TopicArn"]
    here.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    states = {"Done": {"Type": "Succeed"}}
    machine = here.client("stepfunctions").create_state_machine(
        name="m", roleArn=role, definition=json.dumps({"StartAt": "Done", "States": states})
    )["stateMachineArn"]
    here.rule("start", "default", {"source": ["meshwright"]}, machine, RoleArn=role)
    here.rule("tell", "default", {"source": ["meshwright"]}, topic)
    entry = here.put("default")
    assert json.loads(here.received(url)["Message"])["id"] == entry["EventId"]
    deadline = time.monotonic() + 5
    while not (runs := here.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run = here.client("stepfunctions").describe_execution(executionArn=runs[0]["executionArn"])
    assert json.loads(run["input"])["id"] == entry["EventId"]


def test_a_new_object_is_told_to_the_default_bus(aws: Aws, account: Account) -> None:
    """moto would stop at the topic, and tell the other bus too."""
    here = Place(aws, account())
    url, queue = here.queue()
    other_url, other = here.queue("other")
    here.bus("mine")
    topic = here.client("sns").create_topic(Name="told")["TopicArn"]
    pattern = {"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": "sales/"}]}}}
    here.rule("a-tell", "default", pattern, topic)
    here.rule("b-keep", "default", pattern, queue)
    here.rule("c-lose", "mine", pattern, other)
    s3, bucket = here.client("s3"), f"products-{here.number}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket=bucket, Key="other/a", Body=b"12345")
    s3.put_object(Bucket=bucket, Key="sales/orders/day=2026-11-24/a", Body=b"12345")
    got = here.received(url)
    assert (got["detail-type"], got["account"]) == ("Object Created", here.number)
    assert got["resources"] == [f"arn:aws:s3:::{bucket}"]
    assert got["detail"]["reason"] == "PutObject"
    assert got["detail"]["bucket"] == {"name": bucket}
    thing = got["detail"]["object"]
    assert (thing["key"], thing["size"]) == ("sales/orders/day=2026-11-24/a", 5)
    assert here.empty(url)
    assert here.empty(other_url)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": "[]"}, "MalformedDetail"),
    ],
)
def test_a_wrong_entry_is_refused_alone(aws: Aws, account: Account, entry: dict[str, str], code: str) -> None:
    good = {"Source": "s", "DetailType": "d", "Detail": "{}"}
    answer = aws.client("events", account()).put_events(Entries=[{**good, **entry}, good])
    assert answer["FailedEntryCount"] == 1
    assert [each.get("ErrorCode") for each in answer["Entries"]] == [code, None]


def test_at_most_ten_entries(aws: Aws, account: Account) -> None:
    with pytest.raises(ClientError, match="less than or equal to 10"):
        aws.client("events", account()).put_events(
            Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}] * 11
        )


EVENT = {"source": "meshwright", "detail-type": REFRESHED, "detail": {"product": "a", "n": 1}}


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        ({}, json.dumps(EVENT)),
        ({"Input": '{"fixed": 1}'}, '{"fixed": 1}'),
        ({"InputPath": "$.detail"}, json.dumps(EVENT["detail"])),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"what": "$.detail.product", "n": "$.detail.n", "none": "$.detail.x"},
                    "InputTemplate": '{"text": "is <what> <n>", "what": <what>, "n": <n>, "x": <none>}',
                }
            },
            '{"text": "is a 1", "what": "a", "n": 1, "x": null}',
        ),
    ],
)
def test_what_a_target_is_sent(target: dict[str, Any], sent: str) -> None:
    assert target_input(target, EVENT) == sent


BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/acme"
ORDERS = "arn:aws:iam::222222222221:role/acme-orders-pipelines"


@pytest.mark.parametrize(
    ("change", "organization", "allowed"),
    [
        ({}, False, True),
        ({"Principal": {"AWS": "222222222221"}}, False, True),
        ({"Principal": {"AWS": "333333333331"}}, False, False),
        ({"Action": "events:PutRule"}, False, False),
        ({"Condition": {"StringEquals": {"events:source": "meshwright"}}}, False, True),
        ({"Condition": {"StringEquals": {"events:source": "other"}}}, False, False),
        ({"Condition": {"StringEquals": {"events:detail-type": REFRESHED}}}, False, True),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/acme-*"}}}, False, True),
        (
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
            False,
            False,
        ),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, True, True),
        ({"Effect": "Deny"}, False, False),
    ],
)
def test_the_policy_of_a_bus(change: dict[str, Any], organization: bool, allowed: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222221:root"},
        "Action": "events:PutEvents",
        "Resource": BUS,
        **change,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert may_put(policy, bus_arn=BUS, principal=ORDERS, event=EVENT, organization=organization) is allowed


def test_a_bus_without_a_policy_lets_nobody_else_in() -> None:
    assert not may_put(None, bus_arn=BUS, principal=ORDERS, event=EVENT, organization=True)
