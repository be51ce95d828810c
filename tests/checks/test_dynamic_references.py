# ruff: noqa: E501 (whole lines of output)
"""Text that CloudFormation or the CDK would replace."""

from pathlib import Path

import pytest

from tests.config.small_mesh import (
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS_FILE,
    Case,
    edited,
    said_about,
    write_mesh,
)

SECRET = "CloudFormation replaces `{{resolve:…}}` by a secret or parameter of the account, which whoever sees this text could then read. Write the text itself; what needs a secret reads it from Secrets Manager when it runs."

CASES = (
    Case(
        "in a text",
        ORDERS_FILE,
        "description: One row per order.",
        'description: "See {{resolve:secretsmanager:db:SecretString}}"',
        (f"domains/orders.yaml:16:27: products.sales.tables.orders.description: {SECRET}",),
    ),
    Case(
        "written with escapes",
        ORDERS_FILE,
        "description: Customer orders.",
        'description: "\\x7b\\u007Bresolve:ssm:/db/password}}"',
        (f"domains/orders.yaml:2:14: description: {SECRET}",),
    ),
    Case(
        "written with another escape",
        ORDERS_FILE,
        "description: Customer orders.",
        'description: "{\\U0000007bresolve:ssm:/db/password}}"',
        (f"domains/orders.yaml:2:14: description: {SECRET}",),
    ),
    Case(
        "joined from two lines",
        ORDERS_FILE,
        "description: Customer orders.",
        'description: "{{res\\\n  olve:ssm:/db/password}}"',
        (f"domains/orders.yaml:2:14: description: {SECRET}",),
    ),
    Case(
        "in a list, beside text without",
        ANALYTICS_FILE,
        "consumes:",
        "compute: {spark: {}}\npipelines: {p: {description: P., steps: {s: {spark: a.py, arguments: [a, '{{ Resolve:ssm:x}}']}}}}\nconsumes:",
        (f"domains/analytics.yaml:8:74: pipelines.p.steps.s.arguments[1]: {SECRET}",),
    ),
    Case(
        "in mesh.yaml",
        MESH_FILE,
        "mesh: acme\n",
        "mesh: acme\ndescription: '{{resolve:ssm:x}}'\n",
        (f"mesh.yaml:2:14: description: {SECRET}",),
    ),
    Case(
        "in a key, which has the other mistake of a key too",
        ORDERS_FILE,
        "          quantity: int",
        "          '{{resolve:ssm:x}}': int",
        (
            "domains/orders.yaml:31:11: products.sales.tables.lines.columns.{{resolve:ssm:x}}: `{{resolve:ssm:x}}` is not a name of lower-case letters, digits and underscores (Glue and Athena store no others). For example: order_date",
            f"domains/orders.yaml:31:11: products.sales.tables.lines.columns.{{{{resolve:ssm:x}}}}: {SECRET}",
        ),
    ),
    Case(
        "a marker of the CDK",
        ORDERS_FILE,
        "description: Customer orders.",
        "description: Customer ${Token[AWS.Region.4]} orders.",
        (
            "domains/orders.yaml:2:23: description: the CDK takes `${Token[…]}` for a value of its own. Write it another way.",
        ),
    ),
    Case("in a comment", ORDERS_FILE, "domain: orders\n", "domain: orders  # {{resolve:ssm:x}}\n", ()),
    Case(
        "text that is not replaced",
        ORDERS_FILE,
        "description: Customer orders.",
        "description: 'Customer {{orders}} \\ resolve: ${AWS::Region}'",
        (),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
