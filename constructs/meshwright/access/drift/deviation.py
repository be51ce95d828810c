"""A deviation: one thing that differs, and what a state looks like in which it is all that differs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from meshwright.access.decision import TableName
from meshwright.access.findings import Call, Effect, FilterChange, Severity, StreamEffect, WithinReach
from meshwright.access.state import AccountState, Grant, LakeState

Change = Callable[[LakeState], LakeState]
ACTIONS = ("SELECT", "INSERT", "DELETE", "ALTER", "DROP")
"""Permissions on tables whose gain or loss is looked for."""


class Phase(IntEnum):
    """When it is repaired: first what the repairs of others need, removals after all additions."""

    SETTINGS = 1
    ROLES = 2
    STORAGE = 3
    CATALOG = 4
    GRANTS = 5
    """Of the catalog's account."""
    SHARES = 6
    LOCAL = 7
    """Links and grants in the domains' accounts."""
    REMOVALS = 8
    LEFTOVERS = 9
    ADMINISTRATORS = 10
    """Those to be removed: whoever makes the repairs may be one of them."""


def unchanged(state: LakeState) -> LakeState:
    """The same state."""
    return state


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One thing that differs between what is declared and what is live."""

    code: str
    account: str
    subject: str
    what: str
    floor: Severity
    """How bad it is even if nobody gains or loses access by it."""
    phase: Phase
    remedy: str
    repair: tuple[Call, ...] = ()
    change: Change = unchanged
    """Makes it the only difference between a state and the declared one."""
    given: Change = unchanged
    """What is taken for granted with and without it, such as that a stranger's IAM lets it."""
    readers: frozenset[str] = frozenset()
    """Roles that can gain or lose by it on those of its tables that they read already."""
    principals: frozenset[str] = frozenset()
    """Others, which can gain or lose by it on any of its tables."""
    tables: tuple[TableName, ...] = ()
    actions: tuple[str, ...] = ("SELECT",)
    on_streams: tuple[StreamEffect, ...] = ()
    """Who is let in to a stream by it; who can't read any more is worked out."""
    gains: tuple[Effect, ...] = ()
    """What is gained by it that decisions do not show, as of tables in no file; the rest is worked out."""
    within_reach: tuple[WithinReach, ...] = ()
    """Who comes by it within one call of which tables, as far as nobody is found to gain these."""
    filter_change: FilterChange | None = None
    """Of a filter that shows something else than agreed."""
    only_if_felt: bool = False
    """It is none unless somebody gains or loses by it."""


def on_account(number: str, change: Callable[[AccountState], AccountState]) -> Change:
    """A change of one account, which is added to the state if it is not part of it."""

    def apply(state: LakeState) -> LakeState:
        return replace(state, accounts={**state.accounts, number: change(state.account(number))})

    return apply


def with_entry(number: str, field: str, key: object, value: object) -> Change:
    """`value` under `key` of that mapping of the account."""

    def change(account: AccountState) -> AccountState:
        changed: dict[str, Any] = {field: {**getattr(account, field), key: value}}
        return replace(account, **changed)

    return on_account(number, change)


def with_fields(number: str, field: str, key: object, **changes: object) -> Change:
    """These fields of what is under `key` of that mapping changed, so that changes of others stay."""

    def change(account: AccountState) -> AccountState:
        entries = getattr(account, field)
        if key not in entries:
            return account
        changed: dict[str, Any] = {field: {**entries, key: replace(entries[key], **changes)}}
        return replace(account, **changed)

    return on_account(number, change)


def without_entry(number: str, field: str, key: object) -> Change:
    """Nothing under `key` of that mapping of the account."""

    def change(account: AccountState) -> AccountState:
        left = {each: value for each, value in getattr(account, field).items() if each != key}
        changed: dict[str, Any] = {field: left}
        return replace(account, **changed)

    return on_account(number, change)


def with_grant(number: str, grant: Grant) -> Change:
    """The grant, in place of what the principal holds on that resource (under the same condition, if any).

    One without permissions takes that away.
    """

    def change(account: AccountState) -> AccountState:
        at = (grant.principal, grant.resource, grant.condition)
        others = tuple(
            each for each in account.grants if (each.principal, each.resource, each.condition) != at
        )
        return replace(account, grants=(*others, grant) if grant.permissions else others)

    return on_account(number, change)


def all_of(changes: Iterable[Change]) -> Change:
    """One change after the other."""
    listed = tuple(changes)

    def apply(state: LakeState) -> LakeState:
        for change in listed:
            state = change(state)
        return state

    return apply
