"""The inventory of stacks and resources: what each kind of edit changes, and what becomes of it."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from meshwright.mesh.inventory import inventory
from meshwright.mesh.resource_changes import Effect, PropertyChange, ResourceChange, resource_changes
from tests.cdk.synthesis import mesh_of, raw_files
from tests.cdk.test_edits import EDITS, Files


@pytest.fixture(scope="module")
def files() -> Files:
    return raw_files()


@pytest.mark.parametrize(("edit", "changed"), EDITS, ids=[edit.__name__ for edit, _ in EDITS])
def test_the_stacks_that_change_are_those_whose_templates_do(
    files: Files, edit: Callable[[Files], None], changed: str
) -> None:
    """tests/cdk/test_edits.py holds the same table against the templates."""
    edited = deepcopy(files)
    edit(edited)
    found = resource_changes(inventory(mesh_of(files)), inventory(mesh_of(edited)))
    assert [stack.name for stack in found] == sorted(f"acme-{name}" for name in changed.split())


def changes_of(files: Files, edit: Callable[[Files], None]) -> dict[str, tuple[Effect, list[ResourceChange]]]:
    """By stack and account: what becomes of it and of its resources."""
    edited = deepcopy(files)
    edit(edited)
    found = resource_changes(inventory(mesh_of(files)), inventory(mesh_of(edited)))
    return {f"{each.name} {each.account}": (each.effect, list(each.resources)) for each in found}


def test_a_stream_is_kept_when_it_leaves_and_its_writers_lose_it(files: Files) -> None:
    def edit(edited: Files) -> None:
        del edited["domains"]["orders"]["streams"]["clicks"]

    files = deepcopy(files)  # a stream that nothing else is made of
    files["domains"]["orders"]["streams"]["clicks"] = {"description": "One record per click."}
    role = PropertyChange("uses stream acme-orders-clicks", "", None)
    found = changes_of(files, edit)
    assert found["acme-orders-foundation 222222222221"] == (
        Effect.CHANGED,
        [
            ResourceChange(Effect.CHANGED, "AWS::IAM::Role", "acme-orders-engineers", properties=(role,)),
            ResourceChange(Effect.KEPT, "AWS::Kinesis::Stream", "acme-orders-clicks"),
        ],
    )
    # The domain is watched: alarms and graphs of the stream go.
    assert sorted(found) == ["acme-orders-foundation 222222222221", "acme-orders-workloads 222222222221"]


def test_a_role_of_another_name_replaces_the_one_before(files: Files) -> None:
    def edit(edited: Files) -> None:
        edited["domains"]["analytics"]["roles"]["scientists"]["name"] = "DataScientist"

    effect, resources = changes_of(files, edit)["acme-analytics-foundation 555555555551"]
    assert (effect, resources) == (
        Effect.CHANGED,
        [ResourceChange(Effect.REPLACED, "AWS::IAM::Role", "DataScientist", "AnalyticsScientist")],
    )


def test_a_domain_that_leaves_takes_nothing_with_it(files: Files) -> None:
    def edit(edited: Files) -> None:
        del edited["domains"]["payments"]

    found = changes_of(files, edit)
    effects = {name: effect for name, (effect, _) in found.items()}
    assert effects == {
        "acme-orders-foundation 222222222221": Effect.CHANGED,  # its stream is no longer shared
        "acme-orders-share 111111111111": Effect.CHANGED,
        "acme-orders-workloads 222222222221": Effect.CHANGED,  # it watched how far payments is behind
        "acme-payments-access 444444444441": Effect.LEFT,
        "acme-payments-foundation 444444444441": Effect.LEFT,
        "acme-payments-share 111111111111": Effect.LEFT,
        "acme-payments-workloads 444444444441": Effect.LEFT,
    }
    left = [each for name, (effect, some) in found.items() if effect is Effect.LEFT for each in some]
    assert {each.effect for each in left} == {Effect.LEFT}


def test_another_account_has_new_stacks_and_keeps_the_old_ones(files: Files) -> None:
    def edit(edited: Files) -> None:
        edited["domains"]["payments"]["accounts"]["dev"] = "444444444449"

    effects = {name: effect for name, (effect, _) in changes_of(files, edit).items()}
    assert effects == {
        "acme-orders-foundation 222222222221": Effect.CHANGED,
        "acme-orders-share 111111111111": Effect.CHANGED,
        "acme-payments-access 444444444441": Effect.LEFT,
        "acme-payments-access 444444444449": Effect.ADDED,
        "acme-payments-foundation 444444444441": Effect.LEFT,
        "acme-payments-foundation 444444444449": Effect.ADDED,
        "acme-payments-share 111111111111": Effect.CHANGED,
        "acme-payments-workloads 444444444441": Effect.LEFT,
        "acme-payments-workloads 444444444449": Effect.ADDED,
    }


def test_of_a_domain_known_in_part_no_stack_is_new_or_left(files: Files) -> None:
    edited = deepcopy(files)
    edited["domains"]["analytics"]["consumes"] = []
    before, after = inventory(mesh_of(files)), inventory(mesh_of(edited))
    gone = ("555555555551", "eu-west-1", "acme-analytics-access")
    assert gone in before.keys() - after.keys()
    found = {
        each.name: each.effect for each in resource_changes(before, after, partial=frozenset({"analytics"}))
    }
    assert found["acme-analytics-access"] is Effect.CHANGED


def test_nothing(files: Files) -> None:
    assert resource_changes(inventory(mesh_of(files)), inventory(mesh_of(files))) == ()
