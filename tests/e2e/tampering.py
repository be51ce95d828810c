"""Ways to tamper with a deployed example mesh, each with what an audit must say of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.aws.accounts import Account, pages

GOVERNANCE, ORDERS, CUSTOMERS = "111111111111", "222222222221", "333333333331"
PAYMENTS, ANALYTICS, STRANGER = "444444444441", "555555555551", "999999999999"
ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5"
SCIENTISTS = f"arn:aws:iam::{ANALYTICS}:role/AnalyticsScientist"
ANALYSTS = f"arn:aws:iam::{ANALYTICS}:role/acme-analytics-analysts"
FRAUD = f"arn:aws:iam::{PAYMENTS}:role/acme-payments-fraud"
CHARGERS = f"arn:aws:iam::{PAYMENTS}:role/acme-payments-engineers"
ORDERS_ENGINEERS = f"arn:aws:iam::{ORDERS}:role/acme-orders-engineers"
ORDERS_ANALYSTS = f"arn:aws:iam::{ORDERS}:role/OrdersAnalyst"
ORDERS_DELIVERY = f"arn:aws:iam::{ORDERS}:role/acme-orders-delivery"
ORDERS_SPARK = f"arn:aws:iam::{ORDERS}:role/acme-orders-spark"
ORDERS_PIPELINES = f"arn:aws:iam::{ORDERS}:role/acme-orders-pipelines"
ORDERS_QUALITY = f"arn:aws:iam::{ORDERS}:role/acme-orders-quality"
ANALYTICS_PIPELINES = f"arn:aws:iam::{ANALYTICS}:role/acme-analytics-pipelines"
INTRUDER = f"arn:aws:iam::{ANALYTICS}:role/Intruder"
PROVIDER = f"arn:aws:iam::{ANALYTICS}:role/acme-lakeformation-provider"
REGISTRATION = f"arn:aws:iam::{GOVERNANCE}:role/acme-lakeformation-registration"
ANYBODY = "000000000000"
"""As an audit names whoever has an AWS account."""
ORDERS_BUCKET = f"acme-orders-products-{ORDERS}"
ORDER_EVENTS = f"arn:aws:kinesis:eu-west-1:{ORDERS}:stream/acme-orders-order-events"

Accounts = Mapping[str, Account]


@dataclass(frozen=True)
class Tampering:
    """One way, and what it does to access."""

    name: str
    do: Callable[[Accounts], None]
    found: tuple[tuple[str, str, str], ...]
    """(code, account, subject) of every finding."""
    severity: str
    """Of the first finding in the order of `found`."""
    gains: frozenset[tuple[str, str]] = frozenset()
    """(principal, table) of whoever can read more because of one of the findings."""
    loses: frozenset[tuple[str, str]] = frozenset()
    """The same of whoever can read less."""
    says: str = ""
    """Part of a sentence of the first finding."""


def table(database: str, name: str) -> dict[str, Any]:
    return {"Table": {"CatalogId": GOVERNANCE, "DatabaseName": database, "Name": name}}


def filtered(database: str, name: str, consumer: str) -> dict[str, Any]:
    where = {"TableCatalogId": GOVERNANCE, "DatabaseName": database, "TableName": name}
    return {"DataCellsFilter": {**where, "Name": consumer}}


def grant(
    account: str, principal: str, resource: dict[str, Any], *permissions: str, option: bool = False
) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        accounts[account].client("lakeformation").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": principal},
            Resource=resource,
            Permissions=list(permissions),
            PermissionsWithGrantOption=list(permissions) if option else [],
        )

    return do


def revoke(
    account: str, principal: str, resource: dict[str, Any], *permissions: str
) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        accounts[account].client("lakeformation").revoke_permissions(
            Principal={"DataLakePrincipalIdentifier": principal},
            Resource=resource,
            Permissions=list(permissions),
        )

    return do


def settings(account: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        client = accounts[account].client("lakeformation")
        found = client.get_data_lake_settings(CatalogId=account)["DataLakeSettings"]
        change(found)
        client.put_data_lake_settings(CatalogId=account, DataLakeSettings=found)

    return do


def without(member: str, principal: str) -> Callable[[dict[str, Any]], object]:
    def change(found: dict[str, Any]) -> None:
        found[member] = [each for each in found[member] if each["DataLakePrincipalIdentifier"] != principal]

    return change


def with_one_more(member: str, principal: str) -> Callable[[dict[str, Any]], object]:
    return lambda found: found[member].append({"DataLakePrincipalIdentifier": principal})


def cells(database: str, name: str, consumer: str, **changes: Any) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        client = accounts[GOVERNANCE].client("lakeformation")
        where = table(database, name)["Table"]
        found = client.list_data_cells_filter(Table=where)["DataCellsFilters"]
        [data] = [each for each in found if each["Name"] == consumer]
        kept = ("TableCatalogId", "DatabaseName", "TableName", "Name", "RowFilter", "ColumnNames")
        client.update_data_cells_filter(TableData={key: data[key] for key in kept} | changes)

    return do


def call(account: str, service: str, operation: str, **parameters: Any) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        getattr(accounts[account].client(service), operation)(**parameters)

    return do


def bucket_policy(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        client = accounts[ORDERS].client("s3")
        policy = json.loads(client.get_bucket_policy(Bucket=ORDERS_BUCKET)["Policy"])
        change(policy["Statement"])
        client.put_bucket_policy(Bucket=ORDERS_BUCKET, Policy=json.dumps(policy))

    return do


def key_policy(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        client = accounts[ORDERS].client("kms")
        key = client.describe_key(KeyId="alias/acme-orders")["KeyMetadata"]["KeyId"]
        policy = json.loads(client.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        change(policy["Statement"])
        client.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))

    return do


def stream_policy(
    change: Callable[[list[dict[str, Any]]], object], *, consumer: str = ""
) -> Callable[[Accounts], None]:
    """Of orders.order-events, or of the consumer of that name."""

    def do(accounts: Accounts) -> None:
        client, arn = accounts[ORDERS].client("kinesis"), ORDER_EVENTS
        if consumer:
            found = client.describe_stream_consumer(StreamARN=arn, ConsumerName=consumer)
            arn = found["ConsumerDescription"]["ConsumerARN"]
        policy = json.loads(client.get_resource_policy(ResourceARN=arn)["Policy"])
        change(policy["Statement"])
        client.put_resource_policy(ResourceARN=arn, Policy=json.dumps(policy))

    return do


def disable_key(accounts: Accounts) -> None:
    client = accounts[ORDERS].client("kms")
    client.disable_key(KeyId=client.describe_key(KeyId="alias/acme-orders")["KeyMetadata"]["KeyId"])


def all_of(*steps: Callable[[Accounts], None]) -> Callable[[Accounts], None]:
    def do(accounts: Accounts) -> None:
        for step in steps:
            step(accounts)

    return do


def delete_role(accounts: Accounts) -> None:
    client, name = accounts[ANALYTICS].client("iam"), ANALYSTS.rpartition("/")[2]
    client.delete_role_policy(RoleName=name, PolicyName="data")
    client.delete_role(RoleName=name)


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ANALYTICS}, "Action": "sts:AssumeRole"}],
}

TRUSTS_ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def a_role_administers(accounts: Accounts) -> None:
    """A role that may do anything in IAM makes itself an administrator."""
    client, name = accounts[ANALYTICS].client("iam"), INTRUDER.rpartition("/")[2]
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    client.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(anything))
    settings(ANALYTICS, with_one_more("DataLakeAdmins", INTRUDER))(accounts)


def grant_to_a_role_that_goes(accounts: Accounts) -> None:
    client, arn = accounts[ANALYTICS].client("iam"), f"arn:aws:iam::{ANALYTICS}:role/Intern"
    client.create_role(RoleName="Intern", AssumeRolePolicyDocument=json.dumps(TRUST))
    grant(ANALYTICS, arn, filtered("acme_orders_sales", "orders", "analytics"), "SELECT")(accounts)
    client.delete_role(RoleName="Intern")


def reshare(accounts: Accounts) -> None:
    """Revoke and grant again all that payments is granted, so that a new share waits to be accepted."""
    client = accounts[GOVERNANCE].client("lakeformation")
    rows = [
        row
        for row in pages(client, "list_permissions", "PrincipalResourcePermissions", CatalogId=GOVERNANCE)
        if row["Principal"]["DataLakePrincipalIdentifier"] == PAYMENTS
        and "DataLocation" not in row["Resource"]
    ]
    for operation in (client.revoke_permissions, client.grant_permissions):
        for row in rows:
            operation(
                Principal=row["Principal"],
                Resource=row["Resource"],
                Permissions=row["Permissions"],
                PermissionsWithGrantOption=row["PermissionsWithGrantOption"],
            )


def reject(accounts: Accounts) -> None:
    client = accounts[PAYMENTS].client("ram")
    [arn] = [
        each["resourceShareInvitationArn"]
        for each in client.get_resource_share_invitations()["resourceShareInvitations"]
        if each["status"] == "PENDING"
    ]
    client.reject_resource_share_invitation(resourceShareInvitationArn=arn)


def each_of(principal: str, *tables: str) -> frozenset[tuple[str, str]]:
    return frozenset((principal, each) for each in tables)


SALES = ("orders", "order_lines", "order_changes")
OF_ORDERS = (*SALES, "by_country")
"""All tables of orders."""
READERS_OF_ORDERS = frozenset().union(
    each_of(ORDERS_ENGINEERS, *OF_ORDERS),
    each_of(ORDERS_ANALYSTS, *OF_ORDERS),
    each_of(ORDERS_SPARK, *OF_ORDERS),
    each_of(ORDERS_PIPELINES, *OF_ORDERS),
    each_of(ORDERS_QUALITY, *SALES),  # sales promises completeness, so each of its tables has rules
    each_of(ANALYSTS, *OF_ORDERS),
    each_of(SCIENTISTS, *SALES),
    each_of(ANALYTICS_PIPELINES, *SALES),
    each_of(FRAUD, "orders"),
)
"""Who reads what of orders by Lake Formation, and in no other way.

The role that delivers order_changes writes that table's files with its own permissions in S3 and may read
them so; the one that registers its partitions is granted no data.
"""
READERS_OF_PAYMENTS = each_of(FRAUD, "entries", "charges") | each_of(CHARGERS, "entries", "charges")
"""The same of payments; charges has a role that delivers as well."""
READERS_OF_CUSTOMERS = each_of(SCIENTISTS, "profiles").union(
    *(
        each_of(f"arn:aws:iam::{CUSTOMERS}:role/{name}", "profiles", "consents")
        for name in ("acme-customers-engineers", "acme-customers-pipelines", "CustomerDataSteward")
    )
)
READS = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{ORDERS_BUCKET}/*",
}
DECRYPTS = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
    "Action": "kms:Decrypt",
    "Resource": "*",
}
CONFIDENTIAL = {
    "LFTagPolicy": {
        "CatalogId": GOVERNANCE,
        "ResourceType": "TABLE",
        "Expression": [{"TagKey": "classification", "TagValues": ["confidential"]}],
    }
}
PROFILES_FILTER = f"{GOVERNANCE}:filter/acme_customers_profiles/profiles"
SALES_FILTER = f"{GOVERNANCE}:filter/acme_orders_sales/orders"

TAMPERINGS = (
    Tampering(
        "a consumer's role loses SELECT",
        revoke(ANALYTICS, SCIENTISTS, filtered("acme_orders_sales", "orders", "analytics"), "SELECT"),
        (("grant-missing", ANALYTICS, f"{SALES_FILTER}/analytics to {SCIENTISTS}"),),
        "high",
        loses=frozenset({(SCIENTISTS, "orders")}),
    ),
    Tampering(
        "a consumer's account loses its grant",
        revoke(GOVERNANCE, PAYMENTS, filtered("acme_orders_sales", "orders", "payments"), "SELECT"),
        (("grant-missing", GOVERNANCE, f"{SALES_FILTER}/payments to {PAYMENTS}"),),
        "high",
        loses=frozenset({(FRAUD, "orders")}),
    ),
    Tampering(
        "a role of another domain is granted a table",
        grant(GOVERNANCE, FRAUD, table("acme_customers_profiles", "profiles"), "SELECT"),
        (
            (
                "grant-unexpected",
                GOVERNANCE,
                f"{GOVERNANCE}:table/acme_customers_profiles/profiles to {FRAUD}",
            ),
        ),
        "critical",
        gains=frozenset({(FRAUD, "profiles")}),
    ),
    Tampering(
        "a stranger's account is granted a table",
        grant(GOVERNANCE, STRANGER, table("acme_payments_ledger", "entries"), "SELECT", option=True),
        (("grant-unexpected", GOVERNANCE, f"{GOVERNANCE}:table/acme_payments_ledger/entries to {STRANGER}"),),
        "critical",
        gains=frozenset({(STRANGER, "entries")}),
    ),
    Tampering(
        "the organization is granted a table",
        grant(GOVERNANCE, ORGANIZATION, table("acme_orders_sales", "orders"), "SELECT", option=True),
        (("grant-unexpected", GOVERNANCE, f"{GOVERNANCE}:table/acme_orders_sales/orders to {ORGANIZATION}"),),
        "critical",
        gains=frozenset({(CUSTOMERS, "orders"), (PAYMENTS, "orders"), (ANALYTICS, "orders")}),
    ),
    Tampering(
        "a subscription that ended is granted again",
        grant(GOVERNANCE, ANALYTICS, table("acme_payments_ledger", "entries"), "SELECT", option=True),
        (("grant-ended", GOVERNANCE, f"{GOVERNANCE}:table/acme_payments_ledger/entries to {ANALYTICS}"),),
        "critical",
        gains=frozenset({(ANALYTICS, "entries")}),
        says="the subscription of analytics to payments.ledger ended on 2026-03-31 (domains/analytics.yaml)",
    ),
    Tampering(
        "a role of another domain is granted all tables with a tag",
        grant(GOVERNANCE, FRAUD, CONFIDENTIAL, "SELECT"),
        (
            (
                "grant-unexpected",
                GOVERNANCE,
                f"{GOVERNANCE}:tables tagged classification=confidential to {FRAUD}",
            ),
        ),
        "critical",
        gains=frozenset({(FRAUD, "profiles"), (FRAUD, "consents")}),
    ),
    Tampering(
        "every principal of an account is granted what one role was",
        grant(
            ANALYTICS,
            f"{ANALYTICS}:IAMPrincipals",
            filtered("acme_customers_profiles", "profiles", "analytics"),
            "SELECT",
        ),
        (
            (
                "grant-unexpected",
                ANALYTICS,
                f"{PROFILES_FILTER}/analytics to {ANALYTICS}:IAMPrincipals",
            ),
        ),
        "critical",
        gains=frozenset({(f"{ANALYTICS}:IAMPrincipals", "profiles")}),
    ),
    Tampering(
        "anybody may assume a role",
        call(
            ANALYTICS,
            "iam",
            "update_assume_role_policy",
            RoleName="AnalyticsScientist",
            PolicyDocument=json.dumps(TRUSTS_ANYBODY),
        ),
        (("role-trust-changed", ANALYTICS, SCIENTISTS),),
        "critical",
        gains=each_of(ANYBODY, *SALES, "profiles"),
        says="also allows anybody sts:AssumeRole",
    ),
    Tampering(
        "anybody may assume the role that administers Lake Formation",
        call(
            ANALYTICS,
            "iam",
            "update_assume_role_policy",
            RoleName="acme-lakeformation-provider",
            PolicyDocument=json.dumps(TRUSTS_ANYBODY),
        ),
        (("role-trust-changed", ANALYTICS, PROVIDER),),
        "critical",
        gains=each_of(ANYBODY, *OF_ORDERS, "profiles"),
    ),
    Tampering(
        "an administrator is removed",
        settings(ANALYTICS, without("DataLakeAdmins", PROVIDER)),
        (("admin-missing", ANALYTICS, PROVIDER),),
        "medium",
    ),
    Tampering(
        "a role of a consumer becomes an administrator",
        a_role_administers,
        (("admin-undeclared", ANALYTICS, INTRUDER),),
        "critical",
        gains=each_of(INTRUDER, *OF_ORDERS, "profiles"),
        says="role Intruder of analytics administers Lake Formation, and no file says so",
    ),
    Tampering(
        "the defaults that open new tables are restored",
        settings(
            GOVERNANCE,
            lambda found: found.update(
                CreateTableDefaultPermissions=[
                    {
                        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
                        "Permissions": ["ALL"],
                    }
                ]
            ),
        ),
        (("defaults-open", GOVERNANCE, "CreateTableDefaultPermissions"),),
        "high",
    ),
    Tampering(
        "the version of sharing is lowered",
        settings(CUSTOMERS, lambda found: found["Parameters"].update(CROSS_ACCOUNT_VERSION="3")),
        (("version-lowered", CUSTOMERS, "CROSS_ACCOUNT_VERSION"),),
        "medium",
    ),
    Tampering(
        "a filter shows one more column",
        cells(
            "acme_orders_sales",
            "orders",
            "payments",
            ColumnNames=["order_id", "order_date", "customer_id", "country", "total", "customer_email"],
        ),
        (("filter-changed", GOVERNANCE, f"{SALES_FILTER}/payments"),),
        "critical",
        gains=frozenset({(FRAUD, "orders")}),
        says="is not as agreed",
    ),
    Tampering(
        "a filter shows all rows",
        cells("acme_customers_profiles", "profiles", "analytics", RowFilter={"AllRowsWildcard": {}}),
        (("filter-changed", GOVERNANCE, f"{GOVERNANCE}:filter/acme_customers_profiles/profiles/analytics"),),
        "critical",
        gains=frozenset({(SCIENTISTS, "profiles")}),
        says="is not as agreed",
    ),
    Tampering(
        "a link is deleted, and with it the grants on it",
        call(PAYMENTS, "glue", "delete_database", Name="acme_orders_sales"),
        (
            ("link-missing", PAYMENTS, "acme_orders_sales"),
            ("grant-missing", PAYMENTS, f"{PAYMENTS}:database/acme_orders_sales to {FRAUD}"),
        ),
        "high",
        loses=frozenset({(FRAUD, "orders")}),
    ),
    Tampering(
        "a link points elsewhere",
        call(
            ANALYTICS,
            "glue",
            "update_database",
            Name="acme_customers_profiles",
            DatabaseInput={
                "Name": "acme_customers_profiles",
                "TargetDatabase": {"CatalogId": GOVERNANCE, "DatabaseName": "acme_orders_sales"},
            },
        ),
        (("link-elsewhere", ANALYTICS, "acme_customers_profiles"),),
        "high",
        loses=frozenset({(SCIENTISTS, "profiles")}),
    ),
    Tampering(
        "a column loses its tag",
        call(
            GOVERNANCE,
            "lakeformation",
            "remove_lf_tags_from_resource",
            Resource={
                "TableWithColumns": {
                    "CatalogId": GOVERNANCE,
                    "DatabaseName": "acme_orders_sales",
                    "Name": "orders",
                    "ColumnNames": ["customer_email"],
                }
            },
            LFTags=[{"TagKey": "sensitivity", "TagValues": ["pii"]}],
        ),
        (("tag-missing", GOVERNANCE, "acme_orders_sales.orders.customer_email sensitivity"),),
        "medium",
    ),
    Tampering(
        "a product's classification is changed",
        call(
            GOVERNANCE,
            "lakeformation",
            "add_lf_tags_to_resource",
            Resource={"Database": {"CatalogId": GOVERNANCE, "Name": "acme_payments_ledger"}},
            LFTags=[{"TagKey": "classification", "TagValues": ["public"]}],
        ),
        (("tag-changed", GOVERNANCE, "acme_payments_ledger classification"),),
        "medium",
        says="classification=public instead of restricted",
    ),
    Tampering(
        "a bucket lets a stranger in, whom its key keeps out",
        bucket_policy(lambda statements: statements.append(READS)),
        (("bucket-policy-changed", ORDERS, ORDERS_BUCKET),),
        "high",
        says="also allows 999999999999 s3:GetObject",
    ),
    Tampering(
        "bucket and key let a stranger in",
        all_of(
            bucket_policy(lambda statements: statements.append(READS)),
            key_policy(lambda statements: statements.append(DECRYPTS)),
        ),
        (
            ("key-policy-changed", ORDERS, "alias/acme-orders"),
            ("bucket-policy-changed", ORDERS, ORDERS_BUCKET),
        ),
        "critical",
        gains=each_of(STRANGER, *OF_ORDERS),
    ),
    Tampering(
        "bucket, key and its own policies let a role of another domain in",
        all_of(
            bucket_policy(lambda statements: statements.append({**READS, "Principal": {"AWS": CHARGERS}})),
            key_policy(lambda statements: statements.append({**DECRYPTS, "Principal": {"AWS": CHARGERS}})),
            call(
                PAYMENTS,
                "iam",
                "put_role_policy",
                RoleName="acme-payments-engineers",
                PolicyName="more",
                PolicyDocument=json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}],
                    }
                ),
            ),
        ),
        (
            ("role-policy-changed", PAYMENTS, CHARGERS),
            ("key-policy-changed", ORDERS, "alias/acme-orders"),
            ("bucket-policy-changed", ORDERS, ORDERS_BUCKET),
        ),
        "critical",
        gains=each_of(CHARGERS, *OF_ORDERS),
    ),
    Tampering(
        "a bucket no longer wants TLS",
        bucket_policy(
            lambda statements: statements.remove(next(s for s in statements if s["Effect"] == "Deny"))
        ),
        (("bucket-policy-changed", ORDERS, ORDERS_BUCKET),),
        "medium",
        says="no longer denies anybody s3:* where aws:SecureTransport fits",
    ),
    Tampering(
        "a key no longer lets Lake Formation use it",
        key_policy(lambda statements: statements.__delitem__(slice(1, None))),
        (("key-policy-changed", ORDERS, "alias/acme-orders"),),
        "high",
        loses=READERS_OF_ORDERS,
    ),
    Tampering(
        "a key is disabled",
        disable_key,
        (("key-disabled", ORDERS, "alias/acme-orders"),),
        "high",
        loses=READERS_OF_ORDERS | each_of(ORDERS_DELIVERY, "order_changes"),
    ),
    Tampering(
        "a bucket is no longer encrypted with the domain's key",
        call(ORDERS, "s3", "delete_bucket_encryption", Bucket=ORDERS_BUCKET),
        (("bucket-encryption", ORDERS, ORDERS_BUCKET),),
        "medium",
    ),
    Tampering(
        "a role that the mesh made is deleted",
        delete_role,
        (("role-missing", ANALYTICS, ANALYSTS),),
        "high",
        loses=each_of(ANALYSTS, *OF_ORDERS),
    ),
    Tampering(
        "a role's policy no longer lets it ask for data",
        call(
            PAYMENTS,
            "iam",
            "put_role_policy",
            RoleName="acme-payments-fraud",
            PolicyName="data",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "glue:Get*", "Resource": "*"}],
                }
            ),
        ),
        (("role-policy-changed", PAYMENTS, FRAUD),),
        "high",
        loses=each_of(FRAUD, "orders", "entries", "charges"),
    ),
    Tampering(
        "a role gets more policies",
        all_of(
            call(
                PAYMENTS,
                "iam",
                "put_role_policy",
                RoleName="acme-payments-fraud",
                PolicyName="more",
                PolicyDocument=json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
                    }
                ),
            ),
            call(
                PAYMENTS,
                "iam",
                "attach_role_policy",
                RoleName="acme-payments-fraud",
                PolicyArn="arn:aws:iam::aws:policy/AWSLakeFormationCrossAccountManager",
            ),
        ),
        (("role-policy-changed", PAYMENTS, FRAUD),),
        "critical",  # it may delete the files of its own account's tables
        gains=each_of(FRAUD, "entries", "charges"),
        says="also allows s3:*",
    ),
    Tampering(
        "a role loses its permissions boundary",
        call(PAYMENTS, "iam", "delete_role_permissions_boundary", RoleName="acme-payments-fraud"),
        (("role-boundary-removed", PAYMENTS, FRAUD),),
        "medium",
    ),
    Tampering(
        "Lake Formation is no longer trusted by its role",
        call(
            GOVERNANCE,
            "iam",
            "update_assume_role_policy",
            RoleName="acme-lakeformation-registration",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "glue.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            ),
        ),
        (("role-trust-changed", GOVERNANCE, REGISTRATION),),
        "high",
        loses=READERS_OF_ORDERS | READERS_OF_PAYMENTS | READERS_OF_CUSTOMERS,
    ),
    Tampering(
        "a location is deregistered",
        call(GOVERNANCE, "lakeformation", "deregister_resource", ResourceArn=f"arn:aws:s3:::{ORDERS_BUCKET}"),
        (("location-missing", GOVERNANCE, ORDERS_BUCKET),),
        "high",
        loses=READERS_OF_ORDERS,
    ),
    Tampering(
        "a location becomes hybrid",
        call(
            GOVERNANCE,
            "lakeformation",
            "update_resource",
            ResourceArn=f"arn:aws:s3:::{ORDERS_BUCKET}",
            RoleArn=REGISTRATION,
            HybridAccessEnabled=True,
        ),
        (("location-hybrid", GOVERNANCE, ORDERS_BUCKET),),
        "high",
        loses=READERS_OF_ORDERS,
    ),
    Tampering(
        "a table is opened to whomever IAM lets in",
        grant(GOVERNANCE, "IAM_ALLOWED_PRINCIPALS", table("acme_orders_delivery_times", "by_country"), "ALL"),
        (
            (
                "open-to-iam",
                GOVERNANCE,
                f"{GOVERNANCE}:table/acme_orders_delivery_times/by_country to IAM_ALLOWED_PRINCIPALS",
            ),
        ),
        "critical",
        gains=frozenset({(GOVERNANCE, "by_country")}),
    ),
    Tampering(
        "a share waits to be accepted",
        reshare,
        (("share-pending", GOVERNANCE, PAYMENTS),),
        "high",
        loses=each_of(FRAUD, "orders") | READERS_OF_PAYMENTS,
    ),
    Tampering(
        "a share is rejected",
        all_of(reshare, reject),
        (("share-rejected", GOVERNANCE, PAYMENTS),),
        "high",
        loses=each_of(FRAUD, "orders") | READERS_OF_PAYMENTS,
    ),
    Tampering(
        "a role that was granted something is deleted",
        grant_to_a_role_that_goes,
        (("grant-dead", ANALYTICS, f"{SALES_FILTER}/analytics to arn:aws:iam::{ANALYTICS}:role/Intern"),),
        "low",
    ),
    Tampering(
        "a link points to nothing",
        call(
            CUSTOMERS,
            "glue",
            "create_database",
            DatabaseInput={
                "Name": "acme_old_product",
                "TargetDatabase": {"CatalogId": GOVERNANCE, "DatabaseName": "acme_old_product"},
            },
        ),
        (("link-dangling", CUSTOMERS, "acme_old_product"),),
        "low",
    ),
    Tampering(
        "a role opted in to Lake Formation",
        call(
            GOVERNANCE,
            "lakeformation",
            "create_lake_formation_opt_in",
            Principal={"DataLakePrincipalIdentifier": FRAUD},
            Resource=table("acme_orders_sales", "orders"),
        ),
        (("opt-in-unexpected", GOVERNANCE, f"{GOVERNANCE}:table/acme_orders_sales/orders of {FRAUD}"),),
        "low",
    ),
    Tampering(
        "a stream keeps its records for less long",
        call(
            ORDERS,
            "kinesis",
            "decrease_stream_retention_period",
            StreamName="acme-orders-order-events",
            RetentionPeriodHours=24,
        ),
        (("stream-retention", ORDERS, "acme-orders-order-events"),),
        "medium",
    ),
    Tampering(
        "a stream lets a stranger in",
        stream_policy(
            lambda statements: statements.append(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": STRANGER},
                    "Action": ["kinesis:GetRecords", "kinesis:GetShardIterator"],
                    "Resource": ORDER_EVENTS,
                }
            )
        ),
        (("stream-policy-changed", ORDERS, "acme-orders-order-events"),),
        "critical",
        says="also allows 999999999999 kinesis:GetRecords, kinesis:GetShardIterator",
    ),
    Tampering(
        "a stream loses its policy",
        call(ORDERS, "kinesis", "delete_resource_policy", ResourceARN=ORDER_EVENTS),
        (("stream-policy-missing", ORDERS, "acme-orders-order-events"),),
        "high",
        says="role fraud of payments cannot read it",
    ),
    Tampering(
        "a consumer's policy lets in all of the account",
        stream_policy(lambda statements: statements[0].pop("Condition"), consumer="acme-payments"),
        (("consumer-policy-changed", ORDERS, "acme-orders-order-events/acme-payments"),),
        "critical",
    ),
    Tampering(
        "a stream that nobody shares gets a policy",
        call(
            PAYMENTS,
            "kinesis",
            "put_resource_policy",
            ResourceARN=f"arn:aws:kinesis:eu-west-1:{PAYMENTS}:stream/acme-payments-charges",
            Policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": f"arn:aws:iam::{ANALYTICS}:root"},
                            "Action": "kinesis:PutRecord",
                            "Resource": f"arn:aws:kinesis:eu-west-1:{PAYMENTS}:stream/acme-payments-charges",
                        }
                    ],
                }
            ),
        ),
        (("stream-policy-unexpected", PAYMENTS, "acme-payments-charges"),),
        "critical",
    ),
)
