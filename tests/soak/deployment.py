"""Deploys and destroys the stacks of a mesh with the calls that the cdk CLI makes, as often as it takes."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.errors import UserError
from meshwright.local.prepare import prepare
from tests.soak.machine import REGION, Machine
from tests.soak.meshes import Stack, Version

T = TypeVar("T")
TRIES = 40
SKEWED = ("RequestExpired", "RequestTimeTooSkewed", "InvalidSignatureException")
"""What a request is answered that was signed just before the clock moved."""
WAIT_SECONDS = 120
CONCURRENCY = 3


class StackFailedError(Exception):
    """A stack ended in a state that no fault of the machine explains."""


def insist(machine: Machine, work: Callable[[], T]) -> T:
    """Does it again, with the embedded AWS started, until it is done or fails for a reason of its own."""
    for _ in range(TRIES):
        try:
            machine.up()
            return work()
        except (BotoCoreError, UserError) as error:
            last: Exception = error
        except ClientError as error:
            skewed = error.response["Error"]["Code"] in SKEWED
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500 and not skewed:
                raise
            last = error
        time.sleep(0.05)
    raise last


def bootstrap(machine: Machine, version: Version) -> None:
    """What `cdk bootstrap` makes and the stacks need, and what others have made before."""
    mesh = version.mesh
    domains = {domain.account: domain for domain in mesh.domains.values()}
    for number in (mesh.governance_account, *domains):
        account = machine.account(number)
        iam = account.client("iam")
        principal = {"Service": "cloudformation.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        for role in (mesh.names.deploying_role_arn(number), mesh.names.lookup_role_arn(number)):
            iam.create_role(RoleName=role.rpartition("/")[2], AssumeRolePolicyDocument=document)
        qualifier = mesh.file.bootstrap_qualifier
        name = f"/cdk-bootstrap/{qualifier}/version"
        account.client("ssm").put_parameter(Name=name, Value="29", Type="String")
        bucket = f"cdk-{qualifier}-assets-{number}-{REGION}"
        location: Any = {"LocationConstraint": REGION}
        account.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        for key, folder in version.assets.items():
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                for path in sorted(folder.rglob("*.py")):
                    archive.write(path, path.relative_to(folder))
            account.client("s3").put_object(Bucket=bucket, Key=key, Body=content.getvalue())
        prepare(account, mesh=mesh, domain=domains.get(number))


def deploy(machine: Machine, version: Version) -> None:
    """Raises StackFailedError."""
    for domain in version.mesh.domains.values():
        insist(machine, lambda d=domain: prepare(machine.account(d.account), mesh=version.mesh, domain=d))  # type: ignore[misc]
    _each(version.stacks, lambda stack: insist(machine, lambda: _deploy(machine, version, stack)))


def destroy(machine: Machine, version: Version) -> None:
    """Raises StackFailedError."""
    reverse = tuple(
        Stack(
            stack.name,
            stack.account,
            stack.template,
            tuple(other.name for other in version.stacks if stack.name in other.needs),
        )
        for stack in reversed(version.stacks)
    )
    _each(reverse, lambda stack: insist(machine, lambda: _destroy(machine, stack)))


def status(machine: Machine, stack: Stack) -> tuple[str, str]:
    """Of a stack, with the reason; empty if there is none."""
    cloudformation = machine.account(stack.account).client("cloudformation")
    try:
        found = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return "", ""
        raise
    return found["StackStatus"], found.get("StackStatusReason", "")


def _each(stacks: tuple[Stack, ...], work: Callable[[Stack], None]) -> None:
    """Some at a time, each after those that it needs."""
    with ThreadPoolExecutor(CONCURRENCY) as executor:
        running: dict[str, Any] = {}

        def after_its_needs(stack: Stack) -> None:
            for need in stack.needs:
                running[need].result()
            work(stack)

        for stack in stacks:
            running[stack.name] = executor.submit(after_its_needs, stack)
        for future in running.values():
            future.result()


def _deploy(machine: Machine, version: Version, stack: Stack) -> None:
    cloudformation = machine.account(stack.account).client("cloudformation")
    before = _settled(machine, stack)
    if before in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
        raise StackFailedError(f"{stack.name} is {before}: {_reasons(cloudformation, stack)}")
    exists = before not in ("", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
    name = f"change-{uuid.uuid4().hex}"
    cloudformation.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateBody=stack.template,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        RoleARN=version.mesh.names.deploying_role_arn(stack.account),
        ClientToken=name,
    )
    while (change := cloudformation.describe_change_set(StackName=stack.name, ChangeSetName=name))[
        "Status"
    ] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        time.sleep(0.05)
    if change["Status"] == "FAILED":
        if "didn't contain changes" not in change["StatusReason"]:
            raise StackFailedError(f"{stack.name}: {change['StatusReason']}")
        cloudformation.delete_change_set(StackName=stack.name, ChangeSetName=name)
        return
    cloudformation.execute_change_set(StackName=stack.name, ChangeSetName=name, ClientRequestToken=name)
    after = _settled(machine, stack)
    if after not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackFailedError(f"{stack.name} is {after}: {_reasons(cloudformation, stack)}")


def _destroy(machine: Machine, stack: Stack) -> None:
    if not _settled(machine, stack):
        return
    cloudformation = machine.account(stack.account).client("cloudformation")
    cloudformation.delete_stack(StackName=stack.name)
    after = _settled(machine, stack)
    if after:
        raise StackFailedError(f"{stack.name} is {after}: {_reasons(cloudformation, stack)}")


def _settled(machine: Machine, stack: Stack) -> str:
    """The status, once nothing is in progress."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := status(machine, stack)[0]).endswith("_IN_PROGRESS") and found != "REVIEW_IN_PROGRESS":
        if time.monotonic() > deadline:
            raise StackFailedError(f"{stack.name} is still {found} after {WAIT_SECONDS} s")
        time.sleep(0.05)
    return found


def _reasons(cloudformation: Any, stack: Stack) -> str:
    try:
        events = cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
    except ClientError as error:
        return str(error)
    return "; ".join(
        f"{each['LogicalResourceId']} {each['ResourceStatus']}: {each.get('ResourceStatusReason', '')}"
        for each in events
        if each["ResourceStatus"].endswith("FAILED")
    )
