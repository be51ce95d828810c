"""Exactly which templates each kind of edit changes, in the example mesh."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cdk.synthesis import Template, mesh_of, raw_files, templates_of

Files = dict[str, Any]


def add_domain(files: Files) -> None:
    files["domains"]["returns"] = {
        "domain": "returns",
        "description": "What came back.",
        "owner": {"team": "returns", "email": "returns@acme.example"},
        "accounts": {"dev": "666666666661"},
        "products": {"parcels": product()},
    }


def product() -> dict[str, Any]:
    return {
        "description": "One row per thing.",
        "classification": "internal",
        "tables": {"things": {"description": "A thing.", "format": "json", "columns": {"id": "string"}}},
    }


def add_product(files: Files) -> None:
    files["domains"]["orders"]["products"]["baskets"] = product()


def remove_product(files: Files) -> None:
    del files["domains"]["orders"]["products"]["delivery_times"]
    del files["domains"]["analytics"]["consumes"][1]


def add_table(files: Files) -> None:
    files["domains"]["payments"]["products"]["ledger"]["tables"] |= product()["tables"]


def add_table_to_a_shared_product(files: Files) -> None:
    files["domains"]["orders"]["products"]["sales"]["tables"] |= product()["tables"]


def add_column(files: Files) -> None:
    files["domains"]["orders"]["products"]["sales"]["tables"]["orders"]["columns"]["channel"] = "string"


def add_pii_column(files: Files) -> None:
    columns = files["domains"]["orders"]["products"]["sales"]["tables"]["orders"]["columns"]
    columns["phone"] = {"type": "string", "pii": True}


def add_approval_that_answers_a_request(files: Files) -> None:
    files["domains"]["customers"]["products"]["profiles"]["shared_with"].append({"domain": "payments"})


def add_approval_that_nobody_asked_for(files: Files) -> None:
    files["domains"]["payments"]["products"]["ledger"]["shared_with"].append({"domain": "customers"})


def add_request_to_an_open_product(files: Files) -> None:
    files["domains"]["customers"]["consumes"] = [
        {"product": "orders.delivery_times", "purpose": "To answer customers.", "roles": ["stewards"]}
    ]


def add_request_that_nobody_approved(files: Files) -> None:
    files["domains"]["customers"]["consumes"] = [
        {"product": "payments.ledger", "purpose": "To answer customers.", "roles": ["stewards"]}
    ]


def withdraw_approval(files: Files) -> None:
    del files["domains"]["orders"]["products"]["sales"]["shared_with"][1]


def withdraw_request(files: Files) -> None:
    del files["domains"]["payments"]["consumes"][0]


def narrow_rows(files: Files) -> None:
    files["domains"]["payments"]["consumes"][0]["where"] = "country = 'DE'"


def change_purpose(files: Files) -> None:
    files["domains"]["payments"]["consumes"][0]["purpose"] = "Something else."


def move_request_to_another_role(files: Files) -> None:
    files["domains"]["analytics"]["consumes"][0]["roles"] = ["scientists"]


def add_stream(files: Files) -> None:
    files["domains"]["analytics"]["streams"] = {"clicks": {"description": "One record per click."}}


def add_role(files: Files) -> None:
    files["domains"]["orders"]["roles"]["planners"] = {"create": True, "access": "read"}


def change_owner(files: Files) -> None:
    files["domains"]["orders"]["owner"]["team"] = "order-desk"


def change_storage(files: Files) -> None:
    files["domains"]["customers"]["products"]["profiles"]["storage"] = "archive"


def stop_landing(files: Files) -> None:
    del files["domains"]["orders"]["streams"]["order-events"]["lands_in"]


def change_buffer(files: Files) -> None:
    files["domains"]["orders"]["streams"]["order-events"]["lands_in"]["buffer_seconds"] = 120


def change_budget(files: Files) -> None:
    files["domains"]["orders"]["budget"]["monthly_usd"] = 900


def stop_sharing_a_stream(files: Files) -> None:
    del files["domains"]["orders"]["streams"]["order-events"]["shared_with"]


def stop_asking_for_fan_out(files: Files) -> None:
    [asked] = [each for each in files["domains"]["payments"]["consumes"] if "stream" in each]
    del asked["fan_out"]


def ask_for_a_stream_that_nobody_shares(files: Files) -> None:
    asked = {"stream": "payments.charges", "purpose": "To see what is paid.", "roles": ["engineers"]}
    files["domains"]["orders"]["consumes"] = [asked]


def change_classification(files: Files) -> None:
    files["domains"]["payments"]["products"]["ledger"]["classification"] = "confidential"


def add_classification(files: Files) -> None:
    files["mesh"]["classifications"].append("secret")


def leave_the_organization(files: Files) -> None:
    del files["mesh"]["organization"]


EVERY_ACCESS = "analytics-access customers-access orders-access payments-access"
EDITS: list[tuple[Callable[[Files], None], str]] = [
    (add_domain, "returns-access returns-foundation returns-share"),
    (add_product, "orders-access orders-foundation orders-share"),
    (
        remove_product,
        "analytics-access analytics-foundation analytics-workloads orders-access orders-foundation"
        " orders-share",
    ),
    (add_table, "payments-access payments-share"),
    (
        # Saved queries show what is agreed, and the service level is measured on each table and column.
        add_table_to_a_shared_product,
        "analytics-access analytics-workloads orders-access orders-foundation orders-share orders-workloads",
    ),
    (add_column, "analytics-workloads orders-share orders-workloads"),
    (add_pii_column, "orders-share orders-workloads"),
    (add_approval_that_answers_a_request, "customers-share payments-access payments-foundation"),
    (add_approval_that_nobody_asked_for, ""),
    (
        add_request_to_an_open_product,
        "customers-access customers-foundation customers-workloads orders-share",
    ),
    (add_request_that_nobody_approved, ""),
    (withdraw_approval, "orders-share payments-access payments-foundation"),
    (withdraw_request, "orders-share payments-access payments-foundation"),
    (narrow_rows, "orders-share"),
    (change_purpose, ""),
    (move_request_to_another_role, "analytics-access analytics-foundation analytics-workloads"),
    (add_stream, "analytics-foundation"),
    (add_role, "orders-access orders-foundation orders-workloads"),
    (change_owner, "orders-foundation orders-share orders-workloads"),
    (change_storage, "customers-foundation"),
    (stop_landing, "orders-access orders-foundation orders-workloads"),
    (change_buffer, "orders-workloads"),
    (change_budget, "orders-workloads"),
    (stop_sharing_a_stream, "orders-foundation orders-workloads payments-foundation"),
    (stop_asking_for_fan_out, "orders-foundation orders-workloads payments-foundation"),
    (ask_for_a_stream_that_nobody_shares, ""),
    (change_classification, "payments-share"),
    (add_classification, "governance"),
    (leave_the_organization, f"governance {EVERY_ACCESS}"),
]


@pytest.mark.parametrize(("edit", "changed"), EDITS, ids=[edit.__name__ for edit, _ in EDITS])
def test_changed_templates(
    templates: dict[str, Template], edit: Callable[[Files], None], changed: str
) -> None:
    files = raw_files()
    edit(files)
    after = templates_of(mesh_of(files))
    differ = {name for name in templates.keys() | after.keys() if templates.get(name) != after.get(name)}
    assert sorted(differ) == sorted(f"acme-{name}" for name in changed.split())


def test_renaming_a_product_moves_no_other(templates: dict[str, Template]) -> None:
    files = raw_files()
    products = files["domains"]["orders"]["products"]
    products["turnover"] = products.pop("delivery_times")
    files["domains"]["analytics"]["consumes"][1]["product"] = "orders.turnover"
    before = templates["acme-orders-share"]["Resources"]
    after = templates_of(mesh_of(files))["acme-orders-share"]["Resources"]
    moved = {
        before[name]["Properties"].get("DatabaseInput", before[name]["Properties"].get("TableInput"))["Name"]
        for name in before.keys() - after.keys()
    }
    assert moved == {"acme_orders_delivery_times", "by_country"}
    same = [name for name in before.keys() & after.keys() if before[name] == after[name]]
    kept = sorted(before[name]["Type"] for name in same)
    assert kept == [
        "AWS::Events::Rule",
        "AWS::Glue::Database",
        "AWS::Glue::Table",
        "AWS::Glue::Table",
        "AWS::IAM::Role",
        "AWS::LakeFormation::Resource",
        "Custom::IcebergTable",
    ]
