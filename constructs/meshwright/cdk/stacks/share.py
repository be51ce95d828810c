"""Wave 3: a domain's products in the governance account's catalog, and who may use them."""

from constructs import Construct

from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.declared import Declared, below
from meshwright.mesh.documents import preparation_document, share_document
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.registry import in_share
from meshwright.mesh.resources.catalog import database, location, product_parameters, tables
from meshwright.mesh.resources.custom import GRANTS, provider_resource

PREPARATION = "Preparation"


class ShareStack(MeshStack):
    """Registered location, databases, tables, LF-Tag values, filters and grants of a domain's products."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain) -> None:
        super().__init__(
            scope,
            mesh.names.stack(domain.name, "share"),
            mesh=mesh,
            account=mesh.governance_account,
            domain=domain,
            description=f"{mesh.name}: data products of {domain.name} and who may read them",
        )
        bucket = mesh.names.bucket(domain.name, domain.account, "products")
        registered = location(
            "Location",
            self.place,
            path=bucket,
            role_arn=mesh.names.registration_role_arn(mesh.governance_account),
        )
        databases: list[Declared] = []
        of_tables: list[Declared] = []
        for name in domain.file.products:
            made, its_tables = self._product(domain, name, location=f"s3://{bucket}/{name}")
            databases.append(made)
            of_tables += its_tables
        preparation = provider_resource(
            PREPARATION,
            kind=GRANTS,
            provider_arn=self.provider_arn,
            properties={**preparation_document(mesh, domain)},
            after=(registered.key, *(each.key for each in databases)),
        )
        sharing = provider_resource(
            "Sharing",
            kind=GRANTS,
            provider_arn=self.provider_arn,
            properties={**share_document(mesh, domain)},
            after=tuple(f"/{each.path}" for each in of_tables),
        )
        self.add(
            [
                registered,
                preparation,
                sharing,
                *databases,
                *of_tables,
                *self.parts(in_share(mesh, domain)),
            ]
        )

    def _product(self, domain: Domain, name: str, *, location: str) -> tuple[Declared, list[Declared]]:
        """Its database, and its tables after what prepares that."""
        product, owner = domain.file.products[name], domain.file.owner
        parameters = product_parameters(
            domain=domain.name, name=name, product=product, team=owner.team, email=owner.email
        )
        catalog, database_name = self.place.account, self.mesh.names.database(domain.name, name)
        made = database(
            f"Database-{name}",
            catalog=catalog,
            name=database_name,
            product=product,
            location=location,
            parameters=parameters,
        )
        its_tables = tables(
            catalog=catalog,
            database=database_name,
            named=product.tables,
            location=location,
            provider_arn=self.provider_arn,
            parameters=parameters,
        )
        return made, below(f"Tables-{name}", its_tables, after=[f"/{PREPARATION}"])
