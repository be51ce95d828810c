"""The difference between what is declared and what is live, in the order in which it is safe to apply. Pure.

Additions come first, removals last, so nothing that is declared and stays is absent at any instant. Only what
this document itself added before (`owned`) is ever removed, and of that only what is safe to take away:

- the plain permission stays while a grant option on it stays, which would be lost or orphaned;
- nothing is taken from a principal that holds Super (ALL) there, which would lose the rest of Super too;
- what another document also owns (`shared`) stays, so that moving a declaration between stacks opens no gap;
- a filter stays while someone else's grant on it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .document import Cells, Document, Filter, Grant, Item, Tag
from .resources import Resource


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do, in field order; `claim` is to be recorded as owned before it, `keep` after it."""

    tag: frozenset[Tag]
    create: Mapping[Resource, Cells]
    update: Mapping[Resource, Cells]
    grant: frozenset[Grant]
    revoke: frozenset[Grant]
    delete: frozenset[Resource]
    untag: frozenset[Tag]
    claim: frozenset[Item]
    keep: frozenset[Item]

    def removed(self) -> frozenset[Item]:
        return self.revoke | self.untag | {Filter(resource) for resource in self.delete}

    def touched(self) -> frozenset[Resource]:
        """The resources that change; empty if there is nothing to do."""
        atoms: frozenset[Item] = self.tag | self.grant | self.revoke | self.untag
        return frozenset({*(atom.resource for atom in atoms), *self.create, *self.update, *self.delete})


def plan(
    *, declared: Document, live: Document, owned: frozenset[Item], shared: frozenset[Item] = frozenset()
) -> Plan:
    """`shared`: items that other documents of this account own."""
    tag = declared.tags - live.tags
    create = {key: cells for key, cells in declared.filters.items() if key not in live.filters}
    update = {key: cells for key, cells in declared.filters.items() if live.filters.get(key, cells) != cells}
    grant = frozenset(atom for atom in declared.grants if not _covered(atom, live.grants))

    items = declared.items()
    adopted = items & live.items() & shared
    claim = owned | tag | grant | {Filter(key) for key in create} | adopted
    going = claim - items - shared

    revoke = _revocable(frozenset(atom for atom in going if isinstance(atom, Grant)), live.grants)
    staying = {atom.resource for atom in live.grants - revoke}
    filters = frozenset(atom.resource for atom in going if isinstance(atom, Filter))
    delete = frozenset(key for key in filters if key in live.filters and key not in staying)
    replaced = {(atom.resource, atom.key) for atom in declared.tags}
    untag = frozenset(
        atom
        for atom in going
        if isinstance(atom, Tag) and atom in live.tags and (atom.resource, atom.key) not in replaced
    )
    held_back = frozenset(Filter(key) for key in filters if key in live.filters and key in staying)
    return Plan(
        tag=tag,
        create=create,
        update=update,
        grant=grant,
        revoke=revoke,
        delete=delete,
        untag=untag,
        claim=claim,
        keep=(claim & items) | held_back,
    )


def _covered(atom: Grant, live: frozenset[Grant]) -> bool:
    return atom in live or Grant(atom.resource, atom.principal, "ALL", atom.grantable) in live


def _revocable(going: frozenset[Grant], live: frozenset[Grant]) -> frozenset[Grant]:
    kept = set()
    for atom in going & live:
        option = Grant(atom.resource, atom.principal, atom.permission, grantable=True)
        super_ = Grant(atom.resource, atom.principal, "ALL")
        if super_ in live or (not atom.grantable and option in live and option not in going):
            kept.add(atom)
    return (going & live) - kept
