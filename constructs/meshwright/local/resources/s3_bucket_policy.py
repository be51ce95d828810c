"""AWS::S3::BucketPolicy."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    bucket = properties["Bucket"]
    context.call("s3", "put_bucket_policy", Bucket=bucket, Policy=properties["PolicyDocument"])
    return bucket, {}


def update(context: Context, bucket: str, new: Properties, old: Properties) -> Attributes:
    context.call("s3", "put_bucket_policy", Bucket=bucket, Policy=new["PolicyDocument"])
    return {}


def delete(context: Context, bucket: str, properties: Properties) -> None:
    context.call("s3", "delete_bucket_policy", Bucket=bucket)


TYPE = ResourceType(
    name="AWS::S3::BucketPolicy",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Bucket"}),
    mutable=frozenset({"PolicyDocument"}),
)
