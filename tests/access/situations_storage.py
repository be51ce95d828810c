"""Situations of the data path: registration and its role."""

from dataclasses import replace
from functools import partial

from meshwright.access import enforcement, storage_path
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.state import Identity, Key, LakeState, Location, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    COLUMNS,
    GLUE,
    KEY,
    OBJECTS,
    REGISTRATION,
    ROLE_KMS,
    ROLE_S3,
    TRUST,
    C,
    G,
    P,
    allow,
    deny,
    drop,
    fields,
    policy,
    put,
    reads_files,
    tables,
)
from tests.access.situation import Situation, api, guide, iam_guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
no = partial(asked, fault=Fault.MISSING)
UNREGISTERED = fields(G, locations={})
ATHENA = "https://docs.aws.amazon.com/athena/latest/ug/security-athena-lake-formation.html"
UNDERLYING = guide("access-control-underlying-data")
REGISTERING = guide("registration-role")
REGISTER_ENCRYPTED = guide("register-cross-encrypted")
EVALUATION = iam_guide("reference_policies_evaluation-logic")
OTHER_ROLE = f"arn:aws:iam::{G}:role/Other"


def role(*statements, trust=TRUST):
    """The registration role with this policy."""
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=trust))


def disabled_key(state: LakeState) -> LakeState:
    """The key is as it was, and disabled."""
    key = state.account(P).keys[KEY]
    return put(P, "keys", KEY, replace(key, enabled=False))(state)


def of_the_catalogs_account(*bucket_statements, key_statements=None):
    """The bucket and its key are of the catalog's account."""
    own = KEY.replace(P, G)
    to_account = allow("kms:*", to=f"arn:aws:iam::{G}:root")
    return (
        fields(P, buckets={}, bucket_keys={}, keys={}),
        fields(
            G,
            buckets={BUCKET: policy(*bucket_statements) if bucket_statements else None},
            bucket_keys={BUCKET: own},
            keys={own: Key(policy(*(key_statements or (to_account,))))},
        ),
    )


REGISTRATIONS = (
    no(name="not registered, without S3", page=ATHENA, changes=(UNREGISTERED,), broken=Step.LOCATION),
    yes(
        name="not registered, with S3 of its own",
        page=ATHENA,
        changes=(UNREGISTERED, reads_files(ANALYST, C)),
        way=Way.STORAGE,
    ),
    no(
        name="not registered, with S3 of its own and a disabled key",
        page="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
        changes=(UNREGISTERED, reads_files(ANALYST, C), disabled_key),
        broken=Step.LOCATION,
    ),
    yes(
        name="not registered, with S3 and without GetDataAccess",
        page=ATHENA,
        changes=(
            UNREGISTERED,
            reads_files(ANALYST, C),
            put(
                C,
                "identities",
                ANALYST,
                Identity(policy=policy(GLUE, allow("s3:GetObject", "kms:Decrypt"))),
            ),
        ),
        way=Way.STORAGE,
    ),
    yes(
        name="registered at the table's own prefix",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION)}),),
    ),
    no(
        name="registered at a prefix that begins alike",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t2": Location(REGISTRATION)}),),
        broken=Step.LOCATION,
    ),
    no(
        name="registered at a prefix with which the table's own begins",
        page=UNDERLYING,
        changes=(
            fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION)}),
            tables(t=Table(COLUMNS, f"{BUCKET}/t2")),
        ),
        broken=Step.LOCATION,
    ),
    no(
        name="registered at another table's prefix",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/u": Location(REGISTRATION)}),),
        broken=Step.LOCATION,
    ),
    yes(
        name="registered twice, one inside the other",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION), BUCKET: Location(OTHER_ROLE)}),),
        assumed=enforcement.NESTED,
    ),
    yes(
        name="the reader needs neither S3 nor KMS",
        page=guide("storage-permissions"),
        table="u",
        columns=("a", "b"),
    ),
)

ROLES = (
    no(
        name="the registration role is gone",
        page=api("GetTemporaryGlueTableCredentials"),
        changes=(drop(G, "identities", REGISTRATION),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role does not trust Lake Formation",
        page=REGISTERING,
        changes=(role(ROLE_S3, ROLE_KMS, trust=policy(allow("sts:AssumeRole", to=G))),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may not read objects",
        page=REGISTERING,
        changes=(role(allow("s3:ListBucket"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may read another bucket's objects only",
        page=REGISTERING,
        changes=(role(allow("s3:GetObject", on="arn:aws:s3:::other/*"), allow("s3:ListBucket"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may not list",
        page=REGISTERING,
        changes=(role(allow("s3:GetObject"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
        assumed=storage_path.LISTING,
    ),
    no(
        name="the registration role may not use the key",
        page=REGISTER_ENCRYPTED,
        changes=(role(ROLE_S3),),
        broken=Step.REGISTRATION_ROLE,
    ),
    asked(
        name="the registration role is denied the objects",
        page=EVALUATION,
        changes=(role(ROLE_S3, ROLE_KMS, deny("s3:Get*", on=OBJECTS)),),
        broken=Step.REGISTRATION_ROLE,
        fault=Fault.DENIED,
    ),
    yes(
        name="the service-linked role",
        page=guide("service-linked-roles"),
        changes=(
            *of_the_catalogs_account(),
            fields(
                G,
                locations={
                    BUCKET: Location(
                        f"arn:aws:iam::{G}:role/aws-service-role/lakeformation.amazonaws.com/"
                        "AWSServiceRoleForLakeFormationDataAccess"
                    )
                },
            ),
        ),
        assumed="the service-linked role may read the location: Lake Formation keeps its policy",
    ),
)


SITUATIONS = (*REGISTRATIONS, *ROLES)
