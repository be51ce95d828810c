"""Deliveries from streams into tables: resources, role and alarms, worked out from the example's files."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from meshwright.local.firehose.prefix import evaluated
from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.names import Names
from meshwright.mesh.parts import delivery
from meshwright.mesh.policies import domain_role_policy
from meshwright.mesh.role_policies import READ_TABLES
from meshwright.mesh.statements import identity_policy
from tests.cdk.synthesis import mesh_of, raw_files

Files = dict[str, Any]
ROLE = "arn:aws:iam::222222222221:role/acme-orders-delivery"
LOGS = "/aws/kinesisfirehose/acme-orders-order-events"
LOGGING = {"Enabled": True, "LogGroupName": LOGS, "LogStreamName": "delivery"}
BUCKET = "arn:aws:s3:::acme-orders-products-222222222221"
STREAM = "arn:aws:kinesis:eu-west-1:222222222221:stream/acme-orders-"
KEY = "arn:aws:kms:eu-west-1:222222222221:key/1"
DESTINATION: dict[str, Any] = {
    "BucketARN": BUCKET,
    "RoleARN": ROLE,
    "Prefix": "sales/order_changes/arrived_on=!{timestamp:yyyy-MM-dd}/",
    "ErrorOutputPrefix": "failed-records/order-events/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
    "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 64},
    "CompressionFormat": "UNCOMPRESSED",
    "CloudWatchLoggingOptions": LOGGING,
    "DataFormatConversionConfiguration": {
        "Enabled": True,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
        "SchemaConfiguration": {
            "CatalogId": "111111111111",
            "DatabaseName": "acme_orders_sales",
            "TableName": "order_changes",
            "Region": "eu-west-1",
            "RoleARN": ROLE,
            "VersionId": "LATEST",
        },
    },
}


@pytest.fixture(scope="module")
def files() -> Files:
    return raw_files()


@pytest.fixture(scope="module")
def mesh(files: Files) -> Mesh:
    return mesh_of(files)


def delivered(mesh: Mesh, domain: str) -> list[Declared]:
    return list(delivery.resources(mesh, mesh.domains[domain]))


def test_into_a_parquet_table_by_arrival(mesh: Mesh) -> None:
    assert delivered(mesh, "orders") == [
        Declared(
            key="delivery-logs order-events",
            type="AWS::Logs::LogGroup",
            name=LOGS,
            properties={"LogGroupName": LOGS, "RetentionInDays": 90},
        ),
        Declared(
            key="delivery-log order-events",
            type="AWS::Logs::LogStream",
            name=f"{LOGS} delivery",
            properties={"LogGroupName": LOGS, "LogStreamName": "delivery"},
            after=("delivery-logs order-events",),
            tags="",
        ),
        Declared(
            key="delivery order-events",
            type="AWS::KinesisFirehose::DeliveryStream",
            name="acme-orders-order-events",
            properties={
                "DeliveryStreamName": "acme-orders-order-events",
                "DeliveryStreamType": "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration": {
                    "KinesisStreamARN": f"{STREAM}order-events",
                    "RoleARN": ROLE,
                },
                "ExtendedS3DestinationConfiguration": DESTINATION,
            },
            shown={
                "from stream": "order-events",
                "into table": "sales.order_changes",
                "as": "parquet, arrived_on is the day of arrival",
                "at the latest after": "60 s or 64 MiB",
            },
            accepted={
                "AwsSolutions-KDF1": "With a stream as its source, that stream's encryption is its own."
            },
            after=("delivery-log order-events",),
        ),
    ]


def test_by_a_field_of_the_record(files: Files) -> None:
    edited = deepcopy(files)
    stream = edited["domains"]["orders"]["streams"]["order-events"]
    stream["lands_in"] = {"table": "sales.order_changes", "partitions": "record"}
    stream["schema"]["arrived_on"] = "date"
    [logs, _, resource] = delivered(mesh_of(edited), "orders")
    name = "acme-orders-order-events--record"
    assert (resource.name, logs.name) == (name, f"/aws/kinesisfirehose/{name}")
    assert resource.shown["as"] == "parquet, arrived_on is the record's own"
    assert resource.properties["ExtendedS3DestinationConfiguration"] == {
        **DESTINATION,
        "Prefix": "sales/order_changes/arrived_on=!{partitionKeyFromQuery:arrived_on}/"
        "!{timestamp:yyyy-MM-dd-HH}-",
        "BufferingHints": {"IntervalInSeconds": 300, "SizeInMBs": 128},
        "CloudWatchLoggingOptions": {**LOGGING, "LogGroupName": f"/aws/kinesisfirehose/{name}"},
        "DynamicPartitioningConfiguration": {"Enabled": True, "RetryOptions": {"DurationInSeconds": 300}},
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "MetadataExtraction",
                    "Parameters": [
                        {
                            "ParameterName": "MetadataExtractionQuery",
                            "ParameterValue": "{arrived_on:.arrived_on}",
                        },
                        {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
                    ],
                }
            ],
        },
    }


def test_into_a_table_without_partitions(files: Files) -> None:
    edited = deepcopy(files)
    del edited["domains"]["orders"]["products"]["sales"]["tables"]["order_changes"]["partition_by"]
    resource = delivered(mesh_of(edited), "orders")[-1]
    destination = resource.properties["ExtendedS3DestinationConfiguration"]
    assert (resource.name, resource.shown["as"]) == ("acme-orders-order-events", "parquet")
    prefix = "sales/order_changes/!{timestamp:yyyy-MM-dd-HH}-"
    assert destination == {**DESTINATION, "Prefix": prefix}


@pytest.mark.parametrize(
    ("lands_in", "folder"),
    [
        ({"table": "sales.order_changes", "partitions": "arrival"}, "arrived_on=2026-11-24/"),
        ({"table": "sales.order_changes", "partitions": "record"}, "arrived_on=2026-11-23/"),
        ("sales.flat", ""),
    ],
    ids=str,
)
def test_files_are_directly_in_the_folder_of_a_partition_or_table(
    files: Files, lands_in: object, folder: str
) -> None:
    """As Spark reads them: it does not look into folders below."""
    edited = deepcopy(files)
    orders = edited["domains"]["orders"]
    tables = orders["products"]["sales"]["tables"]
    tables["flat"] = {**tables["order_changes"], "partition_by": []}
    orders["streams"]["order-events"] = {"description": "One.", "lands_in": lands_in}
    resource = delivered(mesh_of(edited), "orders")[-1]
    prefix = resource.properties["ExtendedS3DestinationConfiguration"]["Prefix"]
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    name = evaluated(prefix, at=at, keys={"arrived_on": "2026-11-23"}) + "file.parquet"
    table = "order_changes" if folder else "flat"
    assert name.rpartition("/")[0] + "/" == f"sales/{table}/{folder}"


def test_into_an_iceberg_table_failed_records_go_to_the_raw_bucket(mesh: Mesh) -> None:
    [_, _, resource] = delivered(mesh, "payments")
    role = "arn:aws:iam::444444444441:role/acme-payments-delivery"
    name = "acme-payments-charges--iceberg"
    buffer = {"IntervalInSeconds": 300, "SizeInMBs": 128}
    logging = {
        "Enabled": True,
        "LogGroupName": f"/aws/kinesisfirehose/{name}",
        "LogStreamName": "delivery",
    }
    assert resource.properties == {
        "DeliveryStreamName": name,
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {
            "KinesisStreamARN": "arn:aws:kinesis:eu-west-1:444444444441:stream/acme-payments-charges",
            "RoleARN": role,
        },
        "IcebergDestinationConfiguration": {
            "RoleARN": role,
            "AppendOnly": True,
            "CatalogConfiguration": {"CatalogArn": "arn:aws:glue:eu-west-1:111111111111:catalog"},
            "DestinationTableConfigurationList": [
                {"DestinationDatabaseName": "acme_payments_ledger", "DestinationTableName": "charges"}
            ],
            "BufferingHints": buffer,
            "RetryOptions": {"DurationInSeconds": 300},
            "CloudWatchLoggingOptions": logging,
            "s3BackupMode": "FailedDataOnly",
            "S3Configuration": {
                "BucketARN": "arn:aws:s3:::acme-payments-raw-444444444441",
                "RoleARN": role,
                "ErrorOutputPrefix": "failed-records/charges/!{firehose:error-output-type}/"
                "!{timestamp:yyyy-MM-dd}/",
                "BufferingHints": buffer,
                "CloudWatchLoggingOptions": logging,
            },
        },
    }


def policy_of(mesh: Mesh, domain: str, role: str) -> list[dict[str, Any]]:
    spec = mesh.domains[domain]
    allows = domain_role_policy(mesh, spec, spec.roles[role], key_arn=KEY)
    return list(identity_policy(allows)["Statement"])


def allow(actions: list[str], resources: list[str], **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def reader(account: str, database: str) -> list[dict[str, Any]]:
    """What every role of a domain may look up."""
    arns = [
        f"arn:aws:glue:eu-west-1:{owner}:{what}"
        for owner in (account, "111111111111")
        for what in ("catalog", f"database/{database}", f"table/{database}/*")
    ]
    default = f"arn:aws:glue:eu-west-1:{account}:database/default"
    return [allow(["lakeformation:GetDataAccess"], ["*"]), allow(list(READ_TABLES), [*arns, default])]


STREAM_ACTIONS = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]  # fmt: skip  # noqa: E501
OBJECT_ACTIONS = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
BUCKET_ACTIONS = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]


def test_the_role_may_write_one_table_and_failed_records(mesh: Mesh) -> None:
    assert policy_of(mesh, "orders", "delivery") == [
        *reader("222222222221", "acme_orders_sales"),
        allow(STREAM_ACTIONS, [f"{STREAM}order-events"]),
        allow(OBJECT_ACTIONS, [f"{BUCKET}/sales/order_changes/*", f"{BUCKET}/failed-records/order-events/*"]),
        allow(BUCKET_ACTIONS, [BUCKET]),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [KEY],
            StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
            StringLike={"kms:EncryptionContext:aws:s3:arn": [BUCKET, f"{BUCKET}/*"]},
        ),
        allow(
            ["kms:Decrypt"],
            [KEY],
            StringEquals={"kms:ViaService": "kinesis.eu-west-1.amazonaws.com"},
            StringLike={"kms:EncryptionContext:aws:kinesis:arn": f"{STREAM}*"},
        ),
        allow(
            ["logs:PutLogEvents"],
            [f"arn:aws:logs:eu-west-1:222222222221:log-group:{LOGS}:log-stream:delivery"],
        ),
    ]


def test_for_an_iceberg_table_it_may_also_commit_and_clean_up(mesh: Mesh) -> None:
    products, raw = (f"arn:aws:s3:::acme-payments-{kind}-444444444441" for kind in ("products", "raw"))
    stream = "arn:aws:kinesis:eu-west-1:444444444441:stream/acme-payments-"
    logs = "/aws/kinesisfirehose/acme-payments-charges--iceberg"
    catalog = "arn:aws:glue:eu-west-1:111111111111:"
    assert policy_of(mesh, "payments", "delivery") == [
        *reader("444444444441", "acme_payments_ledger"),
        allow(STREAM_ACTIONS, [f"{stream}charges"]),
        allow(OBJECT_ACTIONS, [f"{products}/ledger/charges/*", f"{raw}/failed-records/charges/*"]),
        allow(BUCKET_ACTIONS, [products, raw]),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [KEY],
            StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
            StringLike={
                "kms:EncryptionContext:aws:s3:arn": [products, f"{products}/*", raw, f"{raw}/*"],
            },
        ),
        allow(
            ["kms:Decrypt"],
            [KEY],
            StringEquals={"kms:ViaService": "kinesis.eu-west-1.amazonaws.com"},
            StringLike={"kms:EncryptionContext:aws:kinesis:arn": f"{stream}*"},
        ),
        allow(
            ["logs:PutLogEvents"],
            [f"arn:aws:logs:eu-west-1:444444444441:log-group:{logs}:log-stream:delivery"],
        ),
        allow(["s3:DeleteObject"], [f"{products}/ledger/charges/*"]),
        allow(
            ["glue:UpdateTable"],
            [
                f"{catalog}catalog",
                f"{catalog}database/acme_payments_ledger",
                f"{catalog}table/acme_payments_ledger/charges",
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("domain", "may"), [("orders", True), ("payments", False), ("customers", False)], ids=str
)
def test_writers_may_take_failed_records_out_of_the_products_bucket(
    mesh: Mesh, domain: str, may: bool
) -> None:
    """Of Iceberg tables they are in the raw bucket, which writers use anyway."""
    account = mesh.domains[domain].account
    bucket = f"arn:aws:s3:::acme-{domain}-products-{account}"
    expected = [
        allow(["s3:DeleteObject", "s3:GetObject"], [f"{bucket}/failed-records/*"]),
        allow(["s3:ListBucket"], [bucket], StringLike={"s3:prefix": "failed-records/*"}),
    ]
    found = [each for each in policy_of(mesh, domain, "engineers") if bucket in str(each["Resource"])]
    assert found == (expected if may else [])


def test_a_policy_of_many_streams_fits_into_a_role(files: Files) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 characters."""
    edited = deepcopy(files)
    orders = edited["domains"]["orders"]
    table = {**orders["products"]["sales"]["tables"]["order_changes"], "partition_by": []}
    iceberg = {**table, "format": "iceberg"}
    for number in range(60):
        product = f"a_product_with_a_long_name_{number:02}"
        tables = {"parquet_table": table, "iceberg_table": iceberg}
        orders["products"][product] = {**orders["products"]["sales"], "tables": tables, "shared_with": []}
        for kind in ("parquet", "iceberg"):
            name = f"a-stream-with-a-long-name-{kind}-{number:02}"
            orders["streams"][name] = {"description": "One.", "lands_in": f"{product}.{kind}_table"}
    statements = policy_of(mesh_of(edited), "orders", "delivery")
    assert len(json.dumps(statements, separators=(",", ":"))) < 10_000
    [streams] = [each["Resource"] for each in statements if "kinesis:GetRecords" in each["Action"]]
    assert streams == [f"{STREAM}*"]


def test_many_days_at_once_raise_an_alarm_where_the_record_decides(files: Files) -> None:
    edited = deepcopy(files)
    stream = edited["domains"]["orders"]["streams"]["order-events"]
    stream["lands_in"] = {"table": "sales.order_changes", "partitions": "record"}
    mesh = mesh_of(edited)
    [alarm] = [each for each in delivery.alarms(mesh, mesh.domains["orders"]) if each.key.endswith("spread")]
    assert alarm.metric == Metric(
        namespace="AWS/Firehose",
        name="PartitionCountExceeded",
        dimensions={"DeliveryStreamName": "acme-orders-order-events--record"},
        statistic="Maximum",
    )
    assert (alarm.comparison, alarm.threshold) == ("GreaterThanThreshold", 0)


def test_alarms(mesh: Mesh) -> None:
    found = [
        (
            alarm.key,
            alarm.runbook,
            alarm.metric.name,
            alarm.metric.statistic,
            alarm.comparison,
            alarm.threshold,
        )
        for domain in ("orders", "payments")
        for alarm in delivery.alarms(mesh, mesh.domains[domain])
    ]
    above, below = "GreaterThanThreshold", "LessThanThreshold"
    assert found == [
        ("delivery order-events rejected", "records-rejected", "FailedConversion.Records", "Sum", above, 0),
        ("delivery order-events late", "delivery-late", "DeliveryToS3.DataFreshness", "Maximum", above, 960),
        ("delivery order-events failed", "delivery-failed", "DeliveryToS3.Success", "Average", below, 1),
        ("partitions sales.order_changes", "partition-not-registered", "ExecutionsFailed", "Sum", above, 0),
        (
            "delivery charges rejected",
            "records-rejected",
            "DeliveryToIceberg.FailedRowCount",
            "Sum",
            above,
            0,
        ),
        ("delivery charges late", "delivery-late", "DeliveryToIceberg.DataFreshness", "Maximum", above, 1200),
    ]


def test_an_alarm_names_stream_and_table_for_whoever_knows_little_of_aws(mesh: Mesh) -> None:
    assert next(delivery.alarms(mesh, mesh.domains["payments"])) == Alarm(
        key="delivery charges rejected",
        runbook="records-rejected",
        text="Records of the stream charges do not fit the table ledger.charges and are missing from it. "
        "They are kept under failed-records and can be sent again once the cause is mended.",
        metric=Metric(
            namespace="AWS/Firehose",
            name="DeliveryToIceberg.FailedRowCount",
            dimensions={"DeliveryStreamName": "acme-payments-charges--iceberg"},
        ),
        threshold=0,
        product="ledger",
    )


def test_widgets(mesh: Mesh) -> None:
    def metric(name: str, statistic: str = "Sum") -> Metric:
        dimensions = {"DeliveryStreamName": "acme-orders-order-events"}
        return Metric(namespace="AWS/Firehose", name=name, dimensions=dimensions, statistic=statistic)

    title = "order-events into sales.order_changes"
    assert list(delivery.widgets(mesh, mesh.domains["orders"])) == [
        Widget(
            title=f"{title}: records read, delivered, rejected",
            metrics=(
                metric("DataReadFromKinesisStream.Records"),
                metric("SucceedConversion.Records"),
                metric("FailedConversion.Records"),
            ),
        ),
        Widget(
            title=f"{title}: bytes read, delivered",
            metrics=(metric("DataReadFromKinesisStream.Bytes"), metric("DeliveryToS3.Bytes")),
        ),
        Widget(
            title=f"{title}: age of the oldest record that waits, in seconds",
            metrics=(metric("DeliveryToS3.DataFreshness", "Maximum"),),
        ),
    ]


def test_a_domain_without_landings_has_none_of_it(mesh: Mesh) -> None:
    customers = mesh.domains["customers"]
    assert "delivery" not in customers.roles
    assert delivered(mesh, "customers") == []
    assert list(delivery.alarms(mesh, customers)) == []
    assert list(delivery.widgets(mesh, customers)) == []


def test_a_name_that_is_too_long_ends_in_a_hash_and_stays_distinct() -> None:
    """Firehose allows 64 characters; of a longer name 55 are kept, a hyphen and 8 of its SHA-256."""
    names = Names(mesh="acme", region="eu-west-1", qualifier="hnb659fds")
    assert names.delivery("orders", "x" * 52, "plain") == "acme-orders-" + "x" * 52
    long = [names.delivery("orders", "x" * 60, layout) for layout in ("arrival", "record", "iceberg")]
    assert [len(name) for name in long] == [64, 64, 64]
    assert [name[:56] for name in long] == ["acme-orders-" + "x" * 43 + "-"] * 3
    assert len(set(long)) == 3
