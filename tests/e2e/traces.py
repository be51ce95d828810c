"""What a domain leaves behind in the accounts of the example mesh, as AWS's own listings have it."""

import json

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
}


def traces(mesh: Deployed) -> dict[str, int]:
    """How much of customers all accounts hold, by kind; what its data is kept in is no part of it."""
    found = dict.fromkeys(LISTINGS, 0)
    for client in clients(mesh).values():
        for kind, (service, operation, result, arguments) in LISTINGS.items():
            for each in pages(client.client(service), operation, result, **arguments):
                text = json.dumps(each, default=str)
                ours = "acme-customers" in text or "acme_customers" in text or kind == "shares"
                found[kind] += ours and ("customers" in text or CUSTOMERS in text)
    return found
