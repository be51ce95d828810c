"""The customer-managed key of a domain."""

from collections.abc import Sequence

from aws_cdk import Environment
from aws_cdk import aws_kms as kms
from constructs import Construct

from meshwright.cdk.buckets import retain
from meshwright.cdk.place import Place, Tags, cfn_tags, place_of
from meshwright.cdk.policies import Allow, document

USE_KEY = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]


class DomainKey(Construct):
    """A rotated key that the account's IAM policies govern, and that one foreign role may use.

    That role is Lake Formation's registration role. It may use the key through S3, for objects of
    `bucket_names` only: not for streams, nor for other buckets that the key encrypts.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias: str,
        registration_role_arn: str,
        bucket_names: Sequence[str],
        env: Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        place = place_of(self, env)
        role = {"AWS": registration_role_arn}
        self.key = kms.CfnKey(
            self,
            "Key",
            description=f"Data of {alias.removeprefix('alias/')}",
            enable_key_rotation=True,
            key_policy=document(
                [
                    # Without it nobody could ever change the key again; who may use it is up to IAM policies.
                    Allow(actions=["kms:*"], resources=["*"]).statement({"AWS": place.iam("root")}),
                    *(
                        each.statement(role)
                        for each in key_use_for_buckets(place, bucket_names, resources=["*"])
                    ),
                ]
            ),
            tags=cfn_tags(tags),
        )
        retain(self.key)
        self.arn = self.key.attr_arn
        self.alias = kms.CfnAlias(self, "Alias", alias_name=alias, target_key_id=self.arn)


def key_use_for_buckets(
    place: Place,
    buckets: Sequence[str],
    *,
    resources: Sequence[str],
    conditions: dict[str, str] | None = None,
) -> tuple[Allow, Allow]:
    """Use of keys for objects in `buckets` (names or patterns) and through S3, which says whose object it is.

    The encryption context is the bucket's ARN with a bucket key, else the object's
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context).
    """
    context = [place.s3(name) for bucket in buckets for name in (bucket, f"{bucket}/*")]
    common = {"kms:ViaService": place.endpoint("s3"), **(conditions or {})}
    return (
        Allow(
            actions=USE_KEY,
            resources=resources,
            conditions={
                "StringEquals": common,
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": context},
            },
        ),
        Allow(
            actions=["kms:DescribeKey"],
            resources=resources,
            conditions={"StringEquals": conditions} if conditions else None,
        ),
    )
