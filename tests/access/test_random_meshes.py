"""For random meshes: what is compiled from the files gives what the two keys say, and every hop counts."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meshwright.access.compiled import compile_state
from meshwright.access.decision import Step
from meshwright.access.rows import Access, access_rows
from meshwright.access.state import LakeState
from meshwright.access.subjects import Column, Role
from meshwright.checks.registry import CHECKS
from meshwright.commands.explain import Question, explained
from meshwright.commands.explain_text import as_json
from tests.access.decisions import decisions, read_by, tables
from tests.access.meshes import TODAY, Drawn, meshes
from tests.access.oracle import Readable, readable
from tests.access.removals import Reading
from tests.depth import examples

pytestmark = pytest.mark.slow

REGIONS = ("eu-west-1", "cn-north-1")
NOT_REMOVED = {Step.DATA_LOCATION, Step.STORAGE}
"""No role of a mesh reads a table by these."""


def expected(drawn: Drawn) -> Readable:
    return readable(drawn.mesh, drawn.domains, "dev", TODAY)


@examples(16)
@given(meshes(regions=REGIONS))
def test_what_is_compiled_is_what_the_two_keys_say(drawn: Drawn) -> None:
    assert [finding for check in CHECKS for finding in check(drawn.files)] == []
    mesh, wanted = drawn.resolved, expected(drawn)
    state = compile_state(mesh)
    assert read_by(decisions(mesh, state)) == wanted
    rows = list(access_rows(mesh, state))
    assert {(row.principal, row.table.reference): _columns(row) for row in rows} == wanted
    assert len(rows) == sum(
        (role.arn, table.reference) in wanted
        for domain in mesh.domains.values()
        for role in domain.roles.values()
        for table in tables(mesh)
    )


def _columns(row: Access) -> dict[str, frozenset[str]]:
    return {column: piece.rows for piece in row.cells for column in piece.columns}


@examples(7)
@given(meshes(regions=REGIONS), st.data())
def test_whatever_is_removed_exactly_what_rests_on_it_is_refused(drawn: Drawn, data: st.DataObject) -> None:
    mesh, wanted = drawn.resolved, expected(drawn)
    assume(wanted)
    by_reference = {table.reference: table for table in tables(mesh)}
    pair = data.draw(st.sampled_from(sorted(wanted)))
    reader = next(
        Role(domain, role)
        for domain in mesh.domains.values()
        for role in domain.roles.values()
        if role.arn == pair[0]
    )
    reading = Reading(mesh, compile_state(mesh), reader.domain, pair[0], by_reference[pair[1]])
    removals = list(reading.removals())
    assert {each.step for each in removals} == set(Step) - NOT_REMOVED
    for removal in removals:
        lost = {(arn, name) for arn, name in wanted if removal.concerns(arn, by_reference[name])}
        decided = decisions(mesh, removal.state)
        left = {each: columns for each, columns in wanted.items() if each not in lost}
        assert read_by(decided) == left, removal.name
        broken = [decided[each].paths[0].broken for each in lost]
        assert {hop and hop.step for hop in broken} == {removal.step}, removal.name
        assert pair in lost
        asked = Question(drawn.files, mesh, reader, Column(reading.table, None), TODAY)
        assert _named(asked, removal.state) == removal.step.value


def _named(asked: Question, state: LakeState) -> str:
    """The step of the first broken hop that `explain` shows."""
    answer = json.loads(as_json(explained(asked, state), None))
    assert not answer["allowed"]
    return next(str(hop["step"]) for hop in answer["hops"] if not hop["holds"])
