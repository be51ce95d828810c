"""What access rests on besides grants, before and after an edit of the example mesh."""

from collections.abc import Callable
from typing import Any

import pytest

from meshwright.access.compiled import compile_state
from meshwright.access.safeguards import Safeguard, safeguard_changes
from tests.cdk.synthesis import mesh_of, raw_files

Files = dict[str, Any]
OPEN = "open: any domain that asks may read it"
OFFICE = "arn:aws:iam::333333333331:role/PrivacyOffice"
CENTRE = "arn:aws:iam::333333333331:role/CallCentre"
RECORDED = "365 days, with reads and writes of data"


def of_mesh(key: str, value: object) -> Callable[[Files], None]:
    """A key of mesh.yaml gets the value; None: is removed."""

    def edit(files: Files) -> None:
        if value is None:
            del files["mesh"][key]
        else:
            files["mesh"][key] = value

    return edit


def classify(product: str, classification: str) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        domain, name = product.split(".")
        files["domains"][domain]["products"][name]["classification"] = classification

    return edit


def trust(*principals: str) -> Callable[[Files], None]:
    """Who may assume the role `stewards` of customers."""

    def edit(files: Files) -> None:
        files["domains"]["customers"]["roles"]["stewards"]["trusted_by"] = list(principals)

    return edit


def mark(column: str, *, pii: bool) -> Callable[[Files], None]:
    """A column of orders.sales.orders."""

    def edit(files: Files) -> None:
        columns = files["domains"]["orders"]["products"]["sales"]["tables"]["orders"]["columns"]
        columns[column] = {"type": "string", "pii": pii}

    return edit


def purpose(files: Files) -> None:
    files["domains"]["payments"]["consumes"][0]["purpose"] = "Train a model."


def purpose_of_what_is_pending(files: Files) -> None:
    files["domains"]["payments"]["consumes"][1]["purpose"] = "Train a model."


def new_product(files: Files) -> None:
    products = files["domains"]["orders"]["products"]
    products["copy"] = products["delivery_times"]


EDITS: dict[str, tuple[Callable[[Files], None], list[Safeguard]]] = {
    "a product that was not there": (new_product, []),
    "less sensitive": (
        classify("payments.ledger", "internal"),
        [Safeguard("payments.ledger", "classification", "restricted", "internal", loosens=True)],
    ),
    "more sensitive": (
        classify("orders.sales", "restricted"),
        [Safeguard("orders.sales", "classification", "internal", "restricted", loosens=False)],
    ),
    "opened": (
        classify("orders.sales", "public"),
        [Safeguard("orders.sales", "classification", "internal", f"public, {OPEN}", loosens=True)],
    ),
    "closed": (
        classify("orders.delivery_times", "internal"),
        [Safeguard("orders.delivery_times", "classification", f"public, {OPEN}", "internal", loosens=False)],
    ),
    "a classification opened": (
        of_mesh("open_classifications", ["public", "internal"]),
        [
            Safeguard("mesh", "open classifications", "public", "public, internal", loosens=True),
            Safeguard("orders.sales", "classification", "internal", f"internal, {OPEN}", loosens=True),
        ],
    ),
    "an administrator of Lake Formation more": (
        of_mesh("administrators", ["DataPlatformAdmin", "Another"]),
        [
            Safeguard(
                "mesh", "administrators", "DataPlatformAdmin", "DataPlatformAdmin, Another", loosens=True
            )
        ],
    ),
    "an administrator less": (
        of_mesh("administrators", []),
        [Safeguard("mesh", "administrators", "DataPlatformAdmin", "none", loosens=False)],
    ),
    "no longer PII": (
        mark("customer_email", pii=False),
        [
            Safeguard(
                "orders.sales.orders.customer_email",
                "PII mark",
                "personal data",
                "not personal data",
                loosens=True,
                pii=True,
            )
        ],
    ),
    "PII from now on": (
        mark("customer_id", pii=True),
        [
            Safeguard(
                "orders.sales.orders.customer_id",
                "PII mark",
                "not personal data",
                "personal data",
                loosens=False,
            )
        ],
    ),
    "one more may assume a role": (
        trust(OFFICE, CENTRE),
        [Safeguard("customers.stewards", "assumed by", OFFICE, f"{OFFICE}, {CENTRE}", loosens=True)],
    ),
    "whomever IAM lets": (
        trust(),
        [
            Safeguard(
                "customers.stewards",
                "assumed by",
                OFFICE,
                "whom the IAM policies of its account let",
                loosens=True,
            )
        ],
    ),
    "another purpose": (
        purpose,
        [
            Safeguard(
                "payments reads orders.sales",
                "purpose",
                "Match charges to orders in the countries where we carry the risk.",
                "Train a model.",
                loosens=True,
            )
        ],
    ),
    "another purpose of what is not agreed": (purpose_of_what_is_pending, []),
    "no organization": (
        of_mesh("organization", None),
        [Safeguard("mesh", "organization", "o-a1b2c3d4e5", "none", loosens=True)],
    ),
    "no permissions boundary": (
        of_mesh("permissions_boundary", None),
        [Safeguard("mesh", "permissions boundary", "acme-boundary", "none", loosens=True)],
    ),
    "no audit trail": (
        of_mesh("audit_trail", None),
        [Safeguard("mesh", "audit trail", RECORDED, "none", loosens=True)],
    ),
    "reads no longer recorded, and the rest for longer": (
        of_mesh("audit_trail", {"retention_days": 730, "data_events": False}),
        [
            Safeguard(
                "mesh", "audit trail", RECORDED, "730 days, without reads and writes of data", loosens=True
            )
        ],
    ),
    "recorded for a shorter time": (
        of_mesh("audit_trail", {"retention_days": 90, "data_events": True}),
        [Safeguard("mesh", "audit trail", RECORDED, "90 days, with reads and writes of data", loosens=True)],
    ),
    "recorded for longer": (
        of_mesh("audit_trail", {"retention_days": 730}),
        [
            Safeguard(
                "mesh", "audit trail", RECORDED, "730 days, with reads and writes of data", loosens=False
            )
        ],
    ),
    "the same audit trail in fewer words": (of_mesh("audit_trail", {}), []),
}


def changes(before: Files, after: Files) -> list[Safeguard]:
    meshes = mesh_of(before), mesh_of(after)
    states = compile_state(meshes[0]), compile_state(meshes[1])
    return list(safeguard_changes(*meshes, states))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit(name: str) -> None:
    edit, expected = EDITS[name]
    files = raw_files()
    edit(files)
    assert changes(raw_files(), files) == expected


def test_a_first_organization_loosens_nothing() -> None:
    files = raw_files()
    of_mesh("organization", None)(files)
    assert changes(files, raw_files()) == [
        Safeguard("mesh", "organization", "none", "o-a1b2c3d4e5", loosens=False)
    ]


def test_a_first_audit_trail_loosens_nothing() -> None:
    files = raw_files()
    of_mesh("audit_trail", None)(files)
    assert changes(files, raw_files()) == [Safeguard("mesh", "audit trail", "none", RECORDED, loosens=False)]


def test_reads_recorded_from_now_on() -> None:
    files = raw_files()
    of_mesh("audit_trail", {"data_events": False})(files)
    before = "365 days, without reads and writes of data"
    assert changes(files, raw_files()) == [Safeguard("mesh", "audit trail", before, RECORDED, loosens=False)]


def test_other_administrators() -> None:
    files = raw_files()
    of_mesh("bootstrap_qualifier", "acme00001")(files)
    found = changes(raw_files(), files)
    provider = "arn:aws:iam::222222222221:role/acme-lakeformation-provider"
    deploying = "arn:aws:iam::222222222221:role/cdk-{}-cfn-exec-role-222222222221-eu-west-1"
    assert [each for each in found if each.subject == "account 222222222221"] == [
        Safeguard(
            "account 222222222221",
            "administrators",
            f"{provider}, {deploying.format('hnb659fds')}",
            f"{provider}, {deploying.format('acme00001')}",
            loosens=True,
        )
    ]
    assert len(found) == 5


def test_a_role_of_the_account_that_may_come_to_read() -> None:
    """Who may assume the scientists reads what they read; a role of the account needs only to be named."""
    analysts = "arn:aws:iam::555555555551:role/acme-analytics-analysts"
    files = raw_files()
    roles = files["domains"]["analytics"]["roles"]
    roles["scientists"] = {**roles["scientists"], "create": True, "trusted_by": [analysts]}
    found = [each for each in changes(raw_files(), files) if each.subject == "analytics.analysts"]
    assert {(each.what, each.before, each.loosens) for each in found} == {("may come to read", "none", True)}
    assert "customers.profiles.profiles: assume analytics.scientists" in {each.after for each in found}
