# ruff: noqa: E501 (whole lines of output)
"""Engines: releases, and the names of the roles that they bring with them."""

from pathlib import Path

import pytest

from tests.config.small_mesh import ORDERS_FILE, Case, edited, said_about, write_mesh

CASES = (
    Case(
        "a release that cannot write",
        ORDERS_FILE,
        "streams:\n",
        "compute:\n  spark: {release: emr-7.5.0}\nstreams:\n",
        (
            "domains/orders.yaml:9:20: compute.spark.release: jobs of emr-7.5.0 can read under Lake Formation, but not write. Use emr-7.12.0 or later.",
        ),
    ),
    Case(
        "no release",
        ORDERS_FILE,
        "streams:\n",
        "compute:\n  spark: {release: 7.12.0}\nstreams:\n",
        (
            "domains/orders.yaml:9:20: compute.spark.release: `7.12.0` is not a release of EMR Serverless, 7 or later. For example: emr-7.12.0",
        ),
    ),
    Case(
        "a role's key that is a part's",
        ORDERS_FILE,
        "roles:\n",
        "roles:\n  spark: {create: true}\n",
        (
            "domains/orders.yaml:6:10: roles.spark: `spark` is what meshwright calls a role of its own. Give it another key.",
        ),
    ),
    Case(
        "a role's name that is a part's",
        ORDERS_FILE,
        "roles:\n",
        "compute: {spark: {}}\nroles:\n  jobs: {create: true, name: acme-orders-spark}\n",
        (
            "domains/orders.yaml:7:9: roles.jobs: the role `acme-orders-spark` is also what meshwright calls the role of `spark`. Give it another `name`.",
        ),
    ),
    Case(
        "a role's name that is like those of services",
        ORDERS_FILE,
        "roles:\n",
        "roles:\n  jobs: {create: true, name: Acme-orders_refreshes}\n",
        (
            "domains/orders.yaml:6:30: roles.jobs.name: the names of roles that services use for this domain begin with `acme-orders_`. Give it another `name`.",
        ),
    ),
    *(
        Case(
            f"a script {script}",
            ORDERS_FILE,
            "streams:\n",
            f"compute: {{spark: {{}}}}\npipelines: {{p: {{description: P., steps: {{s: {{spark: {script}}}}}}}}}\nstreams:\n",
            (
                f"domains/orders.yaml:9:53: pipelines.p.steps.s.spark: `{script}` is not the path of a script in the domain's raw bucket, a .py or .jar file: no slash before it, and no part that begins with a dot. For example: scripts/load.py",
            ),
        )
        for script in ("../x.py", "/x.py", "a/../x.py", "a//x.py", "./x.py", ".py")
    ),
    *(
        Case(
            f"a right script {script}",
            ORDERS_FILE,
            "streams:\n",
            f"compute: {{spark: {{}}}}\npipelines: {{p: {{description: P., steps: {{s: {{spark: {script}}}}}}}}}\nstreams:\n",
            (),
        )
        for script in ("x.py", "2026/a.b/v=1/x-y_z.jar")
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
