"""What meshwright says of a case."""

from meshwright.access.conditions import ABSENT, Value
from meshwright.access.decision import Fault
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.policies import Use, both_allow
from meshwright.access.state import Identity
from tests.second_opinion.case import ALLOWED, DENIED, IMPLICIT, Case


def agree(case: Case, our: str, other: str) -> bool:
    """Whether both allow it, or neither.

    Of one account the reason is the same too. Across accounts we stop where the thing's policy lets nobody of
    the principal's account in, and don't look for what else denies it.
    """
    return our == other or (case.account != case.owner and (our, other) == (IMPLICIT, DENIED))


ANSWERS = {None: ALLOWED, Fault.DENIED: DENIED, Fault.MISSING: IMPLICIT}


def ours(case: Case) -> tuple[str, tuple[str, ...]]:
    """The answer, and what it rests on that AWS does not document."""
    own = [parse_policy(each) for each in case.identity]
    identity = Identity(
        policy=Policy(tuple(each for some in own for each in some.statements)),
        boundary=parse_policy(case.boundary) if case.boundary else None,
        boundary_name="limits" if case.boundary else "",
        session=parse_policy(case.session) if case.session else None,
    )
    context: dict[str, Value] = {
        key: ABSENT if value is None else tuple(value) if isinstance(value, list) else value
        for key, value in case.context.items()
    }
    of_resource = parse_policy(case.of_resource) if case.of_resource else None
    use = Use(action=case.action, resource=case.resource, owner=case.owner, policy=of_resource)
    found = both_allow(use, case.principal, identity, context)
    assert found.fault in ANSWERS
    return ANSWERS[found.fault], found.assumed
