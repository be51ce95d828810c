"""Every name the mesh gives to something in AWS: a pure function of mesh, domain and account.

Deterministic names are what lets stacks of different accounts refer to each other without references.
"""

from dataclasses import dataclass
from hashlib import sha256

PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
"""Regions outside the partition `aws`, by the start of their name."""


def partition_of(region: str) -> str:
    """The partition of a Region: `aws-cn` for cn-north-1."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(f"{start}-")), "aws")


def bounded(name: str, length: int) -> str:
    """The name, with a hash in place of its end where it is longer than AWS allows."""
    if len(name) <= length:
        return name
    return f"{name[: length - 9]}-{sha256(name.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one mesh in one Region."""

    mesh: str
    region: str
    qualifier: str

    @property
    def governance_stack(self) -> str:
        return f"{self.mesh}-governance"

    def stack(self, domain: str, kind: str) -> str:
        """Name of a domain's stack; `kind` is foundation, share or access."""
        return f"{self.mesh}-{domain}-{kind}"

    def bucket(self, domain: str, account: str, kind: str) -> str:
        """Name of a domain's bucket; `kind` is raw, products or logs. The account makes it unique."""
        return f"{self.mesh}-{domain}-{kind}-{account}"

    def key_alias(self, domain: str) -> str:
        return f"alias/{self.mesh}-{domain}"

    def stream(self, domain: str, stream: str) -> str:
        return f"{self.mesh}-{domain}-{stream}"

    def delivery(self, domain: str, stream: str, layout: str) -> str:
        """Firehose delivery stream of a stream, at most 64 characters.

        What AWS can't change in one that exists, its destination and dynamic partitioning, is part of its
        name, so that such a change is a new one: behind two hyphens, which no stream's name has.
        """
        name = self.stream(domain, stream)
        return bounded(f"{name}--{layout}" if layout in ("record", "iceberg") else name, 64)

    def partitions(self, domain: str, product: str, table: str) -> str:
        """What registers a table's partitions in the catalog: rule and state machine.

        No pipeline's state machine is called so: behind the domain they have a hyphen.
        """
        return bounded(f"{self.mesh}-{domain}_{product}-{table}-partitions", 64)

    def stream_consumer(self, consumer: str) -> str:
        """Enhanced fan-out consumer of a stream that the domain `consumer` reads through."""
        return f"{self.mesh}-{consumer}"

    def created_role(self, domain: str, key: str) -> str:
        return f"{self.mesh}-{domain}-{key}"

    def database(self, domain: str, product: str) -> str:
        """Glue database of a product, and of every resource link to it: queries read the same everywhere."""
        return f"{self.mesh}_{domain}_{product}".replace("-", "_")

    def workloads(self, domain: str) -> str:
        """Name of what a domain has one of: its Spark application, its event bus."""
        return f"{self.mesh}-{domain}"

    def workgroup(self, domain: str, role: str) -> str:
        """Athena workgroup of a role, by its key."""
        return f"{self.mesh}-{domain}-{role}"

    def pipeline(self, domain: str, pipeline: str) -> str:
        """State machine of a pipeline."""
        return f"{self.mesh}-{domain}-{pipeline}"

    def pipeline_schedule(self, domain: str, pipeline: str) -> str:
        """Schedule of a pipeline; no other schedule has a dot in its name."""
        return f"{self.mesh}-{domain}.{pipeline}"

    def pipeline_logs(self, domain: str) -> str:
        """Log group of a domain's pipelines.

        The prefix keeps it out of a policy that AWS limits to 5,120 characters
        (https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html).
        """
        return f"/aws/vendedlogs/states/{self.mesh}-{domain}"

    def refresh_queue(self, domain: str, product: str, within: str) -> str:
        """Queue of a domain in which each refresh of `product`, a reference, is kept as long as it counts.

        Its name has at most 80 characters, fewer than references can have: hence a digest.
        """
        digest = sha256(f"{product} {within}".encode()).hexdigest()[:12]
        return f"{self.mesh}-{domain}_refreshed_{digest}"

    @property
    def mesh_bus(self) -> str:
        """Event bus in the governance account, on which domains announce refreshes."""
        return self.mesh

    def service_role(self, domain: str, use: str) -> str:
        """Role that only AWS services use. No role of a file is called so: keys have no underscore."""
        return f"{self.mesh}-{domain}_{use}"

    def key_parameter(self, domain: str) -> str:
        """SSM parameter with the ARN of the domain's key, for what takes no alias."""
        return f"/{self.mesh}/{domain}/key-arn"

    def budget(self, domain: str, *, alerts: str) -> str:
        """Budget of the domain's account; `alerts` is a digest of whom it tells what."""
        return f"{self.mesh}-{domain}-monthly-{alerts}"

    def alarm_topic(self, domain: str, product: str | None = None) -> str:
        """SNS topic with the alarms to the domain's owner, or to the owner of one of its products."""
        about = f"{domain}-{product}" if product else domain
        return f"{self.mesh}-{about}-alarms"

    def alarm(self, domain: str, key: str) -> str:
        """CloudWatch alarm, at most 255 characters.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        """
        return bounded(f"{self.mesh}-{domain}-{key.replace(' ', '-')}", 255)

    @property
    def audit_trail(self) -> str:
        """CloudTrail trail of the governance account, and the alias of its key without `alias/`."""
        return f"{self.mesh}-audit-trail"

    def audit_bucket(self, account: str) -> str:
        """Bucket of the trail's files."""
        return f"{self.audit_trail}-{account}"

    def ruleset(self, domain: str, product: str, table: str) -> str:
        """Glue Data Quality ruleset of a table."""
        return f"{self.mesh}-{domain}-{product}-{table}"

    def ruleset_prefix(self, domain: str) -> str:
        """With what the names of a domain's rulesets begin."""
        return f"{self.mesh}-{domain}-"

    def quality_schedule(self, domain: str, product: str, table: str) -> str:
        """Schedule on which the rules of a table are evaluated, at most 64 characters."""
        return bounded(self.ruleset(domain, product, table), 64)

    @property
    def provider(self) -> str:
        """Name of the Lake Formation provider's function, and of its role, in each account."""
        return f"{self.mesh}-lakeformation-provider"

    @property
    def registration_role(self) -> str:
        return f"{self.mesh}-lakeformation-registration"

    def role_arn(self, account: str, role: str) -> str:
        return f"arn:{partition_of(self.region)}:iam::{account}:role/{role}"

    def provider_arn(self, account: str) -> str:
        partition = partition_of(self.region)
        return f"arn:{partition}:lambda:{self.region}:{account}:function:{self.provider}"

    def provider_role_arn(self, account: str) -> str:
        return self.role_arn(account, self.provider)

    def registration_role_arn(self, account: str) -> str:
        return self.role_arn(account, self.registration_role)

    def deploying_role_arn(self, account: str) -> str:
        """The role with which CloudFormation deploys, made by `cdk bootstrap`."""
        return self.role_arn(account, f"cdk-{self.qualifier}-cfn-exec-role-{account}-{self.region}")

    def lookup_role_arn(self, account: str) -> str:
        """The role with which the CDK reads an account, made by `cdk bootstrap`; so does an audit."""
        return self.role_arn(account, f"cdk-{self.qualifier}-lookup-role-{account}-{self.region}")
