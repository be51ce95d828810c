"""One line turns each part of the data plane on or off, and `plan` says what that does."""

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.commands.test_plan import (  # noqa: F401 (fixtures)
    Change,
    Edit,
    Text,
    committed,
    git,
    make,
    mesh,
    payments,
    repository,
    root,
    run,
    tells_as_much,
)


def line(text: str) -> Edit:
    """A line at the top of the keys of payments."""
    return payments("streams:\n", f"{text}\nstreams:\n")


PARTS = (
    Change("a stream lands", (payments('answered."}', 'answered.", lands_in: ledger.entries}'),), 1),
    Change("spark", (line("compute: {spark: {}}"),), 1),
    Change("sql", (line("compute: {sql: {}}"),), 0),
    Change(
        "a pipeline",
        (
            line(
                "pipelines: {daily: {description: Books charges., schedule: rate(1 day), "
                "steps: {orders: {wait_for: orders.sales}}, refreshes: [ledger]}}"
            ),
        ),
        1,
    ),
    Change(
        "quality",
        (
            payments(
                "        columns:\n", "        quality: {rules: [not_null: entry_id]}\n        columns:\n"
            ),
        ),
        1,
    ),
    Change(
        "completeness",
        (payments("    tables:\n", "    slo: {completeness: 99%}\n    tables:\n"),),
        1,
    ),
    Change("storage", (payments("    tables:\n", "    storage: archive\n    tables:\n"),), 0),
    Change("budget", (line("budget: {monthly_usd: 500}"),), 0),
    Change("monitoring", (line("monitoring: {}"),), 0),
    Change("the mesh's dashboard", (mesh("cross_account", "monitoring: {}\ncross_account"),), 0),
    Change("the audit trail", (mesh("cross_account", "audit_trail: {}\ncross_account"),), 0),
)
IDS = [each.name for each in PARTS]


@pytest.mark.parametrize("part", PARTS, ids=IDS)
def test_on(
    part: Change,
    root: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    snapshot: SnapshotAssertion,
) -> None:
    make(root, part.edits)
    code, out, err = run(root, (), capsys)
    assert (code, err) == (part.code, "")
    assert out == snapshot(extension_class=Text)


@pytest.mark.parametrize("part", PARTS, ids=IDS)
def test_off_takes_back_what_on_made(
    part: Change,
    repository: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(repository, part.edits)
    on = effects(repository, capsys)
    git(repository, "commit", "--quiet", "--all", "--message", "On")
    make(repository, tuple(Edit(each.file, each.new, each.old) for each in part.edits))
    off = effects(repository, capsys)
    assert on
    back = {"added": {"removed", "kept", "left"}, "changed": {"changed"}}
    assert off.keys() == on.keys()
    assert [name for name, effect in on.items() if off[name] not in back[effect]] == []


@pytest.mark.parametrize("part", PARTS, ids=IDS)
def test_reading_only_what_the_change_concerns_tells_as_much(part: Change, root: Path) -> None:  # noqa: F811
    make(root, part.edits)
    tells_as_much(root)


def effects(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str, str], str]:  # noqa: F811
    """What becomes of each resource, by its stack, type and name."""
    _, out, _ = run(root, ("--format", "json", "--environment", "dev"), capsys)
    found: dict[str, Any] = json.loads(out)
    return {
        (stack["stack"], each["type"], each["name"]): each["effect"]
        for environment in found["environments"]
        for stack in environment["stacks"]
        for each in stack["resources"]
    }
