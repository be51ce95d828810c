"""What is: the accounts of a mesh, read through AWS's APIs into the state that decides who can read what.

Accounts are read at the same time. What cannot be read is noted in the state, and the rest is still there.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

from meshwright.access.state import AccountState, LakeState, Unread
from meshwright.aws.account_reader import (
    Involved,
    Own,
    principals_of,
    reachable,
    read_involved,
    read_own,
    read_related,
    state_of,
)
from meshwright.aws.accounts import THREADS, Account
from meshwright.aws.calls import Calls
from meshwright.aws.deployed_reader import Stream
from meshwright.aws.identity_reader import read_everyone
from meshwright.aws.inventory import Stack
from meshwright.aws.lake_reader import OPT_INS
from meshwright.aws.organization_reader import CALLS as ONLY_LIMITS
from meshwright.aws.organization_reader import Controls, read_controls
from meshwright.aws.ram_reader import shares_of
from meshwright.aws.sessions import account_numbers
from meshwright.mesh.model import Mesh

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Live:
    """All accounts of a mesh as they are."""

    state: LakeState
    streams: Mapping[str, tuple[Stream, ...]]
    """The mesh's, by account."""
    stacks: Mapping[str, tuple[Stack, ...]]
    """The mesh's, by account."""


def read_state(
    mesh: Mesh,
    accounts: Mapping[str, Account],
    *,
    refused: Mapping[str, str] | None = None,
    on_account: Callable[[str], None] | None = None,
    everyone: bool = False,
) -> LakeState:
    """As `read_live`, the state alone."""
    return read_live(mesh, accounts, refused=refused, on_account=on_account, everyone=everyone).state


def read_live(
    mesh: Mesh,
    accounts: Mapping[str, Account],
    *,
    refused: Mapping[str, str] | None = None,
    on_account: Callable[[str], None] | None = None,
    everyone: bool = False,
) -> Live:
    """Read every account of the mesh: governance and the domains'.

    `everyone`: with all roles and users there are, not only those that have to do with the mesh.

    `refused` says of accounts that are not in `accounts` why. `on_account` is called with each account that
    has been read for the most part, in the order in which they are.
    """
    numbers = account_numbers(mesh)
    with ThreadPoolExecutor(2 * THREADS, "call") as executor:
        calls = {number: Calls(accounts[number], executor) for number in numbers if number in accounts}
        with ThreadPoolExecutor(THREADS, "account") as by_account:
            read = _read(mesh, calls, by_account, on_account, everyone=everyone)
        governance = calls.get(mesh.governance_account)
        controls = read_controls(governance, read) if governance and mesh.governance_account in read else {}
    if not any(each.hybrid for account in read.values() for each in account.state.locations.values()):
        # AWS's policy ReadOnlyAccess does not allow it; without a hybrid location opt-ins mean nothing.
        for each in calls.values():
            each.forgive(OPT_INS)
    failed = [
        each
        for number in numbers
        for each in (calls[number].unread if number in calls else _not_entered(number, refused or {}))
    ]
    return Live(
        state=LakeState(
            accounts={
                number: _controlled(read[number].state, controls.get(number, Controls()))
                if number in read
                else AccountState(number, complete=False)
                for number in numbers
            },
            region=mesh.region,
            organization=mesh.file.organization,
            unread=tuple(each for each in failed if each.call not in ONLY_LIMITS),
            unchecked=tuple(each for each in failed if each.call in ONLY_LIMITS),
        ),
        streams={number: each.own.streams for number, each in read.items()},
        stacks={number: each.own.stacks for number, each in read.items()},
    )


@dataclass(frozen=True, slots=True)
class _Account:
    own: Own
    state: AccountState


def _read(
    mesh: Mesh,
    calls: Mapping[str, Calls],
    executor: Executor,
    on_account: Callable[[str], None] | None,
    *,
    everyone: bool,
) -> dict[str, _Account]:
    """The accounts that could be entered."""

    def first(number: str) -> Own | None:
        caller = reachable(calls[number])
        return None if caller is None else read_own(mesh, calls[number], caller)

    owns = {number: own for number, own in _each(executor, first, calls, on_account).items() if own}
    everything = tuple(owns.values())
    related = _each(
        executor, lambda number: read_related(mesh, calls[number], owns[number], everything), owns
    )
    named = {arn for number, own in owns.items() for arn in principals_of(own, related[number])}
    named.update(_roles_of(mesh))
    keys = {bucket.key for each in related.values() for bucket in each.buckets.values() if bucket.key}
    keys.update(stream.state.key for own in everything for stream in own.streams if stream.state)
    keys.discard("")
    aliases = {domain.account: mesh.names.key_alias(domain.name) for domain in mesh.domains.values()}

    def third(number: str) -> Involved:
        return read_involved(calls[number], principals=named, keys=keys, alias=aliases.get(number))

    involved = _each(executor, third, owns)
    if everyone:
        known = _each(executor, lambda number: read_everyone(calls[number]), owns)
        involved = {
            number: replace(each, identities={**each.identities, **known[number]})
            for number, each in involved.items()
        }
    invitations = {number: own.invitations for number, own in owns.items()}
    return {
        number: _Account(
            own,
            state_of(calls[number], own, related[number], involved[number], shares_of(own.sent, invitations)),
        )
        for number, own in owns.items()
    }


def _controlled(account: AccountState, controls: Controls) -> AccountState:
    """With what the organization keeps it from."""
    if controls == Controls():
        return account
    limited = {arn: replace(each, limits=controls.limits) for arn, each in account.identities.items()}
    return replace(account, identities=limited, control=controls.control)


def _each(
    executor: Executor,
    work: Callable[[str], T],
    numbers: Mapping[str, object],
    on_account: Callable[[str], None] | None = None,
) -> dict[str, T]:
    """What `work` returns for each account, all of them at the same time."""
    running = {executor.submit(work, number): number for number in numbers}
    found = {}
    for future in as_completed(running):
        number = running[future]
        found[number] = future.result()
        if on_account:
            on_account(number)
    return {number: found[number] for number in numbers}


def _roles_of(mesh: Mesh) -> Iterator[str]:
    """Those that the files and the mesh itself name, whether or not anything is granted to them."""
    names = mesh.names
    yield names.registration_role_arn(mesh.governance_account)
    yield from (role.arn for domain in mesh.domains.values() for role in domain.roles.values())
    for account in account_numbers(mesh):
        yield names.deploying_role_arn(account)
        yield names.provider_role_arn(account)
        yield names.lookup_role_arn(account)


def _not_entered(number: str, refused: Mapping[str, str]) -> tuple[Unread, ...]:
    why = refused.get(number, "no credentials were given for the account")
    return (Unread(number, "sts:AssumeRole", why),)
