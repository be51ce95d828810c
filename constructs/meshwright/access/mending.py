"""The one call that would mend a hop which does not hold, where there is one."""

from meshwright.access.decision import Fault, Hop, Step, TableName
from meshwright.access.findings import Call
from meshwright.access.repair import grant
from meshwright.access.resources import Resource, database, filter_on
from meshwright.access.resources import table as table_of
from meshwright.mesh.model import Mesh
from meshwright.mesh.names import partition_of


def mending_call(
    hop: Hop, *, mesh: Mesh, principal: str, table: TableName, filter_name: str | None
) -> Call | None:
    """In the account of the hop. `filter_name` is the subscription's data-cells filter, if there is one."""
    region, account = mesh.region, hop.account
    shared: Resource = table_of(table.catalog, table.database, table.table)
    if filter_name is not None:
        shared = filter_on(table.catalog, table.database, table.table, filter_name)
    match hop.step, hop.fault:
        case Step.LINK, Fault.MISSING:
            target = {"CatalogId": table.catalog, "DatabaseName": table.database, "Region": region}
            link = {"Name": table.database, "TargetDatabase": target}
            return Call(account, "glue", "create_database", {"DatabaseInput": link})
        case Step.LINK_GRANT, _:
            return grant(account, principal, database(account, hop.subject), ["DESCRIBE"], [], region=region)
        case Step.ACCOUNT_GRANT, Fault.MISSING:
            return grant(account, hop.subject, shared, ["SELECT"], ["SELECT"], region=region)
        case Step.PRINCIPAL_GRANT, Fault.MISSING:
            return grant(account, principal, shared, [hop.action], [], region=region)
        case Step.LOCATION, Fault.MISSING:
            bucket = f"arn:{partition_of(region)}:s3:::{hop.subject.partition('/')[0]}"
            role = mesh.names.registration_role_arn(table.catalog)
            given = {"ResourceArn": bucket, "RoleArn": role, "UseServiceLinkedRole": False}
            return Call(account, "lakeformation", "register_resource", given)
    return None
