"""The Lake Formation documents of the small mesh, whole: what each stack declares."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from meshwright.mesh.documents import access_document, linked_databases, preparation_document, share_document
from meshwright.mesh.model import Mesh
from meshwright.mesh.subscriptions import Status
from meshwright.project import load_mesh
from tests.config.small_mesh import TODAY, write_mesh

PREPARATION = {
    "Grants": {
        "111111111111:database/acme_orders_sales": {
            "CREATE_TABLE, DESCRIBE": ["arn:aws:iam::111111111111:role/acme-lakeformation-provider"]
        },
        "111111111111:location/acme-orders-products-222222222221": {
            "DATA_LOCATION_ACCESS": [
                "arn:aws:iam::111111111111:role/acme-lakeformation-provider",
                "arn:aws:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1",
            ]
        },
    }
}
SHARE = {
    "Tags": {
        "111111111111:column/acme_orders_sales/orders/email": {"sensitivity": "pii"},
        "111111111111:database/acme_orders_sales": {
            "domain": "orders",
            "product": "sales",
            "classification": "internal",
        },
    },
    "Readers": {
        "111111111111:table/acme_orders_sales/orders": {
            "order_id, order_date, country, total WHERE (country = 'DE')": {"analytics": "333333333331"}
        }
    },
    "Grants": {
        "111111111111:database/acme_orders_sales": {
            "ALTER, CREATE_TABLE, DESCRIBE with grant option": ["222222222221"],
            "DESCRIBE with grant option": ["333333333331"],
        },
        "111111111111:location/acme-orders-products-222222222221": {
            "DATA_LOCATION_ACCESS with grant option": ["222222222221"]
        },
        "111111111111:table/acme_orders_sales/lines": {
            "ALTER, DELETE, DESCRIBE, DROP, INSERT, SELECT with grant option": ["222222222221"]
        },
        "111111111111:table/acme_orders_sales/orders": {
            "ALTER, DELETE, DESCRIBE, DROP, INSERT, SELECT with grant option": ["222222222221"]
        },
    },
}
PRODUCER_ACCESS = {
    "Grants": {
        "111111111111:database/acme_orders_sales": {
            "DESCRIBE": [
                "arn:aws:iam::222222222221:role/OrdersAnalyst",
                "arn:aws:iam::222222222221:role/acme-orders-engineers",
            ]
        },
        "111111111111:location/acme-orders-products-222222222221": {
            "DATA_LOCATION_ACCESS": ["arn:aws:iam::222222222221:role/acme-orders-engineers"]
        },
        "111111111111:table/acme_orders_sales/lines": {
            "ALTER, DELETE, DESCRIBE, INSERT, SELECT": [
                "arn:aws:iam::222222222221:role/acme-orders-engineers"
            ],
            "DESCRIBE, SELECT": ["arn:aws:iam::222222222221:role/OrdersAnalyst"],
        },
        "111111111111:table/acme_orders_sales/orders": {
            "ALTER, DELETE, DESCRIBE, INSERT, SELECT": [
                "arn:aws:iam::222222222221:role/acme-orders-engineers"
            ],
            "DESCRIBE, SELECT": ["arn:aws:iam::222222222221:role/OrdersAnalyst"],
        },
        "222222222221:database/acme_orders_sales": {
            "DESCRIBE": [
                "arn:aws:iam::222222222221:role/OrdersAnalyst",
                "arn:aws:iam::222222222221:role/acme-orders-engineers",
            ]
        },
    }
}
CONSUMER_ACCESS = {
    "Grants": {
        "111111111111:database/acme_orders_sales": {
            "DESCRIBE": ["arn:aws:iam::333333333331:role/acme-analytics-analysts"]
        },
        "111111111111:filter/acme_orders_sales/orders/analytics": {
            "SELECT": ["arn:aws:iam::333333333331:role/acme-analytics-analysts"]
        },
        "333333333331:database/acme_orders_sales": {
            "DESCRIBE": ["arn:aws:iam::333333333331:role/acme-analytics-analysts"]
        },
    }
}
PRODUCER_LINKS = ("acme_orders_sales",)
CONSUMER_LINKS = ("acme_orders_sales",)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return load_mesh(write_mesh(tmp_path), environment=None, today=TODAY)


def test_before_the_tables_can_be_made(mesh: Mesh) -> None:
    assert preparation_document(mesh, mesh.domains["orders"]) == PREPARATION


def test_what_the_governance_account_grants(mesh: Mesh) -> None:
    assert share_document(mesh, mesh.domains["orders"]) == SHARE


def test_what_the_producer_grants_to_its_own_roles(mesh: Mesh) -> None:
    assert access_document(mesh, mesh.domains["orders"]) == PRODUCER_ACCESS
    assert linked_databases(mesh, mesh.domains["orders"]) == PRODUCER_LINKS


def test_what_the_consumer_grants_to_its_own_roles(mesh: Mesh) -> None:
    assert access_document(mesh, mesh.domains["analytics"]) == CONSUMER_ACCESS
    assert linked_databases(mesh, mesh.domains["analytics"]) == CONSUMER_LINKS


def test_a_product_with_a_thousand_consumers_fits_a_custom_resource(mesh: Mesh) -> None:
    """Old and new document travel in one event; Lambda takes 256 KB of it when called asynchronously."""
    [one] = [each for each in mesh.subscriptions if each.status is Status.AGREED]
    consumers = {f"consumer-{number}": str(500_000_000_000 + number) for number in range(1000)}
    analytics = mesh.domains["analytics"]
    crowded = replace(
        mesh,
        domains={**mesh.domains}
        | {name: replace(analytics, name=name, account=consumers[name]) for name in consumers},
        subscriptions=tuple(replace(one, consumer=name) for name in consumers),
    )
    document = share_document(crowded, mesh.domains["orders"])
    [shapes] = document["Readers"].values()
    assert [len(readers) for readers in shapes.values()] == [1000]
    assert len(json.dumps(document)) < 60_000
