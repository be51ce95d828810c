"""What roles are granted on tables, and allowed by IAM, is what their work takes."""

from meshwright.mesh.documents import access_document
from meshwright.mesh.model import Mesh
from meshwright.mesh.policies import domain_role_policy
from tests.cdk.synthesis import mesh_of, raw_files


def granted(mesh: Mesh, domain: str, role: str) -> dict[str, str]:
    """What the role of a domain is granted on tables and locations, by resource."""
    arn = mesh.domains[domain].roles[role].arn
    return {
        resource.partition(":")[2]: permissions
        for resource, by_permissions in access_document(mesh, mesh.domains[domain])["Grants"].items()
        for permissions, principals in by_permissions.items()
        if arn in principals and ":database/" not in resource
    }


def test_in_the_example_mesh() -> None:
    mesh = mesh_of(raw_files())
    assert granted(mesh, "orders", "delivery") == {
        "table/acme_orders_sales/order_changes": "DESCRIBE, SELECT"
    }
    assert granted(mesh, "orders", "partitions") == {
        "table/acme_orders_sales/order_changes": "ALTER, DESCRIBE",
        "location/acme-orders-products-222222222221": "DATA_LOCATION_ACCESS",
    }
    assert granted(mesh, "payments", "delivery") == {
        "table/acme_payments_ledger/charges": "ALTER, DESCRIBE, INSERT, SELECT",
        "location/acme-payments-products-444444444441": "DATA_LOCATION_ACCESS",
    }
    assert granted(mesh, "orders", "quality") == {
        f"table/acme_orders_sales/{table}": "DESCRIBE, SELECT"
        for table in ("orders", "order_lines", "order_changes")
    }
    assert set(granted(mesh, "orders", "spark").values()) == {
        "ALTER, DELETE, DESCRIBE, INSERT, SELECT",
        "DATA_LOCATION_ACCESS",
    }


def test_every_wildcard_has_its_reason() -> None:
    """A stack acknowledges the wildcards of all its roles at once: none may have hidden behind another's."""
    mesh = mesh_of(raw_files())
    wide = [
        (role.name, allow)
        for domain in mesh.domains.values()
        for role in domain.roles.values()
        for allow in domain_role_policy(mesh, domain, role, key_arn="arn:aws:kms:eu-west-1:1:key/1")
        if any("*" in each for each in (*allow.resources, *allow.actions))
    ]
    assert len(wide) > 20
    assert [(name, allow.resources) for name, allow in wide if not allow.why_wildcard] == []
