"""What the two accounts of `pair` do not have: users, and the ways in which a bucket is encrypted."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meshwright.access.iam import Policy, Statement
from meshwright.access.state import Identity
from meshwright.aws.accounts import Account
from meshwright.aws.calls import Calls
from meshwright.aws.identity_reader import read_everyone, read_identities
from meshwright.aws.storage_reader import read_buckets, read_keys
from meshwright.local import control
from tests.embedded import REGION, Aws


@pytest.fixture
def entered(aws: Aws, account: Callable[[], str]) -> Account:
    number = account()
    environment = control.environment(aws.embedded, number, REGION)
    return Account(account=number, region=REGION, environment=environment)


@pytest.fixture
def calls(entered: Account) -> Iterator[Calls]:
    with ThreadPoolExecutor(4) as executor:
        yield Calls(entered, executor)


def allow(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def allowed(action: str) -> Statement:
    return Statement(allow=True, actions=(action,), resources=("*",))


def test_everyone_is_read_with_all_their_policies(entered: Account, calls: Calls) -> None:
    iam, number = entered.client("iam"), entered.account
    trust = json.dumps(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": number}, "Action": "sts:AssumeRole"}}
    )
    iam.create_role(RoleName="Reader", Path="/teams/", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="Reader", PolicyName="inline", PolicyDocument=allow("glue:GetTable"))
    boundary = iam.create_policy(PolicyName="limits", PolicyDocument=allow("glue:*"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="Reader", PermissionsBoundary=boundary)
    managed = iam.create_policy(PolicyName="own", PolicyDocument=allow("s3:GetObject"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="Reader", PolicyArn=managed)
    iam.create_user(UserName="ben")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="inline", PolicyDocument=allow("kms:Decrypt"))
    iam.add_user_to_group(GroupName="readers", UserName="ben")
    iam.create_service_linked_role(AWSServiceName="lakeformation.amazonaws.com")

    found = read_everyone(calls)

    assert calls.unread == ()
    reader = found[f"arn:aws:iam::{number}:role/teams/Reader"]
    assert reader.policy == Policy((allowed("glue:GetTable"), allowed("s3:GetObject")))
    assert (reader.boundary, reader.boundary_name) == (Policy((allowed("glue:*"),)), "limits")
    assert reader.trust is not None
    assert reader.trust.lets_in == {number}
    assert found[f"arn:aws:iam::{number}:user/ben"] == Identity(policy=Policy((allowed("kms:Decrypt"),)))
    assert [arn for arn in found if "aws-service-role" in arn] == []


def test_a_user_has_the_policies_of_its_groups_too(entered: Account, calls: Calls) -> None:
    iam, number = entered.client("iam"), entered.account
    user = iam.create_user(UserName="ann", Path="/people/")["User"]["Arn"]
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("glue:GetTable"))
    iam.create_group(GroupName="analysts")
    iam.add_user_to_group(GroupName="analysts", UserName="ann")
    iam.put_group_policy(
        GroupName="analysts", PolicyName="inline", PolicyDocument=allow("lakeformation:GetDataAccess")
    )
    managed = iam.create_policy(PolicyName="m", PolicyDocument=allow("s3:GetObject"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="analysts", PolicyArn=managed)
    asked = [
        user,
        f"arn:aws:iam::{number}:user/ann",  # of that name, but at another path
        f"arn:aws:iam::{number}:role/none",
        f"arn:aws:iam::{number}:root",
        f"{number}:IAMPrincipals",
    ]
    actions = ("glue:GetTable", "lakeformation:GetDataAccess", "s3:GetObject")
    policy = Policy(tuple(allowed(action) for action in actions))
    assert read_identities(calls, asked) == {user: Identity(policy=policy)}
    assert calls.unread == ()


def test_a_policy_that_many_roles_have_is_asked_for_once(entered: Account, calls: Calls) -> None:
    iam, asked = entered.client("iam"), list[str]()
    policy = iam.create_policy(PolicyName="limit", PolicyDocument=allow("s3:GetObject"))["Policy"]["Arn"]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    roles = [
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=trust, PermissionsBoundary=policy)
        for n in range(6)
    ]
    for n in range(6):
        iam.attach_role_policy(RoleName=f"r{n}", PolicyArn=policy)
    for operation in ("GetPolicy", "GetPolicyVersion"):
        iam.meta.events.register(f"before-call.iam.{operation}", lambda model, **_: asked.append(model.name))

    found = read_identities(calls, [role["Role"]["Arn"] for role in roles])

    document = Policy((allowed("s3:GetObject"),))
    assert [(each.policy, each.boundary) for each in found.values()] == [(document, document)] * 6
    assert asked == ["GetPolicy", "GetPolicyVersion"]


def test_how_buckets_are_encrypted(entered: Account, calls: Calls) -> None:
    s3, kms = entered.client("s3"), entered.client("kms")
    key = kms.create_key()["KeyMetadata"]
    ways: dict[str, dict[str, Any] | None] = {
        "by-arn": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]},
        "by-id": {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": key["KeyId"]},
        "no-key-named": {"SSEAlgorithm": "aws:kms"},
        "by-s3": {"SSEAlgorithm": "AES256"},
        "not": None,
    }
    for name, default in ways.items():
        bucket = f"{name}-{entered.account}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if default:
            rules = [{"ApplyServerSideEncryptionByDefault": default}]
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    found = read_buckets(calls, (f"{name}-{entered.account}" for name in ways))
    of_aws = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    assert {name: found[f"{name}-{entered.account}"].key for name in ways} == {
        "by-arn": key["Arn"],
        "by-id": key["Arn"],
        "no-key-named": of_aws,
        "by-s3": None,
        "not": None,
    }
    assert calls.unread == ()


def test_keys_that_are_disabled_or_gone(entered: Account, calls: Calls) -> None:
    kms = entered.client("kms")
    enabled, disabled = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.disable_key(KeyId=disabled["KeyId"])
    gone = enabled["Arn"].replace(enabled["KeyId"], "00000000-0000-0000-0000-000000000000")
    found = read_keys(calls, [enabled["Arn"], disabled["Arn"], gone])
    assert {arn: key.enabled for arn, key in found.items()} == {enabled["Arn"]: True, disabled["Arn"]: False}
    assert calls.unread == ()


def test_a_key_found_by_its_alias_keeps_it_whatever_others_it_has(entered: Account, calls: Calls) -> None:
    kms = entered.client("kms")
    key = kms.create_key()["KeyMetadata"]
    for alias in ("alias/acme-orders", "alias/aaa"):
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    read = {alias: read_keys(calls, [], alias=alias) for alias in ("alias/acme-orders", "alias/none")}
    assert {arn: each.alias for arn, each in read["alias/acme-orders"].items()} == {
        key["Arn"]: "alias/acme-orders"
    }
    assert read["alias/none"] == {}
    assert calls.unread == ()
