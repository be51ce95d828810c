"""What a template says of a resource can be read back with boto3, after create and after an update."""

import json
from collections.abc import Callable
from typing import Any

from tests.embedded import Aws
from tests.local.stacks import deleted, deploy, reasons

Account = Callable[[], str]


def test_bucket(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, s3, name = aws.client("cloudformation", here), aws.client("s3", here), f"data-{here}"
    rule = {
        "Id": "old",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}],
    }
    properties: dict[str, Any] = {
        "BucketName": name,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
            ]
        },
        "LifecycleConfiguration": {"Rules": [rule]},
        "LoggingConfiguration": {"DestinationBucketName": {"Ref": "Logs"}, "LogFilePrefix": "data/"},
        "Tags": [{"Key": "domain", "Value": "orders"}],
    }
    logs = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"logs-{here}"}}
    template = {"Resources": {"Data": {"Type": "AWS::S3::Bucket", "Properties": properties}, "Logs": logs}}
    status = deploy(cloudformation, "s", template, Tags=[{"Key": "mesh", "Value": "acme"}])
    assert status == "CREATE_COMPLETE", reasons(cloudformation, "s")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    kept = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
    assert (kept["ID"], kept["Transitions"]) == ("old", [{"StorageClass": "INTELLIGENT_TIERING", "Days": 0}])
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]["TargetBucket"] == f"logs-{here}"
    owner = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags == {"mesh": "acme", "domain": "orders"}

    properties["VersioningConfiguration"]["Status"] = "Suspended"
    del properties["LifecycleConfiguration"], properties["Tags"]
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE"
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags == {"mesh": "acme"}

    s3.put_object(Bucket=name, Key="a", Body=b"data")
    assert deleted(cloudformation, "s") == "DELETE_FAILED"
    assert "BucketNotEmpty" in reasons(cloudformation, "s")[0]


def test_a_tls_only_bucket_stays_readable(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, s3, name = aws.client("cloudformation", here), aws.client("s3", here), f"tls-{here}"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Bucket": {"Ref": "Data"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [deny]}}
    template = {
        "Resources": {
            "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
        }
    }
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE"
    s3.put_object(Bucket=name, Key="a", Body=b"data")
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"data"
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"] == [deny]


def test_policies_that_name_a_missing_role_fail(aws: Aws, account: Account) -> None:
    here = account()
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{here}:role/reader"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::names-{here}/*",
    }
    document = {"Version": "2012-10-17", "Statement": [allow]}
    key_statement = {**allow, "Action": "kms:*", "Resource": "*"}
    template = {
        "Resources": {
            "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"names-{here}"}},
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "Data"}, "PolicyDocument": document},
            },
            "Key": {
                "Type": "AWS::KMS::Key",
                "DependsOn": "Policy",
                "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [key_statement]}},
            },
        }
    }
    cloudformation = aws.client("cloudformation", here)
    assert deploy(cloudformation, "s", template) == "ROLLBACK_COMPLETE"
    assert "Invalid principal in policy" in reasons(cloudformation, "s")[0]
    deleted(cloudformation, "s")
    aws.role(here, "reader")
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE"


def test_stream(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, kinesis = aws.client("cloudformation", here), aws.client("kinesis", here)
    properties: dict[str, Any] = {
        "Name": "events",
        "RetentionPeriodHours": 168,
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
        "Tags": [{"Key": "domain", "Value": "orders"}],
    }
    template = {"Resources": {"Stream": {"Type": "AWS::Kinesis::Stream", "Properties": properties}}}

    def described() -> tuple[Any, ...]:
        found = kinesis.describe_stream_summary(StreamName="events")["StreamDescriptionSummary"]
        mode = found["StreamModeDetails"]["StreamMode"]
        return mode, found["RetentionPeriodHours"], found.get("EncryptionType"), found["OpenShardCount"]

    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    assert described()[:3] == ("ON_DEMAND", 168, "KMS")
    properties |= {
        "ShardCount": 2,
        "RetentionPeriodHours": 24,
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
    }
    del properties["StreamEncryption"]
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE", reasons(
        cloudformation, "s"
    )
    assert described() == ("PROVISIONED", 24, "NONE", 2)


def test_key_and_alias(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, kms = aws.client("cloudformation", here), aws.client("kms", here)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{here}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    key: dict[str, Any] = {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]},
        "EnableKeyRotation": True,
        "Tags": [{"Key": "domain", "Value": "orders"}],
    }
    template = {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": key},
            "Alias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": "alias/orders", "TargetKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
            },
        },
        "Outputs": {"Key": {"Value": {"Ref": "Key"}}},
    }
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    key_id = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["Outputs"][0]["OutputValue"]
    assert kms.describe_key(KeyId="alias/orders")["KeyMetadata"]["KeyId"] == key_id
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is True
    key |= {"EnableKeyRotation": False, "Tags": [], "Description": "Orders"}
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE", reasons(
        cloudformation, "s"
    )
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "Orders"
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == []
    assert deleted(cloudformation, "s") == "DELETE_COMPLETE"
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_role_with_policies_and_boundary(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, iam = aws.client("cloudformation", here), aws.client("iam", here)

    def document(action: str) -> dict[str, Any]:
        return {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
        }

    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role: dict[str, Any] = {
        "RoleName": "analysts",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "ManagedPolicyArns": [{"Ref": "Managed"}, "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "Policies": [{"PolicyName": "inline", "PolicyDocument": document("glue:GetTable")}],
        "PermissionsBoundary": {"Ref": "Managed"},
    }
    managed = {"ManagedPolicyName": "edge", "PolicyDocument": document("s3:*")}
    template = {
        "Resources": {
            "Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": managed},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        }
    }
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    attached = iam.list_attached_role_policies(RoleName="analysts")["AttachedPolicies"]
    assert sorted(policy["PolicyName"] for policy in attached) == ["ReadOnlyAccess", "edge"]
    boundary = iam.get_role(RoleName="analysts")["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == f"arn:aws:iam::{here}:policy/edge"
    role["Policies"] = [{"PolicyName": "other", "PolicyDocument": document("glue:GetTables")}]
    del role["PermissionsBoundary"]
    managed["PolicyDocument"] = document("s3:GetObject")
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE", reasons(
        cloudformation, "s"
    )
    assert iam.list_role_policies(RoleName="analysts")["PolicyNames"] == ["other"]
    assert "PermissionsBoundary" not in iam.get_role(RoleName="analysts")["Role"]
    arn = f"arn:aws:iam::{here}:policy/edge"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    kept = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert kept == document("s3:GetObject")
    assert deleted(cloudformation, "s") == "DELETE_COMPLETE", reasons(cloudformation, "s")


def test_registered_location_database_link_and_log_group(aws: Aws, account: Account) -> None:
    here = account()
    cloudformation, glue = aws.client("cloudformation", here), aws.client("glue", here)
    lake, logs = aws.client("lakeformation", here), aws.client("logs", here)
    role = aws.role(here, "registration")
    location = {"ResourceArn": "arn:aws:s3:::acme/sales", "RoleArn": role, "UseServiceLinkedRole": False}
    link = {"Name": "link", "TargetDatabase": {"CatalogId": here, "DatabaseName": "sales"}}
    group: dict[str, Any] = {"LogGroupName": "/mesh", "RetentionInDays": 30}
    template = {
        "Resources": {
            "Location": {"Type": "AWS::LakeFormation::Resource", "Properties": location},
            "Sales": {
                "Type": "AWS::Glue::Database",
                "Properties": {"CatalogId": here, "DatabaseInput": {"Name": "sales", "Description": "Sold."}},
            },
            "Link": {
                "Type": "AWS::Glue::Database",
                "DependsOn": "Sales",
                "Properties": {"CatalogId": here, "DatabaseInput": link},
            },
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": group},
        }
    }
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    assert lake.describe_resource(ResourceArn="arn:aws:s3:::acme/sales")["ResourceInfo"]["RoleArn"] == role
    found = glue.get_database(Name="link")["Database"]
    assert (found["TargetDatabase"]["DatabaseName"], found["Description"]) == ("sales", "Sold.")
    assert logs.describe_log_groups(logGroupNamePrefix="/mesh")["logGroups"][0]["retentionInDays"] == 30
    group["RetentionInDays"] = 90
    assert deploy(cloudformation, "s", template, kind="UPDATE") == "UPDATE_COMPLETE", reasons(
        cloudformation, "s"
    )
    assert logs.describe_log_groups(logGroupNamePrefix="/mesh")["logGroups"][0]["retentionInDays"] == 90
    assert deleted(cloudformation, "s") == "DELETE_COMPLETE", reasons(cloudformation, "s")
    assert glue.get_databases()["DatabaseList"] == []
