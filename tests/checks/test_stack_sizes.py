# ruff: noqa: E501 (whole lines of output)
"""A stack takes 500 resources."""

from datetime import date
from pathlib import Path

import pytest

from meshwright.checks.stack_sizes import at_least, at_most
from meshwright.mesh.inventory import inventory
from meshwright.project import load_both
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, edited, said_about, write_mesh

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def mesh_with(root: Path, products: int) -> Path:
    """Orders asks for nothing, has two roles that query, and so many watched streams."""
    streams = "".join(f"  s{number}: {{description: One.}}\n" for number in range(products))
    text = f"compute: {{sql: {{}}}}\nmonitoring: {{}}\nstreams:\n{streams}"
    return write_mesh(root, edited(ORDERS_FILE, "streams:\n", text))


def test_no_stack_of_the_example_has_more_than_is_quickly_told() -> None:
    files, mesh = load_both(ROOT, environment=None, today=date.min)
    bounds = at_most(files)
    least = {name: at_least(file) for name, file in files.domains.items()}
    stacks = [stack for stack in inventory(mesh).values() if stack.domain is not None]
    assert len(stacks) == 15
    for stack in stacks:
        kind = stack.name.rpartition("-")[2]
        domain = stack.domain or ""
        assert least[domain][kind] <= len(stack.resources) <= bounds[domain][kind], stack.name


def test_what_a_stack_that_is_far_too_large_has_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of 8,000 roles took 24 seconds."""
    monkeypatch.setattr("meshwright.checks.stack_sizes.inventory", None)
    roles = "".join(f"  r{number}: {{create: true}}\n" for number in range(8000))
    assert said_about(write_mesh(tmp_path, edited(ORDERS_FILE, "roles:\n", f"roles:\n{roles}"))) == (
        "domains/orders.yaml:1:9: domain: its stack acme-orders-foundation has 8002 resources and more in dev. A stack takes 500: divide the domain, or declare less.",
    )


def test_what_fits(tmp_path: Path) -> None:
    assert said_about(mesh_with(tmp_path, 100)) == ()


def test_one_too_many(tmp_path: Path) -> None:
    # 3 alarms for each of 166 streams and the one of the small mesh, 2 workgroups, topic, its policy, mail, dashboard
    lines = said_about(mesh_with(tmp_path, 166))
    assert lines == (
        "domains/orders.yaml:1:9: domain: its stack acme-orders-workloads has 507 resources in dev (501 AWS::CloudWatch::Alarm, 2 AWS::Athena::WorkGroup, 1 AWS::SNS::Topic …). A stack takes 500: divide the domain, or declare less.",
    )


def with_tables(root: Path, tables: int) -> Path:
    """Orders with so many tables more than the two of the small mesh."""
    more = "".join(
        f"      t{number}: {{description: One., format: json, columns: {{a: string}}}}\n"
        for number in range(tables)
    )
    return write_mesh(root, edited(ORDERS_FILE, "    tables:\n", f"    tables:\n{more}"))


def test_tables_fill_the_share_stack(tmp_path: Path) -> None:
    # The location, two documents of grants and the database; and 494 + 2 tables are as many as fit.
    assert said_about(with_tables(tmp_path / "fits", 494)) == ()
    assert said_about(with_tables(tmp_path / "large", 495)) == (
        "domains/orders.yaml:1:9: domain: its stack acme-orders-share has 501 resources in dev (496 AWS::Glue::Table, 2 Custom::LakeFormationGrants, 1 AWS::LakeFormation::Resource …). A stack takes 500: divide the domain, or declare less.",
    )


def test_links_to_products_fill_the_access_stack(tmp_path: Path) -> None:
    # Shares, grants and links to 499 products; their databases and tables fill the other share stack too.
    products = "".join(
        f"""  p{number}:
    description: One.
    classification: public
    tables: {{t: {{description: One., format: json, columns: {{a: string}}}}}}
"""
        for number in range(498)
    )
    texts = edited(ORDERS_FILE, "products:\n", f"products:\n{products}")
    requests = "".join(
        f"  - {{product: orders.p{number}, purpose: One., roles: [analysts]}}\n" for number in range(498)
    )
    texts[ANALYTICS_FILE] += requests
    lines = said_about(write_mesh(tmp_path, texts))
    # 499 products with 498 + 2 tables, and the three that every share stack has.
    assert [line.partition(" (")[0] for line in lines] == [
        "domains/analytics.yaml:1:9: domain: its stack acme-analytics-access has 501 resources in dev",
        "domains/orders.yaml:1:9: domain: its stack acme-orders-access has 501 resources in dev",
        "domains/orders.yaml:1:9: domain: its stack acme-orders-share has 1002 resources in dev",
    ]
