"""Wave 4: what needs the catalog in a domain's account."""

from constructs import Construct

from meshwright.cdk.sharing import LakeFormationGrants, ResourceLinks
from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.documents import access_document, linked_databases
from meshwright.mesh.model import Domain, Mesh


class AccessStack(MeshStack):
    """Resource links to a domain's own products and to what it subscribes to, and its roles' grants."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain) -> None:
        names = mesh.names
        super().__init__(
            scope,
            names.stack(domain.name, "access"),
            mesh=mesh,
            account=domain.account,
            domain=domain,
            description=f"{mesh.name}: resource links and grants of {domain.name}",
        )
        self.links = ResourceLinks(
            self,
            "Links",
            provider_arn=self.provider_arn,
            owner_account=mesh.governance_account,
            databases=linked_databases(mesh, domain),
            organization=mesh.file.organization,
            env=self.target,
        )
        self.grants = LakeFormationGrants(
            self, "Access", provider_arn=self.provider_arn, document=access_document(mesh, domain)
        )
        self.grants.node.add_dependency(self.links)
