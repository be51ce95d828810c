"""Situations of conditions in the reader's own policies, operator by operator."""

from functools import partial

from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import Identity
from tests.access.building import (
    ANALYST,
    COLUMNS,
    GLUE,
    STEWARD,
    C,
    D,
    G,
    allow,
    deny,
    grant,
    policy,
    put,
)
from tests.access.situation import Situation, api, iam_guide

OPERATORS = iam_guide("reference_policies_elements_condition_operators")
KEYS = iam_guide("reference_policies_condition-keys")
MULTIPLE = iam_guide("reference_policies_condition-single-vs-multi-valued-context-keys")
DATA_ACCESS = "lakeformation:GetDataAccess"


def when(operator: str, key: str, *values: str):
    """GetDataAccess is allowed under that condition."""
    condition = {operator: {key: list(values)}}
    own = policy(GLUE, allow(DATA_ACCESS, when=condition))
    return (put(C, "identities", ANALYST, Identity(policy=own)),)


def unless(operator: str, key: str, *values: str):
    """GetDataAccess is denied under that condition."""
    condition = {operator: {key: list(values)}}
    own = policy(GLUE, allow(DATA_ACCESS), deny(DATA_ACCESS, when=condition))
    return (put(C, "identities", ANALYST, Identity(policy=own)),)


yes = partial(Situation, who=ANALYST, columns=COLUMNS, way=Way.SHARED, page=OPERATORS)
no = partial(Situation, who=ANALYST, broken=Step.IAM, fault=Fault.MISSING, page=OPERATORS)
denied = partial(no, fault=Fault.DENIED)
ARN, OTHER = "aws:PrincipalArn", f"arn:aws:iam::{C}:role/Other"
ACCOUNT, TLS = "aws:PrincipalAccount", "aws:SecureTransport"

SITUATIONS = (
    yes(name="StringEquals that holds", changes=when("StringEquals", ACCOUNT, C)),
    no(name="StringEquals that fails", changes=when("StringEquals", ACCOUNT, G)),
    yes(name="StringEquals of several values", changes=when("StringEquals", ACCOUNT, G, C)),
    no(name="StringEquals takes a wildcard for a sign", changes=when("StringEquals", ARN, "arn:*")),
    yes(name="StringNotEquals that holds", changes=when("StringNotEquals", ACCOUNT, G)),
    no(name="StringNotEquals of a value among several", changes=when("StringNotEquals", ACCOUNT, G, C)),
    yes(name="StringLike with a wildcard", changes=when("StringLike", ARN, "arn:aws:iam::*:role/A*")),
    no(name="StringLike that fails", changes=when("StringLike", ARN, "arn:aws:iam::*:role/B*")),
    yes(
        name="StringEqualsIgnoreCase",
        changes=when("StringEqualsIgnoreCase", ARN, ANALYST.upper()),
    ),
    no(name="StringEquals heeds case", changes=when("StringEquals", ARN, ANALYST.upper())),
    yes(name="ArnLike by part", changes=when("ArnLike", ARN, f"arn:aws:iam::{C}:role/*")),
    yes(name="ArnEquals", changes=when("ArnEquals", ARN, ANALYST)),
    no(name="ArnNotEquals", changes=when("ArnNotEquals", ARN, ANALYST)),
    yes(name="Bool that holds", changes=when("Bool", TLS, "true")),
    no(name="Bool that fails", changes=when("Bool", TLS, "false")),
    denied(name="a Deny whose Bool holds", changes=unless("Bool", TLS, "true")),
    yes(name="a Deny whose Bool fails", changes=unless("Bool", TLS, "false")),
    denied(name="a Deny of all but others", changes=unless("ArnNotEquals", ARN, OTHER)),
    yes(name="a Deny of all but itself", changes=unless("ArnNotEquals", ARN, ANALYST)),
    yes(
        name="IpAddress of an address that is not known",
        changes=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        assumed="IpAddress aws:SourceIp 10.0.0.0/8 holds",
    ),
    yes(
        name="a Deny by an address that is not known",
        changes=unless("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
        assumed="not denied by NotIpAddress aws:SourceIp 10.0.0.0/8",
    ),
    yes(
        name="DateLessThan at a time that is not known",
        changes=when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
        assumed="DateLessThan aws:CurrentTime 2030-01-01T00:00:00Z holds",
    ),
    yes(name="Null of a key that is absent", changes=when("Null", "aws:SourceArn", "true"), page=KEYS),
    no(name="Null of a key that is there", changes=when("Null", ACCOUNT, "true"), page=KEYS),
    no(name="a key that is absent", changes=when("StringEquals", "aws:SourceArn", "arn:x"), page=KEYS),
    yes(
        name="a key that is absent, IfExists",
        changes=when("StringEqualsIfExists", "aws:SourceArn", "arn:x"),
    ),
    yes(
        name="a key that is absent, negated",
        changes=when("StringNotEquals", "aws:SourceArn", "arn:x"),
    ),
    yes(
        name="ForAllValues of a key that is absent",
        changes=when("ForAllValues:StringEquals", "aws:SourceArn", "arn:x"),
        page=MULTIPLE,
    ),
    no(
        name="ForAnyValue of a key that is absent",
        changes=when("ForAnyValue:StringEquals", "aws:SourceArn", "arn:x"),
        page=MULTIPLE,
    ),
    yes(
        name="the name of a key in another case",
        changes=when("StringEquals", "AWS:principalaccount", C),
        page=KEYS,
    ),
    yes(
        name="an operator that is not known",
        changes=when("StringSounds", ACCOUNT, C),
        assumed=f"StringSounds aws:PrincipalAccount {C} holds",
    ),
    Situation(
        name="columns that the table does not have",
        page=api("TableWithColumnsResource"),
        who=STEWARD,
        changes=(
            grant(G, STEWARD, Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"gone"})), "SELECT"),
            grant(G, STEWARD, D, "DESCRIBE"),
        ),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="all columns but all that the table has",
        page=api("ColumnWildcard"),
        who=STEWARD,
        changes=(
            grant(G, STEWARD, Resource(G, Kind.COLUMNS, ("d", "t"), excluded=frozenset(COLUMNS)), "SELECT"),
            grant(G, STEWARD, D, "DESCRIBE"),
        ),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
)
