"""The files against what is deployed; a domain leaves the mesh as docs/removing.md says. In this order."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from meshwright.access.compiled import compile_state
from meshwright.aws.accounts import pages
from meshwright.aws.live import read_state
from meshwright.commands.explain import explained, question
from meshwright.local.roundtrip import round_trips
from meshwright.mesh.subscriptions import Status

from .conftest import REPOSITORY, Deployed
from .tampering import CUSTOMERS, FRAUD, GOVERNANCE, ORDERS, filtered
from .traces import LISTINGS, RULES, clients, traces

pytestmark = pytest.mark.e2e


DEPLOY = ("--require-approval", "never", "--concurrency", "4", "--progress", "events", "-c", "base=deployed")
APPROVAL = "      - {domain: analytics, until: 2028-12-31}       # PII columns stay hidden\n"
TOTAL = 'total: {type: "decimal(12,2)", description'
SUNSET = date.today() + timedelta(days=60)
DATA = f"acme-customers-products-{CUSTOMERS}"
WAITS = "      profiles: {wait_for: customers.profiles, within: 24h, timeout: 3h}\n"
OBJECT = "profiles/profiles/country=DE/kept.parquet"


def git(mesh: Deployed, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@acme.example", *arguments]
    subprocess.run(command, cwd=mesh.root, check=True, capture_output=True)


@pytest.fixture(scope="module")
def mesh(deployed: Deployed, demo: subprocess.CompletedProcess[str]) -> Deployed:
    """The example mesh, deployed, its files committed as they were."""
    assert demo.returncode == 0, demo.stdout + demo.stderr
    git(deployed, "init", "--quiet", "--template=")
    git(deployed, "add", "mesh.yaml", "domains")
    git(deployed, "commit", "--quiet", "--message", "As deployed")
    return deployed


@pytest.fixture
def unchanged(mesh: Deployed) -> Iterator[Deployed]:
    """The same; what a test does to its files is undone."""
    yield mesh
    for name in ("analytics", "customers", "orders", "payments"):
        shutil.copy(REPOSITORY / "domains" / f"{name}.yaml", mesh.root / "domains")


def compared(mesh: Deployed, *accepted: str) -> Iterator[tuple[str, int, str]]:
    """Every command that compares the files with the accounts: its name, exit code and output."""
    accept = [word for name in accepted for word in ("--accept-breaking", name)]
    context = ["-c", f"accept_breaking={','.join(accepted)}"] if accepted else []
    yield outcome("validate", mesh.meshwright("validate", "--local", *accept))
    yield outcome("plan", mesh.meshwright("plan", "--local", *accept))
    yield outcome("synth", mesh.cdk("list", "-c", "base=deployed", *context))


def compared_with_commit(mesh: Deployed) -> Iterator[tuple[str, int, str]]:
    """The same with the files as they were committed."""
    yield outcome("validate --base", mesh.meshwright("validate", "--base", "HEAD"))
    yield outcome("plan --base", mesh.meshwright("plan", "--base", "HEAD"))
    yield outcome("synth -c base=HEAD", mesh.cdk("list", "-c", "base=HEAD"))


def outcome(name: str, done: subprocess.CompletedProcess[str]) -> tuple[str, int, str]:
    return name, done.returncode, " ".join((done.stdout + done.stderr).split())


def audited(mesh: Deployed) -> str:
    done = mesh.meshwright("audit", "--local")
    return done.stdout + done.stderr


def assert_subscriptions_hold(mesh: Deployed, number: int) -> None:
    """`number` roles read a product that was agreed; who was refused still is."""
    checks = round_trips(mesh.mesh(), mesh.accounts())
    assert [each for each in checks if not each.held] == []
    assert sum(each.claim.startswith("the link shows") for each in checks) == number


def test_nothing_is_refused_where_nothing_changed(mesh: Deployed) -> None:
    says = {"validate": "no problems", "plan": "No change", "synth": "acme-customers-share"}
    for name, code, text in compared(mesh):
        assert code == 0, f"{name}: {text}"
        assert says.pop(name) in text
    assert says == {}


def take_away(mesh: Deployed) -> None:
    """A table that two domains read, and a domain that one reads, so that requests lead to nothing."""
    orders = mesh.root / "domains" / "orders.yaml"
    text = orders.read_text()
    orders.write_text(text[: text.index("      orders:\n")] + text[text.index("      order_lines:\n") :])
    (mesh.root / "domains" / "customers.yaml").unlink()


def change(mesh: Deployed) -> None:
    """An approval, a column's type and an account."""
    mesh.edit("domains/orders.yaml", APPROVAL, "")
    mesh.edit("domains/orders.yaml", TOTAL, TOTAL.replace("12,2", "10,2"))
    mesh.edit("domains/orders.yaml", f'"{ORDERS}"', '"222222222229"')


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            take_away,
            (
                "products.sales.tables: table `orders` is removed, but analytics (roles analysts, "
                "scientists, pipelines) and payments (role fraud) read it. Announce it first: `status: "
                "deprecated`",
                "domain customers is removed from dev, and with it product `profiles`, but analytics (role "
                "scientists) reads `profiles`. Announce it first: `status: deprecated`",
                "there is no domain `customers`",
            ),
        ),
        (
            change,
            (
                "the approval of analytics is removed, but analytics (roles analysts, scientists, pipelines) "
                "reads",
                "the type of column `total` changes from decimal(12,2) to decimal(10,2), but analytics "
                "(roles analysts, scientists, pipelines) and payments (role fraud) read it",
                "the account of orders in dev changes from 222222222221 to 222222222229, where none of its "
                "data is, but analytics (roles analysts, scientists, pipelines) reads",
            ),
        ),
    ],
)
def test_what_consumers_rely_on_is_refused_by_all_commands(
    unchanged: Deployed, edit: Callable[[Deployed], None], expected: tuple[str, ...]
) -> None:
    edit(unchanged)
    for name, code, text in (*compared(unchanged), *compared_with_commit(unchanged)):
        assert code != 0, name
        assert [each for each in expected if each not in text] == [], f"{name}: {text}"
        assert "Traceback" not in text


def test_it_passes_where_it_is_accepted_by_name(unchanged: Deployed) -> None:
    unchanged.edit("domains/orders.yaml", APPROVAL, "")
    for name, code, text in compared(unchanged, "orders.sales"):
        # Access that is lost wants a review all the same.
        assert code == (1 if name == "plan" else 0), f"{name}: {text}"
        assert "live consumers rely" not in text
    mistaken = unchanged.meshwright("validate", "--local", "--accept-breaking", "orders.sale")
    assert (mistaken.returncode, mistaken.stderr) == (
        2,
        "There is no product or stream `orders.sale` to accept the breaking of. Did you mean "
        "`orders.sales`?\n",
    )


def test_a_new_domain_in_a_new_account_is_welcome(unchanged: Deployed) -> None:
    """Nobody can list Lake Formation's grants there yet, and nobody relies on anything there."""
    guide = (REPOSITORY / "docs" / "adding-a-domain.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    file = unchanged.root / "domains" / "shipping.yaml"
    file.write_text(next(block for block in blocks if "domain: shipping" in block))
    try:
        done = unchanged.meshwright("validate", "--local")
    finally:
        file.unlink()
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 domains" in done.stdout


def test_explain_says_the_same_of_files_and_accounts(mesh: Deployed) -> None:
    files = mesh.mesh()
    live, compiled = read_state(files, mesh.accounts()), compile_state(files)
    asked = [
        (f"{each.consumer}.{role}", f"{each.reference}.{access.table}")
        for each in files.subscriptions
        if each.status is Status.AGREED
        for role in each.roles
        for access in each.tables
    ]
    # Three roles of analytics read three tables of sales; three more pairs are of one role and table each.
    assert len(asked) == 12
    for role, table in asked:
        about = question(mesh.root, environment=None, role=role, table=table, today=date.today())
        by_files, by_accounts = explained(about, compiled), explained(about, live)
        assert by_files.allowed, (role, table)
        assert by_accounts.allowed, (role, table)
        assert by_accounts.cells == by_files.cells
        assert [hop.step for hop in by_accounts.hops] == [hop.step for hop in by_files.hops]


def test_explain_names_the_hop_that_was_revoked(mesh: Deployed) -> None:
    client = mesh.account("payments").client("lakeformation")
    grant: dict[str, Any] = {
        "Principal": {"DataLakePrincipalIdentifier": FRAUD},
        "Resource": filtered("acme_orders_sales", "orders", "payments"),
        "Permissions": ["SELECT"],
    }
    client.revoke_permissions(**grant)
    done = mesh.meshwright("explain", "payments.fraud", "orders.sales.orders", "--local", "--format", "json")
    client.grant_permissions(**grant)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["allowed"], answer["files"]["allowed"]) == (1, False, True)
    broken = [hop for hop in answer["hops"] if not hop["holds"]]
    assert [(hop["step"], hop["owner"], hop["what"]) for hop in broken] == [
        ("principal-grant", "payments", "payments does not grant SELECT to the role")
    ]
    assert "aws lakeformation grant-permissions" in broken[0]["repair"]


def test_step_1_it_is_announced_and_consumers_are_told(mesh: Deployed) -> None:
    there = traces(mesh)
    assert min(there.values()) > 0, there
    customers = clients(mesh)[CUSTOMERS]
    customers.client("s3").put_object(Bucket=DATA, Key=OBJECT, Body=b"rows")
    mesh.edit(
        "domains/customers.yaml",
        "    classification: confidential\n",
        f"    classification: confidential\n    status: deprecated\n    sunset: {SUNSET}\n",
    )
    told = mesh.meshwright("validate", "--local")
    assert told.returncode == 0, told.stdout
    notice = (
        f"notice: consumes[2].product: customers.profiles is deprecated and may be removed after {SUNSET}."
    )
    assert any(
        line.startswith("domains/analytics.yaml:") and notice in line for line in told.stdout.splitlines()
    )
    done = mesh.cdk("deploy", "acme-customers-share", *DEPLOY, "-c", "domains=customers")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_subscriptions_hold(mesh, 6)

    file = mesh.root / "domains" / "customers.yaml"
    text = file.read_text()
    file.unlink()
    early = mesh.meshwright("validate", "--local")
    file.write_text(text)
    assert early.returncode == 1
    assert (
        f"analytics (role scientists) reads `profiles`. Wait for its sunset: remove it after {SUNSET}, or "
        "once analytics no longer asks for it."
    ) in early.stdout


def drop_request(mesh: Deployed, domain: str, of: str) -> None:
    """`of` is a product or stream, as the request names it."""
    file = mesh.root / "domains" / f"{domain}.yaml"
    parts = re.split(r"(?=^  - (?:product|stream): |^\w)", file.read_text(), flags=re.M)
    kept = [each for each in parts if not re.match(rf"  - (product|stream): {of}\b", each)]
    assert len(kept) == len(parts) - 1
    file.write_text("".join(kept))


def test_step_2_consumers_let_go(mesh: Deployed) -> None:
    drop_request(mesh, "analytics", "customers.profiles")
    drop_request(mesh, "analytics", "customers.profile-changes")
    drop_request(mesh, "payments", "customers.profiles")
    waits = mesh.meshwright("validate")
    assert waits.returncode == 1
    assert "pipelines.revenue.steps.profiles.wait_for: this domain does not ask for" in waits.stdout
    mesh.edit("domains/analytics.yaml", WAITS, "")
    mesh.edit("domains/analytics.yaml", ", after: [profiles]", "")
    stacks = ("acme-customers-*", "acme-analytics-*", "--exclusively")
    done = mesh.cdk("deploy", *stacks, *DEPLOY, "-c", "domains=customers,analytics")
    assert done.returncode == 0, done.stdout + done.stderr
    assert audited(mesh) == "Mesh acme, environment dev, 5 accounts: everything is as declared\n"
    assert_subscriptions_hold(mesh, 5)


def test_step_4_its_stacks_are_destroyed_and_no_others(mesh: Deployed) -> None:
    done = mesh.cdk("destroy", "acme-customers-*", "-c", "domains=customers", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"(\S+): destroyed", done.stdout + done.stderr) == [
        "acme-customers-workloads",
        "acme-customers-access",
        "acme-customers-share",
        "acme-customers-foundation",
    ]


def test_step_5_its_file_is_removed_and_nothing_is_left_but_the_data(mesh: Deployed) -> None:
    (mesh.root / "domains" / "customers.yaml").unlink()
    checked = mesh.meshwright("validate", "--local", "--base", "HEAD")
    assert checked.returncode == 0, checked.stdout
    assert audited(mesh) == "Mesh acme, environment dev, 4 accounts: everything is as declared\n"
    assert_subscriptions_hold(mesh, 5)
    assert traces(mesh) == dict.fromkeys([*LISTINGS, RULES], 0)

    customers = clients(mesh)[CUSTOMERS]
    settings = customers.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    assert settings["DataLakeAdmins"] == settings["ReadOnlyAdmins"] == []
    s3 = customers.client("s3")
    buckets = {each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("acme-")}
    assert buckets == {f"acme-customers-{kind}-{CUSTOMERS}" for kind in ("logs", "products", "raw")}
    assert s3.get_object(Bucket=DATA, Key=OBJECT)["Body"].read() == b"rows"
    assert customers.client("kinesis").list_streams()["StreamNames"] == ["acme-customers-profile-changes"]
    kms = customers.client("kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in pages(kms, "list_keys", "Keys")]
    assert [(key["Description"], key["KeyState"]) for key in keys] == [("Data of acme-customers", "Enabled")]


def test_a_domain_that_stays_as_a_consumer_stops_publishing(mesh: Deployed) -> None:
    drop_request(mesh, "analytics", "payments.ledger")
    file = mesh.root / "domains" / "payments.yaml"
    text = file.read_text()
    file.write_text(text[: text.index("products:\n")] + text[text.index("consumes:\n") :])
    lands = mesh.meshwright("validate")
    assert lands.returncode == 1
    assert "streams.charges.lands_in" in lands.stdout
    mesh.edit("domains/payments.yaml", "    lands_in: ledger.charges\n", "")
    done = mesh.cdk("deploy", "acme-payments-*", *DEPLOY, "-c", "domains=payments")
    assert done.returncode == 0, done.stdout + done.stderr
    bus = clients(mesh)[GOVERNANCE].client("events").describe_event_bus(Name="acme")
    assert ORDERS in bus["Policy"]
    assert CUSTOMERS not in bus["Policy"], "any deployment of the governance stack takes a domain off it"
    assert_subscriptions_hold(mesh, 5)
    assert "no file declares the database acme_payments_ledger" in audited(mesh)

    cloudformation = clients(mesh)[GOVERNANCE].client("cloudformation")
    cloudformation.delete_stack(StackName="acme-payments-share")
    gone = cloudformation.get_waiter("stack_delete_complete")
    gone.wait(StackName="acme-payments-share", WaiterConfig={"Delay": 1})
    assert_subscriptions_hold(mesh, 5)
    assert audited(mesh) == "Mesh acme, environment dev, 4 accounts: everything is as declared\n"


def test_deployed_again_it_names_what_was_kept_and_touches_nothing_of_it(mesh: Deployed) -> None:
    """What `cdk import` takes over, the embedded AWS can't; it refuses like AWS what exists already."""
    logs = clients(mesh)[CUSTOMERS].client("logs")
    # Lambda makes the group of a deleted function again when that one's last lines arrive late.
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/acme-")["logGroups"]:
        logs.delete_log_group(logGroupName=group["logGroupName"])
    shutil.copy(REPOSITORY / "domains" / "customers.yaml", mesh.root / "domains")
    done = mesh.cdk("deploy", "acme-customers-foundation", *DEPLOY, "-c", "domains=customers")
    assert done.returncode == 1
    assert "BucketAlreadyOwnedByYou" in done.stdout + done.stderr
    body = clients(mesh)[CUSTOMERS].client("s3").get_object(Bucket=DATA, Key=OBJECT)["Body"]
    assert body.read() == b"rows"
