"""Refreshes of products, from the pipelines of one domain to those of others.

A pipeline puts an event on the mesh's bus in the governance account. A rule there, for each domain that
listens, carries it to that domain's own bus, where it starts pipelines, or is kept for steps that wait.
An event crosses one rule between accounts: a bus does not pass on what another bus sent it
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from meshwright.config.domain_file import DomainFile
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.announcements import REFRESHED, SOURCE
from meshwright.mesh.parts.service_role import fitting, service_role
from meshwright.mesh.place import place_in
from meshwright.mesh.statements import Allow, document

ONLY_REFRESHES: Final = {
    "ForAllValues:StringEquals": {"events:source": SOURCE, "events:detail-type": REFRESHED}
}
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html"""


def announced(file: DomainFile) -> tuple[str, ...]:
    """The products of the domain whose refresh a pipeline tells the mesh of."""
    told = {product for pipeline in file.pipelines.values() for product in pipeline.refreshes}
    return tuple(product for product in file.products if product in told)


def listens_to(file: DomainFile) -> frozenset[str]:
    """The products, as `domain.product`, with whose refreshes its pipelines start, or for which they wait."""
    return frozenset(
        product
        for pipeline in file.pipelines.values()
        for product in (
            *(pipeline.triggered_by or ()),
            *(step.wait_for for step in pipeline.steps.values() if step.wait_for),
        )
    )


def heard(mesh: Mesh, consumer: Domain) -> Mapping[str, tuple[str, ...]]:
    """What a domain hears of, as products by their domain: what it listens to, is told, and is agreed."""
    wanted = listens_to(consumer.file)
    found: dict[str, tuple[str, ...]] = {}
    if not wanted:
        return found
    for each in mesh.agreed_by_consumer.get(consumer.name, ()):
        if each.reference in wanted and each.product in announced(mesh.domains[each.producer].file):
            found[each.producer] = (*found.get(each.producer, ()), each.product)
    return found


def pattern(mesh: Mesh, domain: str, products: tuple[str, ...]) -> dict[str, Any]:
    """The events that tell of a refresh of these products of a domain."""
    return {
        "source": [SOURCE],
        "detail-type": [REFRESHED],
        "detail": {"mesh": [mesh.name], "domain": [domain], "product": list(products)},
    }


def bus(mesh: Mesh) -> Iterator[Declared]:
    """The bus on which pipelines tell that a product was refreshed, and who may put events on it.

    With `organization`, its accounts; else those of the domains that announce something. Whose products an
    account may announce is in the rules: AWS says of each event from which account it came.
    """
    producers = [each for each in mesh.domains.values() if announced(each.file)]
    if not producers:
        return
    name = mesh.names.mesh_bus
    allow = Allow(actions=["events:PutEvents"], resources=[mesh_bus_arn(mesh)])
    organization = mesh.file.organization
    if organization is not None:
        principal: dict[str, Any] = {"AWS": "*"}
        conditions = {"StringEquals": {"aws:PrincipalOrgID": organization}, **ONLY_REFRESHES}
        who = f"accounts of {organization}"
    else:
        roots = [place_in(mesh.region, account=each.account).iam("root") for each in producers]
        principal, conditions = {"AWS": roots}, dict(ONLY_REFRESHES)
        who = ", ".join(each.account for each in producers)
    statement = {"Sid": "refreshes", **allow.statement(principal), "Condition": conditions}
    yield Declared(
        key="bus",
        type="AWS::Events::EventBus",
        name=name,
        properties={
            "Name": name,
            "Description": "Refreshes of data products",
            "Policy": document([statement]),
        },
        shown={"may announce refreshes": who},
    )


def refresh_rules(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Rules that carry the refreshes of this domain's products to the domains that listen to them.

    A rule takes events from this domain's account alone, so that no domain can announce another's product.
    """
    if not announced(domain.file):
        return
    consumers = {
        each.name: products
        for each in mesh.domains.values()
        if (products := heard(mesh, each).get(domain.name)) is not None
    }
    if not consumers:
        return
    names, governance = mesh.names, mesh.governance_account
    buses = {each: domain_bus_arn(mesh, mesh.domains[each]) for each in consumers}
    role = names.service_role(domain.name, "refreshes")
    yield service_role(
        mesh,
        key="refreshes-role",
        name=role,
        account=governance,
        services=["events.amazonaws.com"],
        allows=[
            fitting(
                actions=["events:PutEvents"],
                resources=list(buses.values()),
                pattern=place_in(mesh.region, account="*").arn("events", f"event-bus/{names.workloads('*')}"),
                why="More domains listen than fit by name. Each bus says itself from whom it takes events.",
            )
        ],
    )
    for consumer, products in consumers.items():
        yield Declared(
            key=f"refreshes {consumer}",
            type="AWS::Events::Rule",
            name=f"{domain.name}.{consumer}",
            properties={
                "Name": f"{domain.name}.{consumer}",
                "Description": f"Refreshes of products of {domain.name}, to {consumer}",
                "EventBusName": names.mesh_bus,
                "EventPattern": {"account": [domain.account], **pattern(mesh, domain.name, products)},
                "State": "ENABLED",
                "Targets": [
                    {"Id": "domain", "Arn": buses[consumer], "RoleArn": names.role_arn(governance, role)}
                ],
            },
            shown={f"tells of {product}": "" for product in products},
            after=("refreshes-role",),
        )


def domain_bus_arn(mesh: Mesh, domain: Domain) -> str:
    """ARN of the bus of a domain that hears of refreshes."""
    return place_in(mesh.region, account=domain.account).arn(
        "events", f"event-bus/{mesh.names.workloads(domain.name)}"
    )


def mesh_bus_arn(mesh: Mesh) -> str:
    """ARN of the bus in the governance account on which refreshes are announced."""
    place = place_in(mesh.region, account=mesh.governance_account)
    return place.arn("events", f"event-bus/{mesh.names.mesh_bus}")
