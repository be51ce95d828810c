# ruff: noqa: E501 (whole lines of output)
"""A stack takes 500 resources."""

from pathlib import Path

from tests.config.small_mesh import ORDERS_FILE, edited, said_about, write_mesh


def mesh_with(root: Path, products: int) -> Path:
    """Orders asks for nothing, has two roles that query, and so many watched streams."""
    streams = "".join(f"  s{number}: {{description: One.}}\n" for number in range(products))
    text = f"compute: {{sql: {{}}}}\nmonitoring: {{}}\nstreams:\n{streams}"
    return write_mesh(root, edited(ORDERS_FILE, "streams:\n", text))


def test_what_fits(tmp_path: Path) -> None:
    assert said_about(mesh_with(tmp_path, 100)) == ()


def test_one_too_many(tmp_path: Path) -> None:
    # 3 alarms for each of 166 streams and the one of the small mesh, 2 workgroups, topic, its policy, mail, dashboard
    lines = said_about(mesh_with(tmp_path, 166))
    assert lines == tuple(
        f"domains/orders.yaml:1:9: domain: its workloads are 507 resources in {environment} (501 AWS::CloudWatch::Alarm, 2 AWS::Athena::WorkGroup, 1 AWS::SNS::Topic …). A stack takes 500: divide the domain, or declare less."
        for environment in ("dev", "prod")
    )
