"""Who gains or loses what by a deviation: decisions on the declared state, without and with it alone.

A deviation concerns few tables and principals of a large mesh, so both decisions are made on the part of the
state that speaks of these. One that alone changes nothing may do so together with others: a stranger let
into a bucket, and into its key. That is looked for as well, among the deviations on the same tables.

Whoever may newly assume a role gains what the role reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from meshwright.access.beyond import beyond, row_beyond
from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Change, Deviation, all_of
from meshwright.access.drift.trust import newly_trusted
from meshwright.access.evaluate import Evaluator
from meshwright.access.findings import Effect
from meshwright.access.principals import account_of
from meshwright.access.resources import Resource
from meshwright.access.state import AccountState, Filter, Grant, LakeState, place_of

MOST_TOGETHER = 100
"""Where more deviations than that concern the same tables, each of them is looked at alone."""


@dataclass(frozen=True)
class Effects:
    """The effects of deviations from the declared state of a comparison."""

    comparison: Comparison
    deviations: Sequence[Deviation]

    def of(self, deviation: Deviation) -> tuple[Effect, ...]:
        """Of the deviation alone; if there are none, those that it has together with others.

        What is known of it without a decision (`gains`) comes first.
        """
        return (*deviation.gains, *self._decided(deviation))

    def _decided(self, deviation: Deviation) -> tuple[Effect, ...]:
        if not deviation.tables or not deviation.actions or not (deviation.readers | deviation.principals):
            return ()
        base = self._part(deviation, deviation.given)
        alone = self._compare(deviation, base, deviation.change(base))
        near = () if alone or deviation.only_if_felt else self._near(deviation)
        if not 0 < len(near) <= MOST_TOGETHER:
            return alone
        others = deviation.given(all_of(each.change for each in near)(base))
        return self._compare(deviation, others, deviation.change(others))

    def _compare(self, deviation: Deviation, before: LakeState, after: LakeState) -> tuple[Effect, ...]:
        one, other = Evaluator(before), Evaluator(after)
        found = list(_by_assuming(deviation, before, after, other))
        for principal, name in self._pairs(deviation):
            for action in deviation.actions:
                was = one.decide(principal, name, action).cells
                now = other.decide(principal, name, action).cells
                types = self._types(name)
                gained, lost = beyond(now, was, types), beyond(was, now, types)
                if gained or lost:
                    rows = row_beyond(gained, was, types), row_beyond(lost, now, types)
                    found.append(Effect(principal, name, action, gained, lost, *rows))
        return tuple(_without_accounts_of_losers(found))

    def _types(self, name: TableName) -> Mapping[str, str]:
        table = self.comparison.table(name.database, name.table)
        return dict(zip(table.columns, table.types, strict=False))

    def _pairs(self, deviation: Deviation) -> list[tuple[str, TableName]]:
        """Who may gain or lose which table."""
        tables, known = frozenset(deviation.tables), self.comparison.read_by
        read = {(who, name) for who in deviation.readers for name in known.get(who, ()) if name in tables}
        any_of_them = {(who, name) for who in deviation.principals for name in tables}
        return sorted(read | any_of_them, key=lambda pair: (pair[0], str(pair[1])))

    def _near(self, deviation: Deviation) -> tuple[Deviation, ...]:
        """Other deviations that can matter to the same tables."""
        found = {
            id(each): each
            for name in deviation.tables
            for each in self._by_table.get(name, ())
            if each is not deviation and not each.only_if_felt
        }
        return tuple(found.values())

    @cached_property
    def _by_table(self) -> dict[TableName, list[Deviation]]:
        found: dict[TableName, list[Deviation]] = {}
        for each in self.deviations:
            for name in each.tables:
                found.setdefault(name, []).append(each)
        return found

    def _part(self, deviation: Deviation, given: Change) -> LakeState:
        """The declared state, as far as it speaks of the deviation's tables and principals."""
        databases = {name.database for name in deviation.tables}
        buckets = {
            self.comparison.table(name.database, name.table).location.partition("/")[0]
            for name in deviation.tables
        }
        declared = self.comparison.declared
        owners = {declared.bucket_owners[each] for each in buckets if each in declared.bucket_owners}
        numbers = {self.comparison.catalog, deviation.account, *owners}
        numbers |= {number for who in deviation.readers | deviation.principals if (number := account_of(who))}
        accounts = {
            number: self._account(declared.accounts[number], databases)
            for number in sorted(numbers)
            if number in declared.accounts
        }
        return given(replace(declared, accounts=accounts))

    def _account(self, account: AccountState, databases: set[str]) -> AccountState:
        """With the grants on these databases and by tags only; with all that are known to exist in it."""
        live = self.comparison.live.account(account.account)
        unknown = {
            arn: identity for arn, identity in live.identities.items() if arn not in account.identities
        }
        places = {f"{self.comparison.catalog}:{name}" for name in databases}
        places |= {f"{account.account}:{name}" for name in (*databases, *self._links(account, databases))}
        places |= {f"{self.comparison.catalog}:", f"{account.account}:"}
        by_place = self._grants_by_place[account.account]
        return replace(
            account,
            grants=tuple(grant for place in sorted(places) for grant in by_place.get(place, ())),
            identities={**account.identities, **unknown},
            filters={
                resource: content
                for name in databases
                for resource, content in self._filters_by_database.get((account.account, name), {}).items()
            },
        )

    def _links(self, account: AccountState, databases: set[str]) -> Iterator[str]:
        for name in databases:
            yield from account.links_to.get((self.comparison.catalog, name), ())

    @cached_property
    def _filters_by_database(self) -> dict[tuple[str, str], dict[Resource, Filter]]:
        """By account and database; also undeclared ones, which give nothing until a grant names them."""
        found: dict[tuple[str, str], dict[Resource, Filter]] = {}
        for state in (self.comparison.live, self.comparison.declared):
            for number, account in state.accounts.items():
                for resource, content in account.filters.items():
                    found.setdefault((number, resource.path[0]), {})[resource] = content
        return found

    @cached_property
    def _grants_by_place(self) -> dict[str, dict[str, list[Grant]]]:
        found: dict[str, dict[str, list[Grant]]] = {}
        for number, account in self.comparison.declared.accounts.items():
            by_place = found.setdefault(number, {})
            for grant in account.grants:
                by_place.setdefault(place_of(grant.resource), []).append(grant)
        return found


def _by_assuming(
    deviation: Deviation, before: LakeState, after: LakeState, evaluator: Evaluator
) -> Iterator[Effect]:
    """What those read by a role who may assume it since its trust policy changed.

    One who reads it already gains nothing. An account has nothing to set against it: what it holds, none of
    its principals need hold. Of writing it is said where reading is no news, for who writes a table reads it.
    """
    role = deviation.subject
    was, now = (each.account(deviation.account).identities.get(role) for each in (before, after))
    if was is None or now is None or was.trust == now.trust:
        return
    newcomers = sorted(newly_trusted(was.trust, now.trust))
    for name in deviation.tables if newcomers else ():
        reading = set[str]()
        for action in deviation.actions:
            cells = evaluator.decide(role, name, action).cells
            for who in newcomers:
                own = evaluator.decide(who, name, action).cells if who.startswith("arn:") else ()
                if who not in reading and (gained := beyond(cells, own)):
                    yield Effect(who, name, action, gained)
                    reading |= {who} if action == "SELECT" else set()


def _without_accounts_of_losers(effects: list[Effect]) -> Iterator[Effect]:
    """An account as a whole loses nothing that is not said of its roles already."""
    said = {(account_of(each.principal), each.table) for each in effects if each.principal.startswith("arn:")}
    for each in effects:
        if each.principal.startswith("arn:") or each.gained or (each.principal, each.table) not in said:
            yield each
