"""The example mesh through the real cdk CLI: deploy, again, change, fail, extend, destroy. In this order."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from botocore.exceptions import ClientError

from meshwright.aws.inventory import read_grants, read_inventory
from meshwright.local import control
from meshwright.local.cdk import cli
from meshwright.local.control import Stack
from meshwright.local.roundtrip import round_trips

from .conftest import REPOSITORY, Deployed

pytestmark = pytest.mark.e2e

DEPLOY = ("deploy", "--all", "--require-approval", "never", "--concurrency", "4", "--progress", "events")
SHARED_WITH = "    shared_with:\n      - {domain: analytics, until"
"""Where the approvals of the first product of orders begin, and those of customers."""
STACKS = {
    "acme-governance",
    *(f"acme-{domain}-foundation" for domain in ("analytics", "customers", "orders", "payments")),
    *(f"acme-{domain}-share" for domain in ("customers", "orders", "payments")),
    *(f"acme-{domain}-access" for domain in ("analytics", "customers", "orders", "payments")),
    *(f"acme-{domain}-workloads" for domain in ("analytics", "customers", "orders", "payments")),
}


def assert_subscriptions_hold(deployed: Deployed) -> None:
    checks = round_trips(deployed.mesh(), deployed.accounts())
    assert checks
    assert [check for check in checks if not check.held] == []


def columns_seen(deployed: Deployed, domain: str, role: str, database: str) -> dict[str, set[str]]:
    caller = deployed.account(domain).assume(deployed.mesh().domains[domain].roles[role].arn)
    tables = caller.client("glue").get_tables(DatabaseName=database)["TableList"]
    return {
        table["Name"]: {
            column["Name"]
            for column in [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
        }
        for table in tables
    }


def administer_again(deployed: Deployed, *holders: str) -> None:
    """Only an administrator is shown the grants of others, and with the stacks went the mesh's."""
    for holder in holders:
        account = deployed.account(holder)
        lake = account.client("lakeformation")
        settings = lake.get_data_lake_settings()["DataLakeSettings"]
        role = deployed.mesh().names.deploying_role_arn(account.account)
        settings["DataLakeAdmins"].append({"DataLakePrincipalIdentifier": role})
        lake.put_data_lake_settings(DataLakeSettings=settings)


def ended_run(states: Any, machine: str) -> tuple[str, dict[str, Any]]:
    """Runs a state machine; the run's ARN, and what it came to."""
    arn = states.start_execution(stateMachineArn=machine)["executionArn"]
    return arn, ended_execution(states, arn)


def ended_execution(states: Any, arn: str) -> dict[str, Any]:
    deadline = time.time() + 60
    while True:
        found: dict[str, Any] = states.describe_execution(executionArn=arn)
        if found["status"] != "RUNNING":
            return found
        assert time.time() < deadline
        time.sleep(0.1)


def stack_statuses(deployed: Deployed) -> dict[str, str]:
    return {
        stack.name: stack.status
        for account in deployed.accounts().values()
        for stack in read_inventory(account, prefix="acme", catalogs=()).stacks
    }


def test_the_demo_deploys_the_mesh_and_tries_every_subscription(
    deployed: Deployed, demo: subprocess.CompletedProcess[str]
) -> None:
    assert demo.returncode == 0, demo.stdout[-3000:] + demo.stderr[-3000:]
    held = re.search(r"(\d+) of (\d+) held", demo.stdout)
    assert held is not None
    assert held[1] == held[2] != "0"
    assert stack_statuses(deployed) == dict.fromkeys(STACKS, "CREATE_COMPLETE")


def test_the_demo_shows_a_record_travelling_to_a_consumer(
    deployed: Deployed, demo: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    journey = demo.stdout.partition("A record on its way")[2].partition("Look around")[0]
    stations = [line.strip() for line in journey.splitlines()]
    start = stations.index(
        "yes  orders stream order-events → sales.order_changes: "
        "analytics analysts reads the record with SQL, in the agreed columns"
    )
    put, delivered, read = stations[start + 1 : start + 4]
    assert re.fullmatch(r"put on acme-orders-order-events, shardId-\d+, sequence number \d+", put)
    where = re.fullmatch(r"delivered by acme-orders-order-events to s3://([^/]+)/(\S+\.parquet)", delivered)
    assert where is not None, delivered
    assert re.match(r"read by 555555555551 from acme_orders_sales: order_id round-trip-[0-9a-f]+, ", read)

    body = deployed.account("orders").client("s3").get_object(Bucket=where[1], Key=where[2])["Body"].read()
    (tmp_path / "delivered.parquet").write_bytes(body)
    columns = duckdb.execute("DESCRIBE FROM read_parquet(?)", [str(tmp_path / "delivered.parquet")])
    assert {name: kind for name, kind, *_ in columns.fetchall()} == {
        "order_id": "VARCHAR",
        "status": "VARCHAR",
        "country": "VARCHAR",
        "total": "DECIMAL(12,2)",
        "changed_at": "TIMESTAMP",
    }


def test_a_pipeline_runs_and_a_refresh_starts_that_of_another_domain(deployed: Deployed) -> None:
    """There are no orders here, so the run of `nightly` fails at the rule that there be some.

    That of `revenue` begins with the refresh of the orders, and waits for one of the profiles.
    """
    orders, analytics, customers = (deployed.account(each) for each in ("orders", "analytics", "customers"))
    states = orders.client("stepfunctions")
    place = f"arn:aws:states:{orders.region}:"
    nightly = f"{place}{orders.account}:stateMachine:acme-orders-nightly"
    arn, run = ended_run(states, nightly)
    assert (run["status"], run["error"]) == ("FAILED", "QualityRulesFailed")
    done = [
        event["taskSucceededEventDetails"]["resource"]
        for event in states.get_execution_history(executionArn=arn)["events"]
        if event["type"] == "TaskSucceeded"
    ]
    assert done[0] == "startJobRun.sync"
    assert {"startQueryExecution.sync", "startDataQualityRulesetEvaluationRun"} <= set(done)

    # What it does once its steps have gone well: its own last states, as its own role.
    described = states.describe_state_machine(stateMachineArn=nightly)
    definition = json.loads(described["definition"])
    last = {key: state for key, state in definition["States"].items() if state["Type"] == "Task"}
    del last["correct"]
    told = {"StartAt": "tell the mesh", "States": last}
    machine = states.create_state_machine(
        name="told", roleArn=described["roleArn"], definition=json.dumps(told)
    )["stateMachineArn"]
    started = time.time()
    assert ended_run(states, machine)[1]["status"] == "SUCCEEDED"
    states.delete_state_machine(stateMachineArn=machine)

    revenue = f"{place}{analytics.account}:stateMachine:acme-analytics-revenue"
    theirs = analytics.client("stepfunctions")
    while not (runs := theirs.list_executions(stateMachineArn=revenue)["executions"]):
        assert time.time() < started + 10
        time.sleep(0.05)
    event = json.loads(theirs.describe_execution(executionArn=runs[0]["executionArn"])["input"])
    assert (event["source"], event["account"]) == ("meshwright", orders.account)
    assert (event["detail"]["domain"], event["detail"]["product"]) == ("orders", "sales")
    assert runs[0]["status"] == "RUNNING"
    hourly = f"{place}{customers.account}:stateMachine:acme-customers-hourly"
    refreshed = ended_run(customers.client("stepfunctions"), hourly)[1]
    assert refreshed["status"] == "SUCCEEDED", refreshed.get("cause")
    ended = ended_execution(theirs, runs[0]["executionArn"])
    assert ended["status"] == "SUCCEEDED", ended.get("cause")


def test_a_consumer_sees_the_agreed_columns_and_no_others(deployed: Deployed) -> None:
    assert columns_seen(deployed, "analytics", "scientists", "acme_customers_profiles") == {
        "profiles": {"customer_id", "segment", "since", "email", "country"}
    }
    assert columns_seen(deployed, "payments", "fraud", "acme_orders_sales") == {
        "orders": {"order_id", "order_date", "customer_id", "country", "total"}
    }


def test_a_role_that_did_not_ask_is_refused(deployed: Deployed) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|EntityNotFound"):
        columns_seen(deployed, "analytics", "analysts", "acme_customers_profiles")


def test_a_second_deployment_changes_nothing(deployed: Deployed) -> None:
    before = stack_statuses(deployed)
    result = deployed.cdk(*DEPLOY)
    assert result.returncode == 0, result.stderr
    assert len(re.findall(r"\(no changes\)", result.stdout + result.stderr)) == len(STACKS)
    assert stack_statuses(deployed) == before


def test_diff_names_each_grant_that_appears(deployed: Deployed) -> None:
    deployed.edit(
        "domains/customers.yaml",
        SHARED_WITH,
        SHARED_WITH.replace("\n", "\n      - {domain: payments, tables: [profiles], exclude: [since]}\n"),
    )
    result = deployed.cdk("diff")
    text = result.stdout + result.stderr
    assert result.returncode == 0, text
    added = [line for line in text.splitlines() if "[+]" in line or re.search(r"\+\s", line)]
    assert any("filter/acme_customers_profiles/profiles/payments" in line for line in added), text
    changed = {name for name in STACKS if re.search(rf"Stack {name}\b(?!.*no differences)", text, re.I)}
    assert {"acme-customers-share", "acme-payments-access"} <= changed


def test_a_machine_that_is_switched_off_during_a_deployment_goes_on_afterwards(deployed: Deployed) -> None:
    """With the change of before: the CLI and the embedded AWS are killed while a stack is updated."""
    running, accounts = control.up(deployed.root), deployed.accounts()

    def works_on(stack: Stack) -> bool:
        """On a resource: that it works on the stack is kept by then."""
        cloudformation = accounts[stack.account].client("cloudformation")
        if stack.status != "UPDATE_IN_PROGRESS":
            return False
        events = cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
        return bool(events[0]["LogicalResourceId"] != stack.name)

    command = [*cli(deployed.root), *DEPLOY]
    process = subprocess.Popen(
        command,
        cwd=deployed.root,
        env=deployed.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not (busy := {each.name for each in running.stacks() if works_on(each)}):
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(running.pid, signal.SIGKILL)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    up = deployed.meshwright("local", "up")
    assert up.returncode == 0, up.stderr
    assert control.up(deployed.root).port == running.port
    deadline = time.time() + 60
    now = stack_statuses(deployed)
    while any(status.endswith("_IN_PROGRESS") for status in now.values()):
        assert time.time() < deadline, now
        time.sleep(0.1)
        now = stack_statuses(deployed)
    assert {now[name] for name in busy} == {"UPDATE_COMPLETE"}
    assert set(now) == STACKS


def test_the_approved_request_is_wired_by_the_next_deployment(deployed: Deployed) -> None:
    result = deployed.cdk(*DEPLOY)
    assert result.returncode == 0, result.stdout + result.stderr
    assert columns_seen(deployed, "payments", "fraud", "acme_customers_profiles") == {
        "profiles": {"customer_id", "segment", "country"}
    }
    assert_subscriptions_hold(deployed)
    assert {name for name, status in stack_statuses(deployed).items() if status == "UPDATE_COMPLETE"} == {
        "acme-customers-share",
        "acme-payments-access",
        "acme-payments-foundation",  # whose created role may now read that database's metadata
    }


def test_diff_names_each_grant_that_goes(deployed: Deployed) -> None:
    approval = "      - {domain: payments, tables: [profiles], exclude: [since]}\n"
    deployed.edit("domains/customers.yaml", approval, "")
    result = deployed.cdk("diff", "acme-payments-access")
    deployed.edit("domains/customers.yaml", SHARED_WITH, SHARED_WITH.replace("\n", f"\n{approval}"))
    removed = [line for line in (result.stdout + result.stderr).splitlines() if "[-]" in line]
    assert any("filter/acme_customers_profiles/profiles/payments" in line for line in removed), result.stderr
    assert not any("filter/acme_orders_sales" in line for line in removed)


def test_limits_change_without_a_moment_of_too_much_or_nothing(deployed: Deployed) -> None:
    """Narrow, then widen, a subscription while its reader reads all the time."""
    wide = {"order_id", "order_date", "customer_id", "country", "status", "total"}
    narrow = wide - {"status"}
    seen: list[frozenset[str]] = []
    stop = threading.Event()

    # Made here, not in the thread: the edits below rewrite the files that it is made from.
    caller = deployed.account("analytics").assume(deployed.mesh().domains["analytics"].roles["analysts"].arn)
    glue = caller.client("glue")

    def read() -> None:
        while not stop.is_set():
            try:
                table = glue.get_table(DatabaseName="acme_orders_sales", Name="orders")["Table"]
            except ClientError as error:
                seen.append(frozenset({error.response["Error"]["Code"]}))
                continue
            columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
            seen.append(frozenset(column["Name"] for column in columns))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        approval = "{domain: analytics, until: 2028-12-31}"
        limited = "{domain: analytics, until: 2028-12-31, exclude: [status], where: order_id <> '0'}"
        for old, new in ((approval, limited), (limited, approval)):
            deployed.edit("domains/orders.yaml", old, new)
            result = deployed.cdk("deploy", "acme-orders-*", "acme-analytics-*", *DEPLOY[2:])
            assert result.returncode == 0, result.stdout + result.stderr
    finally:
        stop.set()
        reader.join()
    assert set(seen) == {frozenset(wide), frozenset(narrow)}


def test_a_failed_deployment_says_why_and_leaves_the_former_state(deployed: Deployed) -> None:
    analytics, governance = deployed.account("analytics"), deployed.account("governance").account
    before = read_grants(analytics, catalog=governance)
    file = deployed.root / "domains" / "analytics.yaml"
    original = file.read_text()
    file.write_text(
        original.replace("roles:\n", "roles:\n  interns: NobodyMadeThisRole\n", 1).replace(
            "scientists, pipelines]", "scientists, pipelines, interns]"
        )
    )
    result = deployed.cdk(*DEPLOY)
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert "NobodyMadeThisRole" in output
    assert "Traceback" not in output
    assert stack_statuses(deployed)["acme-analytics-access"] == "UPDATE_ROLLBACK_COMPLETE"
    assert read_grants(analytics, catalog=governance) == before
    file.write_text(original)
    again = deployed.cdk(*DEPLOY)
    assert again.returncode == 0, again.stdout + again.stderr
    assert_subscriptions_hold(deployed)


def test_chosen_domains_deploy_with_what_they_need(deployed: Deployed) -> None:
    listed = deployed.cdk("list", "-c", "domains=payments")
    assert listed.returncode == 0, listed.stderr
    assert set(listed.stdout.split()) >= {"acme-governance", "acme-payments-access", "acme-orders-share"}
    assert "acme-analytics-access" not in listed.stdout
    unknown = deployed.cdk("list", "-c", "domains=payment")
    assert unknown.returncode != 0
    assert "payments" in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_a_fifth_domain_written_from_the_docs_deploys(deployed: Deployed) -> None:
    guide = (REPOSITORY / "docs" / "adding-a-domain.md").read_text()
    text = next(
        block for block in re.findall(r"```yaml\n(.*?)```", guide, re.S) if "domain: shipping" in block
    )
    (deployed.root / "domains" / "shipping.yaml").write_text(text)
    deployed.edit(
        "domains/orders.yaml",
        SHARED_WITH,
        SHARED_WITH.replace("\n", "\n      - {domain: shipping, tables: [orders], until: 2027-12-31}\n"),
    )
    del deployed.environment["CDK_VALIDATION"]
    result = deployed.meshwright("local", "demo")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert columns_seen(deployed, "shipping", "analysts", "acme_orders_sales") == {
        "orders": {"order_id", "order_date", "customer_id", "country", "status", "total"}
    }


def test_destroy_keeps_the_data(deployed: Deployed) -> None:
    mesh = deployed.mesh()
    orders = deployed.account("orders")
    orders.client("s3").put_object(
        Bucket=f"acme-orders-products-{orders.account}", Key="sales/orders/kept.parquet", Body=b"rows"
    )
    result = deployed.cdk("destroy", "--all", "--force", "--concurrency", "4")
    assert result.returncode == 0, result.stdout + result.stderr
    assert stack_statuses(deployed) == {}
    administer_again(deployed, "orders", "governance")
    left = read_inventory(orders, prefix="acme", catalogs=(orders.account, mesh.governance_account))
    assert left.buckets == tuple(
        f"acme-orders-{kind}-{orders.account}" for kind in ("logs", "products", "raw")
    )
    assert left.streams == ("acme-orders-order-events",)
    assert left.databases == left.links == left.grants == ()
    body = orders.client("s3").get_object(
        Bucket=f"acme-orders-products-{orders.account}", Key="sales/orders/kept.parquet"
    )["Body"]
    assert body.read() == b"rows"
    assert read_grants(deployed.account("governance"), catalog=mesh.governance_account) == []
