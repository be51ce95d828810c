"""The resource types that the embedded CloudFormation knows."""

from dataclasses import dataclass

from meshwright.local.cloudformation.custom_resource import CustomResources
from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
    is_custom,
)
from meshwright.local.resources import (
    athena_named_query,
    athena_work_group,
    budgets_budget,
    cloudtrail_trail,
    cloudwatch,
    ecr_repository,
    emrserverless_application,
    events_bus,
    events_rule,
    firehose_delivery_stream,
    glue_database,
    glue_ruleset,
    glue_table,
    iam_managed_policy,
    iam_policy,
    iam_role,
    kinesis_resource_policy,
    kinesis_stream,
    kinesis_stream_consumer,
    kms_alias,
    kms_key,
    lakeformation_resource,
    lambda_function,
    lambda_permission,
    logs_log_group,
    logs_log_stream,
    s3_bucket,
    s3_bucket_policy,
    scheduler_schedule,
    sns_subscription,
    sns_topic,
    sqs_queue,
    sqs_queue_policy,
    ssm_parameter,
    stepfunctions_state_machine,
)

EMULATED: tuple[ResourceType, ...] = (
    athena_named_query.TYPE,
    athena_work_group.TYPE,
    budgets_budget.TYPE,
    cloudtrail_trail.TYPE,
    cloudwatch.ALARM,
    cloudwatch.DASHBOARD,
    ecr_repository.TYPE,
    emrserverless_application.TYPE,
    events_bus.POLICY,
    events_bus.TYPE,
    events_rule.TYPE,
    firehose_delivery_stream.TYPE,
    glue_database.TYPE,
    glue_ruleset.TYPE,
    glue_table.TYPE,
    iam_managed_policy.TYPE,
    iam_policy.TYPE,
    iam_policy.ROLE_POLICY,
    iam_role.TYPE,
    kinesis_resource_policy.TYPE,
    kinesis_stream.TYPE,
    kinesis_stream_consumer.TYPE,
    kms_alias.TYPE,
    kms_key.TYPE,
    lakeformation_resource.TYPE,
    lambda_function.TYPE,
    lambda_permission.TYPE,
    logs_log_group.TYPE,
    logs_log_stream.TYPE,
    s3_bucket.TYPE,
    s3_bucket_policy.TYPE,
    scheduler_schedule.GROUP,
    scheduler_schedule.TYPE,
    sns_subscription.TOPIC_POLICY,
    sns_subscription.TYPE,
    sns_topic.TYPE,
    sqs_queue.TYPE,
    sqs_queue_policy.TYPE,
    ssm_parameter.TYPE,
    stepfunctions_state_machine.TYPE,
)
ACCEPTED: tuple[str, ...] = (
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::WaitConditionHandle",
)
"""Types that deploy without effect: no data and no permission of the mesh depends on them."""


@dataclass
class Registry:
    custom: CustomResources

    def handler(self, kind: str) -> ResourceType:
        """Raises HandlerError for a type that is neither emulated nor accepted."""
        if is_custom(kind):
            return self.custom.resource_type(kind)
        for known in EMULATED:
            if known.name == kind:
                return known
        if kind in ACCEPTED:
            return ResourceType(name=kind, create=_accept, update=_no_effect, delete=_forget)
        raise HandlerError(f"The embedded AWS doesn't emulate the resource type {kind}.")


def _accept(context: Context, properties: Properties) -> tuple[str, Attributes]:
    return str(properties.get("Name") or context.name()), {}


def _no_effect(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    return {}


def _forget(context: Context, physical_id: str, properties: Properties) -> None:
    return
