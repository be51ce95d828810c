"""Other doors to buckets and keys than their policies, of which the mesh makes none.

Access points, grants of S3 Access Grants and of KMS, access control lists, and the block of public access.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from meshwright.access.bucket_state import AccessGrant, AccessPoint, BucketSettings
from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Change, Deviation, Phase, on_account, with_fields
from meshwright.access.drift.reach import ANYBODY_IN_AWS
from meshwright.access.drift.storage import encrypted_with, named_in, strangers
from meshwright.access.findings import Call, OneMore, Severity, WithinReach
from meshwright.access.further_state import KeyGrant
from meshwright.access.iam import Policy
from meshwright.access.principals import ELSEWHERE, principal_of
from meshwright.access.state import AccountState

DOORS_NEED = ("s3:ListBuckets", "s3:GetBucketPolicy")
KEY_GRANTS_NEED = ("kms:DescribeKey", "kms:ListGrants")
ACTIONS = ("SELECT", "INSERT", "DELETE")
OPERATIONS: Final = frozenset({"Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"})
"""What a grant of a key must have to matter to the data."""
BLOCK: Final = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def doors(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Of the buckets of one account."""
    declared, live = comparison.both(account)
    for name in sorted(declared.bucket_settings):
        wanted, found = declared.settings_of(name), live.bucket_settings.get(name)
        if found is None or found == wanted:
            continue
        tables = comparison.tables_at.get(name, ())
        yield from _block(account, name, found, tables)
        yield from _lists(comparison, account, name, found, tables)
        for point in found.access_points:
            yield _access_point(comparison, account, name, point, tables)
    for grant in live.access_grants:
        bucket = grant.scope.partition("/")[0].rstrip("*")
        if bucket in declared.bucket_settings:
            yield _access_grant(comparison, account, grant, comparison.tables_at.get(bucket, ()))


def _block(
    account: str, name: str, found: BucketSettings, tables: tuple[TableName, ...]
) -> Iterator[Deviation]:
    if found.restricts_public and found.ignores_public_acls:
        return
    yield Deviation(
        code="bucket-unblocked",
        account=account,
        subject=name,
        what=f"the bucket {name} does not block public access: a policy or list that opens it would count",
        floor=Severity.MEDIUM,
        phase=Phase.STORAGE,
        remedy="block it again",
        repair=(
            Call(
                account,
                "s3",
                "put_public_access_block",
                {"Bucket": name, "PublicAccessBlockConfiguration": BLOCK},
            ),
        ),
        change=with_fields(
            account,
            "bucket_settings",
            name,
            restricts_public=found.restricts_public,
            ignores_public_acls=found.ignores_public_acls,
        ),
        tables=tables,
    )


def _lists(
    comparison: Comparison, account: str, name: str, found: BucketSettings, tables: tuple[TableName, ...]
) -> Iterator[Deviation]:
    if not found.acls:
        return
    grantees = sorted({each.grantee for each in found.acl})
    whom = f", and its own lets in {', '.join(grantees)}" if grantees else ""
    yield Deviation(
        code="bucket-lists",
        account=account,
        subject=name,
        what=f"access control lists of the bucket {name} and of its objects count{whom}",
        floor=Severity.HIGH if grantees else Severity.MEDIUM,
        phase=Phase.STORAGE,
        remedy="let the bucket's owner own all objects, so that lists do not count",
        repair=(
            Call(
                account,
                "s3",
                "put_bucket_ownership_controls",
                {
                    "Bucket": name,
                    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                },
            ),
        ),
        change=with_fields(
            account,
            "bucket_settings",
            name,
            acls=True,
            acl=found.acl,
            ignores_public_acls=found.ignores_public_acls,
        ),
        principals=_accounts(each.grantee for each in found.acl),
        tables=tables,
        actions=ACTIONS,
    )


def _accounts(grantees: Iterable[str]) -> frozenset[str]:
    """Those of the grantees whom a decision can be asked for; a group of S3 is anybody in AWS."""
    return frozenset(ANYBODY_IN_AWS if each.startswith("http") else each for each in grantees)


def _access_point(
    comparison: Comparison, account: str, bucket: str, point: AccessPoint, tables: tuple[TableName, ...]
) -> Deviation:
    name = point.arn.rpartition("/")[2]
    named = named_in(comparison, account, None, point.policy)

    def change(state: AccountState) -> AccountState:
        held = state.settings_of(bucket)
        settings = replace(held, access_points=(*held.access_points, point))
        return replace(state, bucket_settings={**state.bucket_settings, bucket: settings})

    return Deviation(
        code="access-point-unexpected",
        account=account,
        subject=point.arn,
        what=f"the access point {name} leads to the bucket {bucket}, and no file says so",
        floor=Severity.MEDIUM,
        phase=Phase.REMOVALS,
        remedy="delete it",
        repair=(Call(account, "s3control", "delete_access_point", {"AccountId": account, "Name": name}),),
        change=on_account(account, change),
        given=strangers(comparison, account, None, point.policy),
        principals=named,
        tables=tables,
        actions=ACTIONS,
        within_reach=_once_let_in(named, tables),
    )


def _once_let_in(principals: Iterable[str], tables: tuple[TableName, ...]) -> tuple[WithinReach, ...]:
    """Who reads once the bucket's policy lets it in too."""
    return tuple(WithinReach(each, OneMore.POLICY, tables) for each in sorted(principals))


def _access_grant(
    comparison: Comparison, account: str, grant: AccessGrant, tables: tuple[TableName, ...]
) -> Deviation:
    def change(state: AccountState) -> AccountState:
        return replace(state, access_grants=(*state.access_grants, grant))

    parameters: dict[str, Any] = {"AccountId": account, "AccessGrantId": grant.id}
    return Deviation(
        code="access-grant-unexpected",
        account=account,
        subject=grant.id or f"{grant.scope} to {grant.grantee}",
        what=f"S3 Access Grants let {comparison.who(grant.grantee)} {grant.permission.lower()} "
        f"{grant.scope}, and no file says so",
        floor=Severity.CRITICAL,
        phase=Phase.REMOVALS,
        remedy="delete the grant",
        repair=(Call(account, "s3control", "delete_access_grant", parameters),),
        change=on_account(account, change),
        principals=frozenset({grant.grantee}),
        tables=tables,
        actions=ACTIONS,
    )


def key_grants(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Grants of the domain's key that could decrypt."""
    declared, live = comparison.both(account)
    for arn in sorted(declared.keys):
        found = live.keys.get(arn)
        for grant in found.grants if found is not None else ():
            if grant.operations & OPERATIONS and principal_of(grant.grantee).kind not in ELSEWHERE:
                yield _key_grant(comparison, account, arn, declared.keys[arn].alias, grant)


def _key_grant(comparison: Comparison, account: str, arn: str, alias: str, grant: KeyGrant) -> Deviation:
    change: Change = with_fields(account, "keys", arn, grants=(grant,))
    tables = encrypted_with(comparison, account, arn)
    return Deviation(
        code="key-grant-unexpected",
        account=account,
        subject=f"{alias} to {grant.grantee}",
        what=f"a grant of the key {alias} lets {comparison.who(grant.grantee)} use it "
        f"({', '.join(sorted(grant.operations))}), and no file says so",
        floor=Severity.MEDIUM,
        phase=Phase.REMOVALS,
        remedy="revoke the grant",
        repair=(
            Call(account, "kms", "revoke_grant", {"KeyId": arn.rpartition("/")[2], "GrantId": grant.id}),
        ),
        change=change,
        given=strangers(comparison, account, None, Policy((grant.statement,))),
        principals=frozenset({grant.grantee}),
        tables=tables,
        within_reach=_once_let_in([grant.grantee], tables),
    )
