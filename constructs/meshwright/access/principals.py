"""The kinds of principals that AWS knows, and what can be known of whoever is behind one.

Lake Formation grants to all of these but services
(https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html#lf-principal-types).
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

ANYBODY = "IAM_ALLOWED_PRINCIPALS"
"""The group that stands for: whoever IAM lets in."""


class PrincipalKind(StrEnum):
    """What a principal is."""

    ROLE = "role"
    USER = "user"
    SESSION = "session"
    """One session of a role, or of a federated user."""
    ACCOUNT = "account"
    ACCOUNT_PRINCIPALS = "every principal of an account"
    ORGANIZATION = "organization"
    UNIT = "organizational unit"
    SAML_USER = "SAML user"
    SAML_GROUP = "SAML group"
    CENTER_USER = "Identity Center user"
    CENTER_GROUP = "Identity Center group"
    APPLICATION = "Identity Center application"
    QUICKSIGHT_USER = "QuickSight user"
    QUICKSIGHT_GROUP = "QuickSight group"
    FEDERATED = "identity provider"
    SERVICE = "AWS service"
    ANYBODY = "whoever IAM lets in"
    UNKNOWN = "principal of an unknown kind"


IN_IAM: Final = frozenset({PrincipalKind.ROLE, PrincipalKind.USER})
"""Kinds of which IAM of their account says whether there is one of that name."""
IN_CENTER: Final = frozenset(
    {PrincipalKind.CENTER_USER, PrincipalKind.CENTER_GROUP, PrincipalKind.APPLICATION}
)
"""Those of IAM Identity Center."""
OF_NO_ACCOUNT: Final = IN_CENTER | {PrincipalKind.ORGANIZATION, PrincipalKind.UNIT}
"""Whose ARNs name the account that administers them, if any."""
OF_ACCOUNTS: Final = frozenset({PrincipalKind.ORGANIZATION, PrincipalKind.UNIT})
"""Those that stand for accounts."""
GROUPS: Final = frozenset(
    {PrincipalKind.SAML_GROUP, PrincipalKind.CENTER_GROUP, PrincipalKind.QUICKSIGHT_GROUP}
)
"""Kinds whose members are kept by somebody else than IAM."""
ELSEWHERE: Final = GROUPS | IN_CENTER | {PrincipalKind.SAML_USER, PrincipalKind.QUICKSIGHT_USER}
"""Kinds that reach AWS through a role, of which neither the grant nor IAM tells the name."""


class Principal(NamedTuple):
    """A principal, taken apart."""

    kind: PrincipalKind
    account: str | None
    """The account that it is, or is of; None for one of no single account."""
    name: str
    """Within its kind: `analysts`."""
    of: str = ""
    """What the name is in: a SAML provider, a QuickSight namespace, an organization."""

    def __str__(self) -> str:
        """`SAML group analysts (provider Okta)`"""
        inside = {
            PrincipalKind.SAML_USER: f" (provider {self.of})",
            PrincipalKind.SAML_GROUP: f" (provider {self.of})",
            PrincipalKind.QUICKSIGHT_USER: f" (namespace {self.of})",
            PrincipalKind.QUICKSIGHT_GROUP: f" (namespace {self.of})",
            PrincipalKind.UNIT: f" of organization {self.of}",
        }
        return f"{self.kind} {self.name}{inside.get(self.kind, '')}"

    @property
    def is_group(self) -> bool:
        """Whether others are meant, its members, whom AWS or an identity provider keeps elsewhere."""
        return self.kind in GROUPS


@lru_cache(maxsize=4096)
def principal_of(text: str) -> Principal:
    """What a principal of a grant, a setting or a policy is.

    `text` is an ARN, an account id, `<account>:IAMPrincipals`, ANYBODY, `*`, the name of a service, or
    `service:` or `federated:` with what a policy names so.
    """
    if text in (ANYBODY, "*"):
        return Principal(PrincipalKind.ANYBODY, None, text)
    if ACCOUNT.fullmatch(text):
        return Principal(PrincipalKind.ACCOUNT, text, text)
    if text.endswith(":IAMPrincipals") and ACCOUNT.fullmatch(text.partition(":")[0]):
        return Principal(PrincipalKind.ACCOUNT_PRINCIPALS, text.partition(":")[0], text)
    for start, kind in (("service:", PrincipalKind.SERVICE), ("federated:", PrincipalKind.FEDERATED)):
        if text.startswith(start):
            return Principal(kind, None, text.removeprefix(start))
    if SERVICE.fullmatch(text):
        return Principal(PrincipalKind.SERVICE, None, text)
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return Principal(PrincipalKind.UNKNOWN, None, text)
    account = parts[4] if ACCOUNT.fullmatch(parts[4]) else None
    for service, pattern, kind in ARNS:
        found = re.fullmatch(pattern, parts[5], re.DOTALL) if parts[2] == service else None
        if found:
            named = found.groupdict()
            at = None if kind in OF_NO_ACCOUNT else account
            return Principal(kind, at, named.get("name", parts[4]), named.get("of", ""))
    return Principal(PrincipalKind.UNKNOWN, account, text)


ACCOUNT: Final = re.compile(r"\d{12}")
SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
ARNS: Final = (
    ("iam", "root", PrincipalKind.ACCOUNT),
    ("iam", r"role/(.*/)?(?P<name>[^/]+)", PrincipalKind.ROLE),
    ("iam", r"user/(.*/)?(?P<name>[^/]+)", PrincipalKind.USER),
    ("iam", r"saml-provider/(?P<of>[^:/]+):user/(?P<name>.+)", PrincipalKind.SAML_USER),
    ("iam", r"saml-provider/(?P<of>[^:/]+):group/(?P<name>.+)", PrincipalKind.SAML_GROUP),
    ("iam", r"(saml|oidc)-provider/(?P<name>[^:]+)", PrincipalKind.FEDERATED),
    ("sts", r"(assumed-role|federated-user)/(?P<name>.+)", PrincipalKind.SESSION),
    ("identitystore", r"user/(?P<name>.+)", PrincipalKind.CENTER_USER),
    ("identitystore", r"group/(?P<name>.+)", PrincipalKind.CENTER_GROUP),
    ("sso", r"application/(?P<of>[^/]+)/(?P<name>.+)", PrincipalKind.APPLICATION),
    ("quicksight", r"user/(?P<of>[^/]+)/(?P<name>.+)", PrincipalKind.QUICKSIGHT_USER),
    ("quicksight", r"group/(?P<of>[^/]+)/(?P<name>.+)", PrincipalKind.QUICKSIGHT_GROUP),
    ("organizations", r"organization/(?P<name>[^/]+)", PrincipalKind.ORGANIZATION),
    ("organizations", r"ou/(?P<of>[^/]+)/(?P<name>.+)", PrincipalKind.UNIT),
)
"""Service, what follows the account, kind; the names of the groups are those of Principal's fields."""


def account_of(principal: str) -> str | None:
    """The account that a principal is, or is of; None for those of no single account."""
    if principal.startswith("arn:aws:iam::") and principal[25:31] == ":role/":
        return principal[13:25]  # most are, and this is quick
    return principal_of(principal).account


def home_of(principal: str, catalog: str) -> str:
    """The account in which a principal asks for a table of `catalog`: that one, for those of none; empty for
    anybody.

    What is of no account is granted to by an account on its own catalog
    (https://docs.aws.amazon.com/lake-formation/latest/dg/identity-center-lf-notes.html).
    """
    named = principal_of(principal)
    return named.account or ("" if named.kind is PrincipalKind.ANYBODY else catalog)
