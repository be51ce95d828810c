"""What brings back a resource of a stack that was deleted by hand.

CloudFormation compares templates, not what exists: deploying an unchanged one does nothing
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html). So such a
resource is made by hand, or its stack destroyed and deployed again where no data hangs on it. Where the stack
itself is gone a deployment makes everything of it, and fails at what exists already.
"""

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.leftovers import STACKS_NEED
from meshwright.access.findings import Finding, Severity
from meshwright.mesh.model import Mesh

UNBORN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS")
"""A stack whose first deployment failed, or never ran, holds nothing; cdk replaces it."""
NO_DEPLOYMENT = "a deployment does not, as long as the template is the same"


def gone(comparison: Comparison, account: str, stack: str) -> bool:
    """Whether it is known that there is no such stack in the account."""
    stacks = comparison.extras.stacks.get(account)
    if stacks is None or not comparison.read(account, *STACKS_NEED):
        return False
    return stacks.get(stack, UNBORN[0]) in UNBORN


def nothing_deployed(comparison: Comparison) -> bool:
    """Whether it is known of every account that it has no stack of the mesh."""
    return all(
        comparison.read(account, *STACKS_NEED)
        and account in comparison.extras.stacks
        and not comparison.extras.stacks[account]
        for account in comparison.declared.accounts
    )


def not_deployed(mesh: Mesh) -> Finding:
    """Instead of everything that would be missing, and of what nobody may read before it is deployed."""
    return Finding(
        code="not-deployed",
        severity=Severity.HIGH,
        account=mesh.governance_account,
        subject=mesh.environment,
        what=f"nothing of the mesh is deployed in {mesh.environment}",
        remedy=f"deploy it: `cdk deploy --all -c environment={mesh.environment}`",
    )


def foundation(comparison: Comparison, account: str) -> str:
    """The stack that made the account's roles, and its buckets, key and streams if it has any."""
    names = comparison.mesh.names
    if account == comparison.catalog:
        return names.governance_stack
    return names.stack(comparison.domain_of_account[account].name, "foundation")


def share(comparison: Comparison, database: str) -> str:
    """The stack that made a product's database, and all that is granted on it."""
    return comparison.mesh.names.stack(comparison.domain_of_database[database][0], "share")


def by_hand(what: str, stack: str) -> str:
    """The remedy for what cannot be made by a call that is known here, from the stack's template."""
    return f"{what}, as the template of {stack} describes it (`cdk synth {stack}`): {NO_DEPLOYMENT}"
