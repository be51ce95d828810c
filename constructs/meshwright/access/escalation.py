"""How a principal could come to read what it may not: the shortest chain of steps that it may take.

A step gives it another principal (by a trust policy, by passing a role to a service, by a new key of a user),
or changes what decides: its policies, a bucket's or a key's, Lake Formation's settings or grants. These
are classes of privilege escalation in IAM
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html), joined with Lake Formation's.
What a principal may do is decided as everything else is; one whose policies are not known takes no step.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from meshwright.access.beyond import beyond
from meshwright.access.cells import Cells, union
from meshwright.access.decision import TableName
from meshwright.access.escalation_steps import EDITING, MOVING, Taken, others_of, steps_of
from meshwright.access.evaluate import Evaluator
from meshwright.access.principals import IN_IAM, account_of, principal_of
from meshwright.access.state import LakeState

LONGEST = 4
"""Steps of a chain, at most."""


class Chain(NamedTuple):
    """What a principal could do to read more of a table than it may."""

    principal: str
    table: TableName
    steps: tuple[Taken, ...]
    reader: str
    """The principal that reads in the end: itself, or one that it came to act as."""
    gained: tuple[Cells, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the chain rests on that is not known."""
        return tuple(dict.fromkeys(text for step in self.steps for text in step.assumed))


@dataclass(frozen=True)
class Escalation:
    """Chains in one state."""

    state: LakeState

    @property
    def principals(self) -> tuple[str, ...]:
        """All whose policies are known, in the order of their accounts."""
        return tuple(
            arn
            for account in self.state.accounts.values()
            for arn, identity in account.identities.items()
            if identity.policy is not None and principal_of(arn).kind in IN_IAM
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """Those whose policies are not known, so that no chain of theirs is."""
        return tuple(
            arn
            for account in self.state.accounts.values()
            for arn, identity in account.identities.items()
            if identity.policy is None
        )

    @cached_property
    def _named(self) -> frozenset[str]:
        """Whom policies of buckets and keys let edit these."""
        policies = [
            policy
            for account in self.state.accounts.values()
            for policy in (*account.buckets.values(), *(key.lets for key in account.keys.values()))
            if policy is not None
        ]
        return frozenset[str]().union(*(each.let_in_to(action) for each in policies for action in EDITING))

    def may_move(self, principal: str) -> bool:
        """A quick first look: whether it may take a step at all, which most may not."""
        identity = self.state.account(account_of(principal) or "").identities.get(principal)
        if identity is None or identity.policy is None:
            return False
        policy = identity.policy
        return (
            principal in self._named
            or any(policy.resources_on(action) for action in MOVING)
            or next(others_of(self.state, principal), None) is not None
        )

    def chains(
        self, principals: Iterable[str], tables: Iterable[TableName], *, longest: int = LONGEST
    ) -> Iterator[Chain]:
        """The shortest chain of each principal to each table of which it could come to read more."""
        listed = tuple(tables)
        for principal in filter(self.may_move, principals):
            for table in listed:
                found = self.chain(principal, table, longest=longest)
                if found is not None:
                    yield found

    def chain(self, principal: str, table: TableName, *, longest: int = LONGEST) -> Chain | None:
        """The shortest chain of one principal to one table; None if there is none."""
        if next(steps_of(self.state, (principal,), table), None) is None:
            return None
        before = Evaluator(self.state).decide(principal, table).cells
        start = _Node(self.state, (principal,), ())
        waiting, seen = deque([start]), {start.key}
        while waiting:
            node = waiting.popleft()
            for taken in steps_of(node.state, node.held, table):
                after = node.after(taken)
                if after.key in seen:
                    continue
                seen.add(after.key)
                found = after.reads(table, before)
                if found is not None:
                    return Chain(principal, table, after.steps, *found)
                if len(after.steps) < longest:
                    waiting.append(after)
        return None


class _Node(NamedTuple):
    """What some steps led to."""

    state: LakeState
    held: tuple[str, ...]
    """Principals that it can act as, the first itself."""
    steps: tuple[Taken, ...]

    @property
    def key(self) -> frozenset[tuple[str, str, str]]:
        """The same for the same steps in another order."""
        return frozenset((each.how, each.actor, each.target) for each in self.steps)

    def after(self, taken: Taken) -> "_Node":
        held = (*self.held, taken.becomes) if taken.becomes and taken.becomes not in self.held else self.held
        return _Node(taken.change(self.state) if taken.change else self.state, held, (*self.steps, taken))

    def reads(self, table: TableName, before: tuple[Cells, ...]) -> tuple[str, tuple[Cells, ...]] | None:
        """Who of them reads more of the table than was read before, and what."""
        evaluator = Evaluator(self.state)
        for principal in self.held:
            gained = beyond(evaluator.decide(principal, table).cells, before)
            if gained:
                return principal, union(gained)
        return None
