"""IAM roles: those that the mesh made as they were made, and what existing ones lack.

The registration role has the readers of every table behind it, a domain's role only itself. Whoever may
assume a role has what it has (see drift/trust.py). The provider's role administers Lake Formation: it can
grant what it holds, so what an administrator of its account can read counts as what it reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from meshwright.access.decision import TableName
from meshwright.access.drift.administrators import granted_to
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import (
    ACTIONS,
    Deviation,
    Phase,
    unchanged,
    with_fields,
    without_entry,
)
from meshwright.access.drift.reach import edits, tables_near
from meshwright.access.drift.same_policy import beyond, in_words, same
from meshwright.access.drift.storage import WITH_FILES
from meshwright.access.drift.trust import newly_trusted, newly_trusted_services
from meshwright.access.findings import Call, OneMore, Severity, StreamEffect, WithinReach
from meshwright.access.repair import document_of, named_last
from meshwright.access.state import Identity
from meshwright.mesh.names import partition_of
from meshwright.mesh.policies import DATA_POLICY, PROVIDER_POLICY, REGISTRATION_POLICY

NEEDS = ("iam:GetRole",)
POLICIES_NEED = (
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)


def roles(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the roles in one account that the mesh made or names."""
    declared, live = (each.identities for each in comparison.both(account))
    for arn in sorted(declared):
        wanted, found = declared[arn], live.get(arn)
        if found is None:
            yield _missing(comparison, account, arn, wanted)
        elif wanted.policy is None:
            if found.policy is not None and arn in _named_by_files(comparison, account):
                yield from _existing(comparison, account, arn, found)
        else:
            for each in _created(comparison, account, arn, wanted, found):
                more = () if each.only_if_felt else _let_in(comparison, account, arn)
                yield replace(each, tables=tuple(dict.fromkeys((*each.tables, *more))))


def _named_by_files(comparison: Comparison, account: str) -> frozenset[str]:
    domain = comparison.domain_of_account.get(account)
    return frozenset(role.arn for role in domain.roles.values()) if domain else frozenset()


def _missing(comparison: Comparison, account: str, arn: str, wanted: Identity) -> Deviation:
    tables, readers, principals = _reach(comparison, account, arn)
    repair: tuple[Call, ...] = ()
    if wanted.policy is not None:
        repair = _make(comparison, account, arn, wanted)
        remedy = "make the role again as it was declared; its grants follow its name"
    elif arn in _named_by_files(comparison, account):
        remedy = f"make the role, or correct its name in domains/{comparison.holder(account)}.yaml"
    else:
        remedy = "run `cdk bootstrap` for the account"
    return Deviation(
        code="role-missing",
        account=account,
        subject=arn,
        what=f"{comparison.who(arn)} does not exist",
        floor=Severity.HIGH,
        phase=Phase.ROLES,
        remedy=remedy,
        repair=repair,
        change=without_entry(account, "identities", arn),
        readers=readers,
        principals=principals,
        tables=tables,
    )


def _created(
    comparison: Comparison, account: str, arn: str, wanted: Identity, found: Identity
) -> Iterator[Deviation]:
    who = comparison.who(arn)
    if not same(wanted.trust, found.trust):
        yield _trust_changed(comparison, account, arn, wanted, found)
    if found.policy is not None and comparison.key_known(account) and not same(wanted.policy, found.policy):
        edited = edits(wanted.policy, found.policy)
        within_reach = WithinReach(arn, OneMore.POLICY, tables_near(comparison, account, arn))
        changed = _changed(
            comparison,
            account,
            arn,
            code="role-policy-changed",
            what=f"the policies of {who} changed: it {_difference(wanted, found, 'policy')}",
            remedy="put the declared policy back, and take off what else is attached to the role",
            repair=(_put_policy(comparison, account, arn, wanted, alone=True),),
            change={"policy": found.policy},
        )
        yield replace(
            changed,
            floor=Severity.HIGH if edited else changed.floor,
            within_reach=(within_reach,) if edited else (),
        )
    if wanted.boundary_name and found.boundary_name != wanted.boundary_name:
        has = f"the boundary {found.boundary_name}" if found.boundary_name else "no permissions boundary"
        yield _changed(
            comparison,
            account,
            arn,
            code="role-boundary-removed",
            what=f"{who} has {has} instead of {wanted.boundary_name}",
            remedy="set the permissions boundary again",
            repair=(_put_boundary(comparison, account, arn, wanted),),
            change={"boundary_name": found.boundary_name, "boundary": found.boundary},
        )
    elif found.boundary is not None:
        yield replace(
            _changed(
                comparison,
                account,
                arn,
                code="boundary-too-narrow",
                what=f"the boundary {found.boundary_name} keeps {who} from what its policy allows",
                remedy=f"whoever owns the policy {found.boundary_name} must allow there what the role needs",
                repair=(),
                change={"boundary": found.boundary},
            ),
            only_if_felt=True,
        )


def _trust_changed(
    comparison: Comparison, account: str, arn: str, wanted: Identity, found: Identity
) -> Deviation:
    """Whoever administers the catalog can grant anything in it to itself, whatever it reads now.

    A service that may assume the role acts for those of the account who may pass the role to it.
    """
    parameters = {"RoleName": named_last(arn), "PolicyDocument": document_of(wanted.trust)}
    changed = _changed(
        comparison,
        account,
        arn,
        code="role-trust-changed",
        what=f"who may assume {comparison.who(arn)} changed: it {_difference(wanted, found, 'trust')}",
        remedy="put the declared trust policy back",
        repair=(Call(account, "iam", "update_assume_role_policy", parameters),),
        change={"trust": found.trust},
    )
    newcomers = newly_trusted(wanted.trust, found.trust)
    administers = arn == comparison.mesh.names.provider_role_arn(account)
    services = newly_trusted_services(wanted.trust, found.trust)
    grants_anything = administers and account == comparison.catalog and newcomers
    more = Severity.HIGH if newcomers or services else changed.floor
    known = comparison.streams_read_by
    return replace(
        changed,
        floor=Severity.CRITICAL if grants_anything else more,
        actions=ACTIONS,
        on_streams=tuple(
            StreamEffect(who, stream, gained=True)
            for who in sorted(newcomers)
            for stream in known.get(arn, ())
            if stream not in known.get(who, ())
        ),
        within_reach=tuple(_within_reach(comparison, account, arn, newcomers, services)),
        given=with_fields(account, "identities", arn, policy=None) if administers else unchanged,
        principals=changed.principals | newcomers,
    )


def _within_reach(
    comparison: Comparison, account: str, arn: str, newcomers: frozenset[str], services: frozenset[str]
) -> Iterator[WithinReach]:
    """With the provider's role what its account may grant, with the registration role what that reads."""
    near: tuple[TableName, ...] = ()
    if arn == comparison.mesh.names.provider_role_arn(account):
        near = tables_near(comparison, account, account)
        for who in sorted(newcomers):
            yield WithinReach(who, OneMore.GRANT, near)
    if services:
        read = comparison.read_by.get(arn, ())
        if arn == comparison.mesh.names.registration_role_arn(comparison.catalog):
            read = tables_near(comparison, account, account)
        yield WithinReach(account, OneMore.SERVICE, near or read)


def _existing(comparison: Comparison, account: str, arn: str, found: Identity) -> Iterator[Deviation]:
    """A role that somebody else made: its policies are theirs, what it can read is the mesh's concern."""
    yield replace(
        _changed(
            comparison,
            account,
            arn,
            code="role-policy-unfit",
            what=f"what IAM allows {comparison.who(arn)} does not fit what was agreed",
            remedy="whoever made the role must mend its policies: lakeformation:GetDataAccess and reading "
            "the databases in Glue are needed, and the files in S3 are not to be read past Lake Formation",
            repair=(),
            change={
                "policy": found.policy,
                "boundary_name": found.boundary_name,
                "boundary": found.boundary,
            },
        ),
        only_if_felt=True,
    )


def _changed(
    comparison: Comparison,
    account: str,
    arn: str,
    *,
    code: str,
    what: str,
    remedy: str,
    repair: tuple[Call, ...],
    change: Mapping[str, object],
) -> Deviation:
    tables, readers, principals = _reach(comparison, account, arn)
    return Deviation(
        code=code,
        account=account,
        subject=arn,
        what=what,
        floor=Severity.MEDIUM,
        phase=Phase.ROLES,
        remedy=remedy,
        repair=repair,
        change=with_fields(account, "identities", arn, **change),
        readers=readers,
        principals=principals,
        tables=tables,
        actions=WITH_FILES,
    )


def _reach(
    comparison: Comparison, account: str, arn: str
) -> tuple[tuple[TableName, ...], frozenset[str], frozenset[str]]:
    """The tables for which the role matters, and for whom: their readers, or itself.

    A domain's role matters for what it reads, and for the files in its own account; an administrator for
    what its account was granted.
    """
    if arn == comparison.mesh.names.registration_role_arn(comparison.catalog):
        tables = tuple(name for names in comparison.tables_in.values() for name in names)
        return tables, comparison.readers_of(tables), frozenset()
    own = (
        name
        for bucket in comparison.declared.account(account).buckets
        for name in comparison.tables_at.get(bucket, ())
    )
    held = granted_to(comparison, account) if arn == comparison.mesh.names.provider_role_arn(account) else ()
    tables = tuple(dict.fromkeys([*comparison.read_by.get(arn, ()), *own, *held]))
    return tables, frozenset(), frozenset({arn})


def _let_in(comparison: Comparison, account: str, arn: str) -> Iterator[TableName]:
    """The tables in buckets of other accounts that now let the role in, if its own policies do."""
    for number, owner in comparison.live.accounts.items():
        for bucket, policy in owner.buckets.items():
            if number != account and policy is not None and policy.may_let_in(arn, account):
                yield from comparison.tables_at.get(bucket, ())


def _make(comparison: Comparison, account: str, arn: str, wanted: Identity) -> tuple[Call, ...]:
    given: dict[str, object] = {
        "RoleName": named_last(arn),
        "AssumeRolePolicyDocument": document_of(wanted.trust),
    }
    if wanted.boundary_name:
        given["PermissionsBoundary"] = _boundary_arn(comparison, account, wanted)
    return (
        Call(account, "iam", "create_role", given),
        _put_policy(comparison, account, arn, wanted, alone=False),
    )


def _put_policy(comparison: Comparison, account: str, arn: str, wanted: Identity, *, alone: bool) -> Call:
    """`alone`: what else gives the role permissions is taken off."""
    names = comparison.mesh.names
    policies = {
        names.registration_role_arn(account): REGISTRATION_POLICY,
        names.provider_role_arn(account): PROVIDER_POLICY,
    }
    parameters = {
        "RoleName": named_last(arn),
        "PolicyName": policies.get(arn, DATA_POLICY),
        "PolicyDocument": document_of(wanted.policy),
    }
    return Call(account, "iam", "put_role_policy", parameters, merge=alone)


def _put_boundary(comparison: Comparison, account: str, arn: str, wanted: Identity) -> Call:
    parameters = {
        "RoleName": named_last(arn),
        "PermissionsBoundary": _boundary_arn(comparison, account, wanted),
    }
    return Call(account, "iam", "put_role_permissions_boundary", parameters)


def _boundary_arn(comparison: Comparison, account: str, wanted: Identity) -> str:
    return f"arn:{partition_of(comparison.mesh.region)}:iam::{account}:policy/{wanted.boundary_name}"


def _difference(wanted: Identity, found: Identity, field: str) -> str:
    one, other = getattr(wanted, field), getattr(found, field)
    parts = [f"also {in_words(each)}" for each in beyond(other, one)]
    parts += [f"no longer {in_words(each)}" for each in beyond(one, other)]
    return "; ".join(parts)
