"""What is decided in each situation that AWS documents, or of which it is assumed."""

from collections import Counter

import pytest

from meshwright.access.cells import rows_text
from meshwright.access.decision import Decision, Fault, Step, TableName, Way
from meshwright.access.evaluate import decide
from tests.access.building import G, changed
from tests.access.situation import Situation
from tests.access.situations import SITUATIONS


def rows_of(decision: Decision) -> dict[str, tuple[str, ...]]:
    """The conditions of each column that is not shown in all rows."""
    found: dict[str, tuple[str, ...]] = {}
    for column in decision.columns:
        texts = [rows_text(piece.rows) for piece in decision.cells if column in piece.columns]
        if None not in texts:
            found[column] = tuple(sorted(text for text in texts if text))
    return found


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_what_is_decided_in(situation: Situation) -> None:
    state = changed(*situation.changes)

    decision = decide(state, situation.who, TableName(G, "d", situation.table), situation.action)

    broken = None if decision.allowed else decision.paths[0].broken
    assert {
        "allowed": decision.allowed,
        "columns": decision.columns,
        "rows": rows_of(decision),
        "way": decision.paths[0].way if decision.allowed else None,
        "broken": broken.step if broken else None,
        "fault": broken.fault if broken else None,
        "assumed": decision.assumed,
    } == {
        "allowed": bool(situation.columns),
        "columns": situation.columns,
        "rows": dict(situation.rows),
        "way": situation.way,
        "broken": situation.broken,
        "fault": situation.fault,
        "assumed": (situation.assumed,) if isinstance(situation.assumed, str) else situation.assumed,
    }


def test_the_situations_cover_every_step_fault_and_way_with_their_sources() -> None:
    names = Counter(each.name for each in SITUATIONS)
    assert len(SITUATIONS) >= 450
    assert [name for name, count in names.items() if count > 1] == []
    assert [
        each.page
        for each in SITUATIONS
        if not each.page.startswith("https://docs.aws.amazon.com/") or not each.page.endswith(".html")
    ] == []
    assert {each.broken for each in SITUATIONS} - {None} == set(Step)
    assert {each.fault for each in SITUATIONS} - {None} == set(Fault)
    assert {each.way for each in SITUATIONS} - {None} == set(Way)
