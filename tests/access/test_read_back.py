"""For random meshes: what the provider applied, read back from the accounts, is what the two keys say."""

from collections.abc import Callable
from typing import Any

from hypothesis import Phase, given, settings

from meshwright.aws.live import read_state
from meshwright.aws.sessions import account_numbers
from meshwright.mesh.model import Mesh
from meshwright.mesh.subscriptions import Status
from tests.access.decisions import decisions, read_by, tables
from tests.access.deployed import Deployment
from tests.access.meshes import TODAY, Drawn, meshes
from tests.access.oracle import readable
from tests.depth import examples
from tests.embedded import Aws


def _agreed(drawn: Drawn) -> int:
    return sum(each.status is Status.AGREED for each in drawn.resolved.subscriptions)


@settings(examples(1), phases=[Phase.explicit, Phase.reuse, Phase.generate])  # to shrink takes minutes
@given(meshes(most=3).filter(lambda drawn: _agreed(drawn) > 1))
def test_what_is_read_back_is_what_the_two_keys_say(
    aws: Aws, account: Callable[[], str], drawn: Drawn
) -> None:
    moved = drawn.in_accounts(account)
    mesh = moved.resolved
    deployment = Deployment(aws, mesh)
    deployment.deploy()
    readers = {each: deployment.entered(mesh.names.lookup_role_arn(each)) for each in account_numbers(mesh)}
    state = read_state(mesh, readers)
    wanted = readable(moved.mesh, moved.domains, "dev", TODAY)
    assert state.unread == ()
    assert read_by(decisions(mesh, state)) == wanted
    assert _shown_by_glue(deployment, mesh) == {pair: set(columns) for pair, columns in wanted.items()}


def _shown_by_glue(deployment: Deployment, mesh: Mesh) -> dict[tuple[str, str], set[str]]:
    """What each role gets when it looks through the links of its account: tables and columns."""
    references = {(each.name.database, each.name.table): each.reference for each in tables(mesh)}
    found = {}
    for domain in mesh.domains.values():
        for role in domain.roles.values():
            glue = deployment.entered(role.arn).client("glue")
            for database in {database for database, _ in references}:
                for table in _tables_seen(glue, database):
                    columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
                    reference = references[database, table["Name"]]
                    found[role.arn, reference] = {each["Name"] for each in columns}
    return found


def _tables_seen(glue: Any, database: str) -> list[Any]:
    try:
        return list(glue.get_tables(DatabaseName=database)["TableList"])
    except (glue.exceptions.AccessDeniedException, glue.exceptions.EntityNotFoundException):
        return []
