# ruff: noqa: E501 (whole lines of output)
"""Names, accounts, classifications, roles and references across the files."""

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

CASES = (
    Case(
        "file name",
        ANALYTICS_FILE,
        "domain: analytics",
        "domain: reports",
        (
            "domains/analytics.yaml:1:9: domain: the file of the domain `reports` is called analytics.yaml. Rename it (git mv domains/analytics.yaml domains/reports.yaml), or correct the domain's name.",
        ),
    ),
    Case(
        "account of another domain",
        ANALYTICS_FILE,
        '"333333333331"',
        '"222222222221"',
        (
            "domains/orders.yaml:4:17: accounts.dev: 222222222221 is the account of analytics in dev already. Give each domain an account of its own in each environment.",
        ),
    ),
    Case(
        "governance account",
        ANALYTICS_FILE,
        '"333333333331"',
        '"111111111111"',
        (
            "domains/analytics.yaml:4:17: accounts.dev: 111111111111 is the governance account of dev already. Give each domain an account of its own in each environment.",
        ),
    ),
    Case(
        "one account in two environments",
        ANALYTICS_FILE,
        '"333333333332"',
        '"333333333331"',
        (
            "domains/analytics.yaml:4:39: accounts.prod: 333333333331 is the account of analytics in dev already. Give each domain an account of its own in each environment.",
        ),
    ),
    Case(
        "account to be set",
        ANALYTICS_FILE,
        '"333333333332"',
        '"000000000000"',
        (
            'domains/analytics.yaml:4:39: accounts.prod: the account in prod is still to be set. Write its 12 digits, in quotes: "222222222221".',
        ),
    ),
    Case(
        "environment unknown",
        ANALYTICS_FILE,
        'prod: "333333333332"',
        'prd: "333333333332"',
        (
            "domains/analytics.yaml:4:33: accounts.prd: mesh.yaml has no environment `prd`. Did you mean `prod`?",
        ),
    ),
    Case(
        "governance accounts equal",
        MESH_FILE,
        '"111111111112"',
        '"111111111111"',
        (
            "mesh.yaml:4:30: environments.prod.governance_account: 111111111111 is the governance account of dev already. Give each environment a governance account of its own.",
        ),
    ),
    Case(
        "open classification unknown",
        MESH_FILE,
        "open_classifications: [public]",
        "open_classifications: [pubic]",
        (
            "mesh.yaml:6:24: open_classifications[0]: `pubic` is not one of the `classifications`. Did you mean `public`?",
        ),
    ),
    Case(
        "classification twice",
        MESH_FILE,
        "[public, internal, restricted]",
        "[public, internal, public]",
        ("mesh.yaml:5:37: classifications[2]: `public` is in the list twice. Remove one of the two.",),
    ),
    Case(
        "classification unknown",
        ORDERS_FILE,
        "classification: internal",
        "classification: internl",
        (
            "domains/orders.yaml:13:21: products.sales.classification: mesh.yaml has no classification `internl`. Did you mean `internal`?",
        ),
    ),
    Case(
        "created role with the provider's name",
        ANALYTICS_FILE,
        "analysts: {create: true}",
        "analysts: {create: true, name: acme-lakeformation-provider}",
        (
            "domains/analytics.yaml:6:13: roles.analysts: the role `acme-lakeformation-provider` is also the Lake Formation provider's role. Give it another `name`.",
        ),
    ),
    Case(
        "two created roles of one name",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: {create: true, name: Acme-Orders-Engineers}",
        (
            "domains/orders.yaml:7:13: roles.analysts: the role `Acme-Orders-Engineers` is also created as `engineers`. Give it another `name`.",
        ),
    ),
    Case(
        "role name too long",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        (
            "domains/orders.yaml:7:13: roles.analysts.name: the role's name `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` has 65 characters; IAM allows 64. Give it a shorter `name`.",
        ),
    ),
    Case(
        "product name too long for a tag",
        ORDERS_FILE,
        "  sales:\n",
        "  sssssssssssssssssssssssssssssssssssssssssssssssssss:\n",
        (
            "domains/analytics.yaml:8:14: consumes[0].product: orders has no product `sales`. Known: `orders.sssssssssssssssssssssssssssssssssssssssssssssssssss`.",
            "domains/orders.yaml:11:3: products.sssssssssssssssssssssssssssssssssssssssssssssssssss: `sssssssssssssssssssssssssssssssssssssssssssssssssss` has 51 characters; as LF-Tag value it may have 50. Shorten it.",
        ),
    ),
    Case(
        "roles that differ by a sign",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: OrdersAnalyst\n  data-eng: {create: true}\n  dataeng: {create: true, name: Other}",
        (
            "domains/orders.yaml:9:3: roles.dataeng: `dataeng` and `data-eng` differ by `-` or `_` alone, which CloudFormation drops. Rename one of the two.",
        ),
    ),
    Case(
        "a role that differs from one of meshwright's by a sign",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: OrdersAnalyst\n  pipe-lines: {create: true}",
        (
            "domains/orders.yaml:8:3: roles.pipe-lines: `pipe-lines` and `pipelines` differ by `-` or `_` alone, which CloudFormation drops. Choose another name.",
        ),
    ),
    Case(
        "products that differ by a sign",
        ORDERS_FILE,
        "products:\n",
        "products:\n  sa_les: {description: Sales., classification: internal, tables: {t: {description: T., format: csv, columns: {a: string}}}}\n",
        (
            "domains/orders.yaml:12:3: products.sales: `sales` and `sa_les` differ by `-` or `_` alone, which CloudFormation drops. Rename one of the two.",
        ),
    ),
    Case(
        "mesh name of a bus",
        MESH_FILE,
        "mesh: acme",
        "mesh: default",
        (
            "mesh.yaml:1:7: mesh: every account has an event bus `default`, and the mesh's own would be called the same. Choose another name for the mesh.",
        ),
    ),
    Case(
        "mesh name of reserved parameters",
        MESH_FILE,
        "mesh: acme",
        "mesh: awsome",
        (
            "mesh.yaml:1:7: mesh: Systems Manager refuses parameters whose name begins with `/aws`. Choose another name for the mesh.",
        ),
    ),
    Case(
        "reserved mesh name",
        MESH_FILE,
        "mesh: acme",
        "mesh: sthree",
        (
            "mesh.yaml:1:7: mesh: S3 refuses bucket names that begin with `sthree-`. Choose another name for the mesh.",
        ),
    ),
    Case(
        "unknown domain",
        ANALYTICS_FILE,
        "orders.sales",
        "order.sales",
        (
            "domains/analytics.yaml:8:14: consumes[0].product: there is no domain `order`. Did you mean `orders`?",
        ),
    ),
    Case(
        "unknown product",
        ANALYTICS_FILE,
        "orders.sales",
        "orders.sale",
        (
            "domains/analytics.yaml:8:14: consumes[0].product: orders has no product `sale`. Did you mean `orders.sales`?",
        ),
    ),
    Case(
        "unknown table",
        ANALYTICS_FILE,
        "tables: [orders]",
        "tables: [order]",
        (
            "domains/analytics.yaml:9:14: consumes[0].tables[0]: orders.sales has no table `order`. Did you mean `orders`?",
        ),
    ),
    Case(
        "unknown column in exclude",
        ANALYTICS_FILE,
        "    tables: [orders]",
        "    tables: [orders]\n    exclude: [totl]",
        (
            "domains/analytics.yaml:10:15: consumes[0].exclude[0]: no column `totl` in orders.sales.orders. Did you mean `total`?",
        ),
    ),
    Case(
        "unknown role",
        ANALYTICS_FILE,
        "    roles: [analysts]",
        "    roles: [analyst]",
        (
            "domains/analytics.yaml:13:13: consumes[0].roles[0]: this domain has no role `analyst`. Did you mean `analysts`?",
        ),
    ),
    *(
        Case(
            f"role of a part that is not there: {role}",
            ANALYTICS_FILE,
            "    roles: [analysts]",
            f"    roles: [{role}]",
            (
                f"domains/analytics.yaml:13:13: consumes[0].roles[0]: this domain has no role `{role}`, which comes with {part}. Add that part, or name another role: `analysts`.",
            ),
        )
        for role, part in (
            ("delivery", "a stream with `lands_in`"),
            ("partitions", "a stream that `lands_in` a partitioned parquet table"),
            ("spark", "`compute.spark`"),
            ("pipelines", "`pipelines`"),
            ("quality", "`quality` rules of a table"),
        )
    ),
    Case(
        "role twice",
        ANALYTICS_FILE,
        "    roles: [analysts]",
        "    roles: [analysts, analysts]",
        (
            "domains/analytics.yaml:13:23: consumes[0].roles[1]: `analysts` is in the list twice. Remove one of the two.",
        ),
    ),
    Case(
        "own product",
        ANALYTICS_FILE,
        "orders.sales",
        "analytics.sales",
        (
            "domains/analytics.yaml:8:14: consumes[0].product: a domain need not ask for its own product. Remove the request: the domain's roles can read it.",
        ),
    ),
    Case(
        "product asked for twice",
        ANALYTICS_FILE,
        "consumes:\n",
        "consumes:\n  - {product: orders.sales, purpose: Again., roles: [analysts]}\n",
        (
            "domains/analytics.yaml:9:14: consumes[1].product: `orders.sales` is asked for twice; the first is consumes[0]. Join the two requests.",
        ),
    ),
    Case(
        "approval of itself",
        ORDERS_FILE,
        "{domain: analytics, until: 2027-12-31}",
        "{domain: orders}",
        (
            "domains/orders.yaml:33:18: products.sales.shared_with[0].domain: a domain need not share with itself. Remove it: its own roles can read it.",
        ),
    ),
    Case(
        "approval of an unknown domain",
        ORDERS_FILE,
        "{domain: analytics, until: 2027-12-31}",
        "{domain: analytic}",
        (
            "domains/orders.yaml:33:18: products.sales.shared_with[0].domain: there is no domain `analytic`. Did you mean `analytics`?",
        ),
    ),
    Case(
        "approval twice",
        ORDERS_FILE,
        "      - {domain: analytics, until: 2027-12-31}",
        "      - {domain: analytics, until: 2027-12-31}\n      - {domain: analytics}",
        (
            "domains/orders.yaml:34:18: products.sales.shared_with[1].domain: `analytics` is in the list twice. Join the two approvals.",
        ),
    ),
    Case(
        "approval of an unknown table",
        ORDERS_FILE,
        "until: 2027-12-31",
        "tables: [order]",
        (
            "domains/orders.yaml:33:38: products.sales.shared_with[0].tables[0]: orders.sales has no table `order`. Did you mean `orders`?",
        ),
    ),
    Case(
        "role without name",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: {access: read}",
        (
            "domains/orders.yaml:7:13: roles.analysts: the role has neither a name nor `create: true`. Give its `name`, or write `create: true`.",
        ),
    ),
    Case(
        "trusted_by on an existing role",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        '  analysts: {name: X, trusted_by: ["arn:aws:iam::222222222221:root"]}',
        (
            "domains/orders.yaml:7:35: roles.analysts.trusted_by: `trusted_by` has no effect on a role that exists already. Add `create: true`, or leave `trusted_by` to whoever made the role.",
        ),
    ),
    Case(
        "role in a foreign account",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: arn:aws:iam::999999999999:role/X",
        (
            "domains/orders.yaml:7:13: roles.analysts.name: the role is in account 999999999999, which is not an account of this domain. Name a role of the domain's own account.",
        ),
    ),
    Case(
        "role in one of two accounts",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: arn:aws:iam::222222222221:role/team/X",
        (
            "domains/orders.yaml:7:13: roles.analysts.name: the role is in account 222222222221, but in prod the domain has another account. Write its name alone, to use it in each account: X",
        ),
    ),
    Case(
        "role to create, as ARN",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        '  analysts: {create: true, name: "arn:aws:iam::222222222221:role/X"}',
        (
            "domains/orders.yaml:7:34: roles.analysts.name: a role to create is named, not given as ARN. Write its name: X",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
