"""Changes of live accounts of tests/config/small_mesh, for tests of the audit."""

from collections.abc import Mapping
from dataclasses import replace

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.resources import Resource
from meshwright.access.state import (
    AccountState,
    Grant,
    Identity,
)
from tests.access.test_audit import (
    ANY_QUERY,
    BUCKET,
    Change,
    having,
)

SPY = "arn:aws:iam::111111111111:role/Spy"


def added(policy: Policy | None, statement: dict[str, object]) -> Policy:
    """The policy with one more statement."""
    assert policy is not None
    return Policy((*policy.statements, *parse_policy({"Statement": statement}).statements))


def policies(buckets: Mapping[str, dict[str, object]], on_key: dict[str, object] | None = None) -> Change:
    """One more statement in the policies of these buckets, and of the domain's key."""

    def change(account: AccountState) -> AccountState:
        changed = {name: added(account.buckets[name], more) for name, more in buckets.items()}
        [(arn, held)] = account.keys.items()
        key = replace(held, policy=added(held.policy, on_key)) if on_key else held
        return replace(account, buckets={**account.buckets, **changed}, keys={arn: key})

    return change


def may(principal: object, *actions: str, resource: str = "*") -> dict[str, object]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": resource}


def allowing(arn: str, *actions: str) -> Change:
    """The role's own policies allow these actions too."""

    def change(account: AccountState) -> AccountState:
        held = account.identities[arn]
        assert held.policy is not None
        more = parse_policy({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}})
        policy = Policy((*held.policy.statements, *more.statements))
        return replace(account, identities={**account.identities, arn: replace(held, policy=policy)})

    return change


def unencrypted(bucket: str) -> Change:
    return lambda account: replace(
        account, bucket_keys={name: key for name, key in account.bucket_keys.items() if name != bucket}
    )


def both_of(*changes: Change) -> Change:
    def change(account: AccountState) -> AccountState:
        for each in changes:
            account = each(account)
        return account

    return change


def tagged(key: str, value: str, at: Resource) -> Change:
    return lambda account: replace(
        account, tags={**account.tags, at: {**account.tags.get(at, {}), key: value}}
    )


def with_spy(account: AccountState) -> AccountState:
    return replace(account, identities={**account.identities, SPY: Identity(ANY_QUERY)})


def trusting(*principals: dict[str, str]) -> Policy:
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each} for each in principals]
    return parse_policy({"Statement": statements})


def holding(principal: str, resource: Resource, *permissions: str, grantable: str = "") -> Change:
    return having(
        Grant(principal, resource, frozenset(permissions), frozenset({grantable} if grantable else ()))
    )


def without_tls(account: AccountState) -> AccountState:
    """The bucket's policy without its Deny."""
    policy = account.buckets[BUCKET]
    assert policy is not None
    kept = Policy(tuple(each for each in policy.statements if each.allow))
    return replace(account, buckets={**account.buckets, BUCKET: kept})


def unblocked(bucket: str) -> Change:
    """A bucket that does not block public access."""

    def change(account: AccountState) -> AccountState:
        settings = replace(account.settings_of(bucket), restricts_public=False)
        return replace(account, bucket_settings={**account.bucket_settings, bucket: settings})

    return change
