"""Grants: those that are missing, and those that nobody declared.

Whoever makes a database, table or link holds Super on it
(https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html), so the roles with which the
mesh deploys may hold anything on what it made.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import ACTIONS, Deviation, Phase, with_grant
from meshwright.access.drift.unexpected_grants import unexpected
from meshwright.access.drift.wording import in_words
from meshwright.access.findings import Call, Severity
from meshwright.access.granted import SUPER
from meshwright.access.principals import account_of
from meshwright.access.repair import grant
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import Grant

NEEDS = ("lakeformation:ListPermissions",)
"""For what is missing; what is listed is there, however partial the list."""
Held = Mapping[tuple[str, Resource, str], Grant]
"""By principal, resource and condition."""


def grants(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the grants made in one account."""
    declared, live = (_by_holder(each.grants) for each in comparison.both(account))
    if comparison.read(account, *NEEDS):
        for at in sorted((at for at, each in declared.items() if live.get(at) != each), key=_order):
            if not _is_maker(comparison, declared[at], account):
                yield from _missing(comparison, account, declared[at], live.get(at))
    for at in sorted((at for at, each in live.items() if declared.get(at) != each), key=_order):
        if not _is_maker(comparison, live[at], account):
            yield from unexpected(comparison, account, live[at], declared.get(at))


def _by_holder(grants: tuple[Grant, ...]) -> Held:
    return {(each.principal, each.resource, each.condition): each for each in grants}


def _order(at: tuple[str, Resource, str]) -> tuple[str, str, str]:
    return str(at[1]), at[0], at[2]


def _is_maker(comparison: Comparison, grant: Grant, account: str) -> bool:
    names = comparison.mesh.names
    makers = (names.deploying_role_arn(account), names.provider_role_arn(account))
    made = grant.resource.kind in (Kind.DATABASE, Kind.TABLE) and grant.resource.catalog == account
    return made and grant.principal in makers and _is_super(grant)


def _is_super(grant: Grant) -> bool:
    return SUPER in grant.permissions


def _missing(
    comparison: Comparison, account: str, declared: Grant, live: Grant | None
) -> Iterator[Deviation]:
    held = live or Grant(declared.principal, declared.resource, frozenset())
    if _is_super(held):
        held = Grant(
            held.principal,
            held.resource,
            declared.permissions,
            declared.permissions if SUPER in held.grantable else held.grantable,
        )
    gone = declared.permissions - held.permissions
    options = declared.grantable - held.grantable
    if not gone and not options:
        return
    who, region = comparison.who(declared.principal), comparison.mesh.region
    make = partial(grant, account, declared.principal, declared.resource, region=region)
    if gone:
        what = f"{who} no longer has {', '.join(sorted(gone))} on {in_words(comparison, declared.resource)}"
        repair: tuple[Call, ...] = (make(gone | options, options),)
    else:
        names = ", ".join(sorted(options))
        what = f"{who} can no longer pass on {names} on {in_words(comparison, declared.resource)}"
        repair = (make(options, options),)
    left = Grant(
        declared.principal,
        declared.resource,
        declared.permissions & held.permissions,
        declared.grantable & held.grantable,
    )
    tables = comparison.tables_of(declared.resource)
    receiver = account_of(declared.principal)
    whole = declared.principal == receiver
    yield Deviation(
        code="grant-missing" if gone else "grant-option-missing",
        account=account,
        subject=f"{declared.resource} to {declared.principal}",
        what=what,
        floor=Severity.MEDIUM,
        phase=Phase.GRANTS if account == comparison.catalog else Phase.LOCAL,
        remedy="grant it again",
        repair=repair,
        change=with_grant(account, left),
        readers=comparison.readers_of(tables, account=receiver) if whole else frozenset(),
        principals=frozenset() if whole else frozenset({declared.principal}),
        tables=tables,
        actions=tuple(each for each in ACTIONS if each in gone) or ("SELECT",),
    )
