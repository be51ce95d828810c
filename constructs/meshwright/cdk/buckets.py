"""A bucket as every bucket of a mesh is: private, versioned, TLS only, kept when its stack goes."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from meshwright.cdk.place import Tags, cfn_tags
from meshwright.mesh.parts.sql import RESULTS
from meshwright.mesh.storage_classes import STANDARD_DAYS, Move

INCOMPLETE_UPLOAD_DAYS = 7


def retain(resource: cdk.CfnResource) -> None:
    """Keep the resource when its stack or its declaration goes; a failed first deploy still cleans up."""
    resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def data_lifecycle(*, tiering_days: int, noncurrent_days: int) -> dict[str, Any]:
    """To Intelligent-Tiering after `tiering_days`; old versions go `noncurrent_days` after their time."""
    return {
        "rules": [
            {
                "id": "tier-and-clean-up",
                "status": "Enabled",
                "transitions": [{"storageClass": "INTELLIGENT_TIERING", "transitionInDays": tiering_days}],
                "noncurrentVersionExpiration": {"noncurrentDays": noncurrent_days},
                "expiredObjectDeleteMarker": True,
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": INCOMPLETE_UPLOAD_DAYS},
            }
        ]
    }


def products_lifecycle(moves: Mapping[str, Sequence[Move]], *, noncurrent_days: int) -> dict[str, Any]:
    """Objects move as `moves` says, by folder; for all of them, old versions go as in `data_lifecycle`.

    Their rules don't overlap: of two moves that fit an object S3 would take the one to the cheaper class.
    """
    cleaning = data_lifecycle(tiering_days=STANDARD_DAYS, noncurrent_days=noncurrent_days)["rules"][0]
    rules = [{**{key: value for key, value in cleaning.items() if key != "transitions"}, "id": "clean-up"}]
    for folder, steps in moves.items():
        transitions = [{"storageClass": to, "transitionInDays": days} for to, days in steps]
        rules.append(
            {"id": f"move {folder}", "status": "Enabled", "prefix": folder, "transitions": transitions}
        )
    return {"rules": rules}


def log_lifecycle(*, days: int, results_days: int | None = None) -> dict[str, Any]:
    """Logs expire after `days`, the results of queries after `results_days`, if that is less."""
    rules: list[dict[str, Any]] = [
        {
            "id": "expire",
            "status": "Enabled",
            "expirationInDays": days,
            "noncurrentVersionExpiration": {"noncurrentDays": 1},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": INCOMPLETE_UPLOAD_DAYS},
        }
    ]
    if results_days is not None:
        rules.append(
            {
                "id": "expire-results",
                "status": "Enabled",
                "prefix": f"{RESULTS}/",
                "expirationInDays": results_days,
            }
        )
    return {"rules": rules}


def encryption(key_arn: str | None) -> dict[str, Any]:
    """By the customer-managed key, with a bucket key so that S3 asks KMS seldom; without a key by S3's own.

    The key goes in as ARN: an alias would be looked up in the account of whoever writes
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
    """
    by_default = (
        {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key_arn} if key_arn else {"sseAlgorithm": "AES256"}
    )
    rule: dict[str, Any] = {"serverSideEncryptionByDefault": by_default}
    if key_arn:
        rule["bucketKeyEnabled"] = True
    return {"serverSideEncryptionConfiguration": [rule]}


def add_bucket(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    key_arn: str | None,
    lifecycle: dict[str, Any],
    logs_to: str | None,
    announces: bool = False,
    tags: Tags | None,
) -> s3.CfnBucket:
    """Add the bucket. `logs_to` is the bucket that gets its access logs, below its own name.

    With `announces`, each new object is an event on the account's default event bus.
    """
    bucket = s3.CfnBucket(
        scope,
        construct_id,
        bucket_name=name,
        bucket_encryption=encryption(key_arn),
        lifecycle_configuration=lifecycle,
        logging_configuration={"destinationBucketName": logs_to, "logFilePrefix": f"{name}/"}
        if logs_to
        else None,
        notification_configuration={"eventBridgeConfiguration": {"eventBridgeEnabled": True}}
        if announces
        else None,
        ownership_controls={"rules": [{"objectOwnership": "BucketOwnerEnforced"}]},
        public_access_block_configuration={
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        versioning_configuration={"status": "Enabled"},
        tags=cfn_tags(tags),
    )
    retain(bucket)
    return bucket


def add_bucket_policy(
    scope: Construct, construct_id: str, *, bucket: s3.CfnBucket, name: str, policy: Mapping[str, Any]
) -> s3.CfnBucketPolicy:
    """Add the policy of `bucket`, a document."""
    resource = s3.CfnBucketPolicy(scope, construct_id, bucket=name, policy_document=policy)
    resource.add_resource_dependency(bucket)
    return resource
