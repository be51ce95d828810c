"""The state machine that registers the partition of a new file of a landed table."""

from typing import Any, Final

from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.names import partition_of
from meshwright.mesh.parts.landing import Landing

_VALUE: Final = (
    "States.ArrayGetItem(States.StringSplit("
    "States.ArrayGetItem(States.StringSplit($.detail.object.key, '/'), 2), '='), 1)"
)
"""Of the key product/table/column=VALUE/file."""
_PARQUET: Final = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}


def definition(mesh: Mesh, domain: Domain, landing: Landing) -> dict[str, Any]:
    """The state machine: the day out of the file's key, then the partition of that day.

    Something else than a day would make the whole table unreadable, so it fails, and an alarm tells.
    """
    bucket = mesh.names.bucket(domain.name, domain.account, "products")
    folder = f"s3://{bucket}/{landing.folder}/{landing.partition_column}={{}}/"
    columns = [{"Name": name, "Type": landing.table.columns[name].type} for name in data_columns(landing)]
    return {
        "Comment": f"Registers the partition of a new file of {landing.product}.{landing.table_name}.",
        "StartAt": "Day",
        "States": {
            "Day": {
                "Type": "Pass",
                "Parameters": {
                    "day.$": _VALUE,
                    "midnight.$": f"States.Format('{{}}T00:00:00Z', {_VALUE})",
                },
                "Next": "IsDay",
            },
            "IsDay": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.midnight", "IsTimestamp": True, "Next": "Register"}],
                "Default": "NoDay",
            },
            "NoDay": {
                "Type": "Fail",
                "Error": "NoDay",
                "Cause": f"The file's {landing.partition_column} is no day (YYYY-MM-DD).",
            },
            "Register": {
                "Type": "Task",
                "Resource": f"arn:{partition_of(mesh.region)}:states:::aws-sdk:glue:createPartition",
                "Parameters": {
                    "CatalogId": mesh.governance_account,
                    "DatabaseName": mesh.names.database(domain.name, landing.product),
                    "TableName": landing.table_name,
                    "PartitionInput": {
                        "Values.$": "States.Array($.day)",
                        "StorageDescriptor": {
                            **_PARQUET,
                            "Columns": columns,
                            "Location.$": f"States.Format('{folder}', $.day)",
                        },
                    },
                },
                "Retry": [
                    {"ErrorEquals": ["Glue.AlreadyExistsException"], "MaxAttempts": 0},
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "IntervalSeconds": 2,
                        "BackoffRate": 2,
                        "MaxAttempts": 6,
                    },
                ],
                "Catch": [{"ErrorEquals": ["Glue.AlreadyExistsException"], "Next": "Registered"}],
                "Next": "Registered",
            },
            "Registered": {"Type": "Succeed"},
        },
    }


def data_columns(landing: Landing) -> list[str]:
    """The columns that are in the files: all but the one whose values are folders."""
    return [name for name in landing.table.columns if name != landing.partition_column]
