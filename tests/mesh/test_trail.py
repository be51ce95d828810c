"""The audit trail, its key and its bucket, whole: worked out from what CloudTrail documents it needs."""

from pathlib import Path
from typing import Any

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.parts import trail
from meshwright.mesh.parts.registry import in_governance
from meshwright.project import load_mesh
from tests.config.small_mesh import MESH_FILE, TEXTS, TODAY, write_mesh

ARN = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/acme-audit-trail"
BUCKET = "arn:aws:s3:::acme-audit-trail-111111111111"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
MANAGEMENT = {
    "Name": "Management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
OBJECTS: list[dict[str, Any]] = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
]
READS = {
    "Name": "Reads of this trail",
    "FieldSelectors": [
        *OBJECTS,
        {"Field": "readOnly", "Equals": ["true"]},
        {"Field": "resources.ARN", "StartsWith": [f"{BUCKET}/"]},
    ],
}


def declared(root: Path, audit_trail: str) -> dict[str, Declared]:
    texts = {**TEXTS, MESH_FILE: f"{TEXTS[MESH_FILE]}audit_trail: {audit_trail}\n"}
    mesh = load_mesh(write_mesh(root, texts), environment=None, today=TODAY)
    found = list(trail.resources(mesh))
    assert [each for each in in_governance(mesh) if each.key.startswith("audit-trail")] == found
    return {each.key: each for each in found}


def test_no_trail_unless_asked_for(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path), environment=None, today=TODAY)
    assert list(trail.resources(mesh)) == []


def test_the_trail(tmp_path: Path) -> None:
    found = declared(tmp_path, "{}")
    assert list(found) == [
        "audit-trail key",
        "audit-trail key alias",
        "audit-trail bucket",
        "audit-trail bucket policy",
        "audit-trail",
    ]
    assert found["audit-trail"] == Declared(
        key="audit-trail",
        type="AWS::CloudTrail::Trail",
        name="acme-audit-trail",
        properties={
            "TrailName": "acme-audit-trail",
            "S3BucketName": "acme-audit-trail-111111111111",
            "KMSKeyId": Attribute("audit-trail key", "Arn"),
            "IsLogging": True,
            "EnableLogFileValidation": True,
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "AdvancedEventSelectors": [
                MANAGEMENT,
                READS,
                {
                    "Name": "Data of the domains",
                    "FieldSelectors": [
                        *OBJECTS,
                        {
                            "Field": "resources.ARN",
                            "StartsWith": ["arn:aws:s3:::acme-"],
                            "NotStartsWith": [f"{BUCKET}/"],
                        },
                    ],
                },
            ],
        },
        shown={"reads and writes of data": "recorded"},
        after=("audit-trail bucket policy",),
    )


def test_without_data_events(tmp_path: Path) -> None:
    found = declared(tmp_path, "{data_events: false}")["audit-trail"]
    assert found.properties["AdvancedEventSelectors"] == [MANAGEMENT, READS]
    assert found.shown == {"reads and writes of data": "not recorded"}


def test_the_key(tmp_path: Path) -> None:
    found = declared(tmp_path, "{}")
    key, alias = found["audit-trail key"], found["audit-trail key alias"]
    assert key.keep
    assert key.properties == {
        "Description": "Audit trail of acme",
        "EnableKeyRotation": True,
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["kms:*"],
                    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                    "Resource": ["*"],
                },
                {
                    "Effect": "Allow",
                    "Action": ["kms:GenerateDataKey*"],
                    "Principal": CLOUDTRAIL,
                    "Resource": ["*"],
                    "Condition": {
                        "StringEquals": {
                            "aws:SourceArn": ARN,
                            "kms:EncryptionContext:aws:cloudtrail:arn": ARN,
                        }
                    },
                },
                {
                    "Effect": "Allow",
                    "Action": ["kms:DescribeKey"],
                    "Principal": CLOUDTRAIL,
                    "Resource": ["*"],
                    "Condition": {"StringEquals": {"aws:SourceArn": ARN}},
                },
            ],
        },
    }
    assert alias.properties == {
        "AliasName": "alias/acme-audit-trail",
        "TargetKeyId": Attribute("audit-trail key", "Arn"),
    }


def test_the_bucket(tmp_path: Path) -> None:
    found = declared(tmp_path, "{retention_days: 400}")
    bucket, policy = found["audit-trail bucket"], found["audit-trail bucket policy"]
    assert bucket.keep
    assert bucket.shown == {"files are kept": "400 days"}
    assert bucket.properties == {
        "BucketName": "acme-audit-trail-111111111111",
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
                    "ExpirationInDays": 400,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    assert policy.after == ("audit-trail bucket",)
    assert policy.properties == {
        "Bucket": "acme-audit-trail-111111111111",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "s3:*",
                    "Resource": [BUCKET, f"{BUCKET}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetBucketAcl"],
                    "Principal": CLOUDTRAIL,
                    "Resource": [BUCKET],
                    "Condition": {"StringEquals": {"aws:SourceArn": ARN}},
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:PutObject"],
                    "Principal": CLOUDTRAIL,
                    "Resource": [f"{BUCKET}/AWSLogs/111111111111/*"],
                    "Condition": {
                        "StringEquals": {
                            "aws:SourceArn": ARN,
                            "s3:x-amz-acl": "bucket-owner-full-control",
                        }
                    },
                },
            ],
        },
    }
