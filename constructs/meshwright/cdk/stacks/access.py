"""Wave 4: what needs the catalog in a domain's account."""

from constructs import Construct

from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.declared import below
from meshwright.mesh.documents import access_document, linked_databases
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.resources.custom import GRANTS, provider_resource
from meshwright.mesh.resources.links import links


class AccessStack(MeshStack):
    """Resource links to a domain's own products and to what it subscribes to, and its roles' grants."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain) -> None:
        super().__init__(
            scope,
            mesh.names.stack(domain.name, "access"),
            mesh=mesh,
            account=domain.account,
            domain=domain,
            description=f"{mesh.name}: resource links and grants of {domain.name}",
        )
        linked = below(
            "Links",
            links(
                self.place,
                provider_arn=self.provider_arn,
                owner_account=mesh.governance_account,
                databases=linked_databases(mesh, domain),
                organization=mesh.file.organization,
            ),
        )
        grants = provider_resource(
            "Access",
            kind=GRANTS,
            provider_arn=self.provider_arn,
            properties={**access_document(mesh, domain)},
            after=tuple(f"/{each.path}" for each in linked),
        )
        self.add([*linked, grants])
