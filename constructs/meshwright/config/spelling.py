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
STREAM_REFERENCE: Final = r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9]*([_.-][a-z0-9]+)*$"
TABLE_REFERENCE: Final = r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$"
COLUMN_REFERENCE: Final = r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$"
STEP: Final = r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
SCHEDULE: Final = r"^(rate\([1-9][0-9]{0,4} (minute|minutes|hour|hours|day|days)\)|cron\(\S+( \S+){5}\))$"
DURATION: Final = r"^[1-9][0-9]{0,4}(m|h|d)$"
PERCENTAGE: Final = r"^(100(\.0{1,3})?|[1-9]?[0-9](\.[0-9]{1,3})?)%$"
SCRIPT: Final = r"^([A-Za-z0-9_=-][A-Za-z0-9_.=-]*/)*[A-Za-z0-9_=-][A-Za-z0-9_.=-]*\.(py|jar)$"
EMR_RELEASE: Final = r"^emr-7\.[0-9]{1,2}\.[0-9]{1,2}$"
FUNCTION_ARN: Final = r"^arn:aws[a-z-]{0,20}:lambda:[a-z0-9-]{1,30}:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}$"
ROLE: Final = r"^([A-Za-z0-9_+=,.@-]+|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)$"
PRINCIPAL: Final = r"^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
ADMINISTRATOR: Final = (
    r"^([A-Za-z0-9_+=,.@-]{1,64}|arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
)
EMAIL: Final = r"^[^@\s<>()\[\]\\,;:\"]+@[^@\s<>()\[\]\\,;:\"]+\.[^@\s<>()\[\]\\,;:\"]+$"
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
    STREAM_REFERENCE: Spelling(
        "bad-reference", "a stream of a domain, as `domain.stream`", "orders.order-events"
    ),
    TABLE_REFERENCE: Spelling(
        "bad-reference", "a table of one of this domain's products, as `product.table`", "sales.orders"
    ),
    COLUMN_REFERENCE: Spelling(
        "bad-reference",
        "a column of a table of this domain, as `product.table.column`",
        "sales.orders.order_id",
    ),
    STEP: Spelling(
        "bad-name",
        "a name of lower-case letters and digits, with single hyphens or underscores inside, "
        "that begins with a letter",
        "load-orders",
    ),
    SCHEDULE: Spelling(
        "bad-schedule",
        "a schedule of EventBridge: rate(NUMBER UNIT), or cron() with six fields",
        "rate(1 hour), or cron(30 4 * * ? *)",
    ),
    DURATION: Spelling("bad-duration", "a duration: a whole number with m, h or d behind it", "90m"),
    PERCENTAGE: Spelling("bad-percentage", "a percentage from 0% to 100%", "99.5%"),
    SCRIPT: Spelling(
        "bad-script",
        "the path of a script in the domain's raw bucket, a .py or .jar file: "
        "no slash before it, and no part that begins with a dot",
        "scripts/load.py",
    ),
    EMR_RELEASE: Spelling("bad-release", "a release of EMR Serverless, 7 or later", "emr-7.12.0"),
    FUNCTION_ARN: Spelling(
        "bad-function",
        "the ARN of a Lambda function",
        "arn:aws:lambda:eu-west-1:222222222221:function:post-to-chat",
    ),
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
