"""Alarms, dashboards, mails and logs of a domain, and what the mesh has in the governance account.

They are counted among what the stacks declare.
https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/cloudtrail/pricing/
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from meshwright.cost.assumptions import Assumed
from meshwright.cost.items import Charge, Item, fixed, used
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.registry import in_governance, in_workloads

ALARM, DASHBOARD = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"
TOPIC, LOGS = "AWS::SNS::Topic", "AWS::Logs::LogGroup"


def items(mesh: Mesh, domain: Domain, assumed: Assumed) -> Iterator[Item]:
    """What watches the domain."""
    number = _by_type(in_workloads(mesh, domain))
    if number[ALARM]:
        yield _counted(domain, "alarms", fixed("alarm", number[ALARM]))
    if number[DASHBOARD]:
        yield _counted(domain, "dashboards", fixed("dashboard", number[DASHBOARD]))
    if number[TOPIC]:
        yield _item(domain, "mails", *used("email", assumed["alarm_mails"] / 100_000))
    if number[LOGS]:
        yield _item(domain, "logs", *used("logs", assumed["logs_gb"]))


def of_the_mesh(mesh: Mesh, assumed: Assumed) -> Iterator[Item]:
    """What the governance account has once; the first copy of management events costs nothing."""
    number = _by_type(in_governance(mesh))
    if number[DASHBOARD]:
        yield _counted(None, "dashboards", fixed("dashboard", number[DASHBOARD]))
    trail = mesh.file.audit_trail
    if trail is not None:
        events = assumed["trail_events"] if trail.data_events else Decimal(0)
        yield _item(None, "audit trail", fixed("kms-key", 1), *used("trail-data-event", events / 100_000))


def _counted(domain: Domain | None, resource: str, charge: Charge) -> Item:
    return replace(_item(domain, resource, charge), detail=str(charge.quantity))


def _item(domain: Domain | None, resource: str, *charges: Charge) -> Item:
    name = domain.name if domain is not None else None
    return Item(domain=name, part="watching", resource=resource, charges=charges)


def _by_type(resources: Iterable[Declared]) -> Counter[str]:
    return Counter(each.type for each in resources)
