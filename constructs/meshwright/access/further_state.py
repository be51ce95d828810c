"""What decides besides grants and policies: row-level policies, grants of keys, VPC endpoints."""

from typing import NamedTuple

from meshwright.access.iam import Policy, Statement
from meshwright.access.principals import PrincipalKind, principal_of
from meshwright.access.resources import Resource


class KeyGrant(NamedTuple):
    """A grant of a KMS key: it lets its grantee use the key, whatever the key's policy says.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """

    grantee: str
    """An ARN, or the name of a service."""
    operations: frozenset[str]
    """As KMS names them: `Decrypt`."""
    context: tuple[tuple[str, str], ...] = ()
    """Pairs that the encryption context must have; none for any."""
    id: str = ""

    @property
    def statement(self) -> Statement:
        """What it lets, as a key policy would."""
        service = principal_of(self.grantee).kind is PrincipalKind.SERVICE
        return Statement(
            allow=True,
            actions=tuple(sorted(f"kms:{each}" for each in self.operations)),
            resources=("*",),
            principals=(f"service:{self.grantee}" if service else self.grantee,),
            conditions=tuple(
                ("StringEquals", f"kms:EncryptionContext:{name}", (value,)) for name, value in self.context
            ),
        )


class Endpoint(NamedTuple):
    """A VPC endpoint of a service.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """

    id: str
    service: str
    """As actions begin: `s3`."""
    policy: Policy


class RowPolicy(NamedTuple):
    """A row-level security policy as attached to a principal on a table, or on tables by LF-Tags."""

    principal: str
    resource: Resource
    rows: str
    """Its condition."""
    condition: str = ""
    """On attributes of the principal; not evaluated."""
    default: bool = False
    """It is the table's, for every principal."""
