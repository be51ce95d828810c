"""Situations of row-level policies, views, engines that filter, and limits of organizations and endpoints."""

from dataclasses import replace
from functools import partial

from meshwright.access import evaluate, policies, row_policies, views
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.further_state import Endpoint, KeyGrant, RowPolicy
from meshwright.access.resources import filter_on, table, tag_policy
from meshwright.access.state import Filter, Identity, Key, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    BUCKET_ALLOW,
    COLUMNS,
    DATA,
    ENGINEER,
    GLUE,
    KEY,
    KEY_TO_ACCOUNT,
    LIST,
    OBJECTS,
    REGISTRATION,
    STEWARD,
    STRANGER,
    TABLES,
    TRAINEE,
    C,
    D,
    G,
    P,
    T,
    X,
    allow,
    deny,
    fields,
    grant,
    lake,
    policy,
    put,
    revoke,
    settings,
    tables,
)
from tests.access.situation import Situation, guide

shared = partial(Situation, who=ANALYST, columns=COLUMNS, way=Way.SHARED)
direct = partial(Situation, who=STEWARD, columns=COLUMNS, way=Way.DIRECT)
granted = partial(grant, G, STEWARD)
SEES = (granted(T, "SELECT"), granted(D, "DESCRIBE"))
DE, FR = "country = 'DE'", "country = 'FR'"
RLS = guide("rls-policies")
ATTACHING = "https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_AttachRLSPolicy.html"
VIEWS = guide("working-with-views")
EXTERNAL = guide("initial-LF-config")
TAGGED = put(G, "tags", T, {"domain": "orders"})
BY_TAG = tag_policy(G, "TABLE", {"domain": frozenset({"orders"})})
OTHER_TAG = tag_policy(G, "TABLE", {"domain": frozenset({"payments"})})


def attached(*policies_):
    return fields(G, row_policies=tuple(policies_))


def all_in(*conditions):
    return dict.fromkeys(COLUMNS, conditions)


ROWS = (
    direct(
        name="a row-level policy",
        page=RLS,
        changes=(*SEES, attached(RowPolicy(STEWARD, T, DE))),
        rows=all_in(DE),
    ),
    direct(
        name="two row-level policies add up",
        page=RLS,
        changes=(*SEES, attached(RowPolicy(STEWARD, T, DE), RowPolicy(STEWARD, T, FR))),
        rows=all_in(DE, FR),
    ),
    direct(
        name="a row-level policy on every table of the database",
        page=RLS,
        changes=(*SEES, attached(RowPolicy(STEWARD, TABLES, DE))),
        rows=all_in(DE),
    ),
    direct(
        name="a row-level policy by LF-Tags",
        page=ATTACHING,
        changes=(*SEES, TAGGED, attached(RowPolicy(STEWARD, BY_TAG, DE))),
        rows=all_in(DE),
    ),
    direct(
        name="a row-level policy by LF-Tags that the table does not have",
        page=ATTACHING,
        changes=(*SEES, TAGGED, attached(RowPolicy(STEWARD, OTHER_TAG, DE))),
    ),
    direct(
        name="a row-level policy on another table",
        page=RLS,
        changes=(*SEES, attached(RowPolicy(STEWARD, table(G, "d", "u"), DE))),
    ),
    direct(
        name="a row-level policy of somebody else",
        page=RLS,
        changes=(*SEES, attached(RowPolicy(ANALYST, T, DE))),
        assumed=row_policies.NONE_ATTACHED,
    ),
    direct(
        name="a default row-level policy",
        page=ATTACHING,
        changes=(*SEES, attached(RowPolicy(ANALYST, T, DE, default=True))),
        rows=all_in(DE),
    ),
    direct(
        name="a row-level policy beside a default one",
        page=ATTACHING,
        changes=(*SEES, attached(RowPolicy(ANALYST, T, DE, default=True), RowPolicy(STEWARD, T, FR))),
        rows=all_in(FR),
    ),
    direct(
        name="a row-level policy under a condition",
        page=ATTACHING,
        changes=(*SEES, attached(RowPolicy(STEWARD, T, DE, "context.team == 'x'"))),
        rows=all_in(DE),
        assumed="the condition of the grant holds: context.team == 'x'",
    ),
    direct(
        name="a row-level policy and a filter",
        page=RLS,
        changes=(
            granted(D, "DESCRIBE"),
            put(G, "filters", filter_on(G, "d", "t", "f"), Filter(frozenset({"a"}), rows=FR)),
            granted(filter_on(G, "d", "t", "f"), "SELECT"),
            attached(RowPolicy(STEWARD, T, DE)),
        ),
        columns=("a",),
        rows={"a": (f"({DE}) AND ({FR})",)},
        assumed=row_policies.WITH_FILTERS,
    ),
    direct(
        name="a row-level policy does not keep from writing",
        page=RLS,
        action="INSERT",
        changes=(granted(T, "INSERT"), granted(D, "DESCRIBE"), attached(RowPolicy(STEWARD, T, DE))),
    ),
)

OWNER = f"arn:aws:iam::{G}:role/Owner"
VIEW = Table(("a", "b"), definer=OWNER, view_of=((G, "d", "t"),))
ON_VIEW = table(G, "d", "v")
OWNER_READS = (
    put(G, "identities", OWNER, Identity(policy=policy(DATA, GLUE))),
    grant(G, OWNER, T, "SELECT"),
    grant(G, OWNER, D, "DESCRIBE"),
)
through = partial(Situation, who=STEWARD, page=VIEWS, way=Way.VIEW, assumed=views.WHOLE.format("d.v"))
THROUGH_VIEWS = (
    through(
        name="a view of some columns, with the rights of its definer",
        changes=(tables(v=VIEW), *OWNER_READS, granted(ON_VIEW, "SELECT"), granted(D, "DESCRIBE")),
        columns=("a", "b"),
    ),
    through(
        name="a view of columns by other names",
        changes=(
            tables(v=replace(VIEW, columns=("total",))),
            *OWNER_READS,
            granted(ON_VIEW, "SELECT"),
            granted(D, "DESCRIBE"),
        ),
        columns=COLUMNS,
    ),
    Situation(
        name="a view, granted to somebody else",
        page=VIEWS,
        who=STEWARD,
        changes=(tables(v=VIEW), *OWNER_READS, grant(G, TRAINEE, ON_VIEW, "SELECT")),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="a view whose definer reads nothing",
        page=VIEWS,
        who=STEWARD,
        changes=(tables(v=VIEW), OWNER_READS[0], granted(ON_VIEW, "SELECT"), granted(D, "DESCRIBE")),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="a view over another table",
        page=VIEWS,
        who=STEWARD,
        changes=(
            tables(v=replace(VIEW, view_of=((G, "d", "u"),))),
            *OWNER_READS,
            granted(ON_VIEW, "SELECT"),
            granted(D, "DESCRIBE"),
        ),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="a view shared with the consumer's account",
        page=VIEWS,
        who=TRAINEE,
        changes=(
            tables(v=VIEW),
            *OWNER_READS,
            grant(G, C, ON_VIEW, "SELECT", option=True),
            grant(C, TRAINEE, ON_VIEW, "SELECT"),
        ),
        columns=("a", "b"),
        way=Way.VIEW,
        assumed=views.WHOLE.format("d.v"),
    ),
)

SOME = filter_on(G, "d", "t", "f")
FILTERED = (
    revoke(G, C, T),
    revoke(C, ANALYST, T),
    put(G, "filters", SOME, Filter(frozenset({"a"}))),
    grant(G, C, SOME, "SELECT", option=True),
    grant(C, ANALYST, SOME, "SELECT"),
)
ENGINES = (
    shared(
        name="engines of the account filter by themselves",
        page=EXTERNAL,
        changes=(*FILTERED, settings(G, external_engines=frozenset({C}))),
        columns=("a",),
        assumed=evaluate.EXTERNAL.format(C),
    ),
    shared(
        name="engines of another account filter by themselves",
        page=EXTERNAL,
        changes=(*FILTERED, settings(G, external_engines=frozenset({P}))),
        columns=("a",),
    ),
    shared(
        name="engines of the account filter by themselves, where nothing is to be filtered",
        page=EXTERNAL,
        changes=(settings(G, external_engines=frozenset({C})),),
    ),
)

ORG = "https://docs.aws.amazon.com/organizations/latest/userguide"
SCPS = f"{ORG}/orgs_manage_policies_scps_evaluation.html"
RCPS = f"{ORG}/orgs_manage_policies_rcps.html"
EVERYTHING = policy(allow("*"))


def limited_by(*levels, who=ANALYST, account=C, own=(DATA, GLUE)):
    return put(account, "identities", who, Identity(policy=policy(*own), limits=tuple(levels)))


no_iam = partial(Situation, who=ANALYST, page=SCPS, broken=Step.IAM)
S3_AND_KMS = (DATA, GLUE, allow("s3:GetObject", "kms:Decrypt"))
CONTROLS = (
    shared(
        name="a service control policy that allows everything", page=SCPS, changes=(limited_by(EVERYTHING),)
    ),
    no_iam(
        name="a service control policy that denies GetDataAccess",
        changes=(limited_by(policy(allow("*"), deny("lakeformation:GetDataAccess"))),),
        fault=Fault.DENIED,
    ),
    no_iam(
        name="a service control policy that does not allow Glue",
        changes=(limited_by(policy(allow("lakeformation:*"))),),
        fault=Fault.MISSING,
    ),
    no_iam(
        name="one level allows what another does not",
        changes=(limited_by(EVERYTHING, policy(allow("glue:*"))),),
        fault=Fault.MISSING,
    ),
    no_iam(
        name="a service control policy allows, the role's own policies do not",
        changes=(limited_by(EVERYTHING, own=(GLUE,)),),
        fault=Fault.MISSING,
    ),
    Situation(
        name="a service control policy keeps from what the bucket's policy gives by name",
        page=SCPS,
        who=ENGINEER,
        changes=(
            limited_by(
                policy(allow("glue:*", "kms:*", "lakeformation:*")),
                who=ENGINEER,
                account=P,
                own=(DATA, GLUE, allow("kms:*")),
            ),
            put(P, "buckets", BUCKET, policy(allow("s3:GetObject", on=OBJECTS, to=ENGINEER))),
        ),
        broken=Step.LINK,
        fault=Fault.MISSING,
    ),
    Situation(
        name="a resource control policy keeps the registration role from the bucket",
        page=RCPS,
        who=ANALYST,
        changes=(fields(P, control=policy(deny("s3:*", to="*"))),),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    Situation(
        name="a resource control policy keeps the registration role from the key",
        page=RCPS,
        who=ANALYST,
        changes=(fields(P, control=policy(deny("kms:*", to="*"))),),
        broken=Step.KEY,
        fault=Fault.DENIED,
    ),
    shared(
        name="a resource control policy of another account",
        page=RCPS,
        changes=(fields(C, control=policy(deny("s3:*", to="*"))),),
    ),
    shared(
        name="a resource control policy for others than the organization's",
        page=RCPS,
        changes=(
            fields(
                P,
                control=policy(
                    deny("s3:*", to="*", when={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"}})
                ),
            ),
            lambda state: replace(state, organization="o-acme"),
        ),
    ),
    Situation(
        name="a resource control policy keeps a role of the bucket's account from the files",
        page=RCPS,
        who=ENGINEER,
        changes=(
            put(P, "identities", ENGINEER, Identity(policy=policy(*S3_AND_KMS))),
            fields(P, control=policy(deny("s3:GetObject", to="*"))),
        ),
        broken=Step.LINK,
        fault=Fault.MISSING,
    ),
)

VPC = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
ENDPOINT = Endpoint("vpce-1", "glue", policy(allow("glue:Get*", to="*", on=f"arn:aws:glue:eu-west-1:{X}:*")))
S3_ENDPOINT = Endpoint("vpce-2", "s3", policy(allow("s3:GetObject", to="*", on="arn:aws:s3:::other/*")))
OPEN_ENDPOINT = Endpoint("vpce-3", "glue", policy(allow("*", to="*")))
ENDPOINTS = (
    shared(
        name="a VPC endpoint that does not let Glue's calls through",
        page=VPC,
        changes=(fields(C, endpoints=(ENDPOINT,)),),
        assumed=policies.THROUGH.format(ANALYST, "vpce-1"),
    ),
    shared(
        name="a VPC endpoint that lets everything through",
        page=VPC,
        changes=(fields(C, endpoints=(OPEN_ENDPOINT,)),),
    ),
    shared(
        name="a VPC endpoint of another service",
        page=VPC,
        changes=(fields(C, endpoints=(S3_ENDPOINT,)),),
    ),
    Situation(
        name="a VPC endpoint that does not let the files through",
        page=VPC,
        who=ENGINEER,
        changes=(
            put(P, "identities", ENGINEER, Identity(policy=policy(*S3_AND_KMS))),
            fields(P, endpoints=(S3_ENDPOINT,)),
        ),
        columns=COLUMNS,
        way=Way.STORAGE,
        assumed=policies.THROUGH.format(ENGINEER, "vpce-2"),
    ),
)

KMS_GRANTS = "https://docs.aws.amazon.com/kms/latest/developerguide/grants.html"


def key_grant(grantee, *operations, context=()):
    held = lake().accounts[P].keys[KEY]
    return put(P, "keys", KEY, replace(held, grants=(KeyGrant(grantee, frozenset(operations), context),)))


LETS_IN = (
    put(P, "buckets", BUCKET, policy(BUCKET_ALLOW, LIST, allow("s3:GetObject", on=OBJECTS, to=STRANGER))),
    put(X, "identities", STRANGER, Identity(policy=policy(*S3_AND_KMS))),
)
strange = partial(Situation, who=STRANGER, page=KMS_GRANTS, columns=COLUMNS, way=Way.STORAGE)
strange_not = partial(
    Situation, who=STRANGER, page=KMS_GRANTS, broken=Step.ACCOUNT_GRANT, fault=Fault.MISSING
)
BY_KEY_GRANTS = (
    strange(name="a grant of the key", changes=(*LETS_IN, key_grant(STRANGER, "Decrypt"))),
    strange_not(name="a grant of the key to encrypt", changes=(*LETS_IN, key_grant(STRANGER, "Encrypt"))),
    strange_not(name="a grant of the key to another", changes=(*LETS_IN, key_grant(ANALYST, "Decrypt"))),
    strange(
        name="a grant of the key for this bucket",
        changes=(
            *LETS_IN,
            key_grant(STRANGER, "Decrypt", context=(("aws:s3:arn", f"arn:aws:s3:::{BUCKET}"),)),
        ),
    ),
    strange_not(
        name="a grant of the key for another bucket",
        changes=(*LETS_IN, key_grant(STRANGER, "Decrypt", context=(("aws:s3:arn", "arn:aws:s3:::other"),))),
    ),
    shared(
        name="a grant of the key to the registration role, which the key's policy does not name",
        page=KMS_GRANTS,
        changes=(
            put(
                P,
                "keys",
                KEY,
                Key(policy(KEY_TO_ACCOUNT), grants=(KeyGrant(REGISTRATION, frozenset({"Decrypt"})),)),
            ),
        ),
    ),
)

SITUATIONS = (
    *ROWS,
    *THROUGH_VIEWS,
    *ENGINES,
    *CONTROLS,
    *ENDPOINTS,
    *BY_KEY_GRANTS,
)
