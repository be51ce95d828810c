"""What moto does without our fixes, shown on moto itself: a test that fails here tells of a fix to drop."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import backends, mock_aws
from moto.core import responses

REGION = "eu-west-1"
SESSION = boto3.Session()
TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


@pytest.fixture(autouse=True)
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unpatched moto, in this process; our fixes live in the server's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@cache
def client(service: str) -> Any:
    """One for all tests: moto starts each without a session, and a new one reads the service's model anew."""
    return SESSION.client(service, region_name=REGION)


def change_set(cloudformation: Any, stack: str, **more: Any) -> None:
    cloudformation.create_change_set(
        StackName=stack, ChangeSetName="same", TemplateBody=json.dumps(TEMPLATE), **more
    )


def test_a_new_bucket_is_open() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="new", CreateBucketConfiguration={"LocationConstraint": REGION})
    for ask in (s3.get_public_access_block, s3.get_bucket_ownership_controls):
        with pytest.raises(ClientError):
            ask(Bucket="new")


def test_change_sets_of_one_name_are_mixed_up() -> None:
    cloudformation = client("cloudformation")
    for stack in ("one", "two"):
        change_set(cloudformation, stack, ChangeSetType="CREATE")
    found = cloudformation.describe_change_set(ChangeSetName="same", StackName="one")
    assert found["StackName"] == "two"


def test_keeping_a_parameter_that_was_not_there_raises_a_key_error() -> None:
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(TEMPLATE))
    template = json.dumps({**TEMPLATE, "Parameters": {"Version": {"Type": "String", "Default": "1"}}})
    keep = [{"ParameterKey": "Version", "UsePreviousValue": True}]
    with pytest.raises(KeyError, match="Version"):
        cloudformation.create_change_set(
            StackName="s", ChangeSetName="c", ChangeSetType="UPDATE", TemplateBody=template, Parameters=keep
        )


def test_an_unsupported_type_is_skipped() -> None:
    cloudformation = client("cloudformation")
    template = {"Resources": {"Location": {"Type": "AWS::LakeFormation::Resource"}}}
    with pytest.warns(UserWarning, match="not supported"):
        cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
    assert cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


def test_a_batch_of_grants_loses_the_grant_option() -> None:
    lake = client("lakeformation")
    entry = {
        "Id": "1",
        "Principal": {"DataLakePrincipalIdentifier": "222222222222"},
        "Resource": {"Database": {"Name": "there is no such database"}},
        "Permissions": ["DESCRIBE"],
        "PermissionsWithGrantOption": ["DESCRIBE"],
    }
    assert lake.batch_grant_permissions(Entries=[entry])["Failures"] == []
    rows = lake.list_permissions()["PrincipalResourcePermissions"]
    assert [row["PermissionsWithGrantOption"] for row in rows] == [[]]


def test_adding_a_tag_drops_the_others() -> None:
    lake = client("lakeformation")
    client("glue").create_database(DatabaseInput={"Name": "sales"})
    resource = {"Database": {"Name": "sales"}}
    for key in ("domain", "product"):
        lake.create_lf_tag(TagKey=key, TagValues=["x"])
        lake.add_lf_tags_to_resource(Resource=resource, LFTags=[{"TagKey": key, "TagValues": ["x"]}])
    found = lake.get_resource_lf_tags(Resource=resource)["LFTagOnDatabase"]
    assert [tag["TagKey"] for tag in found] == ["product"]


def test_tags_of_an_untagged_table_raise_a_key_error() -> None:
    with pytest.raises(KeyError):
        client("lakeformation").get_resource_lf_tags(Resource={"Database": {"Name": "sales"}})


def test_data_cells_filters_cannot_be_created() -> None:
    data = {"TableCatalogId": "1", "DatabaseName": "d", "TableName": "t", "Name": "n", "RowFilter": {}}
    with pytest.raises((ClientError, NotImplementedError)):
        client("lakeformation").create_data_cells_filter(TableData=data)


def test_glue_ignores_the_catalog() -> None:
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "sales"})
    assert glue.get_database(CatalogId="222222222222", Name="sales")["Database"]["Name"] == "sales"


def test_ram_has_no_invitations() -> None:
    with pytest.raises((ClientError, NotImplementedError)):
        client("ram").get_resource_share_invitations()


def test_a_tls_only_policy_locks_the_bucket() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::data/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(
        Bucket="data", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="data", Key="a", Body=b"")


def test_a_log_target_needs_a_policy_first() -> None:
    s3 = client("s3")
    for name in ("data", "log-target"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    logging = {"LoggingEnabled": {"TargetBucket": "log-target", "TargetPrefix": ""}}
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket="data", BucketLoggingStatus=logging)


def test_policies_may_name_anybody() -> None:
    ghost = {"AWS": "arn:aws:iam::123456789012:role/ghost"}
    statement = {"Effect": "Allow", "Principal": ghost, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)


def test_managed_policies_of_aws_are_missing() -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    iam = client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def test_cloudtrail_cannot_look_up_events() -> None:
    with pytest.raises((ClientError, NotImplementedError)):
        client("cloudtrail").lookup_events()


def test_services_and_their_methods_are_looked_up_at_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[object] = []
    monkeypatch.setattr(backends.os, "listdir", lambda path: listed.append(path) or [])
    for _ in range(2):
        list(backends.list_of_moto_modules())
    assert len(listed) == 2
    names = responses.method_names_from_class
    assert names(responses.BaseResponse) is not names(responses.BaseResponse)
