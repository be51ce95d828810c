# ruff: noqa: E501 (whole lines of output)
"""What a single file can get wrong: one edit of a valid mesh, and all that is said about it."""

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
        "bad yaml: bracket",
        MESH_FILE,
        "[public, internal, restricted]",
        "[public, internal, restricted",
        ("mesh.yaml:6:21: a `[` is not closed, or lacks a comma. Write [one, two].",),
    ),
    Case(
        "bad yaml: second colon",
        ORDERS_FILE,
        "description: Customer orders.",
        "description: Customer: orders.",
        (
            "domains/orders.yaml:2:22: a `: ` that does not belong here. Put text that contains `: ` in quotes, or align the key with its neighbours.",
        ),
    ),
    Case(
        "bad yaml: tab",
        ORDERS_FILE,
        "  engineers: {",
        "\tengineers: {",
        ("domains/orders.yaml:6:1: a tab indents this line. Indent with spaces.",),
    ),
    Case(
        "bad yaml: indentation",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        " analysts: OrdersAnalyst",
        (
            "domains/orders.yaml:7:2: this does not fit what stands above it. Align it with its neighbours, by spaces, and close the quotes and brackets above it.",
        ),
    ),
    Case(
        "bad yaml: quote",
        ANALYTICS_FILE,
        "description: Reports.",
        'description: "Reports.',
        (
            "domains/analytics.yaml:4:18: this does not fit what stands above it. Align it with its neighbours, by spaces, and close the quotes and brackets above it.",
        ),
    ),
    Case(
        "bad yaml: at sign",
        ANALYTICS_FILE,
        "description: Reports.",
        "description: @reports",
        ("domains/analytics.yaml:2:14: text can't begin with `@`. Put it in quotes.",),
    ),
    Case(
        "bad yaml: unknown escape",
        ANALYTICS_FILE,
        "description: Reports.",
        'description: "a\\qb"',
        (
            "domains/analytics.yaml:2:16: an unknown escape: in double quotes, `\\` begins one. Use single quotes, or write `\\\\`.",
        ),
    ),
    Case(
        "bad yaml: star",
        ANALYTICS_FILE,
        "description: Reports.",
        "description: *all of it",
        (
            "domains/analytics.yaml:2:14: `*all` repeats a value, but none above it is marked `&all`. Write the value out; text that begins with * goes in quotes.",
        ),
    ),
    Case(
        "bad yaml: no colon",
        ANALYTICS_FILE,
        "description: Reports.",
        "description Reports.",
        ("domains/analytics.yaml:3:1: a key without `:` behind it. Write `key: value`.",),
    ),
    Case(
        "duplicate key",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts: OrdersAnalyst\n  analysts: Other",
        (
            "domains/orders.yaml:8:3: roles.analysts: the key `analysts` is here a second time; the first is in line 7. Remove one of the two.",
        ),
    ),
    Case(
        "duplicate domain-level key",
        ORDERS_FILE,
        "streams:",
        "roles: {}\nstreams:",
        (
            "domains/orders.yaml:8:1: roles: the key `roles` is here a second time; the first is in line 5. Remove one of the two.",
        ),
    ),
    Case(
        "unknown key with a near one",
        ORDERS_FILE,
        "description: Customer orders.",
        "descripton: Customer orders.",
        (
            "domains/orders.yaml:1:1: description: the key `description` is missing. Add it: what the domain is about.",
            "domains/orders.yaml:2:1: descripton: unknown key `descripton`. Did you mean `description`?",
        ),
    ),
    Case(
        "unknown key without a near one",
        ANALYTICS_FILE,
        "description: Reports.",
        "description: Reports.\nzzz: 1",
        (
            "domains/analytics.yaml:3:1: zzz: unknown key `zzz`. Remove it. The keys here are `domain`, `description`, `owner`, `accounts`, `roles`, `streams`, `products`, `consumes`, `compute`, `pipelines`, `budget`, `monitoring`.",
        ),
    ),
    Case(
        "unknown key deep inside",
        ORDERS_FILE,
        "quantity: int",
        "quantity: {type: int, pi: true}",
        (
            "domains/orders.yaml:31:33: products.sales.tables.lines.columns.quantity.pi: unknown key `pi`. Did you mean `pii`?",
        ),
    ),
    Case(
        "wrong type: list for text",
        ORDERS_FILE,
        "description: Customer orders.",
        "description: [Customer, orders]",
        ("domains/orders.yaml:2:14: description: expected text, found a list. Write text.",),
    ),
    Case(
        "wrong type: text for list",
        ANALYTICS_FILE,
        "roles: [analysts]",
        "roles: analysts",
        (
            "domains/analytics.yaml:13:12: consumes[0].roles: expected a list, found `analysts`. Write [one, two], or one line with `- ` per item.",
        ),
    ),
    Case(
        "wrong type: text for mapping",
        ANALYTICS_FILE,
        "owner: {team: insights, email: insights@acme.example}",
        "owner: insights",
        (
            "domains/analytics.yaml:3:8: owner: expected a mapping, found `insights`. Write `key: value` lines, indented below it.",
        ),
    ),
    Case(
        "wrong type: true for a mapping of defaults",
        ANALYTICS_FILE,
        "description: Reports.",
        "description: Reports.\nmonitoring: true",
        (
            "domains/analytics.yaml:3:13: monitoring: expected a mapping, found `true`. Write `monitoring: {}` for its defaults, or `key: value` lines, indented below it.",
        ),
    ),
    Case(
        "a name with what it is in",
        ORDERS_FILE,
        "partition_by: [order_date]",
        "partition_by: [orders.order_date]",
        (
            "domains/orders.yaml:18:24: products.sales.tables.orders.partition_by[0]: `orders.order_date` is not a name of lower-case letters, digits and underscores (Glue and Athena store no others). Write the name alone: order_date",
        ),
    ),
    Case(
        "wrong type: yes for true",
        ORDERS_FILE,
        "pii: true",
        "pii: yes",
        (
            "domains/orders.yaml:24:38: products.sales.tables.orders.columns.email.pii: expected `true` or `false`, found `yes`. Write `true` or `false`, without quotes.",
        ),
    ),
    Case(
        "wrong type: quoted number",
        ORDERS_FILE,
        "{description: One record per change.}",
        '{description: One record., retention_hours: "48"}',
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: expected a whole number, found `48` in quotes. Write digits only, without quotes.",
        ),
    ),
    Case(
        "wrong type: float",
        ORDERS_FILE,
        "{description: One record per change.}",
        "{description: One record., retention_hours: 48.5}",
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: expected a whole number, found `48.5`. Write digits only, without quotes.",
        ),
    ),
    Case(
        "wrong type: list for column",
        ORDERS_FILE,
        "quantity: int",
        "quantity: [int]",
        (
            "domains/orders.yaml:31:21: products.sales.tables.lines.columns.quantity: expected text or a mapping, found a list. Write its type alone, or a mapping with `type`.",
        ),
    ),
    Case(
        "number for text",
        ORDERS_FILE,
        "description: Customer orders.",
        "description: 2027",
        (
            'domains/orders.yaml:2:14: description: 2027 without quotes is a number, which YAML does not keep as written. Put it in quotes: "2027".',
        ),
    ),
    Case(
        "missing key",
        ANALYTICS_FILE,
        "description: Reports.\n",
        "",
        (
            "domains/analytics.yaml:1:1: description: the key `description` is missing. Add it: what the domain is about.",
        ),
    ),
    Case(
        "missing key in a list item",
        ANALYTICS_FILE,
        "    purpose: Revenue by country.\n",
        "",
        (
            "domains/analytics.yaml:8:5: consumes[0].purpose: the key `purpose` is missing. Add it: what it is needed for; the producer decides on it.",
        ),
    ),
    Case(
        "two missing keys",
        ORDERS_FILE,
        "{team: order-platform, email: orders@acme.example}",
        "{}",
        (
            "domains/orders.yaml:3:8: owner.email: the key `email` is missing. Add it: address for questions and alarms.",
            "domains/orders.yaml:3:8: owner.team: the key `team` is missing. Add it: name of the team.",
        ),
    ),
    Case(
        "empty value",
        ORDERS_FILE,
        "  analysts: OrdersAnalyst",
        "  analysts:",
        (
            "domains/orders.yaml:7:3: roles.analysts: `analysts` has no value. Give it one, or remove the key.",
        ),
    ),
    Case(
        "empty value of an optional key",
        ANALYTICS_FILE,
        "    until: 2027-06-30",
        "    until:",
        (
            "domains/analytics.yaml:12:5: consumes[0].until: `until` has no value. Give it one, or remove the key.",
        ),
    ),
    Case(
        "empty list item",
        ANALYTICS_FILE,
        "roles: [analysts]",
        "roles: [analysts, ~]",
        (
            "domains/analytics.yaml:13:23: consumes[0].roles[1]: this item has no value. Give it one, or remove it.",
        ),
    ),
    Case(
        "account too short",
        ANALYTICS_FILE,
        '"333333333331"',
        '"33333333333"',
        (
            'domains/analytics.yaml:4:17: accounts.dev: `33333333333` is not an AWS account id: exactly 12 digits. For example: "222222222221"',
        ),
    ),
    Case(
        "account unquoted",
        ANALYTICS_FILE,
        '"333333333331"',
        "333333333331",
        (
            'domains/analytics.yaml:4:17: accounts.dev: 333333333331 without quotes is a number, which YAML does not keep as written. Put it in quotes: "333333333331".',
        ),
    ),
    Case(
        "account unquoted with leading zero",
        ANALYTICS_FILE,
        '"333333333331"',
        "012345678901",
        (
            'domains/analytics.yaml:4:17: accounts.dev: 012345678901 without quotes is a number, which YAML does not keep as written. Put it in quotes: "012345678901".',
        ),
    ),
    Case(
        "account unquoted and octal",
        ANALYTICS_FILE,
        '"333333333331"',
        "012345670123",
        (
            'domains/analytics.yaml:4:17: accounts.dev: 012345670123 without quotes is a number, which YAML does not keep as written. Put it in quotes: "012345670123".',
        ),
    ),
    Case(
        "account unquoted with 0o",
        ANALYTICS_FILE,
        '"333333333331"',
        "0o1234567012",
        (
            'domains/analytics.yaml:4:17: accounts.dev: `0o1234567012` is not an AWS account id: exactly 12 digits. For example: "222222222221"',
        ),
    ),
    Case(
        "account with hyphens",
        ANALYTICS_FILE,
        '"333333333331"',
        "3333-3333-3331",
        (
            'domains/analytics.yaml:4:17: accounts.dev: `3333-3333-3331` is not an AWS account id: exactly 12 digits. For example: "222222222221"',
        ),
    ),
    Case(
        "number in sexagesimal",
        ORDERS_FILE,
        "{description: One record per change.}",
        "{description: One record., retention_hours: 1:30}",
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: expected a whole number, found `1:30`. Write digits only, without quotes.",
        ),
    ),
    Case(
        "number with underscore",
        ORDERS_FILE,
        "{description: One record per change.}",
        "{description: One record., retention_hours: 1_000}",
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: expected a whole number, found `1_000`. Write digits only, without quotes.",
        ),
    ),
    Case(
        "number too small",
        ORDERS_FILE,
        "{description: One record per change.}",
        "{description: One record., retention_hours: 1}",
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: 1 is less than 24, the limit. Choose a number within it.",
        ),
    ),
    Case(
        "number too large",
        ORDERS_FILE,
        "{description: One record per change.}",
        "{description: One record., retention_hours: 99999999999999999999}",
        (
            "domains/orders.yaml:9:61: streams.order-events.retention_hours: 99999999999999999999 has more than 18 digits. Write a number of at most 18 digits.",
        ),
    ),
    Case(
        "malformed date",
        ANALYTICS_FILE,
        "2027-06-30",
        "30.06.2027",
        (
            "domains/analytics.yaml:12:12: consumes[0].until: `30.06.2027` is not a date (not YYYY-MM-DD). Write year-month-day: 2027-12-31",
        ),
    ),
    Case(
        "date that is none",
        ANALYTICS_FILE,
        "2027-06-30",
        "2027-02-30",
        (
            "domains/analytics.yaml:12:12: consumes[0].until: `2027-02-30` is not a date (day is out of range for month). Write year-month-day: 2027-12-31",
        ),
    ),
    Case(
        "date with time",
        ANALYTICS_FILE,
        "2027-06-30",
        "2027-06-30T12:00:00",
        (
            "domains/analytics.yaml:12:12: consumes[0].until: `2027-06-30T12:00:00` is not a date (not YYYY-MM-DD). Write year-month-day: 2027-12-31",
        ),
    ),
    Case(
        "bad format",
        ORDERS_FILE,
        "format: parquet",
        "format: parqet",
        (
            "domains/orders.yaml:27:17: products.sales.tables.lines.format: `parqet` is not one of `iceberg`, `parquet`, `json`, `csv`. Did you mean `parquet`?",
        ),
    ),
    Case(
        "bad domain name",
        ANALYTICS_FILE,
        "domain: analytics",
        "domain: Analytics",
        (
            "domains/analytics.yaml:1:9: domain: `Analytics` is not a name of lower-case letters and digits, with single hyphens inside, that begins with a letter. For example: order-intake",
        ),
    ),
    Case(
        "bad column name",
        ORDERS_FILE,
        "quantity: int",
        "orderQuantity: int",
        (
            "domains/orders.yaml:31:11: products.sales.tables.lines.columns.orderQuantity: `orderQuantity` is not a name of lower-case letters, digits and underscores (Glue and Athena store no others). For example: order_date",
        ),
    ),
    Case(
        "bad product reference",
        ANALYTICS_FILE,
        "product: orders.sales",
        "product: orders/sales",
        (
            "domains/analytics.yaml:8:14: consumes[0].product: `orders/sales` is not a product of a domain, as `domain.product`. For example: customers.profiles",
        ),
    ),
    Case(
        "bad e-mail",
        ANALYTICS_FILE,
        "insights@acme.example",
        "insights",
        (
            "domains/analytics.yaml:3:32: owner.email: `insights` is not an e-mail address. For example: order-platform@acme.example",
        ),
    ),
    Case(
        "bad region",
        MESH_FILE,
        'prod: {governance_account: "111111111112", region: eu-west-1}',
        'prod: {governance_account: "111111111112", region: europe}',
        ("mesh.yaml:4:54: environments.prod.region: `europe` is not an AWS Region. For example: eu-west-1",),
    ),
    Case(
        "bad administrator",
        MESH_FILE,
        "open_classifications",
        "administrators: [Data Admin, arn:aws:iam::111111111111:root]\nopen_classifications",
        tuple(
            f"mesh.yaml:6:{column}: administrators[{place}]: `{given}` is not the name of an IAM role (up to 64 letters, digits and +=,.@_-), or the ARN of a role or user. For example: DataPlatformAdmin"
            for place, column, given in (
                (0, 18, "Data Admin"),
                (1, 30, "arn:aws:iam::111111111111:root"),
            )
        ),
    ),
    Case(
        "bad organization",
        MESH_FILE,
        "open_classifications",
        "organization: acme\nopen_classifications",
        ("mesh.yaml:6:15: organization: `acme` is not an AWS Organizations id. For example: o-a1b2c3d4e5",),
    ),
    Case(
        "name too long",
        ANALYTICS_FILE,
        "domain: analytics",
        "domain: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        (
            "domains/analytics.yaml:1:9: domain: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` has more than 30 characters. Shorten it.",
        ),
    ),
    Case(
        "empty text",
        ANALYTICS_FILE,
        "description: Reports.",
        'description: ""',
        ("domains/analytics.yaml:2:14: description: `description` has no text. Write some.",),
    ),
    Case(
        "no accounts",
        ANALYTICS_FILE,
        '{dev: "333333333331", prod: "333333333332"}',
        "{}",
        ("domains/analytics.yaml:4:11: accounts: `accounts` is empty. Put at least one into it.",),
    ),
    Case(
        "empty list of a required key",
        ANALYTICS_FILE,
        "roles: [analysts]",
        "roles: []",
        ("domains/analytics.yaml:13:12: consumes[0].roles: `roles` is empty. Put at least one into it.",),
    ),
    Case(
        "empty list of an optional key",
        ANALYTICS_FILE,
        "tables: [orders]",
        "tables: []",
        (
            "domains/analytics.yaml:9:13: consumes[0].tables: `tables` is empty. Put at least one into it, or remove the key.",
        ),
    ),
    Case(
        "no steps",
        ANALYTICS_FILE,
        "consumes:",
        "pipelines: {p: {description: P., steps: {}}}\nconsumes:",
        ("domains/analytics.yaml:7:41: pipelines.p.steps: `steps` is empty. Put at least one into it.",),
    ),
    Case(
        "a list that is too long",
        ORDERS_FILE,
        "streams:\n",
        "budget: {monthly_usd: 10, alert_at: [10, 20, 30, 40, 50]}\nstreams:\n",
        (
            "domains/orders.yaml:8:37: budget.alert_at: `alert_at` has more than 4 items. Keep 4 of them at most.",
        ),
    ),
    Case(
        "a number for a duration",
        ORDERS_FILE,
        "    classification: internal\n",
        "    classification: internal\n    slo: {freshness: 26, completeness: 99.5}\n",
        (
            "domains/orders.yaml:14:22: products.sales.slo.freshness: `26` is not a duration: a whole number with m, h or d behind it. For example: 90m",
            "domains/orders.yaml:14:40: products.sales.slo.completeness: `99.5` is not a percentage from 0% to 100%. For example: 99.5%",
        ),
    ),
    Case(
        "a number for a release",
        ORDERS_FILE,
        "streams:\n",
        "compute: {spark: {release: 7.12}}\nstreams:\n",
        (
            "domains/orders.yaml:8:28: compute.spark.release: `7.12` is not a release of EMR Serverless, 7 or later. For example: emr-7.12.0",
        ),
    ),
    *(
        Case(
            f"a rule: {rule}",
            ORDERS_FILE,
            "          email: {type: string, pii: true}\n",
            f"          email: {{type: string, pii: true}}\n        quality: {{rules: [{rule}]}}\n",
            (f"domains/orders.yaml:25:{column}: products.sales.tables.orders.quality.rules[0].{said}",),
        )
        for rule, column, said in (
            (
                "{between: {column: total, min: a}}",
                58,
                "between.min: expected a number, found `a`. Write a number such as 12 or 0.5, without quotes.",
            ),
            (
                "{between: {column: total, max: true}}",
                58,
                "between.max: expected a number, found `true`. Write a number such as 12 or 0.5, without quotes.",
            ),
            (
                "{between: {column: total, max: 12345678901234567890}}",
                58,
                "between.max: 12345678901234567890 has more than 18 digits. Write a number of at most 18 digits.",
            ),
            (
                "{row_count: {max: 99999999999999999999}}",
                45,
                "row_count.max: 99999999999999999999 has more than 18 digits. Write a number of at most 18 digits.",
            ),
            (
                "{in_set: {column: country, values: [null]}}",
                63,
                "in_set.values[0]: this item has no value. Give it one, or remove it.",
            ),
            (
                "{in_set: {column: country, values: [012]}}",
                63,
                'in_set.values[0]: 012 without quotes is a number, which YAML does not keep as written. Put it in quotes: "012".',
            ),
            (
                "{in_set: {column: country, values: [[DE]]}}",
                63,
                "in_set.values[0]: expected text, a number, `true` or `false`, found a list. Write one value.",
            ),
        )
    ),
    Case(
        "an address that is too long",
        ORDERS_FILE,
        "streams:\n",
        f"monitoring: {{runbooks: https://wiki.acme.example/{'a' * 476}}}\nstreams:\n",
        (
            f"domains/orders.yaml:8:24: monitoring.runbooks: `https://wiki.acme.example/{'a' * 124}…{'a' * 149}` has more than 500 characters. Shorten it.",
        ),
    ),
    Case(
        "documentation whose address is too long",
        ORDERS_FILE,
        "    classification: internal\n",
        f"    classification: internal\n    documentation: https://wiki.acme.example/{'a' * 476}\n",
        (
            f"domains/orders.yaml:14:20: products.sales.documentation: `https://wiki.acme.example/{'a' * 124}…{'a' * 149}` has more than 500 characters. Shorten it.",
        ),
    ),
    Case(
        "key read as a number",
        ORDERS_FILE,
        "quantity: int",
        "12: int",
        (
            'domains/orders.yaml:31:11: products.sales.tables.lines.columns.12: the key `12` is a number, not text. Put it in quotes: "12".',
        ),
    ),
    Case(
        "key that begins with a digit",
        ORDERS_FILE,
        "quantity: int",
        '"2026": int',
        (
            "domains/orders.yaml:31:11: products.sales.tables.lines.columns.2026: `2026` is not a name of lower-case letters, digits and underscores (Glue and Athena store no others). Begin it with a letter. For example: order_date",
        ),
    ),
    Case(
        "key read as a boolean",
        ORDERS_FILE,
        "quantity: int",
        "true: int",
        (
            'domains/orders.yaml:31:11: products.sales.tables.lines.columns.true: the key `true` is true or false, not text. Put it in quotes: "true".',
        ),
    ),
    Case(
        "key read as null",
        ORDERS_FILE,
        "quantity: int",
        "null: int",
        (
            'domains/orders.yaml:31:11: products.sales.tables.lines.columns.null: the key `null` is null, not text. Put it in quotes: "null".',
        ),
    ),
    Case(
        "key that is a mapping",
        ANALYTICS_FILE,
        "description: Reports.",
        "{a: b}: Reports.",
        (
            "domains/analytics.yaml:2:1: a mapping stands where a key is expected. Text that begins with { or [ goes in quotes.",
        ),
    ),
    Case(
        "merge key",
        ORDERS_FILE,
        "quantity: int",
        "<<: {a: string}",
        ("domains/orders.yaml:31:11: merge keys (`<<`) are not supported. Write the keys out.",),
    ),
    Case(
        "tag",
        ANALYTICS_FILE,
        "description: Reports.",
        "description: !!python/object:os.system Reports.",
        (
            "domains/analytics.yaml:2:14: the tag `!!python/object:os.system` means nothing here. Remove it; text can go in quotes.",
        ),
    ),
    Case(
        "second document",
        ANALYTICS_FILE,
        "consumes:",
        "---\nconsumes:",
        (
            "domains/analytics.yaml:7:1: a second document begins here (`---`). A file holds one: remove the line, or move what follows to a file of its own.",
        ),
    ),
    Case(
        "control character",
        ANALYTICS_FILE,
        "Reports.",
        "Rep\x07orts.",
        (
            "domains/analytics.yaml:2:17: description: the character U+0007 is not allowed: a control character. Remove it.",
        ),
    ),
    Case(
        "unknown alias",
        ANALYTICS_FILE,
        "[analysts]",
        "*readers",
        (
            "domains/analytics.yaml:13:12: `*readers` repeats a value, but none above it is marked `&readers`. Write the value out; text that begins with * goes in quotes.",
        ),
    ),
    Case(
        "alias of itself",
        ANALYTICS_FILE,
        "[analysts]",
        "&a [*a]",
        ("domains/analytics.yaml:13:16: `*a` is inside what it repeats. Write the value out.",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
