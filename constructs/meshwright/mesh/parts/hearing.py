"""The consumer's side of refreshes: its bus, and what it keeps of them for steps that wait."""

from collections.abc import Iterator
from typing import Any

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.durations import seconds
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.refreshes import ONLY_REFRESHES, domain_bus_arn, heard, pattern
from meshwright.mesh.place import place_in
from meshwright.mesh.statements import Allow, document


def domain_bus(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """The domain's bus, on which the governance account alone may put events, and those of refreshes only."""
    if not heard(mesh, domain):
        return
    name = mesh.names.workloads(domain.name)
    governance = place_in(mesh.region, account=mesh.governance_account).iam("root")
    allow = Allow(
        actions=["events:PutEvents"], resources=[domain_bus_arn(mesh, domain)], conditions=ONLY_REFRESHES
    )
    statement = {"Sid": "refreshes", **allow.statement({"AWS": governance})}
    yield Declared(
        key="bus",
        type="AWS::Events::EventBus",
        name=name,
        properties={
            "Name": name,
            "Description": "Refreshes of other domains' products",
            "Policy": document([statement]),
        },
    )


def waits(domain: Domain) -> list[tuple[str, str]]:
    """What steps wait for, each once: a product, as `domain.product`, and how long its refresh counts."""
    return list(
        dict.fromkeys(
            (step.wait_for, step.within)
            for pipeline in domain.file.pipelines.values()
            for step in pipeline.steps.values()
            if step.wait_for is not None
        )
    )


def queue_key(wait: tuple[str, str]) -> str:
    """Key of a queue in its stack."""
    return f"refreshes {wait[0]} {wait[1]}"


def queues(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """A queue for each product that steps wait for: refreshes are kept in it as long as they count.

    Nobody takes messages out of it; they go when they are older than `within`, which can be up to 14 days
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
    """
    told = heard(mesh, domain)
    names, place = mesh.names, place_in(mesh.region, account=domain.account)
    for product, within in waits(domain):
        name = names.refresh_queue(domain.name, product, within)
        key = queue_key((product, within))
        yield Declared(
            key=key,
            type="AWS::SQS::Queue",
            name=name,
            properties={
                "QueueName": name,
                "MessageRetentionPeriod": seconds(within),
                "SqsManagedSseEnabled": True,
            },
            shown={"keeps refreshes of": product, "for": within},
            accepted={"AwsSolutions-SQS3": "Messages are counted and taken by nobody, so none can fail."},
        )
        producer, _, product_name = product.partition(".")
        rule = f"refreshed_{name.rpartition('_')[2]}"
        arn = place.arn("sqs", name)
        yield Declared(
            key=f"{key} policy",
            type="AWS::SQS::QueuePolicy",
            name=name,
            properties={
                "Queues": [Attribute(key)],
                "PolicyDocument": _queue_policy(
                    arn, place.arn("events", f"rule/{names.workloads(domain.name)}/{rule}")
                ),
            },
            tags="",
        )
        if product_name in told.get(producer, ()):
            yield Declared(
                key=f"{key} rule",
                type="AWS::Events::Rule",
                name=rule,
                properties={
                    "Name": rule,
                    "Description": f"Keeps refreshes of {product} for steps that wait for them",
                    "EventBusName": names.workloads(domain.name),
                    "EventPattern": pattern(mesh, producer, (product_name,)),
                    "State": "ENABLED",
                    "Targets": [{"Id": "queue", "Arn": arn}],
                },
                after=("bus", f"{key} policy"),
            )


def _queue_policy(queue_arn: str, rule_arn: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": [queue_arn],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    rule = Allow(
        actions=["sqs:SendMessage"],
        resources=[queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
    )
    return document([tls_only, rule.statement({"Service": "events.amazonaws.com"})])
