"""The audit trail of the mesh, in the governance account: who asked Lake Formation for what, and who read it.

What happens in a domain's account reaches this trail in two ways. Lake Formation copies the events of other
accounts that use a shared table to the account that owns it, which is this one
(https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-logging.html). And S3 records the use of
an object for the account that uses it as well as for the bucket's
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html): data that is read or
written through Lake Formation is used by its registration role, which is of this account.
"""

from collections.abc import Iterator
from typing import Any, Final

from meshwright.config.operations_file import AuditTrail
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.place import Place, place_in
from meshwright.mesh.statements import Allow, document
from meshwright.mesh.storage_policies import bucket_policy

DELETED_DAYS: Final = 30
"""How long a file that somebody deleted, or that expired, can still be had back."""
CLOUDTRAIL: Final = {"Service": "cloudtrail.amazonaws.com"}
PUBLIC_ACCESS_BLOCK: Final = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def resources(mesh: Mesh) -> Iterator[Declared]:
    """The trail with its key and its bucket, which are kept when it goes."""
    trail = mesh.file.audit_trail
    if trail is None:
        return
    place = place_in(mesh.region, account=mesh.governance_account)
    name, bucket = mesh.names.audit_trail, mesh.names.audit_bucket(mesh.governance_account)
    alias = f"alias/{name}"
    yield Declared(
        key="audit-trail key",
        type="AWS::KMS::Key",
        name=alias,
        properties={
            "Description": f"Audit trail of {mesh.name}",
            "EnableKeyRotation": True,
            "KeyPolicy": trail_key_policy(place, name),
        },
        keep=True,
    )
    yield Declared(
        key="audit-trail key alias",
        type="AWS::KMS::Alias",
        name=alias,
        properties={"AliasName": alias, "TargetKeyId": Attribute("audit-trail key", "Arn")},
        tags="",
    )
    yield Declared(
        key="audit-trail bucket",
        type="AWS::S3::Bucket",
        name=bucket,
        properties=_bucket(bucket, retention_days=trail.retention_days),
        shown={"files are kept": f"{trail.retention_days} days"},
        accepted={"AwsSolutions-S1": "Reads of this bucket are recorded in the trail itself."},
        keep=True,
    )
    yield Declared(
        key="audit-trail bucket policy",
        type="AWS::S3::BucketPolicy",
        name=bucket,
        properties={
            "Bucket": bucket,
            "PolicyDocument": trail_bucket_policy(place, bucket, name),
        },
        after=("audit-trail bucket",),
        tags="",
    )
    yield Declared(
        key="audit-trail",
        type="AWS::CloudTrail::Trail",
        name=name,
        properties={
            "TrailName": name,
            "S3BucketName": bucket,
            "KMSKeyId": Attribute("audit-trail key", "Arn"),
            "IsLogging": True,
            "EnableLogFileValidation": True,
            # Changes of roles and policies are recorded in another Region.
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "AdvancedEventSelectors": _selectors(mesh, trail, place),
        },
        shown={"reads and writes of data": "recorded" if trail.data_events else "not recorded"},
        after=("audit-trail bucket policy",),
    )


def trail_key_policy(place: Place, trail: str) -> dict[str, Any]:
    """The policy of the trail's key: CloudTrail encrypts with it; who reads is up to the account's IAM.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    arn = place.arn("cloudtrail", f"trail/{trail}")
    encrypt = Allow(
        actions=["kms:GenerateDataKey*"],
        resources=["*"],
        conditions={
            "StringEquals": {"aws:SourceArn": arn, "kms:EncryptionContext:aws:cloudtrail:arn": arn},
        },
    )
    describe = Allow(
        actions=["kms:DescribeKey"], resources=["*"], conditions={"StringEquals": {"aws:SourceArn": arn}}
    )
    return document(
        [
            Allow(actions=["kms:*"], resources=["*"]).statement({"AWS": place.iam("root")}),
            encrypt.statement(CLOUDTRAIL),
            describe.statement(CLOUDTRAIL),
        ]
    )


def trail_bucket_policy(place: Place, bucket: str, trail: str) -> dict[str, Any]:
    """The policy of the trail's bucket: only this trail writes to it.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    source = {"aws:SourceArn": place.arn("cloudtrail", f"trail/{trail}")}
    look = Allow(
        actions=["s3:GetBucketAcl"], resources=[place.s3(bucket)], conditions={"StringEquals": source}
    )
    write = Allow(
        actions=["s3:PutObject"],
        resources=[place.s3(f"{bucket}/AWSLogs/{place.account}/*")],
        conditions={"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
    )
    return bucket_policy(place, bucket, [look.statement(CLOUDTRAIL), write.statement(CLOUDTRAIL)])


def _bucket(name: str, *, retention_days: int) -> dict[str, Any]:
    """Closed, versioned, and encrypted by S3's own key: CloudTrail brings the trail's key with each file."""
    return {
        "BucketName": name,
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "expire",
                    "Status": "Enabled",
                    "ExpirationInDays": retention_days,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": DELETED_DAYS},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": PUBLIC_ACCESS_BLOCK,
        "VersioningConfiguration": {"Status": "Enabled"},
    }


def _selectors(mesh: Mesh, trail: AuditTrail, place: Place) -> list[dict[str, Any]]:
    """Management events, as those of Lake Formation are; reads of this trail; with `data_events` objects.

    By the start of their buckets' names, for selectors know no wildcards: of the domains' buckets, this
    account's roles reach those of products only. Of the trail's own files, reads are recorded and not writes,
    each of which would be written to it in turn. What is to start with and what is not both hold:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
    """
    own = place.s3(f"{mesh.names.audit_bucket(place.account)}/")
    objects = [_equals("eventCategory", "Data"), _equals("resources.type", "AWS::S3::Object")]
    of_domains = {
        "Field": "resources.ARN",
        "StartsWith": [place.s3(f"{mesh.name}-")],
        "NotStartsWith": [own],
    }
    reads = [_equals("readOnly", "true"), {"Field": "resources.ARN", "StartsWith": [own]}]
    selectors = [
        {"Name": "Management events", "FieldSelectors": [_equals("eventCategory", "Management")]},
        {"Name": "Reads of this trail", "FieldSelectors": [*objects, *reads]},
    ]
    if trail.data_events:
        selectors.append({"Name": "Data of the domains", "FieldSelectors": [*objects, of_domains]})
    return selectors


def _equals(field: str, value: str) -> dict[str, Any]:
    return {"Field": field, "Equals": [value]}
