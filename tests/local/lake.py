"""A producer, a governance account and a consumer, for tests of what reads and writes data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.embedded import Aws

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
JSON = "org.openx.data.jsonserde.JsonSerDe"
CSV = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


@dataclass(frozen=True)
class Lake:
    """A catalog of which the account `owner` is administrator, and a bucket in the account `producer`."""

    aws: Aws
    owner: str
    producer: str
    consumer: str

    @property
    def bucket(self) -> str:
        return f"products-{self.producer}"

    def client(self, service: str, account: str, role: str = "Admin") -> Any:
        return self.aws.client(service, account, role)

    def table(
        self,
        name: str,
        columns: Mapping[str, str],
        *,
        partitions: Mapping[str, str] | None = None,
        serde: str = PARQUET,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        """A table of the database `sales`, with its files below `sales/NAME/`."""
        given = {
            "Name": name,
            "Parameters": dict(parameters or {}),
            "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in (partitions or {}).items()],
            "StorageDescriptor": {
                "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                "Location": f"s3://{self.bucket}/sales/{name}/",
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"field.delim": ","}},
            },
        }
        self.client("glue", self.owner).create_table(DatabaseName="sales", TableInput=given)

    def grant(self, account: str, principal: str, permissions: Sequence[str], **resource: Any) -> None:
        """A grant by an account's administrator; to another account with grant option."""
        self.client("lakeformation", account).grant_permissions(
            Principal={"DataLakePrincipalIdentifier": principal},
            Resource=resource,
            Permissions=list(permissions),
            PermissionsWithGrantOption=list(permissions) if principal.isdigit() else [],
        )

    def filter(
        self, name: str, table: str, columns: Sequence[str], where: str | None = None
    ) -> dict[str, str]:
        """A data-cells filter, as it is named in a grant."""
        named = {"TableCatalogId": self.owner, "DatabaseName": "sales", "TableName": table, "Name": name}
        rows = {"FilterExpression": where} if where else {"AllRowsWildcard": {}}
        self.client("lakeformation", self.owner).create_data_cells_filter(
            TableData={**named, "ColumnNames": list(columns), "RowFilter": rows}
        )
        return named

    def share(self, role: str, *filters: dict[str, str]) -> None:
        """Lets a role of the consumer read through the filters and a link named `sales`."""
        arn = f"arn:aws:iam::{self.consumer}:role/{role}"
        self.grant(self.owner, self.consumer, ["DESCRIBE"], Database={"Name": "sales"})
        ram = self.client("ram", self.consumer)
        for invitation in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            if invitation["status"] == "PENDING":
                arn_of = invitation["resourceShareInvitationArn"]
                ram.accept_resource_share_invitation(resourceShareInvitationArn=arn_of)
        target = {"CatalogId": self.owner, "DatabaseName": "sales"}
        self.client("glue", self.consumer).create_database(
            DatabaseInput={"Name": "sales", "TargetDatabase": target}
        )
        self.grant(self.consumer, arn, ["DESCRIBE"], Database={"Name": "sales"})
        for each in filters:
            self.let_read(role, each)

    def let_read(self, role: str, named: dict[str, str]) -> None:
        """Lets a role of the consumer that may use the link read through one more filter."""
        self.grant(self.owner, self.consumer, ["SELECT"], DataCellsFilter=named)
        arn = f"arn:aws:iam::{self.consumer}:role/{role}"
        self.grant(self.consumer, arn, ["SELECT"], DataCellsFilter=named)

    def put(self, key: str, body: bytes) -> None:
        self.client("s3", self.producer).put_object(Bucket=self.bucket, Key=key, Body=body)

    def keys(self, prefix: str = "") -> list[str]:
        """Keys in the producer's bucket."""
        listed = self.client("s3", self.producer).list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", [])]

    def body(self, key: str) -> bytes:
        got = self.client("s3", self.producer).get_object(Bucket=self.bucket, Key=key)
        body: bytes = got["Body"].read()
        return body

    def deliver(self, stream: str) -> list[dict[str, Any]]:
        """Delivers what was put on streams; returns the new objects of one delivery stream."""
        return [
            each
            for each in self.aws.embedded.ask("deliver")
            if each["bucket"] == self.bucket and re.search(rf"/([0-9-]{{13}}-)?{stream}-[^/]*$", each["key"])
        ]


def made(aws: Aws, owner: str, producer: str, consumer: str) -> Lake:
    """The three accounts, the bucket, its registration and an empty database."""
    lake = Lake(aws, owner, producer, consumer)
    for one in (owner, consumer):
        admin = aws.role(one, "Admin")
        aws.client("lakeformation", one).put_data_lake_settings(
            DataLakeSettings={
                "DataLakeAdmins": [{"DataLakePrincipalIdentifier": admin}],
                "CreateDatabaseDefaultPermissions": [],
                "CreateTableDefaultPermissions": [],
                "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
            }
        )
    where = {"LocationConstraint": "eu-west-1"}
    lake.client("s3", producer).create_bucket(Bucket=lake.bucket, CreateBucketConfiguration=where)
    registration = aws.role(owner, "registration")
    lake.client("lakeformation", owner).register_resource(
        ResourceArn=f"arn:aws:s3:::{lake.bucket}", RoleArn=registration
    )
    lake.client("glue", owner).create_database(DatabaseInput={"Name": "sales"})
    return lake
