"""Two accounts of the embedded AWS with one of everything, and how calls to them are denied."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from meshwright.aws.accounts import Account
from meshwright.local import control
from meshwright.mesh.model import Mesh
from tests.embedded import REGION, Aws

NAME = "acme_orders_sales"
DOMAIN = """\
domain: orders
description: Customer orders.
owner: {team: order-platform, email: orders@acme.example}
accounts: {dev: "%s"}
roles:
  analysts: Analyst
  ghosts: Ghost
"""
MESH = """\
mesh: acme
environments:
  dev: {governance_account: "%s", region: eu-west-1}
classifications: [internal]
"""
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass
class Pair:
    """A governance account and a domain's, with one of everything in them."""

    aws: Aws
    mesh: Mesh
    owner: str
    domain: str
    key: str = ""
    consumer: str = ""
    """ARN of a registered consumer of the stream that has a resource policy."""
    unshared: str = ""
    """ARN of one that has none."""
    known: dict[tuple[str, str], Account] = field(default_factory=dict)

    def account(self, number: str, role: str = "Admin") -> Account:
        environment = control.environment(self.aws.embedded, number, REGION, role=role)
        return Account(account=number, region=REGION, environment=environment)

    def accounts(self, role: str = "Admin") -> dict[str, Account]:
        """The same ones each time, for it takes long to make clients."""
        for number in (self.owner, self.domain):
            if (number, role) not in self.known:
                self.known[number, role] = self.account(number, role)
        return {number: self.known[number, role] for number in (self.owner, self.domain)}

    def client(self, service: str, number: str) -> Any:
        return self.accounts()[number].client(service)

    def role(self, name: str) -> str:
        return f"arn:aws:iam::{self.domain}:role/{name}"

    def grant(
        self, by: str, principal: str, resource: dict[str, Any], *permissions: str, **more: Any
    ) -> None:
        self.client("lakeformation", by).grant_permissions(
            Principal={"DataLakePrincipalIdentifier": principal},
            Resource=resource,
            Permissions=list(permissions),
            **more,
        )

    def accept(self) -> None:
        ram = self.client("ram", self.domain)
        for invitation in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            arn = invitation["resourceShareInvitationArn"]
            ram.accept_resource_share_invitation(resourceShareInvitationArn=arn)

    def governance(self) -> None:
        """Catalog, LF-Tags, a filter, a hybrid location, an opt-in, and grants to the domain's account."""
        owner, lake, glue = (
            self.owner,
            self.client("lakeformation", self.owner),
            self.client("glue", self.owner),
        )
        reader, auditor = self.aws.role(owner, "Reader"), self.aws.role(owner, "Auditor")
        settings(lake, self.aws.role(owner, "Admin"), auditor)
        glue.create_database(
            DatabaseInput={"Name": NAME, "Parameters": {"meshwright.domain": "orders"}},
        )
        glue.create_database(DatabaseInput={"Name": "somebody_elses"})
        columns = [{"Name": name, "Type": "string"} for name in ("id", "email")]
        glue.create_table(
            DatabaseName=NAME,
            TableInput={
                "Name": "orders",
                "Parameters": {"classification": "csv"},
                "PartitionKeys": [{"Name": "day", "Type": "date"}],
                "StorageDescriptor": {"Columns": columns, "Location": "s3://acme-data/orders/"},
            },
        )
        lake.create_data_cells_filter(
            TableData={
                **self.few,
                "RowFilter": {"FilterExpression": "day > '2027'"},
                "ColumnNames": ["id", "day"],
            }
        )
        lake.create_lf_tag(TagKey="sensitivity", TagValues=["pii", "none"])
        for resource, value in (
            ({"Database": {"Name": NAME}}, "none"),
            ({"TableWithColumns": {"DatabaseName": NAME, "Name": "orders", "ColumnNames": ["email"]}}, "pii"),
        ):
            lake.add_lf_tags_to_resource(
                Resource=resource, LFTags=[{"TagKey": "sensitivity", "TagValues": [value]}]
            )
        lake.register_resource(ResourceArn="arn:aws:s3:::acme-data", RoleArn=reader, HybridAccessEnabled=True)
        lake.create_lake_formation_opt_in(
            Principal={"DataLakePrincipalIdentifier": self.role("Analyst")},
            Resource={"Table": {"DatabaseName": NAME, "Name": "orders"}},
        )
        self.grant(
            owner,
            self.domain,
            {"Database": {"Name": NAME}},
            "DESCRIBE",
            PermissionsWithGrantOption=["DESCRIBE"],
        )
        self.grant(
            owner, self.domain, {"DataCellsFilter": self.few}, "SELECT", PermissionsWithGrantOption=["SELECT"]
        )
        self.grant(
            owner, reader, {"Table": {"DatabaseName": NAME, "TableWildcard": {}}}, "DESCRIBE", "SELECT"
        )
        self.grant(
            owner,
            reader,
            {"TableWithColumns": {"DatabaseName": NAME, "Name": "orders", "ColumnNames": ["id"]}},
            "SELECT",
        )
        self.grant(
            owner,
            reader,
            {
                "LFTagPolicy": {
                    "ResourceType": "TABLE",
                    "Expression": [{"TagKey": "sensitivity", "TagValues": ["none"]}],
                }
            },
            "SELECT",
        )
        self.grant(owner, reader, {"LFTag": {"TagKey": "sensitivity", "TagValues": ["pii"]}}, "DESCRIBE")
        self.grant(
            owner, reader, {"DataLocation": {"ResourceArn": "arn:aws:s3:::acme-data"}}, "DATA_LOCATION_ACCESS"
        )
        self.grant(owner, reader, {"Catalog": {}}, "CREATE_DATABASE")
        self.grant(owner, self.role("Direct"), {"Database": {"Name": NAME}}, "DESCRIBE")

    def domains(self) -> None:
        """A link, local grants, a role with all kinds of policies, an encrypted bucket, a stream."""
        iam, glue = self.client("iam", self.domain), self.client("glue", self.domain)
        arns = [
            iam.create_policy(PolicyName=name, PolicyDocument=document(READ))["Policy"]["Arn"]
            for name in ("attached", "boundary")
        ]
        iam.put_role_policy(
            RoleName="Analyst",
            PolicyName="data",
            PolicyDocument=document(
                {"Effect": "Allow", "Action": "lakeformation:GetDataAccess", "Resource": "*"}
            ),
        )
        iam.attach_role_policy(RoleName="Analyst", PolicyArn=arns[0])
        iam.put_role_permissions_boundary(RoleName="Analyst", PermissionsBoundary=arns[1])
        glue.create_database(
            DatabaseInput={
                "Name": "ours",
                "TargetDatabase": {"CatalogId": self.owner, "DatabaseName": NAME},
            }
        )
        analyst = self.role("Analyst")
        self.grant(self.domain, analyst, {"Database": {"Name": "ours"}}, "DESCRIBE")
        self.grant(self.domain, analyst, {"Database": {"CatalogId": self.owner, "Name": NAME}}, "DESCRIBE")
        self.grant(self.domain, analyst, {"DataCellsFilter": self.few}, "SELECT")
        kms, s3, kinesis = (self.client(name, self.domain) for name in ("kms", "s3", "kinesis"))
        self.key = kms.create_key(Policy=document(self.key_statement))["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/acme-orders", TargetKeyId=self.key)
        for bucket in (self.bucket, f"acme-orders-raw-{self.domain}", f"other-{self.domain}"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_policy(Bucket=self.bucket, Policy=document(self.bucket_statement))
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/acme-orders"}
        s3.put_bucket_encryption(
            Bucket=self.bucket,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
        )
        kinesis.create_stream(StreamName="acme-orders-events", ShardCount=2)
        kinesis.start_stream_encryption(
            StreamName="acme-orders-events", EncryptionType="KMS", KeyId="alias/acme-orders"
        )
        billing = kinesis.register_stream_consumer(StreamARN=self.stream, ConsumerName="billing")
        self.consumer = billing["Consumer"]["ConsumerARN"]
        kinesis.put_resource_policy(ResourceARN=self.stream, Policy=document(self.stream_statement))
        audit = kinesis.register_stream_consumer(StreamARN=self.stream, ConsumerName="audit")["Consumer"]
        self.unshared = audit["ConsumerARN"]
        for_consumer = {**self.stream_statement, "Resource": self.consumer}
        kinesis.put_resource_policy(ResourceARN=self.consumer, Policy=document(for_consumer))
        kinesis.create_stream(StreamName="other", ShardCount=1)

    @property
    def few(self) -> dict[str, str]:
        return {"TableCatalogId": self.owner, "DatabaseName": NAME, "TableName": "orders", "Name": "few"}

    @property
    def bucket(self) -> str:
        return f"acme-orders-products-{self.domain}"

    @property
    def stream(self) -> str:
        return f"arn:aws:kinesis:{REGION}:{self.domain}:stream/acme-orders-events"

    @property
    def stream_statement(self) -> dict[str, Any]:
        who = {"AWS": f"arn:aws:iam::{self.owner}:root"}
        return {"Effect": "Allow", "Principal": who, "Action": "kinesis:ListShards", "Resource": self.stream}

    @property
    def key_statement(self) -> dict[str, Any]:
        return {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}

    @property
    def bucket_statement(self) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"AWS": self.role("Analyst")},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.bucket}/*",
        }


def settings(lake: Any, admin: str, auditor: str) -> None:
    lake.put_data_lake_settings(
        DataLakeSettings={
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": admin}],
            "ReadOnlyAdmins": [{"DataLakePrincipalIdentifier": auditor}],
            "CreateDatabaseDefaultPermissions": [],
            "CreateTableDefaultPermissions": [],
            "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
        }
    )


def deny(account: Account, *calls: str) -> Account:
    """The account to which these calls (`iam:GetRole`) are denied; `glue:*` for all of a service."""
    for call in calls:
        service, _, operation = call.partition(":")
        event = f"before-call.{account.client(service).meta.service_model.service_id.hyphenize()}"
        account.client(service).meta.events.register(
            event if operation == "*" else f"{event}.{operation}", _denied
        )
    return account


def _denied(**_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
    error = {"Code": "AccessDeniedException", "Message": "You are not authorized."}
    return SimpleNamespace(status_code=403), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}
