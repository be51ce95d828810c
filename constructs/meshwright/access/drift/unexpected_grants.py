"""Grants that nobody declared: to strangers, to those whose subscription ended, to principals that are gone.

What such a grant opens is judged as if its holder's own account did its part: a link, a share, IAM. That is
not in the hands of who grants.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from meshwright.access.data_location import NEEDED_BY, PERMISSION
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import (
    ACTIONS,
    Change,
    Deviation,
    Phase,
    all_of,
    on_account,
    unchanged,
    with_entry,
    with_grant,
)
from meshwright.access.drift.opened import ON_DATA, ON_DATABASE, opened, tables_meant
from meshwright.access.drift.subscribed import not_agreed
from meshwright.access.drift.wording import in_words, listed
from meshwright.access.findings import Call, OneMore, Severity, WithinReach
from meshwright.access.granted import SUPER
from meshwright.access.lf_tags import meets
from meshwright.access.principals import ANYBODY, IN_IAM, OF_ACCOUNTS, account_of, principal_of
from meshwright.access.repair import grant, revoke
from meshwright.access.resources import Kind, Resource
from meshwright.access.resources import database as database_of
from meshwright.access.state import AccountState, Database, Grant, Identity, Link, ShareState


def unexpected(
    comparison: Comparison, account: str, live: Grant, declared: Grant | None
) -> Iterator[Deviation]:
    """What of a live grant on a resource of the mesh is not declared."""
    if not _concerns_mesh(comparison, account, live.resource):
        return
    expected = declared or Grant(live.principal, live.resource, frozenset())
    more, options = live.permissions - expected.permissions, live.grantable - expected.grantable
    if not more and not options:
        return
    who = comparison.who(live.principal)
    target = in_words(comparison, live.resource)
    code, what, floor = _kind(comparison, account, live, who, target, more, options)
    region = comparison.mesh.region
    repair: tuple[Call, ...] = (revoke(account, live, more, options, region=region),)
    if SUPER in more and declared is not None:
        # With Super goes all that it contains
        # (https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html).
        holder, resource = declared.principal, declared.resource
        again = grant(account, holder, resource, declared.permissions, declared.grantable, region=region)
        repair += (again,)
    holders = holders_of(comparison, account, live.principal)
    if code != "grant-dead" and _opens_more(comparison, live.resource, more, options):
        floor = min(floor, Severity.HIGH, key=list(Severity).index)
    together = live._replace(
        permissions=live.permissions | expected.permissions,
        grantable=live.grantable | expected.grantable,
    )
    yield Deviation(
        code=code,
        account=account,
        subject=f"{live.resource} to {live.principal}",
        what=what,
        floor=floor,
        phase=Phase.REMOVALS,
        remedy=f"revoke {listed(more) if more else f'the right to pass on {listed(options)}'}",
        repair=repair,
        change=with_grant(account, together),
        given=with_its_part_done(comparison, live) if code != "grant-dead" else unchanged,
        principals=holders,
        tables=comparison.tables_of(live.resource),
        actions=_actions(more),
        gains=opened(comparison, live.resource, more, holders) if code != "grant-dead" else (),
        within_reach=tuple(_within_reach(comparison, live.resource, more, options, holders))
        if code != "grant-dead"
        else (),
    )


def _actions(more: frozenset[str]) -> tuple[str, ...]:
    """Whose gain is looked for; with a data location comes ALTER, where it is granted on the table too."""
    if SUPER in more:
        return ACTIONS
    return tuple(each for each in ACTIONS if each in more or (each == NEEDED_BY and PERMISSION in more))


def _opens_more(
    comparison: Comparison, resource: Resource, more: frozenset[str], options: frozenset[str]
) -> bool:
    """Whether the holder may pass on data, lay a table over the files, or change a database.

    Of a link nobody comes by what it leads to, whatever may be done to it.
    """
    of_catalog = resource.catalog == comparison.catalog
    on_database = of_catalog and (resource.kind is Kind.DATABASE or resource.path == ("DATABASE",))
    return bool(options & ON_DATA or PERMISSION in more or (on_database and more & ON_DATABASE))


def _within_reach(
    comparison: Comparison,
    resource: Resource,
    more: frozenset[str],
    options: frozenset[str],
    holders: frozenset[str],
) -> Iterator[WithinReach]:
    tables = tables_meant(comparison, resource)
    for who in sorted(holders):
        if PERMISSION in more:
            yield WithinReach(who, OneMore.TABLE, tables)
        elif options & ON_DATA and resource.kind is not Kind.DATABASE:
            yield WithinReach(who, OneMore.OTHERS, tables)


def _kind(
    comparison: Comparison,
    account: str,
    live: Grant,
    who: str,
    target: str,
    more: frozenset[str],
    options: frozenset[str],
) -> tuple[str, str, Severity]:
    """Code, sentence and least severity."""
    if not more:
        return (
            "grant-option-unexpected",
            f"{who} may pass on {listed(options)} on {target}",
            Severity.MEDIUM,
        )
    permissions = "Super" if SUPER in more else listed(more)
    if live.principal == ANYBODY:
        return (
            "open-to-iam",
            f"{target} is open to IAM_ALLOWED_PRINCIPALS ({permissions}): whomever IAM lets in, and it "
            "cannot be shared with accounts",
            Severity.MEDIUM,
        )
    holder = account_of(live.principal) or ""
    if (
        principal_of(live.principal).kind in IN_IAM
        and holder in comparison.live.accounts
        and comparison.read(holder, "iam:GetRole")
        and live.principal not in comparison.live.account(holder).identities
    ):
        return (
            "grant-dead",
            f"{live.principal} does not exist and holds {permissions} on {target}: whoever makes a role of "
            "that name would have it",
            Severity.LOW,
        )
    over = not_agreed(comparison, holder, live.resource)
    if over is not None and over.ended:
        return "grant-ended", f"{who} still has {permissions} on {target}: {over.text}", Severity.MEDIUM
    why = f": {over.text}" if over else ", and no file says so"
    return "grant-unexpected", f"{who} has {permissions} on {target}{why}", Severity.MEDIUM


def _concerns_mesh(comparison: Comparison, account: str, resource: Resource) -> bool:
    if resource.kind is not Kind.TAG_POLICY:
        return comparison.of_mesh(resource)
    if resource.catalog != comparison.catalog:
        return False
    tags = comparison.live.account(comparison.catalog).tags
    ours = {each: values for each, values in tags.items() if comparison.of_mesh(each)}
    return any(
        meets(
            resource.expression,
            {**tags.get(database_of(each.catalog, each.path[0]), {}), **tags.get(_table(each), {}), **values},
        )
        for each, values in ours.items()
    )


def _table(resource: Resource) -> Resource:
    return resource.table or resource


def holders_of(comparison: Comparison, account: str, principal: str) -> frozenset[str]:
    """Those for whom the grant can matter; an account stands for whomever it lets.

    All IAM principals of an account stand for themselves: a grant to them needs none by the account.
    """
    if principal == ANYBODY:
        return frozenset({account})
    if principal_of(principal).kind in OF_ACCOUNTS:
        return frozenset(comparison.declared.accounts) - {comparison.catalog}
    return frozenset({principal})


def with_its_part_done(comparison: Comparison, grant: Grant) -> Change:
    """The share reaches the receiver; its principal exists, may ask, and has links to the databases."""
    holder, catalog = account_of(grant.principal), comparison.catalog
    changes: list[Change] = []
    if holder is None or holder == catalog:
        of_catalog = holder or principal_of(grant.principal).kind not in OF_ACCOUNTS
        receivers = [] if of_catalog else sorted(set(comparison.declared.accounts) - {catalog})
    else:
        receivers = [holder]
    changes += [with_entry(catalog, "shares", each, ShareState.ACTIVE) for each in receivers]
    if principal_of(grant.principal).kind in OF_ACCOUNTS:
        # Whatever organization the files name: the accounts are taken to be in this one.
        changes.append(lambda state: replace(state, organization=_organization(grant.principal)))
    if holder not in (None, grant.principal):
        if principal_of(grant.principal).kind in IN_IAM:
            changes.append(with_entry(holder, "identities", grant.principal, Identity()))
        if holder != catalog:
            # By LF-Tags it may be on several.
            databases = sorted({name.database for name in comparison.tables_of(grant.resource)})
            linked = partial(_with_links, principal=grant.principal, catalog=catalog, databases=databases)
            changes.append(on_account(holder, linked))
    return all_of(changes)


def _organization(principal: str) -> str:
    """The organization's id, of its own ARN or of a unit's: `organization/o-1`, `ou/o-1/ou-1-2`."""
    return principal.split("/")[1]


def _with_links(own: AccountState, *, principal: str, catalog: str, databases: Iterable[str]) -> AccountState:
    """With a link to each database that has none, and the principal's grant on every link to them."""
    links = {name: own.links_to.get((catalog, name), ()) for name in databases}
    new = {name: Database(Link(catalog, name)) for name, known in links.items() if not known}
    use = [
        Grant(principal, database_of(own.account, link), frozenset({"DESCRIBE"}))
        for name, known in links.items()
        for link in known or (name,)
    ]
    return replace(own, databases={**own.databases, **new}, grants=(*own.grants, *use))
