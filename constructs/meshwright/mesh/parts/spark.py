"""Spark on EMR Serverless: one application of the domain, under Lake Formation.

Its jobs run as the domain's `spark` role, which reads and writes the domain's products, and reads what the
domain asked for with `roles: [spark]`, by the databases of the domain's account: its resource links.
https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/lake-formation-section.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from meshwright.config.compute_file import Spark
from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.place import place_in
from meshwright.mesh.statements import Allow

APPLICATION: Final = "spark"
"""Key of the application in its stack; other resources there refer to it as Attribute(APPLICATION, …)."""
APPLICATION_ID: Final = Attribute(APPLICATION, "ApplicationId")
LOGS: Final = "spark-logs"
"""Folder of the logs bucket that jobs write their logs to."""
CONFIGURATION: Final[Mapping[str, str]] = {
    "spark.emr-serverless.lakeformation.enabled": "true",
    "spark.hadoop.hive.metastore.client.factory.class": (
        "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
    ),
    "spark.sql.catalog.glue": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.glue.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
    "spark.sql.catalog.glue.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
}
"""Defaults of every job: permissions by Lake Formation, tables by the Glue catalog, Iceberg ones as
`glue.<database>.<table>`.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/emr-serverless-lf-enable.html
"""


def spark_of(domain: Domain) -> Spark | None:
    """What the file says of Spark; None: the domain has none."""
    return domain.file.compute.spark if domain.file.compute is not None else None


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """The application. It starts with the first job and stops when idle, so it costs nothing at rest."""
    spark = spark_of(domain)
    if spark is None:
        return
    name = mesh.names.workloads(domain.name)
    bucket = mesh.names.bucket(domain.name, domain.account, "logs")
    yield Declared(
        key=APPLICATION,
        type="AWS::EMRServerless::Application",
        name=name,
        properties={
            "Name": name,
            **application(
                spark,
                log_uri=f"s3://{bucket}/{LOGS}/",
                key_arn=f"{{{{resolve:ssm:{mesh.names.key_parameter(domain.name)}}}}}",
                region=mesh.region,
                catalog=domain.account,
            ),
        },
        shown={
            "release": spark.release,
            "architecture": spark.architecture,
            "capacity at most": (
                f"{spark.max_vcpus} vCPUs, {spark.max_memory_gb} GB of memory, {spark.max_disk_gb} GB of disk"
            ),
            "stops": f"after {spark.idle_minutes} minutes without a job",
        },
    )


def application(spark: Spark, *, log_uri: str, key_arn: str, region: str, catalog: str) -> dict[str, Any]:
    """The application's properties but for its name; `catalog` is the account in which it looks up tables.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-emrserverless-application.html
    """
    properties = {
        **CONFIGURATION,
        "spark.sql.catalog.glue.client.region": region,
        "spark.sql.catalog.glue.glue.account-id": catalog,
    }
    return {
        "Type": "Spark",
        "ReleaseLabel": spark.release,
        "Architecture": "ARM64" if spark.architecture == "arm64" else "X86_64",
        "AutoStartConfiguration": {"Enabled": True},
        "AutoStopConfiguration": {"Enabled": True, "IdleTimeoutMinutes": spark.idle_minutes},
        "MaximumCapacity": {
            "Cpu": f"{spark.max_vcpus} vCPU",
            "Memory": f"{spark.max_memory_gb} GB",
            "Disk": f"{spark.max_disk_gb} GB",
        },
        "RuntimeConfiguration": [{"Classification": "spark-defaults", "Properties": properties}],
        "MonitoringConfiguration": {
            # Otherwise AWS keeps the logs, in storage of its own, for 30 days.
            "ManagedPersistenceMonitoringConfiguration": {"Enabled": False},
            "S3MonitoringConfiguration": {"LogUri": log_uri, "EncryptionKeyArn": key_arn},
        },
    }


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Jobs that fail outside a pipeline too: a pipeline's failure says which step it was.

    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-job-metrics.html
    """
    if spark_of(domain) is not None:
        yield Alarm(
            key="spark-jobs",
            runbook="spark-job-failed",
            text="A Spark job has failed: what it makes is not up to date.",
            metric=_metric(mesh, domain, "FailedJobs"),
            threshold=0,
        )


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Jobs by their state."""
    if spark_of(domain) is not None:
        names = ("RunningJobs", "SuccessJobs", "FailedJobs")
        yield Widget(title="Spark: jobs", metrics=tuple(_metric(mesh, domain, name) for name in names))


def _metric(mesh: Mesh, domain: Domain, name: str) -> Metric:
    dimensions = {"ApplicationName": mesh.names.workloads(domain.name)}
    return Metric(namespace="AWS/EMRServerless", name=name, dimensions=dimensions)


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What a job may do besides reading and writing products: write its log.

    Scripts are in the raw bucket, which every writer of the domain's products may read.
    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
    """
    place = place_in(mesh.region, account=domain.account)
    logs = mesh.names.bucket(domain.name, domain.account, "logs")
    yield Allow(
        actions=["s3:PutObject"],
        resources=[place.s3(f"{logs}/{LOGS}/*")],
        why_wildcard="The logs of the domain's own jobs; EMR Serverless chooses their names.",
    )
    yield Allow(
        actions=["s3:ListBucket"],
        resources=[place.s3(logs)],
        conditions={"StringLike": {"s3:prefix": f"{LOGS}/*"}},
    )
