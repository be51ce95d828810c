"""What waits for what: between stacks, and inside them."""

import json
from collections.abc import Mapping
from pathlib import Path

from meshwright.cdk import build
from meshwright.cdk.declared import logical_id
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, mesh_of, raw_files, synthesize, templates_in, templates_of

WAVES = {
    "acme-governance": [],
    "acme-analytics-foundation": ["acme-governance"],
    "acme-customers-foundation": ["acme-governance"],
    "acme-orders-foundation": ["acme-governance"],
    "acme-payments-foundation": ["acme-governance"],
    "acme-customers-share": ["acme-customers-foundation"],
    "acme-orders-share": ["acme-orders-foundation"],
    "acme-payments-share": ["acme-payments-foundation"],
    "acme-analytics-access": ["acme-analytics-foundation", "acme-customers-share", "acme-orders-share"],
    "acme-customers-access": ["acme-customers-share"],
    "acme-orders-access": ["acme-orders-share"],
    "acme-payments-access": ["acme-orders-share", "acme-payments-share"],
    "acme-analytics-workloads": ["acme-analytics-access"],
    "acme-customers-workloads": ["acme-customers-access"],
    "acme-orders-workloads": ["acme-orders-access"],
    "acme-payments-workloads": ["acme-payments-access"],
}


def graph(folder: Path) -> dict[str, list[str]]:
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    stacks = {name for name, each in artifacts.items() if each["type"] == "aws:cloudformation:stack"}
    return {name: sorted(stacks & set(artifacts[name].get("dependencies", []))) for name in stacks}


def test_the_waves_of_the_example_mesh(assembly: Path) -> None:
    assert graph(assembly) == WAVES


def test_no_template_takes_values_from_another(templates: dict[str, Template]) -> None:
    text = json.dumps(templates)
    assert "arn:aws:" in text
    assert "<Arn of" not in text  # an AttributeText that is only part of a value
    for reference in ("Fn::ImportValue", "Fn::GetStackOutput", '"Export"'):
        assert reference not in text


def test_domains_may_consume_each_other(mesh: Mesh) -> None:
    files = raw_files()
    files["domains"]["orders"]["consumes"] = [
        {"product": "payments.ledger", "purpose": "To see what is paid.", "roles": ["analysts"]}
    ]
    files["domains"]["payments"]["products"]["ledger"]["shared_with"].append({"domain": "orders"})
    circle = graph(synthesize(lambda app: build(app, mesh_of(files))))
    assert circle == {
        **WAVES,
        "acme-orders-access": ["acme-orders-share", "acme-payments-share"],
    }


def waits(folder: Path, stack: str) -> dict[str, list[str]]:
    found = templates_in(folder)[stack]["Resources"]
    return {name: sorted(each.get("DependsOn", [])) for name, each in found.items()}


def by_id(order: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {logical_id(path): sorted(map(logical_id, before)) for path, before in order.items()}


def test_inside_a_share_stack(assembly: Path) -> None:
    assert waits(assembly, "acme-customers-share") == by_id(
        {
            "Location": [],
            "Database-profiles": [],
            "Preparation": ["Database-profiles", "Location"],
            "Tables-profiles/profiles": ["Preparation"],
            "Tables-profiles/consents": ["Preparation"],
            "Sharing": ["Tables-profiles/consents", "Tables-profiles/profiles"],
            "Parts/refreshes-role": [],
            "Parts/refreshes analytics": ["Parts/refreshes-role"],
        }
    )


def test_inside_an_access_stack(assembly: Path) -> None:
    links = [f"Links/acme_{name}" for name in ("orders_sales", "payments_ledger")]
    assert waits(assembly, "acme-payments-access") == by_id(
        {
            "Links/Shares": [],
            **{link: ["Links/Shares"] for link in links},
            "Access": [*links, "Links/Shares"],
        }
    )


def test_inside_a_foundation_stack(assembly: Path) -> None:
    found = waits(assembly, "acme-analytics-foundation")
    assert {name: each for name, each in found.items() if each} == by_id(
        {
            "Provider/Function": ["Provider/Logs", "Provider/Role"],
            "Settings": ["Provider/Function"],
            "Storage/LogsPolicy": ["Storage/Logs"],
            "Storage/Raw": ["Storage/LogsPolicy"],
            "Storage/RawPolicy": ["Storage/Raw"],
            "Storage/Products": ["Storage/LogsPolicy"],
            "Storage/ProductsPolicy": ["Storage/Products"],
        }
    )


def test_a_domain_without_products_or_subscriptions_is_a_foundation_alone() -> None:
    files = raw_files()
    files["domains"] = {
        "empty": {
            "domain": "empty",
            "description": "Nothing yet.",
            "owner": {"team": "t", "email": "t@example.com"},
            "accounts": {"dev": "666666666661"},
        }
    }
    assert sorted(templates_of(mesh_of(files))) == ["acme-empty-foundation", "acme-governance"]


def test_another_environment_names_other_accounts_only() -> None:
    text = json.dumps(templates_of(mesh_of(raw_files(), "prod")))
    assert "222222222222" in text
    assert "222222222221" not in text
    assert "111111111111" not in text


def test_the_bootstrap_qualifier_is_used_for_roles_and_assets() -> None:
    files = raw_files()
    files["mesh"]["bootstrap_qualifier"] = "acmeboot"
    folder = synthesize(lambda app: build(app, mesh_of(files)))
    for path in (*folder.glob("*.template.json"), folder / "manifest.json", *folder.glob("*.assets.json")):
        assert "hnb659fds" not in path.read_text(), path.name
    assert "cdk-acmeboot-cfn-exec-role-111111111111" in (folder / "acme-governance.template.json").read_text()
