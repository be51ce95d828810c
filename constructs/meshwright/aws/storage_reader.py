"""Buckets and keys of one account: their policies, and which key encrypts which bucket."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.state import Key
from meshwright.aws.calls import Calls

GONE = "NoSuchBucket"
UNENCRYPTED = "ServerSideEncryptionConfigurationNotFoundError"
MANAGED_BY_AWS = "alias/aws/s3"
"""The key of an account that S3 uses where KMS is asked for and no key is named."""


@dataclass(frozen=True, slots=True)
class Bucket:
    policy: Policy | None
    key: str | None
    """ARN of the KMS key that encrypts it."""


def list_buckets(calls: Calls) -> frozenset[str]:
    """The names of all buckets of the account."""
    return frozenset(each["Name"] for each in calls.listing("s3", "list_buckets", "Buckets"))


def read_buckets(calls: Calls, names: Iterable[str]) -> dict[str, Bucket]:
    """Those of which the policy could be read: a bucket without a policy is one that has none."""
    wanted = sorted(names)
    found = calls.each(lambda name: _bucket(calls, name), wanted)
    return {name: bucket for name, bucket in zip(wanted, found, strict=True) if bucket is not None}


def _bucket(calls: Calls, name: str) -> Bucket | None:
    absent = ("NoSuchBucketPolicy",)
    answer = calls.one("s3", "get_bucket_policy", Bucket=name, about=name, absent=absent)
    if answer is None:
        return None
    text = answer.get("Policy")
    return Bucket(parse_policy(json.loads(text), text=text) if text else None, _encrypted_with(calls, name))


def _encrypted_with(calls: Calls, name: str) -> str | None:
    answer = calls.one("s3", "get_bucket_encryption", Bucket=name, about=name, absent=(UNENCRYPTED, GONE))
    rules = ((answer or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or []
    for rule in rules:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if default.get("SSEAlgorithm", "").startswith("aws:kms"):
            return key_arn(calls, default.get("KMSMasterKeyID") or MANAGED_BY_AWS)
    return None


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
    text = (policy or {}).get("Policy")
    return Key(
        policy=parse_policy(json.loads(text), text=text) if text else None,
        alias=alias or _first_alias(calls, arn),
        enabled=described is None or described["KeyMetadata"]["KeyState"] == "Enabled",
    )


def _first_alias(calls: Calls, arn: str) -> str:
    aliases = calls.listing("kms", "list_aliases", "Aliases", KeyId=arn, about=arn)
    return min((each["AliasName"] for each in aliases), default="")
