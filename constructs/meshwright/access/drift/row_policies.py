"""Row-level policies on tables of the mesh, which attaches none: they keep rows from readers."""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, on_account
from meshwright.access.drift.opened import tables_meant
from meshwright.access.drift.wording import in_words
from meshwright.access.findings import Severity
from meshwright.access.further_state import RowPolicy
from meshwright.access.state import AccountState

NEEDS = ("lakeformation:ListRLSPolicyAttachments", "lakeformation:ListRLSPolicies")


def row_policies(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Those of one account's catalog."""
    for policy in comparison.live.account(account).row_policies:
        tables = tables_meant(comparison, policy.resource)
        if account == comparison.catalog and tables:
            yield _deviation(comparison, account, policy)


def _deviation(comparison: Comparison, account: str, policy: RowPolicy) -> Deviation:
    def change(state: AccountState) -> AccountState:
        return replace(state, row_policies=(*state.row_policies, policy))

    tables = tables_meant(comparison, policy.resource)
    whom = "everybody" if policy.default else comparison.who(policy.principal)
    return Deviation(
        code="row-policy-unexpected",
        account=account,
        subject=f"{policy.resource} to {policy.principal}",
        what=f"a row-level policy shows {whom} of {in_words(comparison, policy.resource)} only rows of "
        f"`{policy.rows}`, and no file says so",
        floor=Severity.MEDIUM,
        phase=Phase.REMOVALS,
        remedy="detach it",
        change=on_account(account, change),
        readers=comparison.readers_of(tables),
        tables=tables,
    )
