"""Stacks of ordinary resources: create, update, rollback, delete."""

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Aws
from tests.local.stacks import deleted, deploy, ended, history, queue, reasons

Account = Callable[[], str]
BAD = queue("x" * 90)
"""A queue whose name is too long: the API refuses it."""


def names(aws: Aws, account: str) -> list[str]:
    urls = aws.client("sqs", account).list_queues().get("QueueUrls", [])
    return sorted(url.rsplit("/", 1)[-1] for url in urls)


def test_creates_in_order_of_dependency_and_deletes_in_reverse(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", (here := account()))
    template = {
        "Resources": {
            "Last": {**queue("last"), "DependsOn": ["Middle"]},
            "Middle": queue(
                "middle",
                RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["First", "Arn"]}, "maxReceiveCount": 2},
            ),
            "First": queue("first"),
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["First", "Arn"]}, "Export": {"Name": "first"}}},
    }
    assert deploy(cloudformation, "orders", template) == "CREATE_COMPLETE"
    assert cloudformation.describe_stacks(StackName="orders")["Stacks"][0]["Outputs"] == [
        {"OutputKey": "Arn", "OutputValue": f"arn:aws:sqs:eu-west-1:{here}:first", "ExportName": "first"}
    ]
    stack_id = cloudformation.describe_stacks(StackName="orders")["Stacks"][0]["StackId"]
    assert deleted(cloudformation, "orders") == "DELETE_COMPLETE"
    assert history(cloudformation, stack_id) == [
        "orders REVIEW_IN_PROGRESS",
        "orders CREATE_IN_PROGRESS",
        "First CREATE_IN_PROGRESS",
        "First CREATE_COMPLETE",
        "Middle CREATE_IN_PROGRESS",
        "Middle CREATE_COMPLETE",
        "Last CREATE_IN_PROGRESS",
        "Last CREATE_COMPLETE",
        "orders CREATE_COMPLETE",
        "orders DELETE_IN_PROGRESS",
        "Last DELETE_IN_PROGRESS",
        "Last DELETE_COMPLETE",
        "Middle DELETE_IN_PROGRESS",
        "Middle DELETE_COMPLETE",
        "First DELETE_IN_PROGRESS",
        "First DELETE_COMPLETE",
        "orders DELETE_COMPLETE",
    ]
    assert names(aws, here) == []


def test_failed_create_rolls_back_and_keeps_what_is_retained(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", (here := account()))
    template = {
        "Resources": {
            "Plain": queue("plain"),
            "Retained": {**queue("retained"), "DeletionPolicy": "Retain"},
            "ExceptOnCreate": {**queue("except"), "DeletionPolicy": "RetainExceptOnCreate"},
            "Bad": {**BAD, "DependsOn": ["Plain", "Retained", "ExceptOnCreate"]},
        }
    }
    assert deploy(cloudformation, "broken", template) == "ROLLBACK_COMPLETE"
    assert names(aws, here) == ["retained"]
    assert "InvalidParameterValue" in reasons(cloudformation, "broken")[0]
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        deploy(cloudformation, "broken", template, kind="UPDATE")
    assert deleted(cloudformation, "broken") == "DELETE_COMPLETE"
    del template["Resources"]["Bad"], template["Resources"]["Retained"]
    assert deploy(cloudformation, "broken", template) == "CREATE_COMPLETE"
    assert deleted(cloudformation, "broken") == "DELETE_COMPLETE"
    assert names(aws, here) == ["except", "retained"]


def test_failed_update_brings_back_the_former_state(aws: Aws, account: Account) -> None:
    cloudformation, sqs = aws.client("cloudformation", (here := account())), aws.client("sqs", here)
    before = {
        "Resources": {
            "Kept": queue("kept", VisibilityTimeout=30),
            "Moved": queue("old-name"),
            "Gone": queue("gone"),
        }
    }
    assert deploy(cloudformation, "orders", before) == "CREATE_COMPLETE"
    after = {
        "Resources": {
            "Kept": queue("kept", VisibilityTimeout=60),
            "Moved": queue("new-name"),
            "New": queue("new"),
            "Bad": {**BAD, "DependsOn": ["Kept", "Moved", "New"]},
        }
    }
    assert deploy(cloudformation, "orders", after, kind="UPDATE") == "UPDATE_ROLLBACK_COMPLETE"
    assert names(aws, here) == ["gone", "kept", "old-name"]
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "30"}
    assert cloudformation.get_template(StackName="orders")["TemplateBody"] == before
    del after["Resources"]["Bad"]
    assert deploy(cloudformation, "orders", after, kind="UPDATE") == "UPDATE_COMPLETE"
    assert names(aws, here) == ["kept", "new", "new-name"]
    cleanup = history(cloudformation, "orders")
    start = len(cleanup) - cleanup[::-1].index("orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    assert cleanup[start:] == [
        "Gone DELETE_IN_PROGRESS",
        "Gone DELETE_COMPLETE",
        "Moved DELETE_IN_PROGRESS",
        "Moved DELETE_COMPLETE",
        "orders UPDATE_COMPLETE",
    ]


def test_removal_from_the_template_honours_retain(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", (here := account()))
    both = {"Resources": {"Stays": queue("stays"), "Retained": {**queue("data"), "DeletionPolicy": "Retain"}}}
    assert deploy(cloudformation, "orders", both) == "CREATE_COMPLETE"
    one = {"Resources": {"Stays": queue("stays")}}
    assert deploy(cloudformation, "orders", one, kind="UPDATE") == "UPDATE_COMPLETE"
    assert names(aws, here) == ["data", "stays"]
    assert "Retained DELETE_SKIPPED" in history(cloudformation, "orders")


def test_change_set_without_changes_fails_with_cloudformations_words(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    template = {"Resources": {"A": queue("a")}}
    deploy(cloudformation, "same", template)
    change_set = {"StackName": "same", "ChangeSetName": "again"}
    cloudformation.create_change_set(
        **change_set, ChangeSetType="UPDATE", TemplateBody=str(template).replace("'", '"')
    )
    answer = cloudformation.describe_change_set(**change_set)
    assert (answer["Status"], answer["ExecutionStatus"], answer["StatusReason"]) == (
        "FAILED",
        "UNAVAILABLE",
        "The submitted information didn't contain changes. "
        "Submit different information to create a change set.",
    )
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        cloudformation.execute_change_set(**change_set)


def test_change_set_tells_what_it_would_replace(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    deploy(cloudformation, "q", {"Resources": {"A": queue("a"), "B": queue("b"), "C": queue("c")}})
    new = {"A": queue("a", DelaySeconds=5), "B": queue("b2"), "D": {"Type": "AWS::SQS::Queue"}}
    template = json.dumps({"Resources": new})
    cloudformation.create_change_set(
        StackName="q", ChangeSetName="c", ChangeSetType="UPDATE", TemplateBody=template
    )
    changes = [
        c["ResourceChange"]
        for c in cloudformation.describe_change_set(StackName="q", ChangeSetName="c")["Changes"]
    ]
    assert [(c["Action"], c["LogicalResourceId"], c.get("Replacement")) for c in changes] == [
        ("Modify", "A", "False"),
        ("Modify", "B", "True"),
        ("Add", "D", None),
        ("Remove", "C", None),
    ]


def test_an_unsupported_type_is_refused_by_name(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    template = {"Resources": {"A": queue("a"), "B": {"Type": "AWS::EKS::Cluster"}}}
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::EKS::Cluster\]"):
        deploy(cloudformation, "kubernetes", template)
    with pytest.raises(ClientError, match="Stack with id kubernetes does not exist"):
        cloudformation.describe_stacks(StackName="kubernetes")


def test_a_property_that_is_not_emulated_fails_by_name(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    template = {"Resources": {"A": queue("a", RedriveAllowPolicy={})}}
    assert deploy(cloudformation, "odd", template) == "ROLLBACK_COMPLETE"
    assert reasons(cloudformation, "odd") == [
        "The embedded AWS doesn't emulate AWS::SQS::Queue: RedriveAllowPolicy."
    ]


def test_accepted_types_are_remembered(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    template = {"Resources": {"Meta": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}}}}
    assert deploy(cloudformation, "meta", template) == "CREATE_COMPLETE"
    assert "AWS::CDK::Metadata" in aws.embedded.accepted()


def test_parameters_keep_their_previous_value(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", (here := account()))
    template = {
        "Parameters": {"Name": {"Type": "String"}, "Version": {"Type": "String", "Default": "1"}},
        "Resources": {"A": queue({"Ref": "Name"})},  # type: ignore[arg-type]
    }
    given = [{"ParameterKey": "Name", "ParameterValue": "from-parameter"}]
    assert deploy(cloudformation, "p", template, Parameters=given) == "CREATE_COMPLETE"
    template["Resources"]["B"] = queue("b")
    previous = [{"ParameterKey": key, "UsePreviousValue": True} for key in ("Name", "Version")]
    assert deploy(cloudformation, "p", template, kind="UPDATE", Parameters=previous) == "UPDATE_COMPLETE"
    assert names(aws, here) == ["b", "from-parameter"]


def test_termination_protection(aws: Aws, account: Account) -> None:
    cloudformation = aws.client("cloudformation", account())
    deploy(cloudformation, "safe", {"Resources": {"A": queue("a")}})
    cloudformation.update_termination_protection(StackName="safe", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName="safe")


def test_a_failed_update_brings_back_the_tags(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, sqs = aws.client("cloudformation", here), aws.client("sqs", here)
    template = {"Resources": {"A": queue("a")}}
    assert deploy(cloudformation, "t", template, Tags=[{"Key": "owner", "Value": "x"}]) == "CREATE_COMPLETE"
    template["Resources"]["Bad"] = {**BAD, "DependsOn": "A"}
    after = deploy(cloudformation, "t", template, kind="UPDATE", Tags=[{"Key": "owner", "Value": "y"}])
    assert after == "UPDATE_ROLLBACK_COMPLETE"
    assert sqs.list_queue_tags(QueueUrl=sqs.get_queue_url(QueueName="a")["QueueUrl"])["Tags"] == {
        "owner": "x"
    }


def test_a_request_that_is_sent_again_is_taken_once(aws: Aws, account: Account) -> None:
    """As an SDK does that got no answer; it is known by its token."""
    cloudformation = aws.client("cloudformation", account())
    template, other = ({"Resources": {"Queue": queue(name)}} for name in ("one", "two"))
    new = {"StackName": "s", "TemplateBody": json.dumps(template), "ClientRequestToken": "first"}
    made = [cloudformation.create_stack(**new)["StackId"] for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(ClientError, match="AlreadyExists"):
        cloudformation.create_stack(**new | {"ClientRequestToken": "second"})
    assert ended(cloudformation, "s") == "CREATE_COMPLETE"
    assert cloudformation.create_stack(**new)["StackId"] == made[0]

    change = {"StackName": "s", "ChangeSetName": "c", "TemplateBody": json.dumps(other)}
    sets = [cloudformation.create_change_set(**change, ClientToken="third")["Id"] for _ in range(2)]
    assert sets[0] == sets[1]
    with pytest.raises(ClientError, match="AlreadyExists"):
        cloudformation.create_change_set(**change, ClientToken="fourth")
    executed = {"StackName": "s", "ChangeSetName": "c", "ClientRequestToken": "fifth"}
    for _ in range(2):
        cloudformation.execute_change_set(**executed)
    assert ended(cloudformation, "s") == "UPDATE_COMPLETE"
    cloudformation.execute_change_set(**executed)
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        cloudformation.execute_change_set(**executed | {"ClientRequestToken": "sixth"})

    update = {"StackName": "s", "TemplateBody": json.dumps(template), "ClientRequestToken": "seventh"}
    for _ in range(2):
        cloudformation.update_stack(**update)
    assert ended(cloudformation, "s") == "UPDATE_COMPLETE"
    for _ in range(2):
        cloudformation.delete_stack(StackName="s", ClientRequestToken="eighth")
    assert ended(cloudformation, made[0]) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName="s")
    assert [line for line in history(cloudformation, made[0]) if line.startswith("s ")] == [
        "s CREATE_IN_PROGRESS",
        "s CREATE_COMPLETE",
        "s UPDATE_IN_PROGRESS",
        "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "s UPDATE_COMPLETE",
        "s UPDATE_IN_PROGRESS",
        "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "s UPDATE_COMPLETE",
        "s DELETE_IN_PROGRESS",
        "s DELETE_COMPLETE",
    ]
