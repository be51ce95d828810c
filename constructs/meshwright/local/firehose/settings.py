"""What a delivery stream is set to do, read from the destination that its API describes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from meshwright.local.files.parquet import COMPRESSION
from meshwright.local.firehose.prefix import PrefixError, check

_QUERY = re.compile(r"\s*\{(.*)\}\s*", re.S)
_QUERY_PART = re.compile(
    r'\s*"?([A-Za-z_][A-Za-z0-9_]*)"?\s*:\s*((?:\.[A-Za-z_][A-Za-z0-9_]*|\."[^"]+")+)\s*'
)
_STEP = re.compile(r'\.(?:([A-Za-z_][A-Za-z0-9_]*)|"([^"]+)")')
_PASSED_ON = ("RecordDeAggregation", "AppendDelimiterToRecord")
"""Processors without effect here: several objects in a record are told apart anyway."""


class SettingsError(Exception):
    """Settings that the embedded AWS doesn't emulate, or that Firehose refuses."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The table whose columns the records are converted to."""

    catalog: str
    database: str
    table: str
    region: str
    version: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A bucket, and how records are put into it."""

    role_arn: str
    bucket: str
    prefix: str
    error_prefix: str
    buffer_bytes: int
    zone: ZoneInfo
    extension: str
    keys: Mapping[str, tuple[str, ...]]
    """Paths into the record by the partition keys that they give; none: no dynamic partitioning."""
    schema: Schema | None
    """None: records are put one after the other, unchanged."""
    compression: str
    key_arn: str | None
    """The KMS key of the objects."""

    def at(self, moment: datetime) -> datetime:
        """A point in time on the clock of the destination."""
        return moment.astimezone(self.zone)


def destination_of(config: Mapping[str, Any], *, account: str, region: str) -> Destination:
    """Of an ExtendedS3 configuration or description. Raises SettingsError."""
    conversion = config.get("DataFormatConversionConfiguration") or {}
    converts = bool(conversion) and conversion.get("Enabled", True)
    keys = _partition_keys(config)
    prefix, error_prefix = config.get("Prefix") or "", config.get("ErrorOutputPrefix") or ""
    try:
        check(prefix, frozenset(keys))
        check(error_prefix, frozenset())
    except PrefixError as error:
        raise SettingsError(str(error)) from error
    if "!{" in prefix and not error_prefix:
        raise SettingsError("ErrorOutputPrefix is required where Prefix has expressions.")
    if keys and "!{partitionKeyFromQuery:" not in prefix:
        raise SettingsError("With dynamic partitioning, Prefix must contain the partition keys.")
    hints = config.get("BufferingHints") or {}
    size = int(hints.get("SizeInMBs") or (128 if converts else 5))
    if converts and size < 64:
        raise SettingsError("SizeInMBs must be at least 64 where the record format is converted.")
    encryption = (config.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}
    compression = _parquet_compression(conversion) if converts else _plain_compression(config)
    default = ".parquet" if converts else ".gz" if compression == "GZIP" else ""
    return Destination(
        role_arn=config["RoleARN"],
        bucket=str(config["BucketARN"]).rpartition(":")[2],
        prefix=prefix,
        error_prefix=error_prefix,
        buffer_bytes=size * 1024 * 1024,
        zone=ZoneInfo(config.get("CustomTimeZone") or "UTC"),
        extension=config.get("FileExtension") or default,
        keys=keys,
        schema=_schema(conversion, account, region) if converts else None,
        compression=compression,
        key_arn=encryption.get("AWSKMSKeyARN"),
    )


def _schema(conversion: Mapping[str, Any], account: str, region: str) -> Schema:
    given = conversion.get("SchemaConfiguration") or {}
    reader = (conversion.get("InputFormatConfiguration") or {}).get("Deserializer") or {}
    if (reader.get("HiveJsonSerDe") or {}).get("TimestampFormats"):
        raise SettingsError("The embedded AWS doesn't emulate TimestampFormats of the Hive JSON SerDe.")
    missing = [name for name in ("DatabaseName", "TableName", "RoleARN") if not given.get(name)]
    if missing:
        raise SettingsError(f"SchemaConfiguration needs {', '.join(missing)}.")
    return Schema(
        catalog=given.get("CatalogId") or account,
        database=given["DatabaseName"],
        table=given["TableName"],
        region=given.get("Region") or region,
        version=given.get("VersionId") or "LATEST",
        role_arn=given["RoleARN"],
    )


def _parquet_compression(conversion: Mapping[str, Any]) -> str:
    writer = (conversion.get("OutputFormatConfiguration") or {}).get("Serializer") or {}
    if "OrcSerDe" in writer:
        raise SettingsError("The embedded AWS writes no ORC.")
    compression = str((writer.get("ParquetSerDe") or {}).get("Compression") or "SNAPPY")
    if compression not in COMPRESSION:
        raise SettingsError(f"{compression} is no compression of Parquet; use {', '.join(COMPRESSION)}.")
    return compression


def _plain_compression(config: Mapping[str, Any]) -> str:
    compression = str(config.get("CompressionFormat") or "UNCOMPRESSED")
    if compression not in ("UNCOMPRESSED", "GZIP"):
        raise SettingsError(f"The embedded AWS doesn't emulate CompressionFormat {compression}.")
    return compression


def _partition_keys(config: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    processing = config.get("ProcessingConfiguration") or {}
    keys: dict[str, tuple[str, ...]] = {}
    for processor in processing.get("Processors") or () if processing.get("Enabled", True) else ():
        kind = processor["Type"]
        if kind == "MetadataExtraction":
            given = {each["ParameterName"]: each["ParameterValue"] for each in processor["Parameters"]}
            keys |= _paths(given.get("MetadataExtractionQuery", ""))
        elif kind not in _PASSED_ON:
            raise SettingsError(f"The embedded AWS doesn't emulate the processor {kind}.")
    partitioned = bool((config.get("DynamicPartitioningConfiguration") or {}).get("Enabled"))
    if partitioned != bool(keys):
        raise SettingsError("DynamicPartitioningConfiguration and MetadataExtraction go together.")
    return keys


def _paths(query: str) -> dict[str, tuple[str, ...]]:
    """`{day: .ordered.on}` taken apart."""
    whole = _QUERY.fullmatch(query)
    parts = [_QUERY_PART.fullmatch(part) for part in whole[1].split(",")] if whole else [None]
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        if part is None:
            raise SettingsError(
                f"The embedded AWS doesn't emulate the query {query}: each key must be a path, as in "
                "{day: .ordered_on}."
            )
        found[part[1]] = tuple(plain or odd for plain, odd in _STEP.findall(part[2]))
    return found
