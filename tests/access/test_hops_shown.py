"""Every hop that any situation has, with what shows that it holds or not: what `explain` tells.

It is one file in `__snapshots__/test_hops_shown`. After a change of the evaluator look at its difference and,
if that is meant, write it again: `pytest tests/access/test_hops_shown.py --snapshot-update`.
"""

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from meshwright.access.decision import Evidence, Hop, TableName
from meshwright.access.evaluate import decide
from meshwright.access.iam import Statement
from meshwright.access.state import Grant, Link, ShareState
from tests.access.building import G, changed
from tests.access.situations import SITUATIONS
from tests.access.situations_limits import LIMITS


class Text(SingleFileSnapshotExtension):
    """A file of text."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def evidence(shown: Evidence) -> str:
    match shown:
        case Grant(principal, resource, permissions, option, condition):
            names = ", ".join(sorted(f"{each}*" if each in option else each for each in permissions))
            return f"{names} on {resource} to {principal}" + (f" if {condition}" if condition else "")
        case Statement():
            return f"statement {'/'.join(shown.actions)}" + (f" to {'/'.join(shown.principals)}")
        case Link(catalog, database, table):
            return f"link to {catalog} {database} {table}"
        case ShareState() | str():
            return str(shown)


def hop(each: Hop) -> str:
    parts = [f"{each.step}{f' ({each.action})' if each.action else ''} {each.account} {each.subject}:"]
    parts.append(f" {each.fault or 'holds'}")
    parts += [f"\n  {evidence(some)}" for some in each.evidence]
    parts += [f"\n  assumed: {text}" for text in each.assumed]
    return "".join(parts)


def test_hops(snapshot: SnapshotAssertion) -> None:
    """Each hop is shown once, however many situations have it."""
    hops = set()
    for each in (*SITUATIONS, *LIMITS):
        decision = decide(changed(*each.changes), each.who, TableName(G, "d", each.table), each.action)
        hops |= {hop(one) for path in decision.paths for one in path.hops}
    assert len(hops) > 150
    assert "\n".join(sorted(hops)) == snapshot(extension_class=Text)
