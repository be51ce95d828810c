"""Situations of one account: named grants, wildcards, databases, actions, administrators."""

from functools import partial

from meshwright.access import undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import database, table
from meshwright.access.state import Identity, Table
from tests.access.building import (
    BUCKET,
    COLUMNS,
    PLACE,
    REGISTRATION,
    ROLE_KMS,
    STEWARD,
    TABLES,
    TRUST,
    D,
    G,
    T,
    U,
    X,
    allow,
    fields,
    grant,
    policy,
    put,
    settings,
    tables,
)
from tests.access.situation import Situation, api, guide

asked = partial(Situation, who=STEWARD)
yes = partial(asked, columns=COLUMNS, way=Way.DIRECT)
no = partial(asked, broken=Step.PRINCIPAL_GRANT, fault=Fault.MISSING)
given = partial(grant, G, STEWARD)
PERMISSIONS = guide("lf-permissions-reference")
IMPLICIT = guide("implicit-permissions")
EVERYTHING_IN_GLUE = put(G, "identities", STEWARD, Identity(policy=policy(allow("glue:*"))))

NAMED = (
    yes(name="SELECT on the table", page=PERMISSIONS, changes=(given(T, "SELECT"),)),
    no(name="no grant at all", page=guide("lf-permissions-overview")),
    no(
        name="SELECT on another table only",
        page=guide("metadata-permissions"),
        changes=(given(U, "SELECT"),),
    ),
    no(name="DESCRIBE shows metadata, not data", page=PERMISSIONS, changes=(given(T, "DESCRIBE"),)),
    yes(name="DESCRIBE is to see", page=PERMISSIONS, changes=(given(T, "DESCRIBE"),), action="DESCRIBE"),
    yes(
        name="SELECT includes DESCRIBE",
        page=PERMISSIONS,
        changes=(given(T, "SELECT"),),
        action="DESCRIBE",
        assumed=undocumented.SEEN,
    ),
    no(name="SELECT to another role", page=IMPLICIT, changes=(grant(G, REGISTRATION, T, "SELECT"),)),
    no(
        name="SELECT on a table of that name in another catalog",
        page=api("TableResource"),
        changes=(given(table(X, "d", "t"), "SELECT"),),
    ),
    asked(
        name="the table does not exist",
        page=guide("lf-permissions-overview"),
        table="v",
        broken=Step.TABLE,
        fault=Fault.MISSING,
    ),
    yes(
        name="SELECT on the table without any permission on its database",
        page=guide("metadata-permissions"),
        changes=(fields(G, grants=()), given(T, "SELECT")),
        assumed=undocumented.NO_DATABASE,
    ),
    no(name="DROP is not to read", page=PERMISSIONS, changes=(given(T, "DROP"),)),
)

WIDE = (
    yes(
        name="SELECT on all tables of the database",
        page=api("TableResource"),
        changes=(given(TABLES, "SELECT"),),
    ),
    yes(
        name="all tables: also a later one",
        page=api("TableResource"),
        changes=(given(TABLES, "SELECT"), tables(v=Table(("a", "b"), f"{BUCKET}/v"))),
        table="v",
        columns=("a", "b"),
    ),
    no(
        name="all tables of another database",
        page=api("TableResource"),
        changes=(given(table(G, "e", "*"), "SELECT"),),
    ),
    yes(
        name="SELECT on all tables includes seeing the database in the own account",
        page=guide("granting-catalog-permissions"),
        changes=(fields(G, grants=()), given(TABLES, "SELECT")),
    ),
    no(name="Super on the database", page=IMPLICIT, changes=(given(D, "ALL"),)),
    no(
        name="ALTER and CREATE_TABLE on the database",
        page=guide("metadata-permissions"),
        changes=(given(D, "ALTER", "CREATE_TABLE"),),
    ),
    no(
        name="CREATE_TABLE on the database, to drop another's table",
        page=IMPLICIT,
        changes=(given(D, "CREATE_TABLE"), EVERYTHING_IN_GLUE),
        action="DROP",
    ),
    no(
        name="DESCRIBE on all tables and SELECT on one, another asked",
        page=PERMISSIONS,
        changes=(given(TABLES, "DESCRIBE"), given(T, "SELECT")),
        table="u",
    ),
    no(
        name="Super on a database of the same name as the table",
        page=PERMISSIONS,
        changes=(given(database(G, "t"), "ALL"),),
    ),
)

SUPER = "upgrade-glue-lake-formation-background"
ACTIONS = (
    yes(name="Super: SELECT", page=guide(SUPER), changes=(given(T, "ALL"),)),
    *(
        yes(name=f"Super: {action}", page=guide(SUPER), changes=(given(T, "ALL"),), action=action)
        for action in ("INSERT", "DELETE", "DESCRIBE")
    ),
    no(name="SELECT is not INSERT", page=PERMISSIONS, changes=(given(T, "SELECT"),), action="INSERT"),
    no(name="INSERT is not SELECT", page=PERMISSIONS, changes=(given(T, "INSERT"),)),
    no(name="INSERT is not DELETE", page=PERMISSIONS, changes=(given(T, "INSERT"),), action="DELETE"),
    yes(
        name="INSERT writes files",
        page=guide("access-control-underlying-data"),
        changes=(given(T, "INSERT"),),
        action="INSERT",
    ),
    yes(
        name="DELETE deletes files",
        page=guide("access-control-underlying-data"),
        changes=(given(T, "DELETE"),),
        action="DELETE",
    ),
    yes(
        name="DROP with IAM's permission to delete tables",
        page=PERMISSIONS,
        changes=(given(T, "DROP"), EVERYTHING_IN_GLUE),
        action="DROP",
    ),
    asked(
        name="DROP without IAM's permission to delete tables",
        page=guide("lf-permissions-overview"),
        changes=(given(T, "DROP"),),
        action="DROP",
        broken=Step.IAM,
        fault=Fault.MISSING,
    ),
    yes(
        name="ALTER with the data location",
        page=guide("troubleshooting"),
        changes=(
            given(T, "ALTER"),
            given(PLACE, "DATA_LOCATION_ACCESS"),
            EVERYTHING_IN_GLUE,
        ),
        action="ALTER",
    ),
    asked(
        name="ALTER without the data location",
        page=guide("troubleshooting"),
        changes=(
            given(T, "ALTER"),
            EVERYTHING_IN_GLUE,
        ),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    yes(
        name="ALTER where the location is not registered",
        page=guide("access-control-underlying-data"),
        changes=(
            given(T, "ALTER"),
            fields(G, locations={}),
            EVERYTHING_IN_GLUE,
        ),
        action="ALTER",
    ),
    asked(
        name="INSERT, but the registration role may only read",
        page=guide("registration-role"),
        changes=(
            given(T, "INSERT"),
            put(
                G,
                "identities",
                REGISTRATION,
                Identity(policy=policy(allow("s3:GetObject", "s3:ListBucket"), ROLE_KMS), trust=TRUST),
            ),
        ),
        action="INSERT",
        broken=Step.REGISTRATION_ROLE,
        fault=Fault.MISSING,
    ),
)


READ_ONLY = settings(G, read_only_admins=frozenset({STEWARD}))
ADMIN = settings(G, admins=frozenset({STEWARD}))
ADMINISTRATORS = (
    no(name="an administrator does not read its own catalog's data", page=IMPLICIT, changes=(ADMIN,)),
    yes(
        name="an administrator sees every table of its catalog",
        page=IMPLICIT,
        changes=(ADMIN,),
        action="DESCRIBE",
    ),
    no(
        name="an administrator does not drop another's table",
        page=IMPLICIT,
        changes=(ADMIN, EVERYTHING_IN_GLUE),
        action="DROP",
    ),
    yes(
        name="an administrator has every data location",
        page=IMPLICIT,
        changes=(
            ADMIN,
            given(T, "ALTER"),
            EVERYTHING_IN_GLUE,
        ),
        action="ALTER",
    ),
    yes(
        name="a read-only administrator sees every table",
        page=guide("permissions-reference"),
        changes=(READ_ONLY,),
        action="DESCRIBE",
        assumed=undocumented.VIEWS,
    ),
    no(
        name="a read-only administrator does not read",
        page=guide("permissions-reference"),
        changes=(READ_ONLY,),
    ),
    no(
        name="an IAM administrator without a grant",
        page=guide("permissions-reference"),
        changes=(put(G, "identities", STEWARD, Identity(policy=policy(allow("*")))),),
    ),
    yes(
        name="the creator of a table, whose permissions are listed",
        page=IMPLICIT,
        changes=(given(T, "ALL", option=True),),
    ),
    no(
        name="the creator of a database, and a table that another made in it",
        page=IMPLICIT,
        changes=(given(D, "ALL", option=True),),
    ),
)

SITUATIONS = (*NAMED, *WIDE, *ACTIONS, *ADMINISTRATORS)
