"""Wave 3: a domain's products in the governance account's catalog, and who may use them."""

from constructs import Construct

from meshwright.cdk.catalog import ProductDatabase, ProductTables, RegisteredLocation, product_parameters
from meshwright.cdk.declared import add_declared
from meshwright.cdk.sharing import LakeFormationGrants
from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.documents import preparation_document, share_document
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.registry import in_share


class ShareStack(MeshStack):
    """Registered location, databases, tables, LF-Tag values, filters and grants of a domain's products."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain) -> None:
        account, names = mesh.governance_account, mesh.names
        super().__init__(
            scope,
            names.stack(domain.name, "share"),
            mesh=mesh,
            account=account,
            domain=domain,
            description=f"{mesh.name}: data products of {domain.name} and who may read them",
        )
        bucket = names.bucket(domain.name, domain.account, "products")
        self.location = RegisteredLocation(
            self,
            "Location",
            bucket_name=bucket,
            role_arn=names.registration_role_arn(account),
            env=self.target,
        )
        self.preparation = LakeFormationGrants(
            self,
            "Preparation",
            provider_arn=self.provider_arn,
            document=preparation_document(mesh, domain),
        )
        self.sharing = LakeFormationGrants(
            self, "Sharing", provider_arn=self.provider_arn, document=share_document(mesh, domain)
        )
        self.preparation.add_resource_dependency(self.location)
        self.databases: dict[str, ProductDatabase] = {}
        self.tables: dict[str, ProductTables] = {}
        owner = domain.file.owner
        for name, product in domain.file.products.items():
            location = f"s3://{bucket}/{name}"
            database = names.database(domain.name, name)
            parameters = product_parameters(
                domain=domain.name, name=name, product=product, team=owner.team, email=owner.email
            )
            self.databases[name] = ProductDatabase(
                self,
                f"Database-{name}",
                name=database,
                product=product,
                location=location,
                parameters=parameters,
                env=self.target,
            )
            self.preparation.add_resource_dependency(self.databases[name])
            self.tables[name] = ProductTables(
                self,
                f"Tables-{name}",
                database=database,
                tables=product.tables,
                location=location,
                provider_arn=self.provider_arn,
                parameters=parameters,
                env=self.target,
            )
            self.tables[name].node.add_dependency(self.preparation)
        self.sharing.node.add_dependency(*self.tables.values())
        if declared := in_share(mesh, domain):
            add_declared(self, declared, tags=self.resource_tags)
