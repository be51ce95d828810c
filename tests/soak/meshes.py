"""A small mesh in several versions, each with its synthesized stacks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.mesh.model import Mesh, resolve
from meshwright.project import load_files

Files = dict[str, Any]
SOURCE = Path(__file__).parents[1] / "meshes" / "sharing"
DOMAINS = ("orders", "analytics")


@dataclass(frozen=True)
class Stack:
    name: str
    account: str
    template: str
    needs: tuple[str, ...]
    """Names of the stacks that it comes after."""


@dataclass(frozen=True)
class Version:
    mesh: Mesh
    stacks: tuple[Stack, ...]
    """Each after those that it needs."""
    assets: Mapping[str, Path]
    """Folders of functions, by the key of their archive in the bucket for assets."""


def as_it_is(files: Files) -> None:
    """Two domains; one reads a product of the other."""


def narrower(files: Files) -> None:
    """The owner withholds a column and rows."""
    approval = files["domains"]["orders"]["products"]["sales"]["shared_with"][0]
    approval |= {"exclude": ["status"], "where": "country = 'DE'"}


def withdrawn(files: Files) -> None:
    """Nobody is approved any more."""
    del files["domains"]["orders"]["products"]["sales"]["shared_with"]


def adding(files: Files) -> None:
    """Another product and its consumer, another stream, another role."""
    orders, analytics = files["domains"]["orders"], files["domains"]["analytics"]
    table = {"description": "One row a return.", "format": "parquet", "columns": {"order_id": "string"}}
    product = {"description": "Returns.", "classification": "public", "tables": {"returns": table}}
    orders["products"]["returns"] = product
    orders["streams"]["return-events"] = {"description": "One record a return."}
    analytics["roles"]["auditors"] = {"create": True, "access": "read"}
    analytics["consumes"].append(
        {"product": "orders.returns", "purpose": "Audit.", "roles": ["auditors", "analysts"]}
    )


EDITS: tuple[Callable[[Files], None], ...] = (as_it_is, narrower, withdrawn, adding)


def versions(today: Any) -> tuple[Version, ...]:
    """One for each of EDITS."""
    from meshwright.cdk import build
    from tests.cdk.synthesis import synthesize

    loaded = load_files(SOURCE)
    assert loaded.mesh is not None
    assert not loaded.problems
    made = []
    for edit in EDITS:
        files: Files = {
            "mesh": loaded.mesh.model_dump(mode="json", exclude_unset=True),
            "domains": {
                name: loaded.domains[name].model_dump(mode="json", exclude_unset=True) for name in DOMAINS
            },
        }
        consumed = files["domains"]["analytics"]["consumes"]
        files["domains"]["analytics"]["consumes"] = [
            x for x in consumed if x["product"].startswith("orders.")
        ]
        approvals = files["domains"]["orders"]["products"]["sales"]["shared_with"]
        files["domains"]["orders"]["products"]["sales"]["shared_with"] = approvals[:1]
        edit(files)
        mesh = resolve(
            MeshFile.model_validate(files["mesh"]),
            {name: DomainFile.model_validate(each) for name, each in files["domains"].items()},
            environment="dev",
            today=today,
        )
        made.append(_version(mesh, synthesize(lambda app, mesh=mesh: build(app, mesh))))  # type: ignore[misc]
    return tuple(made)


def _version(mesh: Mesh, folder: Path) -> Version:
    manifest = json.loads((folder / "manifest.json").read_text())["artifacts"]
    found = {name: each for name, each in manifest.items() if each["type"] == "aws:cloudformation:stack"}
    stacks = {
        name: Stack(
            name,
            each["environment"].split("/")[2],
            (folder / each["properties"]["templateFile"]).read_text(),
            tuple(need for need in each.get("dependencies", ()) if need in found),
        )
        for name, each in found.items()
    }
    assets = {}
    for file in folder.glob("*.assets.json"):
        for each in json.loads(file.read_text())["files"].values():
            if each["source"]["packaging"] == "zip":
                (destination,) = each["destinations"].values()
                assets[destination["objectKey"]] = folder / each["source"]["path"]
    return Version(mesh, tuple(_in_order(stacks)), assets)


def _in_order(stacks: dict[str, Stack]) -> list[Stack]:
    done: dict[str, Stack] = {}
    while len(done) < len(stacks):
        done |= {
            name: stack
            for name, stack in stacks.items()
            if name not in done and set(stack.needs) <= set(done)
        }
    return list(done.values())
