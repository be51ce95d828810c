"""Situations of the catalog: links' Regions, who made a table, DROP, versions of sharing, fields."""

from functools import partial

from meshwright.access import evaluate, storage_path
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import filter_on, tag_policy
from meshwright.access.state import Database, Filter, Identity, Key, Link, Location, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    COLUMNS,
    DATA,
    GLUE,
    KEY,
    REGISTRATION,
    STEWARD,
    TRAINEE,
    C,
    D,
    G,
    P,
    T,
    allow,
    fields,
    grant,
    policy,
    put,
    revoke,
    settings,
    tables,
)
from tests.access.situation import Situation, guide

shared = partial(Situation, who=ANALYST, columns=COLUMNS, way=Way.SHARED)
not_shared = partial(Situation, who=ANALYST, fault=Fault.MISSING)
direct = partial(Situation, who=STEWARD, columns=COLUMNS, way=Way.DIRECT)
nothing = partial(Situation, who=STEWARD, broken=Step.PRINCIPAL_GRANT, fault=Fault.MISSING)

ABOUT_LINKS = guide("resource-links-about")
IMPLICIT = guide("implicit-permissions")
REFERENCE = guide("lf-permissions-reference")
VERSIONS = guide("optimize-ram")
HYBRID_NEEDS = guide("hybrid-access-prerequisites")
HYBRID_MODE = guide("hybrid-access-mode")
CELLS = guide("data-filtering-overview")
DROP_DATABASE = "https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html"

REGIONS = (
    not_shared(
        name="the link points to a database of that name in another Region",
        page=ABOUT_LINKS,
        changes=(put(C, "databases", "l", Database(link=Link(G, "d", region="us-east-1"))),),
        broken=Step.LINK,
    ),
    shared(
        name="a link to another Region beside one to this",
        page=ABOUT_LINKS,
        changes=(put(C, "databases", "l2", Database(link=Link(G, "d", region="us-east-1"))),),
    ),
    not_shared(
        name="a link to a table of that name in another Region",
        page=ABOUT_LINKS,
        changes=(
            put(C, "databases", "l", Database(links={"t": Link(G, "d", "t", "us-east-1")})),
            grant(C, ANALYST, D, "DESCRIBE"),
        ),
        broken=Step.LINK,
    ),
)


def made_by(principal):
    return tables(t=Table(COLUMNS, f"{BUCKET}/t", creator=principal))


NEITHER = (revoke(G, C, T), revoke(C, ANALYST, T))
CREATORS = (
    direct(name="who made the table reads it", page=IMPLICIT, changes=(made_by(STEWARD),)),
    direct(
        name="who made the table writes it",
        page=IMPLICIT,
        action="INSERT",
        changes=(made_by(STEWARD),),
    ),
    nothing(name="who did not make the table", page=IMPLICIT, changes=(made_by(REGISTRATION),)),
    Situation(
        name="a consumer's role that made the table in the database shared with it",
        page=IMPLICIT,
        who=ANALYST,
        changes=(*NEITHER, made_by(ANALYST)),
        columns=COLUMNS,
        way=Way.DIRECT,
        assumed="a query of a table needs no permission on its database",
    ),
    Situation(
        name="a consumer's role that made it, under version 2",
        page=IMPLICIT,
        who=ANALYST,
        changes=(*NEITHER, made_by(ANALYST), settings(G, cross_account_version=2)),
        columns=COLUMNS,
        way=Way.DIRECT,
        assumed="a query of a table needs no permission on its database",
    ),
    not_shared(
        name="another role of the consumer's account made it",
        page=IMPLICIT,
        changes=(*NEITHER, made_by(TRAINEE)),
        broken=Step.ACCOUNT_GRANT,
    ),
)

DELETES = policy(DATA, GLUE, allow("glue:DeleteDatabase"))
STEWARD_DELETES = put(G, "identities", STEWARD, Identity(policy=DELETES))
drop_table = partial(direct, action="DROP", page=DROP_DATABASE)
drop_not = partial(nothing, action="DROP", page=DROP_DATABASE, broken=Step.IAM)
"""Neither the table nor the database: the first that is missing is IAM's permission to delete tables."""
DROPS = (
    drop_table(
        name="DROP on the database drops its tables",
        changes=(grant(G, STEWARD, D, "DROP"), STEWARD_DELETES),
    ),
    drop_table(
        name="Super on the database drops its tables",
        changes=(grant(G, STEWARD, D, "ALL"), STEWARD_DELETES),
    ),
    drop_table(
        name="DROP on databases of a tag drops their tables",
        changes=(
            put(G, "tags", D, {"domain": "orders"}),
            grant(G, STEWARD, tag_policy(G, "DATABASE", {"domain": frozenset({"orders"})}), "DROP"),
            STEWARD_DELETES,
        ),
    ),
    drop_table(
        name="Super of IAM_ALLOWED_PRINCIPALS on the database drops its tables",
        way=Way.OPEN,
        changes=(grant(G, ANYBODY, D, "ALL"), STEWARD_DELETES),
    ),
    drop_not(
        name="Super of IAM_ALLOWED_PRINCIPALS on the database, for who opted in",
        changes=(
            grant(G, ANYBODY, D, "ALL"),
            STEWARD_DELETES,
            fields(G, opt_ins=frozenset({(STEWARD, D)})),
        ),
    ),
    drop_not(
        name="DROP on another database",
        changes=(grant(G, STEWARD, D._replace(path=("e",)), "DROP"), STEWARD_DELETES),
    ),
    drop_not(
        name="ALTER on the database does not drop",
        changes=(grant(G, STEWARD, D, "ALTER"), STEWARD_DELETES),
    ),
    nothing(
        name="DROP on the database does not alter its tables",
        page=REFERENCE,
        action="ALTER",
        changes=(
            grant(G, STEWARD, D, "DROP"),
            put(G, "identities", STEWARD, Identity(policy=policy(DATA, allow("glue:*")))),
        ),
    ),
    drop_table(
        name="DROP on the table needs no more than DeleteTable",
        page=REFERENCE,
        changes=(
            grant(G, STEWARD, T, "DROP"),
            put(G, "identities", STEWARD, Identity(policy=policy(GLUE, allow("glue:DeleteTable")))),
        ),
    ),
)

OPEN = (grant(G, ANYBODY, D, "ALL"), grant(G, ANYBODY, T, "ALL"))
HYBRID = fields(G, locations={BUCKET: Location(REGISTRATION, hybrid=True)})
OPTED_IN = fields(G, opt_ins=frozenset({(ANALYST, T)}))
VERSION_3, VERSION_2 = settings(G, cross_account_version=3), settings(G, cross_account_version=2)
HYBRID_SHARING = (
    shared(
        name="shared in hybrid mode under version 4",
        page=HYBRID_NEEDS,
        changes=(*OPEN, HYBRID, OPTED_IN),
    ),
    not_shared(
        name="shared in hybrid mode under version 3",
        page=HYBRID_NEEDS,
        changes=(*OPEN, HYBRID, OPTED_IN, VERSION_3),
        broken=Step.SHARE,
    ),
    shared(
        name="shared under version 3, not open",
        page=HYBRID_NEEDS,
        changes=(HYBRID, OPTED_IN, VERSION_3),
    ),
    shared(
        name="shared under version 3, another table open",
        page=HYBRID_NEEDS,
        changes=(grant(G, ANYBODY, D._replace(path=("e",)), "ALL"), VERSION_3),
    ),
)

UNREGISTERED = fields(G, locations={})
describe = partial(direct, action="DESCRIBE", page=HYBRID_MODE)
DESCRIBING = (
    describe(
        name="DESCRIBE of an open table at no registered location",
        way=Way.OPEN,
        changes=(*OPEN, UNREGISTERED),
    ),
    nothing(
        name="DESCRIBE of an open table at no registered location, for who opted in",
        page=HYBRID_MODE,
        action="DESCRIBE",
        changes=(*OPEN, UNREGISTERED, fields(G, opt_ins=frozenset({(STEWARD, T)}))),
        assumed=evaluate.OPEN_IGNORED,
    ),
    describe(
        name="DESCRIBE for who opted in and was granted it",
        changes=(
            *OPEN,
            UNREGISTERED,
            fields(G, opt_ins=frozenset({(STEWARD, T)})),
            grant(G, STEWARD, T, "DESCRIBE"),
        ),
    ),
)

TAGGED = put(G, "tags", T, {"domain": "orders"})
ORDERS = tag_policy(G, "TABLE", {"domain": frozenset({"orders"})})
BY_TAGS = (
    revoke(G, C, T),
    TAGGED,
    grant(G, C, ORDERS, "DESCRIBE", "SELECT", option=True),
)
NO_SHARE = fields(G, shares={})


def catalog_policy(to=C):
    """Glue's resource policy that lets an account in by LF-Tags."""
    return fields(
        G,
        catalog_policy=policy(
            allow(
                "glue:*",
                on=[f"arn:aws:glue:eu-west-1:{G}:{each}/*" for each in ("table", "database")]
                + [f"arn:aws:glue:eu-west-1:{G}:catalog"],
                to=to,
                when={"Bool": {"glue:EvaluatedByLakeFormationTags": "true"}},
            )
        ),
    )


SHARING_BY_TAGS = (
    shared(name="granted by tags under version 4, with a share", page=VERSIONS, changes=BY_TAGS),
    not_shared(
        name="granted by tags under version 4, without a share",
        page=VERSIONS,
        changes=(*BY_TAGS, NO_SHARE),
        broken=Step.SHARE,
    ),
    shared(
        name="granted by tags under version 2, by the catalog's policy",
        page=VERSIONS,
        changes=(*BY_TAGS, NO_SHARE, VERSION_2, catalog_policy()),
    ),
    not_shared(
        name="granted by tags under version 2, without the catalog's policy",
        page=VERSIONS,
        changes=(*BY_TAGS, NO_SHARE, VERSION_2),
        broken=Step.SHARE,
    ),
    not_shared(
        name="granted by tags under version 2, and the catalog's policy names another account",
        page=VERSIONS,
        changes=(*BY_TAGS, NO_SHARE, VERSION_2, catalog_policy(P)),
        broken=Step.SHARE,
    ),
    not_shared(
        name="granted by name under version 2, without a share",
        page=VERSIONS,
        changes=(NO_SHARE, VERSION_2, catalog_policy()),
        broken=Step.SHARE,
    ),
)

STRUCT = Table(
    ("id", "customer"),
    f"{BUCKET}/t",
    types=("int", "struct<name:string,address:struct<street:string,city:string>,tags:array<string>>"),
)
F, SECOND = filter_on(G, "d", "t", "f"), filter_on(G, "d", "t", "g")


def filtered(where, *columns, excluded=(), rows=None):
    chosen = frozenset(columns) if columns else None
    return (
        put(G, "filters", where, Filter(chosen, frozenset(excluded), rows)),
        grant(G, STEWARD, where, "SELECT"),
    )


NESTED = (
    direct(
        name="a filter on a field of a column",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, "id", "customer.name")),
        columns=("id", "customer.name"),
    ),
    direct(
        name="a filter on a field of a field, in quotes",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, '"customer"."address"."city"')),
        columns=("customer.address.city",),
    ),
    direct(
        name="a filter without a field of a column",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, excluded=("customer.address",))),
        columns=("id", "customer.name", "customer.tags"),
    ),
    direct(
        name="a filter without a field of a field",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, excluded=("customer.address.street",))),
        columns=("id", "customer.address.city", "customer.name", "customer.tags"),
    ),
    direct(
        name="a filter on a field of a column that the table does not have",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, "id", "supplier.name")),
        columns=("id",),
    ),
    direct(
        name="the column by one filter, a field of it by another",
        page=CELLS,
        changes=(tables(t=STRUCT), *filtered(F, "customer"), *filtered(SECOND, "id", "customer.name")),
        columns=("id", "customer"),
    ),
    shared(
        name="the account has the column, its principal a field of it",
        page=guide("data-filtering-notes"),
        changes=(
            tables(t=STRUCT),
            revoke(C, ANALYST, T),
            put(G, "filters", F, Filter(frozenset({"customer.name"}))),
            grant(C, ANALYST, F, "SELECT"),
        ),
        columns=("customer.name",),
    ),
    shared(
        name="the account has a field, its principal the column",
        page=guide("data-filtering-notes"),
        changes=(
            tables(t=STRUCT),
            revoke(G, C, T),
            put(G, "filters", F, Filter(frozenset({"id", "customer.name"}))),
            grant(G, C, F, "SELECT", option=True),
        ),
        columns=("id", "customer.name"),
    ),
)

LINKED = f"arn:aws:iam::{G}:role/{storage_path.SERVICE_LINKED}"
SERVICE_ROLE = (
    shared(
        name="the service-linked role at another account's bucket",
        page=guide("registration-role"),
        changes=(
            fields(G, locations={BUCKET: Location(LINKED)}),
            put(
                P,
                "buckets",
                BUCKET,
                policy(
                    allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/*", to=LINKED),
                    allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}", to=LINKED),
                ),
            ),
            put(
                P,
                "keys",
                KEY,
                Key(policy(allow("kms:Decrypt", to=LINKED))),
            ),
        ),
        assumed=storage_path.LINKED_ABROAD,
    ),
    not_shared(
        name="the service-linked role at another account's bucket that does not name it",
        page=guide("register-cross-account"),
        changes=(fields(G, locations={BUCKET: Location(LINKED)}),),
        broken=Step.BUCKET,
    ),
)

SITUATIONS = (
    *REGIONS,
    *CREATORS,
    *DROPS,
    *HYBRID_SHARING,
    *DESCRIBING,
    *SHARING_BY_TAGS,
    *NESTED,
    *SERVICE_ROLE,
)
