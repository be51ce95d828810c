"""The order of steps, and the state machine that runs them in it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshwright.mesh.parts.state_machine import State, definition, text
from meshwright.mesh.parts.step_order import Order, Series, Together, order_of, shown_order
from tests.depth import examples

ORDERS: tuple[tuple[dict[str, list[str]], str], ...] = (
    ({"a": []}, "a"),
    ({"b": ["a"], "a": []}, "a, then b"),
    ({"a": [], "b": []}, "a beside b"),
    # The example mesh's.
    ({"correct": [], "lines": ["correct"], "check": ["correct"]}, "correct, then (lines beside check)"),
    # A diamond, with one branch of two steps: each goes on without waiting for the other's.
    (
        {"a": [], "b": ["a"], "c": ["a"], "d": ["b"], "e": ["c", "d"]},
        "a, then ((b, then d) beside c), then e",
    ),
    # `after` names what follows from the rest.
    ({"a": [], "b": ["a"], "c": ["a", "b"]}, "a, then b, then c"),
    # Two pipelines in one.
    ({"a": [], "x": [], "b": ["a"], "y": ["x"]}, "(a, then b) beside (x, then y)"),
    # Both of a level before both of the next is exact here.
    ({"a": [], "b": [], "c": ["a", "b"], "d": ["a", "b"]}, "(a beside b), then (c beside d)"),
    # Neither can this: e or d, one of them waits for what the other needs.
    (
        {"e": ["a", "b"], "a": [], "d": ["b", "c"], "b": [], "c": []},
        "(a beside b), then (e beside (c, then d))",
    ),
    # Can't be taken apart: c after a; d after a and b. One pair more has to wait, here b for a.
    ({"a": [], "b": [], "c": ["a"], "d": ["a", "b"]}, "a, then ((b, then d) beside c)"),
)


@pytest.mark.parametrize(("after", "expected"), ORDERS)
def test_the_order_of_steps(after: dict[str, list[str]], expected: str) -> None:
    assert shown_order(order_of(after)) == expected


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Steps without a cycle, each after some of those before it, in any order of the file."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 12)))]
    after = {
        name: draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else []
        for at, name in enumerate(names)
    }
    return {name: after[name] for name in draw(st.permutations(names))}


def with_ancestors(after: Mapping[str, list[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}

    def of(step: str) -> set[str]:
        if step not in found:
            found[step] = {each for other in after[step] for each in (other, *of(other))}
        return found[step]

    return {step: of(step) for step in after}


class Run:
    """Runs a machine of tasks and parallel states; each task takes as long as `lasts` says."""

    def __init__(self, lasts: Mapping[str, int]) -> None:
        self.lasts = lasts
        self.times: list[tuple[str, int, int]] = []

    def machine(self, machine: Mapping[str, Any], now: int) -> int:
        """Returns when it is over."""
        name: str | None = machine["StartAt"]
        while name is not None:
            state = machine["States"][name]
            if state["Type"] == "Parallel":
                now = max(self.machine(branch, now) for branch in state["Branches"])
            else:
                self.times.append((name, now, now + self.lasts[name]))
                now += self.lasts[name]
            assert ("Next" in state) != ("End" in state)
            name = state.get("Next")
        return now


def machine_of(after: Mapping[str, list[str]]) -> dict[str, Any]:
    states: dict[str, State] = {step: {"Type": "Task", "Resource": "r"} for step in after}
    return definition(comment="", order=order_of(after), states=states, finish=[], timeout_seconds=60)


CUT: dict[str, list[str]] = {
    "s5": ["s0", "s2", "s4"],
    "s1": [],
    "s10": ["s4"],
    "s3": [],
    "s4": ["s0", "s1"],
    "s0": [],
    "s9": ["s0", "s1", "s2", "s3", "s4", "s5"],
    "s2": [],
}
"""Its first part begins, in the order of the file, with a step that others come before."""


@examples(20)
@given(graphs(), st.data())
def test_every_step_runs_once_and_after_all_that_it_waits_for(
    after: dict[str, list[str]], data: st.DataObject
) -> None:
    run = Run({step: data.draw(st.integers(1, 9)) for step in after})
    run.machine(machine_of(after), 0)
    assert sorted(name for name, _, _ in run.times) == sorted(after)
    ends = {name: end for name, _, end in run.times}
    for name, start, _ in run.times:
        assert all(ends[other] <= start for other in after[name])


Term = st.recursive(
    st.just("step"),
    lambda inner: st.builds(
        lambda kind, parts: (kind, parts), st.sampled_from("st"), st.lists(inner, min_size=2, max_size=3)
    ),
    max_leaves=9,
)


def named(term: Any, names: list[str]) -> Order:
    if term == "step":
        names.append(f"s{len(names)}")
        return names[-1]
    kind, parts = term
    inner = tuple(named(part, names) for part in parts)
    return Series(inner) if kind == "s" else Together(inner)


def waits_of(order: Order) -> dict[str, set[str]]:
    """For each step all that it waits for in this order."""
    if isinstance(order, str):
        return {order: set()}
    found: dict[str, set[str]] = {}
    for part in order.parts:
        before = set(found) if isinstance(order, Series) else set()
        found |= {step: waits | before for step, waits in waits_of(part).items()}
    return found


@examples(20)
@given(Term, st.randoms(use_true_random=False))
def test_what_can_be_taken_apart_makes_no_step_wait_for_more(term: Any, random: Any) -> None:
    names: list[str] = []
    wanted = waits_of(named(term, names))
    random.shuffle(names)
    assert waits_of(order_of({name: sorted(wanted[name]) for name in names})) == wanted


@examples(20)
@given(graphs())
@example(CUT)
def test_no_step_waits_for_less(after: dict[str, list[str]]) -> None:
    waits = waits_of(order_of(after))
    assert waits.keys() == after.keys()
    assert all(waits[step] >= others for step, others in with_ancestors(after).items())


def test_nothing_of_a_user_is_taken_for_a_substitution() -> None:
    states: dict[str, State] = {
        "a": {"Type": "Task", "Parameters": {"QueryString": 'SELECT \'${Queue0}\', "ApplicationId":"${x}"'}},
        "b": {
            "Type": "Task",
            "Parameters": {"ApplicationId": "${SparkApplication}", "Arguments": ["${Queue0}"]},
        },
    }
    made = definition(
        comment="Costs ${5}", order=Series(("a", "b")), states=states, finish=[], timeout_seconds=60
    )
    written = text(made)
    assert written.count("${") == 1
    assert '"ApplicationId":"${SparkApplication}"' in written
    assert json.loads(written) == made
