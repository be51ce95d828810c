"""What the stacks of a mesh have in common."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import PARTS, add_template, logical_id
from meshwright.cdk.place import Tags
from meshwright.mesh.declared import Declared, below
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.place import place_in


class MeshStack(cdk.Stack):
    """A stack of a mesh, in an explicit account and Region, with the tags of what is in it.

    `domain` is None in the governance stack only.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        mesh: Mesh,
        account: str,
        domain: Domain | None,
        description: str,
    ) -> None:
        env = cdk.Environment(account=account, region=mesh.region)
        super().__init__(scope, name, env=env, description=description)
        self.mesh = mesh
        self.place = place_in(mesh.region, account=account)
        self.provider_arn = mesh.names.provider_arn(account)
        self.resource_tags = tags_of(mesh, domain)

    def add(self, resources: Sequence[Declared]) -> None:
        """Add all that this stack has."""
        self._template = add_template(self, resources, tags=self.resource_tags)
        self._paths = tuple(each.path for each in resources)

    def parts(self, resources: Sequence[Declared], *, after: Sequence[str] = ()) -> list[Declared]:
        """Of the data plane, which may call a resource what others here are called."""
        return below(PARTS, resources, after=after)

    def resource(self, path: str) -> cdk.CfnResource:
        """What this stack has at `path`, such as `Storage/Raw`, `Role-engineers`, `Tables-sales/orders`.

        With the class of its type: `aws_s3.CfnBucket` and the like. Raises ValueError if there is none.
        """
        if path not in self._paths:
            raise ValueError(f"{self.stack_name} has no resource {path!r}. It has: {', '.join(self._paths)}.")
        return self._template.get_resource(logical_id(path))

    @property
    def boundary_arn(self) -> str | None:
        """The permissions boundary of every role, in this stack's account."""
        boundary = self.mesh.file.permissions_boundary
        return self.place.iam(f"policy/{boundary}") if boundary else None

    @property
    def admins(self) -> list[str]:
        """Who administers Lake Formation in this account: whoever deploys, and the provider."""
        names = self.mesh.names
        return [names.deploying_role_arn(self.place.account), names.provider_role_arn(self.place.account)]

    @property
    def read_only_admins(self) -> list[str]:
        """Who sees all of Lake Formation in this account: whoever audits it.

        To others ListPermissions shows only part, filtered by what they may do themselves
        (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html).
        """
        return [self.mesh.names.lookup_role_arn(self.place.account)]


def tags_of(mesh: Mesh, domain: Domain | None) -> Tags:
    """The tags of every resource that can have any."""
    tags = {"mesh": mesh.name, "environment": mesh.environment}
    if domain is None:
        return {**tags, "owner": "governance"}
    return {**tags, "domain": domain.name, "owner": domain.file.owner.team}
