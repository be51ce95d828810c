"""Wave 5: what works on a domain's data, in its account."""

from collections.abc import Sequence

from constructs import Construct

from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


class WorkloadsStack(MeshStack):
    """Deliveries, engines, pipelines, quality, budget and alarms of a domain, as far as its file has them."""

    def __init__(
        self, scope: Construct, *, mesh: Mesh, domain: Domain, resources: Sequence[Declared]
    ) -> None:
        super().__init__(
            scope,
            mesh.names.stack(domain.name, "workloads"),
            mesh=mesh,
            account=domain.account,
            domain=domain,
            description=f"{mesh.name}: what works on the data of {domain.name}",
        )
        self.add(self.parts(resources))
