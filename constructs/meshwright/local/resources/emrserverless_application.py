"""AWS::EMRServerless::Application."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType
from meshwright.local.resources.spelling import spelled

SETTINGS = frozenset(
    {
        "Architecture",
        "AutoStartConfiguration",
        "AutoStopConfiguration",
        "ImageConfiguration",
        "InitialCapacity",
        "InteractiveConfiguration",
        "MaximumCapacity",
        "MonitoringConfiguration",
        "NetworkConfiguration",
        "ReleaseLabel",
        "RuntimeConfiguration",
        "SchedulerConfiguration",
        "WorkerTypeSpecifications",
    }
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    given = {key: properties[key] for key in (*SETTINGS, "Name", "Type") if key in properties}
    made = context.call(
        "emr-serverless",
        "create_application",
        **{
            **spelled(context, "emr-serverless", "create_application", given),
            # CloudFormation takes any case; so does the service, but the API's list has capitals.
            "type": str(properties["Type"]).upper(),
        },
        clientToken=context.name(limit=64),
        tags=context.all_tags(properties.get("Tags")) or None,
    )
    return made["applicationId"], {"ApplicationId": made["applicationId"], "Arn": made["arn"]}


def update(context: Context, application: str, new: Properties, old: Properties) -> Attributes:
    given = {key: new[key] for key in SETTINGS if key in new}
    made = context.call(
        "emr-serverless",
        "update_application",
        **spelled(context, "emr-serverless", "update_application", given),
        applicationId=application,
        clientToken=context.name(limit=64),
    )["application"]
    tags = context.all_tags(new.get("Tags"))
    gone = [key for key in made.get("tags", {}) if key not in tags]
    if gone:
        context.call("emr-serverless", "untag_resource", resourceArn=made["arn"], tagKeys=gone)
    if tags:
        context.call("emr-serverless", "tag_resource", resourceArn=made["arn"], tags=tags)
    return {"ApplicationId": application, "Arn": made["arn"]}


def delete(context: Context, application: str, properties: Properties) -> None:
    context.call("emr-serverless", "delete_application", applicationId=application)


TYPE = ResourceType(
    name="AWS::EMRServerless::Application",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name", "Type"}),
    mutable=SETTINGS | {"Tags"},
)
