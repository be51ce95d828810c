"""A Firehose delivery stream from a Kinesis stream into a table, as CloudFormation has it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesisfirehose-deliverystream.html
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from meshwright.mesh.parts.landing import Layout
from meshwright.mesh.place import Place

LOG_STREAM: Final = "delivery"
RETRY_SECONDS: Final = 300
"""How long a delivery is tried again before its records count as failed; a conversion is tried once."""
ERROR_FOLDERS: Final = "!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/"
"""https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html"""
IN_FILE_NAME: Final = "!{timestamp:yyyy-MM-dd-HH}-"
"""The hour, as the start of a file's name. To a prefix without any timestamp Firehose appends folders of the
hour (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html), in which Spark finds nothing: it
takes the files of a table, or of a partition, from its folder alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStream:
    """What decides on a delivery stream."""

    name: str
    place: Place
    """Of the delivery stream, its stream and its buckets."""
    stream_name: str
    role_arn: str
    catalog_account: str
    """The account in whose catalog the table is."""
    database: str
    table: str
    bucket_name: str
    folder: str
    """The table's folder in the bucket, without slashes around it."""
    layout: Layout
    partition_column: str | None = None
    """For the layouts `arrival` and `record`."""
    failed_bucket_name: str
    """Where failed records go. Only an Iceberg destination can have another one than `bucket_name`."""
    failed_prefix: str
    """Without a slash at the end; not below the folder of any table."""
    buffer_seconds: int
    buffer_mb: int
    """MiB."""

    @property
    def log_group(self) -> str:
        return f"/aws/kinesisfirehose/{self.name}"


def delivery_stream(spec: DeliveryStream) -> dict[str, Any]:
    """Its properties.

    Without server-side encryption of its own: with a Kinesis stream as source, nothing is at rest in Firehose
    (https://docs.aws.amazon.com/firehose/latest/dev/encryption.html).
    """
    destination = (
        {"IcebergDestinationConfiguration": _iceberg(spec)}
        if spec.layout == "iceberg"
        else {"ExtendedS3DestinationConfiguration": _parquet(spec)}
    )
    return {
        "DeliveryStreamName": spec.name,
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {
            "KinesisStreamARN": spec.place.arn("kinesis", f"stream/{spec.stream_name}"),
            "RoleARN": spec.role_arn,
        },
        **destination,
    }


def _parquet(spec: DeliveryStream) -> dict[str, Any]:
    """JSON records as Parquet files in the table's folder.

    No EncryptionConfiguration: so the bucket's default holds, which is the domain's key with a bucket key.
    """
    prefix, dynamic = f"{spec.folder}/", {}
    if spec.layout == "arrival":
        prefix += f"{spec.partition_column}=!{{timestamp:yyyy-MM-dd}}/"
    elif spec.layout == "record":
        prefix += f"{spec.partition_column}=!{{partitionKeyFromQuery:{spec.partition_column}}}/{IN_FILE_NAME}"
        dynamic = _dynamic(spec)
    else:
        prefix += IN_FILE_NAME
    return {
        "BucketARN": spec.place.s3(spec.bucket_name),
        "RoleARN": spec.role_arn,
        "Prefix": prefix,
        "ErrorOutputPrefix": f"{spec.failed_prefix}/{ERROR_FOLDERS}",
        "BufferingHints": _buffer(spec),
        # The files are compressed inside, by Snappy.
        "CompressionFormat": "UNCOMPRESSED",
        "CloudWatchLoggingOptions": _logging(spec),
        "DataFormatConversionConfiguration": {
            "Enabled": True,
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
            "SchemaConfiguration": {
                "CatalogId": spec.catalog_account,
                "DatabaseName": spec.database,
                "TableName": spec.table,
                "Region": spec.place.region,
                "RoleARN": spec.role_arn,
                "VersionId": "LATEST",
            },
        },
        **dynamic,
    }


def _dynamic(spec: DeliveryStream) -> dict[str, Any]:
    """Partitions by a field of the record.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
    """
    query = f"{{{spec.partition_column}:.{spec.partition_column}}}"
    parameters = {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6"}
    return {
        "DynamicPartitioningConfiguration": {
            "Enabled": True,
            "RetryOptions": {"DurationInSeconds": RETRY_SECONDS},
        },
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "MetadataExtraction",
                    "Parameters": [
                        {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
                    ],
                }
            ],
        },
    }


def _iceberg(spec: DeliveryStream) -> dict[str, Any]:
    """Rows appended to an Iceberg table, which partitions them by its own specification.

    https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html
    """
    catalog = replace(spec.place, account=spec.catalog_account).arn("glue", "catalog")
    return {
        "RoleARN": spec.role_arn,
        # Set at creation only; without it, the throughput does not scale by itself.
        "AppendOnly": True,
        "CatalogConfiguration": {"CatalogArn": catalog},
        "DestinationTableConfigurationList": [
            {"DestinationDatabaseName": spec.database, "DestinationTableName": spec.table}
        ],
        "BufferingHints": _buffer(spec),
        "RetryOptions": {"DurationInSeconds": RETRY_SECONDS},
        "CloudWatchLoggingOptions": _logging(spec),
        "s3BackupMode": "FailedDataOnly",
        "S3Configuration": {
            "BucketARN": spec.place.s3(spec.failed_bucket_name),
            "RoleARN": spec.role_arn,
            "ErrorOutputPrefix": f"{spec.failed_prefix}/{ERROR_FOLDERS}",
            "BufferingHints": _buffer(spec),
            "CloudWatchLoggingOptions": _logging(spec),
        },
    }


def _buffer(spec: DeliveryStream) -> dict[str, int]:
    return {"IntervalInSeconds": spec.buffer_seconds, "SizeInMBs": spec.buffer_mb}


def _logging(spec: DeliveryStream) -> dict[str, Any]:
    return {"Enabled": True, "LogGroupName": spec.log_group, "LogStreamName": LOG_STREAM}
