"""What kind of principal an identifier names, and of whose account it is."""

import pytest

from meshwright.access.principals import PrincipalKind, account_of, home_of, principal_of
from tests.access.building import C, G

KINDS = (
    (f"arn:aws:iam::{C}:role/Analyst", PrincipalKind.ROLE, C, "role Analyst"),
    (f"arn:aws-cn:iam::{C}:role/teams/Analyst", PrincipalKind.ROLE, C, "role Analyst"),
    (f"arn:aws:iam::{C}:user/ada", PrincipalKind.USER, C, "user ada"),
    (f"arn:aws:iam::{C}:root", PrincipalKind.ACCOUNT, C, f"account {C}"),
    (C, PrincipalKind.ACCOUNT, C, f"account {C}"),
    (f"{C}:IAMPrincipals", PrincipalKind.ACCOUNT_PRINCIPALS, C, None),
    (f"arn:aws:sts::{C}:assumed-role/Analyst/ada", PrincipalKind.SESSION, C, "session Analyst/ada"),
    (f"arn:aws:sts::{C}:federated-user/ada", PrincipalKind.SESSION, C, "session ada"),
    (
        f"arn:aws:iam::{C}:saml-provider/Okta:group/a/b c",
        PrincipalKind.SAML_GROUP,
        C,
        "SAML group a/b c (provider Okta)",
    ),
    (
        f"arn:aws:iam::{C}:saml-provider/Okta:user/ada@acme",
        PrincipalKind.SAML_USER,
        C,
        "SAML user ada@acme (provider Okta)",
    ),
    (f"arn:aws:iam::{C}:saml-provider/Okta", PrincipalKind.FEDERATED, C, "identity provider Okta"),
    ("arn:aws:identitystore:::group/9067-1", PrincipalKind.CENTER_GROUP, None, None),
    ("arn:aws:identitystore:::user/9067-2", PrincipalKind.CENTER_USER, None, "Identity Center user 9067-2"),
    (
        f"arn:aws:sso::{C}:application/ssoins-1/apl-2",
        PrincipalKind.APPLICATION,
        None,
        "Identity Center application apl-2",
    ),
    (
        f"arn:aws:quicksight:eu-west-1:{C}:group/default/readers",
        PrincipalKind.QUICKSIGHT_GROUP,
        C,
        "QuickSight group readers (namespace default)",
    ),
    (f"arn:aws:quicksight:eu-west-1:{C}:user/sales/ada", PrincipalKind.QUICKSIGHT_USER, C, None),
    (
        f"arn:aws:organizations::{C}:organization/o-acme",
        PrincipalKind.ORGANIZATION,
        None,
        "organization o-acme",
    ),
    (
        f"arn:aws:organizations::{C}:ou/o-acme/ou-1-2",
        PrincipalKind.UNIT,
        None,
        "organizational unit ou-1-2 of organization o-acme",
    ),
    ("service:firehose.amazonaws.com", PrincipalKind.SERVICE, None, "AWS service firehose.amazonaws.com"),
    ("glue.amazonaws.com", PrincipalKind.SERVICE, None, "AWS service glue.amazonaws.com"),
    ("federated:cognito-identity.amazonaws.com", PrincipalKind.FEDERATED, None, None),
    ("IAM_ALLOWED_PRINCIPALS", PrincipalKind.ANYBODY, None, None),
    ("*", PrincipalKind.ANYBODY, None, None),
    (f"arn:aws:iam::{C}:group/readers", PrincipalKind.UNKNOWN, C, None),
    ("AROAEXAMPLEEXAMPLE123", PrincipalKind.UNKNOWN, None, None),
    ("", PrincipalKind.UNKNOWN, None, None),
    ("arn:", PrincipalKind.UNKNOWN, None, None),
)


@pytest.mark.parametrize(("text", "kind", "account", "words"), KINDS)
def test_what_a_principal_is(text: str, kind: PrincipalKind, account: str | None, words: str | None) -> None:
    found = principal_of(text)
    assert (found.kind, found.account, account_of(text)) == (kind, account, account)
    if words is not None:
        assert str(found) == words


def test_every_kind_is_looked_at() -> None:
    assert {kind for _, kind, _, _ in KINDS} == set(PrincipalKind)


def test_where_a_principal_asks() -> None:
    assert home_of(f"arn:aws:iam::{C}:role/Analyst", G) == C
    assert home_of("arn:aws:identitystore:::group/9067-1", G) == G
