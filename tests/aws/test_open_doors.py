"""What else lets in, or keeps out: read from two accounts of the embedded AWS that have one of everything."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from meshwright.access.bucket_state import AccessPoint, AclGrant, BucketSettings
from meshwright.access.further_state import Endpoint, KeyGrant
from meshwright.access.iam import Policy, Statement, parse_policy
from meshwright.access.state import LakeState, Link, Unread
from meshwright.aws.accounts import Account
from meshwright.aws.calls import Calls
from meshwright.aws.live import read_state
from meshwright.aws.organization_reader import read_controls
from meshwright.local import control
from meshwright.project import load_mesh
from tests.aws.pair import DOMAIN, MESH, Pair, deny, settings
from tests.config.small_mesh import write_mesh
from tests.embedded import REGION, Aws

OWNER, ACCOUNT = "600000000011", "600000000012"
BUCKET = f"acme-orders-products-{ACCOUNT}"
READER = f"arn:aws:iam::{ACCOUNT}:role/Reader"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
READ_ONLY = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}
DENY_RECORDS = {"Effect": "Deny", "Action": "kinesis:GetRecords", "Resource": "*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def pair(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("mesh")
    root = write_mesh(folder, {"mesh.yaml": MESH % OWNER, "domains/orders.yaml": DOMAIN % ACCOUNT})
    made = Pair(aws, load_mesh(root, environment=None, today=date(2027, 1, 1)), OWNER, ACCOUNT)
    for number in (OWNER, ACCOUNT):
        settings(aws.client("lakeformation", number), aws.role(number, "Admin"), aws.role(number, "Auditor"))
    aws.role(ACCOUNT, "Reader")
    _bucket(made)
    _catalog(made)
    _endpoint(made)
    return made


def _bucket(pair: Pair) -> None:
    s3, kms = pair.client("s3", ACCOUNT), pair.client("kms", ACCOUNT)
    control = pair.client("s3control", ACCOUNT)
    pair.key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_grant(
        KeyId=pair.key,
        GranteePrincipal=READER,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": {"aws:s3:arn": f"arn:aws:s3:::{BUCKET}"}},
    )
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": pair.key,
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    control.create_access_point(AccountId=ACCOUNT, Name="analysts", Bucket=BUCKET)
    control.put_access_point_policy(
        AccountId=ACCOUNT,
        Name="analysts",
        Policy=document(
            {"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "s3:GetObject", "Resource": "*"}
        ),
    )


def _catalog(pair: Pair) -> None:
    glue = pair.client("glue", OWNER)
    glue.create_database(DatabaseInput={"Name": "acme_orders_sales"})
    glue.create_table(
        DatabaseName="acme_orders_sales",
        TableInput={
            "Name": "orders",
            "PartitionKeys": [{"Name": "day", "Type": "date"}],
            "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "int"}],
                "Location": f"s3://{BUCKET}/sales/orders/",
            },
        },
    )
    for day, at in (("1", f"s3://{BUCKET}/sales/orders/day=1/"), ("2", "s3://archive/orders/day=2/")):
        glue.create_partition(
            DatabaseName="acme_orders_sales",
            TableName="orders",
            PartitionInput={"Values": [day], "StorageDescriptor": {"Location": at}},
        )
    glue.put_resource_policy(
        PolicyInJson=document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": ACCOUNT},
                "Action": "glue:GetTable",
                "Resource": f"arn:aws:glue:{REGION}:{OWNER}:catalog",
            }
        )
    )
    pair.client("glue", ACCOUNT).create_database(
        DatabaseInput={
            "Name": "elsewhere",
            "TargetDatabase": {"CatalogId": OWNER, "DatabaseName": "acme", "Region": "us-east-1"},
        }
    )


def _endpoint(pair: Pair) -> None:
    ec2 = pair.client("ec2", ACCOUNT)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for policy in (document(READ_ONLY), document({**READ_ONLY, "Action": "*"})):
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", PolicyDocument=policy)


@pytest.fixture(scope="module")
def state(pair: Pair) -> LakeState:
    found = read_state(pair.mesh, pair.accounts())
    assert (found.unread, found.unchecked) == ((), ())
    return found


def test_a_bucket_with_all_doors_open(state: LakeState) -> None:
    found = state.accounts[ACCOUNT].bucket_settings[BUCKET]
    [point] = found.access_points
    assert found == BucketSettings(
        bucket_key=True,
        restricts_public=False,
        acls=True,
        ignores_public_acls=False,
        acl=(AclGrant(ALL_USERS, "READ"),),
        access_points=(point,),
    )
    statement = Statement(allow=True, actions=("s3:GetObject",), resources=("*",), principals=(READER,))
    assert point.arn.endswith(f":{ACCOUNT}:accesspoint/analysts")
    assert point == AccessPoint(point.arn, Policy((statement,)), restricts_public=True)


def test_an_account_that_blocks_public_access(pair: Pair) -> None:
    control = pair.client("s3control", ACCOUNT)
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=everything)
    found = read_state(pair.mesh, pair.accounts()).accounts[ACCOUNT].bucket_settings[BUCKET]
    control.delete_public_access_block(AccountId=ACCOUNT)
    assert (found.restricts_public, found.ignores_public_acls) == (True, True)


def test_a_grant_of_a_key(pair: Pair, state: LakeState) -> None:
    [found] = state.accounts[ACCOUNT].keys[pair.key].grants
    context = (("aws:s3:arn", f"arn:aws:s3:::{BUCKET}"),)
    assert found == KeyGrant(READER, frozenset({"Decrypt"}), context, found.id)
    assert found.id


def test_the_policy_of_the_catalog(state: LakeState) -> None:
    found = state.accounts[OWNER].catalog_policy
    assert found is not None
    assert found.lets_in == frozenset({ACCOUNT})
    assert state.accounts[ACCOUNT].catalog_policy is None


def test_a_link_to_another_region(state: LakeState) -> None:
    assert state.accounts[ACCOUNT].databases["elsewhere"].link == Link(OWNER, "acme", region="us-east-1")
    assert state.accounts[ACCOUNT].links_to == {}


def test_partitions_elsewhere(state: LakeState) -> None:
    table = state.accounts[OWNER].databases["acme_orders_sales"].tables["orders"]
    assert table.elsewhere == ("archive/orders/day=2",)


def test_an_endpoint_that_does_not_let_everything_through(state: LakeState) -> None:
    [found] = state.accounts[ACCOUNT].endpoints
    assert found == Endpoint(found.id, "s3", parse_policy(json.loads(document(READ_ONLY))))


MANAGER = "600000000013"
NO_DELETING = {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}
GLUE_ONLY = {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}


@pytest.fixture(scope="module")
def organization(aws: Aws) -> dict[str, str]:
    """An organization with a unit and an account in it, by their names, and a policy at root and unit."""
    client = aws.client("organizations", MANAGER)
    client.create_organization(FeatureSet="ALL")
    [root] = client.list_roots()["Roots"]
    client.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    unit = client.create_organizational_unit(ParentId=root["Id"], Name="sales")["OrganizationalUnit"]["Id"]
    made = client.create_account(AccountName="member", Email="member@acme.example")
    member = made["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=member, SourceParentId=root["Id"], DestinationParentId=unit)
    for target, name, statement in (
        (root["Id"], "keep", NO_DELETING),
        (unit, "glue", GLUE_ONLY),
    ):
        policy = client.create_policy(
            Content=document(statement), Name=name, Description=name, Type="SERVICE_CONTROL_POLICY"
        )["Policy"]["PolicySummary"]["Id"]
        client.attach_policy(PolicyId=policy, TargetId=target)
    client.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    return {"root": root["Id"], "unit": unit, "member": member}


def test_what_an_organization_keeps_its_accounts_from(aws: Aws, organization: dict[str, str]) -> None:
    environment = control.environment(aws.embedded, MANAGER, REGION, role="Admin")
    with ThreadPoolExecutor(2) as executor:
        calls = Calls(Account(account=MANAGER, region=REGION, environment=environment), executor)
        found = read_controls(calls, [MANAGER, organization["member"]])
    assert calls.unread == ()
    # The manager has no limits; everything is allowed at the account itself, so that level is left out.
    at_unit, at_root = found[organization["member"]].limits
    assert Statement(allow=True, actions=("glue:*",), resources=("*",)) in at_unit.statements
    assert Statement(allow=False, actions=("s3:Delete*",), resources=("*",)) in at_root.statements
    assert set(found) == {organization["member"]}


def test_without_an_organization_nothing_is_kept_from_an_account(pair: Pair) -> None:
    with ThreadPoolExecutor(2) as executor:
        calls = Calls(pair.account(OWNER), executor)
        assert read_controls(calls, [OWNER, ACCOUNT]) == {}
    assert calls.unread == ()


def test_what_an_organization_may_keep_from_is_said_where_it_is_not_read(pair: Pair) -> None:
    hidden = deny(pair.account(OWNER), "organizations:DescribeOrganization", "ec2:DescribeVpcEndpoints")
    found = read_state(pair.mesh, {**pair.accounts(), OWNER: hidden})
    why = "the caller is not allowed to: You are not authorized"
    assert found.unread == ()
    assert found.unchecked == (
        Unread(OWNER, "ec2:DescribeVpcEndpoints", why),
        Unread(OWNER, "organizations:DescribeOrganization", why),
    )
