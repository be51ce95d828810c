"""Situations of tables open to IAM_ALLOWED_PRINCIPALS, and of locations in hybrid access mode."""

from functools import partial

from meshwright.access import enforcement, evaluate
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import Identity, Location
from tests.access.building import (
    ANALYST,
    BUCKET,
    COLUMNS,
    GLUE,
    REGISTRATION,
    STEWARD,
    STRANGER,
    TABLES,
    TRAINEE,
    C,
    D,
    G,
    T,
    fields,
    grant,
    policy,
    put,
    reads_files,
)
from tests.access.situation import Situation, guide

asked = partial(Situation, who=STEWARD)
yes = partial(asked, columns=COLUMNS)
given = partial(grant, G, STEWARD)
OPEN_DATABASE, OPEN_TABLE = grant(G, ANYBODY, D, "ALL"), grant(G, ANYBODY, T, "ALL")
OPEN = (OPEN_DATABASE, OPEN_TABLE)
UNREGISTERED = fields(G, locations={})
HYBRID = fields(G, locations={BUCKET: Location(REGISTRATION, hybrid=True)})
OWN_S3 = reads_files(STEWARD, G)
NO_DATA_ACCESS = put(G, "identities", STEWARD, Identity(policy=policy(GLUE)))
A = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"a"}))
METADATA, MODE = guide("metadata-permissions"), guide("hybrid-access-mode")
FINE_GRAINED = guide("access-control-fine-grained")


def opted_in(*entries):
    """Opt-ins of the catalog's account: principal and resource."""
    return fields(G, opt_ins=frozenset(entries))


IAM_ONLY = (
    yes(
        name="open, not registered: by the caller's own S3",
        page=FINE_GRAINED,
        changes=(*OPEN, UNREGISTERED, OWN_S3),
        way=Way.OPEN,
    ),
    asked(
        name="open, not registered: without S3",
        page=FINE_GRAINED,
        changes=(*OPEN, UNREGISTERED),
        broken=Step.STORAGE,
        fault=Fault.MISSING,
    ),
    yes(
        name="open and registered",
        page=METADATA,
        changes=OPEN,
        way=Way.OPEN,
        assumed=evaluate.OPEN_TABLE,
    ),
    asked(
        name="open and registered, without GetDataAccess",
        page=guide("access-control-underlying-data"),
        changes=(*OPEN, NO_DATA_ACCESS),
        broken=Step.IAM,
        fault=Fault.MISSING,
    ),
    asked(
        name="the database is open, the table is not",
        page=guide("upgrade-glue-lake-formation-step4"),
        changes=(OPEN_DATABASE,),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    yes(
        name="open to see, for who was granted nothing",
        page=METADATA,
        changes=OPEN,
        action="DESCRIBE",
        way=Way.OPEN,
    ),
    yes(
        name="open beside a grant on some columns",
        page=METADATA,
        changes=(*OPEN, given(A, "SELECT")),
        way=Way.DIRECT,
        assumed=evaluate.OPEN_TABLE,
    ),
    yes(
        name="open beside a grant on the table",
        page=METADATA,
        changes=(*OPEN, given(T, "SELECT")),
        way=Way.DIRECT,
    ),
    asked(
        name="open is not for other accounts",
        page=guide("cross-account-prereqs"),
        changes=OPEN,
        who=STRANGER,
        broken=Step.ACCOUNT_GRANT,
        fault=Fault.MISSING,
    ),
    asked(
        name="open in the catalog's account, not granted in the consumer's",
        page=guide("cross-account-prereqs"),
        changes=OPEN,
        who=TRAINEE,
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
)

HYBRID_MODE = (
    yes(
        name="hybrid, opted in on the table: the grant decides",
        page=MODE,
        changes=(HYBRID, opted_in((STEWARD, T)), given(A, "SELECT")),
        columns=("a",),
        way=Way.DIRECT,
    ),
    asked(
        name="hybrid, opted in without a grant, the table is open",
        page=MODE,
        changes=(HYBRID, opted_in((STEWARD, T)), *OPEN),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
        assumed=evaluate.OPEN_IGNORED,
    ),
    asked(
        name="hybrid, opted in without a grant, to see, the table is open",
        page=MODE,
        changes=(HYBRID, opted_in((STEWARD, T)), *OPEN),
        action="DESCRIBE",
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
        assumed=evaluate.OPEN_IGNORED,
    ),
    yes(
        name="hybrid, not opted in, open: by the caller's own S3",
        page=MODE,
        changes=(HYBRID, *OPEN, OWN_S3),
        way=Way.OPEN,
    ),
    yes(
        name="hybrid, not opted in, some columns granted, open: all by own S3",
        page=MODE,
        changes=(HYBRID, *OPEN, OWN_S3, given(A, "SELECT")),
        way=Way.OPEN,
    ),
    asked(
        name="hybrid, not opted in, granted, without S3",
        page=MODE,
        changes=(HYBRID, given(T, "SELECT")),
        broken=Step.LOCATION,
        fault=Fault.HYBRID,
    ),
    yes(
        name="hybrid, opted in on the database",
        page=guide("notes-hybrid"),
        changes=(HYBRID, opted_in((STEWARD, D)), given(T, "SELECT")),
        way=Way.DIRECT,
        assumed=enforcement.BY_DATABASE,
    ),
    yes(
        name="hybrid, opted in on all tables, in the catalog's account",
        page=guide("notes-hybrid"),
        changes=(HYBRID, opted_in((STEWARD, TABLES)), given(T, "SELECT")),
        way=Way.DIRECT,
    ),
    asked(
        name="hybrid, across accounts, opted in on all tables without the database",
        page=guide("notes-hybrid"),
        changes=(HYBRID, opted_in((ANALYST, TABLES))),
        who=ANALYST,
        broken=Step.LOCATION,
        fault=Fault.HYBRID,
    ),
    yes(
        name="hybrid, across accounts, opted in on all tables and the database",
        page=guide("notes-hybrid"),
        changes=(HYBRID, opted_in((ANALYST, TABLES), (ANALYST, D))),
        who=ANALYST,
        way=Way.SHARED,
    ),
    yes(
        name="hybrid, across accounts, opted in by the account",
        page=guide("hybrid-access-mode-cross-account"),
        changes=(HYBRID, opted_in((C, T))),
        who=ANALYST,
        way=Way.SHARED,
        assumed=enforcement.BY_ACCOUNT,
    ),
    asked(
        name="hybrid, another opted in",
        page=MODE,
        changes=(HYBRID, opted_in((TRAINEE, T))),
        who=ANALYST,
        broken=Step.LOCATION,
        fault=Fault.HYBRID,
    ),
    asked(
        name="hybrid, opted in and granted, without GetDataAccess",
        page=MODE,
        changes=(HYBRID, opted_in((STEWARD, T)), given(T, "SELECT"), NO_DATA_ACCESS),
        broken=Step.IAM,
        fault=Fault.MISSING,
    ),
)

SITUATIONS = (*IAM_ONLY, *HYBRID_MODE)
