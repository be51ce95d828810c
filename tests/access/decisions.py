"""What a state lets every role of a mesh read of every table, in the oracle's form."""

from meshwright.access.decision import Decision
from meshwright.access.evaluate import Evaluator
from meshwright.access.rows import TableOf, tables_of
from meshwright.access.state import LakeState
from meshwright.mesh.model import Mesh
from tests.access.oracle import Readable


def tables(mesh: Mesh) -> tuple[TableOf, ...]:
    """Every table of the mesh."""
    return tuple(table for some in tables_of(mesh).values() for table in some)


def decisions(mesh: Mesh, state: LakeState) -> dict[tuple[str, str], Decision]:
    """By ARN of the role and `domain.product.table`."""
    evaluator = Evaluator(state)
    return {
        (role.arn, table.reference): evaluator.decide(role.arn, table.name)
        for domain in mesh.domains.values()
        for role in domain.roles.values()
        for table in tables(mesh)
    }


def read_by(decided: dict[tuple[str, str], Decision]) -> Readable:
    """The columns, each with its conditions, of those decisions that allow any."""
    return {pair: columns for pair, each in decided.items() if (columns := _columns(each))}


def _columns(decision: Decision) -> dict[str, frozenset[str]]:
    pieces = [(column, piece.rows) for piece in decision.cells for column in piece.columns]
    columns = dict(pieces)
    assert len(columns) == len(pieces), f"a column stands under two conditions: {decision}"
    assert set(columns) == set(decision.columns)
    return columns
