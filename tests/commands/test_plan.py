"""`meshwright plan` over the kinds of edit that people make to a mesh that shares: whole outputs, exit codes.

Each output is a file in `__snapshots__/test_plan`. `pytest tests/commands/test_plan.py --snapshot-update`
writes them anew, for a human to read against the rules.
"""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from meshwright import cli
from meshwright.command_line import review
from meshwright.commands.plan_model import plan_of
from meshwright.comparison import compare, refusals
from meshwright.mesh.resource_changes import StackChange

ROOT = Path(__file__).parents[1] / "meshes" / "sharing"
TODAY = date(2026, 11, 24)
NEEDS_REVIEW, FINE, MISTAKE = 1, 0, 2


class Text(SingleFileSnapshotExtension):
    """A file of text for each output."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class Edit(NamedTuple):
    """In a file, `old`, which stands in it once, becomes `new`. An empty text makes or removes the file."""

    file: str
    old: str
    new: str


class Change(NamedTuple):
    """One kind of edit: its name, its edits, how `plan` exits, and further arguments of `plan`."""

    name: str
    edits: tuple[Edit, ...]
    code: int
    arguments: tuple[str, ...] = ()


def mesh(old: str, new: str) -> Edit:
    return Edit("mesh.yaml", old, new)


def orders(old: str, new: str) -> Edit:
    return Edit("domains/orders.yaml", old, new)


def customers(old: str, new: str) -> Edit:
    return Edit("domains/customers.yaml", old, new)


def payments(old: str, new: str) -> Edit:
    return Edit("domains/payments.yaml", old, new)


def analytics(old: str, new: str) -> Edit:
    return Edit("domains/analytics.yaml", old, new)


def file(name: str) -> str:
    return (ROOT / "domains" / name).read_text()


def part(name: str, begin: str, end: str = "") -> str:
    """The text of a domain file from `begin` up to `end`, or to its end."""
    text = file(name)
    start = text.index(begin)
    return text[start : text.index(end, start) if end else None]


SALES_ORDERS_APPROVAL = "      - {domain: payments, tables: [orders], until: 2027-12-31}\n"
SALES_REQUEST = part("payments.yaml", "  - product: orders.sales", "  - product: customers.profiles")
ORDER_LINES = part("orders.yaml", "      order_lines:", "    shared_with:")
SHIPPING = """\
domain: shipping
description: Parcels and where they are.
owner: {team: parcel-tracking, email: parcel-tracking@acme.example}
accounts: {dev: "666666666661", prod: "666666666662"}
roles:
  analysts: {create: true}
consumes:
  - product: orders.sales
    tables: [orders]
    purpose: Know which order a parcel belongs to.
    roles: [analysts]
"""
REFUNDS = """\
  refunds:
    description: Refunds by day.
    classification: internal
    tables:
      daily:
        description: One row per day.
        format: parquet
        columns: {booked_on: date, refunded: bigint}
"""
RETURNS = """\
      returns:
        description: One row per returned article.
        format: json
        columns: {order_id: string, line: int, reason: string, phone: {type: string, pii: true}}
"""

CHANGES = (
    Change(
        "only comments", (orders("# exists already: made by the identity team", "# made elsewhere"),), FINE
    ),
    # Two keys: who asks, and who approves.
    Change(
        "a new approval",
        (
            customers(
                "    shared_with:\n", "    shared_with:\n      - {domain: payments, tables: [profiles]}\n"
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a new approval that nobody asked for",
        (orders(SALES_ORDERS_APPROVAL, SALES_ORDERS_APPROVAL + "      - {domain: customers}\n"),),
        FINE,
    ),
    Change(
        "a request that becomes agreed",
        (
            analytics(
                "until: 2026-03-31                # ended: reported, no longer wired", "until: 2027-03-31"
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a request for an open product",
        (
            customers(
                "streams:\n",
                "consumes:\n  - product: orders.delivery_times\n    purpose: To answer customers.\n"
                "    roles: [stewards]\n\nstreams:\n",
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a request that nobody approved",
        (
            customers(
                "streams:\n",
                "consumes:\n  - product: payments.ledger\n    purpose: To answer customers.\n"
                "    roles: [stewards]\n\nstreams:\n",
            ),
        ),
        FINE,
    ),
    Change("a request withdrawn", (payments(SALES_REQUEST, ""),), NEEDS_REVIEW),
    Change("an approval dropped", (orders(SALES_ORDERS_APPROVAL, ""),), NEEDS_REVIEW),
    Change(
        "an approval dropped and accepted",
        (orders(SALES_ORDERS_APPROVAL, ""),),
        NEEDS_REVIEW,
        ("--accept-breaking", "orders.sales"),
    ),
    Change(
        "an approval dropped and accepted, with another thing to look for",
        (orders(SALES_ORDERS_APPROVAL, ""),),
        FINE,
        ("--accept-breaking", "orders.sales", "--fail-on", "pii"),
    ),
    Change(
        "a role added to a request",
        (
            payments(
                "    until: 2027-09-30\n    roles: [fraud]",
                "    until: 2027-09-30\n    roles: [fraud, engineers]",
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a purpose",
        (
            payments(
                "Match charges to orders in the countries where we carry the risk.", "Train a model of fraud."
            ),
        ),
        NEEDS_REVIEW,
    ),
    # Columns.
    Change(
        "PII agreed to by both sides",
        (
            orders(
                "{domain: analytics, until: 2028-12-31}", "{domain: analytics, until: 2028-12-31, pii: true}"
            ),
            analytics("    until: 2028-06-30\n", "    until: 2028-06-30\n    pii: true\n"),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a column excluded by the consumer",
        (payments("exclude: [status]", "exclude: [status, customer_id]"),),
        NEEDS_REVIEW,
    ),
    Change(
        "a column no longer excluded by the consumer",
        (analytics("    exclude: [birth_year]\n", ""),),
        NEEDS_REVIEW,
    ),
    Change(
        "a column excluded by the producer",
        (customers("exclude: [phone]", "exclude: [phone, segment]"),),
        NEEDS_REVIEW,
    ),
    Change(
        "a column no longer excluded by the producer", (customers(" exclude: [phone],", ""),), NEEDS_REVIEW
    ),
    # Rows.
    Change(
        "rows narrowed",
        (analytics("where: country = 'DE'", "where: country = 'DE' AND segment = 'gold'"),),
        NEEDS_REVIEW,
    ),
    Change(
        "rows narrowed by the producer",
        (customers("where: country <> 'US'", "where: country <> 'US' AND segment <> 'new'"),),
        NEEDS_REVIEW,
    ),
    Change("rows widened", (payments("IN ('DE', 'FR', 'NL')", "IN ('DE', 'ES', 'FR', 'NL')"),), NEEDS_REVIEW),
    Change(
        "rows that can't be compared",
        (analytics("where: country = 'DE'", "where: segment = 'gold'"),),
        NEEDS_REVIEW,
    ),
    # Time.
    Change("extended", (analytics("until: 2027-06-30", "until: 2027-09-30"),), NEEDS_REVIEW),
    Change(
        "without end",
        (
            payments("    until: 2027-09-30\n", ""),
            orders("tables: [orders], until: 2027-12-31", "tables: [orders]"),
        ),
        NEEDS_REVIEW,
    ),
    Change("shortened", (payments("until: 2027-09-30", "until: 2027-01-31"),), NEEDS_REVIEW),
    Change(
        "expired",
        (orders("tables: [orders], until: 2027-12-31", "tables: [orders], until: 2026-10-31"),),
        NEEDS_REVIEW,
    ),
    # Tables and columns.
    Change("a table added", (orders("    shared_with:\n", f"{RETURNS}    shared_with:\n"),), NEEDS_REVIEW),
    Change("a table removed", (orders(ORDER_LINES, ""),), NEEDS_REVIEW),
    Change("a table renamed", (orders("      order_lines:\n", "      lines:\n"),), NEEDS_REVIEW),
    Change(
        "a column added",
        (orders("          status: string\n", "          status: string\n          channel: string\n"),),
        NEEDS_REVIEW,
    ),
    Change("a column removed", (orders("          quantity: int\n", ""),), NEEDS_REVIEW),
    Change(
        "a column made PII",
        (orders("          customer_id: string\n", "          customer_id: {type: string, pii: true}\n"),),
        NEEDS_REVIEW,
    ),
    Change(
        "a column no longer PII",
        (orders("customer_email: {type: string, pii: true,", "customer_email: {type: string,"),),
        NEEDS_REVIEW,
    ),
    Change("a type widened", (orders("quantity: int", "quantity: bigint"),), FINE),
    Change(
        "a type narrowed",
        (orders('total: {type: "decimal(12,2)"', 'total: {type: "decimal(8,2)"'),),
        NEEDS_REVIEW,
    ),
    Change("partitions of an Iceberg table", (payments("        partition_by: [booked_on]\n", ""),), FINE),
    Change(
        "partitions of a parquet table",
        (orders("format: parquet\n        partition_by: [order_date]\n", "format: parquet\n"),),
        NEEDS_REVIEW,
    ),
    Change("a format", (customers("        format: json\n", "        format: parquet\n"),), NEEDS_REVIEW),
    # Products and domains.
    Change(
        "a classification opened",
        (customers("classification: confidential", "classification: public"),),
        NEEDS_REVIEW,
    ),
    Change(
        "a product added",
        (
            payments(
                "products:\n",
                f"products:\n{REFUNDS}",
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a product deprecated",
        (
            orders(
                "    classification: internal\n",
                "    classification: internal\n    status: deprecated\n    sunset: 2027-12-31\n",
            ),
        ),
        FINE,
    ),
    Change(
        "a product removed after its consumer let go",
        (
            payments(part("payments.yaml", "products:", "consumes:"), ""),
            analytics(part("analytics.yaml", "  - product: payments.ledger"), ""),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a new domain",
        (
            Edit("domains/shipping.yaml", "", SHIPPING),
            orders(
                SALES_ORDERS_APPROVAL,
                SALES_ORDERS_APPROVAL + "      - {domain: shipping, tables: [orders]}\n",
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a domain removed",
        (
            Edit("domains/payments.yaml", file("payments.yaml"), ""),
            orders(SALES_ORDERS_APPROVAL, ""),
            analytics(part("analytics.yaml", "  - product: payments.ledger"), ""),
        ),
        NEEDS_REVIEW,
    ),
    Change(
        "a domain removed that others ask for",
        (Edit("domains/customers.yaml", file("customers.yaml"), ""),),
        MISTAKE,
    ),
    # Roles, streams, accounts, owners.
    Change(
        "a role that writes",
        (payments("fraud: {create: true, access: read}", "fraud: {create: true, access: write}"),),
        NEEDS_REVIEW,
    ),
    Change(
        "a role that more may assume",
        (customers('PrivacyOffice"]', 'PrivacyOffice", "arn:aws:iam::333333333331:role/CallCentre"]'),),
        NEEDS_REVIEW,
    ),
    Change("a role renamed", (analytics("name: AnalyticsScientist", "name: DataScientist"),), NEEDS_REVIEW),
    Change("a stream removed", (orders(part("orders.yaml", "streams:", "products:"), ""),), NEEDS_REVIEW),
    Change("a retention shortened", (orders("retention_hours: 168", "retention_hours: 24"),), NEEDS_REVIEW),
    Change("a retention lengthened", (orders("retention_hours: 168", "retention_hours: 336"),), FINE),
    Change(
        "a retention lengthened, with everything to look at",
        (orders("retention_hours: 168", "retention_hours: 336"),),
        NEEDS_REVIEW,
        ("--fail-on", "any"),
    ),
    Change(
        "an account with live consumers",
        (orders('dev: "222222222221"', 'dev: "222222222229"'),),
        NEEDS_REVIEW,
    ),
    Change("an account without", (payments('prod: "444444444442"', 'prod: "444444444449"'),), NEEDS_REVIEW),
    Change(
        "an account of the environment not asked for",
        (payments('prod: "444444444442"', 'prod: "444444444449"'),),
        FINE,
        ("--environment", "dev"),
    ),
    Change("an owner", (orders("team: order-platform,", "team: order-desk,"),), FINE),
    # mesh.yaml
    Change(
        "an organization", (mesh("organization: o-a1b2c3d4e5", "organization: o-z9y8x7w6v5"),), NEEDS_REVIEW
    ),
    Change(
        "another governance account",
        (mesh('governance_account: "111111111111"', 'governance_account: "111111111119"'),),
        NEEDS_REVIEW,
        ("--environment", "dev"),
    ),
    Change(
        "a mesh renamed", (mesh("mesh: acme\n", "mesh: acme2\n"),), NEEDS_REVIEW, ("--environment", "dev")
    ),
    Change(
        "another open classification",
        (mesh("open_classifications: [public]", "open_classifications: [public, confidential]"),),
        NEEDS_REVIEW,
    ),
    Change(
        "an environment added",
        (
            mesh("  prod: {", '  test: {governance_account: "111111111113", region: eu-west-1}\n  prod: {'),
            payments(
                'accounts: {dev: "444444444441",', 'accounts: {dev: "444444444441", test: "444444444443",'
            ),
        ),
        NEEDS_REVIEW,
    ),
    Change("a mistake", (orders("retention_hours: 168", "retention_hour: 168"),), MISTAKE),
)


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mesh of products and subscriptions, committed in a repository of its own."""
    root = tmp_path_factory.mktemp("committed")
    shutil.copy(ROOT / "mesh.yaml", root)
    shutil.copytree(ROOT / "domains", root / "domains")
    git(root, "init", "--quiet", "--template=", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "As deployed")
    return root


@pytest.fixture
def root(committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files to edit; the repository that they are of is everybody's."""
    monkeypatch.setattr(review, "today", lambda: TODAY)
    copy = tmp_path / "mesh"
    shutil.copytree(committed, copy, ignore=shutil.ignore_patterns(".git"))
    (copy / ".git").write_text(f"gitdir: {committed / '.git'}")
    return copy


@pytest.fixture
def repository(root: Path, committed: Path) -> Path:
    """With a repository of its own, to commit to."""
    (root / ".git").unlink()
    shutil.copytree(committed / ".git", root / ".git")
    return root


def git(root: Path, *arguments: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@acme.example"]
    subprocess.run(["git", *names, *arguments], cwd=root, check=True, capture_output=True)


def make(root: Path, edits: tuple[Edit, ...]) -> None:
    for edit in edits:
        path = root / edit.file
        text = path.read_text() if path.exists() else ""
        assert text.count(edit.old) == 1 or not (text or edit.old), edit
        text = text.replace(edit.old, edit.new) if text else edit.new
        if text:
            path.write_text(text)
        else:
            path.unlink()


def run(root: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.main(["plan", "--root", str(root), *arguments])
    written = capsys.readouterr()
    return code, written.out, written.err


@pytest.mark.parametrize("change", CHANGES, ids=[change.name for change in CHANGES])
def test_an_edit(
    change: Change, root: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    make(root, change.edits)
    code, out, error = run(root, change.arguments, capsys)
    assert (code, bool(error)) == (change.code, change.code == MISTAKE)
    assert out + error == snapshot(extension_class=Text)


def test_the_table_covers_enough() -> None:
    assert len({change.name for change in CHANGES}) == len(CHANGES) >= 50


@pytest.mark.parametrize("output", ["markdown", "json"])
@pytest.mark.parametrize("name", ["a new approval", "an approval dropped", "a retention shortened"])
def test_other_formats(
    name: str, output: str, root: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    change = next(change for change in CHANGES if change.name == name)
    make(root, change.edits)
    code, out, _ = run(root, ("--format", output), capsys)
    assert code == change.code
    assert out == snapshot(extension_class=Text)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=[change.name for change in CHANGES])
def test_reading_only_what_the_change_concerns_tells_as_much(change: Change, root: Path) -> None:
    make(root, change.edits)
    tells_as_much(root)


def tells_as_much(root: Path) -> None:
    """The plan from the files that the change concerns is that from all."""
    found = compare(root, base="HEAD", today=TODAY)
    everything = replace(compare(root, base="HEAD", today=TODAY, whole=True), changed=None)
    assert found.after.errors == everything.after.errors
    if found.after.errors:
        return
    environments = found.environments(None)[:1]
    assert refusals(found, environments=environments) == refusals(everything, environments=environments)
    made, whole = (plan_of(each, environments=environments, refused=()) for each in (found, everything))
    for one, other in zip(made.environments, whole.environments, strict=True):
        assert (one.access, one.streams, one.risks) == (other.access, other.streams, other.risks)
        assert one.safeguards == other.safeguards
        assert [each.lines for each in one.costs] == [each.lines for each in other.costs]
        assert [unordered(stack) for stack in one.stacks] == [unordered(stack) for stack in other.stacks]


def unordered(stack: StackChange) -> tuple[object, ...]:
    """The stack with its resources as a set: what was left out may change their order."""
    resources = {(each.effect, each.type, each.name, frozenset(each.properties)) for each in stack.resources}
    return stack.name, stack.account, stack.effect, resources


def test_a_mesh_that_the_base_does_not_have_yet(
    repository: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    """The first pull request of a mesh: everything is new."""
    git(repository, "rm", "--quiet", "-r", "--cached", "mesh.yaml", "domains")
    git(repository, "commit", "--quiet", "--amend", "--allow-empty", "--message", "Before the mesh")
    code, out, error = run(repository, ("--base", "main"), capsys)
    assert (code, error) == (NEEDS_REVIEW, "")
    assert out == snapshot(extension_class=Text)
    _, out, _ = run(repository, ("--base", "main", "--format", "markdown"), capsys)
    assert (
        "| mesh.yaml:1 | `main` has no mesh.yaml here, so everything counts as new, and no removal is "
        "refused. | If the mesh was moved, compare with --deployed. |"
    ) in out.splitlines()


@pytest.mark.parametrize("option", ["--local", "--deployed"])
def test_a_ref_or_accounts(option: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, ("--base", "main", option), capsys) == (
        MISTAKE,
        "",
        "--base compares with a git ref, --deployed and --local with accounts: give one of them.\n",
    )


def test_text_fits_the_terminal(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(root, (customers("classification: confidential", "classification: public"),))
    _, out, _ = run(root, (), capsys)
    assert len(out.splitlines()) > 20
    assert max(map(len, out.splitlines())) <= 100
