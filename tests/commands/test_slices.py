"""What `plan` tells from the files that a change concerns is what it would tell from the whole mesh.

The mesh is the example, and two domains that have to do with others of it only in part: `shipping`, without
products, reads and hears of orders and of `stock`; `stock` knows shipping alone.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshwright import comparison
from meshwright.commands.plan_model import EnvironmentPlan, plan_of
from meshwright.comparison import Comparison, compare, refusals
from meshwright.config.trees import WorkingTree
from meshwright.mesh.resource_changes import PropertyChange
from tests.commands.test_plan import unordered

pytestmark = pytest.mark.slow  # test_plan.py has the same for a smaller mesh
EXAMPLE = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
Data = dict[str, Any]
Files = dict[str, Data]
"""By name: `mesh`, and the domains."""
Change = Callable[[Files], None]

SHIPPING = """\
domain: shipping
description: Parcels and where they are.
owner: {team: parcel-tracking, email: parcel-tracking@acme.example}
accounts: {dev: "666666666661", prod: "666666666662"}
roles: {analysts: {create: true}}
consumes:
  - {product: orders.sales, purpose: What to pack., roles: [analysts, pipelines]}
  - {product: stock.levels, purpose: Where it lies., roles: [analysts, pipelines]}
  - {stream: orders.order-events, purpose: Know at once., roles: [analysts]}
compute: {sql: {}}
pipelines:
  packing:
    description: What to pack.
    triggered_by: [orders.sales, stock.levels]
    steps: {list: {sql: "SELECT 1"}}
"""
STOCK = """\
domain: stock
description: What lies where.
owner: {team: warehouse, email: warehouse@acme.example}
accounts: {dev: "777777777771", prod: "777777777772"}
products:
  levels:
    description: Articles and how many there are.
    classification: internal
    tables:
      levels: {description: One row per article., format: iceberg, columns: {sku: string, pieces: int}}
    shared_with: [{domain: shipping}]
compute: {sql: {}}
pipelines:
  count: {description: Counts., steps: {count: {sql: "SELECT 1"}}, refreshes: [levels]}
"""


def example() -> Files:
    """The example mesh as it is."""
    paths = [EXAMPLE / "mesh.yaml", *sorted((EXAMPLE / "domains").glob("*.yaml"))]
    return {path.stem: yaml.safe_load(path.read_text()) for path in paths}


def wider() -> Files:
    """With the two; and analytics, too, reads order-events, by shared throughput as shipping does."""
    found = example() | {"shipping": yaml.safe_load(SHIPPING), "stock": yaml.safe_load(STOCK)}
    for name, pipeline, step in (("orders", "nightly", "lines"), ("customers", "hourly", "profiles")):
        spec = found[name]["pipelines"][pipeline]["steps"][step]
        spec["sql"] = " ".join(spec["sql"].split())  # in one line, for files with escapes are always read
    orders = found["orders"]
    orders["streams"]["order-events"]["shared_with"] += [{"domain": "analytics"}, {"domain": "shipping"}]
    orders["products"]["sales"]["shared_with"].append({"domain": "shipping"})
    events = {"stream": "orders.order-events", "purpose": "See them come in.", "roles": ["analysts"]}
    found["analytics"]["consumes"].append(events)
    found["analytics"]["pipelines"]["revenue"]["triggered_by"] = ["orders.sales", "customers.profiles"]
    return found


MESH = wider()


def write(root: Path, mesh: Files) -> Path:
    (root / "domains").mkdir(parents=True)
    for name, data in mesh.items():
        path = root / ("mesh.yaml" if name == "mesh" else f"domains/{name}.yaml")
        path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper))
    return root


def compared(
    before: Files, after: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Comparison, Comparison]:
    """From what the change concerns, and from everything."""
    base, root = write(tmp_path / "before", before), write(tmp_path / "after", after)
    monkeypatch.setattr(comparison, "at_merge_base", lambda root, ref: WorkingTree(base))
    whole = compare(root, base="main", today=TODAY, whole=True)
    part = compare(root, base="main", today=TODAY, reuse=whole.after.files)
    return part, replace(whole, changed=None)


def resources(found: EnvironmentPlan) -> list[tuple[str, str, str]]:
    """What becomes of each resource, by stack and type."""
    return [(stack.name, each.type, each.effect.value) for stack in found.stacks for each in stack.resources]


def told(part: Comparison, whole: Comparison, *, environment: str = "dev") -> EnvironmentPlan:
    """What is told from the part that was read; the same as from the whole."""
    assert refusals(part, environments=[environment]) == refusals(whole, environments=[environment])
    (one,), (other,) = (
        plan_of(each, environments=[environment], refused=()).environments for each in (part, whole)
    )
    assert [unordered(stack) for stack in one.stacks] == [unordered(stack) for stack in other.stacks]
    assert (one.access, one.streams, one.risks) == (other.access, other.streams, other.risks)
    assert one.safeguards == other.safeguards
    assert [each.lines for each in one.costs] == [each.lines for each in other.costs]
    return one


def drop_request(domain: str, reference: str) -> Change:
    def change(mesh: Files) -> None:
        kept = [each for each in mesh[domain]["consumes"] if reference not in each.values()]
        assert len(kept) == len(mesh[domain]["consumes"]) - 1
        mesh[domain]["consumes"] = kept

    return change


def drop_key(*path: str) -> Change:
    def change(mesh: Files) -> None:
        at = mesh
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


def listen(domain: str, pipeline: str, *products: str) -> Change:
    def change(mesh: Files) -> None:
        mesh[domain]["pipelines"][pipeline]["triggered_by"] = list(products)

    return change


def rename_role(mesh: Files) -> None:
    mesh["shipping"]["roles"]["analysts"]["name"] = "ParcelAnalyst"


CHANGES: dict[str, tuple[Change, str]] = {
    "one of two producers that analytics hears of": (
        drop_key("customers", "pipelines", "hourly", "refreshes"),
        "dev",
    ),
    "one of two producers, unknown to the other": (
        drop_key("stock", "pipelines", "count", "refreshes"),
        "dev",
    ),
    "one of several readers of a stream": (drop_request("analytics", "orders.order-events"), "dev"),
    "a reader unknown to the others": (drop_request("shipping", "orders.order-events"), "dev"),
    "a reader's role": (rename_role, "dev"),
    "one of two listeners": (listen("analytics", "revenue", "customers.profiles"), "dev"),
    "a listener unknown to the other": (listen("shipping", "packing", "stock.levels"), "dev"),
    "one of two products that a domain without its own reads": (
        drop_key("stock", "products", "levels", "shared_with"),
        "dev",
    ),
    "a producer leaves an environment": (drop_key("stock", "accounts", "prod"), "prod"),
    "a reader leaves an environment": (drop_key("shipping", "accounts", "prod"), "prod"),
}


@pytest.mark.parametrize("back", [False, True], ids=["made", "taken back"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_others_have_a_part_in(
    name: str, back: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, environment = CHANGES[name]
    mesh = deepcopy(MESH)
    change(mesh)
    before, after = (mesh, MESH) if back else (MESH, mesh)
    assert told(*compared(before, after, tmp_path, monkeypatch), environment=environment).stacks


@pytest.mark.parametrize("domain", [name for name in MESH if name != "mesh"])
def test_a_domain_moves_to_another_account(
    domain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh = deepcopy(MESH)
    mesh[domain]["accounts"]["dev"] = "888888888881"
    assert told(*compared(MESH, mesh, tmp_path, monkeypatch)).stacks


@pytest.mark.parametrize("organization", [True, False])
@pytest.mark.parametrize("back", [False, True], ids=["made", "taken back"])
def test_one_of_several_announces_no_more_to_nobody(
    organization: bool, back: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bus lets in all accounts that announce, or the organization: it stays as long as one does."""
    mesh = deepcopy(MESH)
    del mesh["shipping"]["pipelines"]
    mesh["shipping"]["consumes"] = []
    if not organization:
        del mesh["mesh"]["organization"]
    after = deepcopy(mesh)
    drop_key("stock", "pipelines", "count", "refreshes")(after)
    texts = "333333333331, 222222222221, 777777777771", "333333333331, 222222222221"
    if back:
        mesh, after, texts = after, mesh, texts[::-1]
    found = told(*compared(mesh, after, tmp_path, monkeypatch))
    of_bus = [each for stack in found.stacks if stack.domain is None for each in stack.resources]
    changes = () if organization else (PropertyChange("may announce refreshes", *texts),)
    assert [change for each in of_bus for change in each.properties] == [*changes]
    assert len(of_bus) == len(changes)
    assert found.stacks


@pytest.mark.parametrize(("back", "effect"), [(False, "left"), (True, "added")])
def test_the_only_product_that_a_domain_without_its_own_reads(
    back: bool, effect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its access stack is there for that product alone."""
    mesh = deepcopy(MESH)
    del mesh["shipping"]["pipelines"], mesh["shipping"]["compute"]
    mesh["shipping"]["consumes"] = [
        {"product": "stock.levels", "purpose": "Where it lies.", "roles": ["analysts"]}
    ]
    after = deepcopy(mesh)
    drop_key("stock", "products", "levels", "shared_with")(after)
    before, after = (after, mesh) if back else (mesh, after)
    found = told(*compared(before, after, tmp_path, monkeypatch))
    (access,) = (stack for stack in found.stacks if stack.name == "acme-shipping-access")
    assert access.effect.value == effect


def test_more_is_read_only_where_a_resource_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock has to do with shipping alone, whose pipeline starts with what orders announce, too."""
    mesh = deepcopy(MESH)
    mesh["stock"]["description"] = "What lies where, and how much."
    part, _ = compared(MESH, mesh, tmp_path / "1", monkeypatch)
    assert part.after.files.domains.keys() == {"shipping", "stock"}
    drop_key("stock", "pipelines", "count", "refreshes")(mesh)
    part, _ = compared(MESH, mesh, tmp_path / "2", monkeypatch)
    assert {"orders", "shipping", "stock"} <= part.after.files.domains.keys()


REFRESHES_DROPPED = [
    ("acme-analytics-workloads", "AWS::Events::Rule", "removed"),
    ("acme-customers-foundation", "AWS::IAM::Role", "changed"),
    ("acme-customers-share", "AWS::Events::Rule", "removed"),
    ("acme-customers-share", "AWS::IAM::Role", "removed"),
    ("acme-customers-workloads", "AWS::StepFunctions::StateMachine", "changed"),
]
"""Customers announce nothing any more. Analytics, which waits for it, still hears of orders on its bus."""


def test_one_of_two_producers_announces_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = example()
    drop_key("customers", "pipelines", "hourly", "refreshes")(mesh)
    found = told(*compared(example(), mesh, tmp_path, monkeypatch))
    assert sorted(resources(found)) == REFRESHES_DROPPED


def test_one_of_two_triggers_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that starts the pipeline is needed for the other."""
    mesh = example()
    listen("analytics", "revenue", "orders.sales", "customers.profiles")(mesh)
    after = deepcopy(mesh)
    drop_key("customers", "pipelines", "hourly", "refreshes")(after)
    found = told(*compared(mesh, after, tmp_path, monkeypatch))
    assert sorted(resources(found)) == [REFRESHES_DROPPED[0], *REFRESHES_DROPPED]


def test_one_of_two_readers_of_a_stream_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = deepcopy(MESH)
    drop_request("analytics", "orders.order-events")(mesh)
    found = told(*compared(MESH, mesh, tmp_path, monkeypatch))
    assert sorted(resources(found)) == [
        ("acme-analytics-foundation", "AWS::IAM::Role", "changed"),
        ("acme-orders-foundation", "AWS::KMS::Key", "changed"),
        ("acme-orders-foundation", "AWS::Kinesis::ResourcePolicy", "changed"),
    ]
    orders = next(stack for stack in found.stacks if stack.name == "acme-orders-foundation")
    policy = next(each for each in orders.resources if each.type == "AWS::Kinesis::ResourcePolicy")
    assert policy.properties == (PropertyChange("read by analytics analysts", "shared throughput", None),)


def test_one_of_two_listeners_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders still tell analytics, with the same role."""
    mesh = example()
    mesh["payments"]["consumes"][0]["roles"].append("pipelines")
    step = {"sql": "SELECT 1"}
    daily = {"description": "Books.", "triggered_by": ["orders.sales"], "steps": {"book": step}}
    mesh["payments"] |= {"compute": {"sql": {}}, "pipelines": {"daily": daily}}
    after = deepcopy(mesh)
    del after["payments"]["pipelines"]["daily"]["triggered_by"]
    after["payments"]["pipelines"]["daily"]["schedule"] = "rate(1 day)"
    found = told(*compared(mesh, after, tmp_path, monkeypatch))
    assert sorted(resources(found)) == [
        ("acme-orders-share", "AWS::Events::Rule", "removed"),
        ("acme-payments-workloads", "AWS::Events::EventBus", "removed"),
        ("acme-payments-workloads", "AWS::Events::Rule", "removed"),
        ("acme-payments-workloads", "AWS::Scheduler::Schedule", "added"),
        ("acme-payments-workloads", "AWS::StepFunctions::StateMachine", "changed"),
    ]
