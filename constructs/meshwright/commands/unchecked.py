"""What an answer rests on that was not looked at, in words that need no AWS."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from meshwright.access.decision import Hop, Step
from meshwright.access.principals import account_of
from meshwright.access.state import LakeState
from meshwright.commands.hop_text import holder
from meshwright.mesh.model import Mesh

OF_ROLE: Final = frozenset({Step.PRINCIPAL, Step.IAM, Step.STORAGE})
OF_FILES: Final = frozenset({Step.LOCATION, Step.REGISTRATION_ROLE, Step.BUCKET, Step.KEY})

NOT_DOCUMENTED: Final = "how it behaves where that is not documented (`--hops` names it)"


class Unchecked(NamedTuple):
    """One thing, and whether asking the accounts tells it."""

    what: str
    by_live: bool


def unchecked(
    mesh: Mesh, state: LakeState, hops: Iterable[Hop], principal: str, *, rests: bool
) -> tuple[Unchecked, ...]:
    """What of these hops was taken for granted, and what the accounts did not show.

    `rests` says whether the decision depends on what was taken for granted.
    """
    found = list(_of_hops(state, hops, principal)) if rests else []
    accounts = dict.fromkeys(holder(mesh, each.account) for each in state.unread)
    found += [Unchecked(f"what the account of {name} did not show", False) for name in accounts]
    return tuple(dict.fromkeys(found))


def _of_hops(state: LakeState, hops: Iterable[Hop], principal: str) -> Iterator[Unchecked]:
    listed = tuple(hops)
    unsure = [hop for hop in listed if hop.assumed]
    registration = next((hop.subject for hop in listed if hop.step is Step.REGISTRATION_ROLE), "")
    for hop in unsure:
        if hop.step in OF_ROLE:
            yield from _of_role(state, principal, "the role")
        elif hop.step in OF_FILES:
            yield from _of_role(state, registration, "the role with which the catalog reads files")
        else:
            yield Unchecked(NOT_DOCUMENTED, False)
    if not unsure:
        yield Unchecked(NOT_DOCUMENTED, False)


def _of_role(state: LakeState, arn: str, named: str) -> Iterator[Unchecked]:
    """Its policies and boundary where these are not known; else what they make depend on something else."""
    identity = state.account(account_of(arn) or "").identities.get(arn)
    known = identity is not None and identity.policy is not None
    limited = identity is not None and bool(identity.boundary_name) and identity.boundary is None
    if not known:
        yield Unchecked(f"the policies of {named}", True)
    if limited and identity is not None:
        yield Unchecked(f"the boundary {identity.boundary_name}", True)
    if known and not limited:
        yield Unchecked("conditions of policies on what is not known here", False)
