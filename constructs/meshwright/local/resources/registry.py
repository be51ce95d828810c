"""The resource types that the embedded CloudFormation knows."""

from dataclasses import dataclass, field

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
    ecr_repository,
    glue_database,
    glue_table,
    iam_managed_policy,
    iam_policy,
    iam_role,
    kinesis_stream,
    kms_alias,
    kms_key,
    lakeformation_resource,
    lambda_function,
    logs_log_group,
    s3_bucket,
    s3_bucket_policy,
    sqs_queue,
    ssm_parameter,
)

EMULATED: tuple[ResourceType, ...] = (
    ecr_repository.TYPE,
    glue_database.TYPE,
    glue_table.TYPE,
    iam_managed_policy.TYPE,
    iam_policy.TYPE,
    iam_policy.ROLE_POLICY,
    iam_role.TYPE,
    kinesis_stream.TYPE,
    kms_alias.TYPE,
    kms_key.TYPE,
    lakeformation_resource.TYPE,
    lambda_function.TYPE,
    logs_log_group.TYPE,
    s3_bucket.TYPE,
    s3_bucket_policy.TYPE,
    sqs_queue.TYPE,
    ssm_parameter.TYPE,
)
ACCEPTED: tuple[str, ...] = (
    "AWS::Athena::WorkGroup",
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::Permission",
)
"""Types that deploy without effect: no data and no permission of the mesh depends on them."""


@dataclass
class Registry:
    custom: CustomResources
    met: set[str] = field(default_factory=set)
    """Types of ACCEPTED that were deployed."""

    def handler(self, kind: str) -> ResourceType:
        """Raises HandlerError for a type that is neither emulated nor accepted."""
        if is_custom(kind):
            return self.custom.resource_type(kind)
        for known in EMULATED:
            if known.name == kind:
                return known
        if kind in ACCEPTED:
            return ResourceType(name=kind, create=self._accept, update=_no_effect, delete=_forget)
        raise HandlerError(f"The embedded AWS doesn't emulate the resource type {kind}.")

    def _accept(self, context: Context, properties: Properties) -> tuple[str, Attributes]:
        self.met.add(context.type)
        return str(properties.get("Name") or context.name()), {}


def _no_effect(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    return {}


def _forget(context: Context, physical_id: str, properties: Properties) -> None:
    return
