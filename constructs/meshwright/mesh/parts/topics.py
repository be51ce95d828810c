"""Whom the alarms of a domain reach: SNS topics with the owners' addresses, and a chat."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshwright.config.domain_file import Owner
from meshwright.mesh.alarms import Alarm
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.watched import alarms_of
from meshwright.mesh.place import Place, place_in
from meshwright.mesh.statements import Allow, Conditions, document

CLOUDWATCH: Final = "cloudwatch.amazonaws.com"
TOPIC: Final = "alarms"
"""Key of the topic with the domain's alarms."""


def resources(mesh: Mesh, domain: Domain, alarms: Iterable[Alarm]) -> Iterator[Declared]:
    """The domain's topic, and one for each product that has alarms and an owner of its own."""
    about = {each.product for each in alarms}
    yield from _topic(mesh, domain, None, domain.file.owner)
    yield from _chat(mesh, domain)
    for product, owner in _owned_products(domain).items():
        if product in about:
            yield from _topic(mesh, domain, product, owner)


def told_by(domain: Domain, alarm: Alarm) -> list[str]:
    """Keys of the topics that an alarm is sent to: the domain's, and that of its product's own owner."""
    return [TOPIC, *([_key(alarm.product)] if alarm.product in _owned_products(domain) else [])]


def chat_function(mesh: Mesh, domain: Domain) -> str | None:
    """ARN of the function that posts to the chat, if it is in this environment's account and Region."""
    monitoring = domain.file.monitoring
    if monitoring is None or monitoring.chat_webhook is None:
        return None
    here = place_in(mesh.region, account=domain.account).arn("lambda", "function:")
    return monitoring.chat_webhook if monitoring.chat_webhook.startswith(here) else None


def topic_policy(place: Place, topic: str, *, alarm_names: str) -> dict[str, Any]:
    """Who may send to a topic: CloudWatch for alarms of this account with such names, and only with TLS.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    arn = place.arn("sns", topic)
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sns:Publish",
        "Resource": [arn],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    alarms = Allow(
        actions=["sns:Publish"],
        resources=[arn],
        conditions=_for_alarms(place, alarm_names),
    )
    return document([tls_only, alarms.statement({"Service": CLOUDWATCH})])


def key_use(mesh: Mesh, domain: Domain) -> Iterator[dict[str, Any]]:
    """Statement of the domain's key that lets CloudWatch send alarms to topics encrypted with it.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    if not alarms_of(mesh, domain):
        return
    place = place_in(mesh.region, account=domain.account)
    allow = Allow(
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=["*"],
        conditions=_for_alarms(place, mesh.names.alarm(domain.name, "*")),
    )
    yield allow.statement({"Service": CLOUDWATCH})


def _for_alarms(place: Place, names: str) -> Conditions:
    """Conditions that hold when CloudWatch acts for an alarm of this account whose name is like `names`."""
    return {
        "StringEquals": {"aws:SourceAccount": place.account},
        "ArnLike": {"aws:SourceArn": place.arn("cloudwatch", f"alarm:{names}")},
    }


def _key(product: str | None) -> str:
    return f"product {TOPIC} {product}" if product else TOPIC


def _owned_products(domain: Domain) -> dict[str, Owner]:
    """The products whose owner has another address than the domain's, with that owner."""
    address = domain.file.owner.email
    return {
        name: product.owner
        for name, product in domain.file.products.items()
        if product.owner is not None and product.owner.email != address
    }


def _topic(mesh: Mesh, domain: Domain, product: str | None, owner: Owner) -> Iterator[Declared]:
    """An owner's topic. An address gets nothing until whoever reads it has confirmed it.

    https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
    """
    place = place_in(mesh.region, account=domain.account)
    name = mesh.names.alarm_topic(domain.name, product)
    key = _key(product)
    policy = topic_policy(place, name, alarm_names=mesh.names.alarm(domain.name, "*"))
    yield Declared(
        key=key,
        type="AWS::SNS::Topic",
        name=name,
        properties={"TopicName": name, "KmsMasterKeyId": mesh.names.key_alias(domain.name)},
    )
    yield Declared(
        key=f"policy of {key}",
        type="AWS::SNS::TopicPolicy",
        name=name,
        properties={"Topics": [Attribute(key)], "PolicyDocument": policy},
        tags="",
    )
    yield Declared(
        key=f"owner of {key}",
        type="AWS::SNS::Subscription",
        name=f"{name} to {owner.email}",
        properties={"TopicArn": Attribute(key), "Protocol": "email", "Endpoint": owner.email},
        shown={"e-mail": owner.email},
        tags="",
    )


def _chat(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Lets the topic call the function that posts to the chat.

    https://docs.aws.amazon.com/sns/latest/dg/sns-lambda-as-subscriber.html
    """
    function = chat_function(mesh, domain)
    if function is None:
        return
    shown = {"function": function}
    yield Declared(
        key=f"chat permission of {TOPIC}",
        type="AWS::Lambda::Permission",
        name=f"{function.rpartition(':')[2]} for {mesh.names.alarm_topic(domain.name)}",
        properties={
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "sns.amazonaws.com",
            "SourceAccount": domain.account,
            "SourceArn": Attribute(TOPIC),
        },
        shown=shown,
        tags="",
    )
    yield Declared(
        key=f"chat of {TOPIC}",
        type="AWS::SNS::Subscription",
        name=f"{mesh.names.alarm_topic(domain.name)} to {function.rpartition(':')[2]}",
        properties={"TopicArn": Attribute(TOPIC), "Protocol": "lambda", "Endpoint": function},
        shown=shown,
        after=(f"chat permission of {TOPIC}",),
        tags="",
    )
