"""Buckets and keys of one account: their policies, what else lets in, which key encrypts which bucket."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from meshwright.access.bucket_state import USUAL, AccessGrant, AccessPoint, AclGrant, BucketSettings
from meshwright.access.further_state import KeyGrant
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.state import Key
from meshwright.access.storage_path import MANAGED_BY_AWS
from meshwright.aws.calls import Calls
from meshwright.mesh.names import partition_of

GONE = "NoSuchBucket"
UNENCRYPTED = "ServerSideEncryptionConfigurationNotFoundError"
NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"
NO_OWNERSHIP = "OwnershipControlsNotFoundError"
NO_POINT_POLICY = "NoSuchAccessPointPolicy"
NO_ACCESS_GRANTS = ("AccessGrantsInstanceNotExistsError", "404")
"""The second where the service does not know Access Grants at all, as the embedded AWS."""
ENFORCED = "BucketOwnerEnforced"


class Block(NamedTuple):
    """What is set of a bucket's, an access point's or an account's block of public access."""

    restricts: bool = False
    ignores_acls: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    policy: Policy | None
    key: str | None
    """ARN of the KMS key that encrypts it."""
    settings: BucketSettings = USUAL


def list_buckets(calls: Calls) -> frozenset[str]:
    """The names of all buckets of the account."""
    return frozenset(each["Name"] for each in calls.listing("s3", "list_buckets", "Buckets"))


def read_buckets(calls: Calls, names: Iterable[str]) -> dict[str, Bucket]:
    """Those of which the policy could be read: a bucket without a policy is one that has none."""
    wanted = sorted(names)
    if not wanted:
        return {}
    blocked = _block(calls, "s3control", AccountId=calls.account)
    points = _access_points(calls, blocked, frozenset(wanted))
    found = calls.each(lambda name: _bucket(calls, name, blocked, points.get(name, ())), wanted)
    return {name: bucket for name, bucket in zip(wanted, found, strict=True) if bucket is not None}


def _bucket(calls: Calls, name: str, account: Block, points: tuple[AccessPoint, ...]) -> Bucket | None:
    absent = ("NoSuchBucketPolicy",)
    answer = calls.one("s3", "get_bucket_policy", Bucket=name, about=name, absent=absent)
    if answer is None:
        return None
    text = answer.get("Policy")
    key, bucket_key = _encrypted_with(calls, name)
    own = _block(calls, "s3", Bucket=name)
    acls = _acls_count(calls, name)
    settings = BucketSettings(
        bucket_key=bucket_key,
        restricts_public=account.restricts or own.restricts,
        acls=acls,
        ignores_public_acls=account.ignores_acls or own.ignores_acls,
        acl=_list_of(calls, name) if acls else (),
        access_points=points,
    )
    return Bucket(_policy(text), key, settings)


def _policy(text: str | None) -> Policy | None:
    return parse_policy(json.loads(text), text=text) if text else None


def _block(calls: Calls, service: str, **of: str) -> Block:
    """Of the bucket, or of the whole account."""
    answer = calls.one(
        service, "get_public_access_block", about=next(iter(of.values())), absent=(NO_BLOCK, GONE), **of
    )
    return _block_of((answer or {}).get("PublicAccessBlockConfiguration") or {})


def _block_of(shape: Mapping[str, Any]) -> Block:
    return Block(bool(shape.get("RestrictPublicBuckets")), bool(shape.get("IgnorePublicAcls")))


def _acls_count(calls: Calls, name: str) -> bool:
    """A bucket that was made before 2023 and never changed has no such setting, and lists count
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html).
    """
    answer = calls.one(
        "s3", "get_bucket_ownership_controls", Bucket=name, about=name, absent=(NO_OWNERSHIP, GONE)
    )
    if answer is None:
        return False
    rules = (answer.get("OwnershipControls") or {}).get("Rules") or []
    return not any(each.get("ObjectOwnership") == ENFORCED for each in rules)


def _list_of(calls: Calls, name: str) -> tuple[AclGrant, ...]:
    """All entries but the owner's own."""
    answer = calls.one("s3", "get_bucket_acl", Bucket=name, about=name, absent=(GONE,)) or {}
    owner = (answer.get("Owner") or {}).get("ID")
    entries = ((each.get("Grantee") or {}, each["Permission"]) for each in answer.get("Grants") or ())
    return tuple(
        AclGrant(grantee.get("URI") or grantee.get("ID") or "", permission)
        for grantee, permission in entries
        if grantee.get("ID") != owner
    )


def _access_points(
    calls: Calls, account: Block, buckets: frozenset[str]
) -> dict[str, tuple[AccessPoint, ...]]:
    """Those of this account, by bucket."""
    listed = [
        each
        for each in calls.listing(
            "s3control", "list_access_points", "AccessPointList", AccountId=calls.account
        )
        if each["Bucket"] in buckets
    ]
    found: dict[str, tuple[AccessPoint, ...]] = {}
    for each, point in zip(
        listed, calls.each(lambda one: _access_point(calls, account, one), listed), strict=True
    ):
        found[each["Bucket"]] = (*found.get(each["Bucket"], ()), point)
    return found


def _access_point(calls: Calls, account: Block, listed: Mapping[str, Any]) -> AccessPoint:
    of = {"AccountId": calls.account, "Name": listed["Name"]}
    described = calls.one("s3control", "get_access_point", about=listed["Name"], **of) or {}
    answer = calls.one(
        "s3control", "get_access_point_policy", about=listed["Name"], absent=(NO_POINT_POLICY,), **of
    )
    block = _block_of(described.get("PublicAccessBlockConfiguration") or {})
    return AccessPoint(
        arn=listed["AccessPointArn"],
        policy=_policy((answer or {}).get("Policy")),
        vpc=(listed.get("VpcConfiguration") or {}).get("VpcId") or "",
        restricts_public=block.restricts or account.restricts,
    )


def read_access_grants(calls: Calls) -> tuple[AccessGrant, ...]:
    """All of the account's instance of S3 Access Grants in this Region; none without an instance."""
    locations = {
        each["AccessGrantsLocationId"]: each.get("IAMRoleArn") or ""
        for each in calls.listing(
            "s3control",
            "list_access_grants_locations",
            "AccessGrantsLocationsList",
            AccountId=calls.account,
            absent=NO_ACCESS_GRANTS,
        )
    }
    listed = calls.listing(
        "s3control",
        "list_access_grants",
        "AccessGrantsList",
        AccountId=calls.account,
        absent=NO_ACCESS_GRANTS,
    )
    return tuple(
        AccessGrant(
            grantee=(each.get("Grantee") or {}).get("GranteeIdentifier") or "",
            scope=(each.get("GrantScope") or "").partition("://")[2],
            permission=each.get("Permission") or "",
            role=locations.get(each.get("AccessGrantsLocationId"), ""),
            id=each.get("AccessGrantId") or "",
        )
        for each in sorted(listed, key=lambda each: each.get("AccessGrantId") or "")
    )


def _encrypted_with(calls: Calls, name: str) -> tuple[str | None, bool]:
    """The key, if it is not one of S3 itself, and whether the bucket has a key of its own."""
    answer = calls.one("s3", "get_bucket_encryption", Bucket=name, about=name, absent=(UNENCRYPTED, GONE))
    rules = ((answer or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or []
    for rule in rules:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if default.get("SSEAlgorithm", "").startswith("aws:kms"):
            named = default.get("KMSMasterKeyID") or MANAGED_BY_AWS
            return key_arn(calls, named) or _by_name(calls, named), bool(rule.get("BucketKeyEnabled"))
    return None, True


def _by_name(calls: Calls, named: str) -> str:
    """Stands for a key that could not be read, or is not there."""
    if named.startswith("arn:"):
        return named
    kind = "" if named.startswith("alias/") else "key/"
    return f"arn:{partition_of(calls.region)}:kms:{calls.region}:{calls.account}:{kind}{named}"


def key_arn(calls: Calls, named: str) -> str | None:
    """The ARN of a key named by ARN, id or alias; None if there is no such key, or it could not be read."""
    if named.startswith("arn:") and ":key/" in named:
        return named
    answer = calls.one("kms", "describe_key", KeyId=named, about=named, absent=("NotFoundException",))
    return answer["KeyMetadata"]["Arn"] if answer else None


def read_keys(calls: Calls, arns: Iterable[str], *, alias: str | None = None) -> dict[str, Key]:
    """Those of the keys that exist, and the one with this alias, which need not encrypt any bucket."""
    named = key_arn(calls, alias) if alias else None
    wanted = sorted({*arns, named} if named else set(arns))
    found = calls.each(lambda arn: _key(calls, arn, alias if arn == named else None), wanted)
    return {arn: key for arn, key in zip(wanted, found, strict=True) if key is not None}


def _key(calls: Calls, arn: str, alias: str | None) -> Key | None:
    """With the alias that it was found by, or else the first of those that it has."""
    described = calls.one("kms", "describe_key", KeyId=arn, about=arn, absent=("NotFoundException",))
    if described is not None and not described:
        return None
    policy = calls.one("kms", "get_key_policy", KeyId=arn, PolicyName="default", about=arn)
    return Key(
        policy=_policy((policy or {}).get("Policy")),
        alias=alias or _first_alias(calls, arn),
        enabled=described is None or described["KeyMetadata"]["KeyState"] == "Enabled",
        grants=tuple(
            _key_grant(each) for each in calls.listing("kms", "list_grants", "Grants", KeyId=arn, about=arn)
        ),
    )


def _key_grant(shape: Mapping[str, Any]) -> KeyGrant:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html"""
    limits = shape.get("Constraints") or {}
    exact = limits.get("EncryptionContextEquals")
    context = exact if exact is not None else limits.get("EncryptionContextSubset") or {}
    return KeyGrant(
        grantee=shape.get("GranteePrincipal") or "",
        operations=frozenset(shape.get("Operations") or ()),
        context=tuple(sorted(context.items())),
        id=shape.get("GrantId") or "",
    )


def _first_alias(calls: Calls, arn: str) -> str:
    aliases = calls.listing("kms", "list_aliases", "Aliases", KeyId=arn, about=arn)
    return min((each["AliasName"] for each in aliases), default="")
