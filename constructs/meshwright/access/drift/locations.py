"""Locations registered with Lake Formation, and opt-ins at hybrid ones."""

from collections.abc import Iterator

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, with_entry, without_entry
from meshwright.access.drift.wording import in_words
from meshwright.access.findings import Call, OneMore, Severity, WithinReach
from meshwright.access.repair import principal_shape, resource_shape
from meshwright.access.state import Location
from meshwright.mesh.names import partition_of

NEEDS = ("lakeformation:ListResources",)
OPT_INS_NEED = ("lakeformation:ListLakeFormationOptIns",)


def locations(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the registered locations of one account."""
    declared, live = (each.locations for each in comparison.both(account))
    for path in sorted(declared):
        wanted, found = declared[path], live.get(path)
        if found == wanted:
            continue
        tables = comparison.tables_at.get(path.partition("/")[0], ())
        arn = f"arn:{partition_of(comparison.mesh.region)}:s3:::{path}"
        given: dict[str, object] = {"ResourceArn": arn, "RoleArn": wanted.role}
        if found is None:
            code = "location-missing"
            what, remedy = f"{path} is no longer registered with Lake Formation", "register it again"
            call = Call(
                account, "lakeformation", "register_resource", {**given, "UseServiceLinkedRole": False}
            )
        else:
            code = "location-hybrid" if found.hybrid else "location-role"
            what, remedy = _difference(path, wanted, found)
            given["HybridAccessEnabled"] = wanted.hybrid
            call = Call(account, "lakeformation", "update_resource", given)
        yield Deviation(
            code=code,
            account=account,
            subject=path,
            what=what,
            floor=Severity.HIGH if found else Severity.MEDIUM,
            phase=Phase.CATALOG,
            remedy=remedy,
            repair=(call,),
            change=with_entry(account, "locations", path, found)
            if found
            else without_entry(account, "locations", path),
            readers=comparison.readers_of(tables),
            tables=tables,
        )
    for path in sorted(live):
        bucket = path.partition("/")[0]
        if path not in declared and bucket in comparison.declared.bucket_owners:
            tables = comparison.tables_at.get(bucket, ())
            # In the account that holds the files they are readable there through tables of its own catalog.
            own = comparison.declared.bucket_owners[bucket] == account != comparison.catalog
            yield Deviation(
                code="location-unexpected",
                account=account,
                subject=path,
                what=f"{path} is registered with Lake Formation by itself, with the role {live[path].role}",
                floor=Severity.MEDIUM,
                phase=Phase.REMOVALS,
                remedy="deregister it; the location around it stays registered",
                repair=(
                    Call(
                        account,
                        "lakeformation",
                        "deregister_resource",
                        {"ResourceArn": f"arn:{partition_of(comparison.mesh.region)}:s3:::{path}"},
                    ),
                ),
                change=with_entry(account, "locations", path, live[path]),
                readers=comparison.readers_of(tables),
                tables=tables,
                within_reach=(WithinReach(account, OneMore.TABLE, tables if own else ()),),
            )


def _difference(path: str, wanted: Location, found: Location) -> tuple[str, str]:
    if found.hybrid and not wanted.hybrid:
        what = f"{path} is in hybrid access mode: IAM decides for all who did not opt in to Lake Formation"
        remedy = "end the hybrid access mode"
        if found.role != wanted.role:
            return f"{what}; and it is read with {found.role}", f"{remedy} and set the role {wanted.role}"
        return what, remedy
    return f"{path} is read with {found.role} instead of {wanted.role}", "set the role again"


def opt_ins(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Opt-ins on resources of the mesh: it declares none, since its locations are not hybrid."""
    declared, live = comparison.both(account)
    for principal, resource in sorted(live.opt_ins - declared.opt_ins, key=lambda at: (str(at[1]), at[0])):
        if comparison.of_mesh(resource):
            given = {
                "Principal": principal_shape(principal),
                "Resource": resource_shape(resource, comparison.mesh.region),
            }
            yield Deviation(
                code="opt-in-unexpected",
                account=account,
                subject=f"{resource} of {principal}",
                what=f"{comparison.who(principal)} opted in to Lake Formation on "
                f"{in_words(comparison, resource)}, which matters at hybrid locations only",
                floor=Severity.LOW,
                phase=Phase.LEFTOVERS,
                remedy="delete the opt-in",
                repair=(Call(account, "lakeformation", "delete_lake_formation_opt_in", given),),
            )
