"""A mesh in the embedded AWS without CloudFormation: what its stacks hold, by boto3 and the provider's code.

The provider is the real one, called as its Lambda function would be, with clients of its own role.
"""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshwright.aws.accounts import Account
from meshwright.config.domain_file import Product, Table
from meshwright.local import control
from meshwright.local.prepare import prepare
from meshwright.mesh.documents import (
    access_document,
    linked_databases,
    preparation_document,
    share_document,
)
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.policies import (
    domain_role_policy,
    domain_role_trust,
    key_policy,
    logs_bucket_policy,
    products_bucket_policy,
    raw_bucket_policy,
    registration_role_policy,
    registration_role_trust,
)
from meshwright.mesh.statements import Allow, identity_policy, trust
from meshwright.provider.calls import Calls
from meshwright.provider.handler import dispatch
from tests.embedded import Aws

TAG_KEYS = {"domain": [], "product": [], "classification": ["public", "internal"], "sensitivity": ["pii"]}
ANYBODY = trust({"AWS": "*"})


@dataclass(frozen=True)
class Deployment:
    """A mesh and its accounts, as the roles of the platform see them."""

    aws: Aws
    mesh: Mesh
    _entered: dict[str, Account] = field(default_factory=dict)
    _requests: Any = field(default_factory=itertools.count)

    def entered(self, role: str) -> Account:
        """A role's own account as it sees it; the role need not exist yet."""
        if role not in self._entered:
            number = role.split(":")[4]
            variables = control.environment(self.aws.embedded, number, self.mesh.region, role=role)
            self._entered[role] = Account(account=number, region=self.mesh.region, environment=variables)
        return self._entered[role]

    def deploy(self) -> None:
        """Everything, in the order of the stacks."""
        mesh = self.mesh
        self._platform(mesh.governance_account, None)
        role = mesh.names.registration_role
        self._role(mesh.governance_account, role, registration_role_trust(), registration_role_policy(mesh))
        self._settings(mesh.governance_account)
        for domain in mesh.domains.values():
            self._platform(domain.account, domain)
            self._foundation(domain)
        for domain in mesh.domains.values():
            if domain.file.products:
                self._share(domain)
        for domain in mesh.domains.values():
            if linked_databases(mesh, domain):
                self._access(domain)

    def _platform(self, number: str, domain: Domain | None) -> None:
        """What is there before: roles of the CDK, and those that the files only name."""
        names = self.mesh.names
        account = self.entered(names.deploying_role_arn(number))
        for arn in (
            names.deploying_role_arn(number),
            names.lookup_role_arn(number),
            names.provider_role_arn(number),
        ):
            name = arn.rpartition("/")[2]
            account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ANYBODY))
        prepare(account, mesh=self.mesh, domain=domain)

    def _settings(self, number: str) -> None:
        names = self.mesh.names
        properties: dict[str, Any] = {
            "Admins": [names.deploying_role_arn(number), names.provider_role_arn(number)],
            "ReadOnlyAdmins": [names.lookup_role_arn(number)],
            "CrossAccountVersion": str(self.mesh.file.cross_account_version),
        }
        if number == self.mesh.governance_account:
            properties["TagKeys"] = TAG_KEYS
        self._provide(number, "LakeFormationSettings", "settings", properties)

    def _foundation(self, domain: Domain) -> None:
        mesh, number, names = self.mesh, domain.account, self.mesh.names
        self._settings(number)
        account = self.entered(names.deploying_role_arn(number))
        kms = account.client("kms")
        key = kms.create_key(Policy=json.dumps(key_policy(mesh, domain)))["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName=names.key_alias(domain.name), TargetKeyId=key)
        for kind, policy, encrypted in (
            ("raw", raw_bucket_policy(mesh, domain), True),
            ("products", products_bucket_policy(mesh, domain), True),
            ("logs", logs_bucket_policy(mesh, domain), False),
        ):
            self._bucket(account, names.bucket(domain.name, number, kind), policy, key if encrypted else None)
        for role in domain.roles.values():
            if role.create:
                allows = domain_role_policy(mesh, domain, role, key_arn=key)
                self._role(number, role.name, domain_role_trust(mesh, domain, role), allows)

    def _bucket(self, account: Account, name: str, policy: Mapping[str, Any], key: str | None) -> None:
        s3 = account.client("s3")
        place = {"LocationConstraint": self.mesh.region}
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        if key:
            by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
            rules = [{"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": True}]
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})

    def _role(self, number: str, name: str, trusts: Mapping[str, Any], allows: list[Allow]) -> None:
        iam = self.entered(self.mesh.names.deploying_role_arn(number)).client("iam")
        boundary = self.mesh.file.permissions_boundary
        bounds = {"PermissionsBoundary": f"arn:aws:iam::{number}:policy/{boundary}"} if boundary else {}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trusts), **bounds)
        document = json.dumps(identity_policy(allows))
        iam.put_role_policy(RoleName=name, PolicyName="data", PolicyDocument=document)

    def _share(self, domain: Domain) -> None:
        mesh, number, names = self.mesh, self.mesh.governance_account, self.mesh.names
        account = self.entered(names.deploying_role_arn(number))
        bucket = names.bucket(domain.name, domain.account, "products")
        account.client("lakeformation").register_resource(
            ResourceArn=f"arn:aws:s3:::{bucket}", RoleArn=names.registration_role_arn(number)
        )
        for name in domain.file.products:
            made = {"Name": names.database(domain.name, name), "CreateTableDefaultPermissions": []}
            account.client("glue").create_database(CatalogId=number, DatabaseInput=made)
        before = f"{domain.name}-preparation"
        self._provide(number, "LakeFormationGrants", before, {**preparation_document(mesh, domain)})
        for name, product in domain.file.products.items():
            self._tables(account, names.database(domain.name, name), product, f"s3://{bucket}/{name}")
        self._provide(number, "LakeFormationGrants", domain.name, {**share_document(mesh, domain)})

    def _tables(self, account: Account, database: str, product: Product, location: str) -> None:
        for name, table in product.tables.items():
            where = {"CatalogId": account.account, "Database": database, "Table": name}
            if table.format == "iceberg":
                columns = [{"Name": key, "Type": each.type} for key, each in table.columns.items()]
                properties = {**where, "Location": f"{location}/{name}", "Columns": columns}
                self._provide(
                    account.account,
                    "IcebergTable",
                    f"{database}.{name}",
                    {**properties, "PartitionBy": table.partition_by},
                )
            else:
                account.client("glue").create_table(
                    CatalogId=account.account,
                    DatabaseName=database,
                    TableInput=_hive_table(name, table, f"{location}/{name}/"),
                )

    def _access(self, domain: Domain) -> None:
        mesh, number, catalog = self.mesh, domain.account, self.mesh.governance_account
        databases = linked_databases(mesh, domain)
        shares = {"OwnerAccount": catalog, "Databases": list(databases), "TimeoutSeconds": "1"}
        self._provide(number, "LakeFormationShares", "shares", shares)
        glue = self.entered(mesh.names.deploying_role_arn(number)).client("glue")
        for name in databases:
            target = {"CatalogId": catalog, "DatabaseName": name}
            glue.create_database(CatalogId=number, DatabaseInput={"Name": name, "TargetDatabase": target})
        self._provide(number, "LakeFormationGrants", "access", {**access_document(mesh, domain)})

    def _provide(self, number: str, kind: str, logical_id: str, properties: Mapping[str, Any]) -> None:
        """What CloudFormation would ask of the provider's function in that account."""
        event = {
            "RequestType": "Create",
            "ResourceType": f"Custom::{kind}",
            "StackId": f"arn:aws:cloudformation:{self.mesh.region}:{number}:stack/{self.mesh.name}/1",
            "LogicalResourceId": logical_id,
            "RequestId": str(next(self._requests)),
            "ResourceProperties": properties,
        }
        calls = Calls(
            client=self.entered(self.mesh.names.provider_role_arn(number)).client,
            remaining=lambda: 60.0,
            sleep=lambda _: None,
            log=lambda _: None,
        )
        dispatch(event, calls)


def _hive_table(name: str, table: Table, location: str) -> dict[str, Any]:
    columns = [{"Name": key, "Type": each.type} for key, each in table.columns.items()]
    return {
        "Name": name,
        "Parameters": {"classification": table.format},
        "PartitionKeys": [each for each in columns if each["Name"] in table.partition_by],
        "StorageDescriptor": {
            "Columns": [each for each in columns if each["Name"] not in table.partition_by],
            "Location": location,
        },
    }
