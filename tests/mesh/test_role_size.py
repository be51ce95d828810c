"""IAM takes 10,240 characters of inline policies a role, however much a domain has.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from datetime import date
from typing import Any

import pytest

from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.policies import domain_role_policy
from meshwright.mesh.statements import identity_policy

KEY = "arn:aws:kms:ap-southeast-2:222222222222:key/11111111-2222-3333-4444-555555555555"
LIMIT = 10_240
MESH, SHOP, STOCK = "m" * 10, "d" * 29, "s" * 29


def table() -> dict[str, Any]:
    return {
        "description": "One row per thing.",
        "format": "parquet",
        "columns": {"id": "string"},
        "quality": {"rules": [{"not_null": "id"}]},
    }


def product(name: str, tables: int, **more: Any) -> dict[str, Any]:
    return {
        "description": name,
        "classification": "internal",
        "tables": {f"table_of_a_fairly_long_name_{number}": table() for number in range(tables)},
        **more,
    }


def domain(name: str, account: str, count: int, tables: int, other: str) -> dict[str, Any]:
    products = {
        f"product_of_a_fairly_long_name_{number}": product("p", tables, shared_with=[{"domain": other}])
        for number in range(count)
    }
    first = next(iter(products))
    landing = f"{first}.table_of_a_fairly_long_name_0"
    streams = {
        f"stream-of-a-fairly-long-name-{number}": {
            "description": "s",
            "lands_in": landing,
            "shared_with": [{"domain": other}],
        }
        for number in range(count)
    }
    every = ["engineers", "analysts", "spark", "pipelines"]
    steps: dict[str, Any] = {
        "job": {"spark": "a/script.py"},
        "query": {"sql": "SELECT 1"},
        "check": {"quality": landing},
        "wait": {"wait_for": f"{other}.{first}"},
    }
    return {
        "domain": name,
        "description": "d",
        "owner": {"team": "t", "email": "t@example.com"},
        "accounts": {"dev": account},
        "roles": {"engineers": {"create": True}, "analysts": {"create": True}},
        "streams": streams,
        "products": products,
        "consumes": [
            *({"product": f"{other}.{each}", "purpose": "p", "roles": every} for each in products),
            *({"stream": f"{other}.{each}", "purpose": "p", "roles": every} for each in streams),
        ],
        "compute": {"spark": {}, "sql": {}},
        "pipelines": {
            f"pipeline-{number}": {"description": "p", "steps": steps, "refreshes": list(products)}
            for number in range(min(count, 10))
        },
    }


def mesh_of(count: int, tables: int) -> Mesh:
    files = [domain(SHOP, "222222222222", count, tables, STOCK)]
    files.append(domain(STOCK, "333333333333", count, tables, SHOP))
    mesh = {
        "mesh": MESH,
        "environments": {"dev": {"governance_account": "111111111111", "region": "ap-southeast-2"}},
        "classifications": ["internal"],
    }
    domains = {each["domain"]: DomainFile.model_validate(each) for each in files}
    return resolve(MeshFile.model_validate(mesh), domains, environment="dev", today=date(2026, 11, 24))


@pytest.mark.parametrize(("count", "tables"), [(1, 1), (2, 1), (4, 1), (7, 4), (12, 4), (30, 4)])
def test_every_role_fits(count: int, tables: int) -> None:
    mesh = mesh_of(count, tables)
    shop = mesh.domains[SHOP]
    assert set(shop.roles) >= {"engineers", "analysts", "spark", "pipelines", "delivery", "quality"}
    sizes = {
        key: len(
            json.dumps(
                identity_policy(domain_role_policy(mesh, shop, role, key_arn=KEY)), separators=(",", ":")
            )
        )
        for key, role in shop.roles.items()
    }
    assert {key: size for key, size in sizes.items() if size > LIMIT} == {}
