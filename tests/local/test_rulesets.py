"""Glue Data Quality: rules are evaluated on the table's files, as far as Lake Formation lets the role see."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.glue.evaluation import split
from meshwright.local.glue.rulesets import EvaluationError
from tests.embedded import REGION, Aws

Account = Callable[[], str]
ORDERS: list[dict[str, Any]] = [
    {"order_id": "a", "country": "DE", "total": 10},
    {"order_id": "b", "country": "FR", "total": -1},
    {"order_id": "b", "country": None, "total": 5},
]


@pytest.fixture(scope="module")
def place(aws: Aws, account: Account) -> tuple[str, Callable[[str], Any]]:
    """An account with a table of orders and one of countries, which everybody in it may read."""
    number = account()

    def client(service: str) -> Any:
        return aws.client(service, number)

    bucket = f"sales-{number}"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    files: dict[str, list[dict[str, Any]]] = {"orders": ORDERS, "countries": [{"code": "DE"}, {"code": "FR"}]}
    columns = {
        "orders": {"order_id": "string", "country": "string", "total": "int"},
        "countries": {"code": "string"},
    }
    aws.role(number, "quality")
    client("glue").create_database(DatabaseInput={"Name": "sales"})
    for table, rows in files.items():
        body = "\n".join(json.dumps(row) for row in rows)
        client("s3").put_object(Bucket=bucket, Key=f"{table}/data.json", Body=body.encode())
        client("glue").create_table(
            DatabaseName="sales",
            TableInput={
                "Name": table,
                "StorageDescriptor": {
                    "Columns": [{"Name": name, "Type": kind} for name, kind in columns[table].items()],
                    "Location": f"s3://{bucket}/{table}/",
                    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
                },
            },
        )
    return number, client


def evaluated(client: Callable[[str], Any], *rules: str, table: str = "orders", **more: Any) -> Any:
    """The run, and its result if there is one."""
    glue, name = client("glue"), f"r{time.monotonic_ns()}"
    glue.create_data_quality_ruleset(Name=name, Ruleset=f"Rules = [ {', '.join(rules)} ]")
    run = glue.start_data_quality_ruleset_evaluation_run(
        DataSource={"GlueTable": {"DatabaseName": "sales", "TableName": table}},
        Role="quality",
        RulesetNames=[name],
        **more,
    )["RunId"]
    deadline = time.monotonic() + 20
    while True:
        found = glue.get_data_quality_ruleset_evaluation_run(RunId=run)
        if found["Status"] not in ("STARTING", "RUNNING"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    results = [glue.get_data_quality_result(ResultId=each) for each in found["ResultIds"]]
    return found, results[0] if results else None


def test_each_rule_has_a_result_and_the_score_is_their_share(
    place: tuple[str, Callable[[str], Any]],
) -> None:
    _, client = place
    rules = [
        "RowCount > 2",
        'IsUnique "order_id"',
        'ColumnValues "total" >= 0',
        'ColumnCorrelation "total" "total" > 0.5',
    ]
    run, result = evaluated(client, *rules)
    assert run["Status"] == "SUCCEEDED"
    # One order of three has a negative total; two share an id; a correlation is evaluated by Glue alone.
    assert [each["Result"] for each in result["RuleResults"]] == ["PASS", "FAIL", "FAIL", "ERROR"]
    assert [each["Description"] for each in result["RuleResults"]] == rules
    assert result["RuleResults"][2]["EvaluationMessage"] == "1 rows break it"
    assert result["Score"] == 0.25


def test_all_rules_passed_is_a_score_of_one_and_cloudwatch_is_told(
    place: tuple[str, Callable[[str], Any]],
) -> None:
    number, client = place
    run, result = evaluated(client, "RowCount = 3", AdditionalRunOptions={"CloudWatchMetricsEnabled": True})
    assert (run["Status"], result["Score"]) == ("SUCCEEDED", 1.0)
    metrics = client("cloudwatch").list_metrics(Namespace="Glue Data Quality")["Metrics"]
    dimensions = {
        "CatalogId": number,
        "Database": "sales",
        "Ruleset": result["RulesetName"],
        "Table": "orders",
    }
    told = {each["MetricName"]: {one["Name"]: one["Value"] for one in each["Dimensions"]} for each in metrics}
    assert told == {
        "glue.data.quality.rules.passed": dimensions,
        "glue.data.quality.rules.failed": dimensions,
    }


def test_rules_about_other_tables(place: tuple[str, Callable[[str], Any]]) -> None:
    _, client = place
    others = {"countries": {"GlueTable": {"DatabaseName": "sales", "TableName": "countries"}}}
    rule = 'ReferentialIntegrity "country" "countries.code" >= 0.6'
    run, result = evaluated(client, rule, AdditionalDataSources=others)
    assert run["Status"] == "SUCCEEDED", run
    assert [each["Result"] for each in result["RuleResults"]] == ["PASS"]


def test_a_table_that_is_not_there_fails_the_run(place: tuple[str, Callable[[str], Any]]) -> None:
    _, client = place
    run, result = evaluated(client, "RowCount > 0", table="none")
    assert (run["Status"], result) == ("FAILED", None)
    assert run["ErrorString"] == "TABLE_NOT_FOUND: Table 'awsdatacatalog.sales.none' does not exist"


def test_a_role_sees_only_what_it_was_granted(aws: Aws, account: Account) -> None:
    """Nothing was granted here, and no default either."""
    number = account()
    aws.role(number, "quality")
    lake = aws.client("lakeformation", number)
    admin = {"DataLakePrincipalIdentifier": aws.role(number, "embedded-admin")}
    lake.put_data_lake_settings(
        DataLakeSettings={
            "DataLakeAdmins": [admin],
            "CreateDatabaseDefaultPermissions": [],
            "CreateTableDefaultPermissions": [],
        }
    )
    aws.client("glue", number).create_database(
        DatabaseInput={"Name": "sales", "CreateTableDefaultPermissions": []}
    )
    aws.client("glue", number).create_table(DatabaseName="sales", TableInput={"Name": "orders"})
    run, _ = evaluated(lambda service: aws.client(service, number), "RowCount > 0")
    assert run["Status"] == "FAILED"
    assert "Insufficient Lake Formation permission(s)" in run["ErrorString"]


def test_rulesets_are_listed_and_unknown_ones_refused(aws: Aws, account: Account) -> None:
    glue = aws.client("glue", account())
    glue.create_data_quality_ruleset(Name="r", Ruleset="Rules = [ RowCount > 1 ]")
    with pytest.raises(ClientError, match="AlreadyExists"):
        glue.create_data_quality_ruleset(Name="r", Ruleset="Rules = [ RowCount > 1 ]")
    assert [each["Name"] for each in glue.list_data_quality_rulesets()["Rulesets"]] == ["r"]
    glue.delete_data_quality_ruleset(Name="r")
    with pytest.raises(ClientError, match="EntityNotFound"):
        glue.get_data_quality_ruleset(Name="r")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Rules = [ RowCount > 1 ]", ["RowCount > 1"]),
        (
            'Rules = [\n    IsComplete "a",\n    ColumnValues "b" in ["x,]", "y"]\n]',
            ['IsComplete "a"', 'ColumnValues "b" in ["x,]", "y"]'],
        ),
        ('Rules = [ (IsUnique "a") and (RowCount between 1 and 9), RowCount > 0 ]', None),
        ("Rules = [ ]", []),
    ],
)
def test_a_document_is_taken_apart(text: str, rules: list[str] | None) -> None:
    expected = ['(IsUnique "a") and (RowCount between 1 and 9)', "RowCount > 0"] if rules is None else rules
    assert list(split(text)) == expected


@pytest.mark.parametrize("text", ["RowCount > 1", "Analyzers = [ RowCount ]", 'Rules = [ IsComplete "a'])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError):
        list(split(text))
