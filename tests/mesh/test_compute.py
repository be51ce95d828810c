"""Engines of a domain: what is deployed, and what its roles may do with them."""

from datetime import date
from typing import Any

from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.parts import spark, sql
from meshwright.mesh.policies import domain_role_policy

KEY = "arn:aws:kms:eu-west-1:222222222222:key/1234"
MESH = {
    "mesh": "acme",
    "environments": {"dev": {"governance_account": "111111111111", "region": "eu-west-1"}},
    "classifications": ["public", "internal"],
}
SHOP: dict[str, Any] = {
    "domain": "shop",
    "description": "Shop.",
    "owner": {"team": "shop", "email": "shop@acme.example"},
    "accounts": {"dev": "222222222222"},
    "roles": {"engineers": {"create": True}, "analysts": {"create": True}},
    "products": {
        "sales": {
            "description": "Sales.",
            "classification": "internal",
            "tables": {"facts": {"description": "One.", "format": "parquet", "columns": {"id": "string"}}},
        }
    },
    "consumes": [
        {
            "product": "stock.levels",
            "purpose": "Plan\nthe week.",
            "roles": ["analysts"],
            "until": "2027-06-30",
        }
    ],
}
STOCK: dict[str, Any] = {
    "domain": "stock",
    "description": "Stock.",
    "owner": {"team": "stock", "email": "stock@acme.example"},
    "accounts": {"dev": "333333333333"},
    "products": {
        "levels": {
            "description": "Levels.",
            "classification": "internal",
            "tables": {
                "now": {
                    "description": "One.",
                    "format": "parquet",
                    "columns": {"sku": "string", "count": "int", "cost": "double"},
                },
                "past": {"description": "One.", "format": "parquet", "columns": {"sku": "string"}},
            },
            "shared_with": [{"domain": "shop", "exclude": ["cost"]}],
        }
    },
}


def mesh_with(compute: dict[str, Any] | None) -> Mesh:
    shop = {**SHOP, **({"compute": compute} if compute is not None else {})}
    files = {each["domain"]: DomainFile.model_validate(each) for each in (shop, STOCK)}
    return resolve(MeshFile.model_validate(MESH), files, environment="dev", today=date(2026, 11, 24))


def test_without_compute_there_is_nothing() -> None:
    for compute in (None, {}):
        mesh = mesh_with(compute)
        domain = mesh.domains["shop"]
        assert [*spark.resources(mesh, domain), *sql.resources(mesh, domain)] == []
        assert [*spark.alarms(mesh, domain), *spark.widgets(mesh, domain), *sql.widgets(mesh, domain)] == []
        assert set(domain.roles) == {"engineers", "analysts"}


def test_the_application() -> None:
    mesh = mesh_with({"spark": {"max_vcpus": 16, "max_memory_gb": 64, "max_disk_gb": 100, "idle_minutes": 5}})
    (application,) = spark.resources(mesh, mesh.domains["shop"])
    assert application.type == "AWS::EMRServerless::Application"
    defaults = application.properties["RuntimeConfiguration"][0]["Properties"]
    assert defaults["spark.emr-serverless.lakeformation.enabled"] == "true"
    assert defaults["spark.sql.catalog.glue.glue.account-id"] == "222222222222"
    assert {key: value for key, value in application.properties.items() if key != "RuntimeConfiguration"} == {
        "Name": "acme-shop",
        "Type": "Spark",
        "ReleaseLabel": "emr-7.12.0",
        "Architecture": "ARM64",
        "AutoStartConfiguration": {"Enabled": True},
        "AutoStopConfiguration": {"Enabled": True, "IdleTimeoutMinutes": 5},
        "MaximumCapacity": {"Cpu": "16 vCPU", "Memory": "64 GB", "Disk": "100 GB"},
        "MonitoringConfiguration": {
            "ManagedPersistenceMonitoringConfiguration": {"Enabled": False},
            "S3MonitoringConfiguration": {
                "LogUri": "s3://acme-shop-logs-222222222222/spark-logs/",
                "EncryptionKeyArn": "{{resolve:ssm:/acme/shop/key-arn}}",
            },
        },
    }


def test_a_job_runs_as_a_role_that_only_emr_serverless_assumes() -> None:
    role = mesh_with({"spark": {}}).domains["shop"].roles["spark"]
    assert (role.name, role.service, role.access, role.create) == (
        "acme-shop-spark",
        "emr-serverless.amazonaws.com",
        "write",
        True,
    )


def test_each_role_has_a_workgroup_of_its_own() -> None:
    mesh = mesh_with({"sql": {"scan_limit_gb": 20}})
    found = {each.name: each for each in sql.resources(mesh, mesh.domains["shop"])}
    assert list(found) == ["acme-shop-engineers", "acme-shop-analysts", "stock.levels for analysts"]
    assert found["acme-shop-analysts"].properties["WorkGroupConfiguration"] == {
        "EnforceWorkGroupConfiguration": True,
        "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
        "PublishCloudWatchMetricsEnabled": True,
        "BytesScannedCutoffPerQuery": 20_000_000_000,
        "ResultConfiguration": {
            "OutputLocation": "s3://acme-shop-logs-222222222222/athena-results/analysts/",
            "ExpectedBucketOwner": "222222222222",
            "EncryptionConfiguration": {
                "EncryptionOption": "SSE_KMS",
                "KmsKey": "arn:aws:kms:eu-west-1:222222222222:alias/acme-shop",
            },
        },
    }


def test_a_named_query_shows_what_was_agreed() -> None:
    mesh = mesh_with({"sql": {}})
    query = list(sql.resources(mesh, mesh.domains["shop"]))[-1]
    assert query.properties == {
        "Name": "stock.levels",
        "Description": "What analysts reads of stock.levels",
        "Database": "acme_stock_levels",
        "WorkGroup": "acme-shop-analysts",
        "QueryString": (
            "-- stock.levels: Plan the week.\n"
            "-- agreed until 2027-06-30\n"
            '-- also: "acme_stock_levels"."past" (sku)\n'
            'SELECT "sku", "count" FROM "acme_stock_levels"."now" LIMIT 10'
        ),
    }


def test_a_role_reads_its_own_results_and_no_others() -> None:
    mesh = mesh_with({"sql": {}})
    domain = mesh.domains["shop"]
    allows = list(sql.role_policy(mesh, domain, domain.roles["analysts"], key_arn=KEY))
    results = "arn:aws:s3:::acme-shop-logs-222222222222/athena-results/analysts/*"
    assert {tuple(each.resources) for each in allows} == {
        ("arn:aws:athena:eu-west-1:222222222222:workgroup/acme-shop-analysts",),
        ("arn:aws:athena:eu-west-1:222222222222:datacatalog/AwsDataCatalog",),
        (results,),
        ("arn:aws:s3:::acme-shop-logs-222222222222",),
        (KEY,),
    }
    (key_use,) = (each for each in allows if "kms:Decrypt" in each.actions)
    assert key_use.conditions == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": results},
    }


def test_no_writer_reaches_the_results_of_others() -> None:
    """A writer may read the whole raw bucket: results of other roles must not lie in it."""
    mesh = mesh_with({"sql": {}})
    domain = mesh.domains["shop"]
    allows = domain_role_policy(mesh, domain, domain.roles["engineers"], key_arn=KEY)
    objects = {resource for each in allows if "s3:GetObject" in each.actions for resource in each.resources}
    assert objects == {
        "arn:aws:s3:::acme-shop-raw-222222222222/*",
        "arn:aws:s3:::acme-shop-logs-222222222222/athena-results/engineers/*",
    }
