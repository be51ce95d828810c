"""Properties of every template of the example mesh that keep data closed and kept."""

import pytest

from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, resources, statements

Templates = dict[str, Template]
REGISTRATION = "arn:aws:iam::111111111111:role/acme-lakeformation-registration"
RETAINED = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Kinesis::Stream")


def test_every_bucket_refuses_plain_http(templates: Templates) -> None:
    buckets = {each["Properties"]["BucketName"] for _, each in resources(templates, "AWS::S3::Bucket")}
    closed = {
        policy["Properties"]["Bucket"]
        for _, policy in resources(templates, "AWS::S3::BucketPolicy")
        for statement in statements(policy["Properties"]["PolicyDocument"])
        if statement["Effect"] == "Deny"
        and statement["Principal"] == {"AWS": ["*"]}
        and statement["Action"] == ["s3:*"]
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Resource"]
        == [f"arn:aws:s3:::{policy['Properties']['Bucket']}{end}" for end in ("", "/*")]
    }
    assert len(buckets) == 13
    assert closed == buckets


def test_who_may_use_a_bucket(templates: Templates) -> None:
    allowed = {
        policy["Properties"]["Bucket"]: [
            statement["Principal"]
            for statement in statements(policy["Properties"]["PolicyDocument"])
            if statement["Effect"] == "Allow"
        ]
        for name, policy in resources(templates, "AWS::S3::BucketPolicy")
        if name.startswith("acme-orders-")
    }
    role = {"AWS": [REGISTRATION]}
    assert allowed == {
        "acme-orders-raw-222222222221": [],
        "acme-orders-products-222222222221": [role, role],
        "acme-orders-logs-222222222221": [{"Service": ["logging.s3.amazonaws.com"]}],
    }


def test_who_may_use_a_key(templates: Templates) -> None:
    (key,) = (each for name, each in resources(templates, "AWS::KMS::Key") if "orders" in name)
    account, data, describe, *others = statements(key["Properties"]["KeyPolicy"])
    assert [each["Principal"] for each in others] == [
        {"AWS": ["arn:aws:iam::444444444441:root"]},  # payments reads its stream
        {"Service": ["cloudwatch.amazonaws.com"]},  # sends alarms
    ]
    assert account["Principal"] == {"AWS": ["arn:aws:iam::222222222221:root"]}
    assert data["Principal"] == describe["Principal"] == {"AWS": [REGISTRATION]}
    assert describe["Action"] == ["kms:DescribeKey"]
    bucket = "arn:aws:s3:::acme-orders-products-222222222221"
    assert data["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]},
    }


def test_no_policy_allows_everyone(templates: Templates) -> None:
    documents = [
        *(each["Properties"]["PolicyDocument"] for _, each in resources(templates, "AWS::S3::BucketPolicy")),
        *(each["Properties"]["PolicyDocument"] for _, each in resources(templates, "AWS::SNS::TopicPolicy")),
        *(each["Properties"]["KeyPolicy"] for _, each in resources(templates, "AWS::KMS::Key")),
        *(
            each["Properties"]["AssumeRolePolicyDocument"]
            for _, each in resources(templates, "AWS::IAM::Role")
        ),
    ]
    assert len(documents) == 50
    principals = [
        value
        for document in documents
        for statement in statements(document)
        if statement["Effect"] == "Allow"
        for values in statement["Principal"].values()
        for value in values
    ]
    assert [value for value in principals if "*" in value] == []


def test_no_role_may_do_everything_anywhere(templates: Templates) -> None:
    """Only actions for which AWS knows no resource may be allowed on all."""
    wide = {
        (name.rpartition("/")[0], action.partition(":")[0])
        for name, role in resources(templates, "AWS::IAM::Role")
        if "Provider" not in name
        for policy in role["Properties"]["Policies"]
        for statement in statements(policy["PolicyDocument"])
        for action in statement["Action"]
        if statement["Resource"] == ["*"] or action.endswith(":*")
    }
    assert {service for _, service in wide} == {"cloudwatch", "lakeformation", "logs"}


def test_every_role_has_the_boundary_of_its_account(templates: Templates, mesh: Mesh) -> None:
    boundaries = {
        (role["Properties"]["RoleName"], name.split("/")[0]): role["Properties"].get("PermissionsBoundary")
        for name, role in resources(templates, "AWS::IAM::Role")
    }
    accounts = {
        f"acme-{each.name}-{stack}": each.account
        for each in mesh.domains.values()
        for stack in ("foundation", "workloads")
    }
    accounts |= {f"acme-{name}-share": mesh.governance_account for name in mesh.domains}
    accounts["acme-governance"] = mesh.governance_account
    assert len(boundaries) == 28
    assert boundaries == {
        (role, stack): f"arn:aws:iam::{accounts[stack]}:policy/acme-boundary" for role, stack in boundaries
    }


@pytest.mark.parametrize("kind", RETAINED)
def test_data_outlives_its_stack(templates: Templates, kind: str) -> None:
    kept = [
        (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
        for _, each in resources(templates, kind)
    ]
    assert kept
    assert set(kept) == {("RetainExceptOnCreate", "Retain")}


def test_buckets_are_private_versioned_logged_and_encrypted(templates: Templates) -> None:
    seen = 0
    for _, bucket in resources(templates, "AWS::S3::Bucket"):
        properties = bucket["Properties"]
        seen += 1
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        if "-logs-" in properties["BucketName"] or "-audit-trail-" in properties["BucketName"]:
            assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
            assert "LoggingConfiguration" not in properties
        else:
            assert rule["BucketKeyEnabled"] is True
            assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
            assert "-logs-" in properties["LoggingConfiguration"]["DestinationBucketName"]
    assert seen == 13


def test_keys_rotate_and_streams_use_them(templates: Templates) -> None:
    keys = [each["Properties"]["EnableKeyRotation"] for _, each in resources(templates, "AWS::KMS::Key")]
    assert keys == [True] * 5
    streams = [
        each["Properties"]["StreamEncryption"] for _, each in resources(templates, "AWS::Kinesis::Stream")
    ]
    assert [each["EncryptionType"] for each in streams] == ["KMS"] * 3
    assert all(each["KeyId"]["Fn::GetAtt"][1] == "Arn" for each in streams)


def test_databases_are_closed_until_lake_formation_opens_them(templates: Templates) -> None:
    defaults = {
        each["Properties"]["DatabaseInput"]["Name"]: each["Properties"]["DatabaseInput"].get(
            "CreateTableDefaultPermissions"
        )
        for name, each in resources(templates, "AWS::Glue::Database")
        if "-share/" in name
    }
    assert len(defaults) == 4
    assert set(map(str, defaults.values())) == {"[]"}


def test_the_deploying_role_administers_lake_formation_where_it_deploys(templates: Templates) -> None:
    admins = {
        name.split("/")[0]: each["Properties"]["Admins"]
        for name, each in resources(templates, "Custom::LakeFormationSettings")
    }
    assert len(admins) == 5
    assert admins["acme-payments-foundation"] == [
        "arn:aws:iam::444444444441:role/cdk-hnb659fds-cfn-exec-role-444444444441-eu-west-1",
        "arn:aws:iam::444444444441:role/acme-lakeformation-provider",
    ]


def test_the_lookup_role_sees_all_of_lake_formation_and_changes_none(templates: Templates) -> None:
    settings = list(resources(templates, "Custom::LakeFormationSettings"))
    assert {name.split("/")[0]: each["Properties"]["ReadOnlyAdmins"] for name, each in settings} == {
        stack: [f"arn:aws:iam::{account}:role/cdk-hnb659fds-lookup-role-{account}-eu-west-1"]
        for stack, account in {
            "acme-governance": "111111111111",
            "acme-orders-foundation": "222222222221",
            "acme-customers-foundation": "333333333331",
            "acme-payments-foundation": "444444444441",
            "acme-analytics-foundation": "555555555551",
        }.items()
    }


def test_role_policies_fit_whatever_the_number_of_products(templates: Templates) -> None:
    """IAM's quota for a role's inline policies is 10,240 characters without white space."""
    import json

    from meshwright.cdk import WriteAccess
    from meshwright.cdk.place import Place
    from meshwright.mesh.role_policies import read_access, write_access
    from meshwright.mesh.statements import identity_policy

    place = Place(account="222222222222", region="ap-southeast-2", partition="aws")
    for count in (1, 10, 20, 40, 400):
        databases = [f"{'m' * 20}_{'d' * 30}_{'p' * 120}_{number}" for number in range(count)]
        write = WriteAccess(
            bucket_name="b" * 63,
            key_arn="k" * 80,
            databases=databases,
            database_prefix=f"{'m' * 20}_{'d' * 30}_",
            stream_names=[f"{'m' * 20}-{'d' * 30}-{'s' * 60}-{number}" for number in range(count)],
            stream_prefix=f"{'m' * 20}-{'d' * 30}-",
        )
        allows = [
            *read_access(place, "111111111111", databases, f"{'m' * 20}_"),
            *write_access(place, "111111111111", write),
        ]
        size = len(json.dumps(identity_policy(allows), separators=(",", ":")))
        assert size < 10_240, f"{count} databases: {size}"
