"""Where something of a mesh is: its account, Region and partition, and the ARNs that follow from them."""

from dataclasses import dataclass

from meshwright.mesh.names import partition_of


@dataclass(frozen=True, slots=True)
class Place:
    """An account and Region; in a template that does not name them, CloudFormation's references to them."""

    account: str
    region: str
    partition: str

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def iam(self, resource: str) -> str:
        """ARN of an IAM resource of the account: `role/NAME`, `policy/NAME`, `root`."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def s3(self, path: str) -> str:
        """ARN of a bucket, or of `bucket/objects`."""
        return f"arn:{self.partition}:s3:::{path}"

    def endpoint(self, service: str) -> str:
        """Service name as the condition key kms:ViaService has it."""
        return f"{service}.{self.region}.amazonaws.com"


def place_in(region: str, *, account: str) -> Place:
    """An account in a Region that is known by name."""
    return Place(account=account, region=region, partition=partition_of(region))
