"""Queries run by duckdb: what the caller's grants show, where results go, and how a query fails."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.athena.projection import values_in
from meshwright.local.athena.results import Result, ResultColumn, text_of
from meshwright.local.athena.statement import understood
from meshwright.local.files.columns import columns_of
from meshwright.local.files.parquet import parquet
from tests.embedded import Aws
from tests.local.lake import CSV, JSON, Lake, made
from tests.local.stacks import deleted, deploy, reasons

COLUMNS = {
    "order_id": "string",
    "country": "string",
    "total": "decimal(12,2)",
    "lines": "array<struct<n:int>>",
}
ROWS = [
    {"order_id": "a", "country": "DE", "total": "10.50", "lines": [{"n": 1}, {"n": 2}]},
    {"order_id": "b", "country": "US", "total": "20.00", "lines": []},
    {"order_id": "c", "country": "DE", "total": None, "lines": None},
]


@pytest.fixture(scope="module")
def lake(aws: Aws, account: Callable[[], str]) -> Lake:
    """The table `orders`, which a consumer's role `Analyst` reads by a filter, and a workgroup."""
    lake = made(aws, account(), account(), account())
    lake.table("orders", COLUMNS, partitions={"day": "date"})
    columns = columns_of({"Name": name, "Type": kind} for name, kind in COLUMNS.items())
    lake.put("sales/orders/day=2026-11-23/1.parquet", parquet(columns, ROWS[:2]))
    lake.put("sales/orders/day=2026-11-24/1.parquet", parquet(columns, ROWS[2:]))
    glue = lake.client("glue", lake.owner)
    for day in ("2026-11-23", "2026-11-24"):
        location = f"s3://{lake.bucket}/sales/orders/day={day}/"
        glue.create_partition(
            DatabaseName="sales",
            TableName="orders",
            PartitionInput={"Values": [day], "StorageDescriptor": {"Location": location}},
        )
    for role in ("Analyst", "Nobody", "Reporter"):
        aws.role(lake.consumer, role)
    german = lake.filter("german", "orders", ["order_id", "country", "total", "day"], "country = 'DE'")
    lake.share("Analyst", german)
    results = f"results-{lake.consumer}"
    where = {"LocationConstraint": "eu-west-1"}
    lake.client("s3", lake.consumer).create_bucket(Bucket=results, CreateBucketConfiguration=where)
    lake.client("athena", lake.consumer).create_work_group(
        Name="analysts",
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{results}/athena/"},
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
    return lake


def run(lake: Lake, query: str, *, role: str = "Analyst", account: str | None = None, **more: Any) -> Any:
    """A query that has ended, as GetQueryExecution describes it."""
    athena = lake.client("athena", account or lake.consumer, role)
    given = {"WorkGroup": "analysts", "QueryExecutionContext": {"Database": "sales"}, **more}
    identifier = athena.start_query_execution(QueryString=query, **given)["QueryExecutionId"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        execution = athena.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return execution
        time.sleep(0.01)
    raise TimeoutError(query)


def rows(lake: Lake, query: str, **more: Any) -> list[list[str | None]]:
    """The result, the names of its columns first."""
    execution = run(lake, query, **more)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    athena = lake.client("athena", lake.consumer)
    found = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
    return [[each.get("VarCharValue") for each in row["Data"]] for row in found]


def reason(lake: Lake, query: str, **more: Any) -> str:
    execution = run(lake, query, **more)
    assert execution["Status"]["State"] == "FAILED"
    said: str = execution["Status"]["StateChangeReason"]
    return said


def test_a_consumer_reads_only_the_agreed_columns_and_rows(lake: Lake) -> None:
    assert rows(lake, "SELECT * FROM sales.orders ORDER BY order_id") == [
        ["order_id", "country", "total", "day"],
        ["a", "DE", "10.50", "2026-11-23"],
        ["c", "DE", None, "2026-11-24"],
    ]


def test_a_column_that_is_not_granted_does_not_exist(lake: Lake) -> None:
    assert reason(lake, "SELECT lines FROM orders") == (
        "COLUMN_NOT_FOUND: Column 'lines' cannot be resolved or requester is not authorized to access "
        "requested resources"
    )


def test_a_role_without_a_grant_is_refused_in_lake_formations_words(lake: Lake) -> None:
    said = reason(lake, "SELECT * FROM orders", role="Nobody")
    assert said.startswith("Insufficient Lake Formation permission(s): Required Describe on sales (Service: ")
    assert "Error Code: AccessDeniedException" in said


def test_several_filters_add_up_cell_by_cell(lake: Lake) -> None:
    """Of the row in the US, the grant on all rows shows one column only."""
    lake.grant(
        lake.owner,
        lake.consumer,
        ["SELECT"],
        DataCellsFilter=lake.filter("ids", "orders", ["order_id"]),
    )
    reporter = f"arn:aws:iam::{lake.consumer}:role/Reporter"
    lake.grant(lake.consumer, reporter, ["DESCRIBE"], Database={"Name": "sales"})
    for name in ("german", "ids"):
        each = {"TableCatalogId": lake.owner, "DatabaseName": "sales", "TableName": "orders", "Name": name}
        lake.grant(lake.consumer, reporter, ["SELECT"], DataCellsFilter=each)
    found = rows(lake, "SELECT order_id, country, total FROM orders ORDER BY 1", role="Reporter")
    assert found[1:] == [["a", "DE", "10.50"], ["b", None, None], ["c", "DE", None]]


def test_an_owner_reads_everything_it_is_granted_and_an_administrator_nothing_by_being_one(
    lake: Lake,
) -> None:
    lake.client("s3", lake.owner).create_bucket(
        Bucket=f"own-{lake.owner}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    own = {
        "account": lake.owner,
        "WorkGroup": "primary",
        "ResultConfiguration": {"OutputLocation": f"s3://own-{lake.owner}/"},
    }
    query = "SELECT order_id, cardinality(lines) AS n FROM orders ORDER BY order_id"
    lake.aws.role(lake.owner, "Other")
    granted = {"DatabaseName": "sales", "Name": "orders"}
    lake.grant(lake.owner, f"arn:aws:iam::{lake.owner}:role/Other", ["SELECT"], Table=granted)
    assert run(lake, query, role="Other", **own)["Status"]["State"] == "SUCCEEDED"
    owner = lake.client("lakeformation", lake.owner)
    admin = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{lake.owner}:role/Admin"}
    owner.revoke_permissions(Principal=admin, Resource={"Table": granted}, Permissions=["ALL"])
    assert "Required Select on orders" in reason(lake, query, role="Admin", **own)


def test_names_expressions_and_parameters(lake: Lake) -> None:
    found = rows(
        lake,
        """WITH german AS (SELECT * FROM "AwsDataCatalog"."sales"."orders")
           SELECT count(*), sum(orders.total) AS revenue, max(day), 7 / 2
           FROM orders WHERE country = ? AND order_id IN (SELECT order_id FROM german)""",
        ExecutionParameters=["'DE'"],
    )
    assert found == [["_col0", "revenue", "_col2", "_col3"], ["2", "10.50", "2026-11-24", "3"]]


def test_results_lie_in_the_place_that_the_workgroup_enforces(lake: Lake) -> None:
    elsewhere = {"OutputLocation": f"s3://results-{lake.consumer}/elsewhere/"}
    execution = run(lake, "SELECT order_id, total FROM orders ORDER BY 1", ResultConfiguration=elsewhere)
    identifier = execution["QueryExecutionId"]
    assert execution["ResultConfiguration"]["OutputLocation"] == (
        f"s3://results-{lake.consumer}/athena/{identifier}.csv"
    )
    s3 = lake.client("s3", lake.consumer)
    body = s3.get_object(Bucket=f"results-{lake.consumer}", Key=f"athena/{identifier}.csv")["Body"].read()
    assert body == b'"order_id","total"\n"a","10.50"\n"c",\n'
    sizes = [len(lake.body(f"sales/orders/day={day}/1.parquet")) for day in ("2026-11-23", "2026-11-24")]
    assert execution["Statistics"]["DataScannedInBytes"] == sum(sizes)
    assert execution["WorkGroup"] == "analysts"


def test_pages_of_results(lake: Lake) -> None:
    execution = run(lake, "SELECT order_id FROM orders ORDER BY 1")
    athena = lake.client("athena", lake.consumer)
    pages = athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=execution["QueryExecutionId"], PaginationConfig={"PageSize": 2}
    )
    found = [[row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]] for page in pages]
    assert found == [["order_id", "a"], ["c"]]


def test_json_and_csv_and_projected_partitions(lake: Lake) -> None:
    lake.table("consents", {"id": "string", "granted": "boolean", "at": "timestamp"}, serde=JSON)
    lake.put(
        "sales/consents/1.json", b'{"ID": "x", "granted": true, "at": "2026-01-02T03:04:05Z"}\n{"id": "y"}\n'
    )
    lake.put("sales/consents/_temporary", b"no json")
    lake.table(
        "weeks", {"week": "string", "days": "double"}, serde=CSV, parameters={"skip.header.line.count": "1"}
    )
    lake.put("sales/weeks/1.csv", b'week,days\n2026-W01,1.5\n"2026-W02",\\N\n2026-W03,many\n')
    parameters = {
        "projection.enabled": "true",
        "projection.arrived_on.type": "date",
        "projection.arrived_on.range": "2026-01-01,NOW",
        "projection.arrived_on.format": "yyyy-MM-dd",
    }
    lake.table("landed", {"id": "string"}, partitions={"arrived_on": "date"}, parameters=parameters)
    columns = columns_of([{"Name": "id", "Type": "string"}])
    for day in ("2025-12-31", "2026-01-01", "9999-01-01"):
        lake.put(f"sales/landed/arrived_on={day}/1.parquet", parquet(columns, [{"id": day}]))
    named = [
        lake.filter("all", "consents", ["id", "granted", "at"]),
        lake.filter("all", "weeks", ["week", "days"]),
        lake.filter("all", "landed", ["id", "arrived_on"]),
    ]
    for each in named:
        lake.let_read("Analyst", each)
    assert rows(lake, "SELECT * FROM consents ORDER BY id")[1:] == [
        ["x", "true", "2026-01-02 03:04:05.000"],
        ["y", None, None],
    ]
    assert rows(lake, "SELECT * FROM weeks ORDER BY 1")[1:] == [
        ['"2026-W02"', None],
        ["2026-W01", "1.5"],
        ["2026-W03", None],
    ]
    assert rows(lake, "SELECT id, arrived_on FROM landed")[1:] == [["2026-01-01", "2026-01-01"]]


def test_a_query_that_would_read_too_much_is_cancelled(lake: Lake) -> None:
    lake.table("big", {"id": "string"})
    lake.put("sales/big/1.parquet", bytes(10_000_001))
    each = lake.filter("all", "big", ["id"])
    lake.grant(lake.owner, lake.consumer, ["SELECT"], DataCellsFilter=each)
    lake.grant(lake.consumer, f"arn:aws:iam::{lake.consumer}:role/Analyst", ["SELECT"], DataCellsFilter=each)
    execution = run(lake, "SELECT * FROM big")
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"


def test_an_iceberg_table_is_read_only_while_it_is_empty(lake: Lake) -> None:
    metadata = f"s3://{lake.bucket}/sales/entries/metadata/0.json"
    parameters = {"table_type": "ICEBERG", "metadata_location": metadata}
    lake.table("entries", {"id": "string"}, parameters=parameters)
    lake.let_read("Analyst", lake.filter("all", "entries", ["id"]))
    assert rows(lake, "SELECT id FROM entries") == [["id"]]
    lake.put("sales/entries/metadata/0.json", b"{}")
    assert f"metadata at {metadata}, which the embedded AWS can't read" in reason(
        lake, "SELECT * FROM entries"
    )


def test_insert_writes_files_and_registers_their_partitions(lake: Lake) -> None:
    lake.table("lines", {"id": "string", "n": "int"}, partitions={"day": "date"})
    for role in ("Analyst", "Writer"):
        lake.aws.role(lake.owner, role)
    table = {"DatabaseName": "sales", "Name": "lines"}
    writer = f"arn:aws:iam::{lake.owner}:role/Writer"
    lake.grant(lake.owner, writer, ["ALTER", "INSERT", "SELECT"], Table=table)
    lake.grant(lake.owner, writer, ["SELECT"], Table={"DatabaseName": "sales", "Name": "orders"})
    results = f"written-{lake.owner}"
    lake.client("s3", lake.owner).create_bucket(
        Bucket=results, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    own: dict[str, Any] = {
        "account": lake.owner,
        "role": "Writer",
        "WorkGroup": "primary",
        "ResultConfiguration": {"OutputLocation": f"s3://{results}"},
    }
    first = "INSERT INTO lines SELECT order_id, cardinality(lines), day FROM orders WHERE country = 'DE'"
    execution = run(lake, first, **own)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert execution["SubstatementType"] == "INSERT"
    athena = lake.client("athena", lake.owner)
    found = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    assert (found["UpdateCount"], found["ResultSet"]["Rows"]) == (2, [])
    files = lake.keys("sales/lines/")
    assert [each.rpartition("/")[0] for each in files] == [
        "sales/lines/day=2026-11-23",
        "sales/lines/day=2026-11-24",
    ]
    manifest = f"{execution['QueryExecutionId']}-manifest.csv"
    body = lake.client("s3", lake.owner).get_object(Bucket=results, Key=manifest)["Body"].read()
    assert body.decode().splitlines() == [f"s3://{lake.bucket}/{each}" for each in files]

    second = "INSERT INTO lines (day, id) VALUES (DATE '2026-11-24', 'z')"
    assert run(lake, second, **own)["Status"]["State"] == "SUCCEEDED"
    assert len(lake.keys("sales/lines/day=2026-11-24/")) == 2
    lake.let_read("Analyst", lake.filter("all", "lines", ["id", "n", "day"]))
    assert rows(lake, "SELECT * FROM lines ORDER BY id")[1:] == [
        ["a", "2", "2026-11-23"],
        ["c", None, "2026-11-24"],
        ["z", None, "2026-11-24"],
    ]
    said = reason(lake, "INSERT INTO lines SELECT 'x', 1, current_date", **(own | {"role": "Analyst"}))
    assert "Required Insert on lines" in said
    assert "the table has 3 columns, the query 1" in reason(lake, "INSERT INTO lines SELECT 'x'", **own)
    assert "does not exist in target table: m" in reason(lake, "INSERT INTO lines (m) SELECT 1", **own)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM missing.orders", "TABLE_NOT_FOUND: Table 'awsdatacatalog.missing.orders'"),
        ("SELECT * FROM none", "Insufficient Lake Formation permission(s): Required Select on none"),
        ("SELECT 1 / 0 + 'a'", "GENERIC_USER_ERROR: "),
        ("SELEC 1", "SYNTAX_ERROR: "),
    ],
)
def test_how_queries_fail(lake: Lake, query: str, expected: str) -> None:
    assert expected in reason(lake, query)


def test_a_query_needs_a_place_for_its_result_and_a_workgroup_that_is_enabled(lake: Lake) -> None:
    athena = lake.client("athena", lake.consumer)
    with pytest.raises(ClientError, match="No output location provided"):
        athena.start_query_execution(QueryString="SELECT 1")
    with pytest.raises(ClientError, match="WorkGroup none is not found"):
        athena.start_query_execution(QueryString="SELECT 1", WorkGroup="none")
    with pytest.raises(ClientError, match="was not found"):
        athena.get_query_execution(QueryExecutionId="none")


def test_workgroup_and_named_query(lake: Lake) -> None:
    cloudformation, athena = (lake.client(each, lake.consumer) for each in ("cloudformation", "athena"))
    results = {"OutputLocation": f"s3://results-{lake.consumer}/one/"}
    group: dict[str, Any] = {
        "Name": "reports",
        "Description": "Reports.",
        "WorkGroupConfiguration": {"BytesScannedCutoffPerQuery": 10_000_000, "ResultConfiguration": results},
        "Tags": [{"Key": "domain", "Value": "analytics"}],
    }
    named = {"Name": "revenue", "Database": "sales", "QueryString": "SELECT 1", "WorkGroup": {"Ref": "Group"}}
    template = {
        "Resources": {
            "Group": {"Type": "AWS::Athena::WorkGroup", "Properties": group},
            "Query": {"Type": "AWS::Athena::NamedQuery", "Properties": named},
        },
        "Outputs": {"Query": {"Value": {"Ref": "Query"}}},
    }

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = athena.get_work_group(WorkGroup="reports")["WorkGroup"]
        return found

    def query() -> dict[str, Any]:
        (identifier,) = athena.list_named_queries(WorkGroup="reports")["NamedQueryIds"]
        found: dict[str, Any] = athena.get_named_query(NamedQueryId=identifier)["NamedQuery"]
        return {name: found[name] for name in ("Name", "Database", "QueryString", "WorkGroup")}

    assert deploy(cloudformation, "reports", template) == "CREATE_COMPLETE", reasons(
        cloudformation, "reports"
    )
    assert seen()["Configuration"]["BytesScannedCutoffPerQuery"] == 10_000_000
    assert seen()["Configuration"]["ResultConfiguration"] == results
    assert query() == {**named, "WorkGroup": "reports"}
    group |= {"Description": "More.", "State": "DISABLED", "WorkGroupConfiguration": {}}
    named["QueryString"] = "SELECT 2"
    status = deploy(cloudformation, "reports", template, kind="UPDATE")
    assert status == "UPDATE_COMPLETE", reasons(cloudformation, "reports")
    assert (seen()["Description"], seen()["State"]) == ("More.", "DISABLED")
    assert "BytesScannedCutoffPerQuery" not in seen()["Configuration"]
    assert seen()["Configuration"]["ResultConfiguration"] == {}
    assert query()["QueryString"] == "SELECT 2"
    with pytest.raises(ClientError, match="is disabled"):
        athena.start_query_execution(QueryString="SELECT 1", WorkGroup="reports")
    assert deleted(cloudformation, "reports") == "DELETE_COMPLETE"
    assert "reports" not in [each["Name"] for each in athena.list_work_groups()["WorkGroups"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("DROP TABLE orders", "SELECT and INSERT INTO, not DROP"),
        ("SHOW TABLES", "not SHOW"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed."),
        ("SELECT * FROM read_csv('/etc/passwd')", "no table function"),
        ("SELECT * FROM query_table('t0')", "no table function"),
        ("SELECT * FROM orders", "MISSING_SCHEMA_NAME"),
        ("SELECT * FROM other.sales.orders", "CATALOG_NOT_FOUND: Catalog 'other' does not exist"),
        ("SELECT ?", "INVALID_PARAMETER_USAGE"),
    ],
)
def test_statements_that_are_refused(query: str, expected: str) -> None:
    with pytest.raises(QueryFailedError, match=expected):
        understood(query, database=None)


def test_tables_get_names_of_their_own_and_keep_those_by_which_they_are_called() -> None:
    found = understood('SELECT a.x, t.y FROM s.a, S.A AS t, "s"."b" WHERE s.b.z = 1', database=None)
    assert found.tables == {("s", "a"): "t0", ("s", "b"): "t1"}
    assert found.sql == 'SELECT a.x, t.y FROM t0 AS "a", t0 AS t, t1 AS "b" WHERE b.z = 1'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, "true"),
        (Decimal("1E+3"), "1000"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (1e20, "1.0E20"),
        (-1.25e-7, "-1.25E-7"),
        (float("inf"), "Infinity"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, 678900), "2026-01-02 03:04:05.678"),
        (b"hi", "68 69"),
        ([{"a": 1, "b": None}, None], "[{a=1, b=null}, null]"),
    ],
)
def test_values_as_athena_shows_them(value: object, expected: str | None) -> None:
    assert text_of(value) == expected


def test_csv_quotes_values_and_leaves_nulls_empty() -> None:
    columns = tuple(ResultColumn(name, "varchar", 0, 0) for name in ("a", "b"))
    assert Result(columns, (('say "x"', None), ("", "1"))).csv() == b'"a","b"\n"say ""x""",\n"","1"\n'


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATES = {"projection.day.type": "date", "projection.day.range": "NOW-2DAYS,NOW"}


@pytest.mark.parametrize(
    ("path", "settings", "expected"),
    [
        ("s3://b/t/day=2026-11-23/x", DATES, {"day": "2026-11-23"}),
        ("s3://b/t/day=2026-11-21/x", DATES, None),
        ("s3://b/t/day=2026-11-25/x", DATES, None),
        ("s3://b/t/other/x", DATES, None),
        (
            "s3://b/t/2026/11/24/x",
            {
                **DATES,
                "projection.day.format": "yyyy/MM/dd",
                "storage.location.template": "s3://b/t/${day}",
            },
            None,  # a value with slashes would need several folders: one `${day}` is one folder here
        ),
        ("s3://b/t/day=7/x", {"projection.day.type": "integer", "projection.day.range": "1,7"}, {"day": "7"}),
        ("s3://b/t/day=8/x", {"projection.day.type": "integer", "projection.day.range": "1,7"}, None),
        (
            "s3://b/t/day=mon/x",
            {"projection.day.type": "enum", "projection.day.values": "mon, tue"},
            {"day": "mon"},
        ),
        ("s3://b/t/day=wed/x", {"projection.day.type": "enum", "projection.day.values": "mon, tue"}, None),
        ("s3://b/t/day=any/x", {"projection.day.type": "injected"}, {"day": "any"}),
    ],
)
def test_projected_partitions(path: str, settings: dict[str, str], expected: dict[str, str] | None) -> None:
    assert values_in(path, keys=["day"], location="s3://b/t/", settings=settings, now=NOW) == expected
