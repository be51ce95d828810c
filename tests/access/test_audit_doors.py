"""Deviations of other doors to buckets and keys than their policies."""

from dataclasses import replace

import pytest

from meshwright.access.bucket_state import AccessGrant, AccessPoint, AclGrant
from meshwright.access.cells import Cells
from meshwright.access.compiled import compile_state
from meshwright.access.decision import TableName
from meshwright.access.drift.reach import ANYBODY_IN_AWS
from meshwright.access.findings import Severity
from meshwright.access.further_state import KeyGrant
from meshwright.access.iam import parse_policy
from meshwright.access.past_catalog import ALL_USERS
from meshwright.access.state import AccountState
from meshwright.project import load_mesh
from tests.access.test_audit import (
    ALL,
    BUCKET,
    ENGINEERS,
    ORDERS,
    STRANGER,
    Change,
    G,
    Small,
    statements_of,
    summary,
)
from tests.config.small_mesh import TODAY, write_mesh

POINT = f"arn:aws:s3:eu-west-1:{ORDERS}:accesspoint/spy"
STRANGE_ROLE = f"arn:aws:iam::{STRANGER}:role/Spy"
TABLES = {TableName(G, "acme_orders_sales", name) for name in ("orders", "lines")}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    mesh = load_mesh(write_mesh(tmp_path_factory.mktemp("mesh")), environment="dev", today=TODAY)
    return Small(mesh, compile_state(mesh))


def with_settings(**values: object) -> Change:
    """The products bucket with these settings."""

    def change(account: AccountState) -> AccountState:
        settings = replace(account.settings_of(BUCKET), **values)  # type: ignore[arg-type]
        return replace(account, bucket_settings={**account.bucket_settings, BUCKET: settings})

    return change


def with_statement(**statement: object) -> Change:
    """One more statement in the policy of the products bucket."""

    def change(account: AccountState) -> AccountState:
        policy = parse_policy(
            {"Statement": [*statements_of(account, BUCKET), {"Effect": "Allow", **statement}]}
        )
        return replace(account, buckets={**account.buckets, BUCKET: policy})

    return change


def with_key_grant(grantee: str, *operations: str) -> Change:
    def change(account: AccountState) -> AccountState:
        [(arn, held)] = account.keys.items()
        grant = KeyGrant(grantee, frozenset(operations), id="g1")
        return replace(account, keys={arn: replace(held, grants=(grant,))})

    return change


def both(*changes: Change) -> Change:
    def change(account: AccountState) -> AccountState:
        for each in changes:
            account = each(account)
        return account

    return change


def test_a_block_of_public_access_that_is_off(small: Small) -> None:
    found = small.one(ORDERS=with_settings(restricts_public=False))
    assert summary(found) == ("bucket-unblocked", Severity.MEDIUM, ORDERS, BUCKET)
    [call] = found.repair
    assert (call.service, call.operation) == ("s3", "put_public_access_block")
    assert set(call.parameters["PublicAccessBlockConfiguration"].values()) == {True}  # type: ignore[attr-defined]


@pytest.mark.parametrize("blocked", [True, False])
def test_a_public_policy_is_as_bad_with_the_block_as_without(small: Small, blocked: bool) -> None:
    public = with_statement(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/*")
    key = with_key_grant(ANYBODY_IN_AWS, "Decrypt")
    found = small.audit(ORDERS=both(public, key, with_settings(restricts_public=blocked))).findings
    worst = {each.code: each.severity for each in found}
    assert worst["bucket-policy-changed"] is Severity.CRITICAL
    [policy] = [each for each in found if each.code == "bucket-policy-changed"]
    assert {(each.principal, each.table) for each in policy.affected} == {(ANYBODY_IN_AWS, t) for t in TABLES}


def test_lists_that_count(small: Small) -> None:
    found = small.one(ORDERS=with_settings(acls=True))
    assert summary(found) == ("bucket-lists", Severity.MEDIUM, ORDERS, BUCKET)
    assert found.affected == ()
    assert found.repair[0].operation == "put_bucket_ownership_controls"


def test_a_list_that_lets_everybody_write(small: Small) -> None:
    grant = AclGrant(ALL_USERS, "WRITE")
    change = with_settings(acls=True, acl=(grant,), ignores_public_acls=False)
    found = {each.code: each for each in small.audit(ORDERS=change).findings}
    assert set(found) == {"bucket-unblocked", "bucket-lists"}
    assert found["bucket-lists"].severity is Severity.CRITICAL
    assert {(each.principal, each.action) for each in found["bucket-lists"].affected} == {
        (ANYBODY_IN_AWS, "INSERT"),
        (ANYBODY_IN_AWS, "DELETE"),
    }


def through_point(principal: str) -> AccessPoint:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "s3:GetObject",
        "Resource": f"{POINT}/object/*",
    }
    return AccessPoint(POINT, parse_policy({"Statement": statement}))


def test_an_access_point_to_which_the_bucket_gives_nothing(small: Small) -> None:
    found = small.one(ORDERS=with_settings(access_points=(through_point(STRANGE_ROLE),)))
    assert summary(found) == ("access-point-unexpected", Severity.HIGH, ORDERS, POINT)
    [call] = found.repair
    assert (call.service, call.operation) == ("s3control", "delete_access_point")
    assert call.parameters == {"AccountId": ORDERS, "Name": "spy"}


def test_an_access_point_to_which_the_bucket_delegates(small: Small) -> None:
    delegates = with_statement(
        Principal="*",
        Action="s3:GetObject",
        Resource=f"arn:aws:s3:::{BUCKET}/*",
        Condition={"StringEquals": {"s3:DataAccessPointAccount": ORDERS}},
    )
    point = with_settings(access_points=(through_point(STRANGE_ROLE),))
    change = both(delegates, point, with_key_grant(STRANGE_ROLE, "Decrypt"))
    found = {each.code: each for each in small.audit(ORDERS=change).findings}
    assert found["access-point-unexpected"].severity is Severity.CRITICAL
    assert {each.principal for each in found["access-point-unexpected"].affected} == {STRANGE_ROLE}


def test_an_access_grant(small: Small) -> None:
    grant = AccessGrant(STRANGE_ROLE, f"{BUCKET}/*", "READ", f"arn:aws:iam::{ORDERS}:role/Grants", "a1")
    found = small.one(ORDERS=lambda account: replace(account, access_grants=(grant,)))
    assert summary(found) == ("access-grant-unexpected", Severity.CRITICAL, ORDERS, "a1")
    assert f"role Spy of account {STRANGER} read {BUCKET}/*" in found.what
    assert {(each.principal, each.table) for each in found.affected} == {(STRANGE_ROLE, t) for t in TABLES}
    assert found.repair[0].parameters == {"AccountId": ORDERS, "AccessGrantId": "a1"}


def test_an_access_grant_on_another_bucket_is_nobodys_business(small: Small) -> None:
    grant = AccessGrant(STRANGE_ROLE, "other/*", "READ", "", "a1")
    assert small.audit(ORDERS=lambda account: replace(account, access_grants=(grant,))).findings == ()


def test_a_grant_of_the_key(small: Small) -> None:
    found = small.one(ORDERS=with_key_grant(STRANGE_ROLE, "Decrypt", "DescribeKey"))
    assert found.code == "key-grant-unexpected"
    assert found.severity is Severity.HIGH
    assert "Decrypt, DescribeKey" in found.what
    assert found.repair[0].operation == "revoke_grant"
    assert small.audit(ORDERS=with_key_grant(STRANGE_ROLE, "DescribeKey")).findings == ()


def test_a_grant_of_the_key_to_one_whom_the_bucket_lets_in(small: Small) -> None:
    reads = with_statement(
        Principal={"AWS": STRANGE_ROLE}, Action="s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/*"
    )
    found = small.audit(ORDERS=both(reads, with_key_grant(STRANGE_ROLE, "Decrypt"))).findings
    assert {each.code: each.severity for each in found} == {
        "bucket-policy-changed": Severity.CRITICAL,
        "key-grant-unexpected": Severity.CRITICAL,
    }
    cells = {piece for each in found for effect in each.affected for piece in effect.gained}
    assert Cells(ALL) in cells


def test_a_bucket_key_that_is_off(small: Small) -> None:
    found = small.one(ORDERS=with_settings(bucket_key=False))
    assert found.code == "bucket-key-off"
    # The key's policy names the bucket and what is in it, so everybody still reads.
    assert (found.severity, found.affected) == (Severity.MEDIUM, ())
    assert ENGINEERS not in {each.principal for each in found.affected}
