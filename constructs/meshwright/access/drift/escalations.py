"""Who could come to read what by steps that the files do not lead to.

The declared state is taken with the roles that it only names as they are in the accounts, so that what is
found comes of what differs.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase
from meshwright.access.escalation import Chain, Escalation
from meshwright.access.escalation_steps import How
from meshwright.access.findings import Severity
from meshwright.access.principals import account_of
from meshwright.access.state import LakeState

NEEDS = ("iam:GetRole",)
LONGEST = 3
MOST = 20
"""Of principals that may take steps, in one audit; `escalation --live` looks at all of them."""


def escalations(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Of the principals of one account."""
    live = Escalation(comparison.live)
    moving = [
        arn
        for arn in comparison.live.account(account).identities
        if arn not in comparison.platform and live.may_move(arn)
    ]
    if not moving:
        return
    declared = Escalation(_with_live_identities(comparison))
    tables = [name for names in comparison.tables_in.values() for name in names]
    for principal in moving[:MOST]:
        found = [
            chain
            for chain in live.chains([principal], tables, longest=LONGEST)
            if not _is_said(comparison, chain)
            and declared.chain(principal, chain.table, longest=LONGEST) is None
        ]
        if found:
            yield _deviation(comparison, account, principal, found)


def _is_said(comparison: Comparison, chain: Chain) -> bool:
    """Whether all it says is that a role whose trust policy changed may be assumed: a finding of its own."""
    first = chain.steps[0]
    number = account_of(first.target) or ""
    was, now = (each.identities.get(first.target) for each in comparison.both(number))
    if len(chain.steps) > 1 or first.how is not How.ASSUME or was is None or now is None:
        return False
    return was.policy is not None and was.trust != now.trust


def _deviation(comparison: Comparison, account: str, principal: str, found: list[Chain]) -> Deviation:
    chain = min(found, key=lambda each: len(each.steps))
    others = len(found) - 1
    more = f" and {others} more {'table' if others == 1 else 'tables'}" if others else ""
    steps = ", then ".join(f"{comparison.who(each.actor)}: {each.how} {each.target}" for each in chain.steps)
    return Deviation(
        code="escalation-possible",
        account=account,
        subject=principal,
        what=f"{comparison.who(principal)} could come to read {chain.table}{more}: {steps}",
        floor=Severity.HIGH,
        phase=Phase.REMOVALS,
        remedy="take away what lets it take the first of these steps; "
        f"`meshwright escalation --live {principal}` lists them",
    )


def _with_live_identities(comparison: Comparison) -> LakeState:
    accounts = {}
    for number, account in comparison.declared.accounts.items():
        live = comparison.live.account(number).identities
        known = {arn: each for arn, each in account.identities.items() if each.policy is not None}
        accounts[number] = replace(account, identities={**live, **known})
    return replace(comparison.declared, accounts=accounts)
