"""What a domain leaves behind in the accounts of the example mesh, as AWS's own listings have it."""

import json
from collections.abc import Iterator
from typing import Any

from meshwright.aws.accounts import Account, pages
from meshwright.local import control

from .conftest import Deployed
from .tampering import ANALYTICS, CUSTOMERS, GOVERNANCE, ORDERS, PAYMENTS


def clients(mesh: Deployed) -> dict[str, Account]:
    """Of all five accounts, whatever the files now say."""
    embedded = control.status(mesh.root)
    assert embedded is not None
    names, region = mesh.mesh().names, mesh.mesh().region
    return {
        number: Account(
            account=number,
            region=region,
            environment=control.environment(
                embedded, account=number, region=region, role=names.deploying_role_arn(number)
            ),
        )
        for number in (GOVERNANCE, ORDERS, CUSTOMERS, PAYMENTS, ANALYTICS)
    }


LISTINGS = {
    "grants": (
        "lakeformation",
        "list_permissions",
        "PrincipalResourcePermissions",
        {"CatalogId": GOVERNANCE},
    ),
    "own grants": ("lakeformation", "list_permissions", "PrincipalResourcePermissions", {}),
    "filters": ("lakeformation", "list_data_cells_filter", "DataCellsFilters", {}),
    "registrations": ("lakeformation", "list_resources", "ResourceInfoList", {}),
    "databases and links": ("glue", "get_databases", "DatabaseList", {}),
    "shares": (
        "ram",
        "get_resource_share_associations",
        "resourceShareAssociations",
        {"associationType": "PRINCIPAL"},
    ),
    "stacks": ("cloudformation", "describe_stacks", "Stacks", {}),
    "roles": ("iam", "list_roles", "Roles", {}),
    "parameters": ("ssm", "describe_parameters", "Parameters", {}),
    "workgroups": ("athena", "list_work_groups", "WorkGroups", {}),
    "pipelines": ("stepfunctions", "list_state_machines", "stateMachines", {}),
    "schedules": ("scheduler", "list_schedules", "Schedules", {}),
    # Not Lambda's: it makes the group of a deleted function again when that one's last lines arrive late.
    "logs": ("logs", "describe_log_groups", "logGroups", {"logGroupNamePrefix": "/aws/vendedlogs/"}),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", {}),
    "topics": ("sns", "list_topics", "Topics", {}),
    "subscriptions of topics": ("sns", "list_subscriptions", "Subscriptions", {}),
    "aliases of keys": ("kms", "list_aliases", "Aliases", {}),
}
"""Service, operation, and where its answer has the list."""
RULES = "rules on buses"
ELSEWHERE = frozenset({"shares", RULES})
"""What is of customers by its account or its key in the mesh, without a name that begins with the mesh's."""


def traces(mesh: Deployed) -> dict[str, int]:
    """How much of customers all accounts hold, by kind; what its data is kept in is no part of it."""
    found = dict.fromkeys([*LISTINGS, RULES], 0)
    for client in clients(mesh).values():
        for kind, each in _listed(client):
            text = json.dumps(each, default=str)
            ours = any(name in text for name in ("acme-customers", "acme_customers", "/acme/customers/"))
            found[kind] += (ours or kind in ELSEWHERE) and ("customers" in text or CUSTOMERS in text)
    return found


def _listed(client: Account) -> Iterator[tuple[str, Any]]:
    for kind, (service, operation, result, arguments) in LISTINGS.items():
        for each in pages(client.client(service), operation, result, **arguments):
            yield kind, each
    events = client.client("events")
    for bus in pages(events, "list_event_buses", "EventBuses"):
        for rule in pages(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            yield RULES, rule
