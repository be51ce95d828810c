"""Buckets and keys on the data path: their policies, and which key encrypts which bucket."""

from collections.abc import Iterator

from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deploying import NO_DEPLOYMENT, by_hand, foundation
from meshwright.access.drift.deviation import (
    Change,
    Deviation,
    Phase,
    all_of,
    with_entry,
    with_fields,
    without_entry,
)
from meshwright.access.drift.reach import (
    ANYBODY_IN_AWS,
    ON_BUCKET,
    ON_KEY,
    ON_OBJECTS,
    lets_others,
    newly_let,
)
from meshwright.access.drift.same_policy import ROOT, beyond, in_words, same
from meshwright.access.findings import Call, OneMore, Severity, WithinReach
from meshwright.access.iam import Policy, Statement, resource_verdict
from meshwright.access.policies import known_context
from meshwright.access.principals import account_of
from meshwright.access.repair import document_of
from meshwright.access.state import Identity, Key

BUCKETS_NEED = ("s3:ListBuckets", "s3:GetBucketPolicy")
ENCRYPTION_NEEDS = ("s3:ListBuckets", "s3:GetBucketPolicy", "s3:GetBucketEncryption", "kms:DescribeKey")
KEYS_NEED = ("kms:DescribeKey", "kms:GetKeyPolicy")
WITH_FILES = ("SELECT", "INSERT", "DELETE")
"""What can be done to tables with their files."""
EVERYTHING = Policy((Statement(allow=True, actions=("*",), resources=("*",)),))


def buckets(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the policies of one account's buckets."""
    declared, live = (each.buckets for each in comparison.both(account))
    for name in sorted(declared):
        wanted = declared[name]
        tables = comparison.tables_at.get(name, ())
        if name not in live:
            yield Deviation(
                code="bucket-missing",
                account=account,
                subject=name,
                what=f"the bucket {name} is gone",
                floor=Severity.HIGH,
                phase=Phase.STORAGE,
                remedy=_bucket_again(comparison, account),
                change=without_entry(account, "buckets", name),
                readers=comparison.readers_of(tables),
                tables=tables,
            )
        elif not same(wanted, live[name]):
            found = live[name]
            let = _let_into(comparison, account, name, wanted, found)
            parameters = {"Bucket": name, "Policy": document_of(wanted)}
            yield Deviation(
                code="bucket-policy-changed",
                account=account,
                subject=name,
                what=f"the policy of the bucket {name} {difference(wanted, found)}",
                floor=_floor_of_bucket(comparison, account, name, let, wanted, found),
                phase=Phase.STORAGE,
                remedy="put the declared policy back",
                repair=(Call(account, "s3", "put_bucket_policy", parameters),),
                change=with_entry(account, "buckets", name, found),
                given=all_of([strangers(comparison, account, wanted, found), _unblocked(account, name)]),
                readers=comparison.readers_of(tables),
                principals=named_in(comparison, account, wanted, found),
                tables=tables,
                actions=WITH_FILES,
                within_reach=_reached(let, tables),
            )


def _unblocked(account: str, bucket: str) -> Change:
    """A block of public access is no reason to leave a public policy: it hides it as long as it is there."""
    return with_fields(account, "bucket_settings", bucket, restricts_public=False)


def _bucket_again(comparison: Comparison, account: str) -> str:
    again = by_hand("make the bucket again by that name", foundation(comparison, account))
    return f"{again}; what was in it must come from a backup"


def encryption(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Buckets that are not encrypted with the domain's key."""
    declared, live = comparison.both(account)
    if not comparison.key_known(account):
        return  # that it is missing is said elsewhere, and what it was cannot be told
    for name in sorted(declared.bucket_keys):
        wanted, found = declared.bucket_keys[name], live.bucket_keys.get(name)
        alias = declared.keys[wanted].alias
        parameters = {"Bucket": name, "KeyAlias": alias}
        own = found is not None and found in live.keys and live.keys[found].alias == alias
        if name not in live.buckets:
            continue
        if found == wanted or own:
            if not live.settings_of(name).bucket_key:
                yield _bucket_key_off(comparison, account, name, parameters)
            continue
        tables = comparison.tables_at.get(name, ())
        yield Deviation(
            code="bucket-encryption",
            account=account,
            subject=name,
            what=f"the bucket {name} encrypts with {found or 'a key of S3'} instead of {alias}",
            floor=Severity.MEDIUM,
            phase=Phase.STORAGE,
            remedy="set its encryption back; objects written meanwhile stay as they are",
            repair=(Call(account, "s3", "put_bucket_encryption", parameters, merge=True),),
            change=_encrypted_by(comparison, account, name, found),
            readers=comparison.readers_of(tables),
            principals=_with_own_files(comparison, account, name),
            tables=tables,
            actions=WITH_FILES,
        )


def _bucket_key_off(comparison: Comparison, account: str, name: str, parameters: dict[str, str]) -> Deviation:
    tables = comparison.tables_at.get(name, ())
    return Deviation(
        code="bucket-key-off",
        account=account,
        subject=name,
        what=f"the bucket {name} has no S3 Bucket Key: each object is encrypted under its own name, and KMS "
        "is asked for each",
        floor=Severity.MEDIUM,
        phase=Phase.STORAGE,
        remedy="set its encryption back; objects written meanwhile stay as they are",
        repair=(Call(account, "s3", "put_bucket_encryption", parameters, merge=True),),
        change=with_fields(account, "bucket_settings", name, bucket_key=False),
        readers=comparison.readers_of(tables),
        tables=tables,
    )


def keys(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of one account's keys."""
    declared, live = (each.keys for each in comparison.both(account))
    for arn in sorted(declared):
        wanted, found = declared[arn], live.get(arn)
        tables = encrypted_with(comparison, account, arn)
        if found is None:
            yield _key_missing(comparison, account, wanted)
            continue
        if not found.enabled:
            yield Deviation(
                code="key-disabled",
                account=account,
                subject=wanted.alias,
                what=f"the key {wanted.alias} is disabled or to be deleted: nobody can read what it encrypts",
                floor=Severity.HIGH,
                phase=Phase.STORAGE,
                remedy="cancel its deletion if there is one, and enable it",
                repair=(Call(account, "kms", "enable_key", {"KeyId": arn.rpartition("/")[2]}, merge=True),),
                change=with_fields(account, "keys", arn, enabled=False),
                readers=comparison.readers_of(tables),
                tables=tables,
            )
        if found.policy is not None and not same(wanted.policy, found.policy):
            on = {arn: ON_KEY}
            let = newly_let(comparison, account, wanted.policy, found.policy, on)
            others = lets_others(wanted.policy, found.policy, ON_KEY)
            parameters = {"KeyId": arn, "PolicyName": "default", "Policy": document_of(wanted.policy)}
            yield Deviation(
                code="key-policy-changed",
                account=account,
                subject=wanted.alias,
                what=f"the policy of the key {wanted.alias} {difference(wanted.policy, found.policy)}",
                floor=Severity.HIGH if let or others else Severity.MEDIUM,
                phase=Phase.STORAGE,
                remedy="put the declared policy back",
                repair=(Call(account, "kms", "put_key_policy", parameters),),
                change=with_fields(account, "keys", arn, policy=found.policy),
                given=strangers(comparison, account, wanted.policy, found.policy),
                readers=comparison.readers_of(tables),
                principals=named_in(comparison, account, wanted.policy, found.policy),
                tables=tables,
                actions=WITH_FILES,
                within_reach=_reached(let, tables),
            )


def _key_missing(comparison: Comparison, account: str, key: Key) -> Deviation:
    key_id = _used_key(comparison, account)
    if key_id is None:
        remedy = (
            f"give the key described as `Data of {key.alias.removeprefix('alias/')}` its alias again: "
            f"{NO_DEPLOYMENT}; if that key is deleted, what it encrypted is lost"
        )
        repair: tuple[Call, ...] = ()
    else:
        remedy = f"give the key {key_id}, with which the buckets encrypt, its alias again, and audit again"
        repair = (Call(account, "kms", "create_alias", {"AliasName": key.alias, "TargetKeyId": key_id}),)
    return Deviation(
        code="key-missing",
        account=account,
        subject=key.alias,
        what=f"{comparison.holder(account)} has no key {key.alias}",
        floor=Severity.MEDIUM,
        phase=Phase.STORAGE,
        remedy=remedy,
        repair=repair,
    )


def _used_key(comparison: Comparison, account: str) -> str | None:
    """Id of the one key of this account with which all of the domain's buckets encrypt that have one."""
    declared, live = comparison.both(account)
    used = {live.bucket_keys[name] for name in declared.bucket_keys if name in live.bucket_keys}
    if len(used) != 1:
        return None
    [arn] = used
    return arn.rpartition("/")[2] if arn in live.keys else None


def _reached(let: frozenset[str], tables: tuple[TableName, ...]) -> tuple[WithinReach, ...]:
    return tuple(WithinReach(who, OneMore.POLICY, tables) for who in sorted(let))


def _let_into(
    comparison: Comparison, account: str, bucket: str, wanted: Policy | None, found: Policy | None
) -> frozenset[str]:
    """Whom the bucket's policy newly lets in: not the account itself, whose IAM policies decide anyhow."""
    arn = f"arn:{comparison.live.partition}:s3:::{bucket}"
    on = {f"{arn}/object": ON_OBJECTS, arn: ON_BUCKET}
    return newly_let(comparison, account, wanted, found, on) - {account}


def _floor_of_bucket(
    comparison: Comparison,
    account: str,
    bucket: str,
    let: frozenset[str],
    wanted: Policy | None,
    found: Policy | None,
) -> Severity:
    """Of a bucket without tables, such as that of raw data, nobody is said to gain these."""
    if not let:
        others = lets_others(wanted, found, (*ON_OBJECTS, *ON_BUCKET))
        return Severity.HIGH if others else Severity.MEDIUM
    tables = comparison.tables_at.get(bucket)
    if not tables and any(_may_decrypt(comparison, account, bucket, who) for who in let):
        return Severity.CRITICAL
    return Severity.HIGH


def _may_decrypt(comparison: Comparison, account: str, bucket: str, principal: str) -> bool:
    """Whether no key keeps the principal from what is in the bucket, as it is now."""
    live = comparison.live.account(account)
    key = live.bucket_keys.get(bucket)
    if key is None or key not in live.keys:
        return key is None
    policy, holder = live.keys[key].policy, account_of(principal) or ""
    context = known_context(comparison.live, principal, account)
    return policy is None or (
        resource_verdict(policy, "kms:Decrypt", key, context, principal=principal, account=holder).allowed
    )


def _with_own_files(comparison: Comparison, account: str, bucket: str) -> frozenset[str]:
    """The roles of the account whose policies speak of what is in the bucket; its key may keep them out."""
    objects = f"arn:{comparison.live.partition}:s3:::{bucket}/object"
    return frozenset(
        arn
        for arn, identity in comparison.live.account(account).identities.items()
        if arn not in comparison.platform and identity.policy is not None
        if any(identity.policy.about(action, objects) for action in ON_OBJECTS)
    )


def _encrypted_by(comparison: Comparison, account: str, bucket: str, key: str | None) -> Change:
    """The bucket with that key; None: one that S3 keeps, which keeps out nobody whom the bucket lets in."""
    if key is None:
        return without_entry(account, "bucket_keys", bucket)
    known = comparison.live.account(account).keys.get(key)
    changed = with_entry(account, "bucket_keys", bucket, key)
    return changed if known is None else all_of((with_entry(account, "keys", key, known), changed))


def difference(wanted: Policy | None, found: Policy | None) -> str:
    parts = [f"also {in_words(each)}" for each in beyond(found, wanted)]
    parts += [f"no longer {in_words(each)}" for each in beyond(wanted, found)]
    return "; ".join(parts)


def named_in(
    comparison: Comparison, account: str, wanted: Policy | None, found: Policy | None
) -> frozenset[str]:
    """Whom the statements name that came or went; where it is the account itself, its roles."""
    changed = (*beyond(found, wanted), *beyond(wanted, found))
    listed = {
        each
        for statement in changed
        for each in (*statement.principals, *(["*"] if statement.not_principals else []))
        if not each.startswith(("service:", "federated:", "canonicaluser:"))
    }
    found_principals = {ANYBODY_IN_AWS if each == "*" else _account_or_arn(each) for each in listed}
    if account in found_principals or "*" in listed:
        own = comparison.live.account(account).identities
        found_principals |= {arn for arn in own if arn not in comparison.platform}
    return frozenset(found_principals) - comparison.platform


def _account_or_arn(principal: str) -> str:
    root = ROOT.fullmatch(principal)
    return root[1] if root else principal


def strangers(comparison: Comparison, account: str, wanted: Policy | None, found: Policy | None) -> Change:
    """Principals of other accounts are taken to be let by these: that is not in the owner's hands."""
    changes = []
    for principal in sorted(named_in(comparison, account, wanted, found)):
        holder = account_of(principal)
        if not principal.startswith("arn:") or holder is None or holder == account:
            continue
        known = comparison.declared.account(holder).identities.get(principal)
        if known is None or known.policy is None:
            changes.append(with_entry(holder, "identities", principal, Identity(policy=EVERYTHING)))
    return all_of(changes)


def encrypted_with(comparison: Comparison, account: str, arn: str) -> tuple[TableName, ...]:
    names = (name for name, key in comparison.declared.account(account).bucket_keys.items() if key == arn)
    return tuple(table for name in names for table in comparison.tables_at.get(name, ()))
