"""Every name the mesh gives to something in AWS: a pure function of mesh, domain and account.

Deterministic names are what lets stacks of different accounts refer to each other without references.
"""

from dataclasses import dataclass

PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
"""Regions outside the partition `aws`, by the start of their name."""


def partition_of(region: str) -> str:
    """The partition of a Region: `aws-cn` for cn-north-1."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(f"{start}-")), "aws")


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

    def created_role(self, domain: str, key: str) -> str:
        return f"{self.mesh}-{domain}-{key}"

    def database(self, domain: str, product: str) -> str:
        """Glue database of a product, and of every resource link to it: queries read the same everywhere."""
        return f"{self.mesh}_{domain}_{product}".replace("-", "_")

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
