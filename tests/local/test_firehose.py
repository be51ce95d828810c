"""Records travel from a Kinesis stream into the files of a table, or into the prefix of errors."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meshwright.config.column_types import parse_type
from meshwright.local.files.columns import columns_of
from meshwright.local.files.parquet import parquet
from meshwright.local.files.values import ValueMismatchError, documents, row, value_of
from meshwright.local.firehose.batches import Record, buffers
from meshwright.local.firehose.prefix import PrefixError, check, evaluated
from meshwright.local.firehose.settings import SettingsError, destination_of
from tests.embedded import REGION, Aws
from tests.local.lake import Lake, made
from tests.local.stacks import deleted, deploy, reasons

COLUMNS = {"order_id": "string", "total": "decimal(12,2)", "changed_at": "timestamp"}


@pytest.fixture(scope="module")
def lake(aws: Aws, account: Callable[[], str]) -> Lake:
    return made(aws, account(), account(), account())


def stack(lake: Lake, name: str, **destination: Any) -> dict[str, Any]:
    """A stream and its delivery into the table `name`."""
    role = f"arn:aws:iam::{lake.producer}:role/delivery"
    schema = {"CatalogId": lake.owner, "DatabaseName": "sales", "TableName": name, "RoleARN": role}
    conversion = {
        "Enabled": True,
        "SchemaConfiguration": {**schema, "Region": REGION},
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
    }
    s3 = {
        "RoleARN": role,
        "BucketARN": f"arn:aws:s3:::{lake.bucket}",
        "Prefix": f"sales/{name}/arrived_on=!{{timestamp:yyyy-MM-dd}}/",
        "ErrorOutputPrefix": f"failed/{name}/!{{firehose:error-output-type}}/",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "DataFormatConversionConfiguration": conversion,
        **destination,
    }
    source = {"KinesisStreamARN": {"Fn::GetAtt": ["Stream", "Arn"]}, "RoleARN": role}
    properties = {
        "DeliveryStreamName": name,
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": source,
        "ExtendedS3DestinationConfiguration": s3,
        "Tags": [{"Key": "domain", "Value": "orders"}],
    }
    return {
        "Resources": {
            "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": name, "ShardCount": 2}},
            "Delivery": {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": properties},
        },
        "Outputs": {
            "Ref": {"Value": {"Ref": "Delivery"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Delivery", "Arn"]}},
        },
    }


def deployed(lake: Lake, name: str, *, granted: bool = True, **destination: Any) -> dict[str, Any]:
    if granted:
        lake.grant(
            lake.owner,
            f"arn:aws:iam::{lake.producer}:role/delivery",
            ["SELECT", "DESCRIBE"],
            Table={"DatabaseName": "sales", "Name": name},
        )
        ram = lake.client("ram", lake.producer)
        for each in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            if each["status"] == "PENDING":
                ram.accept_resource_share_invitation(
                    resourceShareInvitationArn=each["resourceShareInvitationArn"]
                )
    template = stack(lake, name, **destination)
    cloudformation = lake.client("cloudformation", lake.producer)
    assert deploy(cloudformation, name, template) == "CREATE_COMPLETE", reasons(cloudformation, name)
    return template


@pytest.fixture(scope="module", autouse=True)
def delivery_role(lake: Lake) -> None:
    lake.aws.role(lake.producer, "delivery")


def put(lake: Lake, stream: str, *records: Any) -> None:
    kinesis = lake.client("kinesis", lake.producer)
    for index, each in enumerate(records):
        data = each if isinstance(each, bytes) else json.dumps(each).encode()
        kinesis.put_record(StreamName=stream, Data=data, PartitionKey=str(index))


def read(lake: Lake, key: str, folder: Path) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """Columns with their types, and rows, of a Parquet object."""
    copy = folder / "copy.parquet"
    copy.write_bytes(lake.body(key))
    described = duckdb.execute(f"DESCRIBE SELECT * FROM '{copy}'").fetchall()  # noqa: S608
    rows = duckdb.execute(f"SELECT * FROM '{copy}' ORDER BY 1").fetchall()  # noqa: S608
    return {name: kind for name, kind, *_ in described}, rows


def test_records_become_a_parquet_object_with_the_columns_of_the_table(lake: Lake, tmp_path: Path) -> None:
    lake.table("changes", COLUMNS, partitions={"arrived_on": "date"})
    deployed(lake, "changes")
    put(
        lake,
        "changes",
        {"ORDER_ID": "a", "total": 12.5, "changed_at": "2026-11-24T10:11:12.25Z", "unknown": 1},
        {"order_id": "b", "changed_at": 1518033528},
    )
    today = datetime.now(UTC).date().isoformat()
    (written,) = lake.deliver("changes")
    assert written["key"].startswith(f"sales/changes/arrived_on={today}/changes-1-{today}-")
    assert written["key"].endswith(".parquet")
    assert written["records"] == 2
    columns, rows = read(lake, written["key"], tmp_path)
    assert columns == {"order_id": "VARCHAR", "total": "DECIMAL(12,2)", "changed_at": "TIMESTAMP"}
    assert rows == [
        ("a", Decimal("12.50"), datetime(2026, 11, 24, 10, 11, 12, 250000)),
        ("b", None, datetime(2018, 2, 7, 19, 58, 48)),
    ]
    assert lake.deliver("changes") == []
    put(lake, "changes", {"order_id": "c"})
    assert [each["records"] for each in lake.deliver("changes")] == [1]


def test_the_clock_of_the_emulation_delivers_without_being_told(lake: Lake) -> None:
    lake.table("clock", COLUMNS)
    deployed(lake, "clock", Prefix="sales/clock/")
    put(lake, "clock", {"order_id": "a"})
    deadline = time.monotonic() + 10
    while not lake.keys("sales/clock/") and time.monotonic() < deadline:
        time.sleep(0.05)
    (key,) = lake.keys("sales/clock/")
    assert key.startswith(f"sales/clock/{datetime.now(UTC):%Y/%m/%d/}")


def test_records_that_cannot_be_converted_go_to_the_prefix_of_errors(lake: Lake) -> None:
    lake.table("broken", COLUMNS)
    deployed(lake, "broken", Prefix="sales/broken/!{timestamp:yyyy}/")
    put(lake, "broken", b"no json", {"order_id": "a", "total": "much"}, {"order_id": "b"})
    written = {each["key"].split("/")[0]: each for each in lake.deliver("broken")}
    assert {name: each["records"] for name, each in written.items()} == {"sales": 1, "failed": 2}
    assert written["failed"]["key"].startswith("failed/broken/format-conversion-failed/broken-1-")
    lines = [json.loads(line) for line in lake.body(written["failed"]["key"]).splitlines()]
    failed = {base64.b64decode(line["rawData"]): line for line in lines}
    assert set(failed) == {b"no json", b'{"order_id": "a", "total": "much"}'}
    parse = failed[b"no json"]
    assert parse["ErrorCode"] == "DataFormatConversion.ParseError"
    assert parse["attemptsMade"] == 1
    assert parse["dataCatalogTable"] == {
        "catalogId": lake.owner,
        "databaseName": "sales",
        "tableName": "broken",
        "region": REGION,
        "versionId": "LATEST",
        "catalogArn": f"arn:aws:glue:{REGION}:{lake.owner}:catalog",
    }
    mismatch = failed[b'{"order_id": "a", "total": "much"}']
    assert mismatch["ErrorCode"] == "DataFormatConversion.InvalidSchema"
    assert mismatch["ErrorMessage"] == 'Column total: "much" is not a value of type decimal(12,2).'


def test_without_a_grant_on_the_table_nothing_is_converted(lake: Lake) -> None:
    lake.table("closed", COLUMNS)
    deployed(lake, "closed", granted=False, Prefix="sales/closed/")
    put(lake, "closed", {"order_id": "a"})
    (written,) = lake.deliver("closed")
    assert written["key"].startswith("failed/closed/format-conversion-failed/")
    (line,) = [json.loads(each) for each in lake.body(written["key"]).splitlines()]
    assert line["ErrorCode"] == "DataFormatConversion.AccessDenied"


def test_dynamic_partitioning_puts_an_object_into_each_folder(lake: Lake, tmp_path: Path) -> None:
    lake.table("orders", {"order_id": "string"}, partitions={"country": "string"})
    query = {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{country: .country}"}
    engine = {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}
    processors = [{"Type": "MetadataExtraction", "Parameters": [query, engine]}]
    deployed(
        lake,
        "orders",
        Prefix="sales/orders/country=!{partitionKeyFromQuery:country}/!{timestamp:yyyy-MM-dd-HH}-",
        DynamicPartitioningConfiguration={"Enabled": True},
        ProcessingConfiguration={"Enabled": True, "Processors": processors},
    )
    put(
        lake,
        "orders",
        {"order_id": "a", "country": "DE"},
        {"order_id": "b", "country": "FR"},
        {"order_id": "c", "country": "DE"},
        {"order_id": "d"},
    )
    found = {}
    for each in lake.deliver("orders"):
        folder = each["key"].rpartition("/")[0]
        found[folder] = each["records"] if "failed" in folder else read(lake, each["key"], tmp_path)[1]
    assert found == {
        "sales/orders/country=DE": [("a",), ("c",)],
        "sales/orders/country=FR": [("b",)],
        "failed/orders/processing-failed": 1,
    }


def test_what_cannot_be_written_is_delivered_once_it_can(lake: Lake) -> None:
    lake.table("late", {"order_id": "string"})
    deployed(lake, "late", Prefix="sales/late/", BucketARN=f"arn:aws:s3:::{lake.bucket}-late")
    put(lake, "late", {"order_id": "a"})
    assert lake.deliver("late") == []
    where = {"LocationConstraint": REGION}
    s3 = lake.client("s3", lake.producer)
    s3.create_bucket(Bucket=f"{lake.bucket}-late", CreateBucketConfiguration=where)
    lake.deliver("late")
    assert len(s3.list_objects_v2(Bucket=f"{lake.bucket}-late")["Contents"]) == 1


def test_the_resource_is_made_updated_and_deleted(lake: Lake) -> None:
    lake.table("life", COLUMNS)
    template = deployed(lake, "life")
    cloudformation, firehose = (lake.client(each, lake.producer) for each in ("cloudformation", "firehose"))
    outputs = cloudformation.describe_stacks(StackName="life")["Stacks"][0]["Outputs"]
    arn = f"arn:aws:firehose:{REGION}:{lake.producer}:deliverystream/life"
    assert {each["OutputKey"]: each["OutputValue"] for each in outputs} == {"Ref": "life", "Arn": arn}
    put(lake, "life", {"order_id": "a"})
    lake.deliver("life")

    properties = template["Resources"]["Delivery"]["Properties"]
    properties["ExtendedS3DestinationConfiguration"]["Prefix"] = "sales/life/other/"
    properties["Tags"] = [{"Key": "team", "Value": "one"}]
    assert deploy(cloudformation, "life", template, kind="UPDATE") == "UPDATE_COMPLETE"
    described = firehose.describe_delivery_stream(DeliveryStreamName="life")["DeliveryStreamDescription"]
    destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert (described["VersionId"], destination["Prefix"]) == ("2", "sales/life/other/")
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName="life")["Tags"]
    assert tags == [{"Key": "team", "Value": "one"}]
    put(lake, "life", {"order_id": "b"})
    (written,) = lake.deliver("life")
    assert written["key"].startswith("sales/life/other/")

    assert deleted(cloudformation, "life") == "DELETE_COMPLETE"
    assert "life" not in firehose.list_delivery_streams()["DeliveryStreamNames"]


def test_an_iceberg_destination_says_that_it_delivers_nothing(lake: Lake) -> None:
    role = f"arn:aws:iam::{lake.producer}:role/delivery"
    template = stack(lake, "iceberg")
    properties = template["Resources"]["Delivery"]["Properties"]
    del properties["ExtendedS3DestinationConfiguration"]
    catalog = f"arn:aws:glue:{REGION}:{lake.owner}:catalog"
    properties["IcebergDestinationConfiguration"] = {
        "RoleARN": role,
        "CatalogConfiguration": {"CatalogArn": catalog},
        "S3Configuration": {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{lake.bucket}"},
    }
    cloudformation = lake.client("cloudformation", lake.producer)
    status = deploy(cloudformation, "iceberg", template)
    assert status == "CREATE_COMPLETE", reasons(cloudformation, "iceberg")
    put(lake, "iceberg", {"order_id": "a"})
    assert lake.deliver("iceberg") == []
    arn = f"arn:aws:firehose:{REGION}:{lake.producer}:deliverystream/iceberg"
    said = f"{arn}: Nothing is delivered: the embedded AWS writes no Iceberg tables."
    assert said in lake.aws.embedded.notes()
    firehose = lake.client("firehose", lake.producer)
    described = firehose.describe_delivery_stream(DeliveryStreamName="iceberg")["DeliveryStreamDescription"]
    assert described["FailureDescription"]["Details"] == said.partition(": ")[2]


def test_what_is_not_emulated_is_refused_by_name(lake: Lake) -> None:
    lake.table("refused", COLUMNS)
    query = {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{day: .at | todate}"}
    processors = [{"Type": "MetadataExtraction", "Parameters": [query]}]
    template = stack(
        lake,
        "refused",
        DynamicPartitioningConfiguration={"Enabled": True},
        ProcessingConfiguration={"Enabled": True, "Processors": processors},
    )
    cloudformation = lake.client("cloudformation", lake.producer)
    assert deploy(cloudformation, "refused", template) == "ROLLBACK_COMPLETE"
    assert "doesn't emulate the query {day: .at | todate}" in reasons(cloudformation, "refused")[0]


AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a/", "a/2026/03/04/05/"),
        ("", "2026/03/04/05/"),
        ("day=!{timestamp:yyyy-MM-dd}/", "day=2026-03-04/"),
        ("a/!{timestamp:yyyy-MM-dd-HH}-", "a/2026-03-04-05-"),
        ("a/!{partitionKeyFromQuery:c}/", "a/DE/2026/03/04/05/"),
        ("!{timestamp:yyyy'T'HH}/!{partitionKeyFromQuery:c}/", "2026T05/DE/"),
        ("!{firehose:error-output-type}/!{timestamp:yy/DDD}/", "processing-failed/26/063/"),
        ("bad/!{firehose:error-output-type}/", "bad/processing-failed/"),
    ],
)
def test_prefixes(prefix: str, expected: str) -> None:
    error = "processing-failed" if "error" in prefix else None
    check(prefix, frozenset({"c"}))
    assert evaluated(prefix, at=AT, keys={"c": "DE"}, error=error) == expected


def test_errors_without_a_prefix_lie_below_their_kind() -> None:
    assert evaluated("bad/", at=AT, error="processing-failed") == "bad/processing-failed/2026/03/04/05/"


@pytest.mark.parametrize(
    "prefix", ["!{timestamp:EEE}/", "!{partitionKeyFromQuery:other}/", "!{partitionKeyFromLambda:c}/"]
)
def test_prefixes_that_are_refused(prefix: str) -> None:
    with pytest.raises(PrefixError):
        check(prefix, frozenset({"c"}))


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("string", 1, "1"),
        ("string", True, "true"),
        ("string", {"a": [1]}, '{"a":[1]}'),
        ("varchar(2)", "abc", "ab"),
        ("int", "7", 7),
        ("bigint", 9007199254740993, 9007199254740993),
        ("double", 1, 1.0),
        ("decimal(4,1)", Decimal("2.25"), "2.3"),
        ("boolean", "TRUE", True),
        ("date", "2026-1-2", "2026-01-02"),
        ("date", 1, "1970-01-02"),
        ("timestamp", "2026-11-24 10:11:12", "2026-11-24 10:11:12"),
        ("timestamp", "2026-11-24T10:11:12+02:00", "2026-11-24 08:11:12"),
        ("timestamp", 1518033528123, "2018-02-07 19:58:48.123000"),
        ("array<int>", ["1", None], [1, None]),
        ("map<string,date>", {"a": "2026-01-02"}, {"a": "2026-01-02"}),
        ("struct<a:int,b:string>", {"A": 1, "c": 2}, {"a": 1, "b": None}),
    ],
)
def test_values_are_read_as_the_type_demands(kind: str, given: Any, expected: Any) -> None:
    assert value_of(given, parse_type(kind)) == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("int", "x"), ("int", 1.5), ("int", 2**31), ("tinyint", 128), ("int", True), ("boolean", 1),
        ("decimal(3,1)", 100), ("double", "NaN"), ("date", "24.11.2026"), ("date", "2026-02-30"),
        ("timestamp", True), ("array<int>", {"a": 1}), ("struct<a:int>", [1]), ("int", [1]),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(kind: str, given: Any) -> None:
    with pytest.raises(ValueMismatchError):
        value_of(given, parse_type(kind))


def test_a_record_may_hold_several_objects() -> None:
    assert documents(b'{"a": 1}{"a": 2}\n') == [{"a": 1}, {"a": 2}]
    for wrong in (b"[1]", b'{"a": 1} x', b"", b"\xff"):
        with pytest.raises(ValueMismatchError):
            documents(wrong)


def test_every_type_survives_in_parquet(tmp_path: Path) -> None:
    types = {
        "a": "tinyint", "b": "smallint", "c": "float", "d": "binary", "e": "char(3)",
        "f": "array<struct<g:decimal(38,10),h:date>>", "i": "map<string,array<bigint>>",
    }  # fmt: skip
    columns = columns_of({"Name": name, "Type": kind} for name, kind in types.items())
    document = documents(
        b'{"a":1,"b":2,"c":0.5,"d":"hi","e":"abcd","f":[{"g":1.5,"H":"2026-01-02"}],"i":{"x":[1]}}'
    )[0]
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet(columns, [row(document, columns)]))
    described = duckdb.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()  # noqa: S608
    assert {name: kind for name, kind, *_ in described} == {
        "a": "TINYINT", "b": "SMALLINT", "c": "FLOAT", "d": "BLOB", "e": "VARCHAR",
        "f": "STRUCT(g DECIMAL(38,10), h DATE)[]", "i": "MAP(VARCHAR, BIGINT[])",
    }  # fmt: skip
    assert duckdb.execute(f"SELECT * FROM '{file}'").fetchall() == [  # noqa: S608
        (1, 2, 0.5, b"hi", "abc", [{"g": Decimal("1.5"), "h": date(2026, 1, 2)}], {"x": [1]})
    ]


def test_a_buffer_is_cut_at_its_size() -> None:
    records = [Record(data, AT, "1") for data in (b"aaa", b"bb", b"cccc", b"d")]
    assert [[each.data for each in batch] for batch in buffers(records, 5)] == [
        [b"aaa", b"bb"],
        [b"cccc", b"d"],
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"CompressionFormat": "Snappy"}, "CompressionFormat Snappy"),
        ({"Prefix": "!{timestamp:yyyy}/"}, "ErrorOutputPrefix is required"),
        ({"DynamicPartitioningConfiguration": {"Enabled": True}}, "go together"),
        ({"ProcessingConfiguration": {"Processors": [{"Type": "Lambda"}]}}, "the processor Lambda"),
        ({"DataFormatConversionConfiguration": {"SchemaConfiguration": {}}}, "needs DatabaseName"),
    ],
)
def test_settings_that_are_refused(more: dict[str, Any], expected: str) -> None:
    config = {"RoleARN": "role", "BucketARN": "arn:aws:s3:::b", **more}
    with pytest.raises(SettingsError, match=expected):
        destination_of(config, account="1", region=REGION)
