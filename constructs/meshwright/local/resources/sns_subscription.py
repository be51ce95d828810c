"""AWS::SNS::Subscription and AWS::SNS::TopicPolicy."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

ATTRIBUTES = ("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    arn = context.call(
        "sns",
        "subscribe",
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties.get("Endpoint"),
        Attributes={key: properties[key] for key in ATTRIBUTES if key in properties},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn, {"Arn": arn}


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    for key in ATTRIBUTES:
        if new.get(key) != old.get(key):
            context.call(
                "sns",
                "set_subscription_attributes",
                SubscriptionArn=arn,
                AttributeName=key,
                AttributeValue=new.get(key, ""),
            )
    return {"Arn": arn}


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("sns", "unsubscribe", SubscriptionArn=arn)


def put_policy(context: Context, properties: Properties) -> tuple[str, Attributes]:
    physical_id = context.name()
    update_policy(context, physical_id, properties, {})
    return physical_id, {"Id": physical_id}


def update_policy(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    for arn in new["Topics"]:
        _set_policy(context, arn, new["PolicyDocument"])
    for arn in old.get("Topics", []):
        if arn not in new["Topics"]:
            _set_policy(context, arn, _default(context, arn))
    return {"Id": physical_id}


def delete_policy(context: Context, physical_id: str, properties: Properties) -> None:
    for arn in properties["Topics"]:
        _set_policy(context, arn, _default(context, arn))


def _set_policy(context: Context, arn: str, policy: Properties) -> None:
    context.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _default(context: Context, arn: str) -> Properties:
    """The policy of a new topic: only its own account may use it.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": context.account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


TYPE = ResourceType(
    name="AWS::SNS::Subscription",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"TopicArn", "Protocol", "Endpoint"}),
    mutable=frozenset(ATTRIBUTES),
)
TOPIC_POLICY = ResourceType(
    name="AWS::SNS::TopicPolicy",
    create=put_policy,
    update=update_policy,
    delete=delete_policy,
    mutable=frozenset({"PolicyDocument", "Topics"}),
)
