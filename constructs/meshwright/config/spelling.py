"""How names and ids are spelled: each pattern with its rule in words and an example."""

from typing import Final, NamedTuple


class Spelling(NamedTuple):
    """What a pattern demands, for a message `x is not <rule>. For example: <example>`."""

    code: str
    rule: str
    example: str


ACCOUNT: Final = r"^[0-9]{12}$"
MESH: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
DOMAIN: Final = MESH
ENVIRONMENT: Final = r"^[a-z][a-z0-9-]*$"
ROLE_KEY: Final = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"
STREAM: Final = r"^[a-z][a-z0-9]*([_.-][a-z0-9]+)*$"
GLUE: Final = r"^[a-z_][a-z0-9_]*$"
CLASSIFICATION: Final = r"^[a-z][a-z0-9_-]*$"
PRODUCT: Final = r"^[a-z][a-z0-9-]*\.[a-z_][a-z0-9_]*$"
ROLE: Final = r"^([A-Za-z0-9_+=,.@-]+|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)$"
PRINCIPAL: Final = r"^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
ADMINISTRATOR: Final = (
    r"^([A-Za-z0-9_+=,.@-]{1,64}|arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
)
EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
HTTPS: Final = r"^https://\S+$"
REGION: Final = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
ORGANIZATION: Final = r"^o-[a-z0-9]{10,32}$"
POLICY: Final = r"^[A-Za-z0-9_+=,.@/-]+$"
QUALIFIER: Final = r"^[a-z0-9]{1,10}$"

SPELLINGS: Final[dict[str, Spelling]] = {
    ACCOUNT: Spelling("bad-account", "an AWS account id: exactly 12 digits", '"222222222221"'),
    DOMAIN: Spelling(
        "bad-name",
        "a name of lower-case letters and digits, with single hyphens inside, that begins with a letter",
        "order-intake",
    ),
    ENVIRONMENT: Spelling(
        "bad-name", "a name of lower-case letters, digits and hyphens that begins with a letter", "prod"
    ),
    ROLE_KEY: Spelling(
        "bad-name",
        "a name of lower-case letters, digits and hyphens that begins with a letter",
        "data-engineers",
    ),
    STREAM: Spelling(
        "bad-name",
        "a name of lower-case letters and digits, with single hyphens, dots or underscores inside, "
        "that begins with a letter",
        "order-events",
    ),
    GLUE: Spelling(
        "bad-name",
        "a name of lower-case letters, digits and underscores (Glue and Athena store no others)",
        "order_date",
    ),
    CLASSIFICATION: Spelling(
        "bad-name",
        "a name of lower-case letters, digits, hyphens and underscores that begins with a letter",
        "internal",
    ),
    PRODUCT: Spelling("bad-reference", "a product of a domain, as `domain.product`", "customers.profiles"),
    ROLE: Spelling(
        "bad-role",
        "the name of an IAM role (up to 64 letters, digits and +=,.@_-) or its ARN",
        "arn:aws:iam::222222222221:role/OrdersAnalyst",
    ),
    PRINCIPAL: Spelling(
        "bad-role",
        "the ARN of an IAM role, of a user, or of an account's root",
        "arn:aws:iam::222222222221:role/Deployer",
    ),
    ADMINISTRATOR: Spelling(
        "bad-role",
        "the name of an IAM role (up to 64 letters, digits and +=,.@_-), or the ARN of a role or user",
        "DataPlatformAdmin",
    ),
    EMAIL: Spelling("bad-email", "an e-mail address", "order-platform@acme.example"),
    HTTPS: Spelling(
        "bad-address", "an address that begins with https://", "https://wiki.acme.example/orders"
    ),
    REGION: Spelling("bad-region", "an AWS Region", "eu-west-1"),
    ORGANIZATION: Spelling("bad-organization", "an AWS Organizations id", "o-a1b2c3d4e5"),
    POLICY: Spelling(
        "bad-name", "the name of an IAM policy (letters, digits and +=,.@_-)", "developer-boundary"
    ),
    QUALIFIER: Spelling(
        "bad-name", "a bootstrap qualifier: up to 10 lower-case letters and digits", "hnb659fds"
    ),
}
